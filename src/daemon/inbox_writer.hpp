#pragma once

#include "core.hpp"

#include "dunlin/activitypub/intake.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace dunlin::daemon {

/// Stores what reaches the inbox: whatever has come while one transaction was committed goes into the next, so that
/// under load many share one commit, and a single one waits for nobody. A second thread handles what is stored, in
/// company as well.
class InboxWriter {
 public:
  enum class Stored : std::uint8_t {
    yes,
    stale,   // to be judged anew
    failed,  // not now: the database is away, or too many wait
  };
  using Done = std::move_only_function<void(Stored)>;

  struct Options {
    std::chrono::milliseconds patience{std::chrono::seconds(2)};  // what takes longer is not tried once more
    std::chrono::milliseconds look{std::chrono::seconds(5)};      // for what another process left
    std::chrono::milliseconds pause{std::chrono::seconds(1)};     // after a failure to handle
  };
  explicit InboxWriter(Core& core) : InboxWriter(core, {}) {}
  InboxWriter(Core& core, const Options& options) : core_(core), options_(options) {}
  ~InboxWriter();
  InboxWriter(const InboxWriter&) = delete;
  InboxWriter& operator=(const InboxWriter&) = delete;

  void start();
  /// Any thread. `done` is called once, after the commit, from any thread; it must not block.
  void put(activitypub::Intake intake, Done done);
  /// Handles no more; what was put before is still stored. Idempotent.
  void stop();

 private:
  using Waiting = std::pair<activitypub::Intake, Done>;

  void write(const std::stop_token& stop);
  void store(db::Session& session, std::vector<Waiting> batch);
  /// The same; `batch` without its intakes, which are beside it.
  void store(db::Session& session, std::span<const activitypub::Intake> intakes, std::span<Waiting> batch);
  void handle(const std::stop_token& stop);

  Core& core_;
  const Options options_;
  std::mutex mutex_;
  std::condition_variable_any filled_;
  std::vector<Waiting> waiting_;
  std::size_t bytes_ = 0;  // of the bodies that wait
  bool open_ = false;
  std::condition_variable_any stored_;
  bool work_ = true;  // something may wait to be handled
  std::jthread writer_;
  std::jthread handler_;
};

}  // namespace dunlin::daemon
