#include "siblings.hpp"

#include "dunlin/base/log.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace dunlin::daemon {

namespace {

using namespace std::chrono_literals;

constexpr auto kGreeting = 30s;
constexpr auto kSilence = 100s;     // three greetings: whoever is silent that long is gone
constexpr auto kRetention = 50min;  // a little less than events are kept (maintenance.cpp)
constexpr auto kWait = 500ms;
constexpr auto kSoon = 20ms;
constexpr auto kPause = 500ms;
constexpr auto kFirstAnswers = 300ms;
constexpr auto kPatience = 5s;
constexpr int kBatch = 500;
constexpr std::string_view kHere = "here ";

}  // namespace

void Siblings::start() {
  session_ = core_.new_session();
  connect();
  // Whoever is here answers at once and stores its events from then on. What it began before is over when the oldest
  // open transaction is younger.
  const auto until = Steady::now() + kFirstAnswers;
  for (auto now = Steady::now(); now < until && others_.empty(); now = Steady::now()) {
    for (const auto& text : listener_->wait(std::chrono::ceil<std::chrono::milliseconds>(until - now))) hear(text);
  }
  if (!others_.empty()) wait_for_open_transactions();
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Siblings::wait_for_open_transactions() {
  const auto horizon = [this] {
    return session_->read([](db::Tx& tx) -> Result<store::EventHorizon> { return store::find_event_horizon(tx); })
        .value();
  };
  const auto until = Steady::now() + kPatience;
  const auto begun_later = horizon().next;
  while (horizon().xact < begun_later && Steady::now() < until) std::this_thread::sleep_for(kSoon);
}

void Siblings::stop() {
  thread_ = {};
}

void Siblings::connect() {
  listener_ = db::make_listener(core_.connection(), store::kSiblingsChannel);
  // Until it is certain that nobody is there.
  assumed_until_ = Steady::now() + kSilence;
  core_.set_heard_by_others(true);
  std::ignore = session_->write([](db::Tx& tx) -> Result<void> {
    store::begin_event_epoch(tx);
    return {};
  });
  greet();
  read_events();
  ears_.deaf(false);
}

void Siblings::disconnect() {
  listener_.reset();
  ears_.deaf(true);
}

void Siblings::run(const std::stop_token& stop) {
  auto wait = std::chrono::milliseconds(kSoon);
  while (!stop.stop_requested()) {
    try {
      if (!listener_) connect();
      bool stored = wait == kSoon;
      for (const auto& text : listener_->wait(wait)) {
        stored |= text == store::kEventsStored;
        hear(text);
      }
      const auto now = Steady::now();
      // Also now and then without being told: a notification is a hint, the rows are what counts.
      const bool due = stored || now - last_read_ > 2s;
      wait = due && read_events() ? std::chrono::milliseconds(kSoon) : std::chrono::milliseconds(kWait);
      beat(now);
    } catch (const db::Unavailable& e) {
      log::debug("other processes are not heard", {log::kv("reason", e.what())});
      disconnect();
      std::this_thread::sleep_for(kPause);
    } catch (const std::exception& e) {
      log::error("other processes are not heard", {log::kv("reason", e.what())});
      disconnect();
      std::this_thread::sleep_for(kPause);
    }
  }
}

void Siblings::greet() {
  next_greeting_ = Steady::now() + kGreeting;
  std::ignore = session_->write([&](db::Tx& tx) -> Result<void> {
    store::notify_siblings(tx, std::string(kHere) + std::to_string(core_.events().origin()));
    return {};
  });
}

void Siblings::hear(std::string_view text) {
  if (text.starts_with(kHere)) {
    const auto who = text.substr(kHere.size());
    if (who == std::to_string(core_.events().origin())) return;
    const bool is_new = others_.insert_or_assign(std::string(who), Steady::now()).second;
    if (!is_new) return;
    log::info("another process works on this database", {log::kv("process", who)});
    core_.set_heard_by_others(true);
    return greet();
  }
  core_.wake_up().heard(text);
}

bool Siblings::read_events() {
  const auto now = Steady::now();
  const auto horizon =
      session_->read([](db::Tx& tx) -> Result<store::EventHorizon> { return store::find_event_horizon(tx); }).value();
  const bool forgotten = cursor_ && (now - last_read_ > kRetention || horizon.epoch != epoch_);
  if (forgotten) ears_.lost();
  // All below the horizon is settled: `xact` is exclusive with the greatest id.
  const store::EventCursor settled{.xact = horizon.xact - 1};
  if (!cursor_ || forgotten) cursor_ = settled;
  epoch_ = horizon.epoch;
  last_read_ = now;
  const auto events = session_
                          ->read([&](db::Tx& tx) -> Result<std::vector<store::StoredEvent>> {
                            return store::list_events(tx, core_.events().origin(), *cursor_, horizon.xact, kBatch);
                          })
                          .value();
  for (const auto& stored : events) {
    if (auto event = service::parse_event(stored.event)) ears_.event(*std::move(event));
  }
  const bool full = events.size() == static_cast<std::size_t>(kBatch);
  cursor_ = full ? events.back().at : settled;
  return full || horizon.more_beyond;
}

void Siblings::beat(Steady::time_point now) {
  if (now >= next_greeting_) greet();
  std::erase_if(others_, [&](const auto& other) { return now - other.second > kSilence; });
  if (others_.empty() && now > assumed_until_) core_.set_heard_by_others(false);
}

}  // namespace dunlin::daemon
