#include "delivery_pumping.hpp"

#include "dunlin/base/time_format.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>

using namespace dunlin;
using namespace dunlin::net;
using namespace dunlin::net::test;

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
  CHECK(p.network.most_held() == 2);
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
  CHECK(p.network.most_held() == 3);
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

TEST_CASE("one post costs at most two looks at the queue", "[net][delivery]") {
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
