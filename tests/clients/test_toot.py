"""toot (Debian's package, unmodified) against a real daemon: the commands that a person types."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from browser import Browser  # noqa: E402
from harness import Instance, wait_until  # noqa: E402


class Toot(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.a = cls.enterClassContext(Instance())
        cls.b = cls.enterClassContext(Instance())
        cls.alice = cls.a.add_user("alice")
        cls.bob = cls.b.add_user("bob")
        cls.home = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.log_in()

    @classmethod
    def environment(cls):
        return {**os.environ, "HOME": cls.home, "XDG_CONFIG_HOME": cls.home + "/config", "BROWSER": "/bin/true", "NO_COLOR": "1",
                "http_proxy": "", "HTTP_PROXY": "", "no_proxy": "*"}

    @classmethod
    def log_in(cls):
        process = subprocess.Popen(["/usr/bin/toot", "login", "--instance", cls.a.domain, "--disable-https"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=cls.environment())
        text = ""
        while "oauth/authorize" not in text or not text.endswith("\n"):
            line = process.stdout.readline()
            if not line:
                break
            text += line
        url = re.search(r"http://\S*/oauth/authorize\S*", text)
        if not url:
            raise AssertionError(f"toot printed no address: {text}")
        code = Browser(cls.a.url).authorization_code(re.sub(r"\x1b\[[0-9;]*m", "", url.group(0)), "alice", cls.alice.password)
        # toot asks whether to open a browser, then for the code.
        rest, _ = process.communicate("\n" + code + "\n", timeout=60)
        if process.returncode != 0:
            raise AssertionError(f"toot login: {text}{rest}")

    def toot(self, *args):
        done = subprocess.run(["/usr/bin/toot", *args], capture_output=True, text=True, env=self.environment(), timeout=60,
                              stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, f"toot {args}: {done.stdout}{done.stderr}")
        return done.stdout

    def newest(self):
        return self.alice.get(f"/api/v1/accounts/{self.alice.id}/statuses")[0]

    def test_whoami(self):
        self.assertIn("alice", self.toot("whoami"))

    def test_post_timelines_thread_delete(self):
        self.toot("post", "hello from toot", "--spoiler-text", "cw", "--language", "en")
        status = self.newest()
        self.assertEqual((status["spoiler_text"], status["application"]["name"]), ("cw", "toot - a Mastodon CLI client"))
        self.assertIn("hello from toot", self.toot("timeline", "--once"))
        self.assertIn("hello from toot", self.toot("timeline", "--public", "--local", "--once"))
        self.toot("post", "a reply", "--reply-to", status["id"])
        self.assertIn("a reply", self.toot("thread", status["id"]))
        self.toot("delete", status["id"])
        self.assertNotIn("hello from toot", self.toot("timeline", "--once"))

    def test_favourite_and_reblog(self):
        self.toot("post", "react")
        status = self.newest()
        self.toot("favourite", status["id"])
        self.toot("reblog", status["id"])
        self.assertEqual(self.alice.get(f"/api/v1/statuses/{status['id']}")["favourites_count"], 1)
        self.toot("unfavourite", status["id"])
        self.toot("unreblog", status["id"])

    def test_search_a_remote_handle_and_follow_it(self):
        self.assertIn(self.bob.handle, self.toot("search", "--resolve", self.bob.handle))
        self.toot("follow", self.bob.handle)
        wait_until(lambda: self.bob.get(f"/api/v1/accounts/{self.bob.id}/followers"), what="the follow arrives")
        self.bob.status(f"hello @{self.alice.handle}")
        # Each look is a process of Python's, so that on a busy machine 20 seconds are only a few.
        wait_until(lambda: self.alice.notifications("mention"), 60, "the mention arrives")
        self.assertIn("hello", self.toot("notifications"))
        self.assertIn(self.bob.handle, self.toot("following", "alice"))
        self.toot("unfollow", self.bob.handle)


if __name__ == "__main__":
    unittest.main()
