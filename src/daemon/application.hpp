#pragma once

#include "core.hpp"
#include "delivery_queue.hpp"
#include "http_application.hpp"
#include "instance_key.hpp"
#include "job_queue.hpp"
#include "mail_pump.hpp"
#include "media_fetcher.hpp"
#include "metrics.hpp"
#include "siblings.hpp"

#include "dunlin/api/entities/status_cache.hpp"
#include "dunlin/api/token_cache.hpp"
#include "dunlin/feed/feeds.hpp"
#include "dunlin/jobs/presence.hpp"
#include "dunlin/net/client.hpp"
#include "dunlin/net/delivery_pump.hpp"
#include "dunlin/net/io_thread.hpp"
#include "dunlin/net/job_pump.hpp"
#include "dunlin/net/remote_fetcher.hpp"
#include "dunlin/net/server.hpp"
#include "dunlin/net/workers.hpp"
#include "dunlin/streaming/gateway.hpp"
#include "dunlin/streaming/hub.hpp"
#include "dunlin/streaming/publisher.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <thread>

namespace dunlin::daemon {

/// The running server: all parts, in the order in which they are built; they die in reverse.
class Application {
 public:
  /// Core is prepared. Errors: one clear line.
  static Result<std::unique_ptr<Application>> create(Core& core);
  ~Application();
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  /// Listens and works until stop(). Errors: one clear line (address in use, ...).
  Result<void> start();
  /// Orderly, within server.shutdown_grace and a little: docs/operations.md "Stopping".
  void stop();
  [[nodiscard]] std::string address() const { return server_.address(); }

 private:
  Application(Core& core, net::CidrSet private_ranges, activitypub::SigningKey instance_key);
  void register_jobs();
  /// Of this process or another.
  void hear(const service::Event& event);
  /// Some were missed: what they would have told is read anew.
  void lose_events();
  void believe_caches_until(Siblings::Steady::time_point time);
  /// Keeps a few RSA keys ready, so that making an account does not wait for one, and the instance actor's as it is
  /// now.
  void keep_keys(const std::stop_token& stop);

  Core& core_;
  feed::Feeds feeds_;       // home feeds of those who read here
  api::TokenCache tokens_;  // whom tokens speak for
  api::entities::StatusCache statuses_;
  const api::Context context_;
  InstanceKey instance_key_;    // signs every fetch
  net::Workers workers_;        // all blocking work: SQL, signatures, files
  net::IoThread outgoing_;      // the loop of everything that we send
  net::Client client_;          // connections to other servers
  net::RemoteFetcher fetcher_;  // documents of other servers
  net::Client trusted_client_;  // connections to addresses that the admin names, private ones too
  net::RemoteFetcher translator_;
  MediaFetcher media_fetcher_;  // files of other servers
  JobQueue job_queue_;          // what jobs there are
  net::JobPump job_pump_;
  SigningKeys signing_keys_;
  DeliveryQueue delivery_queue_;
  net::DeliveryPump delivery_pump_;
  std::optional<MailPump> mail_pump_;       // with a mail server configured
  std::optional<jobs::Presence> presence_;  // while the pumps run
  streaming::Hub hub_;                      // open streams
  streaming::Publisher publisher_;
  streaming::Gateway gateway_;
  Siblings siblings_;  // other processes on this database
  Metrics metrics_;
  InboxWriter inbox_writer_;
  HttpApplication http_;  // what requests find
  net::Server server_;
  std::jthread key_maker_;
  std::stop_source stopping_;  // for long jobs
  bool running_ = false;
};

}  // namespace dunlin::daemon
