#include "fixture.hpp"

#include <algorithm>

using namespace dunlin;
using namespace dunlin::jobs;
using namespace std::chrono_literals;

namespace {

using Texts = std::vector<std::string>;

const db::Statement kActivities{"deliveries_test.activities", "SELECT count(*) FROM outbound_activities"};
const db::Statement kNoPatience{"deliveries_test.no_patience", "SET LOCAL lock_timeout = '2s'"};

constexpr const char* kFar = "https://far.example/inbox";
constexpr const char* kNear = "https://near.example/inbox";

struct World : QueueWorld {
  std::size_t enqueue(std::int64_t account, const std::string& object, const Texts& inboxes,
                      Priority priority = Priority::post, bool essential = false) {
    return write([&](db::Tx& tx) {
      return deliveries.enqueue(tx,
                                {.account_id = AccountId{account},
                                 .body = "body of " + object,
                                 .object_key = object,
                                 .priority = priority,
                                 .essential = essential},
                                inboxes);
    });
  }
  Texts claim(const std::string& owner, int limit = 10, const std::string& after = {}) {
    return write([&](db::Tx& tx) {
      Texts hosts;
      for (const auto& claimed : claim_hosts(tx, owner, limit, after)) hosts.push_back(claimed.host);
      std::ranges::sort(hosts);
      return hosts;
    });
  }
  std::vector<Delivery> lane(const std::string& host, int limit = kLaneBatch) {
    return write([&](db::Tx& tx) { return load_lane(tx, host, limit); });
  }
  Texts objects(const std::string& host, int limit = kLaneBatch) {
    Texts result;
    for (const auto& delivery : lane(host, limit)) result.push_back(delivery.object_key);
    return result;
  }
  HostHealth failed(const Delivery& delivery, const Exchange& exchange) {
    const Attempt attempt{.number = delivery.attempts + 1,
                          .allowed = attempts_allowed(delivery.priority, delivery.essential),
                          .other_scheme_tried = true,
                          .shared_inbox = true};
    return write([&](db::Tx& tx) { return record_failure(tx, delivery, judge(exchange, attempt, clock.now(), 0.0)); });
  }
  DeliveryCounts counts() {
    return write([](db::Tx& tx) { return count_deliveries(tx); });
  }
  std::int64_t activities() {
    return write([](db::Tx& tx) { return tx.exec(kActivities)[0].i64(0); });
  }
};

const Exchange kRefused{.transport_error = "connection refused"};

}  // namespace

TEST_CASE_METHOD(World, "deliveries of a transaction that is rolled back do not exist", "[jobs][deliveries]") {
  CHECK(!database.session().write([&](db::Tx& tx) -> Result<void> {
    deliveries.enqueue(tx, {.account_id = AccountId{1}, .body = "b", .object_key = "o"}, Texts{kFar});
    return fail(Errc::invalid, "rolled back");
  }));
  CHECK(counts().pending == 0);
  CHECK(activities() == 0);
  CHECK(woken.deliveries == 0);
}

// 8.87
TEST_CASE_METHOD(World, "any number of inboxes costs two statements and one body", "[jobs][deliveries]") {
  Texts inboxes;
  for (int i = 0; i < 500; ++i) inboxes.push_back("https://h" + std::to_string(i) + ".example/inbox");
  inboxes.push_back(inboxes[0]);
  inboxes.emplace_back("no url");
  const auto before = database.session().statement_count();
  CHECK(enqueue(1, "post", inboxes) == 500);
  CHECK(database.session().statement_count() == before + 2);
  CHECK(activities() == 1);
  CHECK(woken.deliveries == 1);
  CHECK(enqueue(1, "nobody", {}) == 0);
  CHECK(activities() == 1);
}

TEST_CASE_METHOD(World, "two owners never hold one host", "[jobs][deliveries]") {
  enqueue(1, "post", {kFar, kNear});
  const auto other = database.new_session();
  const auto both = write([&](db::Tx& tx) {
    const auto ours = claim_hosts(tx, "a", 1);
    const auto theirs =
        other->write([](db::Tx& rival) -> Result<std::vector<ClaimedHost>> { return claim_hosts(rival, "b", 10); });
    return std::pair(ours, theirs.value());
  });
  REQUIRE(both.first.size() == 1);
  REQUIRE(both.second.size() == 1);
  CHECK(both.first[0].host != both.second[0].host);
  CHECK(claim("c").empty());
}

// 8.92
TEST_CASE_METHOD(World, "the lane of an owner that died is free when the lease lapses", "[jobs][deliveries]") {
  enqueue(1, "post", {kFar});
  CHECK(claim("a") == Texts{"far.example"});
  clock.time += kHostLease - 1ms;
  CHECK(claim("b").empty());
  CHECK(write([](db::Tx& tx) { return next_delivery_at(tx); }) == clock.now() + 1ms);
  clock.time += 1ms;
  CHECK(claim("b") == Texts{"far.example"});
  CHECK(write([](db::Tx& tx) { return renew_hosts(tx, "a", Texts{"far.example"}); }).empty());
  CHECK(write([](db::Tx& tx) { return renew_hosts(tx, "b", Texts{"far.example"}); }) == Texts{"far.example"});
  write([](db::Tx& tx) { release_host(tx, "a", "far.example"); });
  CHECK(claim("c").empty());
  write([](db::Tx& tx) { release_host(tx, "b", "far.example"); });
  CHECK(claim("c") == Texts{"far.example"});
}

TEST_CASE_METHOD(World, "claiming goes round", "[jobs][deliveries]") {
  enqueue(1, "post", {"https://a.example/i", "https://b.example/i", "https://c.example/i"});
  CHECK(claim("x", 1) == Texts{"a.example"});
  CHECK(claim("x", 1, "a.example") == Texts{"b.example"});
  write([](db::Tx& tx) { release_host(tx, "x", "a.example"); });
  CHECK(claim("x", 2, "b.example") == Texts{"a.example", "c.example"});
}

TEST_CASE_METHOD(World, "urgent deliveries go first, but each account's in their order", "[jobs][deliveries]") {
  enqueue(1, "one post", {kFar});
  enqueue(2, "two delete", {kFar}, Priority::bulk);
  enqueue(3, "three mention", {kFar}, Priority::direct);
  enqueue(2, "two post", {kFar});
  enqueue(4, "four mention", {kFar}, Priority::direct);
  enqueue(4, "four delete", {kFar}, Priority::bulk);
  CHECK(objects("far.example") ==
        Texts{"three mention", "four mention", "one post", "two delete", "two post", "four delete"});
  CHECK(objects("far.example", 2) == Texts{"three mention", "four mention"});
}

TEST_CASE_METHOD(World, "what waits for a retry holds back the same account at the same host, nobody else",
                 "[jobs][deliveries]") {
  enqueue(1, "create", {kFar, kNear});
  enqueue(1, "update", {kFar, kNear});
  enqueue(2, "other", {kFar});
  failed(lane("far.example")[0], kRefused);
  CHECK(objects("far.example") == Texts{"other"});
  CHECK(objects("near.example") == Texts{"create", "update"});
  CHECK(write([](db::Tx& tx) {
          return load_bodies(tx, std::vector{load_lane(tx, "near.example")[1].activity_id, std::int64_t{-1}});
        }) == Texts{"body of update", ""});

  const auto other = lane("far.example");
  write([&](db::Tx& tx) { record_successes(tx, Texts{"far.example"}, std::vector{other[0].id}); });
  // The host answers again: what had failed for its absence goes at once.
  CHECK(objects("far.example") == Texts{"create", "update"});
}

TEST_CASE_METHOD(World, "a host with nothing but held-back work is not claimed before it can go on",
                 "[jobs][deliveries]") {
  enqueue(1, "create", {kFar});
  enqueue(1, "update", {kFar});
  failed(lane("far.example")[0], kRefused);
  CHECK(claim("a").empty());
  CHECK(write([](db::Tx& tx) { return next_delivery_at(tx); }) == clock.now() + 16s);
  clock.time += 16s;
  CHECK(claim("a") == Texts{"far.example"});
  CHECK(objects("far.example") == Texts{"create", "update"});
}

TEST_CASE_METHOD(World, "a document that the host keeps failing on only holds back its own object",
                 "[jobs][deliveries]") {
  enqueue(1, "poison", {kFar});
  enqueue(1, "poison", {kFar});
  enqueue(1, "next", {kFar});
  for (int attempt = 1; attempt <= 4; ++attempt) {
    CHECK(objects("far.example") == Texts{"poison", "poison", "next"});
    failed(lane("far.example")[0], {.status = 500});
    if (attempt < 4) clock.time += next_attempt(attempt, 0.0);
  }
  CHECK(objects("far.example") == Texts{"next"});
}

TEST_CASE_METHOD(World, "delivered rows go, and the activity with the last of them", "[jobs][deliveries]") {
  enqueue(1, "post", {kFar, kNear});
  const auto far = lane("far.example");
  write([&](db::Tx& tx) { record_successes(tx, Texts{"far.example"}, std::vector{far[0].id}); });
  CHECK(activities() == 1);
  const auto near = lane("near.example");
  write([&](db::Tx& tx) { record_successes(tx, Texts{"near.example"}, std::vector{near[0].id}); });
  CHECK(activities() == 0);
  CHECK(counts().pending == 0);
  CHECK(write([](db::Tx& tx) { return next_delivery_at(tx); }) == std::nullopt);
}

TEST_CASE_METHOD(World, "a dropped delivery is kept, listed, requeued and purged", "[jobs][deliveries]") {
  enqueue(1, "post", {kFar});
  failed(lane("far.example")[0], {.status = 403});
  CHECK(counts().pending == 0);
  const auto list = write([](db::Tx& tx) { return list_given_up_deliveries(tx, 10); });
  REQUIRE(list.size() == 1);
  CHECK(list[0].last_status == 403);
  CHECK(list[0].last_error == "HTTP status 403");
  CHECK(list[0].given_up_at == clock.now());
  CHECK(write([](db::Tx& tx) { return requeue_deliveries(tx, "near.example"); }) == 0);
  CHECK(write([](db::Tx& tx) { return requeue_deliveries(tx, std::nullopt); }) == 1);
  failed(lane("far.example")[0], {.status = 403});
  clock.time += 1s;
  CHECK(write([&](db::Tx& tx) { return purge_outbound_activities(tx, clock.now(), 10); }) == 0);
  CHECK(write([&](db::Tx& tx) { return purge_deliveries(tx, clock.now(), 10); }) == 1);
  CHECK(write([&](db::Tx& tx) { return purge_outbound_activities(tx, clock.now(), 10); }) == 1);
  CHECK(activities() == 0);
}

TEST_CASE_METHOD(World, "deliveries are given up after the last attempt of the schedule", "[jobs][deliveries]") {
  enqueue(1, "delete", {kFar}, Priority::bulk);
  for (int attempt = 1; attempt <= 8; ++attempt) {
    const auto due = lane("far.example");
    REQUIRE(due.size() == 1);
    CHECK(due[0].attempts == attempt - 1);
    failed(due[0], kRefused);
    clock.time += next_attempt(attempt, 0.0);
  }
  CHECK(counts().pending == 0);
  CHECK(counts().given_up == 1);
}

TEST_CASE_METHOD(World, "the breaker keeps a host unclaimed until its pause is over or a request comes from there",
                 "[jobs][deliveries]") {
  for (int i = 1; i <= 4; ++i) enqueue(i, "post", {kFar});
  const auto due = lane("far.example");
  CHECK(failed(due[0], {.timed_out = true}).allowed(clock.now(), 4) == 4);
  failed(due[1], {.timed_out = true});
  CHECK(failed(due[2], {.timed_out = true}).allowed(clock.now(), 4) == 0);
  CHECK(claim("a").empty());
  clock.time += 60s;
  const auto half_open = write([](db::Tx& tx) { return claim_hosts(tx, "a", 1); });
  REQUIRE(half_open.size() == 1);
  CHECK(half_open[0].health.allowed(clock.now(), 4) == 1);
  failed(due[3], {.timed_out = true});
  write([](db::Tx& tx) { release_host(tx, "a", "far.example"); });
  CHECK(claim("a").empty());

  const auto woken_before = woken.deliveries;
  write([&](db::Tx& tx) { deliveries.host_spoke(tx, "far.example"); });
  CHECK(woken.deliveries == woken_before + 1);
  CHECK(claim("a") == Texts{"far.example"});
  CHECK(objects("far.example").size() == 4);
  write([&](db::Tx& tx) { deliveries.host_spoke(tx, "far.example"); });
  CHECK(woken.deliveries == woken_before + 1);
}

// 8.90
TEST_CASE_METHOD(World, "Retry-After holds the whole host", "[jobs][deliveries]") {
  enqueue(1, "post", {kFar});
  enqueue(2, "post", {kFar});
  failed(lane("far.example")[0], {.status = 429, .retry_after = 90s});
  CHECK(claim("a").empty());
  CHECK(write([](db::Tx& tx) { return next_delivery_at(tx); }) == clock.now() + 90s);
  clock.time += 90s;
  CHECK(claim("a") == Texts{"far.example"});
}

// 8.90
TEST_CASE_METHOD(World,
                 "neither a request from there nor a success of what was under way ends a wait that the host asked for",
                 "[jobs][deliveries]") {
  enqueue(1, "post", {kFar});
  enqueue(2, "post", {kFar});
  const auto due = lane("far.example");
  failed(due[0], {.status = 503, .retry_after = 90s});
  SECTION("a request") {
    write([&](db::Tx& tx) { deliveries.host_spoke(tx, "far.example"); });
  }
  SECTION("a success") {
    write([&](db::Tx& tx) { record_successes(tx, Texts{"far.example"}, std::vector{due[1].id}); });
  }
  SECTION("another such answer that names less") {
    CHECK(failed(due[1], {.status = 429, .retry_after = 10s}).allowed(clock.now(), 4) == 0);
  }
  CHECK(claim("a").empty());
  clock.time += 90s - 1ms;
  CHECK(claim("a").empty());
  clock.time += 1ms;
  CHECK(claim("a") == Texts{"far.example"});
}

// federation.md 4.11
TEST_CASE_METHOD(World, "a host that sends all the time and takes nothing does not use up the attempts",
                 "[jobs][deliveries]") {
  const Exchange answer = GENERATE(Exchange{.status = 503}, Exchange{.timed_out = true});
  for (int i = 1; i <= 3; ++i) enqueue(i, "post", {kFar});
  int tries = 0;
  for (const auto end = clock.time + 20min; clock.time < end; clock.time += 5s) {
    write([&](db::Tx& tx) { deliveries.host_spoke(tx, "far.example"); });
    const auto claimed = write([](db::Tx& tx) { return claim_hosts(tx, "a", 1); });
    if (claimed.empty()) continue;
    auto due = lane("far.example");
    due.resize(std::min(due.size(), static_cast<std::size_t>(claimed[0].health.allowed(clock.now(), 4))));
    for (const auto& delivery : due) failed(delivery, answer);
    tries += static_cast<int>(due.size());
    write([](db::Tx& tx) { release_host(tx, "a", "far.example"); });
  }
  CHECK(tries < 24);
  CHECK(counts().given_up == 0);
  write([&](db::Tx& tx) { record_successes(tx, Texts{"far.example"}, std::vector{DeliveryId{-1}}); });
  clock.time += 1h;
  for (const auto& delivery : lane("far.example")) CHECK(delivery.attempts <= 6);
}

TEST_CASE_METHOD(World, "an attempt that is made because the host has spoken does not count", "[jobs][deliveries]") {
  enqueue(1, "post", {kFar});
  for (int attempt = 1; attempt <= 4; ++attempt) {
    failed(lane("far.example")[0], kRefused);
    if (attempt < 4) clock.time += next_attempt(attempt, 0.0);
  }
  CHECK(lane("far.example").empty());
  write([&](db::Tx& tx) { deliveries.host_spoke(tx, "far.example"); });
  REQUIRE(lane("far.example").size() == 1);
  failed(lane("far.example")[0], kRefused);
  // Not again at once, but when some time has passed.
  clock.time += 59s;
  write([&](db::Tx& tx) { deliveries.host_spoke(tx, "far.example"); });
  CHECK(lane("far.example").empty());
  clock.time += 1s;
  write([&](db::Tx& tx) { deliveries.host_spoke(tx, "far.example"); });
  REQUIRE(lane("far.example").size() == 1);
  CHECK(lane("far.example")[0].attempts == 3);
}

TEST_CASE_METHOD(World, "an open breaker lets one through when the host speaks; its failure opens it for longer",
                 "[jobs][deliveries]") {
  for (int i = 1; i <= 4; ++i) enqueue(i, "post", {kFar});
  const auto due = lane("far.example");
  for (int i = 0; i < 3; ++i) failed(due[static_cast<std::size_t>(i)], {.timed_out = true});
  write([&](db::Tx& tx) { deliveries.host_spoke(tx, "far.example"); });
  const auto claimed = write([](db::Tx& tx) { return claim_hosts(tx, "a", 1); });
  REQUIRE(claimed.size() == 1);
  CHECK(claimed[0].health.allowed(clock.now(), 4) == 1);
  CHECK(failed(due[3], {.timed_out = true}).breaker_open_until == clock.now() + 120s);
}

// 8.90, 8.91
TEST_CASE_METHOD(World, "a host that is gone gets nothing any more, until it speaks", "[jobs][deliveries]") {
  enqueue(1, "first", {kFar});
  enqueue(1, "second", {kFar});
  failed(lane("far.example")[0], {.status = 410});
  CHECK(counts().pending == 0);
  CHECK(counts().given_up == 2);
  CHECK(enqueue(1, "third", {kFar, kNear}) == 1);
  write([&](db::Tx& tx) { deliveries.host_spoke(tx, "far.example"); });
  CHECK(enqueue(1, "fourth", {kFar}) == 1);
}

// 8.91
TEST_CASE_METHOD(World, "a host that failed on seven days only keeps what is essential", "[jobs][deliveries]") {
  enqueue(1, "delete", {kFar}, Priority::post, true);
  enqueue(2, "post", {kFar});
  for (int day = 0; day < 7; ++day) {
    const auto due = lane("far.example");
    REQUIRE(!due.empty());
    failed(due[0], kRefused);
    clock.time += 24h;
  }
  CHECK(counts().pending == 1);
  CHECK(counts().given_up == 1);
  CHECK(enqueue(1, "another", {kFar}) == 0);
  CHECK(enqueue(1, "undo", {kFar}, Priority::post, true) == 1);
}

// federation.md 4.11
TEST_CASE_METHOD(World, "an unavailable host is asked once a day, by the first post that comes", "[jobs][deliveries]") {
  enqueue(1, "post", {kFar});
  for (int day = 0; day < 7; ++day) {
    failed(lane("far.example").at(0), kRefused);
    clock.time += 24h;
  }
  CHECK(counts().pending == 0);
  const Texts two{kFar, "https://far.example/users/2/inbox"};
  CHECK(enqueue(1, "the next", two) == 2);
  CHECK(enqueue(2, "another", {kFar}) == 0);
  CHECK(claim("a") == Texts{"far.example"});
  failed(lane("far.example").at(0), kRefused);
  CHECK(counts().pending == 0);  // nothing piles up
  clock.time += 23h;
  CHECK(enqueue(1, "too soon", {kFar}) == 0);
  clock.time += 1h;
  CHECK(enqueue(1, "a day later", {kFar}) == 1);
  const auto due = lane("far.example");
  write([&](db::Tx& tx) { record_successes(tx, Texts{"far.example"}, std::vector{due.at(0).id}); });
  CHECK(enqueue(1, "back", {kFar}) == 1);
  CHECK(enqueue(1, "again", {kFar}) == 1);
}

// federation.md 4.12
TEST_CASE_METHOD(World, "what is replaced hands on how often it has failed, and what may not be missed",
                 "[jobs][deliveries]") {
  const auto update = [&](const Texts& inboxes, bool essential) {
    write([&](db::Tx& tx) {
      deliveries.enqueue(tx,
                         {.account_id = AccountId{1},
                          .body = "update",
                          .object_key = "note",
                          .essential = essential,
                          .replaceable = true},
                         inboxes);
    });
  };
  enqueue(1, "note", {kFar, kNear});
  const auto created = lane("far.example");
  write([&](db::Tx& tx) { record_successes(tx, Texts{"far.example"}, std::vector{created[0].id}); });
  update({kFar, kNear}, true);
  failed(lane("far.example").at(0), kRefused);
  update({kFar}, false);
  CHECK(lane("far.example").empty());
  clock.time += 16s;
  const auto due = lane("far.example");
  REQUIRE(due.size() == 1);
  CHECK(due[0].attempts == 1);
  CHECK(due[0].essential);
  // The Create stays, and so does what goes to another inbox.
  CHECK(objects("near.example") == Texts{"note", "note"});
}

// 8.88
TEST_CASE_METHOD(World, "a Delete cancels what still waits of its object", "[jobs][deliveries]") {
  enqueue(1, "note", {kFar, kNear});
  enqueue(2, "note", {kFar});
  enqueue(1, "other", {kFar});
  enqueue(0, "note", {kNear});  // the instance actor announces it
  CHECK(write([](db::Tx& tx) { return cancel_pending(tx, AccountId{1}, "note"); }) == 3);
  CHECK(counts().pending == 2);
}

// 8.37
TEST_CASE_METHOD(World, "the signature scheme of a host is remembered", "[jobs][deliveries]") {
  enqueue(1, "post", {kFar});
  write([](db::Tx& tx) {
    learn_signature_scheme(tx, Texts{"near.example", "far.example"}, 1);
    CHECK(list_without_signature_scheme(tx, Texts{"far.example", "new.example"}) == Texts{"new.example"});
    record_signature_scheme(tx, "far.example", 0);
    learn_signature_scheme(tx, Texts{"far.example"}, 1);  // it is known better
  });
  const auto claimed = write([](db::Tx& tx) { return claim_hosts(tx, "a", 1); });
  CHECK(claimed.at(0).signature_scheme == 0);
  CHECK(claimed.at(0).scheme_checked_at == clock.now());
}

// 8.37, federation.md 2.6
TEST_CASE_METHOD(World, "what a host takes is known for thirty days, whoever found it out", "[jobs][deliveries]") {
  const auto known = [&](const char* host) {
    return write([&](db::Tx& tx) { return find_signature_scheme(tx, host); });
  };
  CHECK_FALSE(known("far.example"));
  write([](db::Tx& tx) { record_signature_scheme(tx, "far.example", 1); });  // nothing was ever sent there
  write([](db::Tx& tx) { learn_signature_scheme(tx, Texts{"near.example"}, 1); });
  CHECK(known("far.example") == 1);
  CHECK(known("near.example") == 1);
  write([](db::Tx& tx) { record_signature_scheme(tx, "near.example", 0); });
  write([](db::Tx& tx) { learn_signature_scheme(tx, Texts{"near.example"}, 1); });
  CHECK(known("near.example") == 0);  // our own finding weighs more
  clock.time += 30 * 24h;
  CHECK_FALSE(known("near.example"));
  write([](db::Tx& tx) { learn_signature_scheme(tx, Texts{"near.example"}, 1); });
  CHECK(known("near.example") == 1);
}

TEST_CASE_METHOD(World, "what is learned of a host that is known already does not wait for its row",
                 "[jobs][deliveries]") {
  enqueue(1, "post", {kFar});
  write([](db::Tx& tx) { record_signature_scheme(tx, "far.example", 1); });
  const auto other = database.new_session();
  write([&](db::Tx& tx) {
    lock_hosts(tx, Texts{"far.example", "near.example"});
    const auto learned = other->write([](db::Tx& rival) -> Result<void> {
      rival.exec(kNoPatience);
      learn_signature_scheme(rival, Texts{"far.example"}, 1);
      return {};
    });
    CHECK(learned);
  });
}

TEST_CASE_METHOD(World, "what waits for any number of hosts is given up at once", "[jobs][deliveries]") {
  enqueue(1, "post", {kFar, kNear, "https://other.example/inbox"});
  enqueue(1, "delete", {kFar}, Priority::post, true);
  const auto before = database.session().statement_count();
  CHECK(write([](db::Tx& tx) { return give_up_hosts(tx, Texts{"near.example", "far.example"}, "forbidden"); }) == 3);
  CHECK(database.session().statement_count() == before + 2);
  CHECK(counts().pending == 1);
  CHECK(write([](db::Tx& tx) { return list_given_up_deliveries(tx, 10); }).at(0).last_error == "forbidden");
}
