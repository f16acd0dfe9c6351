#include "support/api_client.hpp"
#include "support/pending_jobs.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Ids = std::vector<std::string>;
using Json = nlohmann::json;
using Told = std::vector<std::string>;

namespace {

constexpr const char* kPath = "/api/v1/domain_blocks";

std::string of(const model::Account& account, const std::string& rest) {
  return "/api/v1/accounts/" + account.id.str() + rest;
}

}  // namespace

TEST_CASE("a user's block of a server hides its accounts at once and ends the follows by a job", "[api][domain]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto friend_ = world.local_account("friend");
  const auto near = world.remote_account("near", "bad.example");
  const auto fan = world.remote_account("fan", "bad.example");
  const auto other = world.remote_account("other", "good.example");
  world.follow(alice, near);
  world.follow(fan, alice);
  world.follow(alice, other);
  world.follow(alice, friend_);
  const auto note = world.status(alice);
  const auto theirs = world.status(near);
  const auto good = world.status(other);
  world.reblog(friend_, theirs);
  const Client client(api, alice);
  REQUIRE(client.get("/api/v1/timelines/home").json().size() == 3);

  CHECK(client.get(std::string(kPath) + "/preview?domain=bad.example").json() ==
        Json({{"following_count", 1}, {"followers_count", 1}}));
  CHECK(client.post(kPath, {{"domain", "BAD.example"}}).json() == Json::object());
  CHECK(client.get(kPath).json() == Json({"bad.example"}));
  CHECK(client.get("/api/v1/timelines/home").ids() == Ids{good.id.str(), note.id.str()});
  CHECK(client.get("/api/v1/timelines/public").ids() == Ids{good.id.str(), note.id.str()});
  CHECK(Client(api).get("/api/v1/timelines/public").json().size() == 3);
  CHECK(client.get("/api/v1/accounts/relationships?id=" + near.id.str()).json()[0]["domain_blocking"] == true);
  CHECK(client.get("/api/v1/accounts/relationships?id=" + friend_.id.str()).json()[0]["domain_blocking"] == false);
  CHECK(client.post(of(near, "/follow"), {{"notify", true}}).status() == 200);  // still followed

  const auto run = [&] {
    world.write(
        [&](db::Tx& tx) { api.services().relationships.leave_domain(tx, alice.id.str() + " bad.example").value(); });
  };
  CHECK(test::pending_jobs(world, service::kLeaveDomain) == Told{alice.id.str() + " bad.example"});
  SECTION("the job may run twice") {
    for (int i = 0; i < 2; ++i) run();
    CHECK(api.federation.told == Told{"unfollowed", "follow_rejected"});
    CHECK(world.reload(alice).following_count == 2);
    CHECK(world.reload(alice).followers_count == 0);
    CHECK(client.post(of(near, "/follow")).error() == "This action is not allowed");
    const auto told = client.get("/api/v1/notifications?types[]=severed_relationships").json();
    REQUIRE(told.size() == 1);
    CHECK(told[0]["event"]["type"] == "user_domain_block");
    CHECK(told[0]["event"]["target_name"] == "bad.example");
    CHECK(told[0]["event"]["following_count"] == 1);
    CHECK(told[0]["event"]["followers_count"] == 1);
  }
  SECTION("it does nothing when the block has been lifted before") {
    CHECK(client.del(std::string(kPath) + "?domain=bad.example").json() == Json::object());
    run();
    CHECK(world.reload(alice).following_count == 3);
    CHECK(client.get("/api/v1/timelines/home").json().size() == 3);
  }
  SECTION("a second block is no second job, and lifting it twice no error") {
    client.post(kPath, {{"domain", "bad.example"}});
    CHECK(test::pending_jobs(world, service::kLeaveDomain).size() == 1);
    for (int i = 0; i < 2; ++i) {
      CHECK(client.send(http::Method::delete_, kPath, R"({"domain":"bad.example"})", "application/json").status() ==
            200);
    }
    CHECK(client.get(kPath).json().empty());
  }
}

TEST_CASE("requests of a blocked server are refused, new ones too, and nothing it does is told", "[api][domain]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice", {.locked = true});
  const auto fan = world.remote_account("fan", "bad.example");
  const auto note = world.status(alice);
  const auto act = [&](auto&& body) { world.write([&](db::Tx& tx) { body(tx, api.services()); }); };
  act([&](db::Tx& tx, service::Services& services) {
    services.follows.receive_follow(tx, fan, alice, "https://bad.example/f/1").value();
    services.statuses.receive_favourite(tx, fan, note, std::nullopt);
  });
  const Client client(api, alice);
  REQUIRE(client.get("/api/v1/notifications").json().size() == 2);
  client.post(kPath, {{"domain", "bad.example"}});
  CHECK(client.get("/api/v1/notifications").json().empty());
  act([&](db::Tx& tx, service::Services& services) {
    services.relationships.leave_domain(tx, alice.id.str() + " bad.example").value();
    CHECK_FALSE(services.follows.receive_follow(tx, fan, alice, "https://bad.example/f/2"));
    services.statuses.receive_reblog(tx, fan, note, "https://bad.example/r/1", world.clock.now(),
                                     model::Visibility::public_, true);
  });
  CHECK(api.federation.told == Told{"follow_rejected", "follow_rejected"});
  CHECK(client.get("/api/v1/follow_requests").json().empty());
  CHECK(client.get("/api/v1/notifications").json().empty());
}

TEST_CASE("only other servers' domains are blocked", "[api][domain]") {
  World world;
  Api api(world);
  const Client client(api, world.local_account("alice"));
  CHECK(client.post(kPath).error() == "param is missing or the value is empty: domain");
  CHECK(client.post(kPath).status() == 400);
  CHECK(client.del(kPath).status() == 400);
  for (const auto* bad : {"not a domain", "https://bad.example/", "a..b", "@"}) {
    CAPTURE(bad);
    CHECK(client.post(kPath, {{"domain", bad}}).error() == "Validation failed: Domain is not a valid domain name");
    CHECK(client.get(std::string(kPath) + "/preview?domain=a..b").status() == 422);
  }
  CHECK(client.post(kPath, {{"domain", "example.org"}}).status() == 422);
  CHECK(client.get(kPath).json().empty());
}

TEST_CASE("blocked domains are paged by hidden cursors", "[api][domain]") {
  World world;
  Api api(world);
  const Client client(api, world.local_account("alice"));
  for (const auto* domain : {"a.example", "b.example", "c.example"}) client.post(kPath, {{"domain", domain}});
  const auto first = client.get(std::string(kPath) + "?limit=2");
  CHECK(first.json() == Json({"c.example", "b.example"}));
  CHECK(client.get(first.link("next")).json() == Json({"a.example"}));
}
