#include "backfill/backfill.hpp"

#include "dunlin/activitypub/backfill.hpp"
#include "dunlin/activitypub/federation.hpp"
#include "dunlin/activitypub/jobs.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/federation.hpp"
#include "dunlin/store/quotes.hpp"
#include "dunlin/store/tags.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

namespace dunlin::activitypub {

using store::Backfill;
using store::BackfillItemKind;
using store::BackfillKind;

namespace {

// federation.md 4.16.
constexpr std::chrono::minutes kYoungThread{5};
constexpr std::chrono::minutes kThreadPause{15};
constexpr std::chrono::hours kLongestPause{24 * 7};
constexpr std::chrono::hours kProfilePause{24};
constexpr int kThreadObjects = 1000;
constexpr int kThreadPages = 500;
constexpr int kThreadSeeds = 100;
constexpr int kAncestors = 100;
constexpr int kProfileObjects = 40;
constexpr int kProfilePages = 9;
constexpr int kEnoughStatuses = 20;
// After everything that somebody waits for.
constexpr int kPriority = 20;

/// nullopt: not due. What found nothing new the last time waits twice as long.
std::optional<Backfill> make(service::Environment& env, db::Tx& tx, BackfillKind kind, std::int64_t subject,
                             std::chrono::seconds pause) {
  if (!env.config.federation.backfill || env.config.federation.mode == "off") return std::nullopt;
  const auto last = store::find_backfill(tx, kind, subject);
  if (last && last->next_at > tx.now()) return std::nullopt;
  const bool in_vain = last && last->found == 0;
  Backfill result;
  result.id = env.ids.next<AccountId>().value;
  result.kind = kind;
  result.subject_id = subject;
  result.started_at = tx.now();
  result.pause = in_vain ? std::min<std::chrono::seconds>(last->pause * 2, kLongestPause) : pause;
  result.next_at = tx.now() + result.pause;
  return result;
}

bool lacks_parent(const model::Status& status) {
  return status.in_reply_to_uri && !status.in_reply_to_id;
}

}  // namespace

std::size_t add_items(service::Environment& env, db::Tx& tx, std::int64_t backfill, BackfillItemKind kind,
                      const std::vector<std::string>& uris) {
  const auto added = store::add_backfill_items(tx, backfill, kind, uris);
  enqueue_items(env, tx, added);
  return added.size();
}

void enqueue_items(service::Environment& env, db::Tx& tx, const std::vector<std::int64_t>& items) {
  for (const std::int64_t id : items) {
    FederationService::of(env).queue().enqueue(
        tx, {.kind = kBackfill, .payload = std::to_string(id), .priority = kPriority});
  }
}

Result<void> run_begin_profile(service::Environment& env, db::Tx& tx, std::string_view payload) {
  const auto id = AccountId::parse(payload);
  if (const auto account = id ? store::find_account(tx, *id) : std::nullopt) begin_profile(env, tx, *account);
  return {};
}

std::optional<service::Federation::Refresh> refresh_of(const std::optional<Backfill>& backfill, Time now) {
  if (!backfill) return std::nullopt;
  const bool finished = backfill->finished_at || now - backfill->started_at > 2 * kLongestBackfill;
  return service::Federation::Refresh{.id = backfill->id, .finished = finished, .found = backfill->found};
}

namespace {

std::optional<model::Quote> quote_to_recheck(const service::Environment& env, db::Tx& tx, const model::Status& opened) {
  if (!opened.has(model::Part::quote)) return std::nullopt;
  auto quote = store::find_quote_of(tx, opened.id);
  return quote && is_recheck_due(env.config, *quote, tx.now()) ? std::move(quote) : std::nullopt;
}

}  // namespace

bool FederationService::may_complete_thread(db::Tx& tx, const model::Status& opened) {
  if (quote_to_recheck(env_, tx, opened)) return true;
  if (!opened.conversation_id || !opened.is_distributable() || !env_.config.federation.backfill) return false;
  const auto last = store::find_backfill(tx, BackfillKind::thread, opened.conversation_id->value);
  return !last || last->next_at <= tx.now() || !last->finished_at;
}

std::optional<service::Federation::Refresh> FederationService::thread_opened(db::Tx& tx, const model::Status& opened) {
  if (const auto quote = quote_to_recheck(env_, tx, opened)) {
    queue_.enqueue(tx, {.kind = kRecheckQuote, .payload = quote->id.str(), .unique_key = quote->id.str()});
  }
  begin_thread(env_, tx, opened);
  if (!opened.conversation_id) return std::nullopt;
  return refresh_of(store::find_backfill(tx, BackfillKind::thread, opened.conversation_id->value), tx.now());
}

std::optional<service::Federation::Refresh> FederationService::find_refresh(db::Tx& tx, std::int64_t id) {
  return refresh_of(store::find_backfill(tx, id), tx.now());
}

bool FederationService::may_complete_profile(db::Tx& tx, const model::Account& account) {
  if (account.is_local() || account.suspended_at || !env_.config.federation.backfill) return false;
  const auto last = store::find_backfill(tx, BackfillKind::profile, account.id.value);
  return !last || last->next_at <= tx.now();
}

void FederationService::profile_opened(db::Tx& tx, const model::Account& account) {
  if (!may_complete_profile(tx, account)) return;
  queue_.enqueue(tx, {.kind = kBeginProfile, .payload = account.id.str(), .unique_key = account.id.str()});
}

bool begin_thread(service::Environment& env, db::Tx& tx, const model::Status& opened) {
  if (!opened.conversation_id || !opened.is_distributable()) return false;
  const ConversationId thread = *opened.conversation_id;
  auto backfill = make(env, tx, BackfillKind::thread, thread.value, kThreadPause);
  if (!backfill) return false;
  // What has just begun comes by itself; not so what was there before it.
  const auto start = store::find_thread_start(tx, thread);
  if (!lacks_parent(opened) && (!start || tx.now() - *start < kYoungThread)) return false;
  const auto seeds = store::list_remote_of_thread(tx, thread, kThreadSeeds);
  const std::array ids{thread};
  const auto heads = store::list_thread_heads(tx, ids);
  const auto head = heads.find(thread);
  std::vector<std::string> collections;
  if (head != heads.end() && head->second.uri && Url::parse(*head->second.uri)) {
    // Only the thread's owner is asked, who has written in it.
    const auto is_owner = [&](const std::string& uri) { return same_origin(uri, *head->second.uri); };
    if (std::ranges::any_of(seeds, is_owner)) collections.push_back(*head->second.uri);
  }
  if (seeds.empty() && collections.empty()) return false;
  backfill->objects_left = kThreadObjects;
  backfill->pages_left = kThreadPages;
  store::start_backfill(tx, *backfill);
  add_items(env, tx, backfill->id, BackfillItemKind::collection, collections);
  add_items(env, tx, backfill->id, BackfillItemKind::object, seeds);
  return true;
}

bool begin_ancestors(service::Environment& env, db::Tx& tx, const model::Status& reply) {
  if (!reply.conversation_id || !reply.is_distributable() || !lacks_parent(reply)) return false;
  if (service::uris::is_own_url(env.config, *reply.in_reply_to_uri)) return false;
  auto backfill = make(env, tx, BackfillKind::ancestors, reply.conversation_id->value, kThreadPause);
  if (!backfill) return false;
  backfill->objects_left = kAncestors;
  store::start_backfill(tx, *backfill);
  add_items(env, tx, backfill->id, BackfillItemKind::object, {*reply.in_reply_to_uri});
  return true;
}

bool begin_profile(service::Environment& env, db::Tx& tx, const model::Account& account) {
  if (account.is_local() || account.suspended_at) return false;
  auto backfill = make(env, tx, BackfillKind::profile, account.id.value, kProfilePause);
  if (!backfill) return false;
  const bool needs_statuses = store::count_statuses_here(tx, account.id, kEnoughStatuses) < kEnoughStatuses;
  std::vector<std::string> collections;
  const std::string featured_tags = store::find_featured_tags_url(tx, account.id);
  for (const std::string* url :
       {&account.outbox_url, &account.featured_url, &featured_tags, &account.followers_url, &account.following_url}) {
    if (!url->empty()) collections.push_back(*url);
  }
  if (collections.empty()) return false;
  backfill->objects_left = needs_statuses ? kProfileObjects : 0;
  backfill->pages_left = kProfilePages;
  store::start_backfill(tx, *backfill);
  add_items(env, tx, backfill->id, BackfillItemKind::collection, collections);
  return true;
}

}  // namespace dunlin::activitypub
