#pragma once

#include "dunlin/config/config.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/feed/feeds.hpp"
#include "dunlin/service/events.hpp"
#include "dunlin/streaming/hub.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace dunlin::streaming {

class ReaderFilters;

/// Takes the events of all commits, one after the other: keeps the feeds true and tells the listeners. It reads what is
/// there now, so that an event that comes late or twice does no harm. A thread and a database session of its own.
class Publisher {
 public:
  Publisher(const config::Config& config, feed::Feeds& feeds, Hub& hub);
  ~Publisher();
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  /// From any thread; does not block. Beyond the limit of what may wait, everything is forgotten and begins anew: feeds
  /// are read again, streams are closed.
  void hear(service::Event event);
  /// Events were lost: feeds are read again, streams are closed, so that clients come back and look for themselves.
  void begin_anew();

  /// What others decided may not be heard of for a while: closes the streams whose token the API would no longer take.
  void judge_all();

  void start(std::function<std::unique_ptr<db::Session>()> make_session);
  /// What was heard and not told is dropped. Idempotent.
  void stop();

  /// What start() does with each event. Throws db::Unavailable; it may then be called again with the same event.
  void publish(db::Session& session, const service::Event& event);
  /// What start() does after judge_all().
  void judge(db::Session& session);

 private:
  void run(const std::stop_token& stop, db::Session& session);
  void publish_patiently(const std::stop_token& stop, db::Session& session, const service::Event& event);
  void refresh(db::Session& session);
  void restart(db::Session& session);

  const config::Config& config_;
  feed::Feeds& feeds_;
  Hub& hub_;
  const std::unique_ptr<ReaderFilters> filters_;
  std::mutex mutex_;
  std::condition_variable_any heard_;
  std::deque<service::Event> events_;
  bool lost_ = false;
  bool judge_ = false;
  std::chrono::steady_clock::time_point refreshed_;
  std::jthread thread_;
};

}  // namespace dunlin::streaming
