"""What clients stumble over, one case each."""

import json
import re
import time
import unittest
import urllib.parse

from harness import Instance, request, wait_until
from streams import Stream
from test_media import film, picture, send

KEYS = {"p256dh": "BEpPCn0cfs3P0E0fY-gyOuahx5dW5N8quUowlrPyfXlMa6tABLqqcSpOpMnC1-o_UB_s4R8NQsqMLbASjnqSbqw", "auth": "4vQK-SvRAN5eo-8ASlrwdg"}
DATE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")


def dates_in(value, path=""):
    """Every text that begins like a date with a time, with where it stands."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield from dates_in(member, f"{path}.{key}")
    elif isinstance(value, list):
        for member in value:
            yield from dates_in(member, path + "[]")
    elif isinstance(value, str) and re.match(r"^\d{4}-\d\d-\d\dT", value):
        yield path, value


def links(reply):
    """{rel: {parameter: value}} of a Link header."""
    found = {}
    for url, rel in re.findall(r'<([^>]+)>; rel="(\w+)"', reply.headers.get("Link") or ""):
        found[rel] = dict(urllib.parse.parse_qsl(urllib.parse.urlparse(url).query))
    return found


class Traps(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.here = Instance()
        cls.here.start()
        cls.alice, cls.bob, cls.carol = (cls.here.add_user(n) for n in ("alice", "bob", "carol"))

    @classmethod
    def tearDownClass(cls):
        cls.here.__exit__(None, None, None)

    def get(self, path, user=None, **kwargs):
        return request("GET", self.here.url + path, token=user.token if user else None, **kwargs)

    def follow(self, who, target):
        return who.post(f"/api/v1/accounts/{target.id}/follow")

    def test_01_cursors_of_follow_lists_are_in_the_link_alone(self):
        for who in (self.bob, self.carol):
            self.follow(who, self.alice)
        page = self.get(f"/api/v1/accounts/{self.alice.id}/followers?limit=1", self.alice)
        cursor = links(page)["next"]["max_id"]
        self.assertNotIn(cursor, [a["id"] for a in page.json()])
        second = self.get(f"/api/v1/accounts/{self.alice.id}/followers?limit=1&max_id={cursor}", self.alice)
        self.assertEqual([a["username"] for a in page.json() + second.json()], ["carol", "bob"])
        self.assertIn("since_id", links(page)["prev"])

    def test_02_min_id_is_the_oldest_page_above_and_since_id_the_newest(self):
        ids = [self.carol.status(f"number {i}")["id"] for i in range(5)]
        path = f"/api/v1/accounts/{self.carol.id}/statuses?limit=2"
        self.assertEqual([s["id"] for s in self.get(f"{path}&min_id={ids[0]}").json()], [ids[2], ids[1]])
        self.assertEqual([s["id"] for s in self.get(f"{path}&since_id={ids[0]}").json()], [ids[4], ids[3]])

    def test_03_a_page_that_is_not_full_keeps_its_next_link(self):
        self.bob.status("one alone")
        page = self.get("/api/v1/timelines/public?local=true&limit=40")
        self.assertLess(len(page.json()), 40)
        self.assertIn("next", links(page))

    def test_04_numbers_and_texts_are_the_ones_that_clients_decode(self):
        marker = self.alice.post("/api/v1/markers", body={"home": {"last_read_id": "1"}})["home"]
        self.assertIsInstance(marker["version"], int)
        week = self.get("/api/v1/instance/activity").json()
        self.assertEqual(len(week), 12)
        self.assertTrue(all(isinstance(v, str) for one in week for v in one.values()))
        tag = self.alice.post("/api/v1/featured_tags", body={"name": "traps"})
        self.assertIsInstance(tag["statuses_count"], str)
        history = self.get("/api/v1/tags/traps").json()["history"]
        self.assertEqual(len(history), 7)
        self.assertTrue(all(isinstance(v, str) for day in history for v in day.values()))
        push = self.alice.post("/api/v1/push/subscription", body={"subscription": {"endpoint": "https://push.example/1", "keys": KEYS}})
        self.assertIsInstance(push["id"], int)
        self.assertLess(push["id"], 2**31)
        self.assertIsInstance(self.get("/api/v1/accounts/verify_credentials", self.alice).json()["role"]["permissions"], str)

    def test_05_every_datetime_has_three_digits_and_z(self):
        self.alice.status("a date @bob")
        bodies = [self.get("/api/v1/accounts/verify_credentials", self.alice), self.get("/api/v1/timelines/public"),
                  self.get("/api/v1/notifications", self.bob), self.get("/api/v2/instance")]
        found = [d for body in bodies for d in dates_in(body.json())]
        self.assertGreater(len(found), 3)
        for path, date in found:
            self.assertRegex(date, DATE, path)

    def test_06_success_without_content_is_an_empty_object(self):
        for path in ("/api/v1/notifications/clear", f"/api/v1/domain_blocks?domain=bad.example"):
            r = request("POST", self.here.url + path, token=self.alice.token)
            self.assertEqual((r.status, r.body), (200, b"{}"), path)
            self.assertEqual(r.headers["Content-Type"], "application/json; charset=utf-8")
        r = request("DELETE", self.here.url + "/api/v1/domain_blocks", token=self.alice.token, form={"domain": "bad.example"})
        self.assertEqual((r.status, r.body), (200, b"{}"))

    def test_07_a_missing_user_is_422_with_an_app_and_401_with_nobody_and_the_invisible_is_404(self):
        app = request("POST", self.here.url + "/api/v1/apps", body={"client_name": "x", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"}).json()
        token = request("POST", self.here.url + "/oauth/token", body={
            "grant_type": "client_credentials", "client_id": app["client_id"], "client_secret": app["client_secret"]}).json()["access_token"]
        with_app = request("GET", self.here.url + "/api/v1/timelines/home", token=token)
        self.assertEqual((with_app.status, with_app.json()["error"]), (422, "This method requires an authenticated user"))
        self.assertEqual(self.get("/api/v1/timelines/home").status, 401)
        secret = self.alice.status("nobody else", visibility="direct")
        self.assertEqual(self.get(f"/api/v1/statuses/{secret['id']}", self.carol).json(), {"error": "Record not found"})
        self.assertEqual(self.get(f"/api/v1/statuses/{secret['id']}").status, 404)

    def test_08_an_unknown_token_is_nobody_where_one_is_optional_and_a_revoked_one_is_refused(self):
        unknown = self.get("/api/v1/timelines/public", headers={"Authorization": "Bearer nobody"})
        self.assertEqual(unknown.status, 200)
        user = self.here.add_user("heron")
        self.here.cli("account", "modify", "--username", "heron", "--password", "another horse")
        app = request("POST", self.here.url + "/api/v1/apps", body={"client_name": "x", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"}).json()
        token = request("POST", self.here.url + "/oauth/token", body={
            "grant_type": "client_credentials", "client_id": app["client_id"], "client_secret": app["client_secret"]}).json()["access_token"]
        request("POST", self.here.url + "/oauth/revoke", body={"client_id": app["client_id"], "client_secret": app["client_secret"], "token": token})
        revoked = request("GET", self.here.url + "/api/v1/timelines/public", token=token)
        self.assertEqual((revoked.status, revoked.json()["error"]), (401, "The access token was revoked"))
        self.assertIn('error="invalid_token"', revoked.headers["WWW-Authenticate"])
        self.assertIsNotNone(user)

    def test_09_an_edit_replaces_everything(self):
        made = self.alice.post("/api/v1/statuses", body={"status": "choose", "poll": {"options": ["a", "b"], "expires_in": 600}})
        edited = self.alice.call("PUT", f"/api/v1/statuses/{made['id']}", body={"status": "nothing to choose"})
        self.assertIsNone(edited["poll"])
        self.assertEqual(edited["id"], made["id"])

    def test_10_uploads_are_done_or_on_their_way_and_those_of_posts_are_out_of_reach(self):
        done = send(self.alice, "POST", "/api/v2/media", {"file": picture()})
        self.assertEqual(done.status, 200)
        self.assertTrue(done.json()["url"])
        started = send(self.alice, "POST", "/api/v2/media", {"file": film()})
        self.assertEqual(started.status, 202)
        self.assertIsNone(started.json()["url"])
        path = f"/api/v1/media/{started.json()['id']}"
        self.assertIn(self.get(path, self.alice).status, (200, 206))
        wait_until(lambda: self.get(path, self.alice).status == 200, 60, "the film is converted")
        self.alice.status("a film", media_ids=[started.json()["id"]])
        self.assertEqual(self.get(path, self.alice).status, 404)
        r = request("PUT", self.here.url + path, token=self.alice.token, body={"description": "x"})
        self.assertEqual(r.status, 404)

    def test_11_a_deleted_status_comes_back_as_its_text(self):
        made = self.alice.status("to be *redrafted* #soon")
        gone = self.alice.call("DELETE", f"/api/v1/statuses/{made['id']}")
        self.assertEqual(gone["text"], "to be *redrafted* #soon")
        self.assertEqual(gone["id"], made["id"])

    def test_12_who_follows_an_unlocked_account_elsewhere_does_so_at_once(self):
        with Instance() as there:
            far = self.alice.find(there.add_user("dora").handle)
            relationship = self.follow(self.alice, type("Far", (), {"id": far["id"]}))
        self.assertEqual((relationship["following"], relationship["requested"]), (True, False))

    def test_13_a_reblog_is_a_wrapper_and_taking_it_back_gives_the_original(self):
        made = self.bob.status("worth passing on")
        wrapper = self.alice.post(f"/api/v1/statuses/{made['id']}/reblog")
        self.assertNotEqual(wrapper["id"], made["id"])
        self.assertEqual(wrapper["reblog"]["id"], made["id"])
        self.assertEqual(self.alice.post(f"/api/v1/statuses/{made['id']}/unreblog")["id"], made["id"])

    def test_14_streams_echo_the_protocol_and_payloads_are_texts(self):
        base = self.get("/api/v2/instance").json()["configuration"]["urls"]["streaming"]
        self.assertEqual(urllib.parse.urlparse(base).path, "")
        stream = Stream(self.here, self.alice.token, "stream=user", how="subprotocol")
        self.assertIn(f"sec-websocket-protocol: {self.alice.token}", stream.head.replace("Sec-WebSocket-Protocol", "sec-websocket-protocol"))
        status = self.alice.status("over the wire")
        event = stream.message()
        while event.get("event") != "update":
            event = stream.message()
        self.assertEqual(event["stream"], ["user"])
        self.assertIsInstance(event["payload"], str)
        self.assertEqual(json.loads(event["payload"])["id"], status["id"])
        stream.close()

    def test_15_a_token_has_one_push_subscription_with_a_number_as_id(self):
        # Both encryptions are tested by a receiver in tests/clients/test_push.py.
        def subscribe(endpoint, standard):
            return self.alice.post("/api/v1/push/subscription", body={
                "subscription": {"endpoint": endpoint, "keys": KEYS, "standard": standard}, "data": {"alerts": {"mention": True}}})
        first = subscribe("https://push.example/1", False)
        second = subscribe("https://push.example/2", True)
        self.assertIsInstance(second["id"], int)
        self.assertLess(second["id"], 2**31)
        self.assertEqual((first["standard"], second["standard"]), (False, True))
        self.assertEqual(self.alice.get("/api/v1/push/subscription")["endpoint"], "https://push.example/2")
        key = self.get("/api/v2/instance").json()["configuration"]["vapid"]["public_key"]
        self.assertEqual(second["server_key"], key)

    def test_16_values_of_enums_are_known_ones(self):
        self.bob.status("local? @alice", visibility="private")
        shown = self.alice.get("/api/v1/timelines/home") + self.get("/api/v1/timelines/public").json()
        self.assertLessEqual({s["visibility"] for s in shown}, {"public", "unlisted", "private", "direct"})

    def test_17_the_version_begins_with_one_of_mastodon(self):
        for path in ("/api/v1/instance", "/api/v2/instance"):
            self.assertRegex(self.get(path).json()["version"], r"^4\.\d+\.\d+ \(compatible; Dunlin ")
        self.assertIsInstance(self.get("/api/v2/instance").json()["api_versions"]["mastodon"], int)

    def test_18_a_marker_that_was_set_is_there(self):
        self.bob.post("/api/v1/markers", body={"notifications": {"last_read_id": "5"}, "home": {"last_read_id": "7"}})
        both = self.bob.get("/api/v1/markers?timeline[]=notifications&timeline[]=home")
        self.assertEqual({k: v["last_read_id"] for k, v in both.items()}, {"notifications": "5", "home": "7"})

    def test_19_an_idempotency_key_gives_the_same_status(self):
        posted = [request("POST", self.here.url + "/api/v1/statuses", token=self.alice.token, body={"status": "once"},
                          headers={"Idempotency-Key": "key-1"}).json()["id"] for _ in range(2)]
        self.assertEqual(posted[0], posted[1])

    def test_20_unlisted_posts_stay_out_of_public_and_hashtags(self):
        made = self.bob.status("quiet #whisper", visibility="unlisted")
        self.assertIn(made["id"], [s["id"] for s in self.get(f"/api/v1/accounts/{self.bob.id}/statuses").json()])
        self.assertEqual(self.get("/api/v1/timelines/tag/whisper").json(), [])
        self.assertNotIn(made["id"], [s["id"] for s in self.get("/api/v1/timelines/public").json()])

    def test_21_a_quote_is_an_object_with_a_state(self):
        made = self.bob.status("quote me")
        quoting = self.alice.post("/api/v1/statuses", body={"status": "as said", "quoted_status_id": made["id"]})
        self.assertEqual(quoting["quote"]["state"], "accepted")
        self.assertEqual(quoting["quote"]["quoted_status"]["id"], made["id"])
        self.bob.post(f"/api/v1/statuses/{made['id']}/quotes/{quoting['id']}/revoke")
        again = self.alice.get(f"/api/v1/statuses/{quoting['id']}")
        self.assertEqual(again["quote"]["state"], "revoked")
        self.assertIsNone(again["quote"]["quoted_status"])

    def test_22_force_login_false_is_false_and_the_page_for_codes_exists(self):
        page = self.get("/oauth/authorize/native?code=abc", headers={"Accept": "text/html"})
        self.assertEqual(page.status, 200)
        self.assertIn("abc", page.body.decode())

    def test_23_other_origins_may_read_answers_also_of_errors(self):
        for path in ("/api/v1/timelines/home", "/api/v1/statuses/1", "/api/nothing", "/.well-known/host-meta", "/nodeinfo/2.0",
                     "/.well-known/webfinger?resource=acct:nobody@" + self.here.domain):
            self.assertEqual(self.get(path, headers={"Origin": "https://app.example"}).headers["Access-Control-Allow-Origin"], "*", path)
        token = request("POST", self.here.url + "/oauth/token", body={})
        self.assertEqual((token.status, token.headers["Access-Control-Allow-Origin"]), (400, "*"))
        options = request("OPTIONS", self.here.url + "/api/v1/statuses", headers={
            "Origin": "https://app.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,idempotency-key"})
        self.assertEqual(options.status, 200)
        self.assertIn("idempotency-key", options.headers["Access-Control-Allow-Headers"])

    def token(self, scopes):
        return self.here.cli("token", "create", "--username", "alice", "--scopes", scopes)

    def test_24_scopes_are_granular_and_profile_opens_three_things(self):
        follow, one, profile = self.token("follow"), self.token("read:statuses"), self.token("profile")
        self.assertEqual(request("GET", self.here.url + "/api/v1/blocks", token=follow).status, 200)
        self.assertEqual(request("GET", self.here.url + "/api/v1/timelines/home", token=one).status, 200)
        self.assertEqual(request("GET", self.here.url + "/api/v1/blocks", token=one).status, 403)
        for path in ("/api/v1/accounts/verify_credentials", "/api/v1/profile", "/oauth/userinfo"):
            self.assertEqual(request("GET", self.here.url + path, token=profile).status, 200, path)
        self.assertEqual(request("GET", self.here.url + "/api/v1/preferences", token=profile).status, 403)

    def test_25_no_shared_cache_keeps_what_saw_a_token(self):
        self.assertNotIn("public", self.get("/api/v1/timelines/public", self.alice).headers["Cache-Control"])
        self.assertIn("public", self.get("/api/v1/timelines/public").headers["Cache-Control"])
        self.assertIn("public", self.get("/api/v2/instance", self.alice).headers["Cache-Control"])

    def test_26_put_serves_as_patch_and_parameters_may_stand_anywhere(self):
        r = request("PUT", self.here.url + "/api/v1/accounts/update_credentials?display_name=Ali", token=self.alice.token)
        self.assertEqual(r.json()["display_name"], "Ali")
        made = request("POST", self.here.url + "/api/v1/statuses?" + urllib.parse.urlencode({"status": "in the query"}), token=self.alice.token)
        self.assertEqual(made.status, 200)
        lists = self.alice.post("/api/v1/lists", body={"title": "x"})
        self.follow(self.alice, self.bob)
        self.alice.post(f"/api/v1/lists/{lists['id']}/accounts", body={"account_ids": [self.bob.id]})
        r = request("DELETE", self.here.url + f"/api/v1/lists/{lists['id']}/accounts", token=self.alice.token, body={"account_ids": [self.bob.id]})
        self.assertEqual(r.status, 200)
        self.assertEqual(self.alice.get(f"/api/v1/lists/{lists['id']}/accounts"), [])


if __name__ == "__main__":
    unittest.main()
