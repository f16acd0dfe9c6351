#include "support/fediverse.hpp"

#include "dunlin/activitypub/parse.hpp"
#include "dunlin/activitypub/render.hpp"
#include "dunlin/jobs/retry.hpp"
#include "dunlin/service/actor_keys.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <string>

namespace dunlin::activitypub {

using namespace std::chrono_literals;
using model::KeyAlgorithm;
using service::KeyRotation;
using test::Fediverse;
using test::Json;

namespace {

struct Setup : Fediverse {
  model::Account anna = world.write([&](db::Tx& tx) {
    return services.accounts
        .create_local(tx, {.username = "anna", .email = "anna@example.org", .password = {}, .confirmed = true}, "hash")
        .value();
  });
  model::Account far = world.remote_account("f", "far.example", {.shared_inbox_url = "https://far.example/inbox"});

  void rotate(KeyRotation how = KeyRotation::planned) {
    world.write([&](db::Tx& tx) { REQUIRE(services.accounts.rotate_keys(tx, anna, how)); });
  }
  std::string signing(KeyAlgorithm algorithm = KeyAlgorithm::rsa) {
    return world.read([&](db::Tx& tx) { return store::find_signing_key(tx, anna.id, algorithm)->key_id; });
  }
  std::vector<model::AccountKey> listed() {
    return world.read([&](db::Tx& tx) { return store::list_keys(tx, anna.id); });
  }
  Json document() { return Json::parse(render_actor(config, anna, listed())); }
  /// As a peer reads the document: the ids of the keys that it may use.
  std::vector<std::string> believed() {
    std::vector<std::string> ids;
    const auto read = parse_document(document().dump()).value();
    for (const auto& key : read.actor.value().keys) {
      if (!key.pem.empty()) ids.push_back(key.id);
    }
    std::ranges::sort(ids);
    return ids;
  }
};

}  // namespace

TEST_CASE("new keys are listed a day before they sign, and the old ones long after", "[activitypub][keys]") {
  Setup f;
  f.world.follow(f.far, f.anna);
  const std::string main = f.anna.uri + "#main-key";
  const std::string proof = f.anna.uri + "#ed25519-key";
  f.rotate();
  REQUIRE(f.listed().size() == 4);
  CHECK(f.signing() == main);
  CHECK(f.signing(KeyAlgorithm::ed25519) == proof);
  CHECK(f.document()["publicKey"]["id"] == main);
  CHECK(f.believed().size() == 4);  // whoever looks now knows the new ones, RSA included
  CHECK(f.run_jobs() == 1);
  REQUIRE(f.outgoing().size() == 1);
  const auto first = f.outgoing()[0].activity;
  CHECK(first["type"] == "Update");

  f.world.clock.advance(24h);
  const std::string next = f.document()["publicKey"]["id"];
  CHECK(next != main);
  CHECK(next.starts_with(main + "-"));
  CHECK(f.believed().size() == 4);
  CHECK(f.run_jobs() == 1);           // told once more, when the document changes
  REQUIRE(f.outgoing().size() == 1);  // the first one is not needed any more
  CHECK(f.outgoing()[0].activity["id"] != first["id"]);
  f.world.clock.advance(store::kMainKeySignsAfter);
  CHECK(f.signing() == next);
  CHECK(f.signing(KeyAlgorithm::ed25519) != proof);

  f.world.write([&](db::Tx& tx) { store::purge_replaced_keys(tx, tx.now() - 30 * 24h); });
  CHECK(f.listed().size() == 4);
  f.world.clock.advance(30 * 24h);
  f.world.write([&](db::Tx& tx) { store::purge_replaced_keys(tx, tx.now() - 30 * 24h); });
  CHECK(f.listed().size() == 2);
  CHECK(f.signing() == next);
  CHECK(f.document()["assertionMethod"].size() == 1);
}

TEST_CASE("the old key signs the news of the new one", "[activitypub][keys]") {
  Setup f;
  f.rotate();
  f.world.clock.advance(24h + 30s);
  CHECK(f.document()["publicKey"]["id"] != f.anna.uri + "#main-key");
  CHECK(f.signing() == f.anna.uri + "#main-key");
  // Who refuses the old key, as the news is already there, is asked again until the new one signs.
  std::chrono::milliseconds waited{0};
  int attempt = 1;
  while (true) {
    const auto judged = jobs::judge({.status = 401}, {.number = attempt, .other_scheme_tried = true}, Time{}, 0.0);
    if (judged.verdict != jobs::Verdict::retry) break;
    waited += std::chrono::duration_cast<std::chrono::milliseconds>(*judged.retry_at - Time{});
    ++attempt;
  }
  CHECK(waited > store::kMainKeySignsAfter);
}

TEST_CASE("a second rotation in the same day takes the place of the first", "[activitypub][keys]") {
  Setup f;
  f.rotate();
  f.world.clock.advance(1h);
  f.rotate();
  f.world.clock.advance(24h + 1min);
  const auto keys = f.listed();
  CHECK(keys.size() == 6);
  const auto newest = std::ranges::max_element(keys, {}, &model::AccountKey::main_from)->main_from;
  CHECK(std::ranges::find(keys, f.signing(), &model::AccountKey::key_id)->main_from == newest);
}

TEST_CASE("keys that leaked are gone at once", "[activitypub][keys]") {
  Setup f;
  f.world.follow(f.far, f.anna);
  f.rotate();
  f.world.clock.advance(1h);
  f.rotate(KeyRotation::leaked);
  CHECK(f.listed().size() == 2);
  CHECK(f.believed().size() == 2);
  CHECK(f.document()["publicKey"]["id"] == f.signing());
  CHECK(f.signing() != f.anna.uri + "#main-key");
  CHECK(f.signing(KeyAlgorithm::ed25519) != f.anna.uri + "#ed25519-key");
  CHECK_FALSE(f.world.session().write([&](db::Tx& tx) { return f.services.accounts.rotate_keys(tx, f.far); }));
}

}  // namespace dunlin::activitypub
