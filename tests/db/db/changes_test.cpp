#include "support/postgres.hpp"

#include "dunlin/db/change.hpp"
#include "dunlin/db/pool.hpp"

#include <catch2/catch.hpp>

#include <string>
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

  void run(const db::Statement& statement, std::initializer_list<db::Param> params = {}) {
    std::ignore = session->write([&](db::Tx& tx) -> Result<void> {
      tx.exec(statement, params);
      return {};
    });
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
