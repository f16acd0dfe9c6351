#include "inbox_writer.hpp"

#include "support/fediverse.hpp"
#include "support/open_transaction.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <map>

namespace dunlin::daemon {

using namespace std::chrono_literals;
using activitypub::Intake;
using test::Json;
using test::OpenTransaction;
using Stored = InboxWriter::Stored;

namespace {

const db::Statement kLock{"inbox_writer_test.lock", "LOCK TABLE waiting_activities IN ACCESS EXCLUSIVE MODE"};
/// Sessions of this database: whether they wait for a lock, what they run or last ran.
const db::Statement kSessions{"inbox_writer_test.sessions", R"sql(
  SELECT count(*) FROM pg_stat_activity
  WHERE datname = current_database() AND (wait_event_type = 'Lock') = $1 AND query LIKE '%' || $2::text || '%')sql"};
const db::Statement kTerminate{"inbox_writer_test.terminate", R"sql(
  SELECT coalesce(max(pid) FILTER (WHERE pg_terminate_backend(pid)), 0) FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%' || $1::text || '%'
    AND pid <> $2)sql"};
const db::Statement kVerdicts{"inbox_writer_test.verdicts",
                              "SELECT count(*) FROM inbound_activities WHERE verdict IS NOT NULL"};
const std::string kStoring = "INSERT INTO waiting_activities";
const std::string kTaking = "FROM take_waiting_activities";

template <class F>
bool wait_until(F&& holds) {
  const auto until = std::chrono::steady_clock::now() + 20s;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

struct Setup {
  explicit Setup(const InboxWriter::Options& options) : writer(*core, options) {
    core->prepare().value();
    world.write([&](db::Tx& tx) {
      mara.fetched_at = core->clock().now();  // nobody needs to ask for her again
      store::update_account(tx, mara);
      store::insert_key(tx, {.key_id = key_id,
                             .account_id = mara.id,
                             .algorithm = model::KeyAlgorithm::rsa,
                             .public_pem = "pem",
                             .private_pem = std::nullopt,
                             .fetched_at = world.clock.now()});
    });
  }
  static config::Config config_of(const test::World& world) {
    auto config = test::Fediverse::default_config();
    config.server.data_dir = std::filesystem::temp_directory_path();
    config.database.url = world.db.url();
    return config;
  }

  test::World world;
  model::Account mara = world.remote_account("mara", "masto.example");
  std::string key_id = mara.uri + "#main-key";
  std::unique_ptr<Core> core = Core::open(config_of(world), 1).value();
  std::mutex mutex;
  std::map<std::string, Stored> answers;  // by the name of an intake
  InboxWriter writer;

  Intake intake(const std::string& name) {
    const auto uri = mara.uri + "#likes/" + name;
    const Json like = {
        {"id", uri}, {"type", "Like"}, {"actor", mara.uri}, {"object", "https://example.org/statuses/1"}};
    return {.row = {.id = world.ids.next<ActivityId>(),
                    .uri = uri,
                    .signer_id = mara.id,
                    .host = "masto.example",
                    .type = "Like",
                    .body = like.dump()},
            .key_id = key_id,
            .key_fetched_at = world.clock.now()};
  }
  void put(const std::string& name, Intake what) {
    writer.put(std::move(what), [this, name](Stored stored) {
      const std::lock_guard lock(mutex);
      answers[name] = stored;
    });
  }
  void put(const std::string& name) { put(name, intake(name)); }
  bool has_answers(std::size_t count) {
    return wait_until([&] {
      const std::lock_guard lock(mutex);
      return answers.size() == count;
    });
  }
  void store(db::Tx& tx, const Intake& what) {
    REQUIRE(activitypub::store_intakes(core->env(), tx, std::span(&what, 1)) ==
            std::vector{activitypub::Taken::stored});
  }
  /// Who stores it as well waits until this is undone.
  auto storing(const Intake& what) {
    return std::make_unique<OpenTransaction>(world.db, [this, what](db::Tx& tx) { store(tx, what); });
  }
  /// Of those that run this, or ran it last.
  bool is_held_up(const std::string& query) {
    return wait_until([&] { return count(kSessions, {true, query}) == 1; });
  }
  /// The session that is held up there, once it is: another one than before. Returns which.
  std::int64_t cut_off(const std::string& query, std::int64_t before = 0) {
    std::int64_t pid = 0;
    REQUIRE(wait_until([&] { return (pid = count(kTerminate, {query, before})) != 0; }));
    return pid;
  }
  bool is_idle_after(const std::string& query) {
    return wait_until([&] { return count(kSessions, {false, query}) == 1; });
  }
  std::int64_t count(const db::Statement& statement, std::initializer_list<db::Param> params) {
    return world.read([&](db::Tx& tx) { return tx.exec(statement, params)[0].i64(0); });
  }
  /// True: all that waited was handled.
  bool is_handled() {
    return wait_until([&] { return world.read([](db::Tx& tx) { return store::count_waiting_activities(tx); }) == 0; });
  }
  /// How many of what was sent were judged.
  std::int64_t verdicts() { return count(kVerdicts, {}); }
  std::size_t jobs_alone() {
    const auto waiting = world.read([](db::Tx& tx) { return jobs::list(tx, jobs::JobState::pending, 100); });
    return static_cast<std::size_t>(
        std::ranges::count(waiting, jobs::kProcessActivity.name, [](const jobs::Job& job) { return job.kind; }));
  }
};

/// While the first is being stored, "a", "b" and "c" come, of which the database does not take "b".
void put_with_a_bad_one(Setup& f) {
  f.writer.start();
  const auto first = f.intake("first");
  const auto elsewhere = f.storing(first);
  f.put("first", first);
  REQUIRE(f.is_held_up(kStoring));
  auto bad = f.intake("b");
  bad.row.body = "{\"\xff\": 1}";
  f.put("a");
  f.put("b", bad);
  f.put("c");
  elsewhere->undo();
  REQUIRE(f.has_answers(4));
}

}  // namespace

TEST_CASE("what the database refuses is turned away, what came with it is stored", "[daemon][inbox]") {
  Setup f({.patience = 1h});
  put_with_a_bad_one(f);
  CHECK(f.answers == std::map<std::string, Stored>{
                         {"first", Stored::yes}, {"a", Stored::yes}, {"b", Stored::failed}, {"c", Stored::yes}});
}

TEST_CASE("what was refused after a long time is not tried again in parts", "[daemon][inbox]") {
  Setup f({.patience = 0ms});
  put_with_a_bad_one(f);
  CHECK(f.answers == std::map<std::string, Stored>{
                         {"first", Stored::yes}, {"a", Stored::failed}, {"b", Stored::failed}, {"c", Stored::failed}});
}

TEST_CASE("when the database goes away all that came together is turned away at once", "[daemon][inbox]") {
  Setup f({.patience = 1h});
  f.writer.start();
  const auto first = f.intake("first");
  const auto last = f.intake("last");
  const auto elsewhere = f.storing(first);
  const auto elsewhere_too = f.storing(last);
  f.put("first", first);
  REQUIRE(f.is_held_up(kStoring));
  f.put("a");
  f.put("last", last);
  elsewhere->undo();
  REQUIRE(f.has_answers(1));
  f.cut_off(kStoring);
  REQUIRE(f.has_answers(3));
  CHECK(f.answers ==
        std::map<std::string, Stored>{{"first", Stored::yes}, {"a", Stored::failed}, {"last", Stored::failed}});
}

TEST_CASE("after a stop nothing is taken", "[daemon][inbox]") {
  Setup f({});
  f.writer.start();
  f.put("a");
  f.writer.stop();
  REQUIRE(f.has_answers(1));
  f.put("b");
  CHECK(f.answers == std::map<std::string, Stored>{{"a", Stored::yes}, {"b", Stored::failed}});
}

TEST_CASE("what waits since before the start is handled one by one, what comes then together", "[daemon][inbox]") {
  Setup f({.look = 10ms});
  f.world.write([&](db::Tx& tx) {
    f.store(tx, f.intake("1"));
    f.store(tx, f.intake("2"));
  });
  f.writer.start();
  REQUIRE(f.is_handled());
  CHECK(f.jobs_alone() == 2);
  CHECK(f.verdicts() == 0);
  f.put("3");
  REQUIRE(f.has_answers(1));
  REQUIRE(f.is_handled());
  CHECK(f.jobs_alone() == 2);
  CHECK(f.verdicts() == 1);
}

TEST_CASE("what waits after three outages in a row is handled one by one", "[daemon][inbox]") {
  const int outages = GENERATE(2, 3);
  Setup f({.look = 10ms, .pause = 10ms});
  f.writer.start();
  REQUIRE(f.is_idle_after(kTaking));
  const auto waiting = f.intake("1");
  OpenTransaction locked(f.world.db, [&](db::Tx& tx) {
    tx.exec(kLock);
    f.store(tx, waiting);
  });
  std::int64_t last = 0;
  for (int i = 0; i < outages; ++i) last = f.cut_off(kTaking, last);
  locked.end();
  REQUIRE(f.is_handled());
  CHECK(f.jobs_alone() == (outages == 3 ? 1 : 0));
  CHECK(f.verdicts() == (outages == 3 ? 0 : 1));
}

}  // namespace dunlin::daemon
