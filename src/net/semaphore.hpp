#pragma once

#include "task.hpp"

#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <list>
#include <utility>

namespace dunlin::net {

/// Counted permits for coroutines of one event loop, handed out first come, first served. Outlives its permits
/// and those who wait for one.
class Semaphore {
 public:
  Semaphore(asio::any_io_executor executor, std::size_t permits);
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  class Permit {
   public:
    Permit() = default;
    explicit Permit(Semaphore& semaphore) : semaphore_(&semaphore) {}
    Permit(Permit&& other) noexcept : semaphore_(std::exchange(other.semaphore_, nullptr)) {}
    Permit& operator=(Permit&& other) noexcept;
    ~Permit() { release(); }

    [[nodiscard]] bool granted() const { return semaphore_ != nullptr; }
    void release();

   private:
    Semaphore* semaphore_ = nullptr;
  };

  /// Not granted: the semaphore was closed.
  asio::awaitable<Permit> acquire();
  /// Turns away all waiters and all who come.
  void close();
  /// Nobody holds a permit or waits for one.
  [[nodiscard]] bool is_unused() const { return free_ == permits_ && waiters_.empty(); }

 private:
  struct Waiter {
    asio::steady_timer timer;
    bool granted = false;
  };
  void give_back();

  asio::any_io_executor executor_;
  const std::size_t permits_;
  std::size_t free_;
  std::list<Waiter*> waiters_;
  bool closed_ = false;
};

}  // namespace dunlin::net
