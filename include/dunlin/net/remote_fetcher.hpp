#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/net/application.hpp"
#include "dunlin/net/client.hpp"
#include "dunlin/net/io_thread.hpp"
#include "dunlin/net/signature_scheme.hpp"
#include "dunlin/net/workers.hpp"
#include "dunlin/service/remote_documents.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace dunlin::net {

struct FetcherOptions {
  std::size_t max_concurrent = 64;
  std::size_t max_per_host = 4;
  std::size_t max_bytes = 1UL << 20U;
  int max_redirects = 3;
  std::chrono::milliseconds timeout{30'000};  // redirects included
  /// How long a failure is remembered: 404 and 410, other 4xx, no answer at all or one that says later. 0 = not.
  std::chrono::milliseconds missing_cache{std::chrono::hours(1)};
  std::chrono::milliseconds refused_cache{std::chrono::minutes(10)};
  std::chrono::milliseconds transport_cache{std::chrono::minutes(1)};
  /// How long a key is remembered: until those who asked at one time have stored it, who does so after them asks
  /// nobody.
  std::chrono::milliseconds key_cache{std::chrono::seconds(1)};
  /// The longest that a whole host is left alone because it asked for it: 429 or 503 with Retry-After. 0 = not at all.
  /// Its new actors' deliveries are refused meanwhile.
  std::chrono::milliseconds max_pause{std::chrono::minutes(10)};
  /// Our own "host" or "host:port": what is ours is in the database, never fetched.
  std::set<std::string> own_authorities;
  /// Whether a "host" or "host:port" may be asked at all, by the admin's policy: also where a redirect leads. Empty:
  /// all.
  std::function<bool(std::string_view authority)> may_ask{};
  /// Whether the host that a redirect leads to may be asked, as one that is known or that there is still a share for.
  /// Called on workers. Empty: always.
  std::function<bool(db::Session& session, const std::string& authority)> may_meet{};
  /// What deliveries and other processes know of the signatures that a host takes, and telling them what was found out
  /// here. Called on workers. Empty: each fetcher finds out for itself.
  std::function<std::optional<SignatureScheme>(db::Session& session, const std::string& authority)> recall_scheme{};
  std::function<void(db::Session& session, const std::string& authority, SignatureScheme scheme)> record_scheme{};
};

/// The one way by which documents of other servers come in (federation.md 1.7): signed GET, redirects by rule, equal
/// fetches at one time are one, limits for all and for each host, failures remembered, hosts that ask for a pause left
/// alone.
class RemoteFetcher {
 public:
  /// References outlive the fetcher. `sign` may be empty: nothing is signed.
  RemoteFetcher(IoThread& thread, Exchanger& exchanger, Workers& workers, SignFunction sign, FetcherOptions options);
  ~RemoteFetcher();
  RemoteFetcher(const RemoteFetcher&) = delete;
  RemoteFetcher& operator=(const RemoteFetcher&) = delete;

  /// From any thread; calls back once.
  void fetch(service::RemoteRequest request, std::move_only_function<void(service::RemoteDocument)> done);
  /// fetch() as a value.
  [[nodiscard]] FetchFunction function();

  /// Turns away what waits and waits for what runs: stop the exchanger first. Idempotent.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dunlin::net
