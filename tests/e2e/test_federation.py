"""Two daemons on loopback: everything done on one side arrives on the other, in order, once."""

import concurrent.futures
import unittest

from harness import Instance, request, wait_until
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
                replies = list(pool.map(lambda like: peer.send(here, like).status, likes))
            self.assertEqual(replies, [202] * len(likes))
        self.assertEqual(peer.shown.count("/users/peer"), 1, peer.shown)


if __name__ == "__main__":
    unittest.main()
