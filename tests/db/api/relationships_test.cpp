#include "support/api_client.hpp"
#include "support/api_shape.hpp"
#include "support/pending_jobs.hpp"

#include "dunlin/store/mutes.hpp"
#include "dunlin/store/notifications.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Ids = std::vector<std::string>;
using Json = nlohmann::json;
using Told = std::vector<std::string>;

namespace {

std::string of(const model::Account& account, const std::string& rest) {
  return "/api/v1/accounts/" + account.id.str() + rest;
}

Json relationship(const Client& client, const model::Account& account) {
  return client.get("/api/v1/accounts/relationships?id[]=" + account.id.str()).json().at(0);
}

}  // namespace

TEST_CASE("a block ends everything between the two, and an unblock brings nothing back", "[api][block]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  world.follow(alice, bob);
  world.follow(bob, alice);
  const Client client(api, alice);
  const auto note = world.status(alice);
  Client(api, bob).post("/api/v1/statuses/" + note.id.str() + "/favourite");
  REQUIRE(client.get("/api/v1/notifications").json().size() == 1);
  REQUIRE(client.post(of(bob, "/endorse")).json()["endorsed"] == true);

  const auto blocked = client.post(of(bob, "/block")).json();
  CHECK(test::Shapes().problems(blocked, "Relationship") == Told{});
  CHECK(blocked["blocking"] == true);
  CHECK(blocked["following"] == false);
  CHECK(blocked["followed_by"] == false);
  CHECK(blocked["endorsed"] == false);
  CHECK(relationship(Client(api, bob), alice)["blocked_by"] == true);
  CHECK(client.get("/api/v1/notifications").json().empty());
  CHECK(client.post(of(bob, "/block")).json()["blocking"] == true);
  CHECK(client.get("/api/v1/blocks").ids() == Ids{bob.id.str()});
  CHECK(world.reload(alice).following_count == 0);
  CHECK(world.reload(alice).followers_count == 0);
  CHECK(Client(api, bob).post(of(alice, "/follow")).error() == "This action is not allowed");
  CHECK(client.post(of(bob, "/follow")).status() == 403);

  for (int i = 0; i < 2; ++i) CHECK(client.post(of(bob, "/unblock")).json()["blocking"] == false);
  CHECK(relationship(client, bob)["following"] == false);
  CHECK(client.get("/api/v1/blocks").json().empty());
  CHECK(client.post(of(alice, "/block")).json()["blocking"] == false);
}

TEST_CASE("a block withdraws requests in both directions", "[api][block]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice", {.locked = true});
  const auto bob = world.local_account("bob", {.locked = true});
  const Client client(api, alice);
  client.post(of(bob, "/follow"));
  Client(api, bob).post(of(alice, "/follow"));
  REQUIRE(relationship(client, bob)["requested_by"] == true);
  const auto blocked = client.post(of(bob, "/block")).json();
  CHECK(blocked["requested"] == false);
  CHECK(blocked["requested_by"] == false);
  CHECK(client.get("/api/v1/follow_requests").json().empty());
}

TEST_CASE("a remote account is told of the end of follows, the block and its end", "[api][block]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.remote_account("bob", "remote.example");
  world.follow(alice, bob);
  world.follow(bob, alice);
  const Client client(api, alice);
  client.post(of(bob, "/block"));
  CHECK(api.federation.told == Told{"unfollowed", "follow_rejected", "blocked"});
  client.post(of(bob, "/block"));
  client.post(of(bob, "/unblock"));
  client.post(of(bob, "/unblock"));
  CHECK(api.federation.told == Told{"unfollowed", "follow_rejected", "blocked", "unblocked"});
}

TEST_CASE("a mute hides, may run out, and is changed by repeating it", "[api][mute]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  world.follow(alice, bob);
  world.status(bob);
  const Client client(api, alice);
  const auto note = world.status(alice);
  Client(api, bob).post("/api/v1/statuses/" + note.id.str() + "/favourite");

  const auto muted = client.post(of(bob, "/mute"), {{"duration", 3600}, {"notifications", "false"}}).json();
  CHECK(muted["muting"] == true);
  CHECK(muted["following"] == true);
  CHECK(muted["muting_notifications"] == false);
  CHECK(muted["muting_expires_at"].is_string());
  CHECK(client.get("/api/v1/notifications").json().size() == 1);
  CHECK(client.get("/api/v1/timelines/home").ids() == Ids{note.id.str()});
  const auto list = client.get("/api/v1/mutes");
  CHECK(test::Shapes().problems_of_each(list.json(), "MutedAccount") == Told{});
  CHECK(list.json()[0]["mute_expires_at"] == muted["muting_expires_at"]);

  SECTION("it runs out by itself and is purged") {
    world.clock.advance(std::chrono::hours(1));
    CHECK(relationship(client, bob)["muting"] == false);
    CHECK(client.get("/api/v1/mutes").json().empty());
    CHECK(client.get("/api/v1/timelines/home").json().size() == 2);
    CHECK(world.write([](db::Tx& tx) { return store::purge_expired_mutes(tx); }) == 1);
    CHECK(world.write([](db::Tx& tx) { return store::purge_expired_mutes(tx); }) == 0);
  }
  SECTION("without a duration it lasts, and takes the notifications") {
    const auto again = client.post(of(bob, "/mute")).json();
    CHECK(again["muting_notifications"] == true);
    CHECK(again["muting_expires_at"].is_null());
    CHECK(client.get("/api/v1/mutes").json()[0]["mute_expires_at"].is_null());
    CHECK(client.get("/api/v1/notifications").json().empty());
    world.clock.advance(std::chrono::hours(10'000));
    CHECK(relationship(client, bob)["muting"] == true);
  }
  SECTION("odd durations are for ever or very long, not errors") {
    for (const auto* odd : {"0", "-5", "soon", ""}) {
      CHECK(client.post(of(bob, "/mute"), {{"duration", odd}}).json()["muting_expires_at"].is_null());
    }
    CHECK(client.post(of(bob, "/mute"), {{"duration", 9'000'000'000'000'000'000}}).json()["muting"] == true);
  }
  SECTION("unmuting twice is fine, muting oneself does nothing") {
    for (int i = 0; i < 2; ++i) CHECK(client.post(of(bob, "/unmute")).json()["muting"] == false);
    CHECK(client.post(of(alice, "/mute")).json()["muting"] == false);
  }
}

TEST_CASE("a private note is kept, shortened to nothing when blank, and refused when too long", "[api][note]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const Client client(api, alice);
  CHECK(client.post(of(bob, "/note"), {{"comment", "met at the lake"}}).json()["note"] == "met at the lake");
  CHECK(client.post(of(bob, "/note"), {{"comment", "met twice"}}).json()["note"] == "met twice");
  CHECK(relationship(Client(api, bob), alice)["note"] == "");
  const auto too_long = client.post(of(bob, "/note"), {{"comment", std::string(2001, 'x')}});
  CHECK(too_long.status() == 422);
  CHECK(too_long.error() == "Validation failed: Comment is too long (maximum is 2000 characters)");
  CHECK(client.post(of(bob, "/note"), {{"comment", std::string(2000, 'x')}}).status() == 200);
  CHECK(client.post(of(bob, "/note"), {{"comment", "  "}}).json()["note"] == "");
  CHECK(client.post(of(bob, "/note")).json()["note"] == "");
}

TEST_CASE("only followed accounts are endorsed, and only as long", "[api][endorse]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const auto carol = world.local_account("carol");
  const Client client(api, alice);
  const auto refused = client.post(of(bob, "/endorse"));
  CHECK(refused.status() == 422);
  CHECK(refused.error() == "Validation failed: You must be already following the person you want to endorse");
  world.follow(alice, bob);
  world.follow(alice, carol);
  for (const auto* action : {"/endorse", "/pin"}) CHECK(client.post(of(bob, action)).json()["endorsed"] == true);
  client.post(of(carol, "/endorse"));
  CHECK(client.get("/api/v1/endorsements").ids() == Ids{carol.id.str(), bob.id.str()});
  CHECK(client.get("/api/v1/endorsements?limit=0").ids().size() == 2);
  const auto first = Client(api).get(of(alice, "/endorsements?limit=1"));
  CHECK(first.ids() == Ids{carol.id.str()});
  CHECK(Client(api).get(first.link("next")).ids() == Ids{bob.id.str()});
  CHECK(client.post(of(carol, "/unpin")).json()["endorsed"] == false);
  CHECK(client.post(of(carol, "/unendorse")).json()["endorsed"] == false);
  client.post(of(bob, "/unfollow"));
  CHECK(client.get("/api/v1/endorsements").json().empty());
}

TEST_CASE("familiar followers are whom one follows of an account's followers", "[api][familiar]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto friend_ = world.local_account("friend");
  const auto stranger = world.local_account("stranger");
  const auto star = world.remote_account("star", "remote.example");
  const auto lonely = world.local_account("lonely");
  world.follow(alice, friend_);
  world.follow(friend_, star);
  world.follow(stranger, star);
  const Client client(api, alice);
  const auto query =
      "/api/v1/accounts/familiar_followers?id[]=" + star.id.str() + "&id[]=" + lonely.id.str() + "&id[]=9";
  const auto answer = client.get(query);
  CHECK(test::Shapes().problems_of_each(answer.json(), "FamiliarFollowers") == Told{});
  REQUIRE(answer.ids() == Ids{star.id.str(), lonely.id.str()});
  REQUIRE(answer.json()[0]["accounts"].size() == 1);
  CHECK(answer.json()[0]["accounts"][0]["id"] == friend_.id.str());
  CHECK(answer.json()[1]["accounts"].empty());
  CHECK(answer.statements == 3);
  CHECK(client.get("/api/v1/accounts/familiar_followers").json().empty());
  world.db.run("UPDATE accounts SET hide_collections = true WHERE id = " + star.id.str());
  CHECK(client.get(query).json()[0]["accounts"].empty());
}

TEST_CASE("lists of blocks and mutes are paged by hidden cursors in a fixed number of statements", "[api][block]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  Ids ids;
  for (int i = 0; i < 5; ++i) {
    const auto other = world.local_account("other" + std::to_string(i));
    world.block(alice, other);
    world.mute(alice, other);
    ids.insert(ids.begin(), other.id.str());
  }
  const Client client(api, alice);
  for (const std::string path : {"/api/v1/blocks", "/api/v1/mutes"}) {
    const auto first = client.get(path + "?limit=2");
    CHECK(first.ids() == Ids{ids[0], ids[1]});
    CHECK(first.link("prev").contains("since_id="));
    CHECK(client.get(first.link("next")).ids() == Ids{ids[2], ids[3]});
    CHECK(client.get(path).ids() == ids);
    CHECK(client.get(path).link("next") == "");
    CHECK(client.get(path).statements == first.statements);
    CHECK(client.get(path + "?limit=0").json().empty());
  }
}

TEST_CASE("relationships leave suspended accounts out unless asked for", "[api][follow]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  world.suspend(bob);
  const Client client(api, alice);
  const std::string path = "/api/v1/accounts/relationships?id[]=" + bob.id.str();
  CHECK(client.get(path).json().empty());
  CHECK(client.get(path + "&with_suspended=true").ids() == Ids{bob.id.str()});
}

TEST_CASE("who follows very many must have as many followers", "[api][follow]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const Client client(api, alice);
  const auto set = [&](int following, int followers) {
    world.db.run("UPDATE account_stats SET following_count = " + std::to_string(following) +
                 ", followers_count = " + std::to_string(followers) + " WHERE account_id = " + alice.id.str());
  };
  set(7500, 100);
  const auto refused = client.post(of(bob, "/follow"));
  CHECK(refused.status() == 422);
  CHECK(refused.error() == "Validation failed: You cannot follow more than 7500 people");
  set(7500, 10'000);
  CHECK(client.post(of(bob, "/follow")).json()["following"] == true);
  set(11'000, 10'000);
  CHECK(client.post(of(bob, "/follow"), {{"notify", true}}).json()["notifying"] == true);
  CHECK(client.post(of(world.local_account("carol"), "/follow")).error() ==
        "Validation failed: You cannot follow more than 11000 people");
}

TEST_CASE("who unlocks the account lets in everybody who waits", "[api][follow]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice", {.locked = true});
  const auto bob = world.local_account("bob");
  const Client client(api, alice);
  Client(api, bob).post(of(alice, "/follow"));
  const auto run = [&] {
    world.write([&](db::Tx& tx) { api.services().follows.accept_all(tx, alice.id.str()).value(); });
  };
  client.patch("/api/v1/accounts/update_credentials", {{"locked", true}});
  CHECK(test::pending_jobs(world, service::kAcceptFollowRequests).empty());
  client.patch("/api/v1/accounts/update_credentials", {{"locked", false}});
  CHECK(test::pending_jobs(world, service::kAcceptFollowRequests) == Told{alice.id.str()});
  SECTION("by a job, that may run twice") {
    for (int i = 0; i < 2; ++i) run();
    CHECK(relationship(client, bob)["followed_by"] == true);
    CHECK(client.get("/api/v1/follow_requests").json().empty());
    CHECK(world.reload(alice).followers_count == 1);
  }
  SECTION("unless it is locked again before") {
    client.patch("/api/v1/accounts/update_credentials", {{"locked", true}});
    run();
    CHECK(relationship(client, bob)["requested_by"] == true);
  }
}

TEST_CASE("actions between accounts refuse unknown ids, foreign scopes and applications", "[api][access]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  for (const auto* action : {"/block", "/unblock", "/mute", "/unmute", "/note", "/unendorse", "/endorse"}) {
    CAPTURE(action);
    CHECK(Client(api, alice).post(std::string("/api/v1/accounts/999") + action).error() == "Record not found");
    CHECK(Client(api, alice).post(std::string("/api/v1/accounts/abc") + action).status() == 404);
    CHECK(Client(api, alice, {"read"}).post(of(bob, action)).error() == "This action is outside the authorized scopes");
    CHECK(Client(api).post(of(bob, action)).status() == 401);
  }
  for (const auto* action : {"/block", "/unblock", "/mute", "/unmute"}) {
    CHECK(Client(api, alice, {"follow"}).post(of(bob, action)).status() == 200);
  }
  const Client app(api, api.token(std::nullopt, {"read", "write"}));
  CHECK(app.post(of(bob, "/block")).error() == "This method requires an authenticated user");
  for (const auto* list : {"/api/v1/blocks", "/api/v1/mutes", "/api/v1/domain_blocks", "/api/v1/endorsements"}) {
    CHECK(Client(api).get(list).status() == 401);
    CHECK(Client(api, alice, {"write"}).get(list).status() == 403);
  }
}

TEST_CASE("who is silenced asks before he follows", "[api][relationships]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  world.db.run("UPDATE accounts SET silenced_at = now() WHERE id = " + alice.id.str());
  const auto told = Client(api, alice).post("/api/v1/accounts/" + bob.id.str() + "/follow").json();
  CHECK(told["following"] == false);
  CHECK(told["requested"] == true);
  CHECK(Client(api, bob).get("/api/v1/follow_requests").ids() == std::vector{alice.id.str()});
}
