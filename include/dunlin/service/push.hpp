#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/job.hpp"
#include "dunlin/jobs/queue.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/events.hpp"
#include "dunlin/service/remote_documents.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace dunlin::service {

/// Payload: notification and receiver. Finds the devices that want to be told.
inline constexpr jobs::Kind kPushNotification{"push_notification", jobs::Lane::push};
/// Payload: notification, receiver and the token of the subscription. One message to one device.
inline constexpr jobs::Kind kPushMessage{"push_message", jobs::Lane::push};

/// Keeps a push service that is down, or slow, from taking all places of the lane. Any thread may call.
class PushHosts {
 public:
  explicit PushHosts(const Clock& clock) : clock_(clock) {}
  /// nullopt: go ahead; else when there may be room. `what` sends one message at a time.
  std::optional<Time> enter(const std::string& host, JobId what);
  void leave(const std::string& host, JobId what, bool answered);

 private:
  struct State {
    std::map<JobId, Time> in_flight;  // since when; who never comes back does not count for ever
    int failures = 0;                 // in a row
    Time rests_until{};
  };
  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, State> hosts_;
};

/// Web Push (client-api.md 5): what is sent to whom, and what an answer means.
class PushService {
 public:
  PushService(Environment& env, const jobs::Queue& queue) : env_(env), queue_(queue), hosts_(env.clock) {}

  /// Part of the transaction that stores the notification; costs one statement where nobody is to be told.
  void notified(db::Tx& tx, const events::NotificationCreated& event);

  /// The jobs' work. Errors: need_remote (post the request and run again), remote_failed (retry later).
  Result<void> fan_out(db::Tx& tx, std::string_view payload);
  Result<void> send(db::Tx& tx, RemoteDocuments& documents, const jobs::Job& job);

 private:
  Environment& env_;
  const jobs::Queue& queue_;
  PushHosts hosts_;
};

}  // namespace dunlin::service
