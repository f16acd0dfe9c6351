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
#include <optional>
#include <set>
#include <thread>
#include <utility>

namespace dunlin::net {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kMaxQueue = 512;
constexpr std::size_t kMaxWaitingOfOwner = 16;
constexpr std::size_t kMaxStrangersOfOwner = 2;
constexpr std::size_t kMaxRunningOfOwner = 4;
constexpr std::size_t kMaxKnown = 20'000;
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

std::string last_labels(std::string_view host) {
  const auto last = host.rfind('.');
  const auto dot = last == std::string_view::npos || last == 0 ? std::string_view::npos : host.rfind('.', last - 1);
  return std::string(dot == std::string_view::npos ? host : host.substr(dot + 1));
}

}  // namespace

/// What the lookup threads see; they may outlive the resolver.
struct Resolver::Shared {
  struct Question {
    std::string host;
    std::string owner;
    bool known = false;  // was found before
  };
  /// Of one owner, or of all names that are not known.
  struct Load {
    std::size_t waiting = 0;
    std::size_t running = 0;
  };

  explicit Shared(Options given) : options(std::move(given)) {}

  const Options options;
  std::mutex mutex;
  std::condition_variable filled;
  std::deque<Question> queue;
  std::map<std::string, Load> owners;
  Load strangers;
  bool closed = false;
  /// Called under the mutex while not closed: hands an answer to the event loop.
  std::function<void(const std::string&, Result<Addresses>, Clock::duration)> deliver;

  [[nodiscard]] std::size_t for_strangers() const {
    return std::max<std::size_t>(1, static_cast<std::size_t>(options.threads) / 2);
  }
  /// Under the mutex, as all that follows.
  [[nodiscard]] bool has_room(const std::string& owner) const {
    const auto found = owners.find(owner);
    return queue.size() < kMaxQueue && (found == owners.end() || found->second.waiting < kMaxWaitingOfOwner);
  }
  bool push(Question question) {
    if (closed || !has_room(question.owner)) return false;
    if (!question.known && strangers.waiting >= kMaxQueue / 2) return false;
    ++owners[question.owner].waiting;
    if (!question.known) ++strangers.waiting;
    queue.push_back(std::move(question));
    return true;
  }
  std::optional<Question> pop() {
    const auto next = std::ranges::find_if(queue, [&](const Question& question) {
      const std::size_t of_owner = owners[question.owner].running;
      if (question.known) return of_owner < kMaxRunningOfOwner;
      return of_owner < kMaxStrangersOfOwner && strangers.running < for_strangers();
    });
    if (next == queue.end()) return std::nullopt;
    Question question = std::move(*next);
    queue.erase(next);
    Load& owner = owners[question.owner];
    --owner.waiting;
    ++owner.running;
    if (!question.known) {
      --strangers.waiting;
      ++strangers.running;
    }
    return question;
  }
  void finish(const Question& question) {
    if (!question.known) --strangers.running;
    const auto owner = owners.find(question.owner);
    if (--owner->second.running == 0 && owner->second.waiting == 0) owners.erase(owner);
  }
  void run() {
    std::unique_lock lock(mutex);
    for (;;) {
      std::optional<Question> question;
      filled.wait(lock, [&] { return closed || (question = pop()); });
      if (closed) return;
      lock.unlock();
      const auto begin = Clock::now();
      Result<Addresses> answer = options.lookup(question->host);
      const auto took = Clock::now() - begin;
      lock.lock();
      finish(*question);
      // Two may go on now, one for its owner's sake and one for that of names not known: this thread takes only one.
      filled.notify_one();
      if (closed) return;
      deliver(question->host, std::move(answer), took);
    }
  }
};

/// What the event loop sees.
struct Resolver::State {
  struct Cached {
    Result<Addresses> answer;
    Clock::time_point until;
  };
  using Waiting = std::vector<std::move_only_function<void(Result<Addresses>)>>;

  explicit State(const Options& options)
      : cache_time(options.cache_time), slow_time(options.slow), slow_cache_time(options.slow_cache_time) {}

  const std::chrono::milliseconds cache_time;
  const std::chrono::milliseconds slow_time;
  const std::chrono::milliseconds slow_cache_time;
  std::map<std::string, Cached> cache;
  std::map<std::string, Waiting> open;
  std::set<std::string> known;  // found before

  void answer(const std::string& host, const Result<Addresses>& answer, Clock::duration took) {
    if (cache.size() >= kMaxCached) {
      std::erase_if(cache, [now = Clock::now()](const auto& entry) { return entry.second.until <= now; });
      if (cache.size() >= kMaxCached) cache.clear();
    }
    const bool slow = !answer && took >= slow_time;
    const auto failed = slow ? slow_cache_time : std::min<std::chrono::milliseconds>(cache_time, kFailureCacheTime);
    cache.insert_or_assign(host, Cached{answer, Clock::now() + (answer ? cache_time : failed)});
    learn(host, answer.has_value(), slow);
    const auto found = open.find(host);
    if (found == open.end()) return;
    Waiting waiting = std::move(found->second);
    open.erase(found);
    for (auto& done : waiting) done(answer);
  }

  void learn(const std::string& host, bool found, bool slow) {
    if (slow) known.erase(host);
    if (!found || known.contains(host)) return;
    // One of them, no matter which, has to prove itself again.
    if (known.size() >= kMaxKnown) {
      const auto next = known.lower_bound(host);
      known.erase(next == known.end() ? known.begin() : next);
    }
    known.insert(host);
  }
};

Resolver::Resolver(asio::any_io_executor executor, Options options) : state_(std::make_shared<State>(options)) {
  options.threads = std::max(options.threads, 1);
  if (!options.lookup) options.lookup = system_lookup;
  if (!options.owner_of) options.owner_of = last_labels;
  shared_ = std::make_shared<Shared>(std::move(options));
  shared_->deliver = [executor, state = state_](const std::string& host, Result<Addresses> answer,
                                                Clock::duration took) {
    asio::post(executor, [state, host, answer = std::move(answer), took] { state->answer(host, answer, took); });
  };
  for (int i = 0; i < shared_->options.threads; ++i) {
    std::thread([shared = shared_] {
      pthread_setname_np(pthread_self(), "resolver");
      shared->run();
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
  Shared::Question question{
      .host = host, .owner = shared_->options.owner_of(host), .known = state_->known.contains(host)};
  {
    const std::lock_guard lock(shared_->mutex);
    if (!shared_->push(std::move(question)))
      return done(std::unexpected(exchange_error(ExchangeFailure::overloaded, "too many names to resolve")));
  }
  shared_->filled.notify_one();
  state_->open[host].push_back(std::move(done));
}

bool Resolver::has_room(const std::string& host) const {
  const std::string owner = shared_->options.owner_of(host);
  const std::lock_guard lock(shared_->mutex);
  return shared_->has_room(owner);
}

void Resolver::stop() {
  auto open = std::exchange(state_->open, {});
  for (auto& [host, waiting] : open) {
    for (auto& done : waiting) done(std::unexpected(exchange_error(ExchangeFailure::cancelled, "stopping")));
  }
}

}  // namespace dunlin::net
