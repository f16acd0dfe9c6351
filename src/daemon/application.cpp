#include "application.hpp"

#include "maintenance.hpp"

#include "dunlin/activitypub/jobs.hpp"
#include "dunlin/base/log.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/base/version.hpp"
#include "dunlin/jobs/job.hpp"
#include "dunlin/service/federation_policy.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <condition_variable>
#include <utility>

namespace dunlin::daemon {

namespace {

constexpr int kSpareKeys = 8;
constexpr std::chrono::seconds kKeyInterval{30};
constexpr std::chrono::seconds kStopMargin{5};

net::WorkersOptions workers_options(const config::Config& config) {
  return net::share_workers(config.server.workers);
}

net::ClientOptions client_options(const config::Config& config, net::CidrSet private_ranges) {
  net::ClientOptions options;
  options.user_agent = fmt::format("Dunlin/{} (+{}/)", kVersion, config.origin());
  options.allow_http = config.federation.allow_http;
  options.allowed_private = std::move(private_ranges);
  options.ca_file = config.federation.ca_file;
  return options;
}

net::FetcherOptions fetcher_options(const config::Config& config) {
  net::FetcherOptions options;
  options.own_authorities = {config.web_host(), config.server.domain};
  return options;
}

net::SignFunction sign_fetches(const activitypub::SigningKey& key, const Clock& clock) {
  return [&key, &clock](http::OutboundRequest& request, net::SignatureScheme scheme) {
    const auto kind =
        scheme == net::SignatureScheme::cavage ? crypto::SignatureScheme::cavage : crypto::SignatureScheme::rfc9421;
    if (const auto done = activitypub::sign_fetch(request, key, kind, clock.now()); !done) {
      log::warn("a fetch goes out unsigned", {log::kv("url", request.url), log::kv("error", done.error().message)});
    }
  };
}

/// Nothing is asked of hosts that the admin's policy leaves out.
net::FetchFunction within_policy(const config::Config& config, net::FetchFunction fetch) {
  return [&config, fetch = std::move(fetch)](service::RemoteRequest request,
                                             std::move_only_function<void(service::RemoteDocument)> done) {
    const auto url = Url::parse(request.url);
    if (url && service::may_federate(config, url->authority())) return fetch(std::move(request), std::move(done));
    service::RemoteDocument refused;
    refused.failure = "refused by federation.mode";
    done(std::move(refused));
  };
}

net::JobPumpOptions job_pump_options() {
  net::JobPumpOptions options;
  // One at a time: what an account does is enqueued for its followers in the order in which it was done.
  options.concurrency[static_cast<std::size_t>(jobs::Lane::deliver)] = 1;
  return options;
}

net::DeliveryPumpOptions delivery_pump_options(const config::Config::Delivery& delivery) {
  net::DeliveryPumpOptions options;
  options.concurrency = delivery.concurrency;
  options.per_host = delivery.per_host;
  options.retry_scale = delivery.retry_scale;
  return options;
}

net::ServerOptions server_options(const config::Config& config) {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  net::ServerOptions options;
  options.listen = config.server.listen;
  options.io_threads = config.server.io_threads > 0 ? config.server.io_threads : static_cast<int>(std::min(4U, cores));
  options.max_connections = config.server.max_connections;
  options.trusted_proxies = config.server.trusted_proxies;
  return options;
}

}  // namespace

Result<std::unique_ptr<Application>> Application::create(Core& core) {
  auto ranges = TRY(net::CidrSet::parse(core.config().federation.allow_private_addresses));
  auto key = TRY(core.new_session()->read(
      [&](db::Tx& tx) { return activitypub::find_signing_key(tx, core.keys(), model::kInstanceActorId); }));
  return std::unique_ptr<Application>(new Application(core, std::move(ranges), std::move(key)));
}

Application::Application(Core& core, net::CidrSet private_ranges, activitypub::SigningKey instance_key)
    : core_(core),
      context_{core.env(), core.services()},
      instance_key_(std::move(instance_key)),
      workers_(workers_options(core.config()), [&core] { return core.new_session(); }),
      outgoing_("outgoing"),
      client_(outgoing_, client_options(core.config(), std::move(private_ranges))),
      fetcher_(outgoing_, client_, workers_, sign_fetches(instance_key_, core.clock()), fetcher_options(core.config())),
      job_pump_(outgoing_, within_policy(core.config(), fetcher_.function()), workers_, job_queue_, core.clock(),
                job_pump_options()),
      signing_keys_(core.keys(), core.clock()),
      delivery_queue_(signing_keys_, core.clock(), core.config().delivery),
      delivery_pump_(outgoing_, client_, workers_, delivery_queue_, core.clock(),
                     delivery_pump_options(core.config().delivery)),
      http_(context_, metrics_,
            [this] {
              Metrics::Gauges gauges{.connections = server_.connections(), .waiting = {}};
              for (std::size_t i = 0; i < net::kLanes; ++i)
                gauges.waiting.at(i) = workers_.waiting(static_cast<net::Lane>(i));
              return gauges;
            }),
      server_(server_options(core.config()), http_, workers_, within_policy(core.config(), fetcher_.function())) {
  register_jobs();
}

Application::~Application() {
  stop();
}

void Application::register_jobs() {
  using Documents = service::RemoteDocuments;
  job_queue_.on(jobs::kProcessActivity.name, [this](db::Tx& tx, Documents& documents, const jobs::Job& job) {
    return activitypub::run_process_activity(core_.env(), core_.services(), tx, documents, job.payload);
  });
  job_queue_.on(activitypub::kDistribute.name, [this](db::Tx& tx, Documents&, const jobs::Job& job) {
    return activitypub::run_distribute(core_.env(), tx, job.payload);
  });
  job_queue_.on(jobs::kPurge.name,
                [this](db::Tx& tx, Documents&, const jobs::Job&) { return run_purge(tx, core_.queue()); });
}

Result<void> Application::start() {
  TRY_VOID(core_.new_session()->write([&](db::Tx& tx) -> Result<void> {
    enqueue_purge(tx, core_.queue(), tx.now());
    return {};
  }));
  presence_.emplace(core_.new_session());
  TRY_VOID(server_.start());
  running_ = true;
  core_.wake_up().connect(&job_pump_, &delivery_pump_);
  job_pump_.start();
  delivery_pump_.start();
  key_maker_ = std::jthread([this](const std::stop_token& stop) { keep_spare_keys(stop); });
  return {};
}

void Application::keep_spare_keys(const std::stop_token& stop) {
  const auto session = core_.new_session();
  std::mutex mutex;
  std::condition_variable_any pause;
  while (!stop.stop_requested()) {
    bool made = false;
    try {
      made = core_.services().accounts.top_up_spare_keys(*session, kSpareKeys);
    } catch (const std::exception& e) {
      log::warn("no spare key could be stored", {log::kv("error", e.what())});
    }
    std::unique_lock lock(mutex);
    if (!made) pause.wait_for(lock, stop, kKeyInterval, [] { return false; });
  }
}

void Application::stop() {
  if (!std::exchange(running_, false)) return;
  const std::chrono::milliseconds grace = core_.config().server.shutdown_grace;
  log::info("stopping: no new connections or jobs", {log::kv("connections", server_.connections())});
  server_.stop_accepting();
  job_pump_.begin_stop();
  delivery_pump_.begin_stop();
  key_maker_.request_stop();
  if (!server_.drain(grace)) log::warn("stopping: some requests were cut off");
  server_.stop();
  if (!job_pump_.drain(kStopMargin)) log::warn("stopping: jobs are interrupted and will run again");
  if (!delivery_pump_.drain(kStopMargin)) log::warn("stopping: deliveries are interrupted and will be repeated");
  client_.stop();
  fetcher_.stop();
  job_pump_.stop();
  delivery_pump_.stop();
  core_.wake_up().connect(nullptr, nullptr);
  presence_.reset();
  key_maker_ = {};
  workers_.stop();
  outgoing_.stop();
  log::info("stopped");
}

}  // namespace dunlin::daemon
