"""Mastodon.py (Debian's package, unmodified) against a real daemon."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from browser import Browser  # noqa: E402
from harness import Instance, request, wait_until  # noqa: E402
from test_media import film, picture  # noqa: E402
from mastodon import Mastodon, MastodonNotFoundError, MastodonUnauthorizedError  # noqa: E402

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"


class MastodonPy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.a = cls.enterClassContext(Instance())
        cls.b = cls.enterClassContext(Instance())
        cls.user = cls.a.add_user("alice")
        cls.other = cls.a.add_user("oscar")
        cls.bob = cls.b.add_user("bob")
        cls.api = cls.sign_in(cls.user)

    @classmethod
    def sign_in(cls, user):
        base = user.instance.url
        client_id, secret = Mastodon.create_app("Mastodon.py test", scopes=["read", "write", "follow", "push"],
                                                redirect_uris=OUT_OF_BAND, api_base_url=base)
        api = Mastodon(client_id=client_id, client_secret=secret, api_base_url=base, ratelimit_method="throw")
        url = api.auth_request_url(redirect_uris=OUT_OF_BAND, scopes=["read", "write", "follow", "push"])
        code = Browser(base).authorization_code(url, user.name, user.password)
        api.log_in(code=code, redirect_uri=OUT_OF_BAND, scopes=["read", "write", "follow", "push"])
        return api

    def test_who_am_i(self):
        me = self.api.me()
        self.assertEqual((me.username, me.acct), ("alice", "alice"))
        self.assertEqual(me.source.privacy, "public")
        self.assertEqual(self.api.app_verify_credentials().name, "Mastodon.py test")

    def test_post_read_and_delete(self):
        status = self.api.status_post("hello from Mastodon.py #dunlin", language="en", spoiler_text="cw")
        self.assertEqual(self.api.status(status.id).content, status.content)
        self.assertEqual(status.application.name, "Mastodon.py test")
        for timeline in (self.api.timeline_home(), self.api.timeline_local(), self.api.timeline_public(),
                         self.api.timeline_hashtag("dunlin"), self.api.account_statuses(self.user.id)):
            self.assertIn(status.id, [s.id for s in timeline])
        self.api.status_delete(status.id)
        with self.assertRaises(MastodonNotFoundError):
            self.api.status(status.id)

    def test_reply_favourite_and_boost(self):
        theirs = self.other.status("react to me")
        reply = self.api.status_reply(self.api.status(theirs["id"]), "a reply")
        self.assertIn("@", reply.content)
        self.assertEqual(str(reply.in_reply_to_id), theirs["id"])
        self.assertTrue(self.api.status_favourite(theirs["id"]).favourited)
        self.assertTrue(self.api.status_reblog(theirs["id"]).reblog.reblogged)
        self.assertEqual({n["type"] for n in self.other.notifications()} & {"mention", "favourite", "reblog"},
                         {"mention", "favourite", "reblog"})
        self.assertFalse(self.api.status_unfavourite(theirs["id"]).favourited)
        self.assertFalse(self.api.status_unreblog(theirs["id"]).reblogged)
        context = self.api.status_context(theirs["id"])
        self.assertEqual([s.id for s in context.descendants], [reply.id])

    def test_a_remote_handle_is_found_followed_and_read(self):
        found = self.api.search_v2("@" + self.bob.handle, resolve=True).accounts
        self.assertEqual([a.acct for a in found][:1], [self.bob.handle])
        self.assertTrue(self.api.account_follow(found[0].id).following)
        wait_until(lambda: self.bob.get(f"/api/v1/accounts/{self.bob.id}/followers"), what="the follow arrives")
        status = self.bob.status("for my follower")
        wait_until(lambda: [s for s in self.api.timeline_home() if s.uri == status["uri"]], what="delivery")
        self.assertEqual([a.acct for a in self.api.account_following(self.user.id)], [self.bob.handle])

    def test_paging_walks_the_whole_timeline_once(self):
        ids = [int(self.api.status_post(f"page {i}", visibility="unlisted").id) for i in range(7)]
        page = self.api.account_statuses(self.user.id, limit=3)
        seen = []
        while page:
            seen += [int(s.id) for s in page]
            page = self.api.fetch_next(page)
        self.assertEqual(seen, sorted(set(seen), reverse=True))
        self.assertTrue(set(ids) <= set(seen))

    def test_instance_and_first_minute_calls(self):
        self.assertEqual(self.api.instance().uri, self.a.domain)
        self.assertEqual(self.api.preferences()["posting:default:visibility"], "public")
        self.assertEqual(self.api.custom_emojis(), [])
        self.assertEqual(self.api.filters(), [])
        self.api.markers_set(["home"], [self.api.status_post("mark").id])
        self.assertIn("home", self.api.markers_get(["home"]))
        self.assertTrue(self.api.search("alice").accounts)

    def test_a_picture_with_a_description_and_a_film(self):
        image = self.api.media_post(str(picture()), description="coloured bars", focus=(0.5, -0.5))
        self.assertEqual((image.type, image.description, image.meta.focus.x), ("image", "coloured bars", 0.5))
        status = self.api.status_post("look", media_ids=[image])
        self.assertEqual(status.media_attachments[0].url, image.url)
        video = self.api.media_post(str(film()), synchronous=True)
        self.assertEqual(video.type, "video")
        found = self.api.search_v2("@" + self.user.handle).accounts
        self.assertTrue(found)
        with_film = self.api.status_post("", media_ids=[video], visibility="unlisted")
        self.assertTrue(with_film.media_attachments[0].preview_url)
        self.assertIn(status.id, [s.id for s in self.api.account_statuses(self.user.id, only_media=True)])
        me = self.api.account_update_credentials(avatar=str(picture("face.png", "300x200")))
        self.assertIn("/media/files/", me.avatar)

    def test_a_second_server_shows_the_picture_and_the_film(self):
        reader = self.sign_in(self.bob)
        alice = reader.search_v2("@" + self.user.handle, resolve=True).accounts[0]
        reader.account_follow(alice.id)
        wait_until(lambda: reader.account_relationships(alice.id)[0].following, what="the follow is accepted")
        image = self.api.media_post(str(picture("second.png", "800x500")), description="bars for Bob", focus=(0.25, 0.5))
        video = self.api.media_post(str(film("second.mov")), synchronous=True)
        for media, words in ((image, "a picture"), (video, "a film")):
            status = self.api.status_post(words, media_ids=[media])

            def arrived():
                copies = [s for s in reader.timeline_home() if s.uri == status.uri]
                shown = copies and copies[0].media_attachments[0]
                if shown:
                    request("GET", shown.preview_url)  # whoever looks does not wait for what is fetched ahead
                return shown and shown.blurhash and shown.meta and "small" in shown.meta and shown

            copy = wait_until(arrived, what="the copy is there, with all that is known of it")
            self.assertEqual((copy.type, copy.description, copy.blurhash), (media.type, media.description, media.blurhash))
            self.assertEqual(copy.meta.original.width, media.meta.original.width)
            for url in (copy.url, copy.preview_url):
                self.assertTrue(url.startswith(self.b.url), url)
                self.assertEqual(request("GET", url).status, 200)
        self.assertEqual(arrived().type, "video")

    def test_profile_update(self):
        me = self.api.account_update_credentials(display_name="Alice", note="a note", fields=[("site", "https://example.com")])
        self.assertEqual(me.display_name, "Alice")
        self.assertIn("a note", me.note)
        self.assertEqual(me.source.fields[0].value, "https://example.com")

    def test_revoked_token_is_refused(self):
        api = self.sign_in(self.other)
        api.me()
        api.revoke_access_token()
        with self.assertRaises(Exception):
            api.me()
        bad = Mastodon(access_token="nonsense", api_base_url=self.a.url)
        with self.assertRaises(MastodonUnauthorizedError):
            bad.me()


if __name__ == "__main__":
    unittest.main()
