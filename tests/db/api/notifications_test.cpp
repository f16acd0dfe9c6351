#include "support/api_client.hpp"
#include "support/api_shape.hpp"

#include "dunlin/base/time_format.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Json = nlohmann::json;

namespace {

/// Alice is followed, mentioned, favourited and reblogged by bob, in this order.
struct Told {
  World world;
  Api api{world};
  model::Account alice = world.local_account("alice");
  model::Account bob = world.local_account("bob");
  Client client{api, alice};
  Client other{api, bob};
  std::string status_id = client.post("/api/v1/statuses", {{"status", "Hello"}}).json()["id"];
  std::string mention_id;

  Told() {
    other.post("/api/v1/accounts/" + alice.id.str() + "/follow");
    mention_id = other.post("/api/v1/statuses", {{"status", "Hi @alice"}}).json()["id"];
    other.post("/api/v1/statuses/" + status_id + "/favourite");
    other.post("/api/v1/statuses/" + status_id + "/reblog");
  }
  [[nodiscard]] std::vector<std::string> types(const std::string& query = "") const {
    std::vector<std::string> out;
    for (const auto& one : client.get("/api/v1/notifications" + query).json()) out.push_back(one["type"]);
    return out;
  }
};

using Types = std::vector<std::string>;

}  // namespace

TEST_CASE("notifications come newest first with account and status", "[api][notification]") {
  const Told told;
  const auto answer = told.client.get("/api/v1/notifications");
  const auto json = answer.json();
  CHECK(test::Shapes().problems_of_each(json, "Notification") == std::vector<std::string>{});
  REQUIRE(told.types() == Types{"reblog", "favourite", "mention", "follow"});
  CHECK(json[0]["status"]["id"] == told.status_id);
  CHECK(json[0]["status"]["pinned"] == false);
  CHECK(json[2]["status"]["id"] == told.mention_id);
  CHECK(json[2]["account"]["acct"] == "bob");
  CHECK_FALSE(json[3].contains("status"));
  CHECK(json[2]["group_key"] == "ungrouped-" + json[2]["id"].get<std::string>());
  CHECK(json[3]["group_key"].get<std::string>().starts_with("follow-"));
  // The token, the notifications, their senders, sight, statuses, authors, mentions, the viewer's marks, his filters.
  CHECK(answer.statements == 9);

  const auto one = told.client.get("/api/v1/notifications/" + json[2]["id"].get<std::string>());
  CHECK(one.json() == json[2]);
  CHECK(told.other.get("/api/v1/notifications/" + json[2]["id"].get<std::string>()).status() == 404);
}

TEST_CASE("notifications are chosen by type and sender", "[api][notification]") {
  const Told told;
  CHECK(told.types("?types[]=mention&types[]=follow") == Types{"mention", "follow"});
  CHECK(told.types("?exclude_types[]=reblog&exclude_types[]=poll") == Types{"favourite", "mention", "follow"});
  CHECK(told.types("?types[]=poll").empty());
  CHECK(told.types("?account_id=" + told.bob.id.str()).size() == 4);
  CHECK(told.types("?account_id=" + told.alice.id.str()).empty());
  CHECK(told.types("?account_id=nobody").empty());
}

TEST_CASE("notifications are paged by their ids", "[api][notification][paging]") {
  const Told told;
  const auto all = told.client.get("/api/v1/notifications").ids();
  REQUIRE(all.size() == 4);
  const auto first = told.client.get("/api/v1/notifications?limit=3&exclude_types[]=poll");
  CHECK(first.ids() == std::vector(all.begin(), all.begin() + 3));
  CHECK(first.link("next").contains("exclude_types"));
  const auto second = told.client.get(first.link("next"));
  CHECK(second.ids() == std::vector{all[3]});
  CHECK(second.link("next") != "");
  CHECK(told.client.get("/api/v1/notifications?limit=1&min_id=" + all[3]).ids() == std::vector{all[2]});
  CHECK(told.client.get("/api/v1/notifications?limit=1&since_id=" + all[3]).ids() == std::vector{all[0]});
  CHECK(told.client.get("/api/v1/notifications?limit=0").json().empty());
}

TEST_CASE("dismissing removes one notification of one's own, clearing all", "[api][notification]") {
  const Told told;
  const auto ids = told.client.get("/api/v1/notifications").ids();
  CHECK(told.other.post("/api/v1/notifications/" + ids[0] + "/dismiss").status() == 404);
  const auto dismissed = told.client.post("/api/v1/notifications/" + ids[0] + "/dismiss");
  CHECK(dismissed.status() == 200);
  CHECK(dismissed.json() == Json::object());
  CHECK(told.client.post("/api/v1/notifications/" + ids[0] + "/dismiss").status() == 404);
  CHECK(told.client.del("/api/v1/notifications/" + ids[1]).json() == Json::object());
  CHECK(told.client.get("/api/v1/notifications").json().size() == 2);
  CHECK(told.client.post("/api/v1/notifications/clear").json() == Json::object());
  CHECK(told.client.get("/api/v1/notifications").json().empty());
  CHECK(told.client.get("/api/v1/notifications/" + ids[2]).error() == "Record not found");
}

TEST_CASE("a notification goes with its status", "[api][notification]") {
  const Told told;
  told.other.del("/api/v1/statuses/" + told.mention_id);
  CHECK(told.types() == Types{"reblog", "favourite", "follow"});
}

TEST_CASE("unread notifications are those above the marker, up to the limit", "[api][notification][marker]") {
  const Told told;
  const auto count = [&](const std::string& query = "") {
    return told.client.get("/api/v1/notifications/unread_count" + query).json();
  };
  CHECK(count() == Json({{"count", 4}}));
  CHECK(count("?limit=2") == Json({{"count", 2}}));
  CHECK(count("?limit=0") == Json({{"count", 0}}));
  CHECK(count("?types[]=mention") == Json({{"count", 1}}));
  CHECK(count("?types[]=unheard") == Json({{"count", 0}}));
  const auto ids = told.client.get("/api/v1/notifications").ids();
  told.client.post("/api/v1/markers", {{"notifications", {{"last_read_id", ids[1]}}}});
  CHECK(count() == Json({{"count", 1}}));
}

TEST_CASE("markers are kept for each timeline", "[api][marker]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const Client client(api, alice);
  CHECK(client.get("/api/v1/markers").json() == Json::object());
  CHECK(client.get("/api/v1/markers?timeline[]=elsewhere").json() == Json::object());

  SECTION("one that was never set stands at the start") {
    const auto json = client.get("/api/v1/markers?timeline[]=home&timeline[]=notifications").json();
    CHECK(json["home"]["last_read_id"] == "0");
    CHECK(json["home"]["version"] == 0);
    CHECK(test::Shapes().problems(json["notifications"], "Marker") == std::vector<std::string>{});
    CHECK(client.get("/api/v1/markers?timeline[]=home").json().size() == 1);
  }
  SECTION("what was set is answered and found again, also when it is smaller") {
    const auto saved = client.send(http::Method::post, "/api/v1/markers", "home[last_read_id]=500",
                                   "application/x-www-form-urlencoded");
    CHECK(saved.json()["home"]["last_read_id"] == "500");
    CHECK(saved.json()["home"]["updated_at"] == format_iso8601(world.clock.now()));
    CHECK_FALSE(saved.json().contains("notifications"));
    const auto smaller = client.post("/api/v1/markers", {{"home", {{"last_read_id", 400}}}}).json();
    CHECK(smaller["home"]["last_read_id"] == "400");
    CHECK(smaller["home"]["version"].get<int>() > saved.json()["home"]["version"].get<int>());
    CHECK(client.get("/api/v1/markers?timeline[]=home").json() == smaller);
  }
  SECTION("what is no number is refused") {
    CHECK(client.post("/api/v1/markers", {{"home", {{"last_read_id", "x"}}}}).status() == 422);
    CHECK(client.post("/api/v1/markers", {{"home", {{"last_read_id", "-4"}}}}).status() == 422);
    CHECK(client.post("/api/v1/markers").json() == Json::object());
  }
}
