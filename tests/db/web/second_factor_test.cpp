#include "db/web/site.hpp"

#include "dunlin/crypto/totp.hpp"
#include "dunlin/store/two_factor.hpp"

using namespace dunlin;
using namespace dunlin::test;

namespace {

struct Guarded {
  Site site;
  model::Account alice = site.person("alice");
  Browser browser{site};
  std::vector<std::string> backup_codes;

  Guarded() {
    browser.sign_in("alice", "correct horse");
    const std::string csrf = browser.get("/auth/two_factor").input("csrf_token");
    REQUIRE(browser.post("/auth/two_factor", {{"csrf_token", csrf}, {"current_password", "wrong"}}).status() == 422);
    const Reply secret =
        browser.post("/auth/two_factor", {{"csrf_token", csrf}, {"current_password", "correct horse"}});
    REQUIRE(secret.shows("otpauth://totp/example.org:alice?secret="));
    CHECK(browser.post("/auth/two_factor/on", {{"csrf_token", csrf}, {"code", "000000"}}).status() == 422);
    const Reply done = browser.post("/auth/two_factor/on", {{"csrf_token", csrf}, {"code", code()}});
    REQUIRE(done.status() == 200);
    for (std::size_t at = done.body().find("<code>"); at != std::string::npos;
         at = done.body().find("<code>", at + 1)) {
      backup_codes.push_back(done.body().substr(at + 6, 17));
    }
  }

  /// What the app would show now.
  std::string code() {
    const auto user = site.world.user_of(alice);
    return site.world.read([&](db::Tx& tx) {
      return crypto::totp_code(store::find_two_factor(tx, user.id)->secret, crypto::totp_step(site.world.clock.now()));
    });
  }
  static Reply send(Browser& who, const std::string& code) {
    const Reply form = who.get("/auth/sign_in/code?return_to=/auth/edit");
    return who.post("/auth/sign_in/code",
                    {{"csrf_token", form.input("csrf_token")}, {"return_to", "/auth/edit"}, {"code", code}});
  }
};

}  // namespace

TEST_CASE("with a second factor a password alone signs nobody in", "[web][two_factor]") {
  Guarded f;
  CHECK(f.backup_codes.size() == 10);
  f.site.world.clock.advance(std::chrono::minutes(2));
  Browser other(f.site);
  const Reply half = other.sign_in("alice", "correct horse", "/auth/edit");
  CHECK(half.location() == "/auth/sign_in/code?return_to=%2Fauth%2Fedit");
  CHECK_FALSE(other.cookies.contains("__Host-dunlin_session"));
  CHECK(Guarded::send(other, "123456").status() == 422);
  const std::string code = f.code();
  const Reply in = Guarded::send(other, code);
  CHECK(in.location() == "/auth/edit");
  CHECK(other.get("/auth/edit").status() == 200);

  // No code works twice.
  Browser third(f.site);
  third.sign_in("alice", "correct horse");
  CHECK(Guarded::send(third, code).status() == 422);
}

TEST_CASE("a backup code works once", "[web][two_factor]") {
  Guarded f;
  for (const int expected : {302, 422}) {
    Browser other(f.site);
    other.sign_in("alice", "correct horse");
    CHECK(Guarded::send(other, f.backup_codes.front()).status() == expected);
  }
}

TEST_CASE("the page for the code wants the password first, and not too many codes", "[web][two_factor]") {
  Guarded f;
  Browser stranger(f.site);
  CHECK(stranger.get("/auth/sign_in/code").location() == "/auth/sign_in");
  stranger.sign_in("alice", "correct horse");
  int refused = 0;
  for (int i = 0; i < 12; ++i) refused += Guarded::send(stranger, "000000").status() == 429 ? 1 : 0;
  CHECK(refused >= 2);
  f.site.world.clock.advance(std::chrono::minutes(11));
  CHECK(stranger.get("/auth/sign_in/code").location() == "/auth/sign_in");  // too late
}

TEST_CASE("turning the second factor off wants the password", "[web][two_factor]") {
  Guarded f;
  const std::string csrf = f.browser.get("/auth/two_factor").input("csrf_token");
  CHECK(f.browser.post("/auth/two_factor/off", {{"csrf_token", csrf}, {"current_password", "wrong"}}).status() == 422);
  CHECK(
      f.browser.post("/auth/two_factor/off", {{"csrf_token", csrf}, {"current_password", "correct horse"}}).status() ==
      302);
  Browser other(f.site);
  other.sign_in("alice", "correct horse");
  CHECK(other.cookies.contains("__Host-dunlin_session"));
}

TEST_CASE("the secret is shown as a QR code that is part of the page", "[web][second_factor]") {
  Site site;
  site.person("alice");
  Browser browser(site);
  browser.sign_in("alice", "correct horse");
  const std::string csrf = browser.get("/auth/two_factor").input("csrf_token");
  const Reply page = browser.post("/auth/two_factor", {{"csrf_token", csrf}, {"current_password", "correct horse"}});
  CHECK(page.shows("<svg class=\"qr\" viewBox=\"0 0 "));
  CHECK(page.shows("<path fill=\"#000\" d=\"M4 4h7v1h-7z"));  // the upper left corner of every QR code
  CHECK(page.header("Content-Security-Policy").contains("img-src 'self';"));
}
