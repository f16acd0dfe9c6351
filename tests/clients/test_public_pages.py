"""The pages that everybody may see, in headless Chromium: nothing is refused by their own policy, nothing is broken, nothing sticks out, on
a wide and on a narrow screen, light and dark. SCREENSHOTS_IN=FOLDER keeps what it looked like."""

import http.server
import os
import pathlib
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from chromium import REQUIRED, Chromium  # noqa: E402
from harness import Instance, request, wait_until  # noqa: E402
from test_media import FILES, ffmpeg, film, send, upload  # noqa: E402

SCREENSHOTS = os.environ.get("SCREENSHOTS_IN")
ARTICLE = """<!DOCTYPE html><html lang="en"><head><title>Waders return to the estuary</title>
<meta property="og:title" content="Waders return to the estuary"><meta property="og:site_name" content="The Shore Paper">
<meta property="og:description" content="For the first time in thirty years dunlins and knots winter in the restored marshes, say those who count them.">
<meta property="og:image" content="/shore.jpg"><meta property="og:image:alt" content="A flock over mud flats"></head><body></body></html>"""


def scene(name, size, source="gradients=c0=0x7fb6c4:c1=0xe9d8a6:c2=0x52796f:c3=0x2f4858:n=4:seed=7"):
    """A picture with soft colours, so that pages look like pages."""
    return ffmpeg(f"-f lavfi -i {source}:size={size}:duration=1 -frames:v 1", name)


class NewsSite:
    """A page with a picture, to be linked to."""

    def __enter__(self):
        image = scene("shore.jpg", "1200x630").read_bytes()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                kind, body = ("image/jpeg", image) if self.path == "/shore.jpg" else ("text/html; charset=utf-8", ARTICLE.encode())
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc):
        self.server.shutdown()
        self.server.server_close()


@unittest.skipUnless(REQUIRED, "SKIPPED: npm packages of tests/clients or Chromium are not installed")
class PublicPages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.here = cls.enterClassContext(Instance('[instance]\ntitle = "Mudflat"\ndescription = "A small server for people who watch birds."'))
        cls.news = cls.enterClassContext(NewsSite())
        cls.alice = cls.here.add_user("alice")
        cls.bob = cls.here.add_user("bob")
        cls.dress()
        cls.pages = cls.write()
        cls.browser = cls.enterClassContext(Chromium())

    @classmethod
    def dress(cls):
        """Faces, words and an emoji."""
        folder = FILES / "page-emojis"
        folder.mkdir(exist_ok=True)
        (folder / "wader.png").write_bytes(scene("wader.png", "96x96").read_bytes())
        cls.here.cli("emoji", "import", str(folder))
        for user, name, seed in ((cls.alice, "Alice Avocet :wader:", 3), (cls.bob, "Bob Bittern", 11)):
            colours = f"gradients=c0=0x355070:c1=0xeaac8b:c2=0xb56576:n=3:seed={seed}"
            files = {"avatar": scene(f"{user.name}-face.png", "400x400", colours), "header": scene(f"{user.name}-head.png", "1500x500", colours)}
            fields = {"display_name": name, "note": "I count birds at the #estuary :wader: and write about it. See https://example.org/counts",
                      "fields_attributes[0][name]": "Pronouns", "fields_attributes[0][value]": "she/her",
                      "fields_attributes[1][name]": "Web", "fields_attributes[1][value]": "https://example.org/a/rather/long/address/that/does/not/fit"}
            reply = send(user, "PATCH", "/api/v1/accounts/update_credentials", files, fields)
            assert reply.status == 200, reply.body

    @classmethod
    def write(cls):
        post = cls.alice.post
        media = [upload(cls.alice, scene(f"page{i}.jpg", size, f"gradients=c0=0x264653:c1=0x2a9d8f:c2=0xe9c46a:c3=0xe76f51:n=4:seed={i}"),
                        description=f"The estuary, view {i}")["id"] for i, size in enumerate(["1600x1000", "900x1400", "1200x800", "1000x1000",
                                                                                              "1400x900", "800x600", "1500x1000", "1000x700"])]
        video = upload(cls.alice, film("page.mov"), description="A test film")["id"]
        sound = upload(cls.alice, ffmpeg("-f lavfi -i sine=duration=3", "page.mp3"), description="Call of a curlew")["id"]

        def with_media(words, *ids, **more):
            return post("/api/v1/statuses", body={"status": words, "media_ids": list(ids), **more})

        one = with_media("Low tide this morning. :wader: #estuary", media[0])
        pages = {"one-picture": one, "two-pictures": with_media("Before and after", *media[1:3]),
                 "three-pictures": with_media("Three of them", media[1 + 2], media[4], media[5]),
                 "video": with_media("They are back!", video), "audio": with_media("Listen", sound),
                 "sensitive": with_media("Not for everybody", media[6], sensitive=True),
                 "warning": with_media("A dead gull", media[7], spoiler_text="Dead bird"),
                 "poll": post("/api/v1/statuses", body={"status": "Which one do you like best?", "poll": {
                     "options": ["Dunlin :wader:", "Knot", "A longer option that wraps on a narrow screen"], "expires_in": 86400}}),
                 "quote": cls.bob.post("/api/v1/statuses", body={"status": "Look at this!", "quoted_status_id": one["id"]}),
                 "card": cls.bob.status(f"Good news: {cls.news.url}"),
                 "words": cls.bob.status("A very long word: " + "x" * 200 + " and https://example.org/" + "path/" * 30)}
        four = [upload(cls.alice, scene(f"four{i}.jpg", "1000x750", f"gradients=c0=0x3d405b:c1=0x81b29a:c2=0xf2cc8f:n=3:seed={i + 20}"),
                       description=f"Plate {i}")["id"] for i in range(4)]
        pages["four-pictures"] = with_media("Four plates", *four)
        poll = pages["poll"]["poll"]["id"]
        cls.bob.post(f"/api/v1/polls/{poll}/votes", body={"choices": [0]})
        cls.bob.post("/api/v1/statuses", body={"status": "Where was this? @alice", "in_reply_to_id": one["id"]})
        cls.bob.post(f"/api/v1/statuses/{one['id']}/favourite")
        wait_until(lambda: cls.bob.get(f"/api/v1/statuses/{pages['card']['id']}")["card"], what="the link preview")
        paths = {name: status["url"] for name, status in pages.items()}
        return {**paths, "profile": f"{cls.here.url}/@alice", "tag": f"{cls.here.url}/tags/estuary", "start": cls.here.url + "/"}

    def look(self, url, name, width, dark):
        do = self.browser.do
        do("size", width=width, height=900, dark=dark)
        do("open", url=url)
        # Lazy pictures as if somebody had read to the end.
        do("evaluate", script="Promise.all([...document.images].map(i => { i.loading = 'eager'; return i.decode().catch(() => 0); })).then(() => 1)")
        if SCREENSHOTS:
            do("screenshot", path=str(pathlib.Path(SCREENSHOTS) / f"{name}-{width}{'-dark' if dark else ''}.png"))
        broken = do("evaluate", script="[...document.images].filter(i => !i.naturalWidth && i.checkVisibility()).map(i => i.src)")
        self.assertEqual(broken, [], name)
        self.assertLessEqual(do("evaluate", script="document.documentElement.scrollWidth"), width, f"{name} is too wide")
        self.assertEqual(do("evaluate", script="[...document.querySelectorAll('img.emoji')].filter(i => i.height > 40).length"), 0, name)
        self.assertEqual(do("evaluate", script="document.scripts.length"), 0, name)
        self.assertEqual(do("trouble"), [], name)

    def test_every_page_on_every_screen(self):
        for name, url in self.pages.items():
            for width, dark in ((1000, False), (360, True)):
                with self.subTest(name, width=width):
                    self.look(url, name, width, dark)

    def test_all_that_is_shown_comes_from_here(self):
        for name, url in self.pages.items():
            policy = request("GET", url, headers={"Accept": "text/html"}).headers["Content-Security-Policy"]
            self.assertIn("img-src 'self'; media-src 'self'", policy, name)
            self.assertIn("default-src 'none'", policy)
        card = self.bob.get(f"/api/v1/statuses/{self.pages['card'].rsplit('/', 1)[1]}")["card"]
        self.assertTrue(card["image"].startswith(self.here.url + "/media/cards/"), card["image"])
        self.assertEqual(request("GET", card["image"]).headers["Content-Type"], "image/jpeg")
        wait_until(lambda: self.bob.get(f"/api/v1/statuses/{self.pages['card'].rsplit('/', 1)[1]}")["card"]["blurhash"], what="its blurhash")

    def test_what_is_hidden_opens_without_scripts(self):
        for name in ("sensitive", "warning"):
            self.browser.do("open", url=self.pages[name])
            shown = "document.querySelector('.media img').checkVisibility()"
            self.assertFalse(self.browser.do("evaluate", script=shown), name)
            self.browser.do("evaluate", script="document.querySelector('article summary').click()")
            self.assertTrue(self.browser.do("evaluate", script=shown), name)


if __name__ == "__main__":
    unittest.main()
