#pragma once

#include "core.hpp"
#include "hearing.hpp"
#include "roster.hpp"

#include "dunlin/db/listener.hpp"
#include "dunlin/store/events.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace dunlin::daemon {

/// The other processes on this database: hears their events and their wake-ups, and lets them know that we are here, so
/// that a process that is alone writes nothing for others. A thread of its own with two connections.
class Siblings {
 public:
  using Steady = std::chrono::steady_clock;

  struct Ears {
    std::function<void(service::Event)> event;
    std::function<void()> lost;  // events may be lost: begin anew
    /// What is kept in memory is what the database has, until then, and is not to be believed after it. Any thread.
    std::function<void(Steady::time_point)> believe_until;
    /// Others' events have not been heard for long: what must not wait for them is looked up. Now and then.
    std::function<void()> behind;
  };
  struct Options {
    std::chrono::milliseconds greeting{std::chrono::seconds(30)};
    std::chrono::milliseconds silence{
        std::chrono::seconds(100)};                              // three greetings: whoever is silent that long is gone
    std::chrono::milliseconds margin{std::chrono::seconds(10)};  // others may count from an earlier moment
    std::chrono::milliseconds retention{
        std::chrono::minutes(50)};                              // a little less than events are kept (maintenance.cpp)
    std::chrono::milliseconds belief{std::chrono::seconds(5)};  // how far behind the others memory may be
  };
  Siblings(Core& core, Ears ears) : Siblings(core, std::move(ears), {}) {}
  Siblings(Core& core, Ears ears, const Options& options) : core_(core), ears_(std::move(ears)), options_(options) {}

  /// Returns when whatever others do from now on will be heard: at once when nobody else is there.
  void start();
  void stop();

  /// Something may have been committed here, or may still be, of which nobody was told. Any thread.
  void doubt();

 private:
  void run(const std::stop_token& stop);
  void listen_once(std::chrono::milliseconds& wait);
  void connect();
  void disconnect();
  /// From now on. Those who do not know us (any more) answer; if there may be some, their answers are waited for.
  void tell_others();
  void await_answers();
  void wait_for_open_transactions();
  void greet();
  void hear(std::string_view text);
  /// True: ask again soon.
  bool read_events();
  store::EventHorizon find_horizon();
  std::int64_t take_number();
  std::optional<store::EventCursor> read_batch(const store::EventHorizon& horizon);
  void believe();
  void take_doubt();
  void beat(Steady::time_point now);

  Core& core_;
  const Ears ears_;
  const Options options_;
  std::unique_ptr<db::Session> session_;
  std::unique_ptr<db::Listener> listener_;
  std::optional<store::EventCursor> cursor_;
  std::string epoch_;
  Hearing hearing_;
  Roster roster_;
  Steady::time_point last_read_;
  Steady::time_point last_behind_;
  bool missed_ = false;  // something may have happened of which we were not told
  std::mutex mutex_;
  bool doubted_ = false;  // under mutex_, as every call of believe_until
  std::jthread thread_;
};

}  // namespace dunlin::daemon
