#include "delivery_pumping.hpp"

#include <catch2/catch.hpp>

/// 8.89: hosts that accept and then hang.
using namespace dunlin;
using namespace dunlin::net;
using namespace dunlin::net::test;

TEST_CASE("hosts that hang cost the proven ones nothing", "[net][delivery]") {
  DeliveryPumpOptions options;
  options.concurrency = 8;
  options.max_hosts = 40;
  options.patience = 1h;
  Pumping p(hang_where("dead"), options);
  for (int i = 0; i < 100; ++i) p.queue.add("dead" + std::to_string(i) + ".example", 1, 3);
  for (int i = 0; i < 30; ++i) {
    p.queue.prove("good" + std::to_string(i) + ".example");
    p.queue.add("good" + std::to_string(i) + ".example", 1, 3);
  }
  p.pump.start();
  REQUIRE(eventually([&] { return p.queue.left() == 300; }));
  CHECK(p.network.most_held() == 4);
}

TEST_CASE("hosts that were never met and hang cost others that were never met nothing either", "[net][delivery]") {
  DeliveryPumpOptions options;
  options.concurrency = 4;
  options.patience = 5ms;
  Pumping p(hang_where("a-dead"), options);
  for (int i = 0; i < 50; ++i) p.queue.add("a-dead" + std::to_string(i) + ".example", 1);
  for (int i = 0; i < 50; ++i) p.queue.add("good" + std::to_string(i) + ".example", 1);
  p.pump.start();
  REQUIRE(eventually([&] { return p.queue.left() == 50 && p.network.held() == 50; }));
}

TEST_CASE("a host that is waited for takes no lane from others", "[net][delivery]") {
  DeliveryPumpOptions options;
  options.concurrency = 4;
  options.max_hosts = 4;
  options.patience = 5ms;
  Pumping p(hang_where("a-dead"), options);
  for (int i = 0; i < 30; ++i) p.queue.add("a-dead" + std::to_string(i) + ".example", 1);
  for (int i = 0; i < 10; ++i) p.queue.add("good" + std::to_string(i) + ".example", 1);
  p.pump.start();
  REQUIRE(eventually([&] { return p.queue.left() == 30 && p.network.held() == 30; }));
}

TEST_CASE("a quarter of the places to wait is for hosts that are known to answer", "[net][delivery]") {
  DeliveryPumpOptions options;
  options.concurrency = 4;
  options.patience = 5ms;
  options.max_patient = 8;
  options.renew = 20ms;
  Pumping p([](const auto&) { return std::nullopt; }, options);
  for (int i = 0; i < 30; ++i) p.queue.add("a-dead" + std::to_string(i) + ".example", 1);
  p.pump.start();
  REQUIRE(eventually([&] { return p.network.held() == 8; }));
  p.outlast_patience();
  CHECK(p.network.held() == 8);  // 6 wait beside, 2 keep their slots
  for (int i = 0; i < 10; ++i) {
    p.queue.prove("slow" + std::to_string(i) + ".example");
    p.queue.add("slow" + std::to_string(i) + ".example", 1);
  }
  p.pump.wake();
  REQUIRE(eventually([&] { return p.network.held() == 12; }));
  p.outlast_patience();
  CHECK(p.network.held() == 12);  // 2 more beside, and the other 2 slots
}

TEST_CASE("not more exchanges than allowed wait beside the slots", "[net][delivery]") {
  DeliveryPumpOptions options;
  options.concurrency = 4;
  options.patience = 5ms;
  options.max_patient = 3;
  options.renew = 20ms;
  Pumping p([](const auto&) { return std::nullopt; }, options);
  for (int i = 0; i < 20; ++i) p.queue.add("dead" + std::to_string(i) + ".example", 1);
  p.pump.start();
  REQUIRE(eventually([&] { return p.network.held() == 5; }));
  p.outlast_patience();
  p.network.release(answer(202));
  REQUIRE(eventually([&] { return p.queue.left() == 15 && p.network.held() == 5; }));
  p.outlast_patience();
  CHECK(p.network.most_held() == 5);
}
