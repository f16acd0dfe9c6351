#include "dunlin/activitypub/moves.hpp"

#include "outbox/distribute.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/activitypub/resolve.hpp"
#include "dunlin/base/log.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/service/events.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/store/account_moves.hpp"
#include "dunlin/store/accounts.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace dunlin::activitypub {

namespace {

constexpr std::chrono::hours kRemotePause{7 * 24};
constexpr std::chrono::hours kLocalPause{30 * 24};
constexpr int kBatch = 100;
constexpr std::size_t kMaxAliases = 20;

void enqueue_followers(service::Environment& env, db::Tx& tx, AccountId from, AccountId to, FollowId after) {
  FederationService::of(env).queue().enqueue(
      tx, {.kind = kMoveFollowers, .payload = from.str() + " " + to.str() + " " + after.str()});
}

bool names(const model::Account& account, const std::string& alias) {
  return std::ranges::find(account.also_known_as, alias) != account.also_known_as.end();
}

/// Whom people here knew as the one, they know as the other: their blocks, mutes and private notes hold on.
void take_relations_along(service::Environment& env, db::Tx& tx, const model::Account& from, const model::Account& to) {
  store::copy_blocks_and_mutes(tx, from.id, to.id);
  store::copy_account_notes(tx, from.id, to.id,
                            "This user moved from " + from.acct() + ", here were your previous notes about them:");
  env.events.tell(tx, service::events::RelationsChanged{});
}

std::unexpected<Error> refused(std::string why) {
  return fail(Errc::invalid, "The account cannot be moved", std::move(why));
}

Result<model::Account> find_target(Resolver& resolver, std::string_view text) {
  if (Url::parse(text)) return resolver.actor(text);
  if (text.starts_with('@')) text.remove_prefix(1);
  const auto at = text.rfind('@');
  if (at == std::string_view::npos) return refused(std::string(text) + " is neither a handle nor an address");
  return resolver.handle(text.substr(0, at), text.substr(at + 1));
}

Result<void> migrate(service::Environment& env, db::Tx& tx, Resolver& resolver, const model::Account& account,
                     const model::Account& known) {
  const auto target = known.is_local() ? known : TRY(resolver.refresh(known));
  const auto last = store::find_move(tx, account.id);
  if (last && tx.now() - *last < kLocalPause) return refused("it moved less than 30 days ago");
  if (target.id == account.id) return refused("to itself");
  if (target.moved_to_id) return refused(target.acct() + " has moved as well");
  if (!names(target, account.uri)) return refused(target.acct() + " does not name " + account.uri + " as an alias");
  store::save_move(tx, account.id, target.id);
  store::set_moved_to(tx, account.id, target.id);
  take_relations_along(env, tx, account, target);
  auto moved = account;
  moved.moved_to_id = target.id;
  moved.updated_at = tx.now();
  env.federation.profile_updated(tx, moved);
  FederationService::of(env).queue().enqueue(tx, distribute_job(Told::move, account.id.value));
  enqueue_followers(env, tx, account.id, target.id, FollowId{});
  log::info("account moved", {log::kv("from", account.uri), log::kv("to", target.uri)});
  return {};
}

Result<void> change_aliases(service::Environment& env, db::Tx& tx, model::Account account, const std::string& alias,
                            bool add) {
  std::erase(account.also_known_as, alias);
  if (add) account.also_known_as.push_back(alias);
  if (account.also_known_as.size() > kMaxAliases) return refused("too many aliases");
  store::set_also_known_as(tx, account.id, account.also_known_as);
  account.updated_at = tx.now();
  env.federation.profile_updated(tx, account);
  return {};
}

}  // namespace

bool has_moved_lately(db::Tx& tx, const model::Account& from) {
  const auto last = store::find_move(tx, from.id);
  return last && tx.now() - *last < kRemotePause;
}

bool receive_move(service::Environment& env, db::Tx& tx, const model::Account& from, const model::Account& to) {
  if (has_moved_lately(tx, from)) return false;
  store::save_move(tx, from.id, to.id);
  store::set_moved_to(tx, from.id, to.id);
  take_relations_along(env, tx, from, to);
  enqueue_followers(env, tx, from.id, to.id, FollowId{});
  return true;
}

Result<void> run_move_followers(service::Environment& env, service::Services& services, db::Tx& tx,
                                std::string_view payload) {
  const auto parts = text::split(payload, ' ');
  const auto from = parts.size() == 3 ? AccountId::parse(parts[0]) : std::nullopt;
  const auto to = parts.size() == 3 ? AccountId::parse(parts[1]) : std::nullopt;
  if (!from || !to) return fail(Errc::internal, "The payload of a job is unreadable", std::string(payload));
  const auto after = FollowId::parse(parts[2]).value_or(FollowId{});  // none: from the start
  const auto target = store::find_account(tx, *to);
  if (!target) return {};
  const auto follows = store::list_local_follows_of(tx, *from, after, kBatch);
  for (const model::Follow& follow : follows) {
    const auto who = store::find_account(tx, follow.account_id);
    if (!who || who->id == target->id) continue;
    // Blocked, say: then only the old follow ends.
    const auto done = services.follows.follow(
        tx, *who, target->id, {.reblogs = follow.show_reblogs, .notify = follow.notify, .languages = follow.languages});
    if (done) services.lists.put_beside(tx, who->id, *from, *to);  // the end of a follow ends its places in lists
    if (!done) log::info("follow not moved", {log::kv("who", who->uri), log::kv("why", done.error().message)});
    TRY(services.follows.unfollow(tx, *who, *from));
  }
  if (static_cast<int>(follows.size()) == kBatch) enqueue_followers(env, tx, *from, *to, follows.back().id);
  return {};
}

Result<void> run_move_account(service::Environment& env, service::Services& services, db::Tx& tx,
                              service::RemoteDocuments& documents, std::string_view payload) {
  const auto parts = text::split(payload, ' ');
  const auto id = parts.size() == 3 ? AccountId::parse(parts[0]) : std::nullopt;
  if (!id) return fail(Errc::internal, "The payload of a job is unreadable", std::string(payload));
  const auto account = store::find_account(tx, *id);
  if (!account || !account->is_local()) return {};
  // An alias that cannot be found any more can still be taken off.
  if (parts[1] == "unalias" && names(*account, std::string(parts[2]))) {
    return change_aliases(env, tx, *account, std::string(parts[2]), false);
  }
  Resolver resolver(env, services.statuses, tx, documents);
  const auto target = TRY(find_target(resolver, parts[2]));
  if (parts[1] == "migrate") return migrate(env, tx, resolver, *account, target);
  return change_aliases(env, tx, *account, target.uri, parts[1] == "alias");
}

}  // namespace dunlin::activitypub
