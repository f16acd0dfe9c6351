"""Files of other servers that are not simply passed on, on a real daemon with real files."""

import os
import pathlib
import subprocess
import unittest

from harness import Instance, request, wait_until
from plain_peer import Peer
from test_media import FILES, FULL_DISK, ffmpeg, picture, received, send


def converted(name, size):
    """By libvips: ffmpeg writes neither AVIF nor HEIC here."""
    path = FILES / name
    subprocess.run(["vips", "copy", str(picture(f"{name}.png", size)), str(path)], check=True)
    return path.read_bytes()


def document(peer, path, kind, **more):
    return {"type": "Document", "mediaType": kind, "url": peer.url + path, **more}


class ForeignMedia(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.here = cls.enterClassContext(Instance())
        cls.anna = cls.here.add_user("anna")

    def test_pictures_that_browsers_do_not_know_are_shown_as_one_they_know(self):
        with Peer() as peer:
            files = {"/1.heic": ("image/heic", converted("peer.heic", "800x600")), "/2.heif": ("image/heif", converted("other.heic", "160x120")),
                     "/3.avif": ("image/avif", converted("peer.avif", "640x480"))}
            peer.files = dict(files)
            named = {"name": "bars", "width": 800, "height": 600}
            status = received(peer, 1, [document(peer, "/1.heic", "image/heic", **named), document(peer, "/2.heif", "image/heif"),
                                        document(peer, "/3.avif", "image/avif")], self.anna)
            self.assertEqual([m["type"] for m in status["media_attachments"]], ["image"] * 3)
            shown = [request("GET", m["url"]) for m in status["media_attachments"]]
            self.assertEqual([(r.status, r.headers["Content-Type"]) for r in shown],
                             [(200, "image/jpeg"), (200, "image/jpeg"), (200, "image/avif")])
            self.assertTrue(all(r.body.startswith(b"\xff\xd8\xff") for r in shown[:2]))
            self.assertEqual(shown[2].body, files["/3.avif"][1])

            def told():
                media = self.anna.get(f"/api/v1/statuses/{status['id']}")["media_attachments"]
                return all(m["blurhash"] for m in media) and media

            seen = wait_until(told, what="the blurhashes")
            self.assertEqual([(m["meta"]["original"]["width"], m["meta"]["original"]["height"]) for m in seen], [(800, 600), (160, 120), (640, 480)])
            self.assertEqual(seen[0]["description"], "bars")
            for media in seen:
                preview = request("GET", media["preview_url"])
                self.assertEqual((preview.status, preview.headers["Content-Type"]), (200, "image/jpeg"))
                self.assertGreater(media["meta"]["small"]["width"], 0)
                self.assertTrue(media["remote_url"].startswith(peer.url))
            self.assertEqual(sorted(peer.fetched), sorted(files), "once each")


class SmallDisk:
    """What lies on the small disk of an instance with prefix=FULL_DISK, as its daemon sees it."""

    def __init__(self, instance):
        self.root = pathlib.Path(f"/proc/{instance.process.pid}/root{instance.dir}/data/media")

    def leave(self, free):
        """Fills all but so many bytes."""
        room = os.statvfs(self.root)
        with open(self.root / "filler", "wb") as filler:
            os.posix_fallocate(filler.fileno(), 0, room.f_bavail * room.f_bsize - free)

    def clear(self):
        (self.root / "filler").unlink()

    def stored(self):
        return [p for p in (self.root / "files").rglob("*") if p.is_file()]

    def at_work(self):
        return list((self.root / "work").iterdir())


@unittest.skipUnless(subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode == 0, "SKIPPED: may not mount a small disk here")
class FullDisk(unittest.TestCase):
    def test_a_file_of_another_server_comes_when_there_is_room(self):
        with Instance('[media]\nremote = "on_demand"', prefix=FULL_DISK) as full, Peer() as peer:
            disk = SmallDisk(full)
            content = picture("foreign.png", "2000x1500").read_bytes()
            peer.files = {"/1.png": ("image/png", content)}
            media = received(peer, 1, [document(peer, "/1.png", "image/png")], full.add_user("dora"))["media_attachments"][0]
            # No room for it, or for it and not for what is made of it.
            for free in (8192, len(content) + 20_000):
                disk.leave(free)
                self.assertEqual(request("GET", media["url"]).status, 503, free)
                wait_until(lambda: not disk.at_work(), what="nothing is worked on")
                self.assertEqual(disk.stored(), [])
                self.assertIn("dunlin_media_cache_bytes 0\n", request("GET", full.url + "/metrics").body.decode())
                disk.clear()
            self.assertEqual(len(peer.fetched), 2)
            # It was no fault of the other server: there is no pause before it is asked again.
            self.assertEqual(request("GET", media["url"]).body, content)
            self.assertEqual(request("GET", media["preview_url"]).status, 200)

    def test_a_film_is_converted_when_there_is_room(self):
        source = ffmpeg("-f lavfi -i testsrc2=size=320x180:rate=25:duration=6 -c:v mpeg4 -q:v 31 -an", "noisy.mov")
        size = source.stat().st_size
        with Instance(prefix=FULL_DISK, env={"DUNLIN_LIMITS__SPOOL_BODY": "1K"}) as full:
            user, disk = full.add_user("dora"), SmallDisk(full)
            disk.leave(2 * size + 60_000)  # for what comes, and a copy to look at; not for what is made of it
            refused = send(user, "POST", "/api/v1/media", {"file": source})
            self.assertEqual(refused.status, 503, refused.body)
            self.assertIn("temporary problem", refused.json()["error"])
            wait_until(lambda: not disk.at_work(), what="nothing is worked on")
            self.assertEqual(disk.stored(), [])
            taken = send(user, "POST", "/api/v2/media", {"file": source})
            self.assertEqual(taken.status, 202, taken.body)
            state = f"{full.url}/api/v1/media/{taken.json()['id']}"
            wait_until(lambda: "no space left" in full.log.read_text().lower().split("/api/v2/media")[-1], 60, "the conversion fails")
            self.assertEqual(request("GET", state, token=user.token).status, 206)
            wait_until(lambda: not disk.at_work(), what="nothing is worked on")
            self.assertEqual([p.stat().st_size for p in disk.stored()], [size])
            disk.clear()
            shown = wait_until(lambda: (lambda r: r.status == 200 and r.json())(request("GET", state, token=user.token)), 60, "it is converted")
            self.assertEqual((shown["type"], request("GET", shown["url"]).status), ("gifv", 200))


if __name__ == "__main__":
    unittest.main()
