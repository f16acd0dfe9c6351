#include "dunlin/feed/feeds.hpp"

#include "support/world.hpp"

#include "dunlin/store/relationships.hpp"
#include "dunlin/store/statuses.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <random>
#include <vector>

using namespace dunlin;
using namespace dunlin::test;

namespace {

/// What the publisher does, without streams.
struct Flock : World {
  feed::Feeds feeds{clock, {.max_bytes = 10UL << 20U, .ring_size = 20}};

  void created(const model::Status& status) {
    write([&](db::Tx& tx) {
      const std::array ids{status.id};
      for (const auto& one : store::load_feed_statuses(tx, ids)) feeds.created(one);
    });
  }
  void changed(const model::Account& who) {
    write([&](db::Tx& tx) { feeds.changed(tx, who.id); });
  }
  void remove(const model::Status& status) {
    write([&](db::Tx& tx) { store::delete_status(tx, status); });
    feeds.deleted(status.id);
  }
  std::vector<StatusId> home(const model::Account& reader, const model::Page& page) {
    return read([&](db::Tx& tx) { return feeds.home(tx, reader.id, page); });
  }
  std::vector<StatusId> from_database(const model::Account& reader, const model::Page& page) {
    return read([&](db::Tx& tx) { return store::list_home_timeline(tx, reader.id, page); });
  }
};

}  // namespace

TEST_CASE("a warm home feed costs no statement and shows what came since", "[feed]") {
  Flock flock;
  const auto alice = flock.local_account("alice");
  const auto bob = flock.local_account("bob");
  flock.follow(bob, alice);
  const auto first = flock.status(alice);
  CHECK(flock.home(bob, newest(5)) == std::vector{first.id});
  const auto second = flock.status(alice);
  flock.created(second);
  const auto before = flock.session().statement_count();
  CHECK(flock.home(bob, newest(5)) == std::vector{second.id, first.id});
  CHECK(flock.session().statement_count() == before);
  flock.remove(second);
  CHECK(flock.home(bob, newest(5)) == std::vector{first.id});
}

TEST_CASE("a page below the ring comes from the database", "[feed]") {
  Flock flock;
  const auto alice = flock.local_account("alice");
  std::vector<model::Status> statuses;
  for (int i = 0; i < 30; ++i) statuses.push_back(flock.status(alice));
  CHECK(flock.home(alice, newest(20)).size() == 20);
  CHECK(flock.home(alice, below(statuses[5].id.value)).size() == 5);
  CHECK(flock.home(alice, right_above(statuses[0].id.value, 3)) ==
        std::vector{statuses[3].id, statuses[2].id, statuses[1].id});
}

TEST_CASE("a mute that runs out lets its author back in", "[feed]") {
  Flock flock;
  const auto alice = flock.local_account("alice");
  const auto bob = flock.local_account("bob");
  flock.follow(bob, alice);
  const auto status = flock.status(alice);
  flock.mute(bob, alice, true, std::chrono::hours(1));
  CHECK(flock.home(bob, newest(5)).empty());
  flock.clock.advance(std::chrono::hours(2));
  CHECK(flock.home(bob, newest(5)) == std::vector{status.id});
}

TEST_CASE("feeds stay within their memory, pinned readers stay at hand", "[feed]") {
  FakeClock clock;
  World world;
  feed::Feeds feeds(clock, {.max_bytes = 20'000, .ring_size = 400});
  std::vector<model::Account> readers;
  for (int i = 0; i < 6; ++i) readers.push_back(world.local_account("reader" + std::to_string(i)));
  world.read([&](db::Tx& tx) {
    feeds.pin(tx, readers[0].id);
    for (const auto& reader : readers) feeds.home(tx, reader.id, newest(5));
  });
  CHECK(feeds.bytes() <= 20'000);
  CHECK(feeds.reader(readers[0].id));
  CHECK(feeds.reader(readers[5].id));
  CHECK_FALSE(feeds.reader(readers[1].id));
}

TEST_CASE("a ring that grew by events is the ring that the database gives", "[feed][property]") {
  Flock flock;
  std::mt19937 random(20261126);
  const auto one_of = [&](const auto& list) { return list[random() % list.size()]; };
  std::vector<model::Account> people;
  for (const auto* name : {"ann", "ben", "cay", "dan"}) people.push_back(flock.local_account(name));
  people.push_back(flock.remote_account("eve", "far.example"));
  people.push_back(flock.remote_account("fay", "far.example"));
  const std::vector<model::Account> readers(people.begin(), people.begin() + 3);
  std::vector<model::Status> statuses{flock.status(people[0])};
  const std::array visibilities{model::Visibility::public_, model::Visibility::unlisted, model::Visibility::private_,
                                model::Visibility::direct};
  const std::array<std::optional<std::string>, 3> languages{std::nullopt, "en", "de"};

  for (int step = 0; step < 400; ++step) {
    const auto who = one_of(people);
    const auto reader = one_of(readers);
    const auto other = one_of(people);
    const auto old = one_of(statuses);
    switch (random() % 12) {
      case 0:
        if (reader.id == other.id) break;
        flock.follow(reader, other,
                     {.show_reblogs = random() % 2 == 0,
                      .languages = random() % 3 == 0 ? std::optional(std::vector<std::string>{"en"}) : std::nullopt});
        flock.changed(reader);
        break;
      case 1:
        flock.write([&](db::Tx& tx) { store::delete_follow(tx, reader.id, other.id); });
        flock.changed(reader);
        break;
      case 2:
        if (reader.id == other.id) break;
        random() % 2 == 0 ? flock.block(reader, other) : flock.block(other, reader);
        flock.changed(reader);
        flock.changed(other);
        break;
      case 3:
        flock.write([&](db::Tx& tx) {
          store::delete_block(tx, reader.id, other.id);
          store::delete_block(tx, other.id, reader.id);
        });
        flock.db.run(fmt::format("DELETE FROM mutes WHERE account_id = {0}", reader.id.value));
        flock.db.run(fmt::format("DELETE FROM account_domain_blocks WHERE account_id = {}", reader.id.value));
        flock.changed(reader);
        flock.changed(other);
        break;
      case 4:
        if (reader.id == other.id) break;
        flock.db.run(fmt::format("DELETE FROM mutes WHERE account_id = {}", reader.id.value));
        flock.mute(reader, other);
        if (random() % 4 == 0) {
          flock.db.run(
              fmt::format("INSERT INTO account_domain_blocks (id, account_id, domain, created_at) VALUES "
                          "({}, {}, 'far.example', now()) ON CONFLICT DO NOTHING",
                          flock.ids.next<FollowId>().value, reader.id.value));
        }
        flock.changed(reader);
        break;
      case 5: {
        if (flock.reload(old).deleted_at) break;
        flock.remove(flock.reload(old));
        break;
      }
      case 6:
      case 7: {
        const auto target = flock.reload(old);
        if (target.deleted_at || target.reblog_of_id || target.visibility == model::Visibility::direct) break;
        const bool again =
            flock.read([&](db::Tx& tx) { return store::find_reblog(tx, who.id, target.id).has_value(); });
        if (again) break;
        statuses.push_back(flock.reblog(who, target));
        flock.created(statuses.back());
        break;
      }
      default: {
        StatusOptions options{.visibility = one_of(visibilities), .language = one_of(languages)};
        const auto parent = flock.reload(old);
        if (random() % 3 == 0 && !parent.deleted_at && !parent.reblog_of_id) options.reply_to = parent;
        if (random() % 10 == 0) options.reply_to_uri = "https://elsewhere.example/1";
        if (random() % 4 == 0) options.mentions = {other};
        statuses.push_back(flock.status(who, options));
        flock.created(statuses.back());
      }
    }
    for (const auto& each : readers) {
      INFO("step " << step << ", reader " << each.username);
      REQUIRE(flock.home(each, newest(10)) == flock.from_database(each, newest(10)));
    }
  }
}
