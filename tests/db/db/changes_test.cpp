#include "support/postgres.hpp"

#include "dunlin/db/change.hpp"
#include "dunlin/db/pool.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace dunlin;
using db::Change;
using Kind = db::Change::Kind;

namespace {

const db::Statement kSetParts{"test.changes.counts",
                              "UPDATE account_stats SET followers_count = $2 WHERE account_id = $1"};
const db::Statement kMany{"test.changes.many", R"sql(
WITH made AS (
  INSERT INTO accounts (id, username, domain, uri, url, created_at, updated_at)
  SELECT g, 'u' || g, 'x.example', 'https://x.example/' || g, '', now(), now() FROM generate_series(10, $1) g RETURNING id)
INSERT INTO account_stats (account_id) SELECT id FROM made)sql"};
const db::Statement kCountAll{"test.changes.count_all",
                              "UPDATE account_stats SET followers_count = followers_count + 1"};
const db::Statement kFetched{"test.changes.fetched", R"sql(
UPDATE accounts SET fetched_at = now(), updated_at = now(), inbox_url = 'https://x.example/inbox', outbox_url = 'o',
  shared_inbox_url = 's', followers_url = 'f', following_url = 'g', featured_url = 'h', also_known_as = '{x}')sql"};
const db::Statement kActive{"test.changes.active", "UPDATE users SET last_active_on = now(), expand_spoilers = true"};
const db::Statement kViewed{"test.changes.viewed", R"sql(
UPDATE media_attachments SET last_viewed_at = now(), bytes = 7, failures = 1, failure = 'x', retry_at = now(),
  updated_at = now())sql"};
const db::Statement kEmojiSeen{"test.changes.emoji_seen", "UPDATE custom_emojis SET updated_at = now()"};
const db::Statement kCardSeen{"test.changes.card_seen", "UPDATE preview_cards SET updated_at = now()"};
const db::Statement kNamed{"test.changes.named", "UPDATE accounts SET display_name = 'A', updated_at = now()"};
const db::Statement kDisabled{"test.changes.disabled", "UPDATE users SET disabled = true, last_active_on = NULL"};
const db::Statement kDescribed{"test.changes.described", "UPDATE media_attachments SET description = 'a wader'"};
const db::Statement kEmojiMoved{"test.changes.emoji_moved", "UPDATE custom_emojis SET url = 'https://x.example/e'"};
const db::Statement kCardNamed{"test.changes.card_named", "UPDATE preview_cards SET title = 'Old'"};
const db::Statement kCardPictured{"test.changes.card_pictured", R"sql(
INSERT INTO pictures (id, kind, card_id, blurhash, last_viewed_at, updated_at)
VALUES (7, 3, 6, 'LEHV6nWB2yk8', now(), now()))sql"};
const db::Statement kPictureViewed{"test.changes.picture_viewed", "UPDATE pictures SET last_viewed_at = now()"};
const db::Statement kLinked{"test.changes.linked",
                            "INSERT INTO status_cards (status_id, link_id) SELECT 3, id FROM card_links"};
const db::Statement kCardFound{"test.changes.card_found", "UPDATE card_links SET card_id = 6"};
const db::Statement kWaiting{"test.changes.waiting", R"sql(
SELECT EXISTS (
  SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'))sql"};
const db::Statement kFail{"test.changes.fail", "SELECT 1 / $1::bigint"};

class Ear final : public db::ChangeListener {
 public:
  void changed(db::Tx& tx, const std::vector<Change>& changes) override {
    before_commit = changes;
    tx.after_commit([this, changes] { after_commit.insert(after_commit.end(), changes.begin(), changes.end()); });
  }
  void in_doubt() override { ++doubts; }
  std::vector<Change> before_commit;
  std::vector<Change> after_commit;
  int doubts = 0;
};

struct Fixture {
  test::Database database;
  Ear ear;
  std::unique_ptr<db::Session> session =
      db::make_session({.url = database.url(), .changes = &ear}, test::Database::system_clock());
  std::unique_ptr<db::Session> watcher = database.new_session();

  void run(const db::Statement& statement, std::initializer_list<db::Param> params = {}) {
    std::ignore = session->write([&](db::Tx& tx) -> Result<void> {
      tx.exec(statement, params);
      return {};
    });
  }
  /// Somebody, for a lock.
  bool is_waiting() {
    return *watcher->read([](db::Tx& tx) -> Result<bool> { return tx.exec(kWaiting)[0].boolean(0); });
  }
};

}  // namespace

TEST_CASE("a session hears which rows its transactions changed, once they are committed", "[db][changes]") {
  Fixture f;
  f.run(kMany, {12});
  CHECK(f.ear.after_commit.empty());  // new rows are in no cache
  f.run(kSetParts, {10, 7});
  CHECK(f.ear.after_commit == std::vector{Change{.kind = Kind::numbers, .id = 10}});
  f.run(kSetParts, {10, 7});
  CHECK(f.ear.after_commit.size() == 1);  // nothing is another now
}

TEST_CASE("what is taken back was never changed, and is not told by the next", "[db][changes]") {
  Fixture f;
  f.run(kMany, {12});
  const auto refused = f.session->write([&](db::Tx& tx) -> Result<void> {
    tx.exec(kSetParts, {10, 7});
    return fail(Errc::invalid, "no");
  });
  CHECK_FALSE(refused);
  CHECK_THROWS(f.session->write([&](db::Tx& tx) -> Result<void> {
    tx.exec(kSetParts, {11, 7});
    tx.exec(kFail, {0});
    return {};
  }));
  f.run(kSetParts, {12, 7});
  CHECK(f.ear.after_commit == std::vector{Change{.kind = Kind::numbers, .id = 12}});
}

TEST_CASE("so many changes that nobody could list them are a change of everything", "[db][changes]") {
  Fixture f;
  f.run(kMany, {6'000});
  f.run(kCountAll);
  CHECK(f.ear.after_commit == std::vector{Change{}});
}

TEST_CASE("caches learn of a change before anybody else does", "[db][changes]") {
  Fixture f;
  f.run(kMany, {12});
  bool known = false;
  std::ignore = f.session->write([&](db::Tx& tx) -> Result<void> {
    tx.after_commit([&] { known = !f.ear.after_commit.empty(); });
    tx.exec(kSetParts, {10, 7});
    return {};
  });
  CHECK(known);
}

TEST_CASE("a connection that is lost during the commit leaves it in doubt", "[db][changes]") {
  Fixture f;
  f.run(kMany, {12});
  f.database.run(R"sql(
    CREATE FUNCTION hang_up() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
    CREATE CONSTRAINT TRIGGER hang_up AFTER UPDATE ON account_stats DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION hang_up();)sql");
  CHECK_THROWS_AS(f.run(kSetParts, {10, 7}), db::Unavailable);
  CHECK(f.ear.doubts == 1);
  CHECK(f.ear.after_commit.empty());
  CHECK_THROWS(f.session->write([&](db::Tx& tx) -> Result<void> {
    tx.exec(kFail, {0});
    return {};
  }));
  CHECK(f.ear.doubts == 1);
}

TEST_CASE("what follows a commit and fails keeps nothing else from following, and leaves doubt", "[db][changes]") {
  Fixture f;
  f.run(kMany, {12});
  bool followed = false;
  const auto done = f.session->write([&](db::Tx& tx) -> Result<void> {
    tx.after_commit([] { throw std::runtime_error("no memory"); });
    tx.after_commit([&] { followed = true; });
    tx.exec(kSetParts, {10, 7});
    return {};
  });
  CHECK(done);  // it is committed
  CHECK(followed);
  CHECK(f.ear.doubts == 1);
}

TEST_CASE("what nobody is shown is not told", "[db][changes]") {
  Fixture f;
  f.database.run(R"sql(
    INSERT INTO accounts (id, username, domain, uri, url, created_at, updated_at)
    VALUES (1, 'a', NULL, 'https://x.example/1', '', now(), now());
    INSERT INTO users (id, account_id, email, password_hash, created_at) VALUES (2, 1, 'a@x.example', '', now());
    INSERT INTO statuses (id, uri, account_id, local, visibility, created_at)
    VALUES (3, 'https://x.example/3', 1, true, 0, now());
    INSERT INTO media_attachments (id, account_id, status_id, type, state, last_viewed_at, created_at, updated_at)
    VALUES (4, 1, 3, 0, 0, now(), now(), now());
    INSERT INTO custom_emojis (id, shortcode, url, static_url, created_at, updated_at)
    VALUES (5, 'e', '', '', now(), now());
    INSERT INTO preview_cards (id, url, title, updated_at) VALUES (6, 'https://news.example/', 'News', now());
    INSERT INTO card_links (url, card_id) VALUES ('https://news.example/', 6);
    INSERT INTO status_cards (status_id, link_id) SELECT 3, id FROM card_links;)sql");
  for (const auto* statement : {&kFetched, &kActive, &kViewed, &kEmojiSeen, &kCardSeen}) f.run(*statement);
  CHECK(f.ear.after_commit.empty());
  const auto tells = [&](const db::Statement& statement, Kind kind, std::int64_t id) {
    INFO(statement.name());
    f.ear.after_commit.clear();
    f.run(statement);
    CHECK(f.ear.after_commit == std::vector{Change{.kind = kind, .id = id}});
  };
  tells(kNamed, Kind::account, 1);
  tells(kDisabled, Kind::user, 2);
  tells(kDescribed, Kind::status, 3);
  tells(kEmojiMoved, Kind::emojis, 0);
  tells(kCardNamed, Kind::status, 3);
  tells(kCardPictured, Kind::status, 3);
  f.ear.after_commit.clear();
  f.run(kPictureViewed);
  CHECK(f.ear.after_commit.empty());
}

TEST_CASE("a card's news reach a status that is being linked to it just now", "[db][changes]") {
  Fixture f;
  f.database.run(R"sql(
    INSERT INTO accounts (id, username, domain, uri, url, created_at, updated_at)
    VALUES (1, 'a', NULL, 'https://x.example/1', '', now(), now());
    INSERT INTO statuses (id, uri, account_id, local, visibility, created_at)
    VALUES (3, 'https://x.example/3', 1, true, 0, now());
    INSERT INTO preview_cards (id, url, title, updated_at) VALUES (6, 'https://news.example/', 'News', now());
    INSERT INTO card_links (url) VALUES ('https://news.example/');)sql");
  std::jthread fetcher;
  std::atomic<bool> done = false;
  std::ignore = f.database.session().write([&](db::Tx& tx) -> Result<void> {
    tx.exec(kLinked);
    fetcher = std::jthread([&] {
      f.run(kCardFound);
      done = true;
    });
    // It has told what it sees, or waits for us.
    while (!done && !f.is_waiting()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return {};
  });
  fetcher.join();
  CHECK(f.ear.after_commit == std::vector{Change{.kind = Kind::status, .id = 3}});
}

TEST_CASE("a session without a listener asks for nothing", "[db][changes]") {
  Fixture f;
  f.run(kMany, {12});
  std::ignore = f.database.session().write([&](db::Tx& tx) -> Result<void> {
    tx.exec(kSetParts, {10, 7});
    return {};
  });
  CHECK(f.ear.before_commit.empty());
}

TEST_CASE("a change is read as it was written", "[db][changes]") {
  for (const auto kind : {Kind::status, Kind::counters, Kind::account, Kind::numbers, Kind::viewer, Kind::filters,
                          Kind::token, Kind::user, Kind::cards, Kind::emojis, Kind::everything}) {
    const Change change{.kind = kind, .id = 117'679'426'807'413'402};
    CHECK(Change::parse(change.str()) == change);
  }
  for (const auto* text : {"", "s", "q1", "s1x", "1", "s99999999999999999999"}) CHECK_FALSE(Change::parse(text));
}
