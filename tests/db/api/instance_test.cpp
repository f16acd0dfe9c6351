#include "support/api_client.hpp"
#include "support/api_shape.hpp"

#include "dunlin/store/rules.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Json = nlohmann::json;

TEST_CASE("the instance documents count what is there and name the contact", "[api][instance]") {
  World world;
  auto config = Api::default_config();
  config.instance.contact_account = "alice";
  Api api(world, config);
  const auto alice = world.local_account("alice");
  world.remote_account("bob", "remote.example");
  world.status(alice);
  const Client client(api, "no-such-token");
  const auto v2 = client.get("/api/v2/instance");
  REQUIRE(v2.status() == 200);
  CHECK(test::Shapes().problems(v2.json(), "Instance") == std::vector<std::string>{});
  CHECK(v2.json()["contact"]["account"]["acct"] == "alice");
  CHECK(v2.header("Cache-Control") == "public, max-age=300");
  const auto v1 = client.get("/api/v1/instance");
  CHECK(test::Shapes().problems(v1.json(), "V1Instance") == std::vector<std::string>{});
  CHECK(v1.json()["stats"] == Json({{"user_count", 1}, {"status_count", 1}, {"domain_count", 1}}));
  CHECK(v1.header("Deprecation") == "@1668384000");
}

TEST_CASE("a contact that does not exist is null", "[api][instance]") {
  World world;
  auto config = Api::default_config();
  config.instance.contact_account = "nobody";
  Api api(world, config);
  world.write([](db::Tx& tx) { store::insert_rule(tx, "Be kind", ""); });
  const Client client(api);
  CHECK(client.get("/api/v2/instance").json()["contact"]["account"].is_null());
  CHECK(client.get("/api/v1/instance/rules").json() ==
        Json::parse(R"([{"id": "1", "text": "Be kind", "hint": "", "translations": {}}])"));
}

TEST_CASE("search answers all four lists and finds what it may", "[api][search]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.remote_account("bob", "remote.example");
  const auto status = world.status(bob, {.tags = {"ShoreBirds"}});
  const auto hidden = world.status(bob, {.visibility = model::Visibility::private_});
  const Client client(api, alice);

  const auto people = client.get("/api/v2/search?q=bob@remote.example").json();
  CHECK(test::Shapes().problems(people, "Search") == std::vector<std::string>{});
  CHECK(people["accounts"][0]["id"] == bob.id.str());
  CHECK(people["statuses"] == Json::array());
  CHECK(people["collections"] == Json::array());

  CHECK(client.get("/api/v2/search?q=shore&type=hashtags").json()["hashtags"][0]["name"] == "ShoreBirds");
  CHECK(client.get("/api/v2/search?q=%23shorebirds&type=accounts").json()["hashtags"].empty());
  CHECK(client.get("/api/v2/search?q=" + status.uri).json()["statuses"][0]["id"] == status.id.str());
  CHECK(client.get("/api/v2/search?q=" + hidden.uri).json()["statuses"].empty());
  CHECK(client.get("/api/v2/search?q=" + bob.uri).json()["accounts"][0]["id"] == bob.id.str());
  CHECK(client.get("/api/v2/search?q=bob&limit=0").json()["accounts"].empty());
  CHECK(client.get("/api/v2/search").error() == "param is missing or the value is empty: q");
  CHECK(client.get("/api/v2/search?q=").status() == 400);

  SECTION("a URL elsewhere is asked for only with resolve") {
    api.federation.urls.emplace("https://far.example/1", service::Federation::Resolved{std::nullopt, status});
    CHECK(client.get("/api/v2/search?q=https://far.example/1").json()["statuses"].empty());
    CHECK(client.get("/api/v2/search?q=https://far.example/1&resolve=true").json()["statuses"][0]["id"] ==
          status.id.str());
    CHECK(client.get("/api/v2/search?q=https://far.example/2&resolve=true").json()["statuses"].empty());
  }
  SECTION("strangers find accounts and tags, on the first page, here") {
    const Client anonymous(api);
    CHECK(anonymous.get("/api/v2/search?q=bob").json()["accounts"].size() == 1);
    CHECK(anonymous.get("/api/v2/search?q=" + status.uri).json()["statuses"].empty());
    const auto paged = anonymous.get("/api/v2/search?q=bob&type=accounts&offset=5");
    CHECK(paged.status() == 401);
    CHECK(paged.error() == "Search queries pagination is not supported without authentication");
    const auto resolving = anonymous.get("/api/v2/search?q=bob&resolve=true");
    CHECK(resolving.status() == 401);
    CHECK(resolving.error() == "Search queries that resolve remote resources are not supported without authentication");
  }
}
