#pragma once

#include "dunlin/activitypub/delivery.hpp"
#include "dunlin/config/config.hpp"
#include "dunlin/net/delivery_pump.hpp"
#include "dunlin/service/domain_policies.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace dunlin::daemon {

/// The signing keys in use. Any thread may call.
class SigningKeys {
 public:
  using Key = std::shared_ptr<const activitypub::SigningKey>;

  SigningKeys(crypto::KeyCache& keys, const Clock& clock, std::size_t capacity = 4096)
      : keys_(keys), clock_(clock), capacity_(capacity) {}

  /// Reads the key unless it was read within the last minute. Errors: not_found, internal (it cannot be opened).
  Result<Key> load(db::Tx& tx, AccountId account);

 private:
  struct Entry {
    Key key;
    Time read_at;
  };
  void make_room();

  crypto::KeyCache& keys_;
  const Clock& clock_;
  const std::size_t capacity_;
  std::mutex mutex_;
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
