#include "resolver.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace dunlin::net {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kMaxQueue = 512;
constexpr std::size_t kMaxCached = 4096;
constexpr auto kFailureCacheTime = std::chrono::seconds(10);

Result<Resolver::Addresses> system_lookup(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (code != 0) return std::unexpected(exchange_error(ExchangeFailure::dns, ::gai_strerror(code)));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  Resolver::Addresses addresses;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    if (entry->ai_family == AF_INET) {
      sockaddr_in in{};
      std::memcpy(&in, entry->ai_addr, sizeof in);
      std::array<std::uint8_t, 4> bytes{};
      std::memcpy(bytes.data(), &in.sin_addr, 4);
      addresses.push_back(IpAddress::v4(bytes));
    } else if (entry->ai_family == AF_INET6) {
      sockaddr_in6 in{};
      std::memcpy(&in, entry->ai_addr, sizeof in);
      std::array<std::uint8_t, 16> bytes{};
      std::memcpy(bytes.data(), &in.sin6_addr, 16);
      addresses.push_back(IpAddress::v6(bytes));
    }
  }
  if (addresses.empty()) return std::unexpected(exchange_error(ExchangeFailure::dns, "the name has no address"));
  return addresses;
}

}  // namespace

/// What the lookup threads see; they may outlive the resolver.
struct Resolver::Shared {
  explicit Shared(Lookup function) : lookup(std::move(function)) {}

  const Lookup lookup;
  std::mutex mutex;
  std::condition_variable filled;
  std::deque<std::string> queue;
  bool closed = false;
  /// Called under the mutex while not closed: hands an answer to the event loop.
  std::function<void(const std::string&, Result<Addresses>)> deliver;
};

/// What the event loop sees.
struct Resolver::State {
  struct Cached {
    Result<Addresses> answer;
    Clock::time_point until;
  };
  using Waiting = std::vector<std::move_only_function<void(Result<Addresses>)>>;

  std::chrono::milliseconds cache_time;
  std::map<std::string, Cached> cache;
  std::map<std::string, Waiting> open;

  void answer(const std::string& host, const Result<Addresses>& answer) {
    if (cache.size() >= kMaxCached) {
      std::erase_if(cache, [now = Clock::now()](const auto& entry) { return entry.second.until <= now; });
      if (cache.size() >= kMaxCached) cache.clear();
    }
    const auto keep = answer ? cache_time : std::min<std::chrono::milliseconds>(cache_time, kFailureCacheTime);
    cache.insert_or_assign(host, Cached{answer, Clock::now() + keep});
    const auto found = open.find(host);
    if (found == open.end()) return;
    Waiting waiting = std::move(found->second);
    open.erase(found);
    for (auto& done : waiting) done(answer);
  }
};

Resolver::Resolver(asio::any_io_executor executor, int threads, std::chrono::milliseconds cache_time, Lookup lookup)
    : shared_(std::make_shared<Shared>(lookup ? std::move(lookup) : Lookup(system_lookup))),
      state_(std::make_shared<State>()) {
  state_->cache_time = cache_time;
  shared_->deliver = [executor, state = state_](const std::string& host, Result<Addresses> answer) {
    asio::post(executor, [state, host, answer = std::move(answer)] { state->answer(host, answer); });
  };
  for (int i = 0; i < std::max(threads, 1); ++i) {
    std::thread([shared = shared_] {
      pthread_setname_np(pthread_self(), "resolver");
      std::unique_lock lock(shared->mutex);
      for (;;) {
        shared->filled.wait(lock, [&] { return shared->closed || !shared->queue.empty(); });
        if (shared->closed) return;
        const std::string host = std::move(shared->queue.front());
        shared->queue.pop_front();
        lock.unlock();
        Result<Addresses> answer = shared->lookup(host);
        lock.lock();
        if (shared->closed) return;
        shared->deliver(host, std::move(answer));
      }
    }).detach();
  }
}

Resolver::~Resolver() {
  const std::lock_guard lock(shared_->mutex);
  shared_->closed = true;
  shared_->deliver = nullptr;
  shared_->filled.notify_all();
}

void Resolver::resolve(const std::string& host, std::move_only_function<void(Result<Addresses>)> done) {
  if (const auto cached = state_->cache.find(host);
      cached != state_->cache.end() && cached->second.until > Clock::now()) {
    return done(cached->second.answer);
  }
  if (const auto found = state_->open.find(host); found != state_->open.end()) {
    found->second.push_back(std::move(done));
    return;
  }
  {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->closed || shared_->queue.size() >= kMaxQueue) {
      return done(std::unexpected(exchange_error(ExchangeFailure::overloaded, "too many names to resolve")));
    }
    shared_->queue.push_back(host);
  }
  shared_->filled.notify_one();
  state_->open[host].push_back(std::move(done));
}

void Resolver::stop() {
  auto open = std::exchange(state_->open, {});
  for (auto& [host, waiting] : open) {
    for (auto& done : waiting) done(std::unexpected(exchange_error(ExchangeFailure::cancelled, "stopping")));
  }
}

}  // namespace dunlin::net
