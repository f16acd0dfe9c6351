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

constexpr const char* kPath = "/api/v2/notifications";

/// Alice's status is favourited and reblogged by several, with a mention in between.
struct Grouped {
  World world;
  Api api{world};
  model::Account alice = world.local_account("alice");
  Client client{api, alice};
  std::vector<model::Account> fans;
  std::string first = post(client, "First");
  std::string second = post(client, "Second");

  Grouped() {
    for (int i = 0; i < 10; ++i) fans.push_back(world.local_account("fan" + std::to_string(i)));
  }
  static std::string post(const Client& who, const std::string& text) {
    return who.post("/api/v1/statuses", {{"status", text}}).json()["id"];
  }
  void act(std::size_t fan, const std::string& action, const std::string& status) {
    world.clock.advance(std::chrono::seconds(1));
    Client(api, fans.at(fan)).post("/api/v1/statuses/" + status + "/" + action);
  }
  std::string mention(std::size_t fan) {
    world.clock.advance(std::chrono::seconds(1));
    return post(Client(api, fans.at(fan)), "Hi @alice");
  }
  [[nodiscard]] Json groups(const std::string& query = "") const {
    return client.get(kPath + query).json()["notification_groups"];
  }
  [[nodiscard]] Texts types(const std::string& query = "") const {
    Texts out;
    for (const auto& group : groups(query)) out.push_back(group["type"]);
    return out;
  }
};

}  // namespace

TEST_CASE("what happens to one status within some hours is shown as one", "[api][notification][group]") {
  Grouped g;
  g.act(0, "favourite", g.first);
  g.act(1, "favourite", g.first);
  g.mention(2);
  g.act(3, "favourite", g.first);
  g.act(0, "reblog", g.first);
  g.act(0, "favourite", g.second);
  const auto answer = g.client.get(kPath);
  const auto json = answer.json();
  REQUIRE(g.types() == Texts{"favourite", "reblog", "favourite", "mention"});
  const auto& group = json["notification_groups"][2];
  CHECK(group["notifications_count"] == 3);
  CHECK(group["status_id"] == g.first);
  CHECK(group["sample_account_ids"] == Json({g.fans[3].id.str(), g.fans[1].id.str(), g.fans[0].id.str()}));
  CHECK(group["group_key"].get<std::string>().starts_with("favourite-" + g.first + "-"));
  const auto v1 = g.client.get("/api/v1/notifications").json();
  REQUIRE(v1.size() == 6);
  CHECK(group["page_max_id"] == v1[2]["id"]);
  CHECK(group["page_min_id"] == v1[5]["id"]);
  CHECK(group["latest_page_notification_at"] == v1[2]["created_at"]);
  CHECK(group["most_recent_notification_id"].get<std::int64_t>() == std::stoll(v1[2]["id"].get<std::string>()));
  CHECK(v1[2]["group_key"] == group["group_key"]);
  CHECK(json["notification_groups"][3]["group_key"] == "ungrouped-" + v1[3]["id"].get<std::string>());
  // Each account and status once.
  CHECK(json["accounts"].size() == 4);
  CHECK(json["statuses"].size() == 3);
  CHECK_FALSE(json.contains("partial_accounts"));
  CHECK(test::Shapes().problems_of_each(json["accounts"], "Account") == Texts{});
  // The token, the groups, senders, sight, statuses, authors, mentions, the viewer's marks, his filters.
  CHECK(answer.statements == 9);
}

TEST_CASE("a group goes on for twelve hours, follows are grouped without a status", "[api][notification][group]") {
  Grouped g;
  const auto follow = [&](std::size_t fan) {
    Client(g.api, g.fans.at(fan)).post("/api/v1/accounts/" + g.alice.id.str() + "/follow");
  };
  follow(0);
  g.world.clock.advance(std::chrono::hours(11));
  follow(1);
  REQUIRE(g.groups().size() == 1);
  CHECK(g.groups()[0]["notifications_count"] == 2);
  CHECK_FALSE(g.groups()[0].contains("status_id"));
  g.world.clock.advance(std::chrono::hours(2));
  follow(2);
  CHECK(g.groups().size() == 2);
  g.world.clock.advance(std::chrono::minutes(1));
  follow(3);
  REQUIRE(g.groups().size() == 2);
  CHECK(g.groups()[0]["notifications_count"] == 2);
}

TEST_CASE("pages count groups and overlap by no notification", "[api][notification][group][paging]") {
  Grouped g;
  g.act(0, "favourite", g.first);  // oldest
  g.act(0, "reblog", g.first);
  g.mention(1);
  g.act(1, "favourite", g.first);
  g.mention(2);
  g.act(2, "favourite", g.second);  // newest
  const auto ids = g.client.get("/api/v1/notifications").ids();

  const auto page = g.client.get(std::string(kPath) + "?limit=3");
  const auto groups = page.json()["notification_groups"];
  REQUIRE(groups.size() == 3);
  CHECK(groups[2]["status_id"] == g.first);
  CHECK(groups[2]["notifications_count"] == 2);  // in all, though one of them is further down
  CHECK(groups[2]["page_min_id"] == ids[2]);
  CHECK(groups[2]["page_max_id"] == ids[2]);
  CHECK(page.link("next") == std::string(kPath) + "?limit=3&max_id=" + ids[2]);
  CHECK(page.link("prev") == std::string(kPath) + "?limit=3&min_id=" + ids[0]);

  const auto rest = g.client.get(page.link("next"));
  const auto older = rest.json()["notification_groups"];
  REQUIRE(older.size() == 3);
  CHECK(older[0]["type"] == "mention");
  CHECK(older[2]["type"] == "favourite");
  CHECK(older[2]["page_max_id"] == ids[5]);
  CHECK(rest.link("next") != "");
  const auto end = g.client.get(rest.link("next"));
  CHECK(end.json()["notification_groups"].empty());
  CHECK(end.header("Link") == "");

  SECTION("upwards, the ones right above, newest first") {
    const auto above = g.client.get(std::string(kPath) + "?limit=2&min_id=" + ids[5]);
    const auto found = above.json()["notification_groups"];
    REQUIRE(found.size() == 2);
    CHECK(found[0]["type"] == "mention");
    CHECK(found[1]["type"] == "reblog");
    CHECK(above.link("prev").ends_with("min_id=" + ids[3]));
    const auto all = g.client.get(std::string(kPath) + "?min_id=" + ids[5]).json()["notification_groups"];
    CHECK(all.size() == 5);
    CHECK(all[0]["page_max_id"] == ids[0]);
  }
  SECTION("since_id gives the newest") {
    const auto found = g.groups("?limit=2&since_id=" + ids[5]);
    REQUIRE(found.size() == 2);
    CHECK(found[0]["page_max_id"] == ids[0]);
  }
  SECTION("a bound in the middle of a group splits what is of the page") {
    const auto found = g.groups("?since_id=" + ids[4]);
    REQUIRE(found.size() == 4);
    CHECK(found[2]["page_min_id"] == ids[2]);
    CHECK(found[2]["notifications_count"] == 2);
  }
}

TEST_CASE("a client says which types are grouped, wanted and how accounts are shown", "[api][notification][group]") {
  Grouped g;
  for (std::size_t i = 0; i < 10; ++i) g.act(i, "favourite", g.first);
  g.act(0, "reblog", g.first);
  g.act(1, "reblog", g.first);
  CHECK(g.types() == Texts{"reblog", "favourite"});
  CHECK(g.types("?grouped_types[]=favourite") == Texts{"reblog", "reblog", "favourite"});
  CHECK(g.groups("?grouped_types[]=mention&limit=80").size() == 12);
  CHECK(g.types("?types[]=reblog") == Texts{"reblog"});
  CHECK(g.types("?exclude_types[]=reblog") == Texts{"favourite"});
  CHECK(g.types("?types[]=unheard").empty());
  const auto favourites = g.groups("?types[]=favourite")[0];
  CHECK(favourites["notifications_count"] == 10);
  CHECK(favourites["sample_account_ids"].size() == 8);

  const auto partial = g.client.get(std::string(kPath) + "?types[]=favourite&expand_accounts=partial_avatars").json();
  REQUIRE(partial["accounts"].size() == 1);
  CHECK(partial["accounts"][0]["id"] == g.fans[9].id.str());
  REQUIRE(partial["partial_accounts"].size() == 7);
  const auto& one = partial["partial_accounts"][0];
  CHECK(one["id"] == g.fans[8].id.str());
  CHECK(one["acct"] == "fan8");
  CHECK(one["avatar"].is_string());
  CHECK(one["bot"] == false);
  CHECK_FALSE(one.contains("note"));
  CHECK(g.client.get(std::string(kPath) + "?expand_accounts=some").status() == 400);
  CHECK(g.client.get(std::string(kPath) + "?limit=0").json()["notification_groups"].empty());
}

TEST_CASE("one group is shown, its accounts paged, and dismissed", "[api][notification][group]") {
  Grouped g;
  for (std::size_t i = 0; i < 3; ++i) g.act(i, "favourite", g.first);
  g.mention(4);
  const auto all = g.groups();
  const auto path = std::string(kPath) + "/" + all[1]["group_key"].get<std::string>();
  const auto shown = g.client.get(path).json()["notification_groups"];
  REQUIRE(shown.size() == 1);
  CHECK(shown[0]["notifications_count"] == 3);
  CHECK_FALSE(shown[0].contains("page_min_id"));
  CHECK_FALSE(shown[0].contains("latest_page_notification_at"));
  const auto single = g.client.get("/api/v1/notifications").ids()[1];
  const auto alone = g.client.get(std::string(kPath) + "/ungrouped-" + single).json()["notification_groups"];
  REQUIRE(alone.size() == 1);
  CHECK(alone[0]["notifications_count"] == 1);

  const auto accounts = g.client.get(path + "/accounts?limit=2");
  CHECK(accounts.ids() == Texts{g.fans[2].id.str(), g.fans[1].id.str()});
  CHECK(g.client.get(accounts.link("next")).ids() == Texts{g.fans[0].id.str()});
  CHECK(accounts.link("prev").contains("min_id="));
  CHECK(g.client.get(std::string(kPath) + "/favourite-1-2").status() == 404);
  CHECK(g.client.get(std::string(kPath) + "/ungrouped-x").status() == 404);
  CHECK(g.client.get(std::string(kPath) + "/favourite-1-2/accounts").status() == 404);
  const Client other(g.api, g.fans[0]);
  CHECK(other.get(path).status() == 404);
  CHECK(other.post(path + "/dismiss").json() == Json::object());

  CHECK(g.client.post(path + "/dismiss").json() == Json::object());
  CHECK(g.types() == Texts{"mention"});
  CHECK(g.client.post(std::string(kPath) + "/" + all[0]["group_key"].get<std::string>() + "/dismiss").status() == 200);
  CHECK(g.groups().empty());
}

TEST_CASE("unread groups are counted above the marker", "[api][notification][group]") {
  Grouped g;
  g.act(0, "favourite", g.first);
  g.act(1, "favourite", g.first);
  g.mention(2);
  const auto count = [&](const std::string& query = "") {
    return g.client.get("/api/v2/notifications/unread_count" + query).json()["count"].get<int>();
  };
  CHECK(count() == 2);
  CHECK(count("?limit=1") == 1);
  CHECK(count("?limit=0") == 0);
  CHECK(count("?grouped_types[]=mention") == 3);
  CHECK(count("?types[]=mention") == 1);
  g.client.post("/api/v1/markers",
                {{"notifications", {{"last_read_id", g.client.get("/api/v1/notifications").ids()[1]}}}});
  CHECK(count() == 1);
  CHECK(g.client.post("/api/v2/notifications/clear").json() == Json::object());
  CHECK(count() == 0);
}

TEST_CASE("a group whose status has gone is left out", "[api][notification][group]") {
  Grouped g;
  g.act(0, "favourite", g.first);
  g.mention(1);
  g.client.del("/api/v1/statuses/" + g.first);
  REQUIRE(g.groups().size() == 1);
  CHECK(g.groups()[0]["type"] == "mention");
}
