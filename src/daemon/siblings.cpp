#include "siblings.hpp"

#include "dunlin/base/log.hpp"

#include <algorithm>
#include <utility>

namespace dunlin::daemon {

namespace {

using namespace std::chrono_literals;

constexpr auto kWait = 500ms;
constexpr auto kSoon = 20ms;
constexpr auto kReadInterval = 2s;
constexpr auto kPause = 500ms;
constexpr auto kFirstAnswers = 300ms;
constexpr auto kPatience = 5s;
constexpr int kBatch = 500;
constexpr std::string_view kHere = "here ";
constexpr std::string_view kToldNobody = "told nobody ";  // until now, when it heard of another

}  // namespace

void Siblings::start() {
  session_ = core_.new_session();
  hearing_ = Hearing(Steady::now());
  greeted_ = Steady::now();
  connect();
  read_events();
  // Whoever is here answers at once and stores its events from then on. What it began before is over when the oldest
  // open transaction is younger.
  await_answers();
  if (!others_.empty()) wait_for_open_transactions();
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Siblings::wait_for_open_transactions() {
  const auto until = Steady::now() + kPatience;
  const auto begun_later = take_number();
  while (find_horizon().xact < begun_later) {
    if (Steady::now() > until) return;
    std::this_thread::sleep_for(kSoon);
  }
  missed_ = false;  // and nothing was read before
}

void Siblings::stop() {
  thread_ = {};
}

void Siblings::doubt() {
  const std::lock_guard lock(mutex_);
  doubted_ = true;
  ears_.believe_until({});
}

void Siblings::take_doubt() {
  const std::lock_guard lock(mutex_);
  missed_ |= std::exchange(doubted_, false);
}

void Siblings::believe() {
  const std::lock_guard lock(mutex_);
  if (!doubted_ && hearing_.knows()) ears_.believe_until(hearing_.complete() + options_.belief);
}

void Siblings::connect() {
  listener_ = db::make_listener(core_.connection(), store::kSiblingsChannel);
  std::ignore = session_->write([](db::Tx& tx) -> Result<void> {
    store::begin_event_epoch(tx);
    return {};
  });
  tell_others();
}

void Siblings::disconnect() {
  listener_.reset();
  const std::lock_guard lock(mutex_);
  ears_.believe_until({});
}

void Siblings::run(const std::stop_token& stop) {
  auto wait = std::chrono::milliseconds(kSoon);
  while (!stop.stop_requested()) {
    try {
      listen_once(wait);
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

void Siblings::listen_once(std::chrono::milliseconds& wait) {
  // Taken before what has arrived is heard: whoever seems silent then was, also when we are held up here.
  const auto now = Steady::now();
  if (!listener_) connect();
  bool stored = wait == kSoon;
  for (const auto& text : listener_->wait(wait)) {
    stored |= text == store::kEventsStored;
    hear(text);
  }
  // Also now and then without being told: a notification is a hint, the rows are what counts.
  const bool due = stored || missed_ || now - last_read_ > kReadInterval;
  wait = due && read_events() ? std::chrono::milliseconds(kSoon) : std::chrono::milliseconds(kWait);
  beat(now);
}

void Siblings::tell_others() {
  // Until it is certain that nobody is there.
  assumed_until_ = Steady::now() + options_.silence;
  tells_others_ = true;
  core_.set_heard_by_others(true);
  const bool forgotten = stood_still();
  if (forgotten) {
    log::warn("this process stood still: others may have told it nothing");
    missed_ = true;
    others_.clear();
  }
  greet();
  if (forgotten) await_answers();
}

bool Siblings::stood_still() const {
  return Steady::now() - greeted_ > options_.silence - options_.margin;
}

void Siblings::await_answers() {
  const auto until = Steady::now() + kFirstAnswers;
  for (auto now = Steady::now(); now < until && others_.empty(); now = Steady::now()) {
    for (const auto& text : listener_->wait(std::chrono::ceil<std::chrono::milliseconds>(until - now))) hear(text);
  }
}

void Siblings::greet() {
  const auto began = Steady::now();
  const bool told_nobody = tells_others_ && kept_silent_;
  std::ignore = session_->write([&](db::Tx& tx) -> Result<void> {
    const auto who = std::to_string(core_.events().origin());
    store::notify_siblings(tx, std::string(kHere) + who);
    if (told_nobody) store::notify_siblings(tx, std::string(kToldNobody) + who);
    return {};
  });
  greeted_ = began;
  if (told_nobody) kept_silent_ = false;
}

void Siblings::hear(std::string_view text) {
  if (text.starts_with(kToldNobody)) {
    missed_ |= text.substr(kToldNobody.size()) != std::to_string(core_.events().origin());
    return;
  }
  if (text.starts_with(kHere)) {
    const auto who = text.substr(kHere.size());
    if (who == std::to_string(core_.events().origin())) return;
    const bool is_new = others_.insert_or_assign(std::string(who), Steady::now()).second;
    if (!is_new) return;
    log::info("another process works on this database", {log::kv("process", who)});
    return tell_others();
  }
  core_.wake_up().heard(text);
}

store::EventHorizon Siblings::find_horizon() {
  return session_
      ->read([&](db::Tx& tx) -> Result<store::EventHorizon> {
        return store::find_event_horizon(tx, core_.events().origin());
      })
      .value();
}

/// Whatever has one already has a lower one.
std::int64_t Siblings::take_number() {
  return session_->write([](db::Tx& tx) -> Result<std::int64_t> { return store::take_transaction_number(tx); }).value();
}

/// Where the reading stopped; nullopt: all below the horizon is read.
std::optional<store::EventCursor> Siblings::read_batch(const store::EventHorizon& horizon) {
  const auto events = session_
                          ->read([&](db::Tx& tx) -> Result<std::vector<store::StoredEvent>> {
                            return store::list_events(tx, core_.events().origin(), *cursor_, horizon.xact, kBatch);
                          })
                          .value();
  for (const auto& stored : events) {
    if (auto event = service::parse_event(stored.event)) ears_.event(*std::move(event));
  }
  if (events.size() < static_cast<std::size_t>(kBatch)) return std::nullopt;
  return events.back().at;
}

bool Siblings::read_events() {
  const auto now = Steady::now();
  if (stood_still()) tell_others();
  take_doubt();
  const auto horizon = find_horizon();
  // All below the horizon is settled: `xact` is exclusive with the greatest id.
  const store::EventCursor settled{.xact = horizon.xact - 1};
  const bool forgotten = cursor_ && (now - hearing_.complete() > options_.retention || horizon.epoch != epoch_);
  if (missed_ || forgotten) {
    // What was told and forgotten is over; what was not told may be on its way.
    if (missed_ || !hearing_.knows()) {
      hearing_.begin_anew(now, take_number());
    } else {
      hearing_ = Hearing(now);
    }
    ears_.lost();
    missed_ = false;
  }
  if (!cursor_ || forgotten) cursor_ = settled;
  epoch_ = horizon.epoch;
  last_read_ = now;
  const auto stopped_at = read_batch(horizon);
  cursor_ = stopped_at.value_or(settled);
  const bool unread = stopped_at || horizon.more_beyond;
  const auto all_below = stopped_at ? stopped_at->xact : horizon.xact;
  if (hearing_.note({.at = now, .next = horizon.next, .settled = all_below, .unread = unread})) ears_.lost();
  believe();
  const bool behind = now - hearing_.complete() > options_.belief;
  if (behind && now - last_behind_ > options_.belief) {
    last_behind_ = now;
    log::warn("a transaction that stays open delays what other processes tell");
    ears_.behind();
  }
  return stopped_at || (unread && !behind);
}

void Siblings::beat(Steady::time_point now) {
  if (stood_still()) {
    tell_others();
  } else if (Steady::now() - greeted_ > options_.greeting) {
    greet();
  }
  std::erase_if(others_, [&](const auto& other) { return now - other.second > options_.silence; });
  if (!tells_others_ || !others_.empty() || now <= assumed_until_) return;
  tells_others_ = false;
  kept_silent_ = true;
  core_.set_heard_by_others(false);
}

}  // namespace dunlin::daemon
