#include "dunlin/service/suspension.hpp"

#include "dunlin/service/events.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/relationships.hpp"

namespace dunlin::service {

namespace {

constexpr int kAtOnce = 200;
constexpr int kMostRequests = 10'000;

void refuse_requests(db::Tx& tx, const Environment& env, const model::Account& account) {
  model::Page page;
  page.limit = kAtOnce;
  for (int done = 0; done < kMostRequests; done += kAtOnce) {
    const auto waiting = store::list_follow_requests(tx, account.id, page);
    for (const auto& ref : waiting) {
      const auto request = store::delete_follow_request(tx, ref.account_id, account.id);
      const auto follower = store::find_account(tx, ref.account_id);
      if (request && follower) env.federation.follow_rejected(tx, *request, *follower);
    }
    if (waiting.size() < kAtOnce) return;
  }
}

}  // namespace

void suspend_local_account(db::Tx& tx, const Environment& env, model::Account account, bool suspended) {
  store::set_suspended(tx, account.id, suspended);
  if (suspended) refuse_requests(tx, env, account);
  account.suspended_at = suspended ? std::optional(tx.now()) : std::nullopt;
  env.federation.suspension_changed(tx, account);
  env.events.tell(tx, events::AccountSuspended{account.id});
}

}  // namespace dunlin::service
