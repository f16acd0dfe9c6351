"""Two daemons on loopback: everything done on one side arrives on the other, in order, once."""

import concurrent.futures
import http.server
import json
import re
import socket
import threading
import time
import unittest
import urllib.parse

from harness import Instance, free_port, request, wait_until
from plain_peer import Peer


class Federation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.a = cls.enterClassContext(Instance())
        cls.b = cls.enterClassContext(Instance())
        cls.alice = cls.a.add_user("alice")
        cls.bob = cls.b.add_user("bob")
        cls.bob_at_a = cls.alice.follow(cls.bob)
        cls.alice_at_b = cls.bob.follow(cls.alice)

    def at_b(self, status, timeline=None):
        """bob's copy of a status of alice's."""
        return wait_until(lambda: next((s for s in (timeline or self.bob.home)() if s["uri"] == status["uri"]), None),
                          what="the status reached the other server")

    def test_follow_is_counted_and_notified_on_both_sides(self):
        self.assertEqual(self.bob.get(f"/api/v1/accounts/{self.bob.id}")["followers_count"], 1)
        self.assertEqual(self.alice.get(f"/api/v1/accounts/{self.bob_at_a['id']}")["acct"], self.bob.handle)
        self.assertTrue(any(n["account"]["acct"] == self.alice.handle for n in self.bob.notifications("follow")))
        relationship = self.alice.get(f"/api/v1/accounts/relationships?id[]={self.bob_at_a['id']}")[0]
        self.assertTrue(relationship["following"] and relationship["followed_by"])

    def test_mention_with_content_warning_keeps_text_warning_and_audience(self):
        status = self.alice.status(f"hello @{self.bob.handle} <b>& friends</b>", spoiler_text="greeting", visibility="unlisted", language="de")
        copy = self.at_b(status)
        self.assertEqual((copy["spoiler_text"], copy["sensitive"], copy["visibility"], copy["language"]), ("greeting", True, "unlisted", "de"))
        self.assertIn("&lt;b&gt;&amp; friends", copy["content"])
        self.assertEqual([m["acct"] for m in copy["mentions"]], ["bob"])
        self.assertEqual(copy["account"]["acct"], self.alice.handle)
        note = wait_until(lambda: [n for n in self.bob.notifications("mention") if n["status"]["id"] == copy["id"]], what="mention")
        self.assertEqual(len(note), 1)

    def test_reply_boost_and_favourite_come_back(self):
        status = self.alice.status("react to this")
        copy = self.at_b(status)
        self.bob.post(f"/api/v1/statuses/{copy['id']}/favourite")
        self.bob.post(f"/api/v1/statuses/{copy['id']}/reblog")
        self.bob.status("a reply", in_reply_to_id=copy["id"])
        path = f"/api/v1/statuses/{status['id']}"
        wait_until(lambda: (lambda s: (s["favourites_count"], s["reblogs_count"], s["replies_count"]) == (1, 1, 1))(self.alice.get(path)),
                   what="counts of favourite, reblog and reply")
        replies = self.alice.get(path + "/context")["descendants"]
        self.assertEqual([r["account"]["acct"] for r in replies], [self.bob.handle])
        for kind in ("favourite", "reblog"):
            self.assertTrue([n for n in self.alice.notifications(kind) if n["status"]["id"] == status["id"]], kind)
        self.assertEqual([a["acct"] for a in self.alice.get(path + "/favourited_by")], [self.bob.handle])
        self.bob.post(f"/api/v1/statuses/{copy['id']}/unfavourite")
        self.bob.post(f"/api/v1/statuses/{copy['id']}/unreblog")
        wait_until(lambda: (lambda s: (s["favourites_count"], s["reblogs_count"]) == (0, 0))(self.alice.get(path)), what="undone")

    def test_a_boost_of_the_peers_status_reaches_the_followers_home(self):
        status = self.bob.status("boost me")
        copy = wait_until(lambda: next((s for s in self.alice.home() if s["uri"] == status["uri"]), None), what="status")
        self.alice.post(f"/api/v1/statuses/{copy['id']}/reblog")
        boosts = wait_until(lambda: [n for n in self.bob.notifications("reblog") if n["status"]["id"] == status["id"]], what="boost")
        self.assertEqual(len(boosts), 1)

    def test_private_and_direct_statuses_reach_only_their_audience(self):
        private = self.alice.status("for followers", visibility="private")
        direct = self.alice.status(f"for you, @{self.bob.handle}", visibility="direct")
        self.assertEqual(self.at_b(private)["visibility"], "private")
        note = wait_until(lambda: [n for n in self.bob.notifications("mention") if n["status"]["uri"] == direct["uri"]], what="direct")
        self.assertEqual(note[0]["status"]["visibility"], "direct")
        for status in (private, direct):
            self.assertEqual(request("GET", f"{self.a.url}/api/v1/statuses/{status['id']}").status, 404)
            self.assertEqual(request("GET", status["uri"], headers={"Accept": "application/activity+json"}).status, 404)
        public = request("GET", f"{self.b.url}/api/v1/timelines/public").json()
        self.assertFalse([s for s in public if s["uri"] in (private["uri"], direct["uri"])])

    def test_profile_edit_arrives(self):
        self.alice.call("PATCH", "/api/v1/accounts/update_credentials", form={"display_name": "Alice A.", "note": "new note"})
        path = f"/api/v1/accounts/{self.alice_at_b['id']}"
        copy = wait_until(lambda: (lambda a: a["display_name"] == "Alice A." and a)(self.bob.get(path)), what="new name")
        self.assertIn("new note", copy["note"])

    def test_delete_removes_the_copy(self):
        status = self.alice.status("short-lived")
        copy = self.at_b(status)
        self.alice.call("DELETE", f"/api/v1/statuses/{status['id']}")
        wait_until(lambda: request("GET", f"{self.b.url}/api/v1/statuses/{copy['id']}").status == 404, what="copy is gone")
        self.assertEqual(request("GET", status["uri"], headers={"Accept": "application/activity+json"}).status, 410)

    def test_a_pasted_url_finds_the_status(self):
        status = self.alice.status("find me by url")
        found = self.bob.get(f"/api/v2/search?resolve=true&q={status['url']}")["statuses"]
        self.assertEqual([s["uri"] for s in found], [status["uri"]])

    def test_zz_no_log_holds_a_signature_a_body_or_a_token(self):
        """R32. The last of its class: all of the traffic above has been logged, at the lowest level that there is."""
        said = "what nobody reads in a log"
        status = self.alice.status(f"{said} @{self.bob.handle}", spoiler_text=said)
        self.bob.status(said, in_reply_to_id=self.at_b(status)["id"])
        wait_until(lambda: self.alice.get(f"/api/v1/statuses/{status['id']}")["replies_count"] == 1, what="the reply")
        with Peer() as peer:
            # Refused at the door, taken and found wanting, and no JSON at all.
            activity = {"@context": "https://www.w3.org/ns/activitystreams", "type": "Create", "id": peer.actor + "/1", "actor": peer.actor, "content": said}
            body, headers = peer.signed(self.a.domain, "/inbox", activity)
            forged = headers["Signature"].replace('signature="', 'signature="AAAA')
            self.assertEqual(request("POST", self.a.url + "/inbox", headers={**headers, "Signature": forged}, body=activity).status, 401)
            self.assertEqual(peer.send(self.a, activity).status, 202)
            self.assertEqual(peer.send(self.a, [said]).status, 400)
            request("GET", self.a.url + "/api/v1/timelines/home", headers={"Authorization": "Bearer " + said.replace(" ", "")})
            request("GET", self.a.url + f"/api/v1/timelines/home?access_token={self.alice.token}")
            request("POST", self.a.url + "/oauth/token", body={"grant_type": "authorization_code", "code": said, "client_secret": said})
        secrets = [said, said.replace(" ", ""), said.replace(" ", "+"), said.replace(" ", "%20"), self.alice.password,
                   self.alice.token, self.bob.token]
        for instance in (self.a, self.b):
            log = instance.log.read_text(errors="replace")
            self.assertRegex(log, r"(?m)^\S+ debug ")
            self.assertRegex(log, "activity processed")
            for secret in secrets:
                self.assertNotIn(secret, log)
            self.assertNotRegex(log, r"(?i)signature=|keyId=|Bearer |BEGIN [A-Z ]*KEY")
            self.assertNotRegex(log, r"[A-Za-z0-9+/]{80,}={0,2}")  # the shortest signature has 86


class Unfollow(unittest.TestCase):
    def test_unfollow_ends_delivery(self):
        with Instance() as a, Instance() as b:
            alice, bob = a.add_user("alice"), b.add_user("bob")
            target = bob.follow(alice)
            bob.post(f"/api/v1/accounts/{target['id']}/unfollow")
            wait_until(lambda: alice.get(f"/api/v1/accounts/{alice.id}")["followers_count"] == 0, what="no follower left")
            alice.status("nobody hears this")
            carol = b.add_user("carol")
            carol.follow(alice)
            heard = alice.status("carol hears this")
            wait_until(lambda: any(s["uri"] == heard["uri"] for s in carol.home()), what="delivery to carol")
            self.assertEqual(bob.home(), [])

    def test_a_locked_account_decides(self):
        with Instance() as a, Instance() as b:
            alice, bob = a.add_user("alice"), b.add_user("bob")
            alice.call("PATCH", "/api/v1/accounts/update_credentials", form={"locked": "true"})
            target = bob.find(alice.handle)
            self.assertTrue(target["locked"])
            self.assertTrue(bob.post(f"/api/v1/accounts/{target['id']}/follow")["requested"])
            asking = wait_until(lambda: alice.get("/api/v1/follow_requests"), what="request arrives")
            alice.post(f"/api/v1/follow_requests/{asking[0]['id']}/authorize")
            relationship = f"/api/v1/accounts/relationships?id[]={target['id']}"
            wait_until(lambda: bob.get(relationship)[0]["following"], what="accepted")


class Outage(unittest.TestCase):
    def test_everything_arrives_in_order_and_once_after_an_outage(self):
        with Instance() as a, Instance() as b:
            alice, bob = a.add_user("alice"), b.add_user("bob")
            bob.follow(alice)
            b.stop()
            sent = [alice.status(f"while you were out {i}")["uri"] for i in range(10)]
            gone = alice.status("deleted while you were out")
            alice.call("DELETE", f"/api/v1/statuses/{gone['id']}")
            b.start()
            wait_until(lambda: len(bob.home()) >= 10, 60, "all statuses arrive")
            self.assertEqual([s["uri"] for s in reversed(bob.home())], sent)

    def test_killing_the_sender_in_mid_run_loses_nothing(self):
        with Instance() as a, Instance() as b:
            alice, bob = a.add_user("alice"), b.add_user("bob")
            bob.follow(alice)
            sent = [alice.status(f"status {i}")["uri"] for i in range(40)]
            a.kill()
            a.start()
            wait_until(lambda: len(bob.home()) >= 40, 90, "all statuses arrive")
            got = [s["uri"] for s in reversed(bob.home())]
            self.assertEqual(got, sent)

    def test_killing_the_receiver_loses_nothing(self):
        with Instance() as a, Instance() as b:
            alice, bob = a.add_user("alice"), b.add_user("bob")
            bob.follow(alice)
            sent = []
            for i in range(30):
                sent.append(alice.status(f"status {i}")["uri"])
                if i == 15:
                    b.kill()
            b.start()
            wait_until(lambda: len(bob.home()) >= 30, 90, "all statuses arrive")
            self.assertEqual([s["uri"] for s in reversed(bob.home())], sent)


class Strangers(unittest.TestCase):
    # 8.34
    def test_requests_at_once_from_an_unknown_actor_cause_one_fetch(self):
        with Instance() as here, Peer() as peer:
            alice = here.add_user("alice")
            peer.actor_delay = 1
            actor = f"{here.url}/ap/users/{alice.id}"
            likes = [{"@context": "https://www.w3.org/ns/activitystreams", "id": f"{peer.actor}#likes/{n}", "type": "Like", "actor": peer.actor,
                      "object": f"{actor}/statuses/1"} for n in range(6)]
            with concurrent.futures.ThreadPoolExecutor(len(likes)) as pool:
                replies = pool.map(lambda like: peer.send(here, like).status, likes)
                wait_until(lambda: "/users/peer" in peer.shown, 20, "the key is asked for")
                time.sleep(peer.actor_delay / 2)  # they all wait for it
                self.assertEqual(peer.shown.count("/users/peer"), 1, peer.shown)
                self.assertEqual(list(replies), [202] * len(likes))
        # Once more when they are handled, together with WebFinger.
        self.assertLessEqual(peer.shown.count("/users/peer"), 2, peer.shown)


class Trap:
    """Counts who connects to a port of this machine, at any of its addresses."""

    def __init__(self):
        self.port = free_port()
        self.connections = []
        self.sockets = []
        for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::1")):
            try:
                listening = socket.socket(family)
                listening.bind((address, self.port))
            except OSError:  # no IPv6 here
                continue
            listening.listen(50)
            self.sockets.append(listening)
            threading.Thread(target=self.count, args=(listening,), daemon=True).start()

    def count(self, listening):
        while True:
            try:
                connection, peer = listening.accept()
            except OSError:
                return
            self.connections.append(peer)
            connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        for listening in self.sockets:
            listening.close()


class Site:
    """Pages at the one address that may be asked. /to?URL redirects there."""

    def __init__(self):
        site = self
        self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                site.asked.append(self.path)
                target = self.path.removeprefix("/to?")
                self.send_response(302 if target != self.path else 200)
                if target != self.path:
                    self.send_header("Location", urllib.parse.unquote(target))
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(b"<html><head><title>A page</title><meta property='og:title' content='A page'></head></html>")

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.3", 0), Handler)
        self.url = f"http://127.0.0.3:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def to(self, url):
        return f"{self.url}/to?{urllib.parse.quote(url, safe='')}"

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.server.shutdown()
        self.server.server_close()


class InnerNetwork(unittest.TestCase):
    """R30: whatever a person has the server fetch, nothing arrives at this machine or its neighbours: by an address, by
    a name of one, by a redirect to either."""

    NAMES = ["127.0.0.1", "127.0.0.2", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0", "127.1", "2130706433",
             "0x7f000001", "0177.0.0.1", "localhost.", "LOCALHOST"]
    ELSEWHERE = ["169.254.169.254", "10.0.0.1", "192.168.0.1", "[fe80::1]", "[fc00::1]", "100.64.0.1"]

    def test_nothing_that_people_have_us_fetch_arrives_in_the_inner_network(self):
        with Trap() as trap, Site() as site, Instance(reachable="127.0.0.3/32") as here:
            alice = here.add_user("alice")
            inner = [f"http://{name}:{trap.port}/secret" for name in self.NAMES + [socket.gethostname()]]
            inner += [f"http://{name}/latest/meta-data" for name in self.ELSEWHERE]
            urls = inner + [site.to(url) for url in inner]

            def search(text):
                return alice.get("/api/v2/search?resolve=true&q=" + urllib.parse.quote(text))

            for url in urls:
                found = search(url)
                self.assertEqual(found["statuses"] + found["accounts"], [], url)
            for name in ("127.0.0.1", "localhost"):
                self.assertEqual(search(f"@peer@{name}:{trap.port}")["accounts"], [])
            cards = [alice.status(f"see {url}")["id"] for url in urls]
            good = alice.status(f"see {site.to(site.url + '/good')}")["id"]
            mine = [f"http://{name}:{trap.port}/me" for name in ("127.0.0.1", "localhost", "[::1]")]
            links = [mine[0], mine[1], site.to(mine[1]), site.to(mine[2])]
            alice.call("PATCH", "/api/v1/accounts/update_credentials", form={
                f"fields_attributes[{n}][{key}]": value for n, url in enumerate(links) for key, value in (("name", f"link {n}"), ("value", url))})
            for url in links:
                wait_until(lambda: f"fetched url={url}" in here.log.read_text(), what=f"{url} is looked at")
            card = wait_until(lambda: alice.get(f"/api/v1/statuses/{good}")["card"], what="the card of what may be asked")
            self.assertEqual(card["title"], "A page")
            self.assertIn("/good", site.asked)
            time.sleep(1)  # for cards that are made at the same time
            self.assertEqual([c for c in cards if alice.get(f"/api/v1/statuses/{c}")["card"]], [])
            self.assertFalse([f for f in alice.get(f"/api/v1/accounts/{alice.id}")["fields"] if f["verified_at"]])
            self.assertEqual(trap.connections, [])
            self.assertIn("refused address", here.log.read_text())


if __name__ == "__main__":
    unittest.main()
