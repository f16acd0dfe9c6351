#include "support/backfills.hpp"

#include "dunlin/activitypub/backfill.hpp"

#include <catch2/catch.hpp>

#include <chrono>

namespace dunlin::activitypub {

using namespace std::chrono_literals;
using test::Fediverse;
using test::Json;

TEST_CASE("a thread that is being completed says so until it is done", "[activitypub][backfill]") {
  Fediverse f;
  const auto mara = f.world.remote_account("mara", "masto.example");
  const auto note = test::note_document(mara, "1");
  f.remote.serve(mara.uri + "/notes/1", note);
  const auto status = f.resolve([&](Resolver& r) { return r.status(mara.uri + "/notes/1"); }).value();
  f.world.clock.advance(10min);
  const auto due = [&] {
    return f.world.read([&](db::Tx& tx) { return f.federation.may_complete_thread(tx, status); });
  };
  const auto open = [&] { return f.world.write([&](db::Tx& tx) { return f.federation.thread_opened(tx, status); }); };
  CHECK(due());
  const auto running = open();
  REQUIRE(running);
  CHECK_FALSE(running->finished);
  CHECK(open()->id == running->id);
  CHECK(run_backfills(f) == 1);
  CHECK(f.world.read([&](db::Tx& tx) { return f.federation.find_refresh(tx, running->id); })->finished);
  CHECK_FALSE(due());
  CHECK_FALSE(f.world.read([&](db::Tx& tx) { return f.federation.find_refresh(tx, 1); }));
}

TEST_CASE("a profile that is looked at is asked for once a day", "[activitypub][backfill]") {
  Fediverse f;
  const auto anna = f.world.local_account("anna");
  const auto mara = f.world.remote_account("mara", "masto.example");
  const auto look = [&] { f.world.write([&](db::Tx& tx) { f.federation.profile_opened(tx, mara); }); };
  const auto waiting = [&] {
    return f.world.read([](db::Tx& tx) { return jobs::list(tx, jobs::JobState::pending, 10); }).size();
  };
  look();
  look();
  CHECK(waiting() == 1);
  f.world.write([&](db::Tx& tx) { f.federation.profile_opened(tx, anna); });
  CHECK(waiting() == 1);
}

}  // namespace dunlin::activitypub
