#pragma once

#include "support/postgres.hpp"

#include "dunlin/jobs/deliveries.hpp"
#include "dunlin/jobs/queue.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace dunlin::jobs {

struct SteppedClock final : Clock {
  Time now() const override { return time; }
  Time time{std::chrono::milliseconds{1'795'000'000'000}};
};

struct CountedWakeUps final : WakeUp {
  void jobs_ready(Lane lane) override { lanes.push_back(lane); }
  void deliveries_ready() override { ++deliveries; }
  std::vector<Lane> lanes;
  int deliveries = 0;
};

/// A database, a clock that only moves when told, and the queue over them.
struct QueueWorld {
  SteppedClock clock;
  CountedWakeUps woken;
  test::Database database{clock};
  Queue queue{&woken};
  Deliveries deliveries{&woken};

  /// One write transaction; its value.
  template <class F>
  auto write(F&& body) {
    using T = decltype(body(std::declval<db::Tx&>()));
    if constexpr (std::is_void_v<T>) {
      REQUIRE(database.session().write([&](db::Tx& tx) -> Result<void> {
        body(tx);
        return {};
      }));
    } else {
      return database.session().write([&](db::Tx& tx) -> Result<T> { return body(tx); }).value();
    }
  }
};

}  // namespace dunlin::jobs
