"""Two daemons that show documents to signed requests only, with empty caches: they must not wait for each other's keys."""

import unittest

from harness import Instance, request, wait_until

AS = "application/activity+json"


class SecureMode(unittest.TestCase):
    def test_the_first_follow_works_in_each_direction(self):
        """8.35"""
        with Instance(secure_mode=True) as a, Instance(secure_mode=True) as b:
            alice, bob = a.add_user("alice"), b.add_user("bob")
            alice.follow(bob)
            bob.follow(alice)
            status = alice.status("for signed eyes only")
            wait_until(lambda: any(s["uri"] == status["uri"] for s in bob.home()), what="the status arrives")
            self.assertEqual(request("GET", status["uri"], headers={"Accept": AS}).status, 401)
            stub = request("GET", f"{a.url}/ap/users/{alice.id}", headers={"Accept": AS}).json()
            self.assertIn("publicKey", stub)
            self.assertNotIn("summary", stub)

    def test_a_blocked_server_gets_nothing_in_or_out(self):
        with Instance() as a, Instance() as b:
            alice, bob = a.add_user("alice"), b.add_user("bob")
            alice.follow(bob)
            bob.follow(alice)
            said = a.cli("domain", "block", b.domain)
            self.assertIn("1 accounts known here, 1 follows from there, 1 follows of them", said)
            wait_until(lambda: alice.get(f"/api/v1/accounts/{alice.id}")["followers_count"] == 0, what="the follow is cut")
            unheard = alice.status("not for you")
            bob.status("you do not hear this either")
            self.assertIn("suspend", a.cli("domain", "list"))
            a.cli("domain", "unblock", b.domain)
            wait_until(lambda: alice.get(f"/api/v1/accounts/{alice.id}")["followers_count"] == 1, what="the follow is back")
            heard = alice.status("hello again")
            wait_until(lambda: any(s["uri"] == heard["uri"] for s in bob.home()), 60, "delivery goes on")
            self.assertFalse(any(s["uri"] == unheard["uri"] for s in bob.home()))


if __name__ == "__main__":
    unittest.main()
