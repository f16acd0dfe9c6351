#pragma once

#include "dunlin/activitypub/delivery.hpp"
#include "dunlin/config/config.hpp"
#include "dunlin/net/delivery_pump.hpp"

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
  DeliveryQueue(SigningKeys& keys, const Clock& clock, const config::Config::Delivery& options);

  std::vector<net::HostLane> claim_hosts(db::Session& session, int limit, bool proven_only) override;
  std::vector<std::string> renew_hosts(db::Session& session, std::span<const std::string> hosts) override;
  void release_host(db::Session& session, const std::string& host) override;
  std::vector<net::PendingDelivery> load_lane(db::Session& session, const std::string& host) override;
  std::vector<std::pair<std::string, int>> conclude(db::Session& session,
                                                    std::span<const net::DeliveryResult> results) override;
  std::optional<Time> next_delivery_at(db::Session& session) override;
  Result<http::OutboundRequest> prepare(const net::PendingDelivery& delivery, net::SignatureScheme scheme) override;

 private:
  net::HostLane lane_of(const jobs::ClaimedHost& claimed, Time now) const;

  SigningKeys& keys_;
  const Clock& clock_;
  const config::Config::Delivery& options_;
  const std::string owner_;  // names this process among those on the same database
  std::string last_claimed_;
  std::mutex mutex_;  // of last_claimed_: claims may come from two workers
};

}  // namespace dunlin::daemon
