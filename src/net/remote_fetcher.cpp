#include "dunlin/net/remote_fetcher.hpp"

#include "expiring_map.hpp"
#include "io_context.hpp"
#include "retry_after.hpp"
#include "semaphore.hpp"
#include "task.hpp"

#include "dunlin/base/clock.hpp"
#include "dunlin/base/log.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <utility>
#include <vector>

namespace dunlin::net {
namespace {

using Steady = std::chrono::steady_clock;
using service::RemoteDocument;
using service::RemoteKind;
using service::RemoteRequest;
using Answer = Result<http::OutboundResponse>;
using FetchCallback = std::move_only_function<void(RemoteDocument)>;

constexpr std::size_t kMaxRemembered = 20'000;
constexpr std::size_t kMaxKeys = 256;
constexpr std::size_t kMaxKeyBytes = 64UL << 10U;
constexpr std::chrono::hours kFormMemory{30 * 24};  // federation.md 2.6
constexpr std::chrono::minutes kRecallAgain{10};    // what others may have found out meanwhile
constexpr const char* kRefusedByPolicy = "refused by the domain policy";

/// Some peers match the first entry only: the order matters.
std::string_view accept_for(RemoteKind kind) {
  switch (kind) {
    case RemoteKind::webfinger:
      return "application/jrd+json, application/json";
    case RemoteKind::host_meta:
      return "application/xrd+xml, application/json";
    case RemoteKind::web_page:
      return "text/html, application/xhtml+xml;q=0.9";
    case RemoteKind::oembed:
    case RemoteKind::translate:
      return "application/json";
    case RemoteKind::page:
      return R"(application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams", text/html;q=0.1)";
    case RemoteKind::activity:
    case RemoteKind::key:
    case RemoteKind::as_follower:
    case RemoteKind::media:  // fetched elsewhere
    case RemoteKind::push:   // sent elsewhere
      break;
  }
  return R"(application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams")";
}

/// Of any page that somebody links to, who asks the same host for documents or not.
bool is_preview(RemoteKind kind) {
  return kind == RemoteKind::web_page || kind == RemoteKind::oembed;
}

std::string for_previews(const std::string& what) {
  return "previews of " + what;
}

bool is_signed(RemoteKind kind) {
  return kind == RemoteKind::activity || kind == RemoteKind::key || kind == RemoteKind::page;
}

/// What to try when a host refuses `first`: what is likelier comes first.
std::vector<SignatureForm> other_forms(SignatureForm first, const Url& url, int refusal) {
  std::vector<SignatureForm> forms;
  const bool query_may_matter = !url.query.empty() && refusal == 401;
  if (first.scheme == SignatureScheme::rfc9421) {
    forms.push_back({.scheme = SignatureScheme::cavage, .with_query = true});
    if (query_may_matter) forms.push_back({.scheme = SignatureScheme::cavage, .with_query = false});
  } else {
    if (query_may_matter) forms.push_back({.scheme = SignatureScheme::cavage, .with_query = !first.with_query});
    forms.push_back({.scheme = SignatureScheme::rfc9421, .with_query = true});
  }
  return forms;
}

/// What the word of other servers makes us ask: people and previews go where a page is.
bool counts_new_hosts(RemoteKind kind) {
  return kind == RemoteKind::activity || kind == RemoteKind::webfinger || kind == RemoteKind::host_meta;
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

RemoteDocument failed(std::string url, std::string why) {
  RemoteDocument document;
  document.final_url = std::move(url);
  document.failure = std::move(why);
  return document;
}

/// The answer of a host that asked to be left alone.
RemoteDocument put_off(int status, std::string url) {
  RemoteDocument document;
  document.status = status;
  document.final_url = std::move(url);
  return document;
}

RemoteDocument to_document(http::OutboundResponse&& response, std::string url) {
  RemoteDocument document;
  document.status = response.status;
  document.content_type = std::string(response.headers.get("Content-Type"));
  document.final_url = std::move(url);
  for (const http::Header& field : response.headers.all()) {
    if (!text::equals_ignore_case(field.name, "Link")) continue;
    if (!document.link_header.empty()) document.link_header.append(", ");
    document.link_header.append(field.value);
  }
  document.body = std::move(response.body);
  return document;
}

}  // namespace

struct RemoteFetcher::Impl {
  Impl(IoThread& io_thread, Exchanger& with, Workers& pools, SignFunction signer, FetcherOptions fetcher_options)
      : thread(io_thread),
        executor(thread.impl().context.get_executor()),
        exchanger(with),
        workers(pools),
        sign(std::move(signer)),
        options(std::move(fetcher_options)),
        slots(executor, options.max_concurrent) {}

  void start(RemoteRequest request, FetchCallback done);
  asio::awaitable<void> flight(RemoteRequest request);
  asio::awaitable<RemoteDocument> follow(RemoteRequest request);
  asio::awaitable<Answer> get(Url url, RemoteRequest asked, Steady::time_point deadline);
  asio::awaitable<Answer> get_with(Url url, RemoteRequest asked, SignatureForm form, Steady::time_point deadline);
  asio::awaitable<bool> may_go_on(RemoteKind kind, std::string from, std::string to);
  asio::awaitable<SignatureForm> form_for(std::string authority);
  asio::awaitable<void> learn(std::string authority, SignatureForm form, bool tell);
  asio::awaitable<Answer> in_turn(Url url, RemoteKind kind, http::OutboundRequest request, Steady::time_point deadline);
  void note_pause(const Url& url, RemoteKind kind, const http::OutboundResponse& answer);
  const int* find_pause(const Url& url, RemoteKind kind);
  [[nodiscard]] std::chrono::milliseconds memory_of(const RemoteDocument& document) const;
  void remember(const RemoteRequest& request, const RemoteDocument& document);

  IoThread& thread;
  asio::any_io_executor executor;
  Exchanger& exchanger;
  Workers& workers;
  const SignFunction sign;
  const FetcherOptions options;
  Semaphore slots;
  std::map<std::string, std::unique_ptr<Semaphore>> hosts;
  std::map<RemoteRequest, std::vector<FetchCallback>> flights;
  ExpiringMap<RemoteRequest, RemoteDocument> failures{kMaxRemembered};
  ExpiringMap<RemoteRequest, RemoteDocument> keys{kMaxKeys};
  /// Authorities and single addresses that are not to be asked now, at all or for previews, and the status they said it
  /// with.
  ExpiringMap<std::string, int> pauses{kMaxRemembered};
  ExpiringMap<std::string, SignatureForm> forms{kMaxRemembered};  // by authority
  TaskGroup tasks;
  bool stopped = false;
  std::atomic<bool> stop_called{false};  // the thread may be gone from here on
};

void RemoteFetcher::Impl::start(RemoteRequest request, FetchCallback done) {
  if (stopped) return done(failed(request.url, "cancelled: stopping"));
  if (const RemoteDocument* known = failures.find(request, Steady::now())) return done(*known);
  if (const RemoteDocument* known = keys.find(request, Steady::now())) return done(*known);
  auto& waiting = flights[request];
  waiting.push_back(std::move(done));
  if (waiting.size() == 1) spawn(tasks, executor, "fetch", flight(std::move(request)));
}

asio::awaitable<void> RemoteFetcher::Impl::flight(RemoteRequest request) {
  RemoteDocument document;
  try {
    document = co_await follow(request);
  } catch (const std::exception& e) {  // who waits for the document must get an answer
    log::error("fetch failed", {log::kv("url", request.url), log::kv("what", e.what())});
    document = failed(request.url, "internal error");
  }
  log::debug("fetched", {log::kv("url", request.url), log::kv("status", document.status),
                         log::kv("bytes", document.body.size()), log::kv("failure", document.failure)});
  remember(request, document);
  auto waiting = std::move(flights[request]);
  flights.erase(request);
  for (FetchCallback& done : waiting) done(document);
}

asio::awaitable<RemoteDocument> RemoteFetcher::Impl::follow(RemoteRequest request) {
  auto url = Url::parse(request.url);
  if (!url) co_return failed(request.url, "refused address: the URL is malformed");
  const auto deadline = Steady::now() + options.timeout;
  const bool stays = request.kind == RemoteKind::key || request.kind == RemoteKind::as_follower ||
                     request.kind == RemoteKind::translate;
  const int most = stays ? 0 : options.max_redirects;
  for (int hops = 0;; ++hops) {
    if (options.own_authorities.contains(url->authority())) {
      co_return failed(url->str(), "refused address: our own host");
    }
    if (options.may_ask && !options.may_ask(url->authority())) co_return failed(url->str(), kRefusedByPolicy);
    if (const int* status = find_pause(*url, request.kind)) co_return put_off(*status, url->str());
    Answer answer = co_await get(*url, request, deadline);
    if (!answer) co_return failed(url->str(), answer.error().detail);
    if (!is_redirect(answer->status)) co_return to_document(*std::move(answer), url->str());
    if (hops == most) co_return failed(url->str(), "protocol: redirected too often");
    const std::string* location = answer->headers.find("Location");
    auto next = location ? url->resolve(*location) : std::nullopt;
    if (!next) co_return failed(url->str(), "protocol: redirected to nowhere");
    if (url->scheme == "https" && next->scheme != "https") {
      co_return failed(url->str(), "refused address: redirected from https to http");
    }
    if (!co_await may_go_on(request.kind, url->authority(), next->authority()))
      co_return failed(next->str(), "refused address: too many new servers below one domain");
    url = std::move(next);
  }
}

/// A redirect is a way to have us ask one more host.
asio::awaitable<bool> RemoteFetcher::Impl::may_go_on(RemoteKind kind, std::string from, std::string to) {
  if (!options.may_meet || from == to || !counts_new_hosts(kind)) co_return true;
  bool may = false;
  co_await run_on(workers, Lane::read, [&](Worker& worker) {
    try {
      may = options.may_meet(*worker.session, to);
    } catch (const std::exception& e) {
      log::warn("whether a host is known cannot be read", {log::kv("host", to), log::kv("what", e.what())});
    }
  });
  co_return may;
}

/// Signed with what this host is known to take, then with what else it may take if it refuses.
asio::awaitable<Answer> RemoteFetcher::Impl::get(Url url, RemoteRequest asked, Steady::time_point deadline) {
  if (!sign || !is_signed(asked.kind)) co_return co_await get_with(std::move(url), std::move(asked), {}, deadline);
  const std::string authority = url.authority();
  SignatureForm first = co_await form_for(authority);
  if (url.query.empty()) first.with_query = true;
  Answer answer = co_await get_with(url, asked, first, deadline);
  if (!answer || (answer->status != 400 && answer->status != 401)) co_return answer;
  for (const SignatureForm form : other_forms(first, url, answer->status)) {
    Answer other = co_await get_with(url, asked, form, deadline);
    if (!other || other->status / 100 != 2) continue;
    co_await learn(authority, form, form.scheme != first.scheme);
    co_return other;
  }
  co_return answer;
}

asio::awaitable<SignatureForm> RemoteFetcher::Impl::form_for(std::string authority) {
  if (const SignatureForm* known = forms.find(authority, Steady::now())) co_return *known;
  SignatureForm form;
  if (!options.recall_scheme) co_return form;
  const bool ran = co_await run_on(workers, Lane::read, [&](Worker& worker) {
    try {
      form.scheme = options.recall_scheme(*worker.session, authority).value_or(form.scheme);
    } catch (const std::exception& e) {
      log::warn("what signatures a host takes cannot be read", {log::kv("host", authority), log::kv("what", e.what())});
    }
  });
  const auto now = Steady::now();
  if (const SignatureForm* learned = forms.find(authority, now)) co_return *learned;
  if (ran) forms.put(std::move(authority), form, now + kRecallAgain, now);
  co_return form;
}

asio::awaitable<void> RemoteFetcher::Impl::learn(std::string authority, SignatureForm form, bool tell) {
  const auto now = Steady::now();
  forms.put(authority, form, now + kFormMemory, now);
  if (!tell || !options.record_scheme) co_return;
  co_await run_on(workers, Lane::write, [&](Worker& worker) {
    try {
      options.record_scheme(*worker.session, authority, form.scheme);
    } catch (const std::exception& e) {
      log::warn("what signatures a host takes is not stored", {log::kv("host", authority), log::kv("what", e.what())});
    }
  });
}

asio::awaitable<Answer> RemoteFetcher::Impl::get_with(Url url, RemoteRequest asked, SignatureForm form,
                                                      Steady::time_point deadline) {
  http::OutboundRequest request;
  request.method = asked.body.empty() ? http::Method::get : http::Method::post;
  request.url = url.str();
  request.max_body_bytes = options.max_bytes;
  request.cut_body = asked.kind == RemoteKind::web_page;
  request.headers.add("Accept", std::string(accept_for(asked.kind)));
  if (asked.kind == RemoteKind::as_follower) {
    for (auto& [name, value] : asked.headers) request.headers.set(name, std::move(value));
  }
  if (request.method == http::Method::post) {
    request.headers.add("Content-Type", "application/json");
    request.body = std::make_shared<const std::string>(std::move(asked.body));
  }
  if (sign && is_signed(asked.kind)) {
    std::string broken;
    const bool ran = co_await run_on_crypto(workers, [&] {
      try {
        sign(request, form);
      } catch (const std::exception& e) {
        broken = e.what();
      }
    });
    if (!ran) co_return std::unexpected(exchange_error(ExchangeFailure::overloaded, "too much to sign"));
    if (!broken.empty()) {
      log::error("cannot sign a request", {log::kv("what", broken)});
      co_return std::unexpected(exchange_error(ExchangeFailure::protocol, "cannot sign"));
    }
  }
  Answer answer = co_await in_turn(std::move(url), asked.kind, std::move(request), deadline);
  co_return answer;
}

asio::awaitable<Answer> RemoteFetcher::Impl::in_turn(Url url, RemoteKind kind, http::OutboundRequest request,
                                                     Steady::time_point deadline) {
  const std::string authority = url.authority();
  auto& host = hosts[authority];
  if (!host) host = std::make_unique<Semaphore>(executor, options.max_per_host);
  Semaphore& host_slots = *host;
  Answer answer = std::unexpected(exchange_error(ExchangeFailure::cancelled, "stopping"));
  {
    const auto host_permit = co_await host_slots.acquire();
    const auto permit = co_await slots.acquire();
    if (const int* status = find_pause(url, kind)) {  // said to one before us
      answer = http::OutboundResponse{.status = *status, .headers = {}, .body = {}};
    } else if (host_permit.granted() && permit.granted()) {
      request.timeout = std::max(std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Steady::now()),
                                 std::chrono::milliseconds(1));
      answer = co_await await_callback<Answer>(
          [&](ExchangeCallback done) { exchanger.exchange(std::move(request), std::move(done)); });
      if (answer) note_pause(url, kind, *answer);
    }
  }
  if (host_slots.is_unused()) hosts.erase(authority);
  co_return answer;
}

/// Who names a time speaks for the whole host, who does not for this address only: the rest may work. What is said to
/// previews is said to them only: anybody can make us ask for pages there.
void RemoteFetcher::Impl::note_pause(const Url& url, RemoteKind kind, const http::OutboundResponse& answer) {
  if (answer.status != 429 && answer.status != 503) return;
  const auto wanted = parse_retry_after(answer.headers.get("Retry-After"), SystemClock().now());
  const auto pause = wanted ? std::min(*wanted, options.max_pause) : options.transport_cache;
  const auto now = Steady::now();
  if (pause.count() == 0) return;
  const std::string what = wanted ? url.authority() : url.str();
  pauses.put(is_preview(kind) ? for_previews(what) : what, answer.status, now + pause, now);
}

const int* RemoteFetcher::Impl::find_pause(const Url& url, RemoteKind kind) {
  const auto now = Steady::now();
  for (const std::string& what : {url.authority(), url.str()}) {
    if (const int* status = pauses.find(what, now)) return status;
    if (!is_preview(kind)) continue;
    if (const int* status = pauses.find(for_previews(what), now)) return status;
  }
  return nullptr;
}

std::chrono::milliseconds RemoteFetcher::Impl::memory_of(const RemoteDocument& document) const {
  if (document.failure.empty()) {
    if (document.status == 404 || document.status == 410) return options.missing_cache;
    const bool refused = document.status / 100 == 4 && document.status != 429;
    return refused ? options.refused_cache : std::chrono::milliseconds(0);
  }
  const bool ours = document.failure == kRefusedByPolicy || document.failure.starts_with("cancelled") ||
                    document.failure.starts_with("overloaded");
  return ours ? std::chrono::milliseconds(0) : options.transport_cache;
}

void RemoteFetcher::Impl::remember(const RemoteRequest& request, const RemoteDocument& document) {
  if (request.kind == RemoteKind::as_follower) return;  // signed anew each time, it would never be found
  const auto now = Steady::now();
  const bool is_key = request.kind == RemoteKind::key && document.failure.empty() && document.status / 100 == 2;
  if (is_key && document.body.size() <= kMaxKeyBytes) keys.put(request, document, now + options.key_cache, now);
  const auto keep = memory_of(document);
  if (keep.count() == 0) return;
  RemoteDocument brief = document;
  brief.body.clear();
  failures.put(request, std::move(brief), now + keep, now);
}

RemoteFetcher::RemoteFetcher(IoThread& thread, Exchanger& exchanger, Workers& workers, SignFunction sign,
                             FetcherOptions options)
    : impl_(std::make_unique<Impl>(thread, exchanger, workers, std::move(sign), std::move(options))) {}

RemoteFetcher::~RemoteFetcher() {
  stop();
}

void RemoteFetcher::fetch(RemoteRequest request, FetchCallback done) {
  if (impl_->stop_called) return done(failed(request.url, "cancelled: stopping"));
  impl_->thread.post([impl = impl_.get(), request = std::move(request), done = std::move(done)]() mutable {
    impl->start(std::move(request), std::move(done));
  });
}

FetchFunction RemoteFetcher::function() {
  return [this](RemoteRequest request, FetchCallback done) { fetch(std::move(request), std::move(done)); };
}

void RemoteFetcher::stop() {
  if (impl_->stop_called.exchange(true)) return;
  impl_->thread.run([this] {
    impl_->stopped = true;
    impl_->slots.close();
    for (const auto& [authority, host] : impl_->hosts) host->close();
  });
  impl_->tasks.wait();
}

}  // namespace dunlin::net
