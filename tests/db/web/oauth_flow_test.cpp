#include "db/web/site.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/crypto/digest.hpp"

using namespace dunlin;
using namespace dunlin::test;

namespace {

/// Signed in and past the consent page: the code.
std::string code_for(Browser& browser, const App& app, const Fields& extra = {}) {
  const Reply page = browser.get(app.authorize(extra));
  const Reply answer = page.status() == 302 ? page : browser.answer(page, true);
  REQUIRE(answer.status() == 302);
  REQUIRE(answer.location().starts_with("https://app.example/back?x=1&code="));
  return answer.parameter("code");
}

}  // namespace

TEST_CASE("a person signs in, consents, and the application gets a token", "[web][oauth]") {
  Site site;
  site.person("alice");
  const App app = App::make(site);
  Browser browser(site);

  const Reply first = browser.get(app.authorize({{"state", "a b&c"}}));
  REQUIRE(first.status() == 302);
  REQUIRE(first.location().starts_with("/auth/sign_in?return_to="));
  const Reply form = browser.get(first.location());
  REQUIRE(form.status() == 200);
  // Browsers apply form-action to the redirects that follow.
  CHECK(form.header("Content-Security-Policy").contains("form-action 'self' https://app.example;"));
  CHECK(form.header("Content-Security-Policy").starts_with("default-src 'none'; style-src 'self';"));
  CHECK_FALSE(form.shows("<script"));
  CHECK_FALSE(form.shows("style="));
  CHECK(form.header("Cache-Control") == "private, no-store");
  CHECK(form.header("Set-Cookie").contains("__Host-dunlin_form="));
  CHECK(form.header("Set-Cookie").ends_with("HttpOnly; SameSite=Lax; Secure"));

  const Reply in = browser.sign_in("alice", "correct horse", form.input("return_to"));
  REQUIRE(in.status() == 302);
  REQUIRE(in.location().starts_with("/oauth/authorize?"));
  REQUIRE(browser.cookies.contains("__Host-dunlin_session"));

  const Reply consent = browser.get(in.location());
  REQUIRE(consent.status() == 200);
  CHECK(consent.shows("Sandpiper &lt;App&gt;"));
  CHECK(consent.shows("<strong>app.example</strong>"));
  CHECK(consent.shows("@alice@example.org"));
  CHECK(consent.shows("Everything in your account <span>read and change</span>"));
  CHECK(consent.header("Content-Security-Policy").contains("form-action 'self' https://app.example;"));

  const Reply granted = browser.answer(consent, true);
  REQUIRE(granted.status() == 302);
  CHECK(granted.location().starts_with("https://app.example/back?x=1&code="));
  CHECK(granted.parameter("state") == "a b&c");
  CHECK(granted.header("Referrer-Policy") == "no-referrer");

  const Reply token = app.exchange(site, granted.parameter("code"));
  REQUIRE(token.status() == 200);
  CHECK(token.header("Cache-Control") == "no-store");
  CHECK(token.header("Access-Control-Allow-Origin") == "*");
  CHECK(token.json().at("token_type") == "Bearer");
  CHECK(token.json().at("scope") == "read write");
  CHECK(token.json().at("created_at").is_number());
  CHECK(site.bearer("/api/v1/apps/verify_credentials", token.json().at("access_token")).status() == 200);

  // Granted before: the next request for as much gives a code at once, one for more asks again.
  CHECK(browser.get(app.authorize()).location().starts_with("https://app.example/back?x=1&code="));
  CHECK(browser.get(app.authorize({{"scope", "read write push"}})).status() == 200);
}

TEST_CASE("a code works once, for its own client and redirect URI, for ten minutes", "[web][oauth]") {
  Site site;
  site.person("alice");
  const App app = App::make(site);
  Browser browser(site);
  browser.sign_in("alice@example.org", "correct horse");

  const auto refused = [](const Reply& reply, std::string_view error) {
    CHECK(reply.status() == 400);
    CHECK(reply.json().at("error") == error);
    CHECK(reply.json().at("error_description").is_string());
  };
  SECTION("reuse") {
    const std::string code = code_for(browser, app);
    CHECK(app.exchange(site, code).status() == 200);
    refused(app.exchange(site, code), "invalid_grant");
  }
  SECTION("another client") {
    const App other = App::make(site);
    refused(other.exchange(site, code_for(browser, app)), "invalid_grant");
  }
  SECTION("another redirect URI") {
    App changed = app;
    changed.redirect_uri = "https://app.example/back";
    refused(changed.exchange(site, code_for(browser, app)), "invalid_grant");
  }
  SECTION("too late") {
    const std::string code = code_for(browser, app);
    site.world.clock.advance(std::chrono::minutes(11));
    refused(app.exchange(site, code), "invalid_grant");
  }
  SECTION("wrong secret") {
    App changed = app;
    changed.secret = "guess";
    const Reply reply = changed.exchange(site, code_for(browser, app));
    CHECK(reply.status() == 401);
    CHECK(reply.json().at("error") == "invalid_client");
    CHECK_FALSE(reply.header("WWW-Authenticate").empty());
  }
  SECTION("missing parameters and unknown grants") {
    refused(site.post("/oauth/token", {}), "invalid_request");
    refused(site.post("/oauth/token", {{"grant_type", "password"}}), "unsupported_grant_type");
    refused(app.exchange(site, ""), "invalid_request");
  }
  SECTION("JSON bodies and Basic authentication work too") {
    const nlohmann::json body = {
        {"grant_type", "authorization_code"}, {"redirect_uri", app.redirect_uri}, {"code", code_for(browser, app)}};
    const Reply reply = site.send(http::Method::post, "/oauth/token", body.dump(),
                                  {{"Content-Type", "application/json"},
                                   {"Authorization", "Basic " + text::base64_encode(app.id + ":" + app.secret)}});
    CHECK(reply.status() == 200);
  }
}

TEST_CASE("PKCE binds the code to who asked for it", "[web][oauth][pkce]") {
  Site site;
  site.person("alice");
  const App app = App::make(site);
  Browser browser(site);
  browser.sign_in("alice", "correct horse");
  const std::string verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  const std::string challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";  // RFC 7636 appendix B
  const Fields pkce = {{"code_challenge", challenge}, {"code_challenge_method", "S256"}};

  CHECK(app.exchange(site, code_for(browser, app, pkce), {{"code_verifier", verifier}}).status() == 200);
  CHECK(app.exchange(site, code_for(browser, app, pkce), {{"code_verifier", verifier + "x"}}).json().at("error") ==
        "invalid_grant");
  CHECK(app.exchange(site, code_for(browser, app, pkce)).json().at("error") == "invalid_request");
  // A verifier without a challenge: somebody took the challenge away.
  CHECK(app.exchange(site, code_for(browser, app), {{"code_verifier", verifier}}).json().at("error") ==
        "invalid_grant");
}

TEST_CASE("bad authorization requests", "[web][oauth]") {
  Site site;
  site.person("alice");
  const App app = App::make(site, "https://app.example/back?x=1", "read");
  Browser browser(site);
  browser.sign_in("alice", "correct horse");

  // Whom we cannot trust with a redirect gets a page.
  const Reply unknown =
      browser.get("/oauth/authorize?response_type=code&client_id=nobody&redirect_uri=https://e.example");
  CHECK(unknown.status() == 401);
  CHECK(unknown.location().empty());
  CHECK(unknown.header("Content-Type") == "text/html; charset=utf-8");
  for (const char* uri :
       {"", "https://app.example/back", "https://evil.example/", "https://app.example/back?x=1&y=2"}) {
    const Reply reply = browser.get(app.authorize({{"redirect_uri", uri}, {"scope", "read"}}));
    CHECK(reply.status() == 400);
    CHECK(reply.location().empty());
  }
  struct Row {
    Fields change;
    const char* error;
  };
  const Row rows[] = {
      {{{"response_type", "token"}}, "unsupported_response_type"},
      {{{"response_type", ""}}, "invalid_request"},
      {{{"scope", "read write"}}, "invalid_scope"},
      {{{"scope", "read nonsense"}}, "invalid_scope"},
      {{{"code_challenge", "x"}, {"code_challenge_method", "plain"}}, "invalid_code_challenge_method"},
      {{{"code_challenge", "x"}}, "invalid_code_challenge_method"},
      {{{"code_challenge", "x"}, {"code_challenge_method", "S256"}}, "invalid_request"},
      {{{"code_challenge_method", "S256"}}, "invalid_request"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.error);
    Fields change = row.change;
    change.emplace_back("state", "s");
    if (change.front().first != "scope") change.emplace_back("scope", "read");
    const Reply reply = browser.get(app.authorize(change));
    CHECK(reply.status() == 302);
    CHECK(reply.location().starts_with("https://app.example/back?x=1&error="));
    CHECK(reply.parameter("error") == row.error);
    CHECK(reply.parameter("state") == "s");
  }
}

TEST_CASE("a denied request says so to the application", "[web][oauth]") {
  Site site;
  site.person("alice");
  const App app = App::make(site, "sandpiper://oauth");
  Browser browser(site);
  browser.sign_in("alice", "correct horse");
  const Reply page = browser.get(app.authorize({{"state", "s"}}));
  CHECK(page.header("Content-Security-Policy").contains("form-action 'self' sandpiper:;"));
  const Reply denied = browser.answer(page, false);
  CHECK(denied.status() == 302);
  CHECK(denied.location().starts_with("sandpiper://oauth?error=access_denied&"));
  CHECK(denied.parameter("state") == "s");
}

TEST_CASE("an out-of-band code is shown for copying", "[web][oauth]") {
  Site site;
  site.person("alice");
  const App app = App::make(site, "urn:ietf:wg:oauth:2.0:oob");
  Browser browser(site);
  browser.sign_in("alice", "correct horse");
  const Reply granted = browser.answer(browser.get(app.authorize()), true);
  REQUIRE(granted.location().starts_with("/oauth/authorize/native?code="));
  const std::string code = granted.parameter("code");
  const Reply page = browser.get(granted.location());
  CHECK(page.shows("<title>" + code + "</title>"));
  CHECK(page.shows("value=\"" + code + "\" readonly"));
  CHECK(app.exchange(site, code).status() == 200);
  CHECK(browser.get("/oauth/authorize/native?code=%3Cb%3E").status() == 400);
  CHECK(browser.answer(browser.get(app.authorize({{"scope", "push"}})), false).shows("access_denied"));
}

TEST_CASE("force_login shows the sign-in form again, force_login=false does not", "[web][oauth]") {
  Site site;
  site.person("alice");
  const App app = App::make(site);
  Browser browser(site);
  browser.sign_in("alice", "correct horse");
  CHECK(browser.get(app.authorize({{"force_login", "false"}})).status() == 200);
  const Browser before = browser;
  const Reply forced = browser.get(app.authorize({{"force_login", "true"}}));
  CHECK(forced.location().starts_with("/auth/sign_in?return_to="));
  CHECK_FALSE(forced.parameter("return_to").contains("force_login"));
  CHECK_FALSE(browser.cookies.contains("__Host-dunlin_session"));
  // The session is gone, not only the cookie.
  Browser old = before;
  CHECK(old.get(app.authorize()).location().starts_with("/auth/sign_in"));
}

TEST_CASE("forms count only with their token and from our own pages", "[web][csrf]") {
  Site site;
  site.person("alice");
  const App app = App::make(site);
  Browser browser(site);

  SECTION("sign-in") {
    const Reply form = browser.get("/auth/sign_in");
    const Fields filled = {{"csrf_token", form.input("csrf_token")}, {"login", "alice"}, {"password", "correct horse"}};
    CHECK(browser.post("/auth/sign_in", {{"login", "alice"}, {"password", "correct horse"}}).status() == 422);
    CHECK(Browser(site).post("/auth/sign_in", filled).status() == 422);
    CHECK(browser.post("/auth/sign_in", filled, {{"Sec-Fetch-Site", "cross-site"}}).status() == 422);
    CHECK(browser.post("/auth/sign_in", filled, {{"Origin", "https://evil.example"}}).status() == 422);
    CHECK_FALSE(browser.cookies.contains("__Host-dunlin_session"));
    CHECK(browser.post("/auth/sign_in", filled, {{"Origin", "https://example.org"}}).status() == 302);
  }
  SECTION("consent") {
    browser.sign_in("alice", "correct horse");
    Fields fields = app.request();
    CHECK(browser.post("/oauth/authorize", fields).status() == 422);
    fields.emplace_back("csrf_token", "guess");
    CHECK(browser.post("/oauth/authorize", fields).status() == 422);
    fields.back().second = browser.get(app.authorize()).input("csrf_token");
    CHECK(browser.post("/oauth/authorize", fields, {{"Sec-Fetch-Site", "same-site"}}).status() == 422);
    CHECK(Browser(site).post("/oauth/authorize", fields).location().starts_with("/auth/sign_in"));
    CHECK(browser.post("/oauth/authorize", fields, {{"Sec-Fetch-Site", "same-origin"}}).status() == 302);
  }
  SECTION("sign-out") {
    browser.sign_in("alice", "correct horse");
    CHECK(browser.post("/auth/sign_out", {}).status() == 422);
    const Reply home = browser.get("/");
    CHECK(home.shows("@alice"));
    CHECK(browser.post("/auth/sign_out", {{"csrf_token", home.input("csrf_token")}}).status() == 302);
    CHECK_FALSE(browser.get("/").shows("@alice"));
  }
}

TEST_CASE("signing in fails uniformly, ends at our own paths, and is throttled", "[web][sign_in]") {
  Site site;
  site.person("alice");
  Browser browser(site);
  const Reply wrong = browser.sign_in("alice", "wrong");
  const Reply nobody = browser.sign_in("nobody", "wrong");
  CHECK(wrong.status() == 422);
  CHECK(nobody.status() == 422);
  CHECK(wrong.shows("is not right"));
  CHECK(nobody.shows("is not right"));
  CHECK(wrong.shows("value=\"alice\""));
  CHECK(browser.sign_in("alice", "").status() == 422);
  CHECK_FALSE(browser.cookies.contains("__Host-dunlin_session"));
  for (const char* elsewhere : {"https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", ""}) {
    CHECK(Browser(site).sign_in("ALICE", "correct horse", elsewhere).location() == "/");
  }
  for (int i = 0; i < 17; ++i) browser.post("/auth/sign_in", {{"csrf_token", "x"}});
  // Forms that were refused before the password was looked at did not count.
  for (int i = 0; i < 16; ++i) CHECK(browser.sign_in("bob", "x").status() == 422);
  CHECK(browser.sign_in("carol", "x").status() == 422);
  const Reply throttled = browser.sign_in("alice", "correct horse");
  CHECK(throttled.status() == 429);
  CHECK(throttled.header("Retry-After") == "300");
  site.world.clock.advance(std::chrono::minutes(6));
  CHECK(browser.sign_in("alice", "correct horse").status() == 302);
}

TEST_CASE("a session ends after a year, and logins that may not act get no code", "[web][sign_in]") {
  Site site;
  const auto alice = site.person("alice");
  const App app = App::make(site);
  Browser browser(site);
  browser.sign_in("alice", "correct horse");
  CHECK(browser.get(app.authorize()).status() == 200);

  SECTION("expiry") {
    site.world.clock.advance(std::chrono::hours(24 * 366));
    CHECK(browser.get(app.authorize()).location().starts_with("/auth/sign_in"));
  }
  SECTION("unconfirmed") {
    site.change_user(alice, [](model::User& user) { user.confirmed_at.reset(); });
    CHECK(browser.get(app.authorize()).status() == 403);
    CHECK(browser.get(app.authorize()).shows("missing a confirmed e-mail address"));
  }
  SECTION("pending") {
    site.change_user(alice, [](model::User& user) { user.approved = false; });
    CHECK(browser.get(app.authorize()).status() == 403);
  }
  SECTION("disabled") {
    const Reply page = browser.get(app.authorize());
    site.change_user(alice, [](model::User& user) { user.disabled = true; });
    CHECK(browser.answer(page, true).status() == 403);
    CHECK(Browser(site).sign_in("alice", "correct horse").status() == 403);
  }
  SECTION("suspended") {
    site.world.suspend(alice);
    CHECK(browser.get(app.authorize()).status() == 403);
  }
}

TEST_CASE("tokens are revoked by their application or their owner", "[web][oauth]") {
  Site site;
  site.person("alice");
  const App app = App::make(site);
  const App other = App::make(site);
  Browser browser(site);
  browser.sign_in("alice", "correct horse");
  const std::string token = app.exchange(site, code_for(browser, app)).json().at("access_token");
  const auto revoke = [&](const App& by, const std::string& secret, const std::string& what) {
    return site.post("/oauth/revoke", {{"client_id", by.id}, {"client_secret", secret}, {"token", what}});
  };
  SECTION("by the application") {
    const Reply foreign = revoke(other, other.secret, token);
    CHECK(foreign.status() == 403);
    CHECK(foreign.json().at("error") == "unauthorized_client");
    CHECK(foreign.json().at("error_description") == "You are not authorized to revoke this token");
    CHECK(revoke(app, "guess", token).status() == 401);
    CHECK(site.bearer("/api/v1/apps/verify_credentials", token).status() == 200);
    CHECK(revoke(app, app.secret, token).body() == "{}");
    CHECK(revoke(app, app.secret, token).status() == 200);
    CHECK(revoke(app, app.secret, "unknown").status() == 200);
    const Reply after = site.bearer("/api/v1/apps/verify_credentials", token);
    CHECK(after.status() == 401);
    CHECK(after.json().at("error") == "The access token was revoked");
  }
  SECTION("by the owner") {
    const Reply page = browser.get("/oauth/authorized_applications");
    REQUIRE(page.shows("Sandpiper &lt;App&gt;"));
    const std::size_t at = page.body().find("action=\"/oauth/authorized_applications/") + 8;
    const std::string action = page.body().substr(at, page.body().find('"', at) - at);
    CHECK(browser.post(action, {{"_method", "delete"}}).status() == 422);
    CHECK(browser.post(action, {{"_method", "delete"}, {"csrf_token", page.input("csrf_token")}}).status() == 302);
    CHECK(site.bearer("/api/v1/apps/verify_credentials", token).status() == 401);
    CHECK_FALSE(browser.get("/oauth/authorized_applications").shows("Sandpiper"));
    CHECK(browser.get(app.authorize()).status() == 200);
    CHECK(Browser(site).get("/oauth/authorized_applications").location().starts_with("/auth/sign_in"));
  }
}

TEST_CASE("applications get tokens of their own, within their scopes", "[web][oauth]") {
  Site site;
  const App app = App::make(site, "https://app.example/back?x=1", "read write:accounts");
  const auto ask = [&](const Fields& extra) {
    Fields fields = {{"grant_type", "client_credentials"}, {"client_id", app.id}, {"client_secret", app.secret}};
    fields.insert(fields.end(), extra.begin(), extra.end());
    return site.post("/oauth/token", fields);
  };
  CHECK(ask({}).json().at("scope") == "read");
  CHECK(ask({{"scope", "read:statuses write:accounts"}}).json().at("scope") == "read:statuses write:accounts");
  CHECK(ask({{"scope", "write"}}).json().at("error") == "invalid_scope");
  CHECK(ask({{"scope", "nonsense"}}).json().at("error") == "invalid_scope");
  const Reply shown = site.bearer("/api/v1/apps/verify_credentials", ask({}).json().at("access_token"));
  CHECK(shown.json().at("name") == "Sandpiper <App>");
  CHECK(shown.json().at("redirect_uris") == nlohmann::json::array({"https://app.example/back?x=1"}));
  CHECK_FALSE(shown.json().contains("client_secret"));
  CHECK_FALSE(shown.json().contains("client_id"));
}

TEST_CASE("userinfo needs the scope profile itself", "[web][oauth]") {
  Site site;
  const auto alice = site.person("alice");
  const App app = App::make(site, "https://app.example/back?x=1", "profile read");
  Browser browser(site);
  browser.sign_in("alice", "correct horse");
  const std::string reader = app.exchange(site, code_for(browser, app, {{"scope", "read"}})).json().at("access_token");
  const std::string profile =
      app.exchange(site, code_for(browser, app, {{"scope", "profile"}})).json().at("access_token");
  CHECK(site.bearer("/oauth/userinfo", reader).status() == 403);
  const auto info = site.bearer("/oauth/userinfo", profile).json();
  CHECK(info.at("iss") == "https://example.org/");
  CHECK(info.at("sub") == alice.uri);
  CHECK(info.at("preferred_username") == "alice");
  CHECK(site.get("/oauth/userinfo").status() == 401);
}

TEST_CASE("no secret is stored in the clear", "[web][oauth]") {
  Site site;
  site.person("alice");
  const App app = App::make(site);
  Browser browser(site);
  browser.sign_in("alice", "correct horse");
  const std::string token = app.exchange(site, code_for(browser, app)).json().at("access_token");
  CHECK(
      site.world.read([&](db::Tx& tx) { return store::find_access_token(tx, crypto::token_hash(token)).has_value(); }));
  CHECK_FALSE(site.world.read([&](db::Tx& tx) { return store::find_access_token(tx, token).has_value(); }));
  CHECK_FALSE(site.world.read(
      [&](db::Tx& tx) { return store::find_session(tx, browser.cookies.at("__Host-dunlin_session")).has_value(); }));
}
