"""Link previews from a real page, translations from a fake LibreTranslate, trends on the command line."""

import http.server
import json
import threading
import unittest

from harness import Instance, request, wait_until


class FakeWeb:
    """Pages and a LibreTranslate on one port of loopback; counts what was asked."""

    def __enter__(self):
        self.asked = []
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def answer(self, body, kind):
                web.asked.append((self.command, self.path, dict(self.headers)))
                data = body.encode("utf-8")
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                try:
                    self.wfile.write(data)
                except OSError:
                    pass  # who reads the beginning of a page only hangs up

            def do_GET(self):
                if self.path == "/languages":
                    return self.answer(json.dumps([{"code": "de", "name": "German", "targets": ["de", "en"]}]), "application/json")
                filler = "x" * 3_000_000 if self.path == "/large" else ""
                self.answer(f'<html lang="de"><title>Page {self.path}</title><meta property="og:description" content="Waders">{filler}</html>', "text/html")

            def do_POST(self):
                sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.answer(json.dumps({"translatedText": [text.replace("Hallo", "Hello") for text in sent["q"]]}), "application/json")

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        return self

    def __exit__(self, *exc):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def count(self, path):
        return sum(asked[1] == path for asked in self.asked)


class Discovery(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.web = cls.enterClassContext(FakeWeb())
        cls.a = cls.enterClassContext(Instance(f'[translation]\nurl = "{cls.web.url}"\n'))
        cls.alice = cls.a.add_user("alice")

    def card_of(self, status):
        return wait_until(lambda: self.alice.get(f"/api/v1/statuses/{status['id']}")["card"], what="the card is there")

    def test_a_link_gets_its_preview_soon_after_posting(self):
        status = self.alice.status(f"look {self.web.url}/page")
        self.assertIsNone(status["card"])
        card = self.card_of(status)
        self.assertEqual((card["title"], card["description"], card["language"]), ("Page /page", "Waders", "de"))
        again = self.alice.status(f"again {self.web.url}/page")
        self.assertEqual(self.card_of(again)["title"], "Page /page")
        self.assertEqual(self.web.count("/page"), 1)
        headers = next(asked[2] for asked in self.web.asked if asked[1] == "/page")
        self.assertNotIn("Signature", headers)
        self.assertTrue(headers["User-Agent"].startswith("Dunlin/"))

    def test_of_a_huge_page_the_beginning_is_read(self):
        self.assertEqual(self.card_of(self.alice.status(f"{self.web.url}/large"))["title"], "Page /large")

    def test_a_status_is_translated(self):
        status = self.alice.status("Hallo Welt", language="de")
        translation = self.alice.post(f"/api/v1/statuses/{status['id']}/translate", form={"lang": "en"})
        self.assertEqual(translation["content"], "<p>Hello Welt</p>")
        self.assertEqual(self.alice.post(f"/api/v1/statuses/{status['id']}/translate", form={"lang": "en"}), translation)
        self.assertEqual(self.web.count("/translate"), 1)
        languages = request("GET", self.a.url + "/api/v1/instance/translation_languages").json()
        self.assertEqual(languages, {"de": ["en"], "und": ["en"]})

    def test_trends_are_reviewed_on_the_command_line(self):
        self.assertEqual(self.a.cli("trend", "list"), "")
        self.assertIn("approved", self.a.cli("trend", "approve", "tag", "Waders"))
        self.assertIn("rejected", self.a.cli("trend", "reject", "publisher", "news.example"))
        refused = self.a.cli("trend", "reject", "colour", "red", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("publisher", refused.stderr)


if __name__ == "__main__":
    unittest.main()
