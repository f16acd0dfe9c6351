#include "dunlin/net/delivery_pump.hpp"

#include "fake_exchanger.hpp"
#include "support.hpp"

#include "dunlin/base/clock.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/base/url.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <set>

using namespace dunlin;
using namespace dunlin::net;
using namespace dunlin::net::test;

namespace {

/// A queue in memory with the promises of the real one. Retries become due when `retry_due` is called.
class FakeQueue final : public DeliveryQueue {
 public:
  void add(const std::string& host, std::int64_t account, int count = 1) {
    const std::lock_guard lock(mutex_);
    for (int i = 0; i < count; ++i) {
      jobs::Delivery row;
      row.id = DeliveryId{++last_id_};
      row.host = host;
      row.account_id = AccountId{account};
      row.inbox_url = "https://" + host + "/inbox/" + std::to_string(account) + "/" + std::to_string(last_id_);
      rows_.push_back({row, false});
    }
  }
  void prove(const std::string& host) {
    const std::lock_guard lock(mutex_);
    proven_.insert(host);
  }

  std::vector<HostLane> claim_hosts(db::Session&, int limit, bool proven_only) override {
    const std::lock_guard lock(mutex_);
    if (broken) throw db::Unavailable("gone");
    ++claims;
    std::vector<HostLane> claimed;
    for (const Row& row : rows_) {
      const std::string& host = row.delivery.host;
      if (row.waits || leased_.contains(host) || (proven_only && !proven_.contains(host))) continue;
      if (static_cast<int>(claimed.size()) == limit) break;
      leased_.insert(host);
      claimed.push_back({.host = host, .proven = proven_.contains(host), .allowed = per_host});
    }
    return claimed;
  }
  std::vector<std::string> renew_hosts(db::Session&, std::span<const std::string> hosts) override {
    const std::lock_guard lock(mutex_);
    ++renewals;
    return {hosts.begin(), hosts.end()};
  }
  std::vector<PendingDelivery> load_lane(db::Session&, const HostLane& lane) override {
    const std::lock_guard lock(mutex_);
    const std::string& host = lane.host;
    std::vector<PendingDelivery> batch;
    std::set<std::int64_t> blocked;
    for (const Row& row : rows_) {
      if (row.delivery.host != host) continue;
      if (row.waits) blocked.insert(row.delivery.account_id.value);
      if (blocked.contains(row.delivery.account_id.value) || batch.size() == 50) continue;
      batch.push_back({row.delivery, std::make_shared<const std::string>("body"), false});
    }
    return batch;
  }
  Conclusion conclude(db::Session&, std::span<const DeliveryResult> results,
                      std::span<const LeavingHost> leaving) override {
    const std::lock_guard lock(mutex_);
    if (broken) throw db::Unavailable("gone");
    ++conclusions;
    Conclusion concluded;
    for (const DeliveryResult& result : results) {
      const auto row = std::ranges::find(rows_, result.delivery.id, [](const Row& r) { return r.delivery.id; });
      if (row == rows_.end()) continue;
      recorded.push_back(result);
      if (result.judgement.verdict == jobs::Verdict::retry) {
        row->waits = true;
        ++row->delivery.attempts;
      } else {
        rows_.erase(row);
      }
      if (result.judgement.sign != jobs::HostSign::alive) concluded.allowed.emplace_back(result.delivery.host, 0);
    }
    for (const LeavingHost& leaver : leaving) {
      const auto is_due = [&](const Row& row) { return row.delivery.host == leaver.host && !row.waits; };
      if (leaver.if_idle && std::ranges::any_of(rows_, is_due)) {
        concluded.busy.push_back(leaver.host);
      } else {
        leased_.erase(leaver.host);
      }
    }
    return concluded;
  }
  std::optional<Time> next_delivery_at(db::Session&) override {
    ++questions;
    return std::nullopt;
  }
  Result<http::OutboundRequest> prepare(const PendingDelivery& delivery, SignatureScheme scheme) override {
    if (delivery.row.host == "unsignable.example") return fail(Errc::not_found, "no key");
    http::OutboundRequest request;
    request.method = http::Method::post;
    request.url = delivery.row.inbox_url;
    request.body = delivery.body;
    request.headers.add("Signature", scheme == SignatureScheme::cavage ? "cavage" : "rfc9421");
    return request;
  }

  void retry_due() {
    const std::lock_guard lock(mutex_);
    for (Row& row : rows_) row.waits = false;
  }
  [[nodiscard]] std::size_t left() const {
    const std::lock_guard lock(mutex_);
    return rows_.size();
  }
  [[nodiscard]] std::size_t leased() const {
    const std::lock_guard lock(mutex_);
    return leased_.size();
  }
  std::vector<DeliveryResult> results() const {
    const std::lock_guard lock(mutex_);
    return recorded;
  }

  std::atomic<bool> broken{false};
  std::atomic<int> renewals{0};
  std::atomic<int> conclusions{0};
  std::atomic<int> claims{0};
  std::atomic<int> questions{0};  // when something is due
  int per_host = 4;

 private:
  struct Row {
    jobs::Delivery delivery;
    bool waits;
  };
  mutable std::mutex mutex_;
  std::vector<Row> rows_;
  std::set<std::string> leased_;
  std::set<std::string> proven_;
  std::vector<DeliveryResult> recorded;
  std::int64_t last_id_ = 0;
};

struct Pumping {
  explicit Pumping(FakeExchanger::Behaviour behaviour, DeliveryPumpOptions options = {})
      : network(std::move(behaviour)),
        workers({}, no_sessions()),
        thread("outgoing"),
        pump(thread, network, workers, queue, clock, options) {}
  ~Pumping() {
    pump.begin_stop();
    while (!pump.drain(5ms)) network.release(std::unexpected(exchange_error(ExchangeFailure::cancelled, "")));
    workers.stop();
  }

  SystemClock clock;
  FakeQueue queue;
  FakeExchanger network;
  Workers workers;
  IoThread thread;
  DeliveryPump pump;
};

std::string host_of(const http::OutboundRequest& request) {
  return Url::parse(request.url)->host;
}

/// "/inbox/<account>/<id>"
std::pair<std::string, int> account_and_id(const http::OutboundRequest& request) {
  const auto last = request.url.rfind('/');
  const auto before = request.url.rfind('/', last - 1);
  return {request.url.substr(before + 1, last - before - 1), std::stoi(request.url.substr(last + 1))};
}

}  // namespace

TEST_CASE("everything due is delivered, once, each account's in order", "[net][delivery]") {
  std::mutex mutex;
  std::map<std::string, std::vector<int>> order;
  Pumping p([&](const http::OutboundRequest& request) -> std::optional<FakeExchanger::Answer> {
    const std::lock_guard lock(mutex);
    const auto [account, id] = account_and_id(request);
    order[host_of(request) + account].push_back(id);
    return answer(202);
  });
  for (int host = 0; host < 10; ++host) {
    for (int round = 0; round < 20; ++round) {
      for (int account = 1; account <= 3; ++account) p.queue.add("h" + std::to_string(host) + ".example", account);
    }
  }
  p.pump.start();
  REQUIRE(eventually([&] { return p.queue.left() == 0; }));
  CHECK(p.network.asked().size() == 600);
  CHECK(order.size() == 30);
  for (const auto& [key, ids] : order) CHECK(std::ranges::is_sorted(ids));
  CHECK(p.queue.conclusions < 300);  // recorded together
  CHECK(eventually([&] { return p.queue.leased() == 0; }));
}

// 8.88
TEST_CASE("one account's deliveries to a host are never in flight together", "[net][delivery]") {
  Pumping p([](const auto&) { return std::nullopt; });
  p.queue.add("a.example", 1, 5);
  p.queue.add("a.example", 2, 5);
  p.pump.start();
  for (int step = 0; step < 5; ++step) {
    REQUIRE(eventually([&] { return p.network.held() == 2; }));
    p.network.release(answer(202));
  }
  CHECK(eventually([&] { return p.queue.left() == 0; }));
}

TEST_CASE("a host gets no more at a time than allowed", "[net][delivery]") {
  DeliveryPumpOptions options;
  options.per_host = 3;
  Pumping p([](const auto&) { return std::nullopt; }, options);
  for (int account = 1; account <= 10; ++account) p.queue.add("a.example", account);
  p.pump.start();
  REQUIRE(eventually([&] { return p.network.held() == 3; }));
  p.network.release(answer(202));
  REQUIRE(eventually([&] { return p.network.held() == 3; }));
  while (p.queue.left() > 0) p.network.release(answer(202));
  CHECK(p.network.asked().size() == 10);
}

// 8.89
TEST_CASE("hosts that hang cost the proven ones nothing", "[net][delivery]") {
  DeliveryPumpOptions options;
  options.concurrency = 8;
  options.max_hosts = 40;
  options.patience = 1h;
  Pumping p(
      [](const http::OutboundRequest& request) -> std::optional<FakeExchanger::Answer> {
        if (host_of(request).starts_with("dead")) return std::nullopt;
        return answer(202);
      },
      options);
  for (int i = 0; i < 100; ++i) p.queue.add("dead" + std::to_string(i) + ".example", 1, 3);
  for (int i = 0; i < 30; ++i) {
    p.queue.prove("good" + std::to_string(i) + ".example");
    p.queue.add("good" + std::to_string(i) + ".example", 1, 3);
  }
  p.pump.start();
  REQUIRE(eventually([&] { return p.queue.left() == 300; }));
  CHECK(p.network.held() == 4);
}

// 8.89
TEST_CASE("hosts that were never met and hang cost others that were never met nothing either", "[net][delivery]") {
  DeliveryPumpOptions options;
  options.concurrency = 4;
  options.patience = 5ms;
  Pumping p(
      [](const http::OutboundRequest& request) -> std::optional<FakeExchanger::Answer> {
        if (host_of(request).starts_with("a-dead")) return std::nullopt;
        return answer(202);
      },
      options);
  for (int i = 0; i < 50; ++i) p.queue.add("a-dead" + std::to_string(i) + ".example", 1);
  for (int i = 0; i < 50; ++i) p.queue.add("good" + std::to_string(i) + ".example", 1);
  p.pump.start();
  REQUIRE(eventually([&] { return p.queue.left() == 50 && p.network.held() == 50; }));
}

// 8.89
TEST_CASE("a host that is waited for takes no lane from others", "[net][delivery]") {
  DeliveryPumpOptions options;
  options.concurrency = 4;
  options.max_hosts = 4;
  options.patience = 5ms;
  Pumping p(
      [](const http::OutboundRequest& request) -> std::optional<FakeExchanger::Answer> {
        if (host_of(request).starts_with("a-dead")) return std::nullopt;
        return answer(202);
      },
      options);
  for (int i = 0; i < 30; ++i) p.queue.add("a-dead" + std::to_string(i) + ".example", 1);
  for (int i = 0; i < 10; ++i) p.queue.add("good" + std::to_string(i) + ".example", 1);
  p.pump.start();
  REQUIRE(eventually([&] { return p.queue.left() == 30 && p.network.held() == 30; }));
}

// 8.89
TEST_CASE("a quarter of the places to wait is for hosts that are known to answer", "[net][delivery]") {
  DeliveryPumpOptions options;
  options.concurrency = 4;
  options.patience = 5ms;
  options.max_patient = 8;
  Pumping p([](const auto&) { return std::nullopt; }, options);
  for (int i = 0; i < 30; ++i) p.queue.add("a-dead" + std::to_string(i) + ".example", 1);
  p.pump.start();
  REQUIRE(eventually([&] { return p.network.held() == 8; }));  // 6 wait beside, 2 keep their slots
  for (int i = 0; i < 10; ++i) {
    p.queue.prove("slow" + std::to_string(i) + ".example");
    p.queue.add("slow" + std::to_string(i) + ".example", 1);
  }
  p.pump.wake();
  REQUIRE(eventually([&] { return p.network.held() == 12; }));  // 2 more beside, and the other 2 slots
}

// 8.89
TEST_CASE("not more exchanges than allowed wait beside the slots", "[net][delivery]") {
  DeliveryPumpOptions options;
  options.concurrency = 4;
  options.patience = 5ms;
  options.max_patient = 3;
  Pumping p([](const auto&) { return std::nullopt; }, options);
  for (int i = 0; i < 20; ++i) p.queue.add("dead" + std::to_string(i) + ".example", 1);
  p.pump.start();
  REQUIRE(eventually([&] { return p.network.held() == 5; }));
  p.network.release(answer(202));
  REQUIRE(eventually([&] { return p.queue.left() == 15 && p.network.held() == 5; }));
}

// 8.89
TEST_CASE("a failed delivery holds what follows of its account, not the others", "[net][delivery]") {
  std::atomic<bool> failing{true};
  Pumping p([&](const http::OutboundRequest& request) -> std::optional<FakeExchanger::Answer> {
    if (failing && account_and_id(request).first == "1") return answer(503);
    return answer(202);
  });
  p.queue.per_host = 1;
  p.queue.add("a.example", 1, 3);
  p.queue.add("b.example", 2, 3);
  p.pump.start();
  REQUIRE(eventually([&] { return p.queue.left() == 3; }));
  REQUIRE(eventually([&] { return p.queue.leased() == 0; }));
  const auto count_first = std::ranges::count_if(
      p.network.asked(), [](const auto& request) { return account_and_id(request).first == "1"; });
  CHECK(count_first == 1);
  failing = false;
  p.queue.retry_due();
  p.pump.wake();
  REQUIRE(eventually([&] { return p.queue.left() == 0; }));
  std::vector<int> ids;
  for (const auto& request : p.network.asked()) {
    if (account_and_id(request).first == "1") ids.push_back(account_and_id(request).second);
  }
  CHECK(ids == std::vector<int>{1, 1, 2, 3});
}

// 8.37, 8.38
TEST_CASE("a refused signature is knocked once more with the other, and learned", "[net][delivery]") {
  Pumping p([](const http::OutboundRequest& request) -> std::optional<FakeExchanger::Answer> {
    if (host_of(request) == "never.example") return answer(401);
    return answer(request.headers.get("Signature") == "rfc9421" ? 202 : 401);
  });
  p.queue.add("modern.example", 1, 3);
  p.pump.start();
  REQUIRE(eventually([&] { return p.queue.left() == 0; }));
  CHECK(p.network.asked().size() == 4);
  const auto results = p.queue.results();
  REQUIRE(results.size() == 3);
  CHECK(results[0].learned == SignatureScheme::rfc9421);
  CHECK_FALSE(results[1].learned);
  p.queue.add("never.example", 2);
  p.pump.wake();
  REQUIRE(eventually([&] { return p.queue.results().size() == 4; }));
  CHECK(p.network.asked().size() == 6);
  CHECK(p.queue.results().back().judgement.verdict == jobs::Verdict::retry);
}

// 8.40
TEST_CASE("a redirect is followed once, signed anew, on the same origin only", "[net][delivery]") {
  Pumping p([](const http::OutboundRequest& request) -> std::optional<FakeExchanger::Answer> {
    if (request.url.ends_with("/new")) return answer(202);
    const bool same = host_of(request) == "moved.example";
    return answer(308, "", "Location", same ? "/new" : "https://elsewhere.example/new");
  });
  p.queue.add("moved.example", 1);
  p.queue.add("away.example", 2);
  p.pump.start();
  REQUIRE(eventually([&] { return p.queue.left() == 0; }));
  CHECK(p.network.asked().size() == 3);
  for (const auto& result : p.queue.results()) {
    const bool same = result.delivery.host == "moved.example";
    CHECK(result.judgement.verdict == (same ? jobs::Verdict::done : jobs::Verdict::drop));
  }
}

TEST_CASE("transport failures are retried with their reason, unsignable ones dropped", "[net][delivery]") {
  Pumping p([](const auto&) -> std::optional<FakeExchanger::Answer> {
    return std::unexpected(exchange_error(ExchangeFailure::timeout, "connect"));
  });
  p.queue.add("hung.example", 1);
  p.queue.add("unsignable.example", 1);
  p.pump.start();
  REQUIRE(eventually([&] { return p.queue.results().size() == 2; }));
  for (const auto& result : p.queue.results()) {
    if (result.delivery.host == "hung.example") {
      CHECK(result.judgement.verdict == jobs::Verdict::retry);
      CHECK(result.judgement.sign == jobs::HostSign::timed_out);
      CHECK(result.judgement.retry_at);
    } else {
      CHECK(result.judgement.verdict == jobs::Verdict::drop);
    }
  }
}

TEST_CASE("Retry-After, as seconds or as a date, holds the host", "[net][delivery]") {
  const auto later = std::chrono::floor<std::chrono::seconds>(SystemClock().now()) + 600s;
  Pumping p([&](const http::OutboundRequest& request) -> std::optional<FakeExchanger::Answer> {
    const bool date = host_of(request) == "date.example";
    return answer(503, "", "Retry-After", date ? format_http_date(later) : "600");
  });
  p.queue.add("date.example", 1);
  p.queue.add("seconds.example", 1);
  p.pump.start();
  REQUIRE(eventually([&] { return p.queue.results().size() == 2; }));
  for (const auto& result : p.queue.results()) {
    REQUIRE(result.judgement.host_waits_until);
    CHECK(*result.judgement.host_waits_until >= later - 2s);
    CHECK(*result.judgement.host_waits_until <= later + 60s);
  }
}

TEST_CASE("results wait for a database that went away", "[net][delivery]") {
  DeliveryPumpOptions options;
  options.database_pause = 5ms;
  Pumping p([](const auto&) { return std::nullopt; }, options);
  p.queue.add("a.example", 1);
  p.pump.start();
  REQUIRE(eventually([&] { return p.network.held() == 1; }));
  p.queue.broken = true;
  p.network.release(answer(202));
  p.queue.add("b.example", 1);
  p.pump.wake();
  CHECK(p.queue.left() == 2);
  p.queue.broken = false;
  REQUIRE(eventually([&] { return p.queue.left() == 1 && p.network.held() == 1; }));
  p.network.release(answer(202));
  CHECK(eventually([&] { return p.queue.left() == 0; }));
  CHECK(p.network.asked().size() == 2);
}

TEST_CASE("leases are renewed while a host is worked on", "[net][delivery]") {
  DeliveryPumpOptions options;
  options.renew = 5ms;
  Pumping p([](const auto&) { return std::nullopt; }, options);
  p.queue.add("a.example", 1);
  p.pump.start();
  CHECK(eventually([&] { return p.queue.renewals >= 3; }));
}

TEST_CASE("a wake finds new work at once, without a poll", "[net][delivery]") {
  DeliveryPumpOptions options;
  options.poll = 1h;
  Pumping p([](const auto&) { return answer(202); }, options);
  p.pump.start();
  for (int i = 0; i < 5; ++i) {
    p.queue.add("a.example", 1);
    p.pump.wake();
    REQUIRE(eventually([&] { return p.queue.left() == 0; }));
  }
}

TEST_CASE("one post costs one look at the queue", "[net][delivery]") {
  DeliveryPumpOptions options;
  options.poll = 1h;
  Pumping p([](const auto&) { return answer(202); }, options);
  p.pump.start();
  REQUIRE(eventually([&] { return p.queue.questions == 1; }));
  const int before = p.queue.claims;
  for (int i = 0; i < 5; ++i) {
    p.queue.add("a.example", 1);
    p.pump.wake();
    REQUIRE(eventually([&] { return p.queue.left() == 0 && p.queue.leased() == 0; }));
  }
  CHECK(p.queue.claims - before <= 10);  // a second one when the wake came while a lane was being left
  CHECK(p.queue.questions == 1);
}

TEST_CASE("a stop records what is in flight, does not count what was cancelled, releases the hosts",
          "[net][delivery]") {
  Pumping p([](const auto&) { return std::nullopt; });
  p.queue.add("a.example", 1, 3);
  p.queue.add("b.example", 1, 3);
  p.pump.start();
  REQUIRE(eventually([&] { return p.network.held() == 2; }));
  p.pump.begin_stop();
  CHECK_FALSE(p.pump.drain(5ms));
  SECTION("answered in time") {
    p.network.release(answer(202));
    CHECK(p.pump.drain(10s));
    CHECK(p.queue.left() == 4);
  }
  SECTION("cancelled") {
    p.network.release(std::unexpected(exchange_error(ExchangeFailure::cancelled, "stopping")));
    CHECK(p.pump.drain(10s));
    CHECK(p.queue.left() == 6);
    CHECK(p.queue.results().empty());
  }
  CHECK(p.queue.leased() == 0);
  CHECK(p.network.asked().size() == 2);
}
