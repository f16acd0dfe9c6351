#include "support/fediverse.hpp"

#include "dunlin/service/suspension.hpp"
#include "dunlin/store/account_moves.hpp"
#include "dunlin/store/relays.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <future>
#include <string>
#include <vector>

namespace dunlin::activitypub {

using test::Fediverse;
using test::Json;

namespace {

const db::Statement kClear{"newest_only_test.clear", "DELETE FROM deliveries"};

struct Setup : Fediverse {
  Setup() { world.follow(near, anna); }

  model::Account anna = world.local_account("anna");
  model::User user = world.user_of(anna);
  model::Account near = world.remote_account("n", "near.example", {.shared_inbox_url = "https://near.example/inbox"});

  model::Status post(const std::string& text) {
    service::StatusDraft draft;
    draft.text = text;
    service::RemoteDocuments documents;
    return world.write([&](db::Tx& tx) { return services.statuses.post(tx, documents, anna, user, draft).value(); });
  }
  void edit(const model::Status& status, const std::string& text) {
    world.clock.advance(std::chrono::seconds(1));
    service::StatusEdit change;
    change.text = text;
    world.write([&](db::Tx& tx) {
      service::RemoteDocuments documents;
      services.statuses.edit(tx, documents, anna, status.id, change).value();
    });
    run_jobs();
  }
  void set_suspended(bool suspended) {
    world.write([&](db::Tx& tx) { service::suspend_local_account(tx, env, anna, suspended); });
    run_jobs();
  }
  std::vector<Sent> updates() {
    std::vector<Sent> result;
    for (auto& sent : outgoing()) {
      if (sent.activity["type"] == "Update") result.push_back(std::move(sent));
    }
    return result;
  }
  Json update() {
    const auto all = updates();
    REQUIRE(all.size() == 1);
    return all[0].activity;
  }
};

}  // namespace

TEST_CASE("each Update of a profile has an id of its own, whatever it tells", "[activitypub][outbox]") {
  Setup f;
  SECTION("a suspension and its end") {
    f.set_suspended(true);
    const auto first = f.update();
    f.set_suspended(false);
    CHECK(f.update()["id"] != first["id"]);
  }
  SECTION("both of a rotation of keys") {
    f.world.write([&](db::Tx& tx) { f.federation.keys_rotated(tx, f.anna, tx.now() + std::chrono::hours(24)); });
    f.run_jobs();
    const auto first = f.update();
    f.world.clock.advance(std::chrono::hours(24));
    f.run_jobs();
    CHECK(f.update()["id"] != first["id"]);
  }
}

// federation.md 4.12
TEST_CASE("a newer Update takes the place of one that still waits, and goes behind the Create",
          "[activitypub][outbox]") {
  Setup f;
  const auto status = f.post("one");
  f.run_jobs();
  f.edit(status, "two");
  f.edit(status, "three");
  const auto waiting = f.outgoing();
  REQUIRE(waiting.size() == 2);
  CHECK(waiting[0].activity["type"] == "Create");
  CHECK(waiting[1].activity["type"] == "Update");
  CHECK(waiting[1].activity["object"]["content"] == "<p>three</p>");
}

TEST_CASE("of the state of a profile only the newest waits; a Move is not lost over it", "[activitypub][outbox]") {
  Setup f;
  const auto there = f.world.remote_account("anna", "there.example");
  f.world.write([&](db::Tx& tx) {
    store::set_moved_to(tx, f.anna.id, there.id);
    f.queue.enqueue(tx, {.kind = kDistribute, .payload = "move " + f.anna.id.str()});
    f.federation.profile_updated(tx, f.anna);
  });
  f.run_jobs();
  f.world.write([&](db::Tx& tx) { f.federation.profile_updated(tx, f.anna); });
  f.run_jobs();
  CHECK(f.updates().size() == 1);
  CHECK(std::ranges::count_if(f.outgoing(), [](const auto& sent) { return sent.activity["type"] == "Move"; }) == 1);
}

TEST_CASE("the end of a suspension is tried for as long as its beginning, and takes its place",
          "[activitypub][outbox]") {
  Setup f;
  f.set_suspended(true);
  f.set_suspended(false);
  const auto all = f.updates();
  REQUIRE(all.size() == 1);
  CHECK(all[0].essential);
  CHECK_FALSE(all[0].activity["object"].contains("suspended"));
}

// 8.88
TEST_CASE("a Delete whose job runs beside that of the Create ends it", "[activitypub][outbox]") {
  Setup f;
  f.edit(f.post("the first post makes the keys"), "that both need");
  f.world.write([](db::Tx& tx) { tx.exec(kClear); });
  const auto status = f.post("gone in a moment");
  const std::string id = status.id.str();
  std::future<void> deletion;
  const auto session = f.world.db.new_session();
  f.world.write([&](db::Tx& tx) {
    REQUIRE(run_distribute(f.env, tx, "create " + id));
    // Not committed yet.
    REQUIRE(session->write([&](db::Tx& other) -> Result<void> {
      f.services.statuses.remove(other, f.anna, status.id).value();
      return {};
    }));
    deletion = std::async(std::launch::async, [&] {
      session->write([&](db::Tx& other) { return run_distribute(f.env, other, "delete " + id); }).value();
    });
    CHECK(deletion.wait_for(std::chrono::milliseconds(200)) == std::future_status::timeout);
  });
  deletion.get();
  const auto waiting = f.outgoing();
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0].activity["type"] == "Delete");
}

TEST_CASE("a deleted post is not announced to a relay any more", "[activitypub][relay]") {
  Setup f;
  f.world.write([&](db::Tx& tx) {
    f.services.accounts.ensure_instance_actor(tx);
    store::insert_relay(tx, {.id = 1,
                             .url = "https://relay.example/actor",
                             .style = model::RelayStyle::litepub,
                             .inbox_url = "https://relay.example/inbox",
                             .follow_uri = "https://example.org/actor#relays/1",
                             .state = model::RelayState::accepted});
  });
  const auto status = f.post("hello");
  f.run_jobs();
  const auto to_relay = [&] {
    std::vector<std::string> types;
    for (const auto& sent : f.outgoing()) {
      if (sent.inbox == "https://relay.example/inbox") types.push_back(sent.activity["type"]);
    }
    return types;
  };
  CHECK(to_relay() == std::vector<std::string>{"Announce"});
  f.world.write([&](db::Tx& tx) { f.services.statuses.remove(tx, f.anna, status.id).value(); });
  f.run_jobs();
  CHECK(to_relay() == std::vector<std::string>{"Delete"});
}

}  // namespace dunlin::activitypub
