#include "arrival.hpp"
#include "poll_rules.hpp"
#include "quote_rules.hpp"

#include "dunlin/service/events.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/service/preview_cards.hpp"
#include "dunlin/service/search_index.hpp"
#include "dunlin/service/statuses.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/media.hpp"
#include "dunlin/store/statuses.hpp"

#include <utility>

namespace dunlin::service {

using model::Account;
using model::Status;

Result<Status> StatusService::post(db::Tx& tx, RemoteDocuments& documents, const Account& author,
                                   const model::User& user, const StatusDraft& draft) {
  const auto id = env_.ids.next<StatusId>();
  // First of all: what was good for the first request, such as its files, may be used up for its repetition.
  if (draft.idempotency_key) {
    if (const auto earlier = store::claim_idempotency_key(tx, author.id, *draft.idempotency_key, id)) {
      if (auto made = store::find_status(tx, *earlier)) return std::move(*made);
      return fail(Errc::not_found, "Record not found", "the status of this idempotency key is deleted");
    }
  }
  auto composed = TRY(compose(tx, documents, author, user, draft, id));
  Status& status = composed.status;
  if (!status.conversation_id) {
    status.conversation_id = store::insert_conversation(tx, env_.ids.next<ConversationId>(), std::nullopt);
  }
  const auto link = choose_card_link(env_.config, status, composed.mentions);
  if (link) status.set(model::Part::card);
  store::insert_status(tx, status, composed.mentions);
  if (!draft.media_ids.empty()) store::attach_media(tx, status.id, draft.media_ids);
  if (link) link_card(env_, tx, status, *link);
  if (composed.poll) {
    store::insert_poll(tx, *composed.poll);
    enqueue_poll_end(env_, tx, *composed.poll);
  }
  if (status.expires_at) {
    env_.queue.enqueue(tx, {.kind = kExpireStatus, .payload = status.id.str(), .run_at = *status.expires_at});
  }
  index_status(tx, status);
  for (const auto& mention : composed.mentions) {
    if (!mention.domain) notifications_.mentioned(tx, status, mention.account_id);
  }
  if (composed.quoted) {
    const auto quote = make_quote(env_, status, *composed.quoted, tx.now());
    store::insert_quote(tx, quote);
    status.set(model::Part::quote);
    if (composed.quoted->local) {
      notifications_.quoted(tx, status, composed.quoted->account_id);
    } else if (!status.local_only) {
      env_.federation.quote_requested(tx, quote, status, *composed.quoted);
    }
  }
  status_arrived(tx, env_, notifications_, status, composed.mentions, true);
  if (!status.local_only) env_.federation.status_created(tx, status);
  env_.events.tell(tx, events::StatusCreated{status.id, author.id});
  return std::move(status);
}

Result<Status> StatusService::remove(db::Tx& tx, const Account& author, StatusId id, bool delete_media) {
  auto status = store::find_status(tx, id);
  if (!status || status->account_id != author.id) return fail(Errc::not_found, "Record not found");
  if (status->reblog_of_id) {
    TRY(unreblog(tx, author, id));
    return std::move(*status);
  }
  const auto mentions = store::list_mentions(tx, id);
  const auto involved = store::list_involved_inboxes(tx, id);
  if (!status->local_only) env_.federation.status_deleted(tx, *status, mentions, involved);
  store::delete_status(tx, *status);
  if (status->has(model::Part::media)) {
    delete_media ? store::delete_status_media(tx, id) : store::detach_media(tx, id);
  }
  env_.events.tell(tx, events::StatusDeleted::of(*status));
  return std::move(*status);
}

Result<void> StatusService::expire(db::Tx& tx, StatusId id) {
  const auto status = store::find_status(tx, id);
  if (!status || !status->local || !status->expires_at || *status->expires_at > tx.now()) return {};
  const auto author = store::find_account(tx, status->account_id);
  if (author) TRY(remove(tx, *author, id));
  return {};
}

}  // namespace dunlin::service
