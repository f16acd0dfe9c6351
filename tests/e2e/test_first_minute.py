"""What well-known clients ask for in their first minute, as each of them does it."""

import json
import unittest
import urllib.parse

import contract
from browser import Browser
from harness import Instance, request


class FirstMinute(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.here = Instance()
        cls.here.start()
        cls.alice, cls.bob = (cls.here.add_user(n) for n in ("alice", "bob"))
        cls.alice.post(f"/api/v1/accounts/{cls.bob.id}/follow")
        cls.bob.status("hello @alice")

    @classmethod
    def tearDownClass(cls):
        cls.here.__exit__(None, None, None)

    def get(self, path, token=None, expect=200, **kwargs):
        r = request("GET", self.here.url + path, token=token, headers={"Origin": "https://app.example"}, **kwargs)
        self.assertEqual(r.status, expect, f"{path}: {r.body[:200]!r}")
        self.assertEqual(r.headers["Access-Control-Allow-Origin"], "*", path)
        return r

    def shape(self, entity, value):
        self.assertEqual(contract.problems(value, contract.SCHEMAS[entity], entity), [])

    def log_in(self, redirect, scopes, send="form", pkce=None, force_login=None):
        """Registers, authorizes in a browser and exchanges the code. The token."""
        register = {"client_name": "App", "redirect_uris": redirect, "scopes": scopes, "website": "https://app.example"}
        app = request("POST", self.here.url + "/api/v1/apps", **{send: register}).json()
        ask = {"response_type": "code", "client_id": app["client_id"], "redirect_uri": redirect, "scope": scopes, "state": "x"}
        if pkce:
            ask |= {"code_challenge": pkce[1], "code_challenge_method": "S256"}
        if force_login is not None:
            ask["force_login"] = force_login
        code = Browser(self.here.url).authorization_code("/oauth/authorize?" + urllib.parse.urlencode(ask), "alice", self.alice.password)
        exchange = {"grant_type": "authorization_code", "client_id": app["client_id"], "client_secret": app["client_secret"],
                    "redirect_uri": redirect, "code": code, "scope": scopes}
        if pkce:
            exchange["code_verifier"] = pkce[0]
        answer = request("POST", self.here.url + "/oauth/token", **{send: exchange})
        self.assertEqual(answer.status, 200, answer.body)
        token = answer.json()
        self.assertEqual(token["token_type"], "Bearer")
        self.assertIsInstance(token["created_at"], int)
        self.assertEqual(set(token["scope"].split()), set(scopes.split()))
        return token["access_token"]

    def lists(self, token, *paths):
        for path in paths:
            self.assertIsInstance(self.get(path, token).json(), list, path)

    def test_phanpy(self):
        host_meta = self.get("/.well-known/host-meta").body.decode()
        self.assertIn(f"{self.here.url}/.well-known/webfinger?resource={{uri}}", host_meta)
        server = self.get("/.well-known/oauth-authorization-server").json()
        self.assertIn("S256", server["code_challenge_methods_supported"])
        token = self.log_in("https://phanpy.example/", "read write follow push",
                            pkce=("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"))
        self.shape("Instance", self.get("/api/v2/instance", token).json())
        node = self.get("/.well-known/nodeinfo").json()["links"][0]
        self.assertTrue(node["rel"].endswith("/2.0"))
        self.get("/nodeinfo/2.0")
        self.get("/api/v1/preferences", token)
        self.shape("CredentialAccount", self.get("/api/v1/accounts/verify_credentials", token).json())
        self.assertTrue(self.get("/api/v1/timelines/home?limit=20", token).json())
        self.get("/api/v1/markers?timeline[]=home&timeline[]=notifications", token)
        self.get("/api/v2/notifications?limit=20", token)
        self.lists(token, "/api/v1/follow_requests?limit=1", "/api/v1/announcements", "/api/v1/notifications/requests",
                   "/api/v1/lists", "/api/v2/filters", "/api/v1/custom_emojis", "/api/v1/followed_tags")
        self.get("/api/v2/notifications/policy", token)
        self.get("/api/v1/push/subscription", token, expect=404)

    def test_elk(self):
        token = self.log_in("https://elk.example/api/oauth", "read write follow push", send="body", force_login="false")
        self.get("/nodeinfo/2.0", token)
        self.assertIn("public_key", self.get("/api/v2/instance", token).json()["configuration"]["vapid"])
        markers = self.get("/api/v1/markers?timeline[]=notifications", token).json()
        self.assertIn("notifications", markers)
        self.lists(token, "/api/v1/notifications?limit=30", "/api/v1/timelines/home?limit=30", "/api/v1/followed_tags",
                   "/api/v1/trends/tags", "/api/v1/trends/statuses", "/api/v1/trends/links")

    def test_tusky(self):
        token = self.log_in("oauth2redirect://com.keylesspalace.tusky/", "read write follow push")
        self.shape("CredentialAccount", self.get("/api/v1/accounts/verify_credentials", token).json())
        self.lists(token, "/api/v1/announcements", "/api/v1/custom_emojis", "/api/v2/filters", "/api/v1/timelines/home?limit=40",
                   "/api/v1/notifications?limit=30&exclude_types[]=follow")
        policy = self.get("/api/v2/notifications/policy", token).json()
        for key in ("for_not_following", "for_not_followers", "for_new_accounts", "for_private_mentions", "for_limited_accounts"):
            self.assertIn(policy[key], ("accept", "filter", "drop"))

    def test_official_android(self):
        token = self.log_in("org.joinmastodon.android-auth://callback", "read write follow push", send="body")
        self.lists(token, "/api/v1/custom_emojis", "/api/v1/timelines/home?limit=20", "/api/v1/lists", "/api/v1/followed_tags")
        groups = self.get("/api/v2/notifications?limit=40&grouped_types[]=favourite&grouped_types[]=follow&grouped_types[]=reblog", token).json()
        self.assertLessEqual({"accounts", "statuses", "notification_groups"}, set(groups))
        for group in groups["notification_groups"]:
            self.assertIsInstance(group["most_recent_notification_id"], (int, str))
            self.assertIn("page_min_id", group)
        self.assertIn("count", self.get("/api/v2/notifications/unread_count", token).json())
        self.get("/api/v1/preferences", token)

    def test_official_ios(self):
        old = self.get("/api/v1/instance").json()
        self.shape("V1Instance", old)
        self.assertTrue(all(isinstance(v, int) for v in old["stats"].values()))
        self.assertGreaterEqual(int(old["version"].split(".")[0]), 4)
        self.assertIsInstance(self.get("/api/v1/instance/translation_languages").json(), dict)
        token = self.log_in("mastodon://joinmastodon.org/oauth", "read write follow push", send="body")
        self.lists(token, f"/api/v1/accounts/{self.alice.id}/following", "/api/v1/blocks", "/api/v1/follow_requests",
                   "/api/v1/filters", "/api/v1/notifications", "/api/v1/notifications/requests")
        self.get("/api/v1/notifications/policy", token)
        relationship = self.get(f"/api/v1/accounts/relationships?id[]={self.bob.id}", token).json()[0]
        self.shape("Relationship", relationship)

    def test_ice_cubes(self):
        instance = self.get("/api/v2/instance").json()
        float(instance["version"][:3])
        self.assertIsInstance(instance["registrations"]["enabled"], bool)
        self.assertIsInstance(instance["thumbnail"]["url"], str)
        self.assertIsInstance(instance["contact"]["email"], str)
        token = self.log_in("icecubesapp://", "read write follow push", send="body")
        self.lists(token, "/api/v1/instance/peers", "/api/v1/lists", "/api/v1/followed_tags", "/api/v1/follow_requests",
                   "/api/v1/custom_emojis", "/api/v1/timelines/home")
        self.get("/api/v1/markers?timeline[]=home", token)

    def test_what_may_be_empty_but_not_missing(self):
        token = self.alice.token
        self.lists(token, "/api/v1/suggestions", "/api/v2/suggestions", "/api/v1/directory", "/api/v1/featured_tags", "/api/v1/conversations",
                   "/api/v1/endorsements", "/api/v1/scheduled_statuses", "/api/v1/mutes", "/api/v1/domain_blocks", "/api/v1/bookmarks", "/api/v1/favourites")
        self.assertEqual(self.get("/api/v1/annual_reports", token).json(), {"annual_reports": [], "accounts": [], "statuses": []})


if __name__ == "__main__":
    unittest.main()
