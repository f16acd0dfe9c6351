#include "delivery_queue.hpp"

#include "dunlin/activitypub/followers_sync.hpp"
#include "dunlin/activitypub/lost_actors.hpp"
#include "dunlin/activitypub/reach.hpp"
#include "dunlin/base/random.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace dunlin::daemon {

namespace {

constexpr std::chrono::minutes kKeyAge{1};
// What still waits for a host after its first batch is looked at as a whole each time: in fewer, larger pieces.
constexpr int kLongLane = 200;
// Of a host that may hang no more is kept in memory than it takes to find out.
constexpr int kFirstOfUnproven = 4;

// As stored: the numbers of crypto::SignatureScheme, which net's are, too.
constexpr int kRfc9421 = static_cast<int>(net::SignatureScheme::rfc9421);

crypto::SignatureScheme to_crypto(net::SignatureScheme scheme) {
  return scheme == net::SignatureScheme::cavage ? crypto::SignatureScheme::cavage : crypto::SignatureScheme::rfc9421;
}

bool is_proven(const jobs::HostHealth& health) {
  return health.last_success_at.has_value() && !health.has_troubles();
}

/// Only where it is certain: a 410 from a shared inbox ends the whole host.
bool is_shared_inbox(const jobs::Delivery& row) {
  return row.inbox_url.ends_with("//" + row.host + "/inbox");
}

void lock_all(db::Tx& tx, std::span<const net::DeliveryResult> results, std::span<const net::LeavingHost> leaving) {
  std::set<std::string> hosts;
  for (const auto& result : results) hosts.insert(result.delivery.host);
  for (const auto& host : leaving) hosts.insert(host.host);
  jobs::lock_hosts(tx, std::vector(hosts.begin(), hosts.end()));
}

/// For work that cannot be refused: runs `body` in a transaction and returns what it made.
template <class F>
auto commit(db::Session& session, F&& body) {
  using T = decltype(body(std::declval<db::Tx&>()));
  return session.write([&](db::Tx& tx) -> Result<T> { return body(tx); }).value();
}

}  // namespace

Result<SigningKeys::Key> SigningKeys::load(db::Tx& tx, AccountId account) {
  {
    const std::lock_guard lock(mutex_);
    const auto known = entries_.find(account);
    if (known != entries_.end() && clock_.now() - known->second.read_at < kKeyAge) return known->second.key;
  }
  auto key = std::make_shared<const activitypub::SigningKey>(TRY(activitypub::find_signing_key(tx, keys_, account)));
  const std::lock_guard lock(mutex_);
  make_room();
  entries_.insert_or_assign(account, Entry{key, clock_.now()});
  return key;
}

void SigningKeys::make_room() {
  if (entries_.size() < capacity_) return;
  std::erase_if(entries_, [&](const auto& entry) { return clock_.now() - entry.second.read_at >= kKeyAge; });
  if (entries_.size() < capacity_) return;
  entries_.erase(std::ranges::min_element(entries_, {}, [](const auto& entry) { return entry.second.read_at; }));
}

DeliveryQueue::DeliveryQueue(SigningKeys& keys, service::DomainPolicies& policies, const jobs::Queue& queue,
                             const Clock& clock, const config::Config::Delivery& options)
    : keys_(keys), policies_(policies), queue_(queue), clock_(clock), options_(options), owner_(random_token(12)) {}

/// A host that is not known to answer is asked with one at a time.
int DeliveryQueue::allowed_now(const jobs::HostHealth& health, Time now) const {
  return health.allowed(now, is_proven(health) ? options_.per_host : 1);
}

net::HostLane DeliveryQueue::lane_of(const jobs::ClaimedHost& claimed, Time now) const {
  const bool remembered =
      claimed.signature_scheme && claimed.scheme_checked_at && now - *claimed.scheme_checked_at < jobs::kSchemeMemory;
  return {.host = claimed.host,
          .scheme = remembered && *claimed.signature_scheme == kRfc9421 ? net::SignatureScheme::rfc9421
                                                                        : net::SignatureScheme::cavage,
          .proven = is_proven(claimed.health),
          .allowed = allowed_now(claimed.health, now)};
}

std::vector<net::HostLane> DeliveryQueue::claim_hosts(db::Session& session, int limit, bool proven_only) {
  const std::size_t which = proven_only ? 1 : 0;
  std::string begin;
  {
    const std::lock_guard lock(mutex_);
    begin = last_claimed_.at(which);
  }
  std::string after;
  auto lanes = commit(session, [&](db::Tx& tx) {
    after.clear();
    int count = 0;
    std::vector<net::HostLane> claimed;
    std::vector<std::string> proven;
    std::vector<std::string> others;
    for (const auto& host : jobs::claim_hosts(tx, owner_, limit, begin, proven_only)) {
      // Round and round only while there is more than can be claimed.
      if (++count == limit) after = host.host;
      auto lane = lane_of(host, tx.now());
      if (lane.allowed > 0) {
        (lane.proven ? proven : others).push_back(lane.host);
        claimed.push_back(std::move(lane));
      } else {
        jobs::release_host(tx, owner_, host.host);
      }
    }
    std::map<std::string, net::HostLane*> by_host;
    for (net::HostLane& lane : claimed) by_host.emplace(lane.host, &lane);
    auto rows = jobs::load_lanes(tx, proven);
    std::ranges::move(jobs::load_lanes(tx, others, kFirstOfUnproven), std::back_inserter(rows));
    for (auto& pending : load(tx, std::move(rows))) {
      by_host.at(pending.row.host)->due.push_back(std::move(pending));
    }
    return claimed;
  });
  const std::lock_guard lock(mutex_);
  last_claimed_.at(which) = std::move(after);
  return lanes;
}

std::vector<std::string> DeliveryQueue::renew_hosts(db::Session& session, std::span<const std::string> hosts) {
  return commit(session, [&](db::Tx& tx) { return jobs::renew_hosts(tx, owner_, hosts); });
}

std::vector<net::PendingDelivery> DeliveryQueue::load_lane(db::Session& session, const net::HostLane& lane) {
  return session
      .read([&](db::Tx& tx) -> Result<std::vector<net::PendingDelivery>> {
        return load(tx, jobs::load_lane(tx, lane.host, lane.proven ? kLongLane : kFirstOfUnproven));
      })
      .value();
}

/// The rows with all that sending them takes. One activity's body is there once, for however many hosts.
std::vector<net::PendingDelivery> DeliveryQueue::load(db::Tx& tx, std::vector<jobs::Delivery> rows) {
  std::vector<net::PendingDelivery> pending;
  if (rows.empty()) return pending;
  std::set<std::int64_t> distinct;
  std::set<AccountId> accounts;
  for (const auto& row : rows) {
    distinct.insert(row.activity_id);
    accounts.insert(row.account_id);
  }
  const std::vector<std::int64_t> activities(distinct.begin(), distinct.end());
  auto texts = jobs::load_bodies(tx, activities);
  std::map<std::int64_t, std::shared_ptr<const std::string>> bodies;
  for (std::size_t i = 0; i < activities.size(); ++i) {
    bodies.emplace(activities[i], std::make_shared<const std::string>(std::move(texts[i])));
  }
  policies_.refresh(tx);
  auto reach = activitypub::look_at_receivers(tx, rows);
  std::map<AccountId, Result<SigningKeys::Key>> keys;
  for (const AccountId account : accounts) keys.emplace(account, keys_.load(tx, account));
  pending.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool shared = is_shared_inbox(rows[i]);
    auto body = bodies.at(rows[i].activity_id);
    auto key = keys.at(rows[i].account_id);
    pending.push_back({.row = std::move(rows[i]),
                       .body = std::move(body),
                       .shared_inbox = shared,
                       .synchronization = std::move(reach[i].synchronization),
                       .refusal = std::move(reach[i].refusal),
                       .key = std::move(key)});
  }
  return pending;
}

int DeliveryQueue::record_failure(db::Tx& tx, const net::DeliveryResult& result) {
  const auto health = jobs::record_failure(tx, result.delivery, result.judgement, options_.retry_scale);
  const bool gone = result.judgement.verdict == jobs::Verdict::actor_gone;
  if (gone || (result.judgement.status == 404 && !is_shared_inbox(result.delivery))) {
    activitypub::note_lost_inbox(tx, queue_, result.delivery.inbox_url, gone);
  }
  return allowed_now(health, tx.now());
}

net::Conclusion DeliveryQueue::conclude(db::Session& session, std::span<const net::DeliveryResult> results,
                                        std::span<const net::LeavingHost> leaving) {
  return commit(session, [&](db::Tx& tx) {
    lock_all(tx, results, leaving);
    std::vector<DeliveryId> done;
    std::set<std::string> answered;
    for (const auto& result : results) {
      const std::string& host = result.delivery.host;
      if (result.learned) jobs::record_signature_scheme(tx, host, static_cast<int>(*result.learned));
      if (result.judgement.verdict != jobs::Verdict::done) continue;
      done.push_back(result.delivery.id);
      answered.insert(host);
    }
    // First, so that they undo nothing of what the failures tell.
    jobs::record_successes(tx, std::vector(answered.begin(), answered.end()), done);
    std::map<std::string, int> failed;
    for (const auto& result : results) {
      if (result.judgement.verdict != jobs::Verdict::done) failed[result.delivery.host] = record_failure(tx, result);
    }
    std::vector<std::string> idle;
    for (const auto& host : leaving) {
      if (host.if_idle) {
        idle.push_back(host.host);
      } else {
        jobs::release_host(tx, owner_, host.host);
      }
    }
    return net::Conclusion{.allowed = {failed.begin(), failed.end()},
                           .busy = jobs::release_idle_hosts(tx, owner_, idle)};
  });
}

std::optional<Time> DeliveryQueue::next_delivery_at(db::Session& session) {
  return session.read([&](db::Tx& tx) -> Result<std::optional<Time>> { return jobs::next_delivery_at(tx); }).value();
}

Result<http::OutboundRequest> DeliveryQueue::prepare(const net::PendingDelivery& delivery,
                                                     net::SignatureScheme scheme) {
  if (!delivery.refusal.empty()) return fail(Errc::forbidden, "The delivery is not sent", delivery.refusal);
  // Asked last: a policy may have come after the delivery was loaded.
  if (!policies_.may_federate(delivery.row.host)) {
    return fail(Errc::forbidden, "The delivery is not sent", "the domain's policy forbids it");
  }
  if (delivery.body->empty()) return fail(Errc::not_found, "The activity is gone");
  const auto key = TRY(delivery.key);
  auto request =
      TRY(activitypub::sign_delivery(delivery.row.inbox_url, delivery.body, *key, to_crypto(scheme), clock_.now()));
  request.timeout = options_.timeout;
  if (!delivery.synchronization.empty()) {
    request.headers.add(std::string(activitypub::kSynchronizationHeader), delivery.synchronization);
  }
  return request;
}

}  // namespace dunlin::daemon
