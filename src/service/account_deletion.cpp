#include "dunlin/service/account_deletion.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/jobs/queue.hpp"
#include "dunlin/service/events.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/store/account_deletion.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/activities.hpp"
#include "dunlin/store/statuses.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace dunlin::service {

namespace {

constexpr std::string_view kAnnounce = "announce";
constexpr std::string_view kErase = "erase";
constexpr int kStatusesAtOnce = 100;
constexpr int kMostInPassing = 500;              // beside other activities, in their transaction
constexpr std::chrono::hours kKeyLife{31 * 24};  // Deletes are tried for 30 days

void enqueue_step(db::Tx& tx, const Environment& env, std::string_view step, AccountId id) {
  const std::string payload = std::string(step) + " " + id.str();
  env.queue.enqueue(tx, {.kind = kDeleteAccount, .payload = payload, .run_at = std::nullopt, .unique_key = payload});
}

/// While the follows are still there: they say who must know.
void announce(db::Tx& tx, const Environment& env, const model::Account& account) {
  store::keep_departed_key(tx, account.id, tx.now() + kKeyLife);
  env.federation.account_deleted(tx, account);
  enqueue_step(tx, env, kErase, account.id);
}

void erase_some(db::Tx& tx, const Environment& env, const model::Account& account) {
  const auto ids = store::list_statuses_to_erase(tx, account.id, kStatusesAtOnce);
  if (ids.empty()) {
    store::delete_account(tx, account.id);
    log::info("account deleted", {log::kv("account", account.id.str())});
    return;
  }
  for (const auto id : ids) {
    // Counters of others are settled as when its author deletes a status.
    const auto status = store::find_status(tx, id);
    if (status && store::delete_status(tx, *status)) env.events.tell(tx, events::StatusDeleted::of(*status));
  }
  store::erase_statuses(tx, ids);
  enqueue_step(tx, env, kErase, account.id);
}

}  // namespace

void delete_local_account(db::Tx& tx, const Environment& env, const model::Account& account) {
  store::close_account(tx, account.id);
  env.events.tell(tx, events::AccountDeleted{account.id});
  // For ever: the id must not come back as somebody else's.
  store::insert_tombstone(tx, account.uri, std::nullopt);
  enqueue_step(tx, env, kAnnounce, account.id);
}

void delete_remote_account(db::Tx& tx, const Environment& env, const model::Account& account) {
  store::insert_tombstone(tx, account.uri, std::nullopt);
  const auto some = store::list_statuses_to_erase(tx, account.id, kMostInPassing + 1);
  if (some.size() <= static_cast<std::size_t>(kMostInPassing)) {
    store::delete_account(tx, account.id);
  } else {
    store::close_remote_account(tx, account.id);
    enqueue_step(tx, env, kErase, account.id);
  }
  env.events.tell(tx, events::AccountDeleted{account.id});
}

Result<void> run_delete_account(db::Tx& tx, const Environment& env, std::string_view payload) {
  const auto space = payload.find(' ');
  const auto id = space == std::string_view::npos ? std::nullopt : AccountId::parse(payload.substr(space + 1));
  if (!id) return fail(Errc::internal, "The payload of a job is unreadable", std::string(payload));
  const auto account = store::find_account(tx, *id);
  if (!account || !account->deleted_at) return {};
  if (payload.substr(0, space) == kAnnounce) {
    announce(tx, env, *account);
  } else {
    erase_some(tx, env, *account);
  }
  return {};
}

}  // namespace dunlin::service
