#include "dunlin/base/log.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/jobs/deliveries.hpp"
#include "dunlin/service/domain_policies.hpp"
#include "dunlin/service/remote_media.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/refused_media.hpp"
#include "dunlin/store/relationships.hpp"

#include <utility>

namespace dunlin::service {

using model::Account;
using model::DomainPolicy;
using model::DomainSeverity;

namespace {

constexpr int kBatch = 200;

/// What was to go where nothing may go now. Any host: a policy covers subdomains, and an allowlist everybody else.
void give_up_deliveries(db::Tx& tx, const DomainPolicies& policies) {
  auto hosts = jobs::list_waiting_hosts(tx);
  std::erase_if(hosts, [&](const std::string& host) { return policies.may_federate(host); });
  jobs::give_up_hosts(tx, hosts, "the domain's policy forbids it");
}

}  // namespace

Result<std::string> DomainService::checked(std::string_view domain) const {
  const auto normalised = normalise_domain(domain.starts_with("*.") ? domain.substr(2) : domain);
  if (!normalised) return fail(Errc::invalid, "\"" + std::string(domain) + "\" is no domain");
  if (uris::is_own_domain(config_, *normalised)) return fail(Errc::invalid, "That is this instance's own domain");
  return *normalised;
}

Result<store::DomainReach> DomainService::reach(db::Tx& tx, std::string_view domain) const {
  return store::count_domain_reach(tx, TRY(checked(domain)));
}

Result<DomainPolicy> DomainService::block(db::Tx& tx, DomainPolicy policy) {
  policy.domain = TRY(checked(policy.domain));
  policy.id = ids_.next<AccountId>().value;
  store::save_domain_policy(tx, policy);
  enqueue_apply(tx, policy.domain, AccountId{});
  log::info("domain policy set", {log::kv("domain", policy.domain), log::kv("severity", to_string(policy.severity))});
  return policy;
}

Result<void> DomainService::unblock(db::Tx& tx, std::string_view domain_text) {
  const auto domain = TRY(checked(domain_text));
  if (!store::delete_domain_policy(tx, domain)) return fail(Errc::not_found, "There is no policy for " + domain);
  enqueue_apply(tx, domain, AccountId{});
  log::info("domain policy lifted", {log::kv("domain", domain)});
  return {};
}

Result<std::string> DomainService::allow(db::Tx& tx, std::string_view domain_text) {
  auto domain = TRY(checked(domain_text));
  store::insert_domain_allow(tx, domain);
  enqueue_apply(tx, domain, AccountId{});
  return domain;
}

Result<std::string> DomainService::disallow(db::Tx& tx, std::string_view domain_text) {
  auto domain = TRY(checked(domain_text));
  if (!store::delete_domain_allow(tx, domain)) return fail(Errc::not_found, domain + " is not on the list");
  enqueue_apply(tx, domain, AccountId{});
  return domain;
}

void DomainService::enqueue_apply(db::Tx& tx, const std::string& domain, AccountId after) const {
  queue_.enqueue(tx, {.kind = kApplyDomainPolicy, .payload = domain + " " + after.str()});
}

void DomainService::follow_media_policy(db::Tx& tx, const RefusedFiles& files) const {
  auto payload = files.payload();
  queue_.enqueue(tx, {.kind = kFollowMediaPolicy, .payload = payload, .unique_key = payload});
}

Result<void> DomainService::run_apply(db::Tx& tx, DomainPolicies& policies, std::string_view payload,
                                      const TellLost& tell_lost) {
  const auto space = payload.rfind(' ');
  if (space == std::string_view::npos) {
    return fail(Errc::internal, "The payload of a job is unreadable", std::string(payload));
  }
  const std::string domain(payload.substr(0, space));
  const auto after = AccountId::parse(payload.substr(space + 1)).value_or(AccountId{});  // none: from the start
  policies.reload(tx);
  if (!after) {
    give_up_deliveries(tx, policies);
    follow_media_policy(tx, {.of = RefusedFiles::Of::emojis, .which = domain});
    follow_media_policy(tx, {.of = RefusedFiles::Of::cards, .which = "-"});
  }
  const auto accounts = store::list_accounts_of_domain(tx, domain, after, kBatch);
  // The policy of each account, not of the domain: a subdomain may be an exception.
  std::map<AccountId, Lost> lost;
  for (const Account& account : accounts) apply(tx, policies.find(account), account, lost);
  std::vector<AccountId> ids;
  for (const Account& account : accounts) ids.push_back(account.id);
  for (const AccountId id : store::list_accounts_with_files(tx, ids)) {
    follow_media_policy(tx, {.of = RefusedFiles::Of::account, .which = id.str()});
  }
  if (tell_lost) {
    for (const auto& [who, counts] : lost) tell_lost(who, domain, counts.followers, counts.following);
  }
  if (static_cast<int>(accounts.size()) == kBatch) enqueue_apply(tx, domain, accounts.back().id);
  return {};
}

void DomainService::apply(db::Tx& tx, const DomainPolicy& policy, const Account& account,
                          std::map<AccountId, Lost>& lost) {
  const bool suspend = policy.severity == DomainSeverity::suspend;
  const bool limit = policy.severity == DomainSeverity::limit;
  if (suspend) {
    if (!account.suspended_at) {
      store::set_suspended(tx, account.id, true);
      store::insert_policy_effect(tx, account.id, DomainSeverity::suspend);
    }
    for (const model::Follow& cut : store::sever_follows(tx, account.id)) {
      store::delete_follow(tx, cut.account_id, cut.target_account_id);
      if (cut.account_id == account.id) {
        ++lost[cut.target_account_id].followers;
      } else {
        ++lost[cut.account_id].following;
      }
    }
  } else if (store::delete_policy_effect(tx, account.id, DomainSeverity::suspend)) {
    store::set_suspended(tx, account.id, false);
    for (model::Follow follow : store::take_severed_follows(tx, account.id)) {
      follow.id = ids_.next<FollowId>();
      store::upsert_follow(tx, follow);
    }
  }
  if (limit) {
    if (!account.silenced_at && store::insert_policy_effect(tx, account.id, DomainSeverity::limit)) {
      store::set_silenced(tx, account.id, true);
    }
  } else if (store::delete_policy_effect(tx, account.id, DomainSeverity::limit)) {
    store::set_silenced(tx, account.id, false);
  }
  if (policy.reject_media) store::clear_pictures(tx, account.id);
}

}  // namespace dunlin::service
