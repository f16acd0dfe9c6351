#include "dunlin/service/suspension.hpp"

#include "dunlin/service/events.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/relationships.hpp"

#include <string>

namespace dunlin::service {

void suspend_local_account(db::Tx& tx, const Environment& env, model::Account account, bool suspended) {
  store::set_suspended(tx, account.id, suspended);
  if (suspended) {
    env.queue.enqueue(tx, {.kind = kRefuseFollowRequests, .payload = account.id.str(), .unique_key = account.id.str()});
  }
  account.suspended_at = suspended ? std::optional(tx.now()) : std::nullopt;
  env.federation.suspension_changed(tx, account);
  env.events.tell(tx, events::AccountSuspended{account.id});
}

Result<void> run_refuse_follow_requests(db::Tx& tx, const Environment& env, std::string_view payload) {
  constexpr int kAtOnce = 200;
  const auto id = AccountId::parse(payload);
  if (!id) return fail(Errc::internal, "malformed job", std::string(payload));
  const auto account = store::find_account(tx, *id);
  // Lifted before its turn came: then those who wait go on waiting.
  if (!account || !account->suspended_at) return {};
  model::Page page;
  page.limit = kAtOnce;
  const auto waiting = store::list_follow_requests(tx, *id, page);
  for (const auto& ref : waiting) {
    const auto request = store::delete_follow_request(tx, ref.account_id, *id);
    const auto follower = store::find_account(tx, ref.account_id);
    if (request && follower) env.federation.follow_rejected(tx, *request, *follower);
  }
  if (waiting.size() == kAtOnce) env.queue.enqueue(tx, {.kind = kRefuseFollowRequests, .payload = id->str()});
  return {};
}

}  // namespace dunlin::service
