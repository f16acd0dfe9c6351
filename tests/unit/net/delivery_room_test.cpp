#include "delivery_pumping.hpp"

#include <catch2/catch.hpp>

#include <mutex>
#include <vector>

/// What cannot be attempted for want of room here: the name's domain hangs and too many of its names wait already, say.
using namespace dunlin;
using namespace dunlin::net;
using namespace dunlin::net::test;

namespace {

using SteadyClock = std::chrono::steady_clock;

/// No room for hosts of such names, while `full`; others take what they get.
struct Full {
  std::atomic<bool> full{true};
  std::mutex mutex;
  std::vector<SteadyClock::time_point> refused;

  FakeExchanger::Behaviour behaviour() {
    return [this](const http::OutboundRequest& request) -> std::optional<FakeExchanger::Answer> {
      if (!full || !host_of(request).starts_with("full")) return answer(202);
      const std::lock_guard lock(mutex);
      refused.push_back(SteadyClock::now());
      return std::unexpected(exchange_error(ExchangeFailure::overloaded, "too many names to resolve"));
    };
  }
  std::size_t count() {
    const std::lock_guard lock(mutex);
    return refused.size();
  }
};

}  // namespace

TEST_CASE("a delivery for which there is no room waits and says nothing of its host", "[net][delivery]") {
  Full net;
  DeliveryPumpOptions options;
  options.patience = 5ms;
  options.renew = 20ms;
  options.room_pause = 1h;
  Pumping p(net.behaviour(), options);
  p.queue.add("full.example", 1, 3);
  p.queue.add("good.example", 1);
  p.pump.start();
  REQUIRE(eventually([&] { return p.queue.left() == 3 && net.count() == 1; }));
  p.pump.wake();
  p.outlast_patience();
  CHECK(p.queue.prepared == 2);
  CHECK(p.network.asked().size() == 2);
  CHECK(p.queue.results().size() == 1);
  // A stop does not wait for the pause.
  p.pump.begin_stop();
  CHECK(p.pump.drain(5s));
  CHECK(p.queue.leased() == 0);
}

TEST_CASE("nothing is signed before there is room", "[net][delivery]") {
  Full net;
  DeliveryPumpOptions options;
  options.room_pause = 1ms;
  Pumping p(net.behaviour(), options);
  p.network.room = false;
  p.queue.add("full.example", 1, 2);
  p.pump.start();
  REQUIRE(eventually([&] { return p.network.asked_for_room >= 5; }));
  CHECK(p.queue.prepared == 1);
  net.full = false;
  p.network.room = true;
  CHECK(eventually([&] { return p.queue.left() == 0 && p.queue.leased() == 0; }));
}

TEST_CASE("the pauses of a host for which there is no room grow, until it was asked", "[net][delivery]") {
  Full net;
  DeliveryPumpOptions options;
  options.room_pause = 2ms;
  Pumping p(net.behaviour(), options);
  p.queue.add("full.example", 1);
  p.pump.start();
  REQUIRE(eventually([&] { return net.count() >= 6; }));
  {
    const std::lock_guard lock(net.mutex);
    for (std::size_t i = 1; i < 6; ++i) {
      CHECK(net.refused[i] - net.refused[i - 1] >= 2ms * (1U << (i - 1)));
    }
  }
  net.full = false;
  CHECK(eventually([&] { return p.queue.left() == 0; }));
}

TEST_CASE("hosts for which there is no room take no lane from others", "[net][delivery]") {
  Full net;
  DeliveryPumpOptions options;
  options.max_hosts = 4;
  options.room_pause = 1h;
  Pumping p(net.behaviour(), options);
  for (int i = 0; i < 30; ++i) p.queue.add("full" + std::to_string(i) + ".example", 1);
  for (int i = 0; i < 10; ++i) p.queue.add("good" + std::to_string(i) + ".example", 1);
  p.pump.start();
  CHECK(eventually([&] { return p.queue.left() == 30; }));
}
