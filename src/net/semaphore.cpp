#include "semaphore.hpp"

#include <boost/asio/as_tuple.hpp>

namespace dunlin::net {

Semaphore::Semaphore(asio::any_io_executor executor, std::size_t permits)
    : executor_(std::move(executor)), permits_(permits), free_(permits) {}

Semaphore::Permit& Semaphore::Permit::operator=(Permit&& other) noexcept {
  if (this != &other) {
    release();
    semaphore_ = std::exchange(other.semaphore_, nullptr);
  }
  return *this;
}

void Semaphore::Permit::release() {
  if (Semaphore* semaphore = std::exchange(semaphore_, nullptr)) semaphore->give_back();
}

asio::awaitable<Semaphore::Permit> Semaphore::acquire() {
  if (closed_) co_return Permit();
  if (free_ > 0) {
    --free_;
    co_return Permit(*this);
  }
  Waiter waiter{asio::steady_timer(executor_, asio::steady_timer::time_point::max())};
  waiters_.push_back(&waiter);
  static_cast<void>(co_await waiter.timer.async_wait(asio::as_tuple(asio::use_awaitable)));
  if (waiter.granted) co_return Permit(*this);
  waiters_.remove(&waiter);
  co_return Permit();
}

/// The permit goes straight to the first in line, so that nobody overtakes.
void Semaphore::give_back() {
  if (closed_ || waiters_.empty()) {
    ++free_;
    return;
  }
  Waiter* next = waiters_.front();
  waiters_.pop_front();
  next->granted = true;
  next->timer.cancel();
}

void Semaphore::close() {
  closed_ = true;
  // They stay in line until they have been told: until then the semaphore is in use.
  for (Waiter* waiter : waiters_) waiter->timer.cancel();
}

}  // namespace dunlin::net
