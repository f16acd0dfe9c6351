"""A remote server of one actor in plain ActivityPub: no library that might be kind to us."""

import base64
import datetime
import hashlib
import http.server
import json
import threading
import time
import urllib.parse

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from harness import free_port, request

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


class Peer:
    """Serves its actor and its files, signs what it sends by draft-cavage-12, swallows what is delivered to it."""

    def __init__(self, host="127.0.0.1"):
        self.port = free_port()
        self.url = f"http://{host}:{self.port}"
        self.actor = f"{self.url}/users/peer"
        self.handle = f"peer@{host}:{self.port}"
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.received = 0
        self.files = {}  # by path: (type, bytes), or a threading.Event that the answer waits for
        self.fetched = []
        self.delay = 0  # seconds that a file takes
        self.shown = []  # the paths of all else that was asked for
        self.actor_delay = 0  # seconds until its actor is shown
        peer = self
        pem = self.key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self, status, body=b"", kind="application/activity+json"):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                path = urllib.parse.urlparse(self.path).path
                if path in peer.files:
                    peer.fetched.append(path)
                    if isinstance(peer.files[path], threading.Event):
                        peer.files[path].wait(60)
                        self.close_connection = True
                        return None
                    time.sleep(peer.delay)
                    kind, content = peer.files[path]
                    return self.answer(200, content, kind)
                peer.shown.append(path)
                if "webfinger" in path:
                    links = [{"rel": "self", "type": "application/activity+json", "href": peer.actor}]
                    return self.answer(200, json.dumps({"subject": f"acct:{peer.handle}", "links": links}).encode(), "application/jrd+json")
                time.sleep(peer.actor_delay)
                self.answer(200, json.dumps({
                    "@context": "https://www.w3.org/ns/activitystreams", "id": peer.actor, "type": "Person", "preferredUsername": "peer",
                    "inbox": peer.actor + "/inbox", "outbox": peer.actor + "/outbox", "followers": peer.actor + "/followers",
                    "publicKey": {"id": peer.actor + "#main-key", "owner": peer.actor, "publicKeyPem": pem}}).encode())

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                peer.received += 1
                self.answer(202)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        for content in self.files.values():
            if isinstance(content, threading.Event):
                content.set()
        self.server.shutdown()
        self.server.server_close()

    def signed(self, host, path, activity):
        body = json.dumps(activity).encode()
        date = datetime.datetime.now(datetime.timezone.utc).strftime("%a, %d %b %Y %H:%M:%S GMT")
        digest = "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()
        text = f"(request-target): post {path}\nhost: {host}\ndate: {date}\ndigest: {digest}"
        signature = base64.b64encode(self.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()
        return body, {"Host": host, "Date": date, "Digest": digest, "Content-Type": "application/activity+json",
                      "Signature": f'keyId="{self.actor}#main-key",algorithm="rsa-sha256",headers="(request-target) host date digest",signature="{signature}"'}

    def create(self, n, to, **more):
        """A Create of a public note; `more`: further members of the note."""
        note = f"{self.url}/notes/{n}"
        audience = {"to": [PUBLIC], "cc": [to]}
        return {"@context": "https://www.w3.org/ns/activitystreams", "id": note + "/activity", "type": "Create", "actor": self.actor, **audience,
                "object": {"id": note, "type": "Note", "attributedTo": self.actor, "content": f"<p>note {n} with some text in it</p>",
                           "published": datetime.datetime.now(datetime.timezone.utc).isoformat(), **audience, **more}}

    def deliver(self, instance, activity):
        reply = self.send(instance, activity)
        if reply.status != 202:
            raise AssertionError(f"inbox: {reply.status} {reply.body!r}")

    def send(self, instance, activity):
        body, headers = self.signed(instance.domain, "/inbox", activity)
        return request("POST", instance.url + "/inbox", headers=headers, body=json.loads(body))
