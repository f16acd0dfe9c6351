"""A web client on masto.js in headless Chromium, on another origin than the server: signs in, reads, posts, replies, edits."""

import functools
import http.server
import pathlib
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from chromium import HERE, REQUIRED, Chromium  # noqa: E402
from harness import Instance  # noqa: E402


class StaticSite:
    """The client's files on a port of their own."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript", ".js": "text/javascript"}

        def log_message(self, *args):
            pass

    def __enter__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(self.Handler, directory=str(HERE)))
        self.url = f"http://127.0.0.1:{self.server.server_port}/web_client/index.html"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        return self

    def __exit__(self, *exc):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@unittest.skipUnless(REQUIRED, "SKIPPED: npm packages of tests/clients or Chromium are not installed")
class WebClient(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = cls.enterClassContext(Instance())
        cls.alice = cls.instance.add_user("alice")
        cls.bob = cls.instance.add_user("bob")
        cls.alice.post(f"/api/v1/accounts/{cls.bob.id}/follow")
        cls.site = cls.enterClassContext(StaticSite())
        cls.browser = cls.enterClassContext(Chromium())
        cls.sign_in()

    @classmethod
    def sign_in(cls):
        do = cls.browser.do
        do("open", url=cls.site.url)
        do("fill", label="Server", text=cls.instance.url)
        do("press", name="Sign in")
        do("see", text="Password")
        do("fill", label="E-mail address or username", text="alice")
        do("fill", label="Password", text=cls.alice.password)
        do("press", name="Sign in")
        do("see", text="Web client")
        do("press", name="Authorize")
        do("see", text="@alice")

    def setUp(self):
        self.do("evaluate", script="client.refresh()")

    def tearDown(self):
        self.assertEqual(self.do("trouble"), [], "the browser's console")
        self.assertEqual(self.do("evaluate", script="document.querySelector('#error').textContent"), "")

    def do(self, action, **arguments):
        return self.browser.do(action, **arguments)

    def test_shows_the_home_timeline(self):
        self.bob.status("Bob at the mudflat")
        self.do("evaluate", script="client.refresh()")
        self.do("see", text="Bob at the mudflat")

    def test_posts_edits_and_deletes(self):
        self.do("fill", label="Text", text="A first draft")
        self.do("press", name="Post")
        self.do("see", text="A first draft")
        self.assertIn("A first draft", self.alice.home()[0]["content"])
        self.do("fill", label="Text", text="A second version")
        self.do("press_in", text="A first draft", name="edit")
        self.do("see", text="A second version")
        self.do("miss", text="A first draft")
        self.assertIsNotNone(self.alice.home()[0]["edited_at"])
        self.do("press_in", text="A second version", name="delete")
        self.do("miss", text="A second version")

    def test_votes_in_a_poll(self):
        poll = self.bob.post("/api/v1/statuses", body={"status": "Which wader?", "poll": {"options": ["Knot", "Dunlin"], "expires_in": 3600}})["poll"]
        self.do("evaluate", script="client.refresh()")
        self.do("press_in", text="Which wader?", name="vote Dunlin")
        self.do("see", text="Dunlin: 1")
        self.assertEqual([o["votes_count"] for o in self.bob.get(f"/api/v1/polls/{poll['id']}")["options"]], [0, 1])

    def test_hides_what_a_filter_catches(self):
        script = """client.masto.v2.filters.create({
            title: 'No gulls', context: ['home'], filterAction: 'warn', keywordsAttributes: [{ keyword: 'gull', wholeWord: false }],
        }).then((filter) => filter.id)"""
        self.assertTrue(self.do("evaluate", script=script))
        self.bob.status("a seagull took my lunch")
        self.do("evaluate", script="client.refresh()")
        self.do("see", text="Filtered: No gulls")

    def test_bookmarks_and_follows_a_hashtag(self):
        self.bob.status("about #phalaropes")
        script = """(async () => {
            const { masto } = client;
            const tag = await masto.v1.tags.$select('phalaropes').follow();
            const found = (await masto.v1.timelines.tag.$select('phalaropes').list())[0];
            await masto.v1.statuses.$select(found.id).bookmark();
            const marked = await masto.v1.bookmarks.list();
            return [tag.following, tag.history.length, marked.some((status) => status.id === found.id)];
        })()"""
        self.assertEqual(self.do("evaluate", script=script), [True, 7, True])

    def test_replies_favourites_and_boosts(self):
        status = self.bob.status("Bob asks a question")
        self.do("evaluate", script="client.refresh()")
        self.do("press_in", text="Bob asks a question", name="favourite")
        self.do("see_marks", text="Bob asks a question", marks="favourited")
        self.do("press_in", text="Bob asks a question", name="reblog")
        self.do("see_marks", text="Bob asks a question", marks="reblogged")
        self.do("fill", label="Text", text="an answer")
        self.do("press_in", text="Bob asks a question", name="reply")
        self.do("see", text="an answer")
        answers = self.bob.get(f"/api/v1/statuses/{status['id']}/context")["descendants"]
        self.assertEqual([a["in_reply_to_id"] for a in answers], [status["id"]])
        self.assertEqual({n["type"] for n in self.bob.notifications()} & {"favourite", "reblog", "mention"}, {"favourite", "reblog", "mention"})

    def test_reads_the_link_header_to_page(self):
        for i in range(5):
            self.bob.status(f"Number {i}")
        script = """(async () => {
            const seen = [];
            for await (const page of client.masto.v1.timelines.home.list({ limit: 2 })) {
                seen.push(...page.map((status) => status.id));
                if (seen.length >= 5) break;
            }
            return [seen.length >= 5, seen.length === new Set(seen).size];
        })()"""
        self.assertEqual(self.do("evaluate", script=script), [True, True])

    def test_an_error_is_readable_across_origins(self):
        script = """client.masto.v1.statuses.$select('1').fetch().then(() => 'found', (error) => error.statusCode + ' ' + error.message)"""
        self.assertEqual(self.do("evaluate", script=script), "404 Record not found")
        self.do("trouble")  # Chromium notes each 404


if __name__ == "__main__":
    unittest.main()
