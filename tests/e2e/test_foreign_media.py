"""Files of other servers that are not simply passed on, on a real daemon with real files."""

import subprocess
import unittest

from harness import Instance, request, wait_until
from plain_peer import Peer
from test_media import FILES, picture, received


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


if __name__ == "__main__":
    unittest.main()
