#include "connection_pool.hpp"

#include <boost/asio/as_tuple.hpp>

#include <utility>

namespace dunlin::net {
namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

}  // namespace

ConnectionPool::Lease::Lease(Lease&& other) noexcept
    : stream_(std::move(other.stream_)),
      reused_(other.reused_),
      pool_(std::exchange(other.pool_, nullptr)),
      key_(std::move(other.key_)) {}

ConnectionPool::Lease& ConnectionPool::Lease::operator=(Lease&& other) noexcept {
  if (this != &other) {
    release();
    stream_ = std::move(other.stream_);
    reused_ = other.reused_;
    pool_ = std::exchange(other.pool_, nullptr);
    key_ = std::move(other.key_);
  }
  return *this;
}

ConnectionPool::Lease::~Lease() {
  release();
}

void ConnectionPool::Lease::use(std::shared_ptr<ClientStream> stream) {
  let_go();
  stream_ = std::move(stream);
  pool_->used_.insert(stream_.get());
}

std::shared_ptr<ClientStream> ConnectionPool::Lease::let_go() {
  if (pool_) pool_->used_.erase(stream_.get());
  return std::exchange(stream_, nullptr);
}

void ConnectionPool::Lease::release() {
  let_go();
  if (ConnectionPool* pool = std::exchange(pool_, nullptr)) {
    pool->forget_open(key_);
    pool->wake_one();
  }
}

void ConnectionPool::Lease::keep() {
  if (!pool_ || !stream_ || pool_->stopped_) return;
  auto stream = let_go();
  ConnectionPool& pool = *std::exchange(pool_, nullptr);
  stream->clear_deadline();
  const auto until = std::chrono::steady_clock::now() + pool.limits_.idle_timeout;
  pool.kept_[key_].push_back(pool.idle_.insert(pool.idle_.end(), {key_, std::move(stream), until}));
  if (pool.idle_.size() > pool.limits_.idle) pool.close_oldest();
  pool.watch_idle();
  pool.wake_one();
}

ConnectionPool::ConnectionPool(asio::any_io_executor executor, PoolLimits limits)
    : executor_(std::move(executor)), limits_(limits), sweep_(executor_) {}

std::shared_ptr<ClientStream> ConnectionPool::take_idle(const std::string& key) {
  for (;;) {
    // The newest first: the most likely to be still open, and the others may time out.
    const auto kept = kept_.find(key);
    if (kept == kept_.end()) return nullptr;
    auto stream = remove_idle(kept->second.back());
    if (!stream->is_stale()) return stream;
    forget_open(key);
  }
}

std::shared_ptr<ClientStream> ConnectionPool::remove_idle(Place place) {
  const auto kept = kept_.find(place->key);
  std::erase(kept->second, place);
  if (kept->second.empty()) kept_.erase(kept);
  auto stream = std::move(place->stream);
  idle_.erase(place);
  return stream;
}

void ConnectionPool::close_oldest() {
  const std::string key = idle_.front().key;
  remove_idle(idle_.begin());
  forget_open(key);
}

bool ConnectionPool::has_room(const std::string& key) {
  const auto open = open_.find(key);
  if (open != open_.end() && open->second >= limits_.per_host) {
    // A fresh connection may be asked for while kept ones fill the host's share.
    const auto own = kept_.find(key);
    if (own == kept_.end()) return false;
    remove_idle(own->second.front());
    forget_open(key);
  }
  if (total_ < limits_.total) return true;
  if (idle_.empty()) return false;
  close_oldest();
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
        lease.use(std::move(stream));
        lease.reused_ = true;
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
    if (waiter->woken || (!kept_.contains(waiter->key) && !host_has_room)) continue;
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
    while (!idle_.empty() && idle_.front().until <= now) close_oldest();
    watch_idle();
  });
}

void ConnectionPool::stop() {
  stopped_ = true;
  sweep_.cancel();
  while (!idle_.empty()) close_oldest();
  for (ClientStream* stream : used_) stream->abort();
  for (Waiter* waiter : waiters_) waiter->timer.cancel();
}

}  // namespace dunlin::net
