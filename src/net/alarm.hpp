#pragma once

#include "task.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <utility>

namespace dunlin::net {

/// A timer that can be rung before its time; a ring while nobody waits is not lost. For one waiter on one event loop.
class Alarm {
 public:
  explicit Alarm(const asio::any_io_executor& executor) : timer_(executor) {}

  asio::awaitable<void> wait_for(std::chrono::milliseconds time) {
    if (!std::exchange(rung_, false)) {
      timer_.expires_after(time);
      static_cast<void>(co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable)));
      rung_ = false;
    }
  }
  void ring() {
    rung_ = true;
    timer_.cancel();
  }

 private:
  asio::steady_timer timer_;
  bool rung_ = false;
};

}  // namespace dunlin::net
