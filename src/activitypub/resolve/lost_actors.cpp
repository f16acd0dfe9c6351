#include "dunlin/activitypub/lost_actors.hpp"

#include "dunlin/activitypub/resolve.hpp"
#include "dunlin/base/log.hpp"
#include "dunlin/jobs/deliveries.hpp"
#include "dunlin/service/account_deletion.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/federation.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace dunlin::activitypub {

namespace {

constexpr std::chrono::hours kCounted{24};
constexpr int kNotFoundToLook = 3;
constexpr int kMostCounted = 100 * kNotFoundToLook;  // from then on each time
constexpr std::chrono::minutes kUntilAgain{70};      // longer than the first answer is remembered
constexpr std::string_view kAgain = "again";

}  // namespace

void note_lost_inbox(db::Tx& tx, const jobs::Queue& queue, std::string_view inbox_url, bool gone) {
  if (!gone && jobs::count_not_found(tx, inbox_url, tx.now() - kCounted, kMostCounted) % kNotFoundToLook != 0) return;
  const auto owner = store::find_account_by_inbox(tx, inbox_url);
  if (!owner) return;
  queue.enqueue(tx, {.kind = kCheckActor, .payload = owner->str() + " first", .unique_key = owner->str()});
}

void remove_remote_account(service::Environment& env, db::Tx& tx, const model::Account& account) {
  service::delete_remote_account(tx, env, account);
}

Result<void> run_check_actor(service::Environment& env, service::Services& services, db::Tx& tx,
                             service::RemoteDocuments& documents, std::string_view payload) {
  const auto space = payload.find(' ');
  const auto id = AccountId::parse(payload.substr(0, space));
  if (!id || space == std::string_view::npos) {
    return fail(Errc::internal, "The payload of a job is unreadable", std::string(payload));
  }
  const auto account = store::find_account(tx, *id);
  if (!account || account->is_local()) return {};
  const auto fresh = Resolver(env, services.statuses, tx, documents).refresh(*account);
  if (fresh) return {};
  if (fresh.error().code == Errc::need_remote) return std::unexpected(fresh.error());
  // Not found is no proof: some servers say so of whom they have suspended.
  if (fresh.error().code != Errc::gone) return {};
  if (payload.substr(space + 1) == kAgain) {
    remove_remote_account(env, tx, *account);
    log::info("remote account is gone", {log::kv("actor", account->uri)});
    return {};
  }
  env.queue.enqueue(tx, {.kind = kCheckActor,
                         .payload = id->str() + " " + std::string(kAgain),
                         .run_at = tx.now() + kUntilAgain,
                         .unique_key = id->str()});
  return {};
}

}  // namespace dunlin::activitypub
