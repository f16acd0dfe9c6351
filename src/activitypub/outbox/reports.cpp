#include "dunlin/activitypub/federation.hpp"
#include "dunlin/activitypub/render.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/statuses.hpp"

#include <set>
#include <string>
#include <vector>

namespace dunlin::activitypub {

namespace {

constexpr std::size_t kMaxDomains = 10;

std::vector<std::string> uris_of(db::Tx& tx, std::span<const StatusId> ids) {
  std::vector<std::string> uris;
  for (const auto id : ids) {
    if (const auto status = store::find_status(tx, id)) uris.push_back(status->uri);
  }
  return uris;
}

/// The account's own, and one of each other server that the report goes to.
std::set<std::string> inboxes_of(db::Tx& tx, const model::Account& target, std::span<const std::string> domains) {
  std::set<std::string> inboxes{target.inbox_url};
  for (const auto& domain : domains.first(std::min(domains.size(), kMaxDomains))) {
    const auto host = normalise_domain(domain);
    if (!host || host == target.domain) continue;
    if (auto inbox = store::find_inbox_of_domain(tx, *host)) inboxes.insert(*std::move(inbox));
  }
  inboxes.erase("");
  return inboxes;
}

}  // namespace

void FederationService::reported(db::Tx& tx, const model::Report& report, const model::Account& target,
                                 std::span<const std::string> domains) {
  const auto inboxes = inboxes_of(tx, target, domains);
  const auto body = render_flag(env_.config, report, target.uri, uris_of(tx, report.status_ids));
  deliveries_.enqueue(
      tx, {.account_id = AccountId{}, .body = body, .object_key = target.uri, .priority = jobs::Priority::reaction},
      std::vector(inboxes.begin(), inboxes.end()));
}

}  // namespace dunlin::activitypub
