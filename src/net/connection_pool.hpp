#pragma once

#include "client_stream.hpp"

#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace dunlin::net {

struct PoolLimits {
  std::size_t total = 512;
  std::size_t per_host = 8;
  std::chrono::milliseconds idle_timeout{30'000};
};

/// Kept connections by origin, and the caps on open ones. Lives on the outgoing event loop.
class ConnectionPool {
 public:
  ConnectionPool(asio::any_io_executor executor, PoolLimits limits);

  /// The right to one connection of an origin, and that connection once there is one.
  class Lease {
   public:
    Lease() = default;
    Lease(ConnectionPool& pool, std::string key) : pool_(&pool), key_(std::move(key)) {}
    Lease(Lease&& other) noexcept;
    Lease& operator=(Lease&& other) noexcept;
    ~Lease();

    [[nodiscard]] bool granted() const { return pool_ != nullptr; }
    /// Keeps the connection for the next exchange; without this it is closed.
    void keep();
    /// Closes the connection and keeps the right.
    void discard();

    std::shared_ptr<ClientStream> stream;
    bool reused = false;

   private:
    void release();
    ConnectionPool* pool_ = nullptr;
    std::string key_;
  };

  /// A kept connection when there is one (unless `fresh`), else the right to open one; waits for it until `deadline`.
  /// Not granted: the deadline passed or the pool was stopped.
  asio::awaitable<Lease> acquire(const std::string& key, SteadyTime deadline, bool fresh);
  /// So that stop() can abort it.
  void register_used(const std::shared_ptr<ClientStream>& stream);
  /// Closes the idle ones, aborts the used ones, turns waiters away.
  void stop();

 private:
  struct Idle {
    std::string key;
    std::shared_ptr<ClientStream> stream;
    SteadyTime until;
  };
  struct Waiter {
    std::string key;
    asio::steady_timer timer;
    bool woken = false;
  };

  [[nodiscard]] std::shared_ptr<ClientStream> take_idle(const std::string& key);
  [[nodiscard]] bool has_room(const std::string& key);
  void forget_open(const std::string& key);
  void wake_one();
  void watch_idle();

  asio::any_io_executor executor_;
  const PoolLimits limits_;
  std::list<Idle> idle_;  // oldest first
  std::map<std::string, std::size_t> open_;
  std::size_t total_ = 0;
  std::list<Waiter*> waiters_;
  std::vector<std::weak_ptr<ClientStream>> used_;
  asio::steady_timer sweep_;
  bool sweeping_ = false;
  bool stopped_ = false;
};

}  // namespace dunlin::net
