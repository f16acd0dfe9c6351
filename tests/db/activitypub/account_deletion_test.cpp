#include "dunlin/service/account_deletion.hpp"

#include "support/fediverse.hpp"

#include "dunlin/activitypub/delivery.hpp"
#include "dunlin/store/account_deletion.hpp"
#include "dunlin/store/accounts.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace dunlin::activitypub {

using test::Fediverse;

namespace {

struct Setup : Fediverse {
  model::Account anna = world.write([&](db::Tx& tx) {
    return services.accounts
        .create_local(tx, {.username = "anna", .email = "anna@example.org", .password = {}, .confirmed = true}, "hash")
        .value();
  });
  model::Account bob = world.local_account("bob");
  model::Account far = world.remote_account("f", "far.example", {.shared_inbox_url = "https://far.example/inbox"});

  void close() {
    world.write([&](db::Tx& tx) { service::delete_local_account(tx, env, anna); });
  }
  /// One step of the job; false: none waits.
  bool step() {
    world.clock.advance(std::chrono::seconds(1));
    const auto claimed =
        world.write([](db::Tx& tx) { return jobs::claim(tx, jobs::Lane::maintenance, 1, std::chrono::seconds(30)); });
    for (const jobs::Job& job : claimed) {
      world.write([&](db::Tx& tx) {
        REQUIRE(service::run_delete_account(tx, env, job.payload));
        jobs::finish(tx, job);
      });
    }
    return !claimed.empty();
  }
};

}  // namespace

TEST_CASE("closing an account takes login and profile at once and keeps the name", "[activitypub][deletion]") {
  Setup f;
  f.close();
  f.world.read([&](db::Tx& tx) {
    CHECK_FALSE(store::find_user_by_account(tx, f.anna.id));
    CHECK_FALSE(store::find_account_by_handle(tx, "anna", std::nullopt));
    CHECK(store::find_account(tx, f.anna.id)->suspended_at);
    CHECK(store::is_deleted_username(tx, "Anna"));
    CHECK(store::is_tombstoned(tx, f.anna.uri));
  });
  const auto again = f.world.session().write([&](db::Tx& tx) {
    return f.services.accounts.create_local(tx, {.username = "ANNA", .email = "a@example.org", .password = {}}, "hash");
  });
  REQUIRE_FALSE(again);
  CHECK(again.error().message == "Validation failed: Username has already been taken");
}

TEST_CASE("a remote account that wrote much and deletes itself is hidden at once and erased bit by bit",
          "[activitypub][deletion]") {
  Setup f;
  f.world.follow(f.bob, f.far);
  for (int i = 0; i < 510; ++i) f.world.status(f.far);
  const auto boosted = f.world.status(f.bob);
  f.world.reblog(f.far, boosted);
  const test::Json deletion = {{"type", "Delete"}, {"object", f.far.uri}};
  CHECK(f.receive(f.far, deletion).verdict == Verdict::accepted);
  f.world.read([&](db::Tx& tx) {
    CHECK(store::is_tombstoned(tx, f.far.uri));
    CHECK(store::find_account(tx, f.far.id)->suspended_at);
    CHECK_FALSE(store::is_deleted_username(tx, f.far.username));
  });
  int steps = 0;
  while (f.step()) ++steps;
  CHECK(steps > 5);
  f.world.read([&](db::Tx& tx) {
    CHECK_FALSE(store::find_account(tx, f.far.id));
    CHECK(store::find_status(tx, boosted.id)->reblogs_count == 0);
    CHECK(store::find_account(tx, f.bob.id)->following_count == 0);
  });
}

TEST_CASE("8.95: followers hear of the deletion, then everything goes", "[activitypub][deletion]") {
  Setup f;
  f.world.follow(f.far, f.anna);
  f.world.follow(f.bob, f.anna);
  f.world.remote_account("zoe", "seen.example", {.shared_inbox_url = "https://seen.example/inbox"});
  f.world.write([](db::Tx& tx) { store::touch_instance(tx, "seen.example"); });
  const auto parent = f.world.status(f.bob);
  for (int i = 0; i < 120; ++i) f.world.status(f.anna, {.reply_to = parent});
  const auto boosted = f.world.status(f.anna);
  f.world.reblog(f.bob, boosted);
  f.world.favourite(f.anna, parent);
  f.close();
  REQUIRE(f.step());
  const auto sent = f.outgoing();
  // Also to servers that only know of the account.
  REQUIRE(sent.size() == 2);
  CHECK(sent[0].inbox == "https://far.example/inbox");
  CHECK(sent[1].inbox == "https://seen.example/inbox");
  CHECK(sent[0].activity["type"] == "Delete");
  CHECK(sent[0].activity["object"] == f.anna.uri);
  CHECK(sent[0].essential);
  int steps = 0;
  while (f.step()) ++steps;
  CHECK(steps == 3);  // two heaps of statuses, then the account
  f.world.read([&](db::Tx& tx) {
    CHECK_FALSE(store::find_account(tx, f.anna.id));
    CHECK(store::list_statuses_to_erase(tx, f.anna.id, 1).empty());
    // What is still to be delivered can be signed.
    CHECK(store::find_signing_key(tx, f.anna.id)->key_id == f.anna.uri + "#main-key");
  });
  CHECK(f.outgoing().size() == 2);
  CHECK(f.world.reload(parent).replies_count == 0);
  CHECK(f.world.reload(parent).favourites_count == 0);
  CHECK(f.world.reload(f.bob).following_count == 0);
  CHECK(f.world.reload(f.bob).statuses_count == 1);
}

TEST_CASE("a step that is repeated does no harm", "[activitypub][deletion]") {
  Setup f;
  f.world.status(f.anna);
  const auto erase = "erase " + f.anna.id.str();
  f.world.write([&](db::Tx& tx) { REQUIRE(service::run_delete_account(tx, f.env, erase)); });
  CHECK(f.world.read([&](db::Tx& tx) { return store::find_account(tx, f.anna.id).has_value(); }));  // not closed
  f.close();
  f.close();
  for (int i = 0; i < 4; ++i)
    f.world.write([&](db::Tx& tx) { REQUIRE(service::run_delete_account(tx, f.env, erase)); });
  CHECK_FALSE(f.world.read([&](db::Tx& tx) { return store::find_account(tx, f.anna.id).has_value(); }));
}

TEST_CASE("who leaves in the middle of a rotation signs the Delete with the key that is shown", "[activitypub][keys]") {
  Setup f;
  f.world.write([&](db::Tx& tx) { REQUIRE(f.services.accounts.rotate_keys(tx, f.anna)); });
  f.close();
  while (f.step()) {
  }
  f.world.read([&](db::Tx& tx) {
    CHECK(store::find_signing_key(tx, f.anna.id)->key_id == f.anna.uri + "#main-key");
    CHECK_FALSE(store::find_signing_key(tx, f.anna.id, model::KeyAlgorithm::ed25519));
  });
}

}  // namespace dunlin::activitypub
