#include "dunlin/jobs/presence.hpp"

#include <chrono>
#include <thread>
#include <utility>

namespace dunlin::jobs {

namespace {

// The lock's key is any number that nothing else in this database uses: "dunlin" in ASCII.
const db::Statement kTryAlone{"presence.try_alone", "SELECT pg_try_advisory_lock(110425961229678)"};
const db::Statement kStay{"presence.stay", "SELECT pg_advisory_lock_shared(110425961229678)::text"};
const db::Statement kNobodyThere{"presence.nobody_there", "SELECT pg_try_advisory_xact_lock(110425961229678)"};
const db::Statement kNotAlone{"presence.not_alone", "SELECT pg_advisory_unlock(110425961229678)"};
const db::Statement kFreeJobs{"presence.free_jobs", "UPDATE jobs SET lease_until = NULL WHERE lease_until IS NOT NULL"};
const db::Statement kFreeHosts{
    "presence.free_hosts",
    "UPDATE delivery_hosts SET lease_owner = NULL, lease_until = NULL WHERE lease_until IS NOT NULL"};

// After a kill -9 the server may need a moment to see that the old connections are gone.
constexpr int kTries = 10;
constexpr std::chrono::milliseconds kPause{100};

// Beside that key: one for each number.
const db::Statement kTryNumber{"presence.try_number", "SELECT pg_try_advisory_lock(110425961230000 + $1::bigint)"};
const db::Statement kTryNumberShared{"presence.try_number_shared",
                                     "SELECT pg_try_advisory_xact_lock_shared(110425961230000 + $1::bigint)"};
constexpr int kCommands = 1;
constexpr int kMaxNumber = 255;

bool try_alone(db::Session& session) {
  return session.read([](db::Tx& tx) -> Result<bool> { return tx.exec(kTryAlone)[0].boolean(0); }).value();
}

}  // namespace

Presence::Presence(std::unique_ptr<db::Session> session) : session_(std::move(session)) {
  was_alone_ = try_alone(*session_);
  for (int i = 1; i < kTries && !was_alone_; ++i) {
    std::this_thread::sleep_for(kPause);
    was_alone_ = try_alone(*session_);
  }
  if (was_alone_) {
    std::ignore = session_->write([](db::Tx& tx) -> Result<void> {
      tx.exec(kFreeJobs);
      tx.exec(kFreeHosts);
      return {};
    });
  }
  std::ignore = session_->read([this](db::Tx& tx) -> Result<void> {
    tx.exec(kStay);
    if (was_alone_) tx.exec(kNotAlone);
    return {};
  });
}

bool is_nobody_present(db::Tx& tx) {
  return tx.exec(kNobodyThere)[0].boolean(0);
}

Result<NodeNumber> NodeNumber::claim(std::unique_ptr<db::Session> session) {
  for (int number = 0; number <= kMaxNumber; ++number) {
    if (number == kCommands) continue;
    const bool ours =
        session->read([&](db::Tx& tx) -> Result<bool> { return tx.exec(kTryNumber, {number})[0].boolean(0); }).value();
    if (ours) return NodeNumber(std::move(session), static_cast<std::uint8_t>(number));
  }
  return fail(Errc::conflict, "too many processes work on this database");
}

bool is_number_taken(db::Tx& tx, std::uint8_t number) {
  return !tx.exec(kTryNumberShared, {int{number}})[0].boolean(0);
}

}  // namespace dunlin::jobs
