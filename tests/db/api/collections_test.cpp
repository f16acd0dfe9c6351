#include "support/api_client.hpp"
#include "support/api_shape.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Json = nlohmann::json;

namespace {

const char* kPath = "/api/v1/collections";

struct People {
  World world;
  Api api{world};
  model::Account alice = findable("alice");
  model::Account bob = findable("bob");
  model::Account carol = findable("carol");
  Client client{api, alice};
  Client as_bob{api, bob};
  Client anonymous{api};

  model::Account findable(const std::string& name) {
    auto account = world.local_account(name);
    account.discoverable = true;
    world.write([&](db::Tx& tx) { store::update_account(tx, account); });
    return account;
  }
  Json make(const Json& more = {}) {
    Json body{{"name", "Waders"}, {"account_ids", {bob.id.str()}}};
    if (more.is_object()) body.update(more);
    return client.post(kPath, body).json().at("collection");
  }
  static std::string path(const Json& collection, const std::string& rest = "") {
    return std::string(kPath) + "/" + collection.at("id").get<std::string>() + rest;
  }
};

}  // namespace

TEST_CASE("a collection is made, shown, changed and deleted", "[api][collections]") {
  People f;
  const auto made =
      f.make({{"description", "They run"}, {"language", "en"}, {"tag_name", "#Waders"}, {"discoverable", true}});
  const test::Shapes shapes;
  CHECK(shapes.problems(made, "Collection") == std::vector<std::string>{});
  CHECK(made["account_id"] == f.alice.id.str());
  CHECK(made["tag"] == Json{{"name", "Waders"}, {"url", "https://example.org/tags/waders"}});
  CHECK(made["item_count"] == 1);
  CHECK(made["items"][0]["account_id"] == f.bob.id.str());
  CHECK(made["items"][0]["state"] == "accepted");

  const auto shown = f.anonymous.get(People::path(made)).json();
  CHECK(shown["collection"] == made);
  CHECK(shown["accounts"].size() == 2);

  const auto changed =
      f.client.patch(People::path(made), {{"name", "Shorebirds"}, {"tag_name", ""}}).json()["collection"];
  CHECK(changed["name"] == "Shorebirds");
  CHECK(changed["description"] == "They run");
  CHECK(changed["tag"].is_null());

  CHECK(f.client.del(People::path(made)).json() == Json::object());
  CHECK(f.anonymous.get(People::path(made)).status() == 404);
}

TEST_CASE("collections of an account are listed: others see those to be found", "[api][collections]") {
  People f;
  const auto hidden = f.make();
  const auto open = f.make({{"discoverable", true}});
  const auto path = "/api/v1/accounts/" + f.alice.id.str() + "/collections";
  const auto own = f.client.get(path);
  CHECK(own.json()["collections"].size() == 2);
  CHECK(own.statements <= 6);
  CHECK(f.anonymous.get(path).json()["collections"].size() == 1);
  CHECK(f.client.get(path + "?limit=1&offset=1").json()["collections"][0]["id"] == hidden["id"]);
  f.world.block(f.alice, f.bob);
  CHECK(f.as_bob.get(path).json()["collections"].empty());
  CHECK(f.as_bob.get(People::path(open)).status() == 404);
  const auto negative = f.client.get(path + "?limit=-1");
  CHECK(negative.status() == 400);
  CHECK(negative.error() == "Pagination values for `offset` and `limit` must be positive");
}

TEST_CASE("who is in whose collection is told to that account alone", "[api][collections]") {
  People f;
  f.make();
  const auto path = "/api/v1/accounts/" + f.bob.id.str() + "/in_collections";
  CHECK(f.as_bob.get(path).json()["collections"].size() == 1);
  CHECK(f.client.get(path).json()["collections"].empty());
}

TEST_CASE("accounts are added and removed by the owner", "[api][collections]") {
  People f;
  const auto made = f.make();
  const auto items = People::path(made, "/items");
  const auto added = f.client.post(items, {{"account_id", f.carol.id.str()}});
  const auto item = added.json().at("collection_item");
  CHECK(item["state"] == "accepted");
  CHECK(f.client.post(items, {{"account_id", f.carol.id.str()}}).status() == 422);
  const auto missing = f.client.post(items);
  CHECK(missing.status() == 422);
  CHECK(missing.error() == "`account_id` parameter is missing");
  CHECK(f.client.post(items, {{"account_id", "999"}}).status() == 404);
  CHECK(f.as_bob.post(items, {{"account_id", f.carol.id.str()}}).status() == 403);
  const auto one = items + "/" + item["id"].get<std::string>();
  CHECK(f.as_bob.del(one).status() == 403);
  CHECK(f.client.del(one).json() == Json::object());
  CHECK(f.client.del(one).status() == 404);
}

TEST_CASE("an account takes itself out for good", "[api][collections]") {
  People f;
  const auto made = f.make();
  const auto one = People::path(made, "/items/" + made["items"][0]["id"].get<std::string>());
  CHECK(f.client.post(one + "/revoke").status() == 403);
  CHECK(f.as_bob.post(one + "/revoke").json() == Json::object());
  const auto own = f.client.get(People::path(made)).json()["collection"];
  CHECK(own["items"][0]["state"] == "revoked");
  CHECK_FALSE(own["items"][0].contains("account_id"));
  CHECK(f.anonymous.get(People::path(made)).json()["collection"]["items"].empty());
  CHECK(f.client.post(People::path(made, "/items"), {{"account_id", f.bob.id.str()}}).status() == 422);
  CHECK(f.client.del(one).status() == 404);
}

TEST_CASE("who may not be featured is not", "[api][collections]") {
  People f;
  const auto shy = f.world.local_account("shy");
  const auto far = f.world.remote_account("far", "remote.example");
  f.world.block(f.carol, f.alice);
  for (const auto& account : {shy, far, f.carol}) {
    const auto answer = f.client.post(kPath, {{"name", "x"}, {"account_ids", {account.id.str()}}});
    CHECK(answer.status() == 403);
    CHECK(answer.error() == "This action is not allowed");
  }
  CHECK(f.client.get("/api/v1/accounts/" + f.alice.id.str() + "/collections").json()["collections"].empty());
  const auto approval = f.anonymous.get("/api/v1/accounts/" + f.bob.id.str()).json()["feature_approval"];
  CHECK(approval["automatic"] == Json{"public"});
  CHECK(f.anonymous.get("/api/v1/accounts/" + shy.id.str()).json()["feature_approval"]["automatic"].empty());
}

TEST_CASE("a faulty collection is refused with a text", "[api][collections]") {
  People f;
  const auto blank = f.client.post(kPath, {{"name", " "}});
  CHECK(blank.status() == 422);
  CHECK(blank.error() == "Validation failed: Name can't be blank");
  CHECK(Json::parse(blank.body())["details"]["name"][0]["error"] == "ERR_BLANK");
  CHECK(f.client.post(kPath, {{"name", std::string(41, 'x')}}).status() == 422);
  CHECK(f.client.post(kPath, {{"name", "x"}, {"description", std::string(101, 'x')}}).status() == 422);
  CHECK(f.client.post(kPath, {{"name", "x"}, {"language", "klingon"}}).status() == 422);
  CHECK(f.client.post(kPath, {{"name", "x"}, {"tag_name", "two words"}}).status() == 422);
  for (int i = 0; i < 10; ++i) CHECK(f.client.post(kPath, {{"name", "x"}}).status() == 200);
  CHECK(f.client.post(kPath, {{"name", "one more"}}).status() == 422);
}

TEST_CASE("the paths of the drafts still work", "[api][collections]") {
  People f;
  const auto made = f.client.post("/api/v1_alpha/collections", {{"name", "Old"}});
  CHECK(made.status() == 200);
  CHECK(made.header("Deprecation") == "@1781049600");
}

TEST_CASE("who is added to a collection and when it changes is told", "[api][collections][notification]") {
  People f;
  const auto told = [&] { return f.as_bob.get("/api/v1/notifications?supported_types[]=mention").json(); };
  const auto made = f.make();
  REQUIRE(told().size() == 1);
  const auto added = told()[0];
  CHECK(added["type"] == "added_to_collection");
  CHECK(added["account"]["acct"] == "alice");
  CHECK(added["collection"]["id"] == made["id"]);
  CHECK(added["collection"]["name"] == "Waders");
  CHECK(added["fallback"]["title"] == "Added to a collection");
  CHECK(test::Shapes().problems(added, "Notification") == std::vector<std::string>{});

  f.client.patch(People::path(made), {{"name", "Shorebirds"}});
  f.client.patch(People::path(made), {{"name", "Shorebirds"}, {"discoverable", true}});
  f.client.patch(People::path(made), {{"description", "They run"}});
  const auto changed = f.as_bob.get("/api/v2/notifications?types[]=collection_update").json()["notification_groups"];
  REQUIRE(changed.size() == 1);
  CHECK(changed[0]["collection"]["name"] == "Shorebirds");
  CHECK(f.client.get("/api/v1/notifications").json().empty());

  SECTION("not any more when the collection is gone") {
    f.client.del(People::path(made));
    CHECK(told().empty());
  }
  SECTION("not any more when he is out of it") {
    f.as_bob.post(People::path(made, "/items/" + made["items"][0]["id"].get<std::string>() + "/revoke"));
    CHECK(told().empty());
    f.client.patch(People::path(made), {{"name", "Gulls"}});
    CHECK(told().empty());
  }
}

TEST_CASE("a stranger's collection is subject to the policy of notifications", "[api][collections][notification]") {
  People f;
  f.as_bob.patch("/api/v2/notifications/policy", {{"for_not_following", "drop"}});
  f.make();
  CHECK(f.as_bob.get("/api/v1/notifications").json().empty());
}

TEST_CASE("a collection is found by its address", "[api][collections][search]") {
  People f;
  const auto made = f.make();
  const auto path = "/api/v2/search?q=" + made["uri"].get<std::string>();
  const auto found = f.anonymous.get(path).json();
  REQUIRE(found["collections"].size() == 1);
  CHECK(found["collections"][0] == made);
  CHECK(found["accounts"].empty());
  CHECK(made["url"] == "https://example.org/collections/" + made["id"].get<std::string>());
  CHECK(f.anonymous.get("/api/v2/search?q=" + made["url"].get<std::string>()).json()["collections"].size() == 1);
  CHECK(f.anonymous.get("/api/v2/search?q=https://example.org/collections/1").json()["collections"].empty());
  CHECK(f.as_bob.get(path + "&type=accounts").json()["collections"].empty());
  CHECK(f.as_bob.get("/api/v2/search?q=" + f.alice.uri + "/collections/1").json()["collections"].empty());
  f.world.block(f.alice, f.bob);
  CHECK(f.as_bob.get(path).json()["collections"].empty());
  CHECK(f.client.get(path).json()["collections"].size() == 1);
}
