#include "backfill/backfill.hpp"

#include "dunlin/activitypub/backfill.hpp"
#include "dunlin/activitypub/federation.hpp"
#include "dunlin/activitypub/resolve.hpp"
#include "dunlin/base/log.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/service/status_marks.hpp"
#include "dunlin/service/tags.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/statuses.hpp"
#include "dunlin/store/tags.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

namespace dunlin::activitypub {

using store::Backfill;
using store::BackfillItem;
using store::BackfillItemKind;
using store::BackfillKind;

namespace {

constexpr std::int64_t kMaxClaimed = 1'000'000'000;

struct Run {
  service::Environment& env;
  db::Tx& tx;
  service::Services& services;
  Resolver& resolver;
  const Backfill& backfill;
  const BackfillItem& item;
};

void add(const Run& run, BackfillItemKind kind, const std::vector<std::string>& uris) {
  std::vector<std::string> wanted;
  for (const std::string& uri : uris) {
    if (!uri.empty() && !service::uris::is_own_url(run.env.config, uri)) wanted.push_back(uri);
  }
  add_items(run.env, run.tx, run.backfill.id, kind, wanted);
}

std::int64_t claimed(std::optional<std::int64_t> total) {
  return std::min(total.value_or(0), kMaxClaimed);
}

enum class Place : std::uint8_t { here, elsewhere, below_unknown };

/// Whether a note belongs where it was found: by its author, or in the thread. Collections may name whatever they like.
Place place_of(const Run& run, const Note& note) {
  if (run.backfill.kind == BackfillKind::profile) {
    const auto account = store::find_account(run.tx, AccountId{run.backfill.subject_id});
    return account && note.attributed_to == account->uri ? Place::here : Place::elsewhere;
  }
  const ConversationId thread{run.backfill.subject_id};
  if (store::is_of_thread(run.tx, thread, note.id, note.conversation)) return Place::here;
  if (note.in_reply_to.empty()) return Place::elsewhere;
  const auto parent = store::find_status_by_uri(run.tx, note.in_reply_to);
  if (!parent) return Place::below_unknown;
  return parent->conversation_id == thread ? Place::here : Place::elsewhere;
}

/// false: it is of something else, or that cannot be told before its parent has come. The backfill is locked, so that
/// the parent does not come in between.
bool belongs(const Run& run, const Note& note) {
  const auto place = place_of(run, note);
  if (place == Place::below_unknown) {
    store::let_backfill_item_wait(run.tx, run.item.id, note.in_reply_to);
    add(run, BackfillItemKind::object, {note.in_reply_to});
  }
  return place == Place::here;
}

/// Answers that waited for this status are looked at again.
void wake(const Run& run, const model::Status& status) {
  if (run.backfill.kind == BackfillKind::profile) return;
  enqueue_items(run.env, run.tx, store::wake_backfill_items(run.tx, run.backfill.id, status.uri));
}

/// A status has come: the thread goes by its conversation, of which it may be the beginning.
void welcome(const Run& run, const model::Status& status) {
  store::count_found(run.tx, run.backfill.id);
  if (run.backfill.kind == BackfillKind::profile) return;
  wake(run, status);
  if (status.conversation_id && status.conversation_id->value != run.backfill.subject_id)
    store::set_backfill_subject(run.tx, run.backfill, status.conversation_id->value);
}

bool is_of_another_thread(const Run& run, const model::Status& status) {
  return run.backfill.kind != BackfillKind::profile && status.conversation_id &&
         status.conversation_id->value != run.backfill.subject_id;
}

Result<void> take_object(const Run& run) {
  const std::string& uri = run.item.uri;
  const auto known = store::find_status_by_uri(run.tx, uri);
  if (known && is_of_another_thread(run, *known)) return {};
  if (known) {
    // It may have come by another way, as its own Create.
    store::lock_backfill(run.tx, run.backfill.id);
    wake(run, *known);
    if (run.backfill.kind == BackfillKind::ancestors) return {};
  }
  const auto object = run.resolver.fetch(uri);
  if (!object) {
    if (object.error().code == Errc::need_remote) return std::unexpected(object.error());
    // Deleted at its origin, and nobody told us.
    const bool gone = object.error().code == Errc::gone;
    if (gone && known && !known->local) run.services.statuses.receive_delete(run.tx, *known);
    return {};
  }
  if (!object->note) return {};
  const Note& note = *object->note;
  const auto visibility = note.audience.visibility({});
  if (visibility != model::Visibility::public_ && visibility != model::Visibility::unlisted) return {};
  if (!known) {
    // Before anything that storing a status locks: all take them in this order.
    store::lock_backfill(run.tx, run.backfill.id);
    if (!belongs(run, note)) return {};
  }
  const auto status = known ? Result<model::Status>(*known) : run.resolver.status(uri);
  if (!status) {
    if (status.error().code == Errc::need_remote) return std::unexpected(status.error());
    return {};
  }
  if (!known) welcome(run, *status);
  store::set_remote_counts(run.tx, status->id,
                           {.reblogs = note.shares, .favourites = note.likes, .replies = note.replies_total});
  if (run.backfill.kind == BackfillKind::profile) return {};
  if (run.backfill.kind == BackfillKind::thread) {
    if (!note.replies.empty()) add(run, BackfillItemKind::collection, {note.replies});
    add(run, BackfillItemKind::object, note.first_replies);
  }
  if (!note.in_reply_to.empty() && !store::find_status_by_uri(run.tx, note.in_reply_to)) {
    add(run, BackfillItemKind::object, {note.in_reply_to});
  }
  return {};
}

/// What a collection of the profile says of its size.
void take_total(const Run& run, const Collection& collection) {
  const auto account = store::find_account(run.tx, AccountId{run.backfill.subject_id});
  if (!account || !collection.total) return;
  const auto total = claimed(collection.total);
  const auto if_is = [&](const std::string& url) { return url == run.item.uri ? std::optional(total) : std::nullopt; };
  store::set_remote_account_counts(run.tx, account->id, if_is(account->outbox_url), if_is(account->followers_url),
                                   if_is(account->following_url));
}

/// Whose items are wanted: not who follows whom.
bool has_statuses(const Run& run) {
  if (run.backfill.kind != BackfillKind::profile) return true;
  const auto account = store::find_account(run.tx, AccountId{run.backfill.subject_id});
  return account && run.item.uri != account->followers_url && run.item.uri != account->following_url;
}

bool is_featured(const Run& run) {
  const auto account = run.backfill.kind == BackfillKind::profile
                           ? store::find_account(run.tx, AccountId{run.backfill.subject_id})
                           : std::nullopt;
  return account && run.item.uri == account->featured_url;
}

bool lists_featured_tags(const Run& run) {
  return run.backfill.kind == BackfillKind::profile &&
         run.item.uri == store::find_featured_tags_url(run.tx, AccountId{run.backfill.subject_id});
}

/// The pinned statuses as they are now: whatever is not the account's own is left out by the service. Of many that are
/// new here some wait for the next time, when this job's fetches are used up.
Result<void> take_pins(const Run& run, const std::vector<std::string>& uris) {
  const auto account = store::find_account(run.tx, AccountId{run.backfill.subject_id});
  std::vector<StatusId> pins;
  for (const std::string& uri : uris) {
    if (pins.size() >= service::kMaxRemotePins) break;
    const auto status = run.resolver.status(uri);
    if (!status && status.error().code == Errc::need_remote) return std::unexpected(status.error());
    if (status && status->is_distributable() && !status->is_reblog()) pins.push_back(status->id);
  }
  if (account) run.services.status_marks.receive_pins(run.tx, *account, pins);
  return {};
}

Result<void> take_collection(const Run& run) {
  const auto object = run.resolver.fetch(run.item.uri);
  if (!object) {
    if (object.error().code == Errc::need_remote) return std::unexpected(object.error());
    return {};
  }
  if (!object->collection) return {};
  const Collection& collection = *object->collection;
  if (lists_featured_tags(run)) {
    run.services.tags.receive_featured(run.tx, AccountId{run.backfill.subject_id}, collection.hashtags);
    return {};
  }
  if (run.backfill.kind == BackfillKind::profile) take_total(run, collection);
  if (!has_statuses(run)) return {};
  if (is_featured(run)) return take_pins(run, collection.items);
  add(run, BackfillItemKind::object, collection.items);
  // Its pages lie where it lies; each is asked once, so that pages in a circle end.
  for (const std::string* page : {&collection.first, &collection.next}) {
    if (!page->empty() && same_origin(*page, run.item.uri)) add(run, BackfillItemKind::collection, {*page});
  }
  return {};
}

}  // namespace

Result<void> run_backfill(service::Environment& env, service::Services& services, db::Tx& tx,
                          service::RemoteDocuments& documents, std::string_view payload) {
  std::int64_t id = 0;
  std::from_chars(payload.data(), payload.data() + payload.size(), id);
  const auto item = store::find_backfill_item(tx, id);
  const auto backfill = item ? store::find_backfill(tx, item->backfill_id) : std::nullopt;
  if (!backfill) return {};
  if (tx.now() - backfill->started_at < kLongestBackfill) {
    Resolver resolver(env, services.statuses, tx, documents);
    const Run run{
        .env = env, .tx = tx, .services = services, .resolver = resolver, .backfill = *backfill, .item = *item};
    const auto done = item->kind == BackfillItemKind::object ? take_object(run) : take_collection(run);
    // What cannot be had now is left: the next time somebody looks it is asked for again.
    if (!done) return done;
  }
  if (store::finish_backfill_item(tx, *item) == 0) {
    const auto ended = store::find_backfill(tx, backfill->id);
    store::finish_backfill(tx, backfill->id, backfill->next_at, backfill->pause);
    log::info("backfill done", {log::kv("kind", static_cast<int>(backfill->kind)),
                                log::kv("subject", backfill->subject_id), log::kv("found", ended ? ended->found : 0)});
  }
  return {};
}

}  // namespace dunlin::activitypub
