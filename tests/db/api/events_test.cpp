#include "support/api_client.hpp"

#include <catch2/catch.hpp>
#include <fmt/core.h>

using namespace dunlin;
using namespace dunlin::test;
using namespace dunlin::service;

TEST_CASE("what is done to statuses is told once, after it is stored", "[api][events]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const Client as_alice(api, alice);
  const Client as_bob(api, bob);

  const auto id =
      as_alice.post("/api/v1/statuses", {{"status", "hello @bob #wader"}}).json().at("id").get<std::string>();
  const auto created = api.events.of<events::StatusCreated>();
  REQUIRE(created.size() == 1);
  CHECK(created[0].id.str() == id);
  CHECK(created[0].author == alice.id);
  const auto mentioned = api.events.of<events::NotificationCreated>();
  REQUIRE(mentioned.size() == 1);
  CHECK(mentioned[0].receiver == bob.id);

  const auto reblog = fmt::format("/api/v1/statuses/{}/reblog", id);
  const auto wrapper = as_bob.post(reblog).json().at("id").get<std::string>();
  as_bob.post(reblog);
  REQUIRE(api.events.of<events::StatusCreated>().size() == 2);
  CHECK(api.events.of<events::StatusCreated>()[1].id.str() == wrapper);
  as_bob.post(fmt::format("/api/v1/statuses/{}/unreblog", id));
  REQUIRE(api.events.of<events::StatusDeleted>().size() == 1);
  CHECK(api.events.of<events::StatusDeleted>()[0].id.str() == wrapper);
  CHECK(api.events.of<events::StatusDeleted>()[0].reblog_of.value().str() == id);

  as_alice.del("/api/v1/statuses/" + id);
  const auto deleted = api.events.of<events::StatusDeleted>();
  REQUIRE(deleted.size() == 2);
  CHECK(deleted[1].id.str() == id);
  CHECK(deleted[1].tags == std::vector<std::string>{"wader"});
}

TEST_CASE("what is refused is not told", "[api][events]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  world.block(bob, alice);
  const Client as_alice(api, alice);
  CHECK(as_alice.post("/api/v1/statuses", {{"status", ""}}).status() == 422);
  CHECK(as_alice.post(fmt::format("/api/v1/accounts/{}/follow", bob.id.value)).status() == 403);
  CHECK(api.events.all.empty());
}

TEST_CASE("follows are told when they begin, change and end, requests are not", "[api][events]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const auto carol = world.local_account("carol", {.locked = true});
  const Client as_alice(api, alice);
  const auto to = [](const model::Account& account, const char* what) {
    return fmt::format("/api/v1/accounts/{}/{}", account.id.value, what);
  };
  as_alice.post(to(bob, "follow"));
  CHECK(api.events.of<events::FollowChanged>().size() == 1);
  as_alice.post(to(bob, "follow"), {{"reblogs", false}});
  CHECK(api.events.of<events::FollowChanged>().size() == 2);
  as_alice.post(to(bob, "unfollow"));
  CHECK(api.events.of<events::FollowChanged>().size() == 3);
  as_alice.post(to(carol, "follow"));
  as_alice.post(to(carol, "unfollow"));
  CHECK(api.events.of<events::FollowChanged>().size() == 3);
}
