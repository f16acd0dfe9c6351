#pragma once

#include "core.hpp"

#include "dunlin/db/listener.hpp"
#include "dunlin/store/events.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace dunlin::daemon {

/// The other processes on this database: hears their events and their wake-ups, and lets them know that we are here, so
/// that a process that is alone writes nothing for others. A thread of its own with two connections.
class Siblings {
 public:
  struct Ears {
    std::function<void(service::Event)> event;
    std::function<void()> lost;      // events may be lost: begin anew
    std::function<void(bool)> deaf;  // nothing is heard from now on; or everything again
  };
  Siblings(Core& core, Ears ears) : core_(core), ears_(std::move(ears)) {}

  /// Returns when whatever others do from now on will be heard: at once when nobody else is there.
  void start();
  void stop();

 private:
  using Steady = std::chrono::steady_clock;

  void run(const std::stop_token& stop);
  void connect();
  void disconnect();
  void wait_for_open_transactions();
  void greet();
  void hear(std::string_view text);
  /// True: ask again soon.
  bool read_events();
  void beat(Steady::time_point now);

  Core& core_;
  const Ears ears_;
  std::unique_ptr<db::Session> session_;
  std::unique_ptr<db::Listener> listener_;
  std::optional<store::EventCursor> cursor_;
  std::string epoch_;
  Steady::time_point last_read_;
  Steady::time_point next_greeting_;
  std::map<std::string, Steady::time_point, std::less<>> others_;  // by origin: last heard
  Steady::time_point assumed_until_;  // as long as somebody may be there whom we have not heard yet
  std::jthread thread_;
};

}  // namespace dunlin::daemon
