"""Uploads, their way to another server and back from its cache, on real daemons with real files."""

import concurrent.futures
import io
import json
import os
import pathlib
import pty
import socket
import subprocess
import tarfile
import tempfile
import threading
import unittest
import urllib.error
import urllib.request
import uuid

from harness import BINARY, Instance, Reply, Sibling, _opener, request, wait_until
from plain_peer import Peer

# The daemon in a mount namespace of its own, its media on a disk of 24 MB.
FULL_DISK = ["unshare", "--mount", "sh", "-c",
             'mkdir -p "$0/data/media" && mount -t tmpfs -o size=24m tmpfs "$0/data/media" && exec "$@"']

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


def received(peer, number, attachments, reader, tag=()):
    """A note of the peer that mentions the reader, as they find it."""
    uri = f"{reader.instance.url}/ap/users/{reader.id}"
    mention = {"type": "Mention", "href": uri, "name": f"@{reader.handle}"}
    peer.deliver(reader.instance, peer.create(number, uri, attachment=attachments, tag=[mention, *tag]))
    note = f"{peer.url}/notes/{number}"

    def arrived():
        return next((n["status"] for n in reader.notifications("mention") if n["status"]["uri"] == note), None)

    return wait_until(arrived, what="the note arrives")


def at_a_terminal(instance, *args):
    """A command's output, and what it shows meanwhile to who watches."""
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run([BINARY, "--config", str(instance.config), *args], stdout=subprocess.PIPE, stderr=theirs, text=True,
                              env=instance.env, timeout=60, check=True)
        return done.stdout, os.read(ours, 65536).decode()
    finally:
        os.close(ours)
        os.close(theirs)


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
        out, progress = at_a_terminal(self.b, "media", "prune", "--days", "0")
        self.assertIn("are gone", out)
        self.assertRegex(progress, r"\r[1-9]\d* files")
        self.assertEqual(request("GET", copy["url"]).body, before)
        self.assertIn("of other servers", self.b.cli("media", "usage"))
        self.assertIn("0 known files are missing", self.b.cli("media", "orphans", "--dry-run"))
        self.assertIn("0 files would be fetched", self.b.cli("media", "refresh", "--dry-run"))
        self.b.cli("media", "policy", "slow.example", "on_demand")
        self.assertEqual([line.split() for line in self.b.cli("media", "policy").splitlines()],
                         [["slow.example", "on_demand"], ["all", "others", "cache"]])
        self.b.cli("media", "policy", "slow.example", "default")
        self.assertNotEqual(self.b.cli("media", "policy", "slow.example", "default", check=False).returncode, 0)
        self.assertIn("dunlin_media_cache_bytes", request("GET", self.b.url + "/metrics").body.decode())

    def test_avatar_and_emoji_are_shown_by_the_other_server(self):
        reply = send(self.alice, "PATCH", "/api/v1/accounts/update_credentials", {"avatar": picture("face.png", "300x200")})
        self.assertEqual(reply.status, 200, reply.body)
        folder = FILES / "emojis"
        folder.mkdir(exist_ok=True)
        (folder / "wader.png").write_bytes(picture("small.png", "64x64").read_bytes())
        self.assertIn("1 of 1 emojis would be imported", self.a.cli("emoji", "import", str(folder), "--dry-run"))
        self.assertNotIn(":wader:", self.a.cli("emoji", "list"))
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

    def test_files_that_nothing_knows_are_removed_and_missing_ones_fetched(self):
        with Instance('[media]\nremote = "on_demand"') as here, Peer() as peer:
            anna = here.add_user("anna")
            peer.files = {f"/{i}.png": ("image/png", picture(f"refresh{i}.png", f"{60 + i}x40").read_bytes()) for i in range(2)}
            shown = [self.receive(peer, i, [{"type": "Document", "mediaType": "image/png", "url": f"{peer.url}/{i}.png"}], at=anna)["media_attachments"][0]
                     for i in range(2)]
            self.assertIn("0 files would be fetched", here.cli("media", "refresh", "--domain", "other.example", "--dry-run"))
            self.assertIn("2 files will be fetched", here.cli("media", "refresh", "--domain", peer.handle.split("@")[1]))
            wait_until(lambda: len(peer.fetched) == 2, what="the server fetches them")
            wait_until(lambda: "0 files would be" in here.cli("media", "refresh", "--dry-run"), what="they are here")
            self.assertIn("0 files will be fetched", here.cli("media", "refresh"))
            self.assertEqual([request("GET", m["url"]).status for m in shown], [200, 200])
            self.assertEqual(len(peer.fetched), 2)
            stranger = here.dir / "data/media/files/ab/cd" / ("abcd" + "0" * 36 + ".png")
            stranger.parent.mkdir(parents=True, exist_ok=True)
            stranger.write_bytes(b"nobody's")
            known = upload(anna, picture("kept.png", "50x50"))
            self.assertIn("1 files that nothing knows would be removed", here.cli("media", "orphans", "--dry-run"))
            self.assertTrue(stranger.exists())
            self.assertIn("1 files that nothing knows removed; 0 known files are missing", here.cli("media", "orphans"))
            self.assertFalse(stranger.exists())
            self.assertEqual(request("GET", known["url"]).status, 200)
            next((here.dir / "data/media/files").rglob(known["url"].rsplit("/", 1)[1])).unlink()
            self.assertIn("1 known files are missing", here.cli("media", "orphans"))

    def test_emojis_are_listed_switched_replaced_and_deleted(self):
        def shown():
            return {e["shortcode"]: e for e in request("GET", self.b.url + "/api/v1/custom_emojis").json()}

        folder = FILES / "switched"
        folder.mkdir()
        (folder / "gull.PNG").write_bytes(picture("gull.png", "40x40").read_bytes())
        self.assertIn("1 of 1 emojis would be imported", self.b.cli("emoji", "import", str(folder), "--dry-run"))
        self.assertIn("1 of 1 emojis imported", self.b.cli("emoji", "import", str(folder), "--category", "birds"))
        first = wait_until(lambda: shown().get("gull"), what="the emoji is listed")
        self.assertEqual((first["category"], first["visible_in_picker"]), ("birds", True))
        again = self.b.cli("emoji", "import", str(folder), "--dry-run", check=False)
        self.assertIn("is there already", again.stdout)
        self.assertNotEqual(self.b.cli("emoji", "import", str(folder), check=False).returncode, 0)
        (folder / "gull.PNG").write_bytes(picture("gull2.png", "44x44").read_bytes())
        self.assertIn("1 of 1 emojis would be imported", self.b.cli("emoji", "import", str(folder), "--dry-run", "--overwrite"))
        self.b.cli("emoji", "import", str(folder), "--overwrite", "--unlisted")
        wait_until(lambda: shown()["gull"]["url"] != first["url"] and not shown()["gull"]["visible_in_picker"], what="it is replaced")
        self.b.cli("emoji", "disable", "gull")
        self.assertIn("disabled", self.b.cli("emoji", "list"))
        wait_until(lambda: "gull" not in shown(), what="it is gone")
        self.b.cli("emoji", "enable", "gull")
        wait_until(lambda: "gull" in shown(), what="it is back")
        self.b.cli("emoji", "delete", "gull")
        wait_until(lambda: "gull" not in shown(), what="it is deleted")
        self.assertNotEqual(self.b.cli("emoji", "delete", "gull", check=False).returncode, 0)

    def test_archives_of_emojis_stay_within_their_folder_and_limits(self):
        face = picture("pack.png", "48x48").read_bytes()

        def archive(name, members):
            with tarfile.open(FILES / name, "w:gz") as pack:
                for path, content in members.items():
                    entry = tarfile.TarInfo(path)
                    if isinstance(content, str):
                        entry.type, entry.linkname = tarfile.SYMTYPE, content
                        pack.addfile(entry)
                    else:
                        entry.size = len(content)
                        pack.addfile(entry, io.BytesIO(content))
            return str(FILES / name)

        work = self.b.dir / "data/media/work"
        self.assertIn("1 of 1 emojis imported", self.b.cli("emoji", "import", archive("a:colon.tar.gz", {"sub/packed.png": face})))
        outside = self.b.cli("emoji", "import", archive("up.tar.gz", {"../../escaped.png": face, "fine.png": face}), check=False)
        self.assertNotEqual(outside.returncode, 0)
        self.assertFalse(list(self.b.dir.rglob("escaped.png")))
        linked = self.b.cli("emoji", "import", archive("link.tar.gz", {"secret_file.png": str(self.b.config), "linked.png": face}))
        self.assertIn("1 of 1 emojis imported", linked)
        bomb = self.b.cli("emoji", "import", archive("bomb.tar.gz", {"huge.png": bytes(64 << 20)}), check=False)
        self.assertIn("cannot be unpacked", bomb.stdout + bomb.stderr)
        self.assertFalse(list(work.iterdir()))

    def receive(self, peer, number, attachments, tag=(), at=None):
        return received(peer, number, attachments, at or self.alice, tag)

    def test_attachments_of_a_plain_peer_are_shown(self):
        with Peer() as peer:
            sound = ffmpeg("-f lavfi -i sine=duration=2", "peer.mp3")
            silent = ffmpeg("-f lavfi -i testsrc=size=320x180:rate=10:duration=1 -c:v libx264 -pix_fmt yuv420p", "silent.mp4")
            peer.files = {"/1.jpg": ("image/jpeg", picture("peer.jpg", "800x600").read_bytes()), "/2.png": ("image/png", picture("peer.png", "90x60").read_bytes()),
                          "/3.mp4": ("video/mp4", silent.read_bytes()), "/4.mp3": ("audio/mpeg", sound.read_bytes())}
            named = {"type": "Document", "mediaType": "image/jpeg", "url": peer.url + "/1.jpg", "name": "coloured bars", "focalPoint": [0.5, -0.25],
                     "blurhash": "LEHV6nWB2yk8pyo0adR*.7kCMdnj", "width": 800, "height": 600}
            bare = {"type": "Image", "url": peer.url + "/2.png"}
            film = {"type": "Document", "mediaType": "video/mp4", "url": [{"type": "Link", "href": peer.url + "/3.mp4", "mediaType": "video/mp4"}],
                    "duration": "PT1S", "width": 320, "height": 180}
            sounding = {"type": "Audio", "mediaType": "audio/mpeg", "url": peer.url + "/4.mp3", "duration": "PT2S"}
            status = self.receive(peer, 1, [named, bare, film, sounding])
            self.assertEqual([m["type"] for m in status["media_attachments"]], ["image", "image", "video", "audio"])
            first = status["media_attachments"][0]
            self.assertEqual((first["description"], first["blurhash"][:6]), ("coloured bars", "LEHV6n"))
            self.assertEqual(first["meta"]["focus"], {"x": 0.5, "y": -0.25})
            self.assertEqual(first["meta"]["original"]["width"], 800)
            for media, content in zip(status["media_attachments"], peer.files.values()):
                shown = request("GET", media["url"])
                self.assertEqual((shown.status, shown.headers["Content-Type"], shown.body), (200, content[0], content[1]))
            seen = self.alice.get(f"/api/v1/statuses/{status['id']}")["media_attachments"]
            self.assertEqual([m["type"] for m in seen], ["image", "image", "gifv", "audio"])  # silent and short: it plays in a loop
            self.assertTrue(all(m["blurhash"] for m in seen[:3]))
            self.assertAlmostEqual(seen[3]["meta"]["original"]["duration"], 2, delta=0.2)
            self.assertEqual(request("GET", seen[2]["preview_url"]).headers["Content-Type"], "image/jpeg")
            self.assertEqual(sorted(peer.fetched), sorted(peer.files), "each file is fetched once, however many look")

    # 8.104
    # R17
    def test_no_file_is_ever_served_as_activitypub(self):
        actor = json.dumps({"@context": "https://www.w3.org/ns/activitystreams", "id": self.a.url + "/evil", "type": "Person",
                            "preferredUsername": "evil", "inbox": self.a.url + "/evil/inbox"}).encode()
        real = picture("real.png", "30x20").read_bytes()
        for name, content in {"actor.json": actor, "actor.png": actor, "actor.activity+json": actor}.items():
            (FILES / name).write_bytes(content)
            self.assertEqual(send(self.alice, "POST", "/api/v2/media", {"file": FILES / name}).status, 422, name)
            self.assertEqual(send(self.alice, "PATCH", "/api/v1/accounts/update_credentials", {"avatar": FILES / name}).status, 422, name)
        # Both at once: a picture with an actor behind it.
        (FILES / "both.png").write_bytes(real + actor)
        media = upload(self.alice, FILES / "both.png")
        for url in (media["url"], media["preview_url"]):
            for accept in ("application/activity+json", "*/*"):
                shown = request("GET", url, headers={"Accept": accept})
                self.assertEqual((shown.status, shown.headers["Content-Type"].split("/")[0]), (200, "image"), url)
                self.assertEqual(shown.headers["X-Content-Type-Options"], "nosniff")
                self.assertIn("sandbox", shown.headers["Content-Security-Policy"])
                self.assertNotIn(b"activitystreams", shown.body)
        # What another server calls a picture.
        with Peer() as peer:
            peer.files["/actor.png"] = ("application/activity+json", actor)
            media = self.receive(peer, 1, [{"type": "Document", "mediaType": "image/png", "url": peer.url + "/actor.png"}])["media_attachments"][0]
            shown = request("GET", media["url"])
            self.assertEqual(shown.status, 503)  # not here now, maybe later
            self.assertNotIn(b"activitystreams", shown.body)
            self.assertEqual(peer.fetched, ["/actor.png"])

    # 8.107
    def test_no_file_of_a_blocked_domain_is_fetched(self):
        with Peer("localhost") as peer, Instance() as here:
            anna = here.add_user("anna")
            actor = f"{here.url}/ap/users/{anna.id}"

            def shown_of(n):
                """What is shown of the picture of a new post."""
                peer.files[f"/{n}.png"] = ("image/png", picture("blocked.png", "40x30").read_bytes())
                peer.deliver(here, peer.create(n, actor, tag=[{"type": "Mention", "href": actor}],
                                               attachment=[{"type": "Document", "mediaType": "image/png", "url": f"{peer.url}/{n}.png"}]))
                return wait_until(lambda: next((x["status"] for x in anna.notifications("mention") if f"note {n} " in x["status"]["content"]), None),
                                  what="the mention arrives")["media_attachments"]

            self.assertEqual(request("GET", shown_of(1)[0]["url"]).status, 200)
            here.cli("domain", "block", "LOCALHOST.", "--severity", "none", "--reject-media")
            here.stop()  # what it has begun to fetch by itself ends, and it knows of the block
            here.start()
            self.assertEqual(shown_of(2), [])
            self.assertEqual(set(peer.fetched), {"/1.png"})

    def test_a_host_that_hangs_does_not_keep_others_waiting(self):
        with Peer() as hanging, Peer() as well:
            hanging.files = {f"/{i}.jpg": threading.Event() for i in range(60)}
            well.files = {"/face.jpg": ("image/jpeg", picture("well.jpg", "200x100").read_bytes())}
            self.receive(hanging, 1, [{"type": "Document", "mediaType": "image/jpeg", "url": hanging.url + path} for path in hanging.files])
            wait_until(lambda: len(hanging.fetched) >= 4, what="some of them are asked for")
            status = self.receive(well, 1, [{"type": "Document", "mediaType": "image/jpeg", "url": well.url + "/face.jpg"}])
            self.assertEqual(request("GET", status["media_attachments"][0]["url"]).status, 200)
            self.assertLessEqual(len(hanging.fetched), 6)

    def test_a_picture_that_many_ask_for_is_fetched_once(self):
        with Peer() as peer:
            peer.files = {"/1.jpg": ("image/jpeg", picture("once.jpg", "1200x900").read_bytes())}
            url = self.receive(peer, 1, [{"type": "Document", "mediaType": "image/jpeg", "url": peer.url + "/1.jpg"}])["media_attachments"][0]["url"]
            with concurrent.futures.ThreadPoolExecutor(12) as pool:
                answers = list(pool.map(lambda _: request("GET", url).status, range(24)))
            self.assertEqual((answers, peer.fetched), ([200] * 24, ["/1.jpg"]))

    def test_of_two_processes_on_one_database_one_fetches(self):
        with Instance('[media]\nremote = "on_demand"') as a, Peer() as peer:
            alice = a.add_user("alice")
            picture_of = {f"/{i}.jpg": ("image/jpeg", picture(f"two{i}.jpg", f"{800 + i}x600").read_bytes()) for i in range(2)}

            def arrived(path):
                peer.files = {path: picture_of[path]}
                return self.receive(peer, path[1], [{"type": "Document", "mediaType": "image/jpeg", "url": peer.url + path}], at=alice)["media_attachments"][0]["url"]

            def look(server, url):
                reply = request("GET", server.url + url.removeprefix(a.url))
                return reply.status, reply.body == next(iter(peer.files.values()))[1]

            with Sibling(a) as b, concurrent.futures.ThreadPoolExecutor(16) as pool:
                peer.delay = 1
                url = arrived("/0.jpg")
                answers = list(pool.map(lambda i: look((a, b)[i % 2], url), range(16)))
                self.assertEqual((answers, peer.fetched), ([(200, True)] * 16, ["/0.jpg"]))
                peer.delay = 0
                # One that dies in the middle of it does not keep the other from it.
                url = arrived("/1.jpg")
                peer.files = {"/1.jpg": threading.Event()}
                lost = pool.submit(look, b, url)
                wait_until(lambda: len(peer.fetched) == 2, what="the second process asks")
                b.process.kill()
                b.process.wait()
                self.assertRaises(OSError, lost.result)
                peer.files = {"/1.jpg": picture_of["/1.jpg"]}
                wait_until(lambda: look(a, url) == (200, True), 20, "the first process fetches it")

    def test_a_full_disk_is_no_fault_of_the_file(self):
        if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0:
            self.skipTest("SKIPPED: may not mount a small disk here")
        with Instance(prefix=FULL_DISK) as full:
            user = full.add_user("dora")
            stored = upload(user, picture("first.png", "64x64"))
            disk = full.dir / "data/media"
            filler = pathlib.Path(f"/proc/{full.process.pid}/root{disk}/filler")
            with open(filler, "wb") as file:
                try:
                    while True:
                        file.write(bytes(1 << 20))
                        file.flush()
                except OSError:
                    pass
            refused = send(user, "POST", "/api/v2/media", {"file": picture("second.jpg", "3000x2000")})
            self.assertEqual(refused.status, 503, refused.body)
            # One that waited in memory, too.
            self.assertEqual(send(user, "POST", "/api/v2/media", {"file": picture("third.png", "90x60")}).status, 503)
            self.assertEqual(list(pathlib.Path(f"/proc/{full.process.pid}/root{disk}/work").iterdir()), [])
            filler.unlink()
            self.assertEqual(send(user, "POST", "/api/v2/media", {"file": picture("second.jpg", "3000x2000")}).status, 200)
            self.assertEqual(request("GET", stored["url"]).status, 200)

    def test_an_upload_that_breaks_off_leaves_nothing_behind(self):
        work = self.a.dir / "data/media/work"
        wait_until(lambda: not list(work.iterdir()), what="nothing is worked on")
        body, kind = multipart({"file": picture("broken.png", "800x600")}, {"description": "x" * 1_500_000})
        with socket.create_connection(("127.0.0.1", self.a.port)) as s:
            head = f"POST /api/v2/media HTTP/1.1\r\nHost: {self.a.domain}\r\nAuthorization: Bearer {self.alice.token}\r\n"
            s.sendall((head + f"Content-Type: {kind}\r\nContent-Length: {len(body) + 1_000_000}\r\n\r\n").encode() + body)
            wait_until(lambda: list(work.iterdir()), what="what has come lies in a file")
        self.assertEqual(request("GET", self.a.url + "/health").status, 200)
        wait_until(lambda: not list(work.iterdir()), what="no work is left")

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
