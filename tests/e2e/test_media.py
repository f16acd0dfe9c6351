"""Uploads, their way to another server and back from its cache, on real daemons with real files."""

import pathlib
import socket
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request
import uuid

from harness import Instance, Reply, _opener, request, wait_until

FILES = pathlib.Path(tempfile.mkdtemp(prefix="dunlin-media-"))


def ffmpeg(arguments, name):
    path = FILES / name
    if not path.exists():
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments.split(), str(path)], check=True)
    return path


def picture(name="a.png", size="640x400"):
    return ffmpeg(f"-f lavfi -i testsrc=size={size} -frames:v 1", name)


def film(name="a.mov"):
    return ffmpeg("-f lavfi -i testsrc=size=320x180:rate=10:duration=2 -f lavfi -i sine=duration=2 -c:v mpeg4 -c:a aac -shortest", name)


def multipart(files, fields=None):
    boundary = uuid.uuid4().hex
    body = b""
    for name, value in (fields or {}).items():
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    for name, path in files.items():
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{path.name}"\r\n\r\n'.encode()
        body += path.read_bytes() + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def send(user, method, path, files, fields=None):
    body, kind = multipart(files, fields)
    req = urllib.request.Request(user.instance.url + path, data=body, method=method,
                                 headers={"Authorization": f"Bearer {user.token}", "Content-Type": kind})
    try:
        with _opener.open(req, timeout=60) as r:
            return Reply(r.status, r.headers, r.read())
    except urllib.error.HTTPError as e:
        return Reply(e.code, e.headers, e.read())


def upload(user, path, **fields):
    """An upload that is ready."""
    reply = send(user, "POST", "/api/v2/media", {"file": path}, fields)
    if reply.status not in (200, 202):
        raise AssertionError(f"upload: {reply.status} {reply.body!r}")
    media = reply.json()

    def ready():
        r = request("GET", f"{user.instance.url}/api/v1/media/{media['id']}", token=user.token)
        return r.status == 200 and r.json()

    return wait_until(ready, 60, "the upload is ready")


def resident(instance):
    status = pathlib.Path(f"/proc/{instance.process.pid}/status").read_text()
    sizes = (line.split() for line in status.splitlines() if line.startswith(("VmRSS:", "VmHWM:")))
    return {name.rstrip(":"): int(kilobytes) for name, kilobytes, _ in sizes}


class Media(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.a = cls.enterClassContext(Instance())
        cls.b = cls.enterClassContext(Instance())
        cls.alice = cls.a.add_user("alice")
        cls.bob = cls.b.add_user("bob")
        cls.alice_at_b = cls.bob.follow(cls.alice)

    def at_b(self, status):
        return wait_until(lambda: next((s for s in self.bob.home() if s["uri"] == status["uri"]), None), what="the status arrives")

    def test_picture_and_film_are_shown_by_the_other_server(self):
        image = upload(self.alice, picture(), description="bars", focus="0.5,-0.5")
        video = upload(self.alice, film())
        self.assertEqual((image["type"], video["type"]), ("image", "video"))
        for media in (image, video):
            status = self.alice.post("/api/v1/statuses", form={"media_ids[]": media["id"]})
            copy = self.at_b(status)["media_attachments"][0]
            self.assertEqual((copy["type"], copy["description"], copy["blurhash"]), (media["type"], media["description"], media["blurhash"]))
            self.assertEqual(copy["remote_url"], media["url"])
            for url, own in ((copy["url"], media["url"]), (copy["preview_url"], media["preview_url"])):
                self.assertTrue(url.startswith(self.b.url), url)
                shown = request("GET", url)
                self.assertEqual(shown.status, 200, url)
                self.assertTrue(shown.headers["Content-Type"].startswith(("image/", "video/")))
            self.assertEqual(request("GET", copy["url"]).body, request("GET", media["url"]).body)
            meta = self.bob.get(f"/api/v1/statuses/{self.at_b(status)['id']}")["media_attachments"][0]["meta"]
            self.assertEqual(meta["original"]["width"], media["meta"]["original"]["width"])
            self.assertGreater(meta["small"]["width"], 0)
        part = request("GET", video["url"], headers={"Range": "bytes=0-9"})
        self.assertEqual((part.status, len(part.body)), (206, 10))

    def test_a_pruned_copy_comes_back(self):
        media = upload(self.alice, picture("prune.jpg", "500x300"))
        copy = self.at_b(self.alice.post("/api/v1/statuses", form={"media_ids[]": media["id"]}))["media_attachments"][0]
        before = request("GET", copy["url"]).body
        self.assertIn("would go", self.b.cli("media", "prune", "--days", "0", "--dry-run"))
        self.assertIn("are gone", self.b.cli("media", "prune", "--days", "0"))
        self.assertEqual(request("GET", copy["url"]).body, before)
        self.assertIn("of other servers", self.b.cli("media", "usage"))
        self.assertIn("0 known files are missing", self.b.cli("media", "orphans", "--dry-run"))
        self.assertIn("dunlin_media_cache_bytes", request("GET", self.b.url + "/metrics").body.decode())

    def test_avatar_and_emoji_are_shown_by_the_other_server(self):
        reply = send(self.alice, "PATCH", "/api/v1/accounts/update_credentials", {"avatar": picture("face.png", "300x200")})
        self.assertEqual(reply.status, 200, reply.body)
        folder = FILES / "emojis"
        folder.mkdir(exist_ok=True)
        (folder / "wader.png").write_bytes(picture("small.png", "64x64").read_bytes())
        self.assertIn("1 of 1 emojis imported", self.a.cli("emoji", "import", str(folder)))
        account = wait_until(lambda: (lambda a: "/media/avatars/" in a["avatar"] and a)(self.bob.get(f"/api/v1/accounts/{self.alice_at_b['id']}")),
                             what="the new avatar")
        self.assertEqual(request("GET", account["avatar"]).headers["Content-Type"], "image/png")
        copy = self.at_b(self.alice.status("look, a :wader:"))
        self.assertEqual([e["shortcode"] for e in copy["emojis"]], ["wader"])
        self.assertEqual(request("GET", copy["emojis"][0]["url"]).status, 200)
        out = FILES / "exported"
        self.assertIn("1 emojis written", self.a.cli("emoji", "export", str(out)))
        subprocess.run(["tar", "-cf", str(FILES / "pack.tar"), "-C", str(out), "."], check=True)
        self.assertIn("1 of 1 emojis imported", self.b.cli("emoji", "import", str(FILES / "pack.tar"), "--prefix", "a_"))
        self.assertIn(":a_wader:", self.b.cli("emoji", "list"))

    def test_an_upload_that_breaks_off_leaves_nothing_behind(self):
        work = self.a.dir / "data/media/work"
        body, kind = multipart({"file": picture("broken.png", "800x600")})
        with socket.create_connection(("127.0.0.1", self.a.port)) as s:
            head = f"POST /api/v2/media HTTP/1.1\r\nHost: {self.a.domain}\r\nAuthorization: Bearer {self.alice.token}\r\n"
            s.sendall((head + f"Content-Type: {kind}\r\nContent-Length: {len(body) + 1_000_000}\r\n\r\n").encode() + body)
        self.assertEqual(request("GET", self.a.url + "/health").status, 200)
        wait_until(lambda: not work.exists() or not list(work.iterdir()), what="no work is left")

    def test_memory_does_not_grow_with_files(self):
        large = FILES / "large.wav"
        ffmpeg("-f lavfi -i sine=duration=400:sample_rate=44100 -c:a pcm_s16le -ac 2", "large.wav")  # 70 MB
        self.assertGreater(large.stat().st_size, 60_000_000)
        upload(self.alice, picture("warm.png", "100x100"))
        pathlib.Path(f"/proc/{self.a.process.pid}/clear_refs").write_text("5")  # The peak counts from here.
        before = resident(self.a)["VmRSS"]
        media = upload(self.alice, large)
        self.assertEqual(media["type"], "audio")
        with _opener.open(media["url"], timeout=60) as r:
            while r.read(1 << 20):
                pass
        self.assertLess(resident(self.a)["VmHWM"] - before, 40_000, "kilobytes more than before")


if __name__ == "__main__":
    unittest.main()
