#include "connection_pool.hpp"

#include <boost/asio/as_tuple.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace dunlin::net {
namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

}  // namespace

ConnectionPool::Lease::Lease(Lease&& other) noexcept
    : stream(std::move(other.stream)),
      reused(other.reused),
      pool_(std::exchange(other.pool_, nullptr)),
      key_(std::move(other.key_)) {}

ConnectionPool::Lease& ConnectionPool::Lease::operator=(Lease&& other) noexcept {
  if (this != &other) {
    release();
    stream = std::move(other.stream);
    reused = other.reused;
    pool_ = std::exchange(other.pool_, nullptr);
    key_ = std::move(other.key_);
  }
  return *this;
}

ConnectionPool::Lease::~Lease() {
  release();
}

void ConnectionPool::Lease::release() {
  stream.reset();
  if (ConnectionPool* pool = std::exchange(pool_, nullptr)) {
    pool->forget_open(key_);
    pool->wake_one();
  }
}

void ConnectionPool::Lease::keep() {
  if (!pool_ || !stream) return;
  ConnectionPool& pool = *std::exchange(pool_, nullptr);
  stream->clear_deadline();
  if (pool.stopped_) {
    stream.reset();
    pool.forget_open(key_);
    return;
  }
  const auto until = std::chrono::steady_clock::now() + pool.limits_.idle_timeout;
  pool.idle_.push_back({key_, std::move(stream), until});
  pool.watch_idle();
  pool.wake_one();
}

void ConnectionPool::Lease::discard() {
  stream.reset();
  reused = false;
}

ConnectionPool::ConnectionPool(asio::any_io_executor executor, PoolLimits limits)
    : executor_(std::move(executor)), limits_(limits), sweep_(executor_) {}

std::shared_ptr<ClientStream> ConnectionPool::take_idle(const std::string& key) {
  for (;;) {
    // The newest first: the most likely to be still open, and the others may time out.
    const auto found = std::find_if(idle_.rbegin(), idle_.rend(), [&](const Idle& idle) { return idle.key == key; });
    if (found == idle_.rend()) return nullptr;
    auto stream = std::move(found->stream);
    idle_.erase(std::next(found).base());
    if (!stream->is_stale()) return stream;
    forget_open(key);
  }
}

bool ConnectionPool::has_room(const std::string& key) {
  const auto open = open_.find(key);
  if (open != open_.end() && open->second >= limits_.per_host) {
    // A fresh connection may be asked for while kept ones fill the host's share.
    const auto own = std::ranges::find_if(idle_, [&](const Idle& idle) { return idle.key == key; });
    if (own == idle_.end()) return false;
    idle_.erase(own);
    forget_open(key);
  }
  if (total_ < limits_.total) return true;
  if (idle_.empty()) return false;
  const std::string evicted = idle_.front().key;
  idle_.pop_front();
  forget_open(evicted);
  return true;
}

void ConnectionPool::forget_open(const std::string& key) {
  const auto open = open_.find(key);
  --total_;
  if (--open->second == 0) open_.erase(open);
}

asio::awaitable<ConnectionPool::Lease> ConnectionPool::acquire(const std::string& key, SteadyTime deadline,
                                                               bool fresh) {
  while (!stopped_) {
    if (!fresh) {
      if (auto stream = take_idle(key)) {
        Lease lease(*this, key);
        register_used(stream);
        lease.stream = std::move(stream);
        lease.reused = true;
        co_return lease;
      }
    }
    if (has_room(key)) {
      ++total_;
      ++open_[key];
      co_return Lease(*this, key);
    }
    if (std::chrono::steady_clock::now() >= deadline) break;
    Waiter waiter{key, asio::steady_timer(executor_, deadline)};
    const auto place = waiters_.insert(waiters_.end(), &waiter);
    static_cast<void>(co_await waiter.timer.async_wait(kAwait));
    waiters_.erase(place);
  }
  co_return Lease();
}

/// The first one whose host has something to offer; it looks again for itself.
void ConnectionPool::wake_one() {
  for (Waiter* waiter : waiters_) {
    const auto open = open_.find(waiter->key);
    const bool host_has_room = open == open_.end() || open->second < limits_.per_host;
    const bool kept = std::ranges::any_of(idle_, [&](const Idle& idle) { return idle.key == waiter->key; });
    if (waiter->woken || (!kept && !host_has_room)) continue;
    waiter->woken = true;
    waiter->timer.cancel();
    return;
  }
}

void ConnectionPool::watch_idle() {
  if (sweeping_ || idle_.empty()) return;
  sweeping_ = true;
  sweep_.expires_at(idle_.front().until);
  sweep_.async_wait([this](const boost::system::error_code& ec) {
    if (ec) return;
    sweeping_ = false;
    const auto now = std::chrono::steady_clock::now();
    while (!idle_.empty() && idle_.front().until <= now) {
      const std::string key = idle_.front().key;
      idle_.pop_front();
      forget_open(key);
    }
    watch_idle();
  });
}

void ConnectionPool::register_used(const std::shared_ptr<ClientStream>& stream) {
  std::erase_if(used_, [&](const auto& weak) {
    const auto other = weak.lock();
    return !other || other == stream;
  });
  used_.push_back(stream);
}

void ConnectionPool::stop() {
  stopped_ = true;
  sweep_.cancel();
  while (!idle_.empty()) {
    const std::string key = idle_.front().key;
    idle_.pop_front();
    forget_open(key);
  }
  for (const auto& weak : used_) {
    if (const auto stream = weak.lock()) stream->abort();
  }
  for (Waiter* waiter : waiters_) waiter->timer.cancel();
}

}  // namespace dunlin::net
