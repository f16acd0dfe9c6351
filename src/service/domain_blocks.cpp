#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/jobs/queue.hpp"
#include "dunlin/service/events.hpp"
#include "dunlin/service/relationships.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"

namespace dunlin::service {

using model::Account;

namespace {

/// Errors: invalid.
Result<std::string> other_domain(const config::Config& config, std::string_view given) {
  auto domain = normalise_domain(text::trim(given));
  if (!domain) return fail(Errc::invalid, "Validation failed: Domain is not a valid domain name");
  if (uris::is_own_domain(config, *domain)) {
    return fail(Errc::invalid, "Validation failed: Domain is the one of this server");
  }
  return *std::move(domain);
}

}  // namespace

Result<void> RelationshipService::block_domain(db::Tx& tx, const Account& who, std::string_view given) {
  const auto domain = TRY(other_domain(env_.config, given));
  if (!store::insert_domain_block(tx, who.id, domain, env_.ids.next<FollowId>().value)) return {};
  store::delete_notifications_from_domain(tx, who.id, domain);
  env_.events.tell(tx, events::DomainBlockChanged{who.id, domain});
  env_.queue.enqueue(tx, {.kind = kLeaveDomain, .payload = who.id.str() + " " + domain});
  return {};
}

Result<void> RelationshipService::unblock_domain(db::Tx& tx, const Account& who, std::string_view given) {
  const auto domain = TRY(other_domain(env_.config, given));
  if (store::delete_domain_block(tx, who.id, domain)) {
    env_.events.tell(tx, events::DomainBlockChanged{who.id, domain});
  }
  return {};
}

Result<store::DomainCounts> RelationshipService::preview_domain_block(db::Tx& tx, const Account& who,
                                                                      std::string_view given) {
  return store::count_domain_follows(tx, who.id, TRY(other_domain(env_.config, given)));
}

Result<void> RelationshipService::leave_domain(db::Tx& tx, std::string_view payload) {
  const auto space = payload.find(' ');
  const auto id = AccountId::parse(payload.substr(0, space));
  if (!id || space == std::string_view::npos) return fail(Errc::internal, "malformed job", std::string(payload));
  const auto domain = payload.substr(space + 1);
  const auto who = store::find_account(tx, *id);
  // Unblocked before its turn came: then nothing ends.
  if (!who || !store::has_domain_block(tx, *id, domain)) return {};
  const auto lost = store::count_domain_follows(tx, *id, domain);
  const auto ties = store::list_domain_ties(tx, *id, domain);
  for (const auto target : ties.following) TRY(follows_.unfollow(tx, *who, target));
  for (const auto follower : ties.followers) TRY_VOID(follows_.turn_away(tx, *who, follower));
  notifications_.severed(tx, *id, model::SeveranceType::user_domain_block, std::string(domain),
                         static_cast<std::int32_t>(lost.followers), static_cast<std::int32_t>(lost.following));
  return {};
}

}  // namespace dunlin::service
