#include "siblings.hpp"

#include "support/open_transaction.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <set>
#include <thread>

using namespace dunlin;
using namespace std::chrono_literals;
using daemon::Siblings;
using Steady = Siblings::Steady;

namespace {

/// Whoever stands still is found out within seconds: but not one that a busy machine holds up for some.
Siblings::Options quick() {
  return {.greeting = 50ms, .silence = 6s, .margin = 1s, .retention = 1h, .belief = 3'500ms};
}

/// Nobody is taken for gone.
Siblings::Options patient() {
  auto options = quick();
  options.silence = 1h;
  return options;
}

template <class F>
bool wait_until(F&& holds) {
  const auto until = Steady::now() + 20s;
  while (!holds()) {
    if (Steady::now() > until) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

/// Of an event that is known by its id.
service::Event event(std::int64_t id) {
  return service::events::TokenRevoked{TokenId{id}};
}

/// What a running server has of this: its core, its ears.
class Process {
 public:
  Process(const test::Database& database, std::uint8_t node, const Siblings::Options& options = quick())
      : core_(daemon::Core::open(config_of(database), node).value()),
        session_(core_->new_session()),
        siblings_(*core_,
                  {.event = [this](const service::Event& told) { hear(told); },
                   .lost = [this] { ++lost; },
                   .believe_until =
                       [this](Steady::time_point time) {
                         believed_until_ = time;
                         if (time != Steady::time_point{}) ++beliefs;
                       },
                   .behind = [this] { ++behind; }},
                  options) {
    core_->on_lost_events([this] { siblings_.doubt(); });
    siblings_.start();
  }
  ~Process() {
    go_on();
    siblings_.stop();
    core_->on_lost_events({});
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void tell(std::int64_t id) {
    std::ignore = session_->write([&](db::Tx& tx) -> Result<void> {
      core_->events().tell(tx, event(id));
      return {};
    });
  }
  [[nodiscard]] bool has_heard(std::int64_t id) {
    const std::lock_guard lock(mutex_);
    return heard_.contains(id);
  }
  [[nodiscard]] bool tells_others() { return core_->wake_up().has_others(); }
  [[nodiscard]] bool believes() const { return Steady::now() < believed_until_.load(); }
  Siblings& siblings() { return siblings_; }

  /// With the next event that it hears, until go_on().
  void stand_still() {
    const std::lock_guard lock(mutex_);
    standing_ = true;
  }
  void go_on() {
    {
      const std::lock_guard lock(mutex_);
      standing_ = false;
    }
    moved_.notify_all();
  }

  std::atomic<int> lost = 0;
  std::atomic<int> behind = 0;
  std::atomic<int> beliefs = 0;  // readings after which it believed

 private:
  static config::Config config_of(const test::Database& database) {
    config::Config config;
    config.server.domain = "example.org";
    config.server.public_url = "https://example.org";
    config.server.data_dir = std::filesystem::temp_directory_path();
    config.database.url = database.url();
    return config;
  }
  void hear(const service::Event& told) {
    std::unique_lock lock(mutex_);
    if (const auto* revoked = std::get_if<service::events::TokenRevoked>(&told)) heard_.insert(revoked->id.value);
    moved_.wait(lock, [this] { return !standing_; });
  }

  std::mutex mutex_;
  std::condition_variable moved_;
  bool standing_ = false;
  std::set<std::int64_t> heard_;
  std::atomic<Steady::time_point> believed_until_{};
  std::unique_ptr<daemon::Core> core_;
  std::unique_ptr<db::Session> session_;
  Siblings siblings_;
};

/// It has written and does not end.
void write_something(db::Tx& tx) {
  std::ignore = store::take_transaction_number(tx);
}

/// `one` stands still for so long that `other` takes it for gone; meanwhile something happens.
void miss_something(Process& one, Process& other) {
  REQUIRE(wait_until([&] { return one.tells_others() && other.tells_others(); }));
  other.tell(1);
  REQUIRE(wait_until([&] { return one.has_heard(1); }));
  one.stand_still();
  other.tell(2);
  REQUIRE(wait_until([&] { return one.has_heard(2); }));
  REQUIRE(wait_until([&] { return !other.tells_others(); }));
  other.tell(3);
}

}  // namespace

TEST_CASE("a process that stood still begins anew: others took it for gone and told it nothing", "[daemon][siblings]") {
  const test::Database database;
  Process b(database, 2);
  Process a(database, 1);
  miss_something(a, b);
  const int before = a.lost;
  a.go_on();
  REQUIRE(wait_until([&] { return a.lost > before; }));
  REQUIRE(wait_until([&] { return b.tells_others(); }));
  CHECK_FALSE(a.has_heard(3));
  b.tell(4);
  CHECK(wait_until([&] { return a.has_heard(4); }));
  CHECK(wait_until([&] { return a.believes(); }));
}

TEST_CASE("a process begins anew when another says that it told nobody", "[daemon][siblings]") {
  const test::Database database;
  Process b(database, 2);
  Process a(database, 1, patient());  // it does not notice by itself
  miss_something(a, b);
  REQUIRE(a.lost == 0);
  a.go_on();
  CHECK(wait_until([&] { return a.lost > 0; }));
}

TEST_CASE("processes that hear each other lose nothing, and a new one is not told that it did", "[daemon][siblings]") {
  const test::Database database;
  Process a(database, 1);
  REQUIRE(wait_until([&] { return !a.tells_others(); }));  // alone
  Process b(database, 2, patient());
  for (int id = 1; id <= 20; ++id) {
    a.tell(id);
    b.tell(100 + id);
  }
  CHECK(wait_until([&] { return a.has_heard(120) && b.has_heard(20); }));
  for (int id = 1; id <= 20; ++id) CHECK((b.has_heard(id) && a.has_heard(100 + id)));
  CHECK(wait_until([&] { return a.believes(); }));
  CHECK(wait_until([&] { return b.believes(); }));
  CHECK(a.lost == 0);
  CHECK(b.lost == 0);
}

TEST_CASE("what is kept is not believed while a transaction that stays open delays what others tell",
          "[daemon][siblings]") {
  const test::Database database;
  Process b(database, 2, patient());
  Process a(database, 1, patient());
  REQUIRE(wait_until([&] { return a.believes() && b.tells_others(); }));
  test::OpenTransaction open(database, write_something);
  b.tell(1);
  REQUIRE(wait_until([&] { return !a.believes(); }));
  CHECK(wait_until([&] { return a.behind > 0; }));
  CHECK_FALSE(a.has_heard(1));
  CHECK(wait_until([&] { return b.believes(); }));  // its own events hold nobody up
  open.end();
  CHECK(wait_until([&] { return a.believes(); }));
  CHECK(a.has_heard(1));
  CHECK(a.lost == 0);  // late is not lost
}

TEST_CASE("a commit in doubt is waited for, and what was read before its end is dropped", "[daemon][siblings]") {
  const test::Database database;
  Process a(database, 1, patient());
  REQUIRE(wait_until([&] { return a.believes(); }));
  test::OpenTransaction open(database,
                             write_something);  // the server does not know yet that nobody waits for its answer
  a.siblings().doubt();
  CHECK_FALSE(a.believes());
  REQUIRE(wait_until([&] { return a.lost == 1; }));
  const int beliefs = a.beliefs;
  REQUIRE(wait_until([&] { return a.behind > 0; }));  // it has read again
  CHECK(a.beliefs == beliefs);
  open.end();
  CHECK(wait_until([&] { return a.believes(); }));
  CHECK(a.lost == 2);
}

TEST_CASE("when the server has forgotten events, streams are closed once, whoever is at work", "[daemon][siblings]") {
  const test::Database database;
  Process b(database, 2, patient());
  Process a(database, 1, patient());
  REQUIRE(wait_until([&] { return a.believes(); }));
  test::OpenTransaction open(database, write_something);
  database.run("UPDATE event_epoch SET epoch = gen_random_uuid()");  // as after a crash
  REQUIRE(wait_until([&] { return a.lost == 1; }));
  CHECK(wait_until([&] { return a.believes(); }));
  open.end();
  b.tell(1);
  CHECK(wait_until([&] { return a.has_heard(1); }));
  CHECK(a.lost == 1);
}
