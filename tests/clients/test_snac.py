"""8.111: snac2, where the system has it (Debian backports), follows, posts and is followed. Skipped with a message elsewhere."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from harness import Instance, free_port, request, wait_until  # noqa: E402

SNAC = shutil.which("snac")


class Snac:
    def __init__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="dunlin-snac-")) / "data"
        self.port = free_port()
        self.host = f"127.0.0.1:{self.port}"
        answers = f"127.0.0.1\n{self.port}\n{self.host}\n\n\n"
        subprocess.run([SNAC, "init", str(self.dir)], input=answers, text=True, check=True, stdout=subprocess.DEVNULL)
        settings = json.loads((self.dir / "server.json").read_text())
        (self.dir / "server.json").write_text(json.dumps({**settings, "protocol": "http"}))
        subprocess.run([SNAC, "adduser", str(self.dir), "sam"], input="\n", text=True, check=True, stdout=subprocess.DEVNULL)

    def __enter__(self):
        self.process = subprocess.Popen([SNAC, "httpd", str(self.dir)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: self.answers(), 20, "snac answers")
        return self

    def __exit__(self, *exc):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.dir.parent, ignore_errors=True)

    def answers(self):
        try:
            return request("GET", f"http://{self.host}/sam", headers={"Accept": "application/activity+json"}).status == 200
        except OSError:
            return False

    def do(self, command, *arguments):
        subprocess.run([SNAC, command, str(self.dir), "sam", *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@unittest.skipUnless(SNAC, "SKIPPED: no snac2 here, and scripts/test found none in the package sources of this system (Debian backports has it)")
class SnacPeer(unittest.TestCase):
    def test_follow_post_reply_boost_like_unfollow(self):
        with Instance() as instance, Snac() as snac:
            alice = instance.add_user("alice")
            actor = f"{instance.url}/ap/users/{alice.id}"
            sam = alice.find(f"sam@{snac.host}")
            alice.post(f"/api/v1/accounts/{sam['id']}/follow")
            wait_until(lambda: alice.get(f"/api/v1/accounts/relationships?id[]={sam['id']}")[0]["following"], 60, "our follow is accepted")
            snac.do("follow", actor)
            wait_until(lambda: alice.get(f"/api/v1/accounts/{alice.id}")["followers_count"] == 1, 60, "its follow arrives")
            snac.do("note", "hello from snac")
            copy = wait_until(lambda: next((s for s in alice.home() if "hello from snac" in s["content"]), None), 60, "its post arrives")
            alice.post(f"/api/v1/statuses/{copy['id']}/favourite")
            alice.status("a reply", in_reply_to_id=copy["id"])
            ours = alice.status("boost me")
            snac.do("boost", ours["uri"])
            wait_until(lambda: alice.get(f"/api/v1/statuses/{ours['id']}")["reblogs_count"] == 1, 60, "its boost arrives")
            snac.do("unfollow", actor)
            wait_until(lambda: alice.get(f"/api/v1/accounts/{alice.id}")["followers_count"] == 0, 60, "its unfollow arrives")


if __name__ == "__main__":
    unittest.main()
