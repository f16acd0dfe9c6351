#include "dunlin/streaming/publisher.hpp"

#include "handlers.hpp"

#include "dunlin/base/log.hpp"

#include <chrono>
#include <exception>
#include <map>
#include <tuple>
#include <unordered_set>
#include <utility>
#include <variant>

namespace dunlin::streaming {

namespace {

constexpr std::size_t kMaxWaiting = 50'000;
constexpr std::chrono::milliseconds kPause{500};
constexpr std::chrono::seconds kRefresh{2};

/// Votes on a poll come faster than anybody reads: of those changes of one status that wait together, the last tells
/// all.
std::unordered_set<std::size_t> find_superseded(const std::deque<service::Event>& events) {
  std::unordered_set<std::size_t> out;
  std::map<std::pair<StatusId, service::events::StatusPart>, std::size_t> last;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto* change = std::get_if<service::events::StatusChanged>(&events[i]);
    if (change == nullptr) continue;
    const auto [at, is_new] = last.try_emplace({change->id, change->part}, i);
    if (!is_new) out.insert(std::exchange(at->second, i));
  }
  return out;
}

}  // namespace

Publisher::Publisher(const config::Config& config, feed::Feeds& feeds, Hub& hub)
    : config_(config), feeds_(feeds), hub_(hub), filters_(std::make_unique<ReaderFilters>()) {}

Publisher::~Publisher() {
  stop();
}

void Publisher::hear(service::Event event) {
  {
    const std::lock_guard lock(mutex_);
    if (events_.size() >= kMaxWaiting) lost_ = true;
    if (lost_) return;
    events_.push_back(std::move(event));
    feeds_.announce();
  }
  heard_.notify_one();
}

void Publisher::begin_anew() {
  {
    const std::lock_guard lock(mutex_);
    lost_ = true;
  }
  heard_.notify_one();
}

void Publisher::judge_all() {
  {
    const std::lock_guard lock(mutex_);
    judge_ = true;
  }
  heard_.notify_one();
}

void Publisher::start(std::function<std::unique_ptr<db::Session>()> make_session) {
  thread_ = std::jthread([this, make_session = std::move(make_session)](const std::stop_token& stop) {
    const auto session = make_session();
    run(stop, *session);
  });
}

void Publisher::stop() {
  thread_ = {};
}

void Publisher::publish(db::Session& session, const service::Event& event) {
  std::ignore = session.read([&](db::Tx& tx) -> Result<void> {
    Publication to{config_, feeds_, hub_, *filters_, tx};
    std::visit([&](const auto& one) { on(to, one); }, event);
    return {};
  });
}

void Publisher::run(const std::stop_token& stop, db::Session& session) {
  while (!stop.stop_requested()) {
    std::deque<service::Event> events;
    bool lost = false;
    bool judge_now = false;
    {
      std::unique_lock lock(mutex_);
      heard_.wait_for(lock, stop, kRefresh, [&] { return !events_.empty() || lost_ || judge_; });
      events.swap(events_);
      lost = std::exchange(lost_, false);
      judge_now = std::exchange(judge_, false);
    }
    if (judge_now && !lost) judge(session);
    const auto superseded = find_superseded(events);
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (stop.stop_requested()) return;
      if (!superseded.contains(i)) publish_patiently(stop, session, events[i]);
      feeds_.done();
    }
    if (lost) restart(session);
    refresh(session);
  }
}

/// While the database is away nothing new happens, and nothing that happened is lost.
void Publisher::publish_patiently(const std::stop_token& stop, db::Session& session, const service::Event& event) {
  while (!stop.stop_requested()) {
    try {
      return publish(session, event);
    } catch (const db::Unavailable&) {
      std::mutex mutex;
      std::unique_lock lock(mutex);
      std::condition_variable_any().wait_for(lock, stop, kPause, [] { return false; });
    } catch (const std::exception& e) {
      log::error("an event was not published",
                 {log::kv("event", service::render_event(event)), log::kv("error", e.what())});
      return;
    }
  }
}

/// A mute that ends tells nobody.
void Publisher::refresh(db::Session& session) {
  const auto now = std::chrono::steady_clock::now();
  if (now - refreshed_ < kRefresh) return;
  refreshed_ = now;
  try {
    std::ignore = session.read([&](db::Tx& tx) -> Result<void> {
      feeds_.refresh_expired(tx);
      return {};
    });
  } catch (const std::exception& e) {
    log::warn("relations could not be read again", {log::kv("error", e.what())});
  }
}

void Publisher::judge(db::Session& session) {
  try {
    std::ignore = session.read([&](db::Tx& tx) -> Result<void> {
      judge_listeners(tx, hub_);
      return {};
    });
  } catch (const std::exception& e) {
    log::warn("the rights to listen could not be read", {log::kv("error", e.what())});
  }
}

void Publisher::restart(db::Session& session) {
  log::warn("events were lost: streams are closed, feeds are read again");
  for (const auto& listener : hub_.listeners([](const Identity&) { return true; })) {
    listener->outbox().end(Ending::going_away);
  }
  *filters_ = {};
  try {
    std::ignore = session.read([&](db::Tx& tx) -> Result<void> {
      feeds_.reset(tx);
      return {};
    });
  } catch (const std::exception& e) {
    log::error("feeds could not be read again", {log::kv("error", e.what())});
  }
}

}  // namespace dunlin::streaming
