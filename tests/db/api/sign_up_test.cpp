#include "support/api_client.hpp"

#include "dunlin/store/mails.hpp"
#include "dunlin/store/sign_ups.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Json = nlohmann::json;

namespace {

config::Config open_config(bool mails = true) {
  auto config = Api::default_config();
  config.registrations.mode = "open";
  if (mails) config.smtp.host = "mail.example.org";
  return config;
}

const Json kForm{{"username", "wren"},
                 {"email", "wren@example.com"},
                 {"password", "correct horse"},
                 {"agreement", true},
                 {"locale", "de"}};

Json form_with(const std::string& key, const Json& value) {
  Json form = kForm;
  form[key] = value;
  return form;
}

struct SignUps {
  explicit SignUps(config::Config config = open_config()) : api(world, std::move(config)) {}
  World world;
  Api api;
  std::string app_token = api.token(std::nullopt, {"read", "write"});
  Client app{api, app_token};

  test::Answer sign_up(const Json& form = kForm) const { return app.post("/api/v1/accounts", form); }
  Client signed_up() { return {api, sign_up().json().at("access_token")}; }
  /// The confirmation token of the mail that was sent last.
  std::string mailed_token() {
    return world.read([&](db::Tx& tx) {
      std::string token;
      for (const auto& job : jobs::list(tx, jobs::JobState::pending, 1)) {
        const auto mail = store::find_mail(tx, std::stoll(job.payload));
        const auto start = mail->text.find("_token=") + 7;
        token = mail->text.substr(start, mail->text.find_first_of("&\n", start) - start);
      }
      return token;
    });
  }
};

}  // namespace

TEST_CASE("signing up gives a user's token that is good once the address is confirmed", "[api][sign_up]") {
  SignUps f;
  const auto answer = f.sign_up();
  REQUIRE(answer.status() == 200);
  const auto json = answer.json();
  CHECK(json["token_type"] == "Bearer");
  CHECK(json["scope"] == "read write");
  CHECK(json["created_at"].is_number_integer());
  const Client wren(f.api, json["access_token"]);

  const auto early = wren.get("/api/v1/accounts/verify_credentials");
  CHECK(early.status() == 403);
  CHECK(early.error() == "Your login is missing a confirmed e-mail address");
  CHECK(wren.get("/api/v1/emails/check_confirmation").body() == "false");
  CHECK(Client(f.api).get("/api/v1/accounts/lookup?acct=wren").status() == 404);

  const auto token = f.mailed_token();
  REQUIRE(token.size() == 43);
  f.world.write([&](db::Tx& tx) { REQUIRE(f.api.services().registrations.confirm(tx, token)); });
  CHECK(wren.get("/api/v1/emails/check_confirmation").body() == "true");
  CHECK(wren.get("/api/v1/accounts/verify_credentials").json()["username"] == "wren");
  CHECK(Client(f.api).get("/api/v1/accounts/lookup?acct=wren").status() == 200);
  // A link works once.
  f.world.write([&](db::Tx& tx) { CHECK_FALSE(f.api.services().registrations.confirm(tx, token)); });
}

TEST_CASE("a link is good for two days", "[api][sign_up]") {
  SignUps f;
  REQUIRE(f.sign_up().status() == 200);
  f.world.clock.advance(std::chrono::hours(49));
  const auto token = f.mailed_token();
  f.world.write([&](db::Tx& tx) { CHECK_FALSE(f.api.services().registrations.confirm(tx, token)); });
}

TEST_CASE("without a mail server an account is good at once", "[api][sign_up]") {
  SignUps f(open_config(false));
  CHECK(f.signed_up().get("/api/v1/accounts/verify_credentials").status() == 200);
}

TEST_CASE("who must be approved waits after the confirmation", "[api][sign_up]") {
  auto config = open_config(false);
  config.registrations.mode = "approval";
  SignUps f(config);
  const auto silent = f.sign_up();
  CHECK(silent.status() == 422);
  CHECK(Json::parse(silent.body())["details"]["reason"][0]["error"] == "ERR_BLANK");
  const Client wren(f.api, f.sign_up(form_with("reason", "I count birds")).json().at("access_token"));
  const auto early = wren.get("/api/v1/accounts/verify_credentials");
  CHECK(early.status() == 403);
  CHECK(early.error() == "Your login is currently pending approval");
  f.world.write([&](db::Tx& tx) {
    const auto user = store::find_user_by_email(tx, "wren@example.com").value();
    CHECK(store::find_sign_up(tx, user.id)->reason == "I count birds");
    REQUIRE(f.api.services().registrations.approve(tx, user));
  });
  CHECK(wren.get("/api/v1/accounts/verify_credentials").status() == 200);
}

TEST_CASE("a rejected account leaves nothing, not even its name", "[api][sign_up]") {
  auto config = open_config();
  config.registrations.mode = "approval";
  SignUps f(config);
  REQUIRE(f.sign_up(form_with("reason", "why not")).status() == 200);
  f.world.write([&](db::Tx& tx) {
    const auto user = store::find_user_by_email(tx, "wren@example.com").value();
    REQUIRE(f.api.services().registrations.reject(tx, user));
    CHECK_FALSE(store::find_user_by_email(tx, "wren@example.com"));
  });
  CHECK(f.sign_up(form_with("reason", "once more")).status() == 200);
}

TEST_CASE("each fault of the form is named", "[api][sign_up]") {
  auto config = open_config();
  config.registrations.min_age = 16;
  SignUps f(config);
  f.world.local_account("alice");
  struct Row {
    const char* field;
    Json value;
    const char* error;
    const char* description;
  };
  const Row rows[] = {
      {"username", "", "ERR_BLANK", "can't be blank"},
      {"username", "w r", "ERR_INVALID", "must contain only letters, numbers and underscores"},
      {"username", std::string(31, 'x'), "ERR_TOO_LONG", "is too long (maximum is 30 characters)"},
      {"username", "ALICE", "ERR_TAKEN", "has already been taken"},
      {"username", "admin", "ERR_RESERVED", "is reserved"},
      {"email", "", "ERR_BLANK", "can't be blank"},
      {"email", "wren", "ERR_INVALID", "is invalid"},
      {"email", "Alice@Example.org", "ERR_TAKEN", "has already been taken"},
      {"password", "", "ERR_BLANK", "can't be blank"},
      {"password", "1234567", "ERR_TOO_SHORT", "is too short (minimum is 8 characters)"},
      {"password", std::string(73, 'x'), "ERR_TOO_LONG", "is too long (maximum is 72 characters)"},
      {"agreement", false, "ERR_ACCEPTED", "must be accepted"},
      {"date_of_birth", "", "ERR_BLANK", "can't be blank"},
      {"date_of_birth", "2010-13-45", "ERR_INVALID", "is invalid"},
      {"date_of_birth", "2010-03-02", "ERR_BELOW_LIMIT", "is below the age limit"},
      {"reason", std::string(421, 'x'), "ERR_TOO_LONG", "is too long (maximum is 420 characters)"},
  };
  for (const auto& row : rows) {
    Json form = form_with("date_of_birth", "2010-03-01");  // 16 today
    form[row.field] = row.value;
    INFO(row.field << " " << row.value.dump());
    const auto answer = f.sign_up(form);
    REQUIRE(answer.status() == 422);
    const auto json = Json::parse(answer.body());
    CHECK(json["error"].get<std::string>().starts_with("Validation failed: "));
    CHECK(json["details"] == Json{{row.field, {{{"error", row.error}, {"description", row.description}}}}});
  }
  CHECK(f.sign_up(form_with("date_of_birth", "2010-03-01")).status() == 200);
}

TEST_CASE("closed registrations let nobody in but those invited", "[api][sign_up]") {
  SignUps f(Api::default_config());
  const auto refused = f.sign_up();
  CHECK(refused.status() == 403);
  CHECK(refused.error() == "Forbidden");
  f.world.write([&](db::Tx& tx) { store::insert_invite(tx, {.id = 7, .code = "come-in", .max_uses = 1}); });
  CHECK(f.sign_up(form_with("invite_code", "other")).status() == 403);
  CHECK(f.sign_up(form_with("invite_code", "come-in")).status() == 200);
  Json second = form_with("invite_code", "come-in");
  second["username"] = "robin";
  CHECK(f.sign_up(second).status() == 403);  // used up
}

TEST_CASE("a user's token makes no accounts", "[api][sign_up]") {
  SignUps f;
  const Client alice(f.api, f.world.local_account("alice"));
  const auto answer = alice.post("/api/v1/accounts", kForm);
  CHECK(answer.status() == 403);
  CHECK(answer.error() == "This method requires an client credentials authentication");
  CHECK(Client(f.api).post("/api/v1/accounts", kForm).status() == 401);
}

TEST_CASE("the confirmation is sent again to the app that made the account", "[api][sign_up]") {
  SignUps f;
  const auto wren = f.signed_up();
  const auto first = f.mailed_token();
  CHECK(wren.post("/api/v1/emails/confirmations").json() == Json::object());
  const auto second = f.mailed_token();
  CHECK(second != first);
  CHECK(wren.post("/api/v1/emails/confirmations", {{"email", "not an address"}}).status() == 422);
  CHECK(wren.post("/api/v1/emails/confirmations", {{"email", "new@example.com"}}).status() == 200);
  const auto third = f.mailed_token();
  f.world.write([&](db::Tx& tx) {
    CHECK_FALSE(f.api.services().registrations.confirm(tx, second));
    CHECK(f.api.services().registrations.confirm(tx, third)->email == "new@example.com");
  });
  const auto late = wren.post("/api/v1/emails/confirmations");
  CHECK(late.status() == 403);
  CHECK(late.error() == "This method is only available while the e-mail is awaiting confirmation");

  const Client alice(f.api, f.world.local_account("alice"));
  const auto other = alice.post("/api/v1/emails/confirmations");
  CHECK(other.status() == 403);
  CHECK(other.error() == "This method is only available to the application the user originally signed-up with");
}
