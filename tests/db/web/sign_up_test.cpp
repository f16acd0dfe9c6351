#include "db/web/site.hpp"

#include "dunlin/jobs/queue.hpp"
#include "dunlin/store/mails.hpp"
#include "dunlin/store/rules.hpp"
#include "dunlin/store/sign_ups.hpp"

using namespace dunlin;
using namespace dunlin::test;

namespace {

config::Config open_config() {
  auto config = Site::default_config();
  config.registrations.mode = "open";
  config.smtp.host = "mail.example.org";
  return config;
}

Reply sign_up(Browser& browser, const Fields& changes = {}) {
  const Reply form = browser.get("/auth/sign_up");
  Fields fields = {{"csrf_token", form.input("csrf_token")},
                   {"username", "wren"},
                   {"email", "wren@example.com"},
                   {"password", "correct horse"},
                   {"agreement", "1"}};
  for (const auto& [name, value] : changes) {
    std::ranges::find(fields, name, &std::pair<std::string, std::string>::first)->second = value;
  }
  return browser.post("/auth/sign_up", fields);
}

/// The path of the link in the mail that was sent last, to `recipient`.
std::string mailed_path(Site& site, const std::string& recipient) {
  return site.world.read([&](db::Tx& tx) {
    for (const auto& job : jobs::list(tx, jobs::JobState::pending, 10)) {
      const auto mail = store::find_mail(tx, std::stoll(job.payload));
      const auto start = mail->text.find("https://example.org/auth/");
      if (mail->recipient != recipient || start == std::string::npos) continue;
      return mail->text.substr(start + 19, mail->text.find('\n', start) - start - 19);
    }
    return std::string();
  });
}

}  // namespace

TEST_CASE("somebody signs up on the page, confirms and signs in", "[web][sign_up]") {
  Site site(open_config());
  site.world.write([](db::Tx& tx) { store::insert_rule(tx, "Be kind", "To birds, too"); });
  Browser browser(site);
  const Reply form = browser.get("/auth/sign_up");
  CHECK(form.status() == 200);
  CHECK(form.shows("Be kind"));
  CHECK_FALSE(form.shows("<script"));
  CHECK(form.header("Content-Security-Policy").starts_with("default-src 'none'; style-src 'self';"));

  const Reply done = sign_up(browser);
  REQUIRE(done.status() == 302);
  CHECK(done.location() == "/auth/setup");
  CHECK(browser.get("/auth/setup").shows("wren@example.com"));

  const std::string link = mailed_path(site, "wren@example.com");
  REQUIRE(link.starts_with("/auth/confirmation?confirmation_token="));
  CHECK(site.get(link).shows("Your address is confirmed"));
  CHECK(site.get(link).location() == "/auth/confirmation/new?invalid=1");
  CHECK(browser.get("/auth/setup").location() == "/");
  Browser other(site);
  CHECK(other.sign_in("wren", "correct horse").location() == "/");
}

TEST_CASE("a faulty sign-up shows the form again with what was typed", "[web][sign_up]") {
  Site site(open_config());
  Browser browser(site);
  const Reply again = sign_up(browser, {{"password", "short"}});
  CHECK(again.status() == 422);
  CHECK(again.shows("Password is too short (minimum is 8 characters)."));
  CHECK(again.input("email").empty());  // the input stands in another order of attributes
  CHECK(again.shows("value=\"wren@example.com\""));
  CHECK_FALSE(again.shows("short\""));
}

TEST_CASE("a form that another site sends makes no account", "[web][sign_up]") {
  Site site(open_config());
  const Reply forged = site.post("/auth/sign_up", {{"csrf_token", "x"},
                                                   {"username", "wren"},
                                                   {"email", "wren@example.com"},
                                                   {"password", "correct horse"},
                                                   {"agreement", "1"}});
  CHECK(forged.status() == 422);
  site.world.read([](db::Tx& tx) { CHECK_FALSE(store::find_user_by_email(tx, "wren@example.com")); });
}

TEST_CASE("closed registrations say so, and an invitation opens them", "[web][sign_up]") {
  auto config = Site::default_config();
  config.registrations.message = "We are full.";
  Site site(config);
  CHECK(site.get("/auth/sign_up").status() == 403);
  CHECK(site.get("/auth/sign_up").shows("We are full."));
  site.world.write([](db::Tx& tx) { store::insert_invite(tx, {.id = 7, .code = "abc"}); });
  CHECK(site.get("/invite/abc").location() == "/auth/sign_up?invite_code=abc");
  CHECK(site.get("/auth/sign_up?invite_code=abc").status() == 200);
  const auto json = site.get("/invite/abc", {{"Accept", "application/json"}});
  CHECK(json.json() ==
        nlohmann::json{{"invite_code", "abc"}, {"instance_api_url", "https://example.org/api/v2/instance"}});
  const auto none = site.get("/invite/other", {{"Accept", "application/json"}});
  CHECK(none.status() == 401);
  CHECK(none.json().at("error") == "This invite is not valid");
}

TEST_CASE("a forgotten password is replaced by a link that works once", "[web][password]") {
  Site site(open_config());
  site.person("alice");
  Browser signed_in(site);
  signed_in.sign_in("alice", "correct horse");
  Browser browser(site);
  const auto ask = [&](const std::string& email) {
    return browser.post("/auth/password/new",
                        {{"csrf_token", browser.get("/auth/password/new").input("csrf_token")}, {"email", email}});
  };
  const Reply unknown = ask("nobody@example.org");
  const Reply known = ask("alice@example.org");
  CHECK(unknown.body() == known.body());  // nobody learns who has an account
  const std::string link = mailed_path(site, "alice@example.org");
  REQUIRE(link.starts_with("/auth/password/edit?reset_password_token="));
  const Reply form = browser.get(link);
  REQUIRE(form.status() == 200);
  const Fields fields = {{"csrf_token", form.input("csrf_token")},
                         {"reset_password_token", form.input("reset_password_token")},
                         {"password", "battery staple"},
                         {"password_again", "battery staple"}};
  CHECK(browser.post("/auth/password/edit", fields).location() == "/auth/sign_in");
  CHECK(browser.get(link).status() == 404);
  CHECK(signed_in.get("/auth/edit").status() == 302);  // that browser is signed out
  CHECK(browser.sign_in("alice", "correct horse").status() == 422);
  CHECK(browser.sign_in("alice", "battery staple").status() == 302);
}

TEST_CASE("a link to a new password lasts six hours", "[web][password]") {
  Site site(open_config());
  site.person("alice");
  Browser browser(site);
  browser.post("/auth/password/new",
               {{"csrf_token", browser.get("/auth/password/new").input("csrf_token")}, {"email", "alice@example.org"}});
  const std::string link = mailed_path(site, "alice@example.org");
  site.world.clock.advance(std::chrono::hours(6));
  CHECK(browser.get(link).status() == 404);
}

TEST_CASE("the sign-in page of an account changes password and address and ends sessions", "[web][settings]") {
  Site site(open_config());
  const auto alice = site.person("alice");
  Browser old(site);
  old.sign_in("alice", "correct horse");
  Browser browser(site);
  browser.sign_in("alice", "correct horse");
  const Reply page = browser.get("/auth/edit");
  REQUIRE(page.status() == 200);
  const std::string csrf = page.input("csrf_token");
  CHECK(page.shows("this browser"));
  CHECK(page.shows("/auth/sessions/"));

  SECTION("another session is ended") {
    const auto start = page.body().find("/auth/sessions/");
    const auto path = page.body().substr(start, page.body().find('"', start) - start);
    CHECK(browser.post(path, {{"csrf_token", "wrong"}}).status() == 422);
    CHECK(browser.post(path, {{"csrf_token", csrf}}).status() == 302);
    CHECK(old.get("/auth/edit").status() == 302);
    CHECK(browser.get("/auth/edit").status() == 200);
  }
  SECTION("a new password wants the old one and signs the others out") {
    const Fields wrong = {{"csrf_token", csrf}, {"current_password", "guess"}, {"password", "battery staple"}};
    CHECK(browser.post("/auth/edit/password", wrong).status() == 422);
    const Fields right = {{"csrf_token", csrf}, {"current_password", "correct horse"}, {"password", "battery staple"}};
    CHECK(browser.post("/auth/edit/password", right).location() == "/auth/edit?changed=1");
    CHECK(old.get("/auth/edit").status() == 302);
    CHECK(browser.get("/auth/edit").status() == 200);
    Browser fresh(site);
    CHECK(fresh.sign_in("alice", "battery staple").status() == 302);
  }
  SECTION("a new address is taken once it is confirmed") {
    const Fields fields = {{"csrf_token", csrf}, {"current_password", "correct horse"}, {"email", "new@example.com"}};
    CHECK(browser.post("/auth/edit/email", fields).location() == "/auth/edit?mailed=1");
    CHECK(site.world.user_of(alice).email == "alice@example.org");
    CHECK(site.get(mailed_path(site, "new@example.com")).status() == 200);
    CHECK(site.world.user_of(alice).email == "new@example.com");
  }
  CHECK(site.get("/.well-known/change-password").location() == "/auth/edit");
  CHECK(site.get("/auth/edit").location() == "/auth/sign_in?return_to=%2Fauth%2Fedit");
}

TEST_CASE("a sign-in from a new network is told by mail, when the login is in use elsewhere", "[web][sign_in]") {
  Site site(open_config());
  site.person("wren");
  const auto mails = [&] {
    return site.world.read([&](db::Tx& tx) { return jobs::list(tx, jobs::JobState::pending, 10).size(); });
  };
  REQUIRE(Browser(site).sign_in("wren", "correct horse").status() == 302);
  REQUIRE(Browser(site).sign_in("wren", "correct horse").status() == 302);
  CHECK(mails() == 0);
  site.world.db.run("UPDATE sessions SET address = '198.51.100.7'");
  REQUIRE(Browser(site).sign_in("wren", "correct horse").status() == 302);
  CHECK(mails() == 1);
  CHECK(mailed_path(site, "wren@example.org") == "/auth/edit");
  REQUIRE(Browser(site).sign_in("wren", "correct horse").status() == 302);
  CHECK(mails() == 1);
}
