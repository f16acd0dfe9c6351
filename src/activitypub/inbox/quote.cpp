#include "inbox/handlers.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/activitypub/render.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/service/quotes.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/activities.hpp"
#include "dunlin/store/quotes.hpp"
#include "dunlin/store/statuses.hpp"

#include <array>

namespace dunlin::activitypub {

namespace {

void answer(InboxContext& context, const model::Account& quoted_author, const Activity& request,
            const std::optional<std::string>& approval) {
  const std::array inboxes{context.actor.inbox_url};
  FederationService::of(context.env)
      .deliveries()
      .enqueue(context.tx,
               {.account_id = quoted_author.id,
                .body = render_quote_answer(quoted_author.uri, context.actor.uri, request.id, request.object_id(),
                                            request.instruments.empty() ? "" : request.instruments.front().id,
                                            approval.value_or("")),
                .object_key = request.id,
                .priority = jobs::Priority::handshake,
                .essential = !approval},
               inboxes);
}

/// The quoting status: what its own origin shows of it.
Result<model::Status> quoting_status(InboxContext& context, const Activity& request) {
  if (request.instruments.empty() || !same_origin(request.instruments.front().id, context.actor.uri)) {
    return fail(Errc::bad_request, "The quoting status is on another host than the actor");
  }
  const Object& instrument = request.instruments.front();
  if (const auto known = store::find_status_by_uri(context.tx, instrument.id)) return *known;
  if (store::is_tombstoned(context.tx, instrument.id, context.actor.uri))
    return fail(Errc::gone, "The quoting status was deleted");
  if (instrument.note && instrument.note->attributed_to == context.actor.uri) {
    auto remote = TRY(context.resolver.convert(*instrument.note, context.actor));
    remote.notify = false;
    if (auto stored = context.services.statuses.receive(context.tx, std::move(remote))) {
      TRY_VOID(context.resolver.attach_parts(*instrument.note, *stored));
      return std::move(*stored);
    }
  }
  return context.resolver.status(instrument.id);
}

}  // namespace

/// A remote account asks to quote a status of ours (FEP-044f). The answer goes out with this transaction.
Result<Outcome> on_quote_request(InboxContext& context, const Activity& request) {
  if (request.id.empty()) return Outcome::ignored(Reason::incomplete, "no id");
  const auto quoted = find_known_status(context, request.object_id());
  if (!quoted || !quoted->local) return Outcome::ignored(Reason::unknown, "the status is not ours");
  const auto author = store::find_account(context.tx, quoted->account_id);
  if (!author) return Outcome::ignored(Reason::unknown, "the status is not ours");
  const auto quoting = TRY(quoting_status(context, request));
  if (quoting.account_id != context.actor.id)
    return Outcome::rejected(Reason::not_theirs, "the quoting status is another actor's");
  const auto quote = context.services.quotes.receive_request(context.tx, context.actor, *quoted, quoting, request.id);
  if (quote && quote->state == model::QuoteState::pending)
    return Outcome::ignored(Reason::not_allowed, "the author has to be asked");
  answer(context, *author, request, quote ? quote->approval_uri : std::nullopt);
  if (!quote) return Outcome::rejected(Reason::not_allowed, "the author does not allow it");
  return Outcome::accepted();
}

std::optional<Result<Outcome>> quote_answered(InboxContext& context, const Activity& answer, bool accepted) {
  const Object& object = answer.objects.front();
  const auto quote = object.id.empty() ? std::nullopt : store::find_quote_by_request(context.tx, object.id);
  if (!quote) return std::nullopt;
  if (quote->quoted_account_id != context.actor.id)
    return Outcome::rejected(Reason::not_theirs, "not the author that was asked");
  if (!accepted) {
    context.services.quotes.receive_rejection(context.tx, *quote);
    return Outcome::accepted();
  }
  const auto quoting = store::find_status(context.tx, quote->status_id);
  const auto quoted = quote->quoted_status_id ? store::find_status(context.tx, *quote->quoted_status_id) : std::nullopt;
  if (!quoting || !quoted) return Outcome::ignored(Reason::unknown, "one of the two is gone");
  if (answer.result.empty()) return Outcome::ignored(Reason::incomplete, "no authorization");
  const auto holds = context.resolver.is_authorized(answer.result, quoting->uri, *quoted);
  if (!holds) return std::unexpected(holds.error());
  if (!*holds) return Outcome::rejected(Reason::not_confirmed, "the authorization does not hold");
  context.services.quotes.receive_approval(context.tx, *quote, answer.result);
  // Others learn of it by an Update that changes nothing else.
  if (quoting->local) context.env.federation.quote_policy_changed(context.tx, *quoting);
  return Outcome::accepted();
}

std::optional<Outcome> authorization_deleted(InboxContext& context, const std::string& uri) {
  const auto quote = store::find_quote_by_approval(context.tx, uri);
  if (!quote) return std::nullopt;
  if (quote->quoted_account_id != context.actor.id)
    return Outcome::rejected(Reason::not_theirs, "the authorization is another actor's");
  context.services.quotes.receive_revocation(context.tx, *quote);
  return Outcome::accepted();
}

}  // namespace dunlin::activitypub
