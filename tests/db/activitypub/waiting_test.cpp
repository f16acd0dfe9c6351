#include "support/fediverse.hpp"

#include "dunlin/activitypub/intake.hpp"
#include "dunlin/store/domain_policies.hpp"
#include "dunlin/store/relationships.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <future>
#include <string>
#include <vector>

namespace dunlin::activitypub {

using test::Fediverse;
using test::Json;
using test::note_document;

namespace {

const db::Statement kInsertHost{"waiting_test.insert_host", "INSERT INTO delivery_hosts (host) VALUES ($1)"};
const db::Statement kLockHost{"waiting_test.lock_host",
                              "SELECT 1 FROM delivery_hosts WHERE host = $1 FOR UPDATE SKIP LOCKED"};

struct Setup : Fediverse {
  Setup() {
    world.follow(anna, mara);
    // Seen just now: nobody needs to ask for her again.
    world.write([&](db::Tx& tx) {
      mara.fetched_at = tx.now();
      store::update_account(tx, mara);
    });
  }
  model::Account anna = world.local_account("anna");
  model::Account mara = world.remote_account("mara", "masto.example");

  ActivityId wait(Json activity, Taken expected = Taken::stored) {
    if (!activity.contains("actor")) activity["actor"] = mara.uri;
    if (!activity.contains("id")) activity["id"] = mara.uri + "/activities/" + std::to_string(++count_);
    const model::AccountKey key{.key_id = mara.uri + "#k" + std::to_string(++keys_),
                                .account_id = mara.id,
                                .algorithm = model::KeyAlgorithm::rsa,
                                .public_pem = "pem",
                                .private_pem = std::nullopt,
                                .fetched_at = world.clock.now()};
    const Intake intake{.row = {.id = world.ids.next<ActivityId>(),
                                .uri = activity["id"].get<std::string>(),
                                .signer_id = mara.id,
                                .host = "masto.example",
                                .type = activity["type"],
                                .body = activity.dump()},
                        .key_id = key.key_id,
                        .key_fetched_at = world.clock.now()};
    const std::array intakes{intake};
    const auto taken = world.write([&](db::Tx& tx) {
      store::insert_key(tx, key);
      return store_intakes(env, tx, intakes);
    });
    CHECK(taken == std::vector{expected});
    return intake.row.id;
  }
  Json create(const std::string& name, const Json& more = Json::object()) {
    return {{"type", "Create"}, {"object", note_document(mara, name, more)}};
  }
  std::size_t handle() { return handle_waiting(env, services, world.session()); }
  std::int64_t waiting() {
    return world.read([](db::Tx& tx) { return store::count_waiting_activities(tx); });
  }
  std::vector<store::VerdictRow> verdicts() {
    return world.read([](db::Tx& tx) { return store::list_verdicts(tx, "masto.example", std::nullopt, {}, 100); });
  }
  std::vector<jobs::Job> queued() {
    return world.read([](db::Tx& tx) { return jobs::list(tx, jobs::JobState::pending, 100); });
  }
  std::vector<std::string> alone() {
    std::vector<std::string> result;
    for (const auto& job : queued()) {
      if (job.kind == jobs::kProcessActivity.name) result.push_back(job.payload);
    }
    std::ranges::sort(result);
    return result;
  }

 private:
  int count_ = 0;
  int keys_ = 0;
};

}  // namespace

TEST_CASE("activities that wait are handled together, in the order in which they came", "[activitypub][inbox]") {
  Setup f;
  f.wait(f.create("1"));
  f.wait(f.create("2"));
  f.wait({{"type", "Delete"}, {"object", f.mara.uri + "/notes/1"}});
  CHECK(f.handle() == 3);
  CHECK_FALSE(f.find_status(f.mara.uri + "/notes/1"));
  CHECK(f.find_status(f.mara.uri + "/notes/2"));
  CHECK(f.waiting() == 0);
  CHECK(f.alone().empty());
  CHECK(f.handle() == 0);
}

TEST_CASE("who has to wait for another server gets a job of its own and holds nobody up", "[activitypub][inbox]") {
  Setup f;
  const auto stranger = f.wait({{"type", "Announce"}, {"object", "https://far.example/notes/1"}});
  f.wait(f.create("2"));
  CHECK(f.handle() == 2);
  CHECK(f.find_status(f.mara.uri + "/notes/2"));
  CHECK(f.alone() == std::vector{stranger.str()});
  CHECK(f.waiting() == 0);
}

TEST_CASE("what fails after it has begun to write leaves nothing behind, and the others succeed",
          "[activitypub][inbox]") {
  Setup f;
  f.wait(f.create("1"));
  // The status is stored before its quote turns out to be missing here.
  const auto halfway = f.wait(f.create("2", {{"quoteUrl", "https://far.example/notes/9"}}));
  f.wait(f.create("3"));
  CHECK(f.handle() == 3);
  CHECK(f.find_status(f.mara.uri + "/notes/1"));
  CHECK_FALSE(f.find_status(f.mara.uri + "/notes/2"));
  CHECK(f.find_status(f.mara.uri + "/notes/3"));
  CHECK(f.alone() == std::vector{halfway.str()});
}

// R24
TEST_CASE("a flood that is handled in one go is one, and stays one when that has to begin anew",
          "[activitypub][inbox]") {
  Setup f;
  f.world.write([&](db::Tx& tx) { store::delete_follow(tx, f.anna.id, f.mara.id); });
  const Json named = {{"cc", Json::array({f.anna.uri})},
                      {"tag", Json::array({{{"type", "Mention"}, {"href", f.anna.uri}}})},
                      {"published", "2026-02-01T12:00:00Z"}};
  for (int i = 0; i < 8; ++i) f.wait(f.create(std::to_string(i), named));
  f.wait({{"type", "Announce"}, {"object", f.world.status(f.anna).uri}});
  SECTION("at once") {}
  SECTION("with one that begins to write and has to wait for another server") {
    auto halfway = named;
    halfway["quoteUrl"] = "https://far.example/notes/9";
    halfway["inReplyTo"] = f.world.status(f.anna).uri;
    f.wait(f.create("halfway", halfway));
  }
  f.handle();
  int heard = 0;
  for (int i = 0; i < 8; ++i) heard += f.find_status(f.mara.uri + "/notes/" + std::to_string(i)) ? 1 : 0;
  CHECK(heard == 5);
}

TEST_CASE("a verdict stays of what was handled in company", "[activitypub][inbox]") {
  Setup f;
  const auto id = f.wait({{"type", "View"}, {"object", "https://far.example/videos/1"}});
  f.handle();
  CHECK_FALSE(f.world.read([&](db::Tx& tx) { return store::find_unprocessed_activity(tx, id); }));
}

TEST_CASE("copies in one batch and over batches are handled once", "[activitypub][inbox]") {
  Setup f;
  const Json follow = {{"id", f.mara.uri + "/likes/1"}, {"type", "Like"}, {"object", f.world.status(f.anna).uri}};
  f.wait(follow);
  f.wait(follow);
  f.wait({{"type", "View"}, {"object", "https://far.example/videos/1"}});
  CHECK(f.handle() == 3);
  CHECK(f.verdicts().size() == 2);
  f.wait(follow);
  CHECK(f.handle() == 1);
  CHECK(f.verdicts().size() == 2);
  CHECK(f.waiting() == 0);
}

TEST_CASE("a copy of what waits for another server gets no second job", "[activitypub][inbox]") {
  Setup f;
  const Json announce = {
      {"id", f.mara.uri + "/boosts/1"}, {"type", "Announce"}, {"object", "https://far.example/notes/1"}};
  const auto first = f.wait(announce);
  f.handle();
  f.wait(announce);
  CHECK(f.handle() == 1);
  CHECK(f.alone() == std::vector{first.str()});
}

TEST_CASE("when one of them is suspected, each is handled by itself", "[activitypub][inbox]") {
  Setup f;
  const auto one = f.wait(f.create("1"));
  const auto two = f.wait(f.create("2"));
  CHECK(handle_waiting(f.env, f.services, f.world.session(), Company::apart) == 2);
  CHECK(f.alone() == std::vector{one.str(), two.str()});
  CHECK_FALSE(f.find_status(f.mara.uri + "/notes/1"));
  CHECK(f.world.read([&](db::Tx& tx) { return store::find_unprocessed_activity(tx, one); }));
  CHECK(f.handle() == 0);
}

TEST_CASE("what a host sends that was blocked a moment ago is not stored", "[activitypub][inbox]") {
  Setup f;
  f.world.write([](db::Tx& tx) {
    model::DomainPolicy policy;
    policy.domain = "masto.example";
    policy.severity = model::DomainSeverity::suspend;
    store::save_domain_policy(tx, policy);
  });
  f.wait(f.create("1"), Taken::stale);
  CHECK(f.waiting() == 0);
}

// A batch locks the hosts it has something to write of as everybody else does, in the order of their names.
TEST_CASE("a batch that waits for a host's row holds no later one", "[activitypub][inbox][waiting]") {
  Setup f;
  const auto zoe = f.world.remote_account("zoe", "zoo.example");
  std::vector<Intake> intakes;
  for (const model::Account& signer : {zoe, f.mara}) {
    const model::AccountKey key{.key_id = signer.uri + "#key",
                                .account_id = signer.id,
                                .algorithm = model::KeyAlgorithm::rsa,
                                .public_pem = "pem",
                                .private_pem = std::nullopt,
                                .fetched_at = f.world.clock.now()};
    f.world.write([&](db::Tx& tx) {
      store::insert_key(tx, key);
      tx.exec(kInsertHost, {*signer.domain});
    });
    intakes.push_back({.row = {.id = f.world.ids.next<ActivityId>(),
                               .uri = signer.uri + "/activities/1",
                               .signer_id = signer.id,
                               .host = *signer.domain,
                               .type = "Like",
                               .body = "{}"},
                       .key_id = key.key_id,
                       .key_fetched_at = *key.fetched_at,
                       .rfc9421 = true});
  }
  // That masto.example is alive was noted just now.
  f.federation.inbox_limiter().allow("masto.example alive", 1, std::chrono::seconds(5));
  const auto other = f.world.db.new_session();
  std::future<Result<std::vector<Taken>>> taken;
  f.world.write([&](db::Tx& tx) {
    tx.exec(kLockHost, {"masto.example"});
    taken = std::async(std::launch::async, [&] {
      return other->write(
          [&](db::Tx& rival) -> Result<std::vector<Taken>> { return store_intakes(f.env, rival, intakes); });
    });
    CHECK(taken.wait_for(std::chrono::milliseconds(500)) == std::future_status::timeout);
    CHECK(tx.exec(kLockHost, {"zoo.example"}).size() == 1);  // skips what is locked
  });
  CHECK(taken.get().value() == std::vector{Taken::stored, Taken::stored});
}

}  // namespace dunlin::activitypub
