#include "dunlin/store/reports.hpp"

#include "support/api_client.hpp"
#include "support/api_shape.hpp"

#include "dunlin/store/notifications.hpp"
#include "dunlin/store/rules.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Json = nlohmann::json;

namespace {

struct Case {
  World world;
  Api api{world};
  model::Account alice = world.local_account("alice");
  model::Account bob = world.remote_account("bob", "remote.example");
  Client client{api, alice};

  test::Answer report(Json body) const {
    body.emplace("account_id", bob.id.str());
    return client.post("/api/v1/reports", body);
  }
};

}  // namespace

TEST_CASE("a report is kept with what it names", "[api][reports]") {
  Case f;
  const auto status = f.world.status(f.bob);
  const auto other = f.world.status(f.alice);
  const auto rule = f.world.write([](db::Tx& tx) { return store::insert_rule(tx, "Be kind", ""); });
  const auto answer = f.report({{"status_ids", {status.id.str(), other.id.str(), "999"}},
                                {"comment", "rude"},
                                {"category", "spam"},
                                {"rule_ids", {std::to_string(rule)}}});
  REQUIRE(answer.status() == 200);
  const auto json = answer.json();
  CHECK(test::Shapes().problems(json, "Report") == std::vector<std::string>{});
  CHECK(json["status_ids"] == Json{status.id.str()});  // only those of the account
  CHECK(json["category"] == "violation");              // a rule makes it one
  CHECK(json["rule_ids"] == Json{std::to_string(rule)});
  CHECK(json["forwarded"] == false);
  CHECK(json["action_taken"] == false);
  CHECK(json["target_account"]["acct"] == "bob@remote.example");
  f.world.read([&](db::Tx& tx) {
    const auto kept = store::find_report(tx, model::ReportId::parse(json["id"].get<std::string>()).value());
    REQUIRE(kept);
    CHECK(kept->comment == "rude");
    CHECK(kept->account_id == f.alice.id);
  });
  CHECK(f.api.federation.told.empty());
}

TEST_CASE("a report is forwarded when asked, and only to other servers", "[api][reports]") {
  Case f;
  CHECK(f.report({{"forward", true}}).json()["forwarded"] == true);
  CHECK(f.api.federation.told == std::vector<std::string>{"reported"});
  const auto carol = f.world.local_account("carol");
  CHECK(f.client.post("/api/v1/reports", {{"account_id", carol.id.str()}, {"forward", true}}).json()["forwarded"] ==
        false);
  CHECK(f.api.federation.told.size() == 1);
}

TEST_CASE("moderators are told, of the newest report of each reporter", "[api][reports]") {
  Case f;
  const auto warden = f.world.local_account("warden");
  auto user = f.world.user_of(warden);
  user.role = model::Role::moderator;
  f.world.write([&](db::Tx& tx) { store::update_user(tx, user); });
  f.report({{"comment", "one"}});
  const std::string second = f.report({{"comment", "two"}}).json()["id"];
  f.world.read([&](db::Tx& tx) {
    const auto told = store::list_notifications(tx, warden.id, {}, test::newest(10));
    REQUIRE(told.size() == 1);
    CHECK(told[0].type == model::NotificationType::admin_report);
    CHECK(told[0].from_account_id == f.alice.id);
    const std::vector ids{told[0].id};
    CHECK(store::list_notification_reports(tx, ids).at(told[0].id).id.str() == second);
  });
}

TEST_CASE("a faulty report is refused", "[api][reports]") {
  Case f;
  CHECK(f.client.post("/api/v1/reports").error() == "param is missing or the value is empty: account_id");
  CHECK(f.client.post("/api/v1/reports", {{"account_id", "999"}}).status() == 404);
  CHECK(f.client.post("/api/v1/reports", {{"account_id", "x"}}).status() == 404);
  CHECK(f.report({{"comment", std::string(1001, 'x')}}).error() ==
        "Validation failed: Comment is too long (maximum is 1000 characters)");
  CHECK(f.report({{"category", "boring"}}).error() == "Validation failed: Category is not included in the list");
  CHECK(f.report({{"rule_ids", {"999"}}}).error() == "Validation failed: Rule ids does not reference valid rules");
}
