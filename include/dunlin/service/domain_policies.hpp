#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/config/config.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/queue.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/domain_policy.hpp"
#include "dunlin/store/domain_policies.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace dunlin::service {

struct RefusedFiles;

/// With whom this instance speaks, and how: the one answer for the inbox, for documents that are asked for or asked of
/// us, for media and for deliveries. federation.mode and the tables of domain_policies.hpp; kept in memory, because
/// most who ask have no database at hand. Any thread may call.
class DomainPolicies {
 public:
  DomainPolicies(const config::Config& config, const Clock& clock) : config_(config), clock_(clock) {}

  /// `host` as in ids and handles: "host" or "host:port", in any spelling.
  [[nodiscard]] bool may_federate(std::string_view host) const;
  /// The nearest policy of the host or a parent domain; a default one when there is none.
  [[nodiscard]] model::DomainPolicy find(std::string_view host) const;
  /// Both the host of its id and the domain of its handle may be spoken with.
  [[nodiscard]] bool may_federate(const model::Account& account) const;
  /// The stricter of the two.
  [[nodiscard]] model::DomainPolicy find(const model::Account& account) const;

  /// Reads the tables again, unless that was done a moment ago: another process may have changed them.
  void refresh(db::Tx& tx);
  /// Reads the tables now.
  void reload(db::Tx& tx);

 private:
  struct Snapshot;
  [[nodiscard]] std::shared_ptr<const Snapshot> snapshot() const;

  const config::Config& config_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::optional<Time> loaded_at_;
};

/// Carries out a domain's policy on its accounts, batch by batch. Payload: "<domain> <last account id done>".
inline constexpr jobs::Kind kApplyDomainPolicy{"apply_domain_policy", jobs::Lane::maintenance};

/// The admin's decisions about domains. All: invalid when the text is no domain, or it is our own.
class DomainService {
 public:
  DomainService(const config::Config& config, IdGenerator& ids, const jobs::Queue& queue)
      : config_(config), ids_(ids), queue_(queue) {}

  /// What a policy for it would touch.
  Result<store::DomainReach> reach(db::Tx& tx, std::string_view domain) const;
  /// Makes or replaces a policy; its accounts follow by a job.
  Result<model::DomainPolicy> block(db::Tx& tx, model::DomainPolicy policy);
  /// Errors: not_found.
  Result<void> unblock(db::Tx& tx, std::string_view domain);
  /// For mode "allowlist".
  Result<std::string> allow(db::Tx& tx, std::string_view domain);
  Result<std::string> disallow(db::Tx& tx, std::string_view domain);

  /// A local account that has lost follows by a domain's suspension, in either direction.
  using TellLost =
      std::function<void(AccountId who, const std::string& domain, std::int32_t followers, std::int32_t following)>;
  /// Handles kApplyDomainPolicy: one batch. It may run any number of times. `tell_lost` within the transaction.
  Result<void> run_apply(db::Tx& tx, DomainPolicies& policies, std::string_view payload,
                         const TellLost& tell_lost = nullptr);

 private:
  Result<std::string> checked(std::string_view domain) const;
  void enqueue_apply(db::Tx& tx, const std::string& domain, AccountId after) const;
  void follow_media_policy(db::Tx& tx, const RefusedFiles& files) const;
  struct Lost {
    std::int32_t followers = 0;
    std::int32_t following = 0;
  };
  void apply(db::Tx& tx, const model::DomainPolicy& policy, const model::Account& account,
             std::map<AccountId, Lost>& lost);

  const config::Config& config_;
  IdGenerator& ids_;
  const jobs::Queue& queue_;
};

}  // namespace dunlin::service
