#include "siblings.hpp"

#include "dunlin/base/log.hpp"

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

}  // namespace

void Siblings::start() {
  session_ = core_.new_session();
  hearing_ = Hearing(Steady::now());
  roster_ =
      Roster(core_.events().origin(),
             {.greeting = options_.greeting, .silence = options_.silence, .margin = options_.margin}, Steady::now());
  connect();
  read_events();
  // Whoever is here answers at once and stores its events from then on. What it began before is over when the oldest
  // open transaction is younger.
  await_answers();
  if (!roster_.is_alone()) wait_for_open_transactions();
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
  core_.set_heard_by_others(true);
  const bool forgotten = !roster_.assume_others(Steady::now());
  if (forgotten) {
    log::warn("this process stood still: others may have told it nothing");
    missed_ = true;
  }
  greet();
  if (forgotten) await_answers();
}

void Siblings::await_answers() {
  const auto until = Steady::now() + kFirstAnswers;
  for (auto now = Steady::now(); now < until && roster_.is_alone(); now = Steady::now()) {
    for (const auto& text : listener_->wait(std::chrono::ceil<std::chrono::milliseconds>(until - now))) hear(text);
  }
}

void Siblings::greet() {
  const auto began = Steady::now();
  const auto greeting = roster_.greeting();
  std::ignore = session_->write([&](db::Tx& tx) -> Result<void> {
    store::notify_siblings(tx, greeting.here);
    if (greeting.told_nobody) store::notify_siblings(tx, *greeting.told_nobody);
    return {};
  });
  roster_.greeted(began);
}

void Siblings::hear(std::string_view text) {
  switch (roster_.hear(text, Steady::now())) {
    case Roster::Heard::nothing:
      core_.wake_up().heard(text);
      return;
    case Roster::Heard::known:
      return;
    case Roster::Heard::newcomer:
      log::info("another process works on this database", {log::kv("process", text.substr(text.find(' ') + 1))});
      return tell_others();
    case Roster::Heard::told_nobody:
      missed_ = true;
  }
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
  if (roster_.stood_still(now)) tell_others();
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
  const auto after = Steady::now();
  if (roster_.stood_still(after)) {
    tell_others();
  } else if (roster_.must_greet(after)) {
    greet();
  }
  if (roster_.forget_silent(now)) core_.set_heard_by_others(false);
}

}  // namespace dunlin::daemon
