#include "dunlin/store/events.hpp"

#include "support/world.hpp"

#include "dunlin/db/listener.hpp"
#include "dunlin/db/pool.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace dunlin;
using namespace dunlin::test;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kUs = 1;
constexpr std::int64_t kOthers = 2;

std::vector<std::string> read(db::Session& session, store::EventCursor& cursor) {
  std::vector<std::string> out;
  std::ignore = session.read([&](db::Tx& tx) -> Result<void> {
    const auto horizon = store::find_event_horizon(tx, kUs);
    for (const auto& event : store::list_events(tx, kUs, cursor, horizon.xact, 100)) out.push_back(event.event);
    cursor = {.xact = horizon.xact - 1};
    return {};
  });
  return out;
}

void tell(db::Session& session, std::int64_t origin, const std::string& event) {
  std::ignore = session.write([&](db::Tx& tx) -> Result<void> {
    store::insert_event(tx, origin, event);
    return {};
  });
}

}  // namespace

TEST_CASE("events are read once, without one's own, in the order of their commits", "[store][events]") {
  World world;
  store::EventCursor cursor;
  CHECK(read(world.session(), cursor).empty());
  tell(world.session(), kOthers, "one");
  tell(world.session(), kUs, "ours");
  tell(world.session(), kOthers, "two");
  CHECK(read(world.session(), cursor) == std::vector<std::string>{"one", "two"});
  CHECK(read(world.session(), cursor).empty());
}

TEST_CASE("what commits late is not jumped over", "[store][events]") {
  World world;
  const auto other = world.db.new_session();
  store::EventCursor cursor;
  std::ignore = read(world.session(), cursor);
  std::ignore = other->write([&](db::Tx& tx) -> Result<void> {
    store::insert_event(tx, kOthers, "begun first");
    tell(world.session(), kOthers, "committed first");
    // Until the older transaction has ended nothing after it is settled.
    CHECK(read(world.session(), cursor).empty());
    std::ignore = world.session().read([](db::Tx& now) -> Result<void> {
      CHECK(store::find_event_horizon(now, kUs).more_beyond);
      CHECK_FALSE(store::find_event_horizon(now, kOthers).more_beyond);  // one's own
      return {};
    });
    return {};
  });
  CHECK(read(world.session(), cursor) == std::vector<std::string>{"begun first", "committed first"});
}

TEST_CASE("a listener hears what is committed, and nothing that is rolled back", "[db][listener]") {
  World world;
  const auto listener = db::make_listener({.url = world.db.url()}, store::kSiblingsChannel);
  CHECK(listener->wait(1ms).empty());
  tell(world.session(), kOthers, "one");
  CHECK(listener->wait(5s) == std::vector<std::string>{std::string(store::kEventsStored)});
  std::ignore = world.session().write([&](db::Tx& tx) -> Result<void> {
    store::notify_siblings(tx, "never");
    return fail(Errc::invalid, "");
  });
  world.write([&](db::Tx& tx) { store::notify_siblings(tx, "hello"); });
  CHECK(listener->wait(5s) == std::vector<std::string>{"hello"});
}

TEST_CASE("a crash of the server is the end of an epoch", "[store][events]") {
  World world;
  const auto epoch = [&] { return world.read([](db::Tx& tx) { return store::find_event_horizon(tx, kUs).epoch; }); };
  const auto begin = [&] { world.write([](db::Tx& tx) { store::begin_event_epoch(tx); }); };
  CHECK(epoch().empty());
  begin();
  const auto first = epoch();
  begin();
  CHECK(epoch() == first);
  world.db.run("TRUNCATE event_epoch");  // as after a crash
  CHECK(epoch().empty());
  begin();
  CHECK_FALSE(epoch().empty());
  CHECK(epoch() != first);
}

TEST_CASE("old events go", "[store][events]") {
  World world;
  tell(world.session(), kOthers, "old");
  world.clock.advance(2h);
  tell(world.session(), kOthers, "new");
  CHECK(world.write([&](db::Tx& tx) { return store::purge_events(tx, world.clock.now() - 1h); }) == 1);
  store::EventCursor cursor;
  CHECK(read(world.session(), cursor) == std::vector<std::string>{"new"});
}
