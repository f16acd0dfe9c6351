#pragma once

#include "dunlin/activitypub/delivery.hpp"
#include "dunlin/config/config.hpp"
#include "dunlin/net/delivery_pump.hpp"
#include "dunlin/service/domain_policies.hpp"

#include <array>
#include <mutex>
#include <string>
#include <unordered_map>

namespace dunlin::daemon {

/// The signing keys in use, so that preparing a request needs no database. Any thread may call.
class SigningKeys {
 public:
  SigningKeys(crypto::KeyCache& keys, const Clock& clock) : keys_(keys), clock_(clock) {}

  /// Reads the key unless it was read within the last minute.
  Result<activitypub::SigningKey> load(db::Tx& tx, AccountId account);
  /// What load() read. Errors: not_found.
  Result<activitypub::SigningKey> find(AccountId account) const;

 private:
  struct Entry {
    activitypub::SigningKey key;
    Time read_at;
  };
  crypto::KeyCache& keys_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::unordered_map<AccountId, Entry> entries_;
};

/// The durable delivery queue behind the pump.
class DeliveryQueue final : public net::DeliveryQueue {
 public:
  DeliveryQueue(SigningKeys& keys, service::DomainPolicies& policies, const jobs::Queue& queue, const Clock& clock,
                const config::Config::Delivery& options);

  std::vector<net::HostLane> claim_hosts(db::Session& session, int limit, bool proven_only) override;
  std::vector<std::string> renew_hosts(db::Session& session, std::span<const std::string> hosts) override;
  std::vector<net::PendingDelivery> load_lane(db::Session& session, const net::HostLane& lane) override;
  net::Conclusion conclude(db::Session& session, std::span<const net::DeliveryResult> results,
                           std::span<const net::LeavingHost> leaving) override;
  std::optional<Time> next_delivery_at(db::Session& session) override;
  Result<http::OutboundRequest> prepare(const net::PendingDelivery& delivery, net::SignatureScheme scheme) override;

 private:
  net::HostLane lane_of(const jobs::ClaimedHost& claimed, Time now) const;
  /// How many may be in flight at the host now.
  int record_failure(db::Tx& tx, const net::DeliveryResult& result);
  int allowed_now(const jobs::HostHealth& health, Time now) const;
  std::vector<net::PendingDelivery> load(db::Tx& tx, std::vector<jobs::Delivery> rows);

  SigningKeys& keys_;
  service::DomainPolicies& policies_;
  const jobs::Queue& queue_;
  const Clock& clock_;
  const config::Config::Delivery& options_;
  const std::string owner_;                  // names this process among those on the same database
  std::array<std::string, 2> last_claimed_;  // of all hosts, of the proven ones
  std::mutex mutex_;                         // of last_claimed_: claims may come from two workers
};

}  // namespace dunlin::daemon
