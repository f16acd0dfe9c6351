#include "application.hpp"

#include "federation_jobs.hpp"
#include "lanes.hpp"
#include "maintenance.hpp"
#include "status_jobs.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/base/version.hpp"
#include "dunlin/jobs/deliveries.hpp"
#include "dunlin/jobs/job.hpp"
#include "dunlin/service/account_deletion.hpp"
#include "dunlin/service/domain_policies.hpp"
#include "dunlin/service/preview_cards.hpp"
#include "dunlin/service/profile_links.hpp"
#include "dunlin/service/relationships.hpp"
#include "dunlin/service/search_index.hpp"
#include "dunlin/service/suggestions.hpp"
#include "dunlin/service/suspension.hpp"
#include "dunlin/service/trends.hpp"

#include <fmt/core.h>
#include <sys/resource.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace dunlin::daemon {

namespace {

constexpr std::size_t kFeedShare = 8;    // of limits.memory
constexpr std::size_t kStatusShare = 8;  // likewise
constexpr std::size_t kMaxTokens = 10'000;
constexpr std::chrono::seconds kPushTimeout{10};
constexpr std::size_t kPushAnswerBytes = 64UL << 10U;
constexpr int kSpareKeys = 8;
constexpr int kNetworkShare = 8;  // of server.max_connections, for each network
constexpr int kLeastShare = 100;
constexpr int kLeastWaiting = 64;
constexpr int kMostWaiting = 4096;
constexpr std::chrono::seconds kKeyInterval{30};
constexpr std::chrono::seconds kStopMargin{5};

/// Each waits on a connection of its own: a quarter of the files that may be open, and not more memory than 40 MB.
int waiting_deliveries() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return kLeastWaiting;
  return static_cast<int>(std::clamp<rlim_t>(files.rlim_cur / 4, kLeastWaiting, kMostWaiting));
}

net::ClientOptions client_options(const config::Config& config, net::CidrSet private_ranges, net::Workers& workers) {
  net::ClientOptions options;
  options.user_agent = fmt::format("Dunlin/{} (+{}/)", kVersion, config.origin());
  options.allow_http = config.federation.allow_http;
  options.allowed_private = std::move(private_ranges);
  options.ca_file = config.federation.ca_file;
  options.files = &workers;
  options.owner_of = activitypub::HostBudget::registrable;
  // Every delivery in flight has its own, those that wait for a host that hangs as well.
  constexpr std::size_t kOthers = 128;
  options.max_connections = static_cast<std::size_t>(config.delivery.concurrency + waiting_deliveries()) + kOthers;
  return options;
}

std::set<std::string> own_authorities(const config::Config& config) {
  return {config.web_host(), config.server.domain};
}

/// Nothing is asked of hosts that the admin's policy leaves out.
net::FetcherOptions fetcher_options(const config::Config& config, activitypub::FederationService& federation) {
  net::FetcherOptions options;
  options.own_authorities = own_authorities(config);
  options.may_ask = [&federation](std::string_view authority) { return federation.policies().may_federate(authority); };
  options.may_meet = [&federation](db::Session& session, const std::string& authority) {
    return session.read([&](db::Tx& tx) -> Result<bool> { return federation.may_meet(tx, authority); }).value();
  };
  options.recall_scheme = [](db::Session& session, const std::string& authority) {
    const auto known = session.read(
        [&](db::Tx& tx) -> Result<std::optional<int>> { return jobs::find_signature_scheme(tx, authority); });
    return known.value().transform([](int scheme) { return static_cast<net::SignatureScheme>(scheme); });
  };
  options.record_scheme = [](db::Session& session, const std::string& authority, net::SignatureScheme scheme) {
    std::ignore = session.write([&](db::Tx& tx) -> Result<void> {
      jobs::record_signature_scheme(tx, authority, static_cast<int>(scheme));
      return {};
    });
  };
  return options;
}

net::SignFunction sign_fetches(const InstanceKey& key, const Clock& clock) {
  return [&key, &clock](http::OutboundRequest& request, net::SignatureForm form) {
    if (const auto done = activitypub::sign_fetch(request, *key.get(), form.scheme, clock.now(), form.with_query);
        !done) {
      log::warn("a fetch goes out unsigned", {log::kv("url", request.url), log::kv("error", done.error().message)});
    }
  };
}

/// What the admin names may be anywhere, on this machine above all.
net::ClientOptions trusted_client_options(const config::Config& config, net::Workers& workers) {
  auto options = client_options(config, *net::CidrSet::parse({"0.0.0.0/0", "::/0"}), workers);
  options.allow_http = true;
  options.resolver_threads = 2;                       // for one name
  options.first_byte_timeout = options.idle_timeout;  // a translator thinks before it speaks
  return options;
}

/// Trouble with a translator may be over the next moment.
net::FetcherOptions translator_options() {
  net::FetcherOptions options;
  options.max_concurrent = options.max_per_host = 8;
  options.missing_cache = options.refused_cache = options.transport_cache = options.max_pause =
      std::chrono::milliseconds(0);
  return options;
}

/// Everything that the core may ask for: the translator beside other servers.
net::FetchFunction all_fetches(net::RemoteFetcher& others, net::RemoteFetcher& translator) {
  return [outside = others.function(), inside = translator.function()](
             service::RemoteRequest request, std::move_only_function<void(service::RemoteDocument)> done) {
    const bool is_translation = request.kind == service::RemoteKind::translate;
    return (is_translation ? inside : outside)(std::move(request), std::move(done));
  };
}

/// Messages to push services, which have nothing to do with federation: any public address may be one.
net::FetchFunction with_push(net::Client& client, net::FetchFunction others) {
  return [&client, others = std::move(others)](service::RemoteRequest request,
                                               std::move_only_function<void(service::RemoteDocument)> done) {
    if (request.kind != service::RemoteKind::push) return others(std::move(request), std::move(done));
    http::OutboundRequest message;
    message.method = http::Method::post;
    message.url = std::move(request.url);
    for (auto& [name, value] : request.headers) message.headers.add(std::move(name), std::move(value));
    message.body = std::make_shared<const std::string>(std::move(request.body));
    message.timeout = kPushTimeout;
    message.max_body_bytes = kPushAnswerBytes;
    client.exchange(std::move(message), [done = std::move(done)](Result<http::OutboundResponse> answer) mutable {
      service::RemoteDocument document;
      if (answer) document.status = answer->status;
      if (!answer) document.failure = answer.error().detail.empty() ? answer.error().message : answer.error().detail;
      done(std::move(document));
    });
  };
}

net::JobPumpOptions job_pump_options() {
  net::JobPumpOptions options;
  // One at a time: what an account does is enqueued for its followers in the order in which it was done.
  options.concurrency[static_cast<std::size_t>(jobs::Lane::deliver)] = 1;
  // The mail pump's.
  options.concurrency[static_cast<std::size_t>(jobs::Lane::mail)] = 0;
  // Backfills wait for other servers most of the time.
  options.concurrency[static_cast<std::size_t>(jobs::Lane::maintenance)] = 4;
  return options;
}

net::DeliveryPumpOptions delivery_pump_options(const config::Config::Delivery& delivery) {
  net::DeliveryPumpOptions options;
  options.concurrency = delivery.concurrency;
  options.per_host = delivery.per_host;
  options.max_patient = waiting_deliveries();
  options.retry_scale = delivery.retry_scale;
  return options;
}

streaming::GatewayOptions gateway_options(const config::Config& config) {
  return {.max_per_user = config.streaming.max_per_user, .max_outbox_bytes = config.streaming.max_outbox_bytes};
}

std::filesystem::path work_folder(const config::Config& config) {
  return config.server.data_dir / "media" / "work";
}

net::ServerOptions server_options(const config::Config& config) {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  net::ServerOptions options;
  options.listen = config.server.listen;
  options.io_threads = config.server.io_threads > 0 ? config.server.io_threads : static_cast<int>(std::min(4U, cores));
  options.max_connections = config.server.max_connections;
  options.max_connections_per_network = std::max(kLeastShare, config.server.max_connections / kNetworkShare);
  options.trusted_proxies = config.server.trusted_proxies;
  // Not the system's folder for temporary files, which may be memory; what a crash leaves here is swept.
  options.spool_dir = work_folder(config);
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
      feeds_(core.clock(), {.max_bytes = core.config().limits.memory_bytes / kFeedShare}),
      tokens_(kMaxTokens),
      statuses_(core.config().limits.memory_bytes / kStatusShare),
      context_{core.env(), core.services(), &feeds_, &tokens_, &statuses_},
      instance_key_(std::move(instance_key)),
      workers_(workers_options(core.config()), [&core] { return core.new_session(); }),
      outgoing_("outgoing"),
      client_(outgoing_, client_options(core.config(), std::move(private_ranges), workers_)),
      fetcher_(outgoing_, client_, workers_, sign_fetches(instance_key_, core.clock()),
               fetcher_options(core.config(), core.federation())),
      trusted_client_(outgoing_, trusted_client_options(core.config(), workers_)),
      translator_(outgoing_, trusted_client_, workers_, {}, translator_options()),
      media_fetcher_(client_, workers_, core.services().remote_media, own_authorities(core.config()),
                     [&core](std::string_view host) { return core.federation().policies().may_federate(host); }),
      job_queue_(core.config().media.transcoding_timeout),
      job_pump_(outgoing_, with_push(client_, media_fetcher_.before(all_fetches(fetcher_, translator_))), workers_,
                job_queue_, core.clock(), job_pump_options()),
      signing_keys_(core.keys(), core.clock()),
      delivery_queue_(signing_keys_, core.federation().policies(), core.queue(), core.clock(), core.config().delivery),
      delivery_pump_(outgoing_, client_, workers_, delivery_queue_, core.clock(),
                     delivery_pump_options(core.config().delivery)),
      publisher_(core.config(), feeds_, hub_),
      gateway_(hub_, feeds_, gateway_options(core.config())),
      siblings_(core, {.event = [this](const service::Event& event) { hear(event); },
                       .lost = [this] { lose_events(); },
                       .believe_until = [this](Siblings::Steady::time_point time) { believe_caches_until(time); },
                       .behind = [this] { publisher_.judge_all(); }}),
      inbox_writer_(core),
      http_(context_, gateway_, inbox_writer_, metrics_,
            [this] {
              Metrics::Gauges gauges{.connections = server_.connections(),
                                     .streams = hub_.size(),
                                     .feed_bytes = feeds_.bytes(),
                                     .page_bytes = statuses_.bytes(),
                                     .media_budget = core_.config().media.cache_size_bytes,
                                     .waiting = {}};
              for (std::size_t i = 0; i < net::kLanes; ++i)
                gauges.waiting.at(i) = workers_.waiting(static_cast<net::Lane>(i));
              return gauges;
            }),
      server_(server_options(core.config()), http_, workers_,
              media_fetcher_.before(all_fetches(fetcher_, translator_))) {
  core.events().listen([this](const service::Event& event) { hear(event); });
  core.on_lost_events([this] { siblings_.doubt(); });
  register_jobs();
}

Application::~Application() {
  stop();
  core_.events().listen({});
  core_.on_lost_events({});
}

void Application::hear(const service::Event& event) {
  const auto* rows = std::get_if<service::events::RowsChanged>(&event);
  if (rows == nullptr) return publisher_.hear(event);
  std::vector<db::Change> changes;
  for (const auto& text : rows->changes) {
    // What another version tells and we do not know may be anything.
    changes.push_back(db::Change::parse(text).value_or(db::Change{}));
  }
  tokens_.changed(changes);
  statuses_.changed(changes);
}

void Application::lose_events() {
  tokens_.clear();
  statuses_.clear();
  publisher_.begin_anew();
}

void Application::believe_caches_until(Siblings::Steady::time_point time) {
  tokens_.believe_until(time);
  statuses_.believe_until(time);
}

void Application::register_jobs() {
  using Documents = service::RemoteDocuments;
  job_queue_.on(service::kVerifyLinks.name, [this](db::Tx& tx, Documents& documents, const jobs::Job& job) {
    return service::run_verify_links(tx, core_.env(), documents, job.payload);
  });
  job_queue_.on(service::kDeleteAccount.name, [this](db::Tx& tx, Documents&, const jobs::Job& job) {
    return service::run_delete_account(tx, core_.env(), job.payload);
  });
  register_federation_jobs(job_queue_, core_.env(), core_.services());
  register_status_jobs(job_queue_, core_.services());
  job_queue_.on(service::kLeaveDomain.name, [this](db::Tx& tx, Documents&, const jobs::Job& job) {
    return core_.services().relationships.leave_domain(tx, job.payload);
  });
  job_queue_.on(service::kAcceptFollowRequests.name, [this](db::Tx& tx, Documents&, const jobs::Job& job) {
    return core_.services().follows.accept_all(tx, job.payload);
  });
  job_queue_.on(service::kRefuseFollowRequests.name, [this](db::Tx& tx, Documents&, const jobs::Job& job) {
    return service::run_refuse_follow_requests(tx, core_.env(), job.payload);
  });
  job_queue_.on(service::kFetchCard.name, [this](db::Tx& tx, Documents& documents, const jobs::Job& job) {
    return service::run_fetch_card(core_.env(), tx, core_.services().remote_media, documents, job.payload);
  });
  job_queue_.on(service::kTrends.name, [this](db::Tx& tx, Documents&, const jobs::Job& job) {
    return service::run_trends(core_.env(), tx, job.payload);
  });
  job_queue_.on(service::kRecommend.name,
                [this](db::Tx& tx, Documents&, const jobs::Job&) { return service::run_recommend(core_.env(), tx); });
  job_queue_.on(service::kApplyDomainPolicy.name, [this](db::Tx& tx, Documents&, const jobs::Job& job) {
    core_.events().tell(tx, service::events::InstancePolicyChanged{job.payload.substr(0, job.payload.rfind(' '))});
    return service::DomainService(core_.config(), core_.ids(), core_.queue())
        .run_apply(tx, core_.federation().policies(), job.payload,
                   [&](AccountId who, const std::string& lost_domain, std::int32_t followers, std::int32_t following) {
                     core_.services().notifications.severed(tx, who, model::SeveranceType::domain_block, lost_domain,
                                                            followers, following);
                   });
  });
  job_queue_.on_long(service::kConvertMedia.name, [this](db::Session& session, Documents&, const jobs::Job& job) {
    const auto id = MediaId::parse(job.payload).value_or(MediaId{});
    auto done = core_.services().media.convert(session, id);
    if (!done && !jobs::job_retry_delay(job.attempts, 0)) core_.services().media.give_up(session, id);
    return done;
  });
  job_queue_.on_long(service::kFetchMedia.name, [this](db::Session&, Documents&, const jobs::Job& job) -> Result<void> {
    // Not waited for: servers that hang must not hold this lane. What becomes of it stands in its
    // row, and what does not come is fetched when somebody looks.
    constexpr int kMostOffers = 3;
    if (media_fetcher_.offer(job.payload) || job.attempts >= kMostOffers) return {};
    return fail(Errc::unavailable, "Too many files wait");
  });
  job_queue_.on_long(service::kDropFiles.name, [this](db::Session& session, Documents&, const jobs::Job& job) {
    return run_drop_files(session, core_.services().remote_media, core_.queue(), job.payload);
  });
  job_queue_.on_long(service::kFollowMediaPolicy.name,
                     [this](db::Session& session, Documents&, const jobs::Job& job) -> Result<void> {
                       // Another process may have carried out the policy.
                       TRY_VOID(session.read([this](db::Tx& tx) -> Result<void> {
                         core_.federation().policies().reload(tx);
                         return {};
                       }));
                       return core_.services().remote_media.follow_policy(session, job.payload);
                     });
  job_queue_.on(service::kSearchIndex.name, [this](db::Tx& tx, Documents&, const jobs::Job&) {
    return service::run_search_index(tx, core_.queue());
  });
  job_queue_.on(service::kPushNotification.name,
                [this](db::Tx& tx, Documents&, const jobs::Job& job) { return core_.push().fan_out(tx, job.payload); });
  job_queue_.on(service::kPushMessage.name, [this](db::Tx& tx, Documents& documents, const jobs::Job& job) {
    return core_.push().send(tx, documents, job);
  });
  job_queue_.on_long(jobs::kPurge.name, [this](db::Session& session, Documents&, const jobs::Job& job) {
    return run_purge(session, core_.queue(), job.payload, {.stop = stopping_.get_token()});
  });
}

Result<void> Application::start() {
  TRY_VOID(core_.new_session()->write([&](db::Tx& tx) -> Result<void> {
    enqueue_purge(tx, core_.queue(), tx.now());
    core_.services().remote_media.begin_process(tx);
    service::start_trends(core_.env(), tx);
    service::start_recommending(core_.env(), tx);
    service::PushSubscriptionService::ensure_vapid_key(tx);
    service::start_search_index(tx, core_.queue());
    return {};
  }));
  std::error_code ec;
  std::filesystem::create_directories(work_folder(core_.config()), ec);
  if (ec) return fail(Errc::unavailable, work_folder(core_.config()).string() + ": " + ec.message());
  core_.media().sweep();
  presence_.emplace(core_.new_session());
  publisher_.start([this] { return core_.new_session(); });
  siblings_.start();
  inbox_writer_.start();
  TRY_VOID(server_.start());
  running_ = true;
  if (core_.config().smtp.is_set()) mail_pump_.emplace(core_.config(), job_queue_, core_.new_session());
  core_.wake_up().connect(&job_pump_, &delivery_pump_, mail_pump_ ? &*mail_pump_ : nullptr);
  job_pump_.start();
  delivery_pump_.start();
  key_maker_ = std::jthread([this](const std::stop_token& stop) { keep_keys(stop); });
  return {};
}

void Application::keep_keys(const std::stop_token& stop) {
  const auto session = core_.new_session();
  std::mutex mutex;
  std::condition_variable_any pause;
  while (!stop.stop_requested()) {
    bool made = false;
    try {
      instance_key_.refresh(*session, core_.keys());
      made = core_.services().accounts.top_up_spare_keys(*session, kSpareKeys);
    } catch (const std::exception& e) {
      log::warn("keys could not be looked after", {log::kv("error", e.what())});
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
  stopping_.request_stop();
  key_maker_.request_stop();
  if (!server_.drain(grace)) log::warn("stopping: some requests were cut off");
  server_.stop();
  inbox_writer_.stop();
  siblings_.stop();
  publisher_.stop();
  if (!job_pump_.drain(kStopMargin)) log::warn("stopping: jobs are interrupted and will run again");
  if (!delivery_pump_.drain(kStopMargin)) log::warn("stopping: deliveries are interrupted and will be repeated");
  client_.stop();
  media_fetcher_.stop();
  fetcher_.stop();
  trusted_client_.stop();
  translator_.stop();
  job_pump_.stop();
  delivery_pump_.stop();
  core_.wake_up().connect(nullptr, nullptr, nullptr);
  mail_pump_.reset();
  presence_.reset();
  key_maker_ = {};
  workers_.stop();
  outgoing_.stop();
  log::info("stopped");
}

}  // namespace dunlin::daemon
