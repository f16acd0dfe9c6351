#include "dunlin/service/domain_policies.hpp"

#include "dunlin/base/url.hpp"
#include "dunlin/service/federation_policy.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <utility>

namespace dunlin::service {

using model::DomainPolicy;
using model::DomainSeverity;

struct DomainPolicies::Snapshot {
  std::map<std::string, DomainPolicy, std::less<>> policies;
  std::set<std::string, std::less<>> allowed;
};

namespace {

constexpr std::chrono::seconds kFresh{5};

/// `host` itself, without its port, and every parent: the order in which a policy is looked for.
template <class F>
bool any_level(std::string_view host, F&& found) {
  const auto normalised = normalise_domain(host);
  if (!normalised) return false;
  std::string_view name = *normalised;
  if (found(name)) return true;
  const bool is_literal = name.starts_with('[');
  if (const auto colon = name.rfind(':'); colon != std::string_view::npos && !name.ends_with(']')) {
    name = name.substr(0, colon);
    if (found(name)) return true;
  }
  if (is_literal) return false;
  for (auto dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
    name.remove_prefix(dot + 1);
    if (found(name)) return true;
  }
  return false;
}

}  // namespace

std::shared_ptr<const DomainPolicies::Snapshot> DomainPolicies::snapshot() const {
  const std::lock_guard lock(mutex_);
  return snapshot_;
}

DomainPolicy DomainPolicies::find(std::string_view host) const {
  DomainPolicy result;
  const auto now = snapshot();
  if (!now || now->policies.empty()) return result;
  any_level(host, [&](std::string_view name) {
    const auto policy = now->policies.find(name);
    if (policy == now->policies.end()) return false;
    result = policy->second;
    return true;
  });
  return result;
}

bool DomainPolicies::may_federate(std::string_view host) const {
  if (config_.federation.mode == "off") return false;
  if (!service::may_federate(config_, host)) {
    const auto now = snapshot();
    const auto normalised = normalise_domain(host);
    if (!now || !normalised || !now->allowed.contains(*normalised)) return false;
  }
  return find(host).severity != DomainSeverity::suspend;
}

bool DomainPolicies::may_federate(const model::Account& account) const {
  return may_federate(domain_of(account.uri)) && (!account.domain || may_federate(*account.domain));
}

DomainPolicy DomainPolicies::find(const model::Account& account) const {
  auto by_id = find(domain_of(account.uri));
  if (!account.domain) return by_id;
  const auto by_handle = find(*account.domain);
  by_id.severity = std::max(by_id.severity, by_handle.severity);
  by_id.reject_media = by_id.reject_media || by_handle.reject_media;
  by_id.reject_reports = by_id.reject_reports || by_handle.reject_reports;
  return by_id;
}

void DomainPolicies::refresh(db::Tx& tx) {
  const Time now = clock_.now();
  {
    const std::lock_guard lock(mutex_);
    if (loaded_at_ && now - *loaded_at_ < kFresh) return;
    loaded_at_ = now;  // the others need not read as well
  }
  reload(tx);
}

void DomainPolicies::reload(db::Tx& tx) {
  auto fresh = std::make_shared<Snapshot>();
  for (DomainPolicy& policy : store::list_domain_policies(tx)) {
    auto domain = policy.domain;
    fresh->policies.emplace(std::move(domain), std::move(policy));
  }
  for (std::string& domain : store::list_domain_allows(tx)) fresh->allowed.insert(std::move(domain));
  const std::lock_guard lock(mutex_);
  snapshot_ = std::move(fresh);
  loaded_at_ = clock_.now();
}

}  // namespace dunlin::service
