#include "outbox/distribute.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/activitypub/outbox.hpp"
#include "dunlin/activitypub/render.hpp"
#include "dunlin/activitypub/resolve.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/federation.hpp"
#include "dunlin/store/statuses.hpp"

#include <string>
#include <utility>

/// What FederationService tells of pins, polls, reactions and quotes.
namespace dunlin::activitypub {

using jobs::Priority;

void FederationService::status_pinned(db::Tx& tx, const model::Status& status) {
  queue_.enqueue(tx, distribute_job(Told::pin, status.id.value));
}

void FederationService::status_unpinned(db::Tx& tx, const model::Status& status) {
  queue_.enqueue(tx, distribute_job(Told::unpin, status.id.value));
}

void FederationService::hashtag_featured(db::Tx& tx, const model::Account& account, std::string_view tag,
                                         bool featured) {
  auto job = distribute_job(featured ? Told::feature_tag : Told::unfeature_tag, account.id.value);
  job.payload += " " + std::string(tag);
  queue_.enqueue(tx, job);
}

void FederationService::voted(db::Tx& tx, const model::Account& who, const model::Status& status,
                              const model::Poll& poll, std::span<const model::PollVote> votes) {
  const auto author = store::find_account(tx, status.account_id);
  if (!author || author->is_local()) return;
  for (const model::PollVote& vote : votes) {
    send(tx,
         {.account_id = who.id,
          .body = render_vote(vote.uri.value_or(who.uri + "#votes/" + vote.id.str()), who.uri, status.uri, author->uri,
                              poll.name_of(vote.choice), tx.now()),
          .object_key = status.uri,
          .priority = Priority::direct},
         author->inbox_url);
  }
}

/// To the status' author. A server that has sent us an EmojiReact reads one; others read a Like with a content, which
/// is a favourite to those who know no reactions (federation.md 3.6).
void FederationService::send_reaction(db::Tx& tx, const model::Reaction& reaction, const model::Status& status,
                                      bool undo) {
  const auto who = store::find_account(tx, reaction.account_id);
  const auto author = store::find_account(tx, status.account_id);
  if (!who || !author || !who->is_local() || author->is_local()) return;
  const ReactionParts parts{.uri = reaction.uri.value_or(who->uri + "#reactions/" + reaction.id.str()),
                            .actor = who->uri,
                            .object = status.uri,
                            .object_author = author->uri,
                            .name = reaction.name,
                            .picture = reaction.url.value_or(""),
                            .as_emoji_react = store::host_sends(tx, domain_of(author->uri), "EmojiReact")};
  send(tx,
       {.account_id = who->id,
        .body = undo ? render_undo_reaction(parts) : render_reaction(parts),
        .object_key = status.uri,
        .priority = Priority::reaction,
        .essential = undo},
       author->inbox_url);
}

void FederationService::reacted(db::Tx& tx, const model::Reaction& reaction, const model::Status& status) {
  send_reaction(tx, reaction, status, false);
}

void FederationService::unreacted(db::Tx& tx, const model::Reaction& reaction, const model::Status& status) {
  send_reaction(tx, reaction, status, true);
}

void FederationService::quote_requested(db::Tx& tx, const model::Quote& quote, const model::Status& quoting,
                                        const model::Status& quoted) {
  const auto who = store::find_account(tx, quoting.account_id);
  const auto author = store::find_account(tx, quoted.account_id);
  if (!who || !author || author->is_local()) return;
  const auto mentions = store::list_mentions(tx, quoting.id);
  const auto parts = note_parts(tx, env_.config, quoting, *who, mentions);
  send(tx,
       {.account_id = who->id,
        .body = render_quote_request(env_.config, quote.request_uri.value_or(""), parts, quoted.uri, author->uri),
        .object_key = quoting.uri,
        .priority = Priority::handshake},
       author->inbox_url);
}

void FederationService::quote_revoked(db::Tx& tx, const model::Quote& quote) {
  const auto quoting = store::find_status(tx, quote.status_id);
  if (!quoting || quoting->local_only || !quote.approval_uri) return;
  queue_.enqueue(tx, distribute_job(Told::revoke_quote, quote.id.value));
  // A quote by one of ours is shown without the consent from now on.
  if (quoting->local) quote_policy_changed(tx, *quoting);
}

void FederationService::quote_answered(db::Tx& tx, const model::Quote& quote) {
  const auto quoted = quote.quoted_status_id ? store::find_status(tx, *quote.quoted_status_id) : std::nullopt;
  const auto quoting = store::find_status(tx, quote.status_id);
  const auto author = quoted ? store::find_account(tx, quoted->account_id) : std::nullopt;
  const auto asker = store::find_account(tx, quote.account_id);
  if (!quoting || !author || !asker || asker->is_local() || !quote.request_uri) return;
  const bool granted = quote.state == model::QuoteState::accepted;
  send(tx,
       {.account_id = author->id,
        .body = render_quote_answer(author->uri, asker->uri, *quote.request_uri, quoted->uri, quoting->uri,
                                    granted ? quote.approval_uri.value_or("") : ""),
        .object_key = *quote.request_uri,
        .priority = Priority::handshake,
        .essential = !granted},
       asker->inbox_url);
}

Result<void> FederationService::refresh_status(db::Tx& tx, service::RemoteDocuments& documents,
                                               const model::Status& status) {
  return Resolver(env_, statuses_, tx, documents).refresh(status);
}

}  // namespace dunlin::activitypub
