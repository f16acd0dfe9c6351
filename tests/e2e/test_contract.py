"""Every operation of the published schema of the API, with real data, against a real daemon."""

import base64
import http.server
import json
import threading
import time
import unittest
import urllib.parse
import uuid

import contract
from browser import Browser
from harness import Instance, request, wait_until

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEklEQVR4nGP4z8CAFWEXHbQSACj/P8Fu7N9hAAAAAElFTkSuQmCC")


class _Translator(http.server.BaseHTTPRequestHandler):
    """As much LibreTranslate as it takes."""

    def _answer(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self._answer([{"code": "en", "targets": ["de", "en"]}, {"code": "de", "targets": ["de", "en"]}])

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        texts = asked["q"]
        done = [f"<p>{asked['target']}</p>" for _ in texts] if isinstance(texts, list) else f"<p>{asked['target']}</p>"
        self._answer({"translatedText": done, "detectedLanguage": [{"language": "de", "confidence": 90}] * (len(texts) if isinstance(texts, list) else 1)})

    def log_message(self, *args):
        pass


class Translator(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Translator)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc):
        self.shutdown()
        self.server_close()


def multipart(name, filename, content_type, content, **fields):
    mark = uuid.uuid4().hex
    parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in fields.items()]
    parts.append(f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
                 f"Content-Type: {content_type}\r\n\r\n".encode() + content + b"\r\n")
    return b"".join(parts) + f"--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"


class World:
    """Some people and what they did, and the ids of it all by name, for the paths of operations."""

    def __init__(self, instance):
        self.instance = instance
        self.alice, self.bob, self.carol = (instance.add_user(n) for n in ("alice", "bob", "carol"))
        self.ids = {u.name: u.id for u in (self.alice, self.bob, self.carol)}

    def __setitem__(self, name, value):
        self.ids[name] = str(value)

    def __getitem__(self, name):
        return self.ids[name]

    def path(self, template):
        for name, value in self.ids.items():
            template = template.replace("{" + name + "}", urllib.parse.quote(value, safe=""))
        return template


class Contract(unittest.TestCase):
    def setUp(self):
        self.done = set()
        self.faults = []

    def call(self, operation, target=None, who="alice", body=None, expect=None, remember=None, **kwargs):
        """Calls an operation and holds the answer to the schema. `target` defaults to the operation's own path; `remember`
        is {name: function of the answer} for what later calls need."""
        method, template = operation.split(" ", 1)
        token = getattr(self.world, who).token if who else None
        r = request(method, self.instance.url + self.world.path(target or template), token=kwargs.pop("token", token), body=body, **kwargs)
        self.done.add(operation)
        try:
            value = json.loads(r.body) if r.body else None
        except ValueError:
            value = None
        found = contract.problems_of(operation, r.status, value) if expect is None else ([] if r.status == expect else [f"status {r.status}, expected {expect}"])
        if r.status == 200 and value is None and operation not in contract.NO_JSON:
            found.append("no JSON in a 200")
        if found:
            self.faults.append(f"{operation} -> {r.status} {r.body[:160]!r}\n    " + "\n    ".join(found[:12]))
        for name, read in (remember or {}).items():
            try:
                self.world[name] = read(value)
            except (TypeError, KeyError, IndexError) as e:
                self.faults.append(f"{operation}: nothing to remember as {name}: {e!r}")
                self.world[name] = "0"
        return value

    def upload(self, operation):
        body, content_type = multipart("file", "dunlin.png", "image/png", PNG, description="A bird")
        method, path = operation.split(" ", 1)
        r = self._raw(method, path, body, content_type)
        self.done.add(operation)
        value = json.loads(r.body)
        found = contract.problems_of(operation, r.status, value)
        if found:
            self.faults.append(f"{operation} -> {r.status} {r.body[:160]!r}\n    " + "\n    ".join(found[:12]))
        return value.get("id", "0")

    def _raw(self, method, path, body, content_type):
        import urllib.error
        import urllib.request
        from harness import Reply, _opener
        req = urllib.request.Request(self.instance.url + path, data=body, method=method, headers={
            "Authorization": f"Bearer {self.world.alice.token}", "Content-Type": content_type})
        try:
            with _opener.open(req, timeout=60) as r:
                return Reply(r.status, r.headers, r.read())
        except urllib.error.HTTPError as e:
            return Reply(e.code, e.headers, e.read())

    def test_every_operation_answers_as_the_schema_says(self):
        with Translator() as translator, Instance(f"""
[registrations]
mode = "open"
[instance]
publish_domain_blocks = "all"
contact_account = "alice"
[translation]
url = "{translator.url}"
""") as self.instance:
            self.world = World(self.instance)
            for part in (self.instance_documents, self.applications, self.profile, self.accounts, self.statuses, self.polls, self.media,
                         self.timelines, self.lists, self.filters, self.notifications, self.tags, self.collections,
                         self.announcements, self.rest, self.streaming, self.blocks):
                part()
        self.assertEqual(self.faults, [], "\n" + "\n".join(self.faults))
        self.assertEqual(sorted(set(contract.OPERATIONS) - self.done), [])

    def instance_documents(self):
        cli = self.instance.cli
        cli("rule", "add", "Be kind", "--hint", "To birds as well")
        terms = self.instance.dir / "terms.md"
        terms.write_text("**Terms**\n\n- one\n")
        cli("terms", "set", "2026-01-01", str(terms))
        cli("text", "set", "about", str(terms))
        for path in ("/api/v1/instance", "/api/v2/instance", "/api/v1/instance/activity", "/api/v1/instance/domain_blocks",
                     "/api/v1/instance/extended_description", "/api/v1/instance/peers", "/api/v1/instance/privacy_policy",
                     "/api/v1/instance/rules", "/api/v1/instance/terms_of_service", "/api/v1/instance/translation_languages",
                     "/api/v1/custom_emojis", "/.well-known/oauth-authorization-server", "/health", "/api/v1/directory"):
            self.call(f"GET {path}", who=None)
        self.call("GET /api/v1/instance/terms_of_service/{date}", "/api/v1/instance/terms_of_service/2026-01-01", who=None)

    def applications(self):
        app = self.call("POST /api/v1/apps", who=None, body={
            "client_name": "Sandpiper", "redirect_uris": "https://app.example/back", "scopes": "read write follow push profile"})
        client = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
        ask = "/oauth/authorize?" + urllib.parse.urlencode({
            "response_type": "code", "client_id": app["client_id"], "redirect_uri": "https://app.example/back", "scope": "read write follow push profile"})
        browser = Browser(self.instance.url)
        code = browser.authorization_code(ask, "bob", self.world.bob.password)
        self.call("GET /oauth/authorize", ask, who=None, expect=302)
        token = self.call("POST /oauth/token", who=None, body={
            **client, "grant_type": "authorization_code", "redirect_uri": "https://app.example/back", "code": code})["access_token"]
        self.call("GET /api/v1/apps/verify_credentials", token=token)
        self.call("GET /oauth/userinfo", token=token)
        self.call("POST /oauth/revoke", who=None, body={**client, "token": token})
        own = request("POST", self.instance.url + "/oauth/token", body={**client, "grant_type": "client_credentials", "scope": "read write"}).json()["access_token"]
        made = self.call("POST /api/v1/accounts", token=own, body={
            "username": "wren", "email": "wren@example.com", "password": "correct horse", "agreement": True, "locale": "en"})
        # No mail server: the address counts as confirmed.
        self.call("POST /api/v1/emails/confirmations", token=made["access_token"], expect=403)

    def profile(self):
        self.call("GET /api/v1/accounts/verify_credentials")
        self.call("PATCH /api/v1/accounts/update_credentials", body={
            "display_name": "Alice", "note": "Counts #birds", "discoverable": True, "indexable": True,
            "fields_attributes": [{"name": "Site", "value": "https://a.example"}], "source": {"language": "en"}})
        self.call("GET /api/v1/profile")
        self.call("PATCH /api/v1/profile", body={"show_media": True})
        self.call("DELETE /api/v1/profile/avatar")
        self.call("DELETE /api/v1/profile/header")
        self.call("GET /api/v1/preferences")
        for who in ("bob", "carol"):
            self.call("PATCH /api/v1/accounts/update_credentials", who=who, body={"discoverable": True, "locked": who == "carol"})

    def accounts(self):
        w = self.world
        self.call("POST /api/v1/accounts/{id}/follow", "/api/v1/accounts/{bob}/follow")
        self.call("POST /api/v1/accounts/{id}/follow", "/api/v1/accounts/{alice}/follow", who="bob")
        self.call("POST /api/v1/accounts/{id}/follow", "/api/v1/accounts/{carol}/follow")
        self.call("POST /api/v1/accounts/{id}/follow", "/api/v1/accounts/{carol}/follow", who="bob")
        self.call("GET /api/v1/follow_requests", who="carol")
        self.call("POST /api/v1/follow_requests/{account_id}/authorize", "/api/v1/follow_requests/{alice}/authorize", who="carol")
        self.call("POST /api/v1/follow_requests/{account_id}/reject", "/api/v1/follow_requests/{bob}/reject", who="carol")
        for action in ("endorse", "unendorse", "pin", "note", "mute"):
            self.call(f"POST /api/v1/accounts/{{id}}/{action}", f"/api/v1/accounts/{{bob}}/{action}", body={"comment": "a friend", "duration": 3600})
        self.call("GET /api/v1/mutes")
        self.call("POST /api/v1/accounts/{id}/unmute", "/api/v1/accounts/{bob}/unmute")
        self.call("GET /api/v1/endorsements")
        self.call("GET /api/v1/accounts/{id}/endorsements", "/api/v1/accounts/{alice}/endorsements")
        self.call("GET /api/v1/accounts/{id}", "/api/v1/accounts/{bob}")
        self.call("GET /api/v1/accounts", f"/api/v1/accounts?id[]={w['bob']}&id[]={w['carol']}")
        self.call("GET /api/v1/accounts/lookup", "/api/v1/accounts/lookup?acct=bob")
        self.call("GET /api/v1/accounts/search", "/api/v1/accounts/search?q=bo")
        self.call("GET /api/v1/accounts/relationships", f"/api/v1/accounts/relationships?id[]={w['bob']}&id[]={w['carol']}")
        self.call("GET /api/v1/accounts/familiar_followers", f"/api/v1/accounts/familiar_followers?id[]={w['carol']}")
        for what in ("followers", "following", "featured_tags", "identity_proofs", "lists"):
            self.call(f"GET /api/v1/accounts/{{id}}/{what}", f"/api/v1/accounts/{{bob}}/{what}")
        self.call("GET /api/v1/suggestions")
        self.call("GET /api/v2/suggestions")
        self.call("DELETE /api/v1/suggestions/{account_id}", "/api/v1/suggestions/{carol}")

    def statuses(self):
        first = lambda v: v["id"]
        self.call("POST /api/v1/statuses", who="bob", body={"status": "Three #dunlin near https://birds.example @alice", "language": "de"}, remember={"status": first})
        self.call("POST /api/v1/statuses", body={"status": "So many #dunlin", "in_reply_to_id": self.world["status"]}, remember={"own": first})
        for path, who in (("", "alice"), ("/context", "alice"), ("/source", "bob")):
            self.call(f"GET /api/v1/statuses/{{id}}{path}", f"/api/v1/statuses/{{status}}{path}", who=who)
        self.call("GET /api/v1/statuses", f"/api/v1/statuses?id[]={self.world['status']}")
        for action in ("favourite", "reblog", "bookmark", "mute"):
            self.call(f"POST /api/v1/statuses/{{id}}/{action}", f"/api/v1/statuses/{{status}}/{action}")
        self.call("POST /api/v1/statuses/{id}/translate", "/api/v1/statuses/{status}/translate", body={"lang": "en"})
        self.call("POST /api/v1/statuses/{id}/pin", "/api/v1/statuses/{own}/pin")
        self.call("GET /api/v1/statuses/{id}/favourited_by", "/api/v1/statuses/{status}/favourited_by")
        self.call("GET /api/v1/statuses/{id}/reblogged_by", "/api/v1/statuses/{status}/reblogged_by")
        self.call("GET /api/v1/bookmarks")
        self.call("GET /api/v1/favourites")
        self.call("GET /api/v1/accounts/{id}/statuses", "/api/v1/accounts/{alice}/statuses")
        self.call("PUT /api/v1/statuses/{id}", "/api/v1/statuses/{own}", body={"status": "So many #dunlin today"})
        self.call("GET /api/v1/statuses/{id}/history", "/api/v1/statuses/{own}/history")
        self.call("POST /api/v1/statuses", body={"status": "Look", "quoted_status_id": self.world["status"]}, remember={"quoting": first})
        self.call("GET /api/v1/statuses/{id}/quotes", "/api/v1/statuses/{status}/quotes", who="bob")
        self.call("PUT /api/v1/statuses/{id}/interaction_policy", "/api/v1/statuses/{status}/interaction_policy", who="bob", body={"quote_approval_policy": "followers"})
        self.call("POST /api/v1/statuses/{id}/quotes/{quoting_status_id}/revoke", "/api/v1/statuses/{status}/quotes/{quoting}/revoke", who="bob")
        self.call("POST /api/v1/statuses", body={"status": "Later", "scheduled_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 7200))}, remember={"scheduled": first})
        self.call("GET /api/v1/scheduled_statuses")
        self.call("GET /api/v1/scheduled_statuses/{id}", "/api/v1/scheduled_statuses/{scheduled}")
        self.call("PUT /api/v1/scheduled_statuses/{id}", "/api/v1/scheduled_statuses/{scheduled}", body={
            "scheduled_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 10800))})
        self.call("DELETE /api/v1/scheduled_statuses/{id}", "/api/v1/scheduled_statuses/{scheduled}")
        for action in ("unfavourite", "unreblog", "unbookmark", "unmute"):
            self.call(f"POST /api/v1/statuses/{{id}}/{action}", f"/api/v1/statuses/{{status}}/{action}")
        self.call("POST /api/v1/statuses/{id}/unpin", "/api/v1/statuses/{own}/unpin")
        self.call("DELETE /api/v1/statuses/{id}", "/api/v1/statuses/{quoting}")

    def polls(self):
        made = self.call("POST /api/v1/statuses", who="bob", body={"status": "Which?", "poll": {"options": ["dunlin", "knot"], "expires_in": 3600}})
        self.world["poll"] = made["poll"]["id"] if made and made.get("poll") else "0"
        self.call("GET /api/v1/polls/{id}", "/api/v1/polls/{poll}")
        self.call("POST /api/v1/polls/{id}/votes", "/api/v1/polls/{poll}/votes", body={"choices": [0]})

    def media(self):
        self.world["picture"] = self.upload("POST /api/v2/media")
        self.upload("POST /api/v1/media")
        wait_until(lambda: request("GET", self.instance.url + self.world.path("/api/v1/media/{picture}"), token=self.world.alice.token).status == 200, what="the picture is processed")
        self.call("GET /api/v1/media/{id}", "/api/v1/media/{picture}")
        self.call("PUT /api/v1/media/{id}", "/api/v1/media/{picture}", body={"description": "A dunlin", "focus": "0.1,0.2"})
        self.call("DELETE /api/v1/media/{id}", "/api/v1/media/{picture}")

    def timelines(self):
        self.call("POST /api/v1/statuses", who="bob", body={"status": "psst @alice", "visibility": "direct"})
        self.call("GET /api/v1/timelines/home")
        self.call("GET /api/v1/timelines/public")
        self.call("GET /api/v1/timelines/tag/{hashtag}", "/api/v1/timelines/tag/dunlin")
        self.call("GET /api/v1/timelines/direct")
        # Before anybody's links trend there is nothing at an address.
        self.call("GET /api/v1/timelines/link", "/api/v1/timelines/link?url=https%3A%2F%2Fbirds.example", expect=404)
        wait_until(lambda: self.world.alice.get("/api/v1/conversations"), what="a conversation")
        self.call("GET /api/v1/conversations", remember={"conversation": lambda v: v[0]["id"]})
        self.call("POST /api/v1/conversations/{id}/read", "/api/v1/conversations/{conversation}/read")
        self.call("DELETE /api/v1/conversations/{id}", "/api/v1/conversations/{conversation}")
        self.call("POST /api/v1/markers", body={"home": {"last_read_id": self.world["status"]}})
        self.call("GET /api/v1/markers", "/api/v1/markers?timeline[]=home")

    def lists(self):
        self.call("POST /api/v1/lists", body={"title": "Waders"}, remember={"list": lambda v: v["id"]})
        self.call("GET /api/v1/lists")
        self.call("GET /api/v1/lists/{id}", "/api/v1/lists/{list}")
        self.call("PUT /api/v1/lists/{id}", "/api/v1/lists/{list}", body={"title": "Shorebirds", "replies_policy": "none", "exclusive": True})
        self.call("POST /api/v1/lists/{id}/accounts", "/api/v1/lists/{list}/accounts", body={"account_ids": [self.world["bob"]]})
        self.call("GET /api/v1/lists/{id}/accounts", "/api/v1/lists/{list}/accounts")
        self.call("GET /api/v1/timelines/list/{list_id}", "/api/v1/timelines/list/{list}")
        self.call("DELETE /api/v1/lists/{id}/accounts", f"/api/v1/lists/{{list}}/accounts?account_ids[]={self.world['bob']}")
        self.call("DELETE /api/v1/lists/{id}", "/api/v1/lists/{list}")

    def filters(self):
        first = lambda v: v["id"]
        self.call("POST /api/v2/filters", body={"title": "Herons", "context": ["home"], "filter_action": "warn",
                                                "keywords_attributes": [{"keyword": "heron"}]}, remember={"filter": first})
        self.call("GET /api/v2/filters")
        self.call("GET /api/v2/filters/{id}", "/api/v2/filters/{filter}")
        self.call("PUT /api/v2/filters/{id}", "/api/v2/filters/{filter}", body={"title": "No herons"})
        self.call("POST /api/v2/filters/{filter_id}/keywords", "/api/v2/filters/{filter}/keywords", body={"keyword": "egret"}, remember={"keyword": first})
        self.call("GET /api/v2/filters/{filter_id}/keywords", "/api/v2/filters/{filter}/keywords")
        self.call("GET /api/v2/filters/keywords/{id}", "/api/v2/filters/keywords/{keyword}")
        self.call("PUT /api/v2/filters/keywords/{id}", "/api/v2/filters/keywords/{keyword}", body={"keyword": "egrets"})
        self.call("DELETE /api/v2/filters/keywords/{id}", "/api/v2/filters/keywords/{keyword}")
        self.call("POST /api/v2/filters/{filter_id}/statuses", "/api/v2/filters/{filter}/statuses", body={"status_id": self.world["status"]}, remember={"filtered": first})
        self.call("GET /api/v2/filters/{filter_id}/statuses", "/api/v2/filters/{filter}/statuses")
        self.call("GET /api/v2/filters/statuses/{id}", "/api/v2/filters/statuses/{filtered}")
        self.call("DELETE /api/v2/filters/statuses/{id}", "/api/v2/filters/statuses/{filtered}")
        self.call("DELETE /api/v2/filters/{id}", "/api/v2/filters/{filter}")
        self.call("POST /api/v1/filters", body={"phrase": "stork", "context": ["home"]}, remember={"old_filter": first})
        self.call("GET /api/v1/filters")
        self.call("GET /api/v1/filters/{id}", "/api/v1/filters/{old_filter}")
        self.call("PUT /api/v1/filters/{id}", "/api/v1/filters/{old_filter}", body={"phrase": "storks", "context": ["home", "public"]})
        self.call("DELETE /api/v1/filters/{id}", "/api/v1/filters/{old_filter}")

    def notifications(self):
        self.call("GET /api/v1/notifications", remember={"notification": lambda v: v[0]["id"]})
        self.call("GET /api/v1/notifications/{id}", "/api/v1/notifications/{notification}")
        self.call("GET /api/v1/notifications/unread_count")
        self.call("GET /api/v2/notifications", remember={"group": lambda v: v["notification_groups"][0]["group_key"]})
        self.call("GET /api/v2/notifications/unread_count")
        self.call("GET /api/v2/notifications/{group_key}", "/api/v2/notifications/{group}")
        self.call("GET /api/v2/notifications/{group_key}/accounts", "/api/v2/notifications/{group}/accounts")
        self.call("POST /api/v2/notifications/{group_key}/dismiss", "/api/v2/notifications/{group}/dismiss")
        self.call("GET /api/v2/notifications/policy")
        self.call("PATCH /api/v2/notifications/policy", body={"for_not_following": "filter"})
        wren = self.instance.add_user("robin")
        for text in ("hello @alice", "and again @alice"):
            wren.status(text)
        plover = self.instance.add_user("plover")
        plover.status("me too @alice")
        wait_until(lambda: len(self.world.alice.get("/api/v1/notifications/requests")) == 2, what="requests")
        self.call("GET /api/v1/notifications/requests", remember={"request": lambda v: v[0]["id"], "other_request": lambda v: v[1]["id"]})
        self.call("GET /api/v1/notifications/requests/{id}", "/api/v1/notifications/requests/{request}")
        self.call("POST /api/v1/notifications/requests/{id}/accept", "/api/v1/notifications/requests/{request}/accept")
        self.call("POST /api/v1/notifications/requests/{id}/dismiss", "/api/v1/notifications/requests/{other_request}/dismiss")
        self.call("GET /api/v1/notifications/requests/merged")
        self.call("POST /api/v1/notifications/requests/accept", body={"id": []})
        self.call("POST /api/v1/notifications/requests/dismiss", body={"id": []})
        # The first one went with its group; accepting a request brings another.
        left = wait_until(lambda: self.world.alice.get("/api/v1/notifications"), what="more notifications")
        self.world["notification"] = left[0]["id"]
        self.call("POST /api/v1/notifications/{id}/dismiss", "/api/v1/notifications/{notification}/dismiss")
        self.call("POST /api/v1/notifications/clear")
        keys = {"p256dh": "BEpPCn0cfs3P0E0fY-gyOuahx5dW5N8quUowlrPyfXlMa6tABLqqcSpOpMnC1-o_UB_s4R8NQsqMLbASjnqSbqw", "auth": "4vQK-SvRAN5eo-8ASlrwdg"}
        subscription = {"subscription": {"endpoint": "https://push.example/1", "keys": keys}, "data": {"alerts": {"mention": True}}}
        self.call("POST /api/v1/push/subscription", body=subscription)
        self.call("GET /api/v1/push/subscription")
        self.call("PUT /api/v1/push/subscription", body={"data": {"alerts": {"follow": True}}})
        self.call("DELETE /api/v1/push/subscription")

    def tags(self):
        self.call("GET /api/v1/tags/{name}", "/api/v1/tags/dunlin")
        self.call("POST /api/v1/tags/{name}/follow", "/api/v1/tags/dunlin/follow")
        self.call("GET /api/v1/followed_tags")
        self.call("POST /api/v1/tags/{name}/unfollow", "/api/v1/tags/dunlin/unfollow")
        self.call("POST /api/v1/tags/{id}/feature", "/api/v1/tags/dunlin/feature")
        self.call("POST /api/v1/tags/{id}/unfeature", "/api/v1/tags/dunlin/unfeature")
        self.call("GET /api/v1/featured_tags/suggestions")
        self.call("POST /api/v1/featured_tags", body={"name": "dunlin"}, remember={"featured": lambda v: v["id"]})
        self.call("GET /api/v1/featured_tags")
        self.call("DELETE /api/v1/featured_tags/{id}", "/api/v1/featured_tags/{featured}")
        for what in ("tags", "statuses", "links"):
            self.call(f"GET /api/v1/trends/{what}")
        self.call("GET /api/v2/search", "/api/v2/search?q=dunlin")

    def collections(self):
        self.call("POST /api/v1/collections", body={"name": "Birders", "description": "They count", "discoverable": True, "account_ids": [self.world["bob"]]},
                  remember={"collection": lambda v: v["collection"]["id"], "item": lambda v: v["collection"]["items"][0]["id"]})
        self.call("GET /api/v1/collections/{id}", "/api/v1/collections/{collection}")
        self.call("PATCH /api/v1/collections/{id}", "/api/v1/collections/{collection}", body={"name": "Bird people", "tag_name": "birds"})
        self.call("GET /api/v1/accounts/{account_id}/collections", "/api/v1/accounts/{alice}/collections")
        self.call("GET /api/v1/accounts/{account_id}/in_collections", "/api/v1/accounts/{bob}/in_collections", who="bob")
        self.call("POST /api/v1/collections/{collection_id}/items", "/api/v1/collections/{collection}/items", body={"account_id": self.world["carol"]},
                  remember={"second_item": lambda v: v["collection_item"]["id"]})
        self.call("DELETE /api/v1/collections/{collection_id}/items/{id}", "/api/v1/collections/{collection}/items/{second_item}")
        self.call("POST /api/v1/collections/{collection_id}/items/{id}/revoke", "/api/v1/collections/{collection}/items/{item}/revoke", who="bob")
        self.call("DELETE /api/v1/collections/{id}", "/api/v1/collections/{collection}")

    def announcements(self):
        self.instance.cli("announcement", "create", "Maintenance tonight, says @alice #news")
        self.call("GET /api/v1/announcements", remember={"announcement": lambda v: v[0]["id"]})
        self.call("PUT /api/v1/announcements/{id}/reactions/{name}", "/api/v1/announcements/{announcement}/reactions/" + urllib.parse.quote("\N{BIRD}"))
        self.call("GET /api/v1/announcements")
        self.call("DELETE /api/v1/announcements/{id}/reactions/{name}", "/api/v1/announcements/{announcement}/reactions/" + urllib.parse.quote("\N{BIRD}"))
        self.call("POST /api/v1/announcements/{id}/dismiss", "/api/v1/announcements/{announcement}/dismiss")

    def rest(self):
        for path in ("", "/{year}/state"):
            self.call(f"GET /api/v1/annual_reports{path}", f"/api/v1/annual_reports{path}".replace("{year}", "2025"))
        self.call("GET /api/v1/annual_reports/{year}", "/api/v1/annual_reports/2025", expect=404)
        self.call("POST /api/v1/annual_reports/{year}/generate", "/api/v1/annual_reports/2025/generate")
        self.call("POST /api/v1/annual_reports/{year}/read", "/api/v1/annual_reports/2025/read", expect=404)
        self.call("GET /api/v1_alpha/async_refreshes/{id}", "/api/v1_alpha/async_refreshes/12345", expect=404)
        page = f"{self.instance.url}/@bob/{self.world['status']}"
        self.call("GET /api/oembed", "/api/oembed?" + urllib.parse.urlencode({"url": page}), who=None)
        self.call("POST /api/v1/reports", body={"account_id": self.world["bob"], "status_ids": [self.world["status"]], "comment": "too many birds"})

    def streaming(self):
        self.call("GET /api/v1/streaming/health", who=None)
        for path in ("direct", "hashtag?tag=dunlin", "hashtag/local?tag=dunlin", "list?list=0", "public", "public/local", "public/remote", "user", "user/notification"):
            self.stream(path)

    def stream(self, path):
        import http.client
        operation = "GET /api/v1/streaming/" + path.split("?")[0]
        connection = http.client.HTTPConnection("127.0.0.1", self.instance.port, timeout=10)
        connection.request("GET", "/api/v1/streaming/" + path, headers={"Authorization": f"Bearer {self.world.alice.token}"})
        response = connection.getresponse()
        self.done.add(operation)
        # Somebody else's list is no stream.
        expected = (401,) if path.startswith("list") else (200,)
        if response.status not in expected or (response.status == 200 and not response.headers["Content-Type"].startswith("text/event-stream")):
            self.faults.append(f"{operation} -> {response.status} {response.headers['Content-Type']}")
        connection.close()

    def blocks(self):
        self.call("POST /api/v1/domain_blocks", body={"domain": "bad.example"})
        self.call("GET /api/v1/domain_blocks")
        self.call("DELETE /api/v1/domain_blocks", "/api/v1/domain_blocks?domain=bad.example")
        self.call("POST /api/v1/accounts/{id}/remove_from_followers", "/api/v1/accounts/{bob}/remove_from_followers")
        self.call("POST /api/v1/accounts/{id}/unfollow", "/api/v1/accounts/{bob}/unfollow")
        self.call("POST /api/v1/accounts/{id}/unpin", "/api/v1/accounts/{bob}/unpin")
        self.call("POST /api/v1/accounts/{id}/block", "/api/v1/accounts/{bob}/block")
        self.call("GET /api/v1/blocks")
        self.call("POST /api/v1/accounts/{id}/unblock", "/api/v1/accounts/{bob}/unblock")


if __name__ == "__main__":
    unittest.main()
