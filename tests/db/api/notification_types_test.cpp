#include "support/api_client.hpp"
#include "support/api_shape.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Json = nlohmann::json;
using Texts = std::vector<std::string>;

namespace {

struct Telling {
  World world;
  Api api{world};
  model::Account alice = world.local_account("alice");
  model::Account bob = world.local_account("bob");
  Client client{api, alice};
  Client author{api, bob};

  std::string post(const Json& status) {
    world.clock.advance(std::chrono::seconds(1));
    return author.post("/api/v1/statuses", status).json()["id"];
  }
  [[nodiscard]] Json told(const std::string& query = "") const {
    return client.get("/api/v1/notifications" + query).json();
  }
  service::NotificationService& notifications() { return api.services().notifications; }
};

}  // namespace

TEST_CASE("an edit is told to those who passed the status on, the newest edit once", "[api][notification]") {
  Telling t;
  const auto id = t.post({{"status", "Draft"}});
  const auto status = t.world.read([&](db::Tx& tx) { return *store::find_status(tx, *StatusId::parse(id)); });
  t.client.post("/api/v1/statuses/" + id + "/reblog");
  const auto edit = [&] {
    t.world.clock.advance(std::chrono::seconds(1));
    t.world.write([&](db::Tx& tx) { t.notifications().edited(tx, status, t.alice.id); });
  };
  edit();
  const auto first = t.told("?types[]=update");
  REQUIRE(first.size() == 1);
  edit();
  const auto second = t.told("?types[]=update");
  REQUIRE(second.size() == 1);
  CHECK(second[0]["id"] != first[0]["id"]);
  CHECK(second[0]["status"]["id"] == id);
}

TEST_CASE("the end of a poll is told to its author too", "[api][notification]") {
  Telling t;
  const auto id = t.post({{"status", "Vote"}});
  const auto status = t.world.read([&](db::Tx& tx) { return *store::find_status(tx, *StatusId::parse(id)); });
  t.world.write([&](db::Tx& tx) {
    for (const auto receiver : {t.alice.id, t.bob.id, t.alice.id}) t.notifications().poll_ended(tx, status, receiver);
  });
  REQUIRE(t.told().size() == 1);
  CHECK(t.told()[0]["type"] == "poll");
  CHECK(t.told()[0]["account"]["acct"] == "bob");
  CHECK(t.author.get("/api/v1/notifications").json().size() == 1);
}

TEST_CASE("lost follows are told with what was lost, and in words to old clients", "[api][notification]") {
  Telling t;
  t.world.write([&](db::Tx& tx) {
    t.notifications().severed(tx, t.alice.id, model::SeveranceType::user_domain_block, "evil.example", 1, 2);
    t.notifications().severed(tx, t.alice.id, model::SeveranceType::user_domain_block, "evil.example", 2, 0);
    t.notifications().severed(tx, t.bob.id, model::SeveranceType::user_domain_block, "evil.example", 0, 0);
  });
  const auto told = t.told();
  REQUIRE(told.size() == 1);
  CHECK(told[0]["type"] == "severed_relationships");
  CHECK(told[0]["account"]["id"] == t.alice.id.str());
  const auto& event = told[0]["event"];
  CHECK(test::Shapes().problems(event, "RelationshipSeveranceEvent") == Texts{});
  CHECK(event["type"] == "user_domain_block");
  CHECK(event["target_name"] == "evil.example");
  CHECK(event["purged"] == false);
  CHECK(event["followers_count"] == 3);
  CHECK(event["following_count"] == 2);
  CHECK_FALSE(told[0].contains("fallback"));
  CHECK_FALSE(t.told("?supported_types[]=severed_relationships")[0].contains("fallback"));
  const auto fallback = t.told("?supported_types[]=mention")[0]["fallback"];
  CHECK(fallback["title"] == "Lost connections");
  CHECK(fallback["summary"].get<std::string>().contains("evil.example"));
  CHECK(test::Shapes().problems(fallback, "NotificationFallback") == Texts{});
  const auto group = t.client.get("/api/v2/notifications?supported_types[]=x").json()["notification_groups"][0];
  CHECK(group["event"] == event);
  CHECK(group["fallback"] == fallback);
  CHECK(group["sample_account_ids"] == Json({t.alice.id.str()}));
  CHECK(t.author.get("/api/v1/notifications").json().empty());
}

TEST_CASE("moderators are told of new accounts and of reports", "[api][notification]") {
  Telling t;
  t.world.db.run("UPDATE users SET role = 2 WHERE account_id = " + t.alice.id.str());
  const auto carol = t.world.local_account("carol");
  t.world.write([&](db::Tx& tx) { t.notifications().signed_up(tx, carol.id); });
  REQUIRE(t.told().size() == 1);
  CHECK(t.told()[0]["type"] == "admin.sign_up");
  CHECK(t.told()[0]["account"]["acct"] == "carol");
  CHECK(t.told("?supported_types[]=mention")[0]["fallback"]["summary"] == "@carol signed up.");
  CHECK(t.author.post("/api/v1/reports", {{"account_id", carol.id.str()}, {"comment", "Spam"}}).status() == 200);
  const auto report = t.told("?types[]=admin.report");
  REQUIRE(report.size() == 1);
  CHECK(report[0]["account"]["acct"] == "bob");
  CHECK(report[0]["report"]["comment"] == "Spam");
  CHECK(report[0]["report"]["target_account"]["acct"] == "carol");
  const auto group = t.client.get("/api/v2/notifications?types[]=admin.report").json()["notification_groups"][0];
  CHECK(group["report"] == report[0]["report"]);
  CHECK(t.author.get("/api/v1/notifications").json().empty());
}

TEST_CASE("types of our own go to those that name them", "[api][notification]") {
  Telling t;
  const auto mine = t.client.post("/api/v1/statuses", {{"status", "Mine"}}).json()["id"].get<std::string>();
  CHECK(t.author.send(http::Method::put, "/api/v1/pleroma/statuses/" + mine + "/reactions/%F0%9F%90%A6", "", "")
            .status() == 200);
  CHECK(t.told().empty());
  const auto told = t.told("?types[]=pleroma:emoji_reaction");
  REQUIRE(told.size() == 1);
  CHECK(told[0]["emoji"] == "\U0001F426");
  CHECK(t.told("?supported_types[]=pleroma:emoji_reaction").size() == 1);
  CHECK(t.client.get("/api/v2/notifications").json()["notification_groups"].empty());
}

TEST_CASE("several notifications are dismissed at once", "[api][notification]") {
  Telling t;
  for (int i = 0; i < 3; ++i) t.post({{"status", "@alice " + std::to_string(i)}});
  const auto ids = t.client.get("/api/v1/notifications").ids();
  const auto answer =
      t.client.del("/api/v1/notifications/destroy_multiple?ids[]=" + ids[0] + "&ids[]=" + ids[2] + "&ids[]=x");
  CHECK(answer.json() == Json::object());
  CHECK(t.client.get("/api/v1/notifications").ids() == Texts{ids[1]});
}

TEST_CASE("a status that one may no longer see is not shown by its notification", "[api][notification]") {
  Telling t;
  t.world.follow(t.alice, t.bob);
  const auto status = t.world.status(t.bob, {.visibility = model::Visibility::private_});
  t.world.write([&](db::Tx& tx) { t.notifications().posted(tx, status, t.alice.id); });
  REQUIRE(t.told().size() == 1);
  CHECK(t.told()[0]["type"] == "status");
  t.client.post("/api/v1/accounts/" + t.bob.id.str() + "/unfollow");
  CHECK(t.told().empty());
}
