#pragma once

#include "dunlin/activitypub/host_budget.hpp"
#include "dunlin/activitypub/known_signers.hpp"
#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"
#include "dunlin/config/config.hpp"
#include "dunlin/crypto/key_pair.hpp"
#include "dunlin/jobs/deliveries.hpp"
#include "dunlin/jobs/queue.hpp"
#include "dunlin/service/attempt_limiter.hpp"
#include "dunlin/service/domain_policies.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/service/inbound_policy.hpp"
#include "dunlin/service/notifications.hpp"
#include "dunlin/service/statuses.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dunlin::activitypub {

/// The federation as services see it, and the parts that the inbox needs beside a transaction. One for the process; any
/// thread may call. What goes to one party is enqueued at once; what goes to followers by a job (distribute.hpp).
class FederationService final : public service::Federation {
 public:
  /// All references outlive it.
  FederationService(const Clock& clock, IdGenerator& ids, const config::Config& config, service::Events& events,
                    crypto::KeyCache& keys, const jobs::Queue& queue, const jobs::Deliveries& deliveries);

  /// The federation of an environment that was made with one of these: every one but those of service tests. Throws
  /// std::bad_cast for others.
  static FederationService& of(const service::Environment& env);

  [[nodiscard]] crypto::KeyCache& keys() const { return keys_; }
  [[nodiscard]] const jobs::Queue& queue() const { return queue_; }
  [[nodiscard]] const jobs::Deliveries& deliveries() const { return deliveries_; }
  [[nodiscard]] service::DomainPolicies& policies() { return policies_; }
  [[nodiscard]] HostBudget& host_budget() { return host_budget_; }
  /// Whether `host` may be asked because others speak of it: it is known, or within the share of its owner.
  bool may_meet(db::Tx& tx, std::string_view host);
  [[nodiscard]] KnownSigners& signers() { return signers_; }
  /// How often others were asked about something because somebody spoke of it.
  [[nodiscard]] service::AttemptLimiter& origin_checks() { return origin_checks_; }
  /// What one activity has been counted for: it may be tried several times.
  [[nodiscard]] service::AttemptLimiter& counted_before() { return counted_before_; }
  /// Keys that somebody made us fetch in vain: by whom, and from where.
  [[nodiscard]] service::AttemptLimiter& vain_lookups() { return vain_lookups_; }
  /// People here whom an account that nobody follows has named.
  [[nodiscard]] service::AttemptLimiter& stranger_mentions() { return stranger_mentions_; }
  /// Verified requests of each server, counted by the inbox.
  [[nodiscard]] service::AttemptLimiter& inbox_limiter() { return inbox_limiter_; }
  /// What relays have brought.
  [[nodiscard]] service::AttemptLimiter& relay_limiter() { return relay_limiter_; }
  /// Refused requests of which a row tells.
  [[nodiscard]] service::AttemptLimiter& refusals_told() { return refusals_told_; }
  /// What has a say in all that comes in: the domain policies first. Rules are added before anything runs.
  [[nodiscard]] service::InboundPolicies& inbound_policies() { return inbound_policies_; }
  [[nodiscard]] const service::DomainPolicies& policies() const { return policies_; }

  void status_created(db::Tx& tx, const model::Status& status) override;
  void status_edited(db::Tx& tx, const model::Status& status) override;
  void status_deleted(db::Tx& tx, const model::Status& status, std::span<const model::Mention> mentions,
                      std::span<const std::string> extra_inboxes) override;
  void reblogged(db::Tx& tx, const model::Status& wrapper, const model::Status& original) override;
  void unreblogged(db::Tx& tx, const model::Status& wrapper, const model::Status& original) override;
  void favourited(db::Tx& tx, const store::Favourite& favourite, const model::Status& target) override;
  void unfavourited(db::Tx& tx, const store::Favourite& favourite, const model::Status& target) override;
  void follow_requested(db::Tx& tx, const model::Follow& follow, const model::Account& target) override;
  void unfollowed(db::Tx& tx, const model::Follow& follow, const model::Account& target) override;
  void follow_accepted(db::Tx& tx, const model::Follow& follow, const model::Account& follower) override;
  void follow_rejected(db::Tx& tx, const model::Follow& follow, const model::Account& follower) override;
  void blocked(db::Tx& tx, const model::Block& block, const model::Account& target) override;
  void unblocked(db::Tx& tx, const model::Block& block, const model::Account& target) override;
  void profile_updated(db::Tx& tx, const model::Account& account) override;
  void suspension_changed(db::Tx& tx, const model::Account& account) override;
  void keys_rotated(db::Tx& tx, const model::Account& account, Time from) override;
  void reported(db::Tx& tx, const model::Report& report, const model::Account& target,
                std::span<const std::string> domains) override;
  void account_deleted(db::Tx& tx, const model::Account& account) override;
  void poll_tallied(db::Tx& tx, const model::Status& status) override;
  void poll_ended(db::Tx& tx, const model::Status& status) override;
  void quote_policy_changed(db::Tx& tx, const model::Status& status) override;
  void status_pinned(db::Tx& tx, const model::Status& status) override;
  void status_unpinned(db::Tx& tx, const model::Status& status) override;
  void hashtag_featured(db::Tx& tx, const model::Account& account, std::string_view tag, bool featured) override;
  void voted(db::Tx& tx, const model::Account& who, const model::Status& status, const model::Poll& poll,
             std::span<const model::PollVote> votes) override;
  void reacted(db::Tx& tx, const model::Reaction& reaction, const model::Status& status) override;
  void unreacted(db::Tx& tx, const model::Reaction& reaction, const model::Status& status) override;
  void quote_requested(db::Tx& tx, const model::Quote& quote, const model::Status& quoting,
                       const model::Status& quoted) override;
  void quote_revoked(db::Tx& tx, const model::Quote& quote) override;
  void quote_answered(db::Tx& tx, const model::Quote& quote) override;
  Result<void> refresh_status(db::Tx& tx, service::RemoteDocuments& documents, const model::Status& status) override;

  Result<model::Account> resolve_handle(db::Tx& tx, service::RemoteDocuments& documents, std::string_view username,
                                        std::string_view domain) override;
  Result<Resolved> resolve_url(db::Tx& tx, service::RemoteDocuments& documents, std::string_view url) override;

  bool may_complete_thread(db::Tx& tx, const model::Status& opened) override;
  std::optional<Refresh> thread_opened(db::Tx& tx, const model::Status& opened) override;
  std::optional<Refresh> find_refresh(db::Tx& tx, std::int64_t id) override;
  bool may_complete_profile(db::Tx& tx, const model::Account& account) override;
  void profile_opened(db::Tx& tx, const model::Account& account) override;

 private:
  /// One activity of a local account to one inbox.
  void send(db::Tx& tx, jobs::NewActivity activity, const std::string& inbox) const;
  void send_reaction(db::Tx& tx, const model::Reaction& reaction, const model::Status& status, bool undo);
  [[nodiscard]] bool concerns_others(db::Tx& tx, const model::Status& status,
                                     std::span<const model::Mention> mentions) const;

  crypto::KeyCache& keys_;
  const jobs::Queue& queue_;
  const jobs::Deliveries& deliveries_;
  service::DomainPolicies policies_;
  HostBudget host_budget_;
  service::AttemptLimiter inbox_limiter_;
  service::AttemptLimiter relay_limiter_;
  service::AttemptLimiter refusals_told_;
  service::InboundPolicies inbound_policies_;
  service::AttemptLimiter origin_checks_;
  service::AttemptLimiter counted_before_;
  service::AttemptLimiter vain_lookups_;
  service::AttemptLimiter stranger_mentions_;
  KnownSigners signers_;
  // Services of its own, for what resolving stores: those of the process are made over this object.
  service::Environment env_;
  service::NotificationService notifications_;
  service::MediaService media_;
  service::StatusService statuses_;
};

}  // namespace dunlin::activitypub
