#include "inbox_writer.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/base/log.hpp"

#include <pthread.h>

#include <chrono>
#include <exception>
#include <iterator>
#include <optional>
#include <span>
#include <utility>

namespace dunlin::daemon {

namespace {

constexpr std::size_t kMostWaiting = 1024;
constexpr std::size_t kMostBytes = 32UL << 20U;
constexpr std::size_t kMostTogether = 100;
/// So many outages in a row may be the doing of what waits.
constexpr int kSuspicious = 3;

}  // namespace

InboxWriter::~InboxWriter() {
  stop();
}

void InboxWriter::start() {
  open_ = true;
  writer_ = std::jthread([this](const std::stop_token& stop) { write(stop); });
  handler_ = std::jthread([this](const std::stop_token& stop) { handle(stop); });
}

void InboxWriter::stop() {
  handler_ = {};
  writer_ = {};
}

void InboxWriter::put(activitypub::Intake intake, Done done) {
  std::unique_lock lock(mutex_);
  const bool has_room = waiting_.size() < kMostWaiting && bytes_ < kMostBytes;
  if (!open_ || !has_room) {
    lock.unlock();
    return done(Stored::failed);
  }
  bytes_ += intake.row.body.size();
  waiting_.emplace_back(std::move(intake), std::move(done));
  const bool may_sleep = waiting_.size() == 1;
  lock.unlock();
  if (may_sleep) filled_.notify_one();
}

void InboxWriter::write(const std::stop_token& stop) {
  pthread_setname_np(pthread_self(), "inbox-writer");
  const auto session = core_.new_session();
  std::unique_lock lock(mutex_);
  for (;;) {
    filled_.wait(lock, stop, [this] { return !waiting_.empty(); });
    if (waiting_.empty()) break;
    std::vector<Waiting> batch;
    if (waiting_.size() <= kMostTogether) {
      batch.swap(waiting_);
    } else {
      const auto end = waiting_.begin() + kMostTogether;
      batch.assign(std::move_iterator(waiting_.begin()), std::move_iterator(end));
      waiting_.erase(waiting_.begin(), end);
    }
    for (const Waiting& one : batch) bytes_ -= one.first.row.body.size();
    lock.unlock();
    store(*session, std::move(batch));
    lock.lock();
  }
  open_ = false;
}

void InboxWriter::store(db::Session& session, std::vector<Waiting> batch) {
  std::vector<activitypub::Intake> intakes;
  intakes.reserve(batch.size());
  for (Waiting& one : batch) intakes.push_back(std::move(one.first));
  store(session, intakes, batch);
}

void InboxWriter::store(db::Session& session, std::span<const activitypub::Intake> intakes, std::span<Waiting> batch) {
  std::optional<std::vector<activitypub::Taken>> taken;
  bool is_database_away = false;
  const auto begin = std::chrono::steady_clock::now();
  try {
    auto done = session.write([&](db::Tx& tx) -> Result<std::vector<activitypub::Taken>> {
      return activitypub::store_intakes(core_.env(), tx, intakes);
    });
    if (done) taken = *std::move(done);
  } catch (const db::Unavailable&) {
    is_database_away = true;
  } catch (const std::exception& e) {
    log::warn("activities were not stored", {log::kv("number", batch.size()), log::kv("why", e.what())});
  }
  const bool is_slow = std::chrono::steady_clock::now() - begin > options_.patience;
  if (!taken && !is_database_away && !is_slow && batch.size() > 1) {
    // One of them may be what the database refuses.
    const std::size_t half = batch.size() / 2;
    store(session, intakes.first(half), batch.first(half));
    store(session, intakes.subspan(half), batch.subspan(half));
    return;
  }
  if (taken) {
    std::unique_lock lock(mutex_);
    const bool may_sleep = !std::exchange(work_, true);
    lock.unlock();
    if (may_sleep) stored_.notify_one();
  }
  auto& signers = core_.federation().signers();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (!taken) {
      batch[i].second(Stored::failed);
      continue;
    }
    const bool is_stale = (*taken)[i] == activitypub::Taken::stale;
    if (is_stale) signers.forget(intakes[i].key_id);
    batch[i].second(is_stale ? Stored::stale : Stored::yes);
  }
}

void InboxWriter::handle(const std::stop_token& stop) {
  pthread_setname_np(pthread_self(), "inbox-handler");
  const auto session = core_.new_session();
  bool more = true;
  // What waits since before this process may be what ended the one before it.
  int outages = kSuspicious;
  while (!stop.stop_requested()) {
    if (!more) {
      std::unique_lock lock(mutex_);
      stored_.wait_for(lock, stop, options_.look, [this] { return work_; });
      work_ = false;
      if (stop.stop_requested()) return;
    }
    try {
      const auto company = outages < kSuspicious ? activitypub::Company::together : activitypub::Company::apart;
      more = activitypub::handle_waiting(core_.env(), core_.services(), *session, company) > 0;
      outages = 0;
    } catch (const std::exception& e) {
      ++outages;
      log::warn("activities were not handled", {log::kv("why", e.what())});
      std::unique_lock lock(mutex_);
      stored_.wait_for(lock, stop, options_.pause, [] { return false; });
      more = true;
    }
  }
}

}  // namespace dunlin::daemon
