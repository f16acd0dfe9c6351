#include "support/postgres.hpp"

#include "dunlin/db/managed_postgres.hpp"
#include "dunlin/db/pool.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <limits>
#include <string>
#include <vector>

using namespace dunlin;
using namespace std::chrono_literals;

namespace {

const db::Statement kEcho{"test.echo",
                          "SELECT $1::bigint, $2::text, $3::boolean, $4::double precision, $5::timestamptz, $6::bytea,"
                          " $7::bigint[], $8::text[]"};
const db::Statement kInsert{"test.insert", "INSERT INTO things (id, name) VALUES ($1, $2)"};
const db::Statement kCount{"test.count", "SELECT count(*) FROM things"};
const db::Statement kRename{"test.rename", "UPDATE things SET name = $2 WHERE id = $1"};
const db::Statement kDivide{"test.divide", "SELECT 1 / $1::bigint"};
const db::Statement kSerializable{"test.serializable", "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"};

struct Things {
  Things() { database.run("CREATE TABLE things (id bigint CONSTRAINT things_key PRIMARY KEY, name text)"); }
  std::int64_t count() {
    return *database.session().read([](db::Tx& tx) -> Result<std::int64_t> { return tx.exec(kCount)[0].i64(0); });
  }
  test::Database database = test::Database::empty();
};

}  // namespace

TEST_CASE("values come back as they were sent", "[db]") {
  const auto database = test::Database::empty();
  const Time time{1'795'000'000'123ms};
  const std::vector<std::int64_t> numbers{1, -2, std::numeric_limits<std::int64_t>::max()};
  const std::vector<std::string> texts{"", "a,b", "q\"uote", "back\\slash", "{}", "NULL", " ä "};
  const std::string bytes("\0\xff\\'", 4);
  const auto outcome = database.session().read([&](db::Tx& tx) -> Result<void> {
    const auto rows = tx.exec(kEcho, {std::numeric_limits<std::int64_t>::min(), "it's; -- ü", true, 0.1, time,
                                      db::Param::bytes(bytes), db::Param::bigints(numbers), db::Param::texts(texts)});
    REQUIRE(rows.size() == 1);
    const auto row = rows[0];
    CHECK(row.i64(0) == std::numeric_limits<std::int64_t>::min());
    CHECK(row.text(1) == "it's; -- ü");
    CHECK(row.boolean(2));
    CHECK(row.f64(3) == 0.1);
    CHECK(row.time(4) == time);
    CHECK(row.bytes(5) == bytes);
    CHECK(row.bigints(6) == numbers);
    CHECK(row.texts(7) == texts);
    return {};
  });
  CHECK(outcome);
}

TEST_CASE("NULL goes and comes as nullopt, and empty arrays stay empty", "[db]") {
  const auto database = test::Database::empty();
  const auto outcome = database.session().read([&](db::Tx& tx) -> Result<void> {
    const auto rows =
        tx.exec(kEcho, {std::optional<std::int64_t>{}, std::nullopt, std::nullopt, std::nullopt, std::optional<Time>{},
                        std::nullopt, db::Param::bigints({}), db::Param::texts({})});
    const auto row = rows[0];
    CHECK(row.opt_i64(0) == std::nullopt);
    CHECK(row.opt_text(1) == std::nullopt);
    CHECK(row.is_null(2));
    CHECK(row.opt_time(4) == std::nullopt);
    CHECK(row.bigints(6).empty());
    CHECK(row.texts(7).empty());
    CHECK_THROWS_AS(row.i64(0), std::logic_error);
    CHECK_THROWS_AS(row.text(1), std::logic_error);
    CHECK_THROWS_AS(row.i64(8), std::logic_error);
    return {};
  });
  CHECK(outcome);
}

TEST_CASE("a NUL byte in a text is refused, not cut", "[db]") {
  Things things;
  CHECK_THROWS_AS(things.database.session().write([](db::Tx& tx) -> Result<void> {
    tx.exec(kInsert, {1, std::string("a\0b", 3)});
    return {};
  }),
                  std::logic_error);
  CHECK(things.count() == 0);
}

TEST_CASE("a write commits on success only, and runs its actions in order after that", "[db]") {
  Things things;
  auto& session = things.database.session();
  const auto other = things.database.new_session();
  std::vector<std::string> seen;

  CHECK(session.write([&](db::Tx& tx) -> Result<void> {
    tx.exec(kInsert, {1, "one"});
    tx.after_commit([&] {
      const auto visible =
          other->read([](db::Tx& reader) -> Result<std::int64_t> { return reader.exec(kCount)[0].i64(0); });
      seen.push_back("first sees " + std::to_string(*visible));
    });
    tx.after_commit([&] { seen.emplace_back("second"); });
    return {};
  }));
  CHECK(seen == std::vector<std::string>{"first sees 1", "second"});

  const auto refused = session.write([&](db::Tx& tx) -> Result<void> {
    tx.exec(kInsert, {2, "two"});
    tx.after_commit([&] { seen.emplace_back("never"); });
    return fail(Errc::forbidden, "no");
  });
  CHECK(refused.error().code == Errc::forbidden);
  CHECK_THROWS_AS(session.write([&](db::Tx& tx) -> Result<void> {
    tx.exec(kInsert, {3, "three"});
    tx.after_commit([&] { seen.emplace_back("never"); });
    throw std::runtime_error("fault");
  }),
                  std::runtime_error);
  CHECK(seen.size() == 2);
  CHECK(things.count() == 1);
}

TEST_CASE("reads are read-only and run their actions after the work", "[db]") {
  Things things;
  auto& session = things.database.session();
  CHECK_THROWS_WITH(session.read([](db::Tx& tx) -> Result<void> {
    tx.exec(kInsert, {1, "one"});
    return {};
  }),
                    Catch::Contains("test.insert") && Catch::Contains("read-only"));
  bool ran = false;
  CHECK(session.read([&](db::Tx& tx) -> Result<void> {
    tx.after_commit([&] { ran = true; });
    CHECK(!ran);
    return {};
  }));
  CHECK(ran);
}

TEST_CASE("a violated unique constraint is named", "[db]") {
  Things things;
  const auto insert = [&] {
    return things.database.session().write([](db::Tx& tx) -> Result<void> {
      tx.exec(kInsert, {1, "one"});
      return {};
    });
  };
  CHECK(insert());
  try {
    static_cast<void>(insert());
    FAIL("a second row of the same key");
  } catch (const db::UniqueViolation& violation) {
    CHECK(violation.constraint() == "things_key");
    CHECK(std::string(violation.what()).starts_with("test.insert"));
  }
}

TEST_CASE("after a failed statement the transaction is over, even for a body that goes on", "[db]") {
  Things things;
  CHECK_THROWS_WITH(things.database.session().write([](db::Tx& tx) -> Result<void> {
    tx.exec(kInsert, {1, "one"});
    CHECK_THROWS_WITH(tx.exec(kDivide, {0}), Catch::Contains("test.divide") && Catch::Contains("division by zero"));
    CHECK_THROWS_AS(tx.exec(kCount), std::logic_error);
    return {};
  }),
                    Catch::Contains("division by zero"));
  CHECK(things.count() == 0);
}

TEST_CASE("a serialization failure runs the whole work again", "[db]") {
  Things things;
  things.database.run("INSERT INTO things VALUES (1, 'old')");
  const auto other = things.database.new_session();
  int runs = 0;
  int committed = 0;
  CHECK(things.database.session().write([&](db::Tx& tx) -> Result<void> {
    ++runs;
    tx.after_commit([&] { ++committed; });
    tx.exec(kSerializable);
    tx.exec(kCount);
    if (runs == 1) {
      REQUIRE(other->write([](db::Tx& rival) -> Result<void> {
        rival.exec(kRename, {1, "rival"});
        return {};
      }));
    }
    tx.exec(kRename, {1, "ours"});
    return {};
  }));
  CHECK(runs == 2);
  CHECK(committed == 1);
}

TEST_CASE("an endless conflict ends after five attempts", "[db]") {
  Things things;
  things.database.run("INSERT INTO things VALUES (1, 'old')");
  const auto other = things.database.new_session();
  int runs = 0;
  CHECK_THROWS_WITH(things.database.session().write([&](db::Tx& tx) -> Result<void> {
    ++runs;
    tx.exec(kSerializable);
    tx.exec(kCount);
    REQUIRE(other->write([&](db::Tx& rival) -> Result<void> {
      rival.exec(kRename, {1, std::to_string(runs)});
      return {};
    }));
    tx.exec(kRename, {1, "ours"});
    return {};
  }),
                    Catch::Contains("test.rename"));
  CHECK(runs == 5);
}

TEST_CASE("statements are counted, transaction control is not", "[db]") {
  Things things;
  auto& session = things.database.session();
  const auto before = session.statement_count();
  CHECK(session.write([](db::Tx& tx) -> Result<void> {
    tx.exec(kInsert, {1, "one"});
    tx.exec(kCount);
    return {};
  }));
  CHECK(session.statement_count() == before + 2);
}

TEST_CASE("one work sees one time", "[db]") {
  struct Ticking final : Clock {
    Time now() const override { return Time{std::chrono::milliseconds{++ticks}}; }
    mutable int ticks = 0;
  } clock;
  const test::Database database(clock);
  CHECK(database.session().read([](db::Tx& tx) -> Result<void> {
    CHECK(tx.now() == tx.now());
    return {};
  }));
}

TEST_CASE("a database that cannot be reached is unavailable at the first use", "[db]") {
  const auto session =
      db::make_session({.url = "postgresql://nobody@/none?host=%2Fnonexistent"}, test::Database::system_clock());
  const auto use = [&] { return session->read([](db::Tx& tx) -> Result<bool> { return tx.exec(kCount).empty(); }); };
  CHECK_THROWS_AS(use(), db::Unavailable);
  CHECK_THROWS_AS(use(), db::Unavailable);
}

TEST_CASE("a cut connection makes one work unavailable, and the next connects anew", "[db]") {
  Things things;
  CHECK(things.count() == 0);
  things.database.run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
      "pg_backend_pid()");
  CHECK_THROWS_AS(things.count(), db::Unavailable);
  CHECK(things.count() == 0);
}

TEST_CASE("a connection cut in the middle of a write leaves nothing behind", "[db]") {
  Things things;
  CHECK_THROWS_AS(things.database.session().write([&](db::Tx& tx) -> Result<void> {
    tx.exec(kInsert, {1, "one"});
    things.database.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
        "pg_backend_pid()");
    return {};
  }),
                  db::Unavailable);
  CHECK(things.count() == 0);
}
