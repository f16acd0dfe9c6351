#include "dunlin/feed/feeds.hpp"

#include "support/world.hpp"

#include "dunlin/store/accounts.hpp"
#include "dunlin/store/lists.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/statuses.hpp"
#include "dunlin/store/tags.hpp"
#include "dunlin/store/timelines.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <random>
#include <span>
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
  void edit(const model::Status& status) {
    write([&](db::Tx& tx) {
      store::update_status(tx, status, {});
      const std::array ids{status.id};
      for (const auto& one : store::load_feed_statuses(tx, ids)) feeds.edited(one);
    });
  }
  void follow_tag(const model::Account& who, const std::string& name) {
    write([&](db::Tx& tx) {
      store::insert_followed_tag(tx, who.id, store::ensure_tag(tx, name, name).id, ids.next<StatusId>().value);
    });
    changed(who);
  }
  void list_changed(const model::List& list) {
    changed(reload_owner(list));
    read([&](db::Tx& tx) { feeds.list_changed(tx, list.account_id, list.id); });
  }
  model::Account reload_owner(const model::List& list) {
    return read([&](db::Tx& tx) { return store::find_account(tx, list.account_id).value(); });
  }
  void remove(const model::Status& status) {
    write([&](db::Tx& tx) { store::delete_status(tx, status); });
    read([&](db::Tx& tx) { feeds.deleted(tx, status.id, status.account_id, status.tags, status.is_reblog()); });
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

TEST_CASE("an edit puts a status where it belongs now", "[feed]") {
  Flock flock;
  const auto alice = flock.local_account("alice");
  const auto bob = flock.local_account("bob");
  const auto tagger = flock.local_account("tagger");
  flock.follow(bob, alice, {.languages = std::vector<std::string>{"en"}});
  flock.follow_tag(tagger, "wader");
  auto status = flock.status(alice, {.tags = {"wader"}, .language = "en"});
  CHECK(flock.home(bob, newest(5)) == std::vector{status.id});
  CHECK(flock.home(tagger, newest(5)) == std::vector{status.id});
  status.language = "de";
  status.tags = {};
  flock.edit(status);
  const auto before = flock.session().statement_count();
  CHECK(flock.home(bob, newest(5)).empty());
  CHECK(flock.home(tagger, newest(5)).empty());
  CHECK(flock.session().statement_count() == before);
  status.language = "en";
  flock.edit(status);
  CHECK(flock.home(bob, newest(5)) == std::vector{status.id});
}

TEST_CASE("an account that goes takes nobody's ring but those of its followers", "[feed]") {
  Flock flock;
  const auto bob = flock.local_account("bob");
  const auto carol = flock.local_account("carol");
  const auto eve = flock.remote_account("eve", "far.example");
  const auto fay = flock.remote_account("fay", "far.example");
  flock.follow(bob, eve);
  flock.follow(carol, fay);
  flock.status(eve);
  const auto status = flock.status(fay);
  CHECK(flock.home(bob, newest(5)).size() == 1);
  CHECK(flock.home(carol, newest(5)).size() == 1);
  flock.write([&](db::Tx& tx) { store::delete_account(tx, eve.id); });
  flock.read([&](db::Tx& tx) { flock.feeds.author_left(tx, eve.id); });
  CHECK(flock.home(bob, newest(5)).empty());
  const auto before = flock.session().statement_count();
  CHECK(flock.home(carol, newest(5)) == std::vector{status.id});
  CHECK(flock.session().statement_count() == before);
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
  const std::vector<std::vector<std::string>> tags{{}, {}, {"wader"}, {"duck"}, {"wader", "duck"}};
  // One of the readers has a stream open and listens to lists.
  const auto owner = readers[0];
  std::vector<model::List> lists;
  for (const bool exclusive : {false, true}) {
    lists.push_back(
        {.id = flock.ids.next<model::ListId>(), .account_id = owner.id, .title = "x", .exclusive = exclusive});
    flock.write([&](db::Tx& tx) { store::insert_list(tx, lists.back()); });
  }
  flock.read([&](db::Tx& tx) {
    flock.feeds.pin(tx, owner.id);
    for (const auto& list : lists) REQUIRE(flock.feeds.pin_list(tx, owner.id, list.id));
  });
  // Whether the status is in a list is the same, whoever is asked.
  const auto check_lists = [&](const model::Status& status) {
    const std::array ids{status.id};
    const auto feed_status = flock.read([&](db::Tx& tx) { return store::load_feed_statuses(tx, ids).at(0); });
    const auto pinned = flock.feeds.pinned_lists(feed_status);
    for (const auto& list : lists) {
      const auto page = flock.read([&](db::Tx& tx) { return store::list_list_timeline(tx, list, newest(20)); });
      INFO("list " << (list.exclusive ? "exclusive" : "plain"));
      REQUIRE(std::ranges::count(pinned, list.id) == std::ranges::count(page, status.id));
    }
  };

  for (int step = 0; step < 600; ++step) {
    const auto who = one_of(people);
    const auto reader = one_of(readers);
    const auto other = one_of(people);
    const auto old = one_of(statuses);
    switch (random() % 18) {
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
        check_lists(statuses.back());
        break;
      }
      case 8: {
        auto edited = flock.reload(old);
        if (edited.deleted_at || edited.reblog_of_id) break;
        edited.language = one_of(languages);
        edited.tags = one_of(tags);
        flock.edit(edited);
        check_lists(edited);
        break;
      }
      case 9: {
        auto& list = lists[random() % lists.size()];
        list.replies_policy = static_cast<model::RepliesPolicy>(random() % 3);
        flock.write([&](db::Tx& tx) { store::update_list(tx, list); });
        flock.list_changed(list);
        break;
      }
      case 10: {
        const auto& list = lists[random() % lists.size()];
        flock.write([&](db::Tx& tx) {
          const store::NewMember member{flock.ids.next<model::ListId>().value, other.id};
          store::delete_list_accounts(tx, list.id, std::array{other.id});
          if (random() % 2 == 0) store::insert_list_accounts(tx, list.id, std::span(&member, 1));
        });
        flock.list_changed(list);
        break;
      }
      case 11:
        if (random() % 2 == 0) {
          flock.follow_tag(reader, random() % 2 == 0 ? "wader" : "duck");
        } else {
          flock.db.run(fmt::format("DELETE FROM followed_tags WHERE account_id = {}", reader.id.value));
          flock.changed(reader);
        }
        break;
      case 12:
        flock.db.run(fmt::format("UPDATE accounts SET suspended_at = {} WHERE id = {}",
                                 random() % 3 == 0 ? "now()" : "NULL", people.back().id.value));
        flock.feeds.drop_rings();
        break;
      default: {
        StatusOptions options{.visibility = one_of(visibilities), .tags = one_of(tags), .language = one_of(languages)};
        const auto parent = flock.reload(old);
        if (random() % 3 == 0 && !parent.deleted_at && !parent.reblog_of_id) options.reply_to = parent;
        if (random() % 10 == 0) options.reply_to_uri = "https://elsewhere.example/1";
        if (random() % 4 == 0) options.mentions = {other};
        statuses.push_back(flock.status(who, options));
        flock.created(statuses.back());
        check_lists(statuses.back());
      }
    }
    for (const auto& each : readers) {
      INFO("step " << step << ", reader " << each.username);
      REQUIRE(flock.home(each, newest(10)) == flock.from_database(each, newest(10)));
    }
  }
}
