#pragma once

#include "client_stream.hpp"

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace dunlin::net {

struct PoolLimits {
  std::size_t total = 512;
  std::size_t idle = 512;
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
    /// null: none is open yet.
    [[nodiscard]] ClientStream* stream() const { return stream_.get(); }
    /// The connection came from the pool.
    [[nodiscard]] bool reused() const { return reused_; }
    /// The connection that is opened, in place of one that could not be; stop() can abort it from here on.
    void use(std::shared_ptr<ClientStream> stream);
    /// Keeps the connection for the next exchange; without this it is closed.
    void keep();

   private:
    friend class ConnectionPool;
    void release();
    /// The connection is nobody's to abort any more.
    std::shared_ptr<ClientStream> let_go();

    std::shared_ptr<ClientStream> stream_;
    bool reused_ = false;
    ConnectionPool* pool_ = nullptr;
    std::string key_;
  };

  /// A kept connection when there is one (unless `fresh`), else the right to open one; waits for it until `deadline`.
  /// Not granted: the deadline passed or the pool was stopped.
  asio::awaitable<Lease> acquire(const std::string& key, SteadyTime deadline, bool fresh);
  /// Closes the idle ones, aborts the used ones, turns waiters away.
  void stop();

 private:
  struct Idle {
    std::string key;
    std::shared_ptr<ClientStream> stream;
    SteadyTime until;
  };
  using Place = std::list<Idle>::iterator;
  struct Waiter {
    std::string key;
    asio::steady_timer timer;
    bool woken = false;
  };

  [[nodiscard]] std::shared_ptr<ClientStream> take_idle(const std::string& key);
  std::shared_ptr<ClientStream> remove_idle(Place place);
  void close_oldest();
  [[nodiscard]] bool has_room(const std::string& key);
  void forget_open(const std::string& key);
  void wake_one();
  void watch_idle();

  asio::any_io_executor executor_;
  const PoolLimits limits_;
  std::list<Idle> idle_;                                      // oldest first
  std::unordered_map<std::string, std::vector<Place>> kept_;  // of each origin, likewise
  std::unordered_map<std::string, std::size_t> open_;
  std::size_t total_ = 0;
  std::list<Waiter*> waiters_;
  std::unordered_set<ClientStream*> used_;
  asio::steady_timer sweep_;
  bool sweeping_ = false;
  bool stopped_ = false;
};

}  // namespace dunlin::net
