#include "dunlin/service/inbound_policy.hpp"

#include "dunlin/base/url.hpp"

namespace dunlin::service {

Ruling DomainInboundPolicy::rule(db::Tx&, const Inbound& inbound) {
  const bool welcome = policies_.may_federate(inbound.sender) && policies_.may_federate(domain_of(inbound.actor));
  if (welcome) return Ruling::accept();
  return {.kind = Ruling::Kind::reject, .text = "its domain is blocked", .of_domain = true};
}

Ruling InboundPolicies::rule(db::Tx& tx, const Inbound& inbound) {
  Ruling result;
  Inbound seen = inbound;
  for (const auto& policy : policies_) {
    auto ruling = policy->rule(tx, seen);
    if (ruling.kind == Ruling::Kind::reject) return ruling;
    if (ruling.kind == Ruling::Kind::accept) continue;
    result = std::move(ruling);
    seen.document = result.text;
  }
  return result;
}

}  // namespace dunlin::service
