#include "support/api_client.hpp"
#include "support/api_shape.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Ids = std::vector<std::string>;
using Json = nlohmann::json;
using Told = std::vector<std::string>;
using Visibility = model::Visibility;

namespace {

Ids names_of(const Json& tags) {
  Ids names;
  for (const auto& tag : tags) names.push_back(tag.at("name"));
  return names;
}

}  // namespace

TEST_CASE("a hashtag is shown though nobody used it, a wrong name is not", "[api][tag]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  world.status(alice, {.tags = {"ShoreBirds"}});
  const Client anonymous(api);
  const auto known = anonymous.get("/api/v1/tags/shorebirds").json();
  CHECK(test::Shapes().problems(known, "Tag") == Told{});
  CHECK(known["name"] == "ShoreBirds");
  CHECK(known["url"] == "https://example.org/tags/shorebirds");
  CHECK_FALSE(known.contains("following"));
  CHECK(anonymous.get("/api/v1/tags/Unused").json()["name"] == "Unused");
  CHECK(Client(api, alice).get("/api/v1/tags/unused").json()["following"] == false);
  for (const auto* bad : {"two%20words", "123", "a-b", "%23", "%ff"}) {
    CAPTURE(bad);
    CHECK(anonymous.get(std::string("/api/v1/tags/") + bad).status() == 404);
  }
}

TEST_CASE("a followed hashtag's public statuses come home", "[api][tag][timeline]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto stranger = world.local_account("stranger");
  const auto friend_ = world.local_account("friend");
  const auto muted = world.local_account("muted");
  const auto remote = world.remote_account("far", "bad.example");
  const auto silenced = world.local_account("silenced");
  world.follow(alice, friend_);
  world.mute(alice, muted);
  world.db.run("UPDATE accounts SET silenced_at = now() WHERE id = " + silenced.id.str());
  const Client client(api, alice);
  for (int i = 0; i < 2; ++i) CHECK(client.post("/api/v1/tags/Birds/follow").json()["following"] == true);
  CHECK(client.post("/api/v1/tags/shore/follow").json()["name"] == "shore");
  CHECK(client.post("/api/v1/tags/not%20one/follow").status() == 404);

  const auto both = world.status(stranger, {.tags = {"birds", "shore"}});
  const auto reply = world.status(stranger, {.reply_to = both, .tags = {"BIRDS"}});
  const auto known = world.status(friend_, {.tags = {"birds"}});
  const auto far = world.status(remote, {.tags = {"birds"}});
  world.status(stranger, {.visibility = Visibility::unlisted, .tags = {"birds"}});
  world.status(stranger, {.tags = {"other"}});
  world.status(muted, {.tags = {"birds"}});
  world.status(silenced, {.tags = {"birds"}});
  const Ids all{far.id.str(), known.id.str(), reply.id.str(), both.id.str()};
  CHECK(client.get("/api/v1/timelines/home").ids() == all);
  CHECK(client.get("/api/v1/timelines/home?limit=1").ids() == Ids{all[0]});
  CHECK(client.get("/api/v1/timelines/home?limit=2&max_id=" + all[0]).ids() == Ids{all[1], all[2]});
  CHECK(client.get("/api/v1/timelines/home?limit=2&min_id=" + all[3]).ids() == Ids{all[1], all[2]});

  client.post("/api/v1/domain_blocks", {{"domain", "bad.example"}});
  CHECK(client.get("/api/v1/timelines/home").ids() == Ids{all[1], all[2], all[3]});
  for (int i = 0; i < 2; ++i) CHECK(client.post("/api/v1/tags/birds/unfollow").json()["following"] == false);
  CHECK(client.get("/api/v1/timelines/home").ids() == Ids{all[1], all[3]});
}

TEST_CASE("followed hashtags are listed by hidden cursors", "[api][tag]") {
  World world;
  Api api(world);
  const Client client(api, world.local_account("alice"));
  for (const auto* name : {"a1", "b1", "c1"}) client.post(std::string("/api/v1/tags/") + name + "/follow");
  const auto first = client.get("/api/v1/followed_tags?limit=2");
  CHECK(test::Shapes().problems_of_each(first.json(), "Tag") == Told{});
  CHECK(names_of(first.json()) == Ids{"c1", "b1"});
  CHECK(first.json()[0]["following"] == true);
  CHECK(names_of(client.get(first.link("next")).json()) == Ids{"a1"});
  CHECK(client.get("/api/v1/followed_tags").statements == first.statements);
  CHECK(Client(api).get("/api/v1/followed_tags").status() == 401);
}

TEST_CASE("featured hashtags count how the account uses them", "[api][tag][featured]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  world.status(alice, {.tags = {"Birds", "birds", "lake"}});
  world.status(alice, {.visibility = Visibility::unlisted, .tags = {"birds"}});
  world.status(alice, {.visibility = Visibility::private_, .tags = {"birds"}});
  world.status(world.local_account("bob"), {.tags = {"birds"}});
  const Client client(api, alice);
  CHECK(names_of(client.get("/api/v1/featured_tags/suggestions").json()) == Ids{"Birds", "lake"});
  const auto made = client.post("/api/v1/featured_tags", {{"name", "#BIRDS"}}).json();
  CHECK(test::Shapes().problems(made, "FeaturedTag") == Told{});
  CHECK(made["name"] == "Birds");
  CHECK(made["statuses_count"] == "2");
  CHECK(made["last_status_at"] == "2026-03-01");
  CHECK(client.post("/api/v1/featured_tags", {{"name", "birds"}}).json() == made);
  CHECK(client.post("/api/v1/tags/unused/feature").json()["featuring"] == true);
  CHECK(names_of(client.get("/api/v1/featured_tags").json()) == Ids{"Birds", "unused"});
  CHECK(client.get("/api/v1/featured_tags").json()[1]["last_status_at"].is_null());
  CHECK(Client(api).get("/api/v1/accounts/" + alice.id.str() + "/featured_tags").json().size() == 2);
  CHECK(names_of(client.get("/api/v1/featured_tags/suggestions").json()) == Ids{"lake"});
  CHECK(client.get("/api/v1/tags/birds").json()["featuring"] == true);
  CHECK(client.post("/api/v1/tags/unused/unfeature").json()["featuring"] == false);
  const auto path = "/api/v1/featured_tags/" + made["id"].get<std::string>();
  CHECK(Client(api, world.local_account("carol")).del(path).status() == 404);
  CHECK(client.del(path).json() == Json::object());
  CHECK(client.del(path).status() == 404);
  CHECK(client.get("/api/v1/featured_tags").json().empty());

  SECTION("ten at most, and only hashtags") {
    for (int i = 0; i < 10; ++i)
      REQUIRE(client.post("/api/v1/featured_tags", {{"name", "t" + std::to_string(i)}}).status() == 200);
    CHECK(client.post("/api/v1/featured_tags", {{"name", "one_more"}}).error() ==
          "Validation failed: You have already featured the maximum number of hashtags");
    CHECK(client.post("/api/v1/tags/one_more/feature").status() == 422);
    CHECK(client.post("/api/v1/featured_tags", {{"name", "no tag"}}).status() == 422);
    CHECK(client.post("/api/v1/featured_tags").error() == "param is missing or the value is empty: name");
  }
}

TEST_CASE("a hashtag's timeline takes further tags as any, all and none", "[api][tag][timeline]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto a = world.status(alice, {.tags = {"a1"}});
  const auto ab = world.status(alice, {.tags = {"A1", "B1"}});
  const auto b = world.status(alice, {.tags = {"b1"}});
  const auto abc = world.status(alice, {.reply_to = b, .tags = {"a1", "b1", "c1"}});
  const Client anonymous(api);
  const auto tag = [&](const std::string& query) { return anonymous.get("/api/v1/timelines/tag/a1" + query).ids(); };
  CHECK(tag("") == Ids{abc.id.str(), ab.id.str(), a.id.str()});
  CHECK(tag("?any[]=B1") == Ids{abc.id.str(), b.id.str(), ab.id.str(), a.id.str()});
  CHECK(tag("?all[]=b1") == Ids{abc.id.str(), ab.id.str()});
  CHECK(tag("?all[]=b1&all[]=c1") == Ids{abc.id.str()});
  CHECK(tag("?none[]=b1") == Ids{a.id.str()});
  CHECK(tag("?any[]=b1&none[]=c1") == Ids{b.id.str(), ab.id.str(), a.id.str()});
  CHECK(tag("?all[]=unknown").empty());
  CHECK(tag("?any[]=b1&limit=2") == Ids{abc.id.str(), b.id.str()});
  CHECK(tag("?any[]=b1&limit=2&min_id=" + a.id.str()) == Ids{b.id.str(), ab.id.str()});
  CHECK(tag("?any[]=x&any[]=y&any[]=z&any[]=w&any[]=b1").size() == 3);
}

TEST_CASE("hashtags with and without accents are one", "[api][tag]") {
  World world;
  Api api(world);
  const Client client(api, world.local_account("alice"));
  const auto id = client.post("/api/v1/statuses", {{"status", "A #Caf\u00e9"}}).json()["id"].get<std::string>();
  for (const auto& name : {"cafe", "CAF%C3%89", "Caf%C3%A9"}) {
    INFO(name);
    CHECK(client.get(std::string("/api/v1/timelines/tag/") + name).json().size() == 1);
    CHECK(client.get(std::string("/api/v1/tags/") + name).json()["url"] == "https://example.org/tags/cafe");
  }
  const auto shown = client.get("/api/v1/statuses/" + id).json();
  CHECK(shown["tags"][0]["url"] == "https://example.org/tags/cafe");
  CHECK(shown["content"].get<std::string>().contains("https://example.org/tags/cafe"));
  CHECK(client.get("/api/v2/search?type=statuses&q=%23cafe").json()["statuses"].size() == 1);
  CHECK(client.get("/api/v2/search?type=hashtags&q=caf%C3%A9").json()["hashtags"].size() == 1);
}
