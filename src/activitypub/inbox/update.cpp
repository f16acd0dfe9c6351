#include "inbox/handlers.hpp"

#include "dunlin/base/url.hpp"
#include "dunlin/service/polls.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/activities.hpp"
#include "dunlin/store/polls.hpp"
#include "dunlin/store/quotes.hpp"
#include "dunlin/store/statuses.hpp"

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

namespace dunlin::activitypub {

namespace {

Result<Outcome> update_unknown(InboxContext& context, const Activity& update, const Note& note) {
  constexpr std::chrono::hours kYoung{24};
  if (!note.published || context.tx.now() - *note.published > kYoung)
    return Outcome::ignored(Reason::unknown, "the status is not here");
  return on_create(context, update);
}

/// Who was mentioned keeps sight of the status when an edit no longer names them.
void keep_former_mentions(db::Tx& tx, const model::Status& stored, std::vector<model::Mention>& mentions) {
  for (model::Mention& former : store::list_mentions(tx, stored.id)) {
    if (std::ranges::find(mentions, former.account_id, &model::Mention::account_id) != mentions.end()) continue;
    former.silent = true;
    mentions.push_back(std::move(former));
  }
}

/// It has another poll than the one that is here, or a quote that it had not. One quote does not take another's place.
bool has_other_parts(db::Tx& tx, const model::Status& stored, const Note& note) {
  if (stored.has(model::Part::poll) != note.poll.has_value()) return true;
  if (note.poll) {
    const auto poll = store::find_poll_of(tx, stored.id);
    const auto is_same = [](const std::string& name, const Poll::Option& option) { return name == option.shown; };
    const auto shown =
        std::span(note.poll->options).first(std::min(note.poll->options.size(), service::kMaxRemotePollOptions));
    if (!poll || poll->multiple != note.poll->multiple || !std::ranges::equal(poll->options, shown, is_same))
      return true;
  }
  return note.quote && note.quote->id != note.id && !store::find_quote_of(tx, stored.id);
}

/// As the origin shows them now, once in a minute.
Result<void> refresh_numbers(InboxContext& context, const model::Status& stored) {
  const Limit once{.key = "numbers " + stored.uri, .most = 1, .window = std::chrono::minutes{1}};
  if (asked_too_often(context, stored.uri, once)) return {};
  return context.resolver.refresh(stored);
}

}  // namespace

/// A remote account edits its profile or a status of its own. Nothing here widens an audience.
Result<Outcome> on_update(InboxContext& context, const Activity& update) {
  if (update.objects.empty()) return Outcome::ignored(Reason::incomplete, "no object");
  const Object& object = update.objects.front();
  if (object.id == context.actor.uri) {
    // As its origin shows it now: of two edits on their way, either order ends with the newer one.
    TRY_VOID(refresh_in_turn(context, context.actor));
    return Outcome::accepted();
  }
  if (object.actor) return Outcome::rejected(Reason::not_theirs, "the object is another actor");
  const auto stored = store::find_status_by_uri(context.tx, object.id);
  if (stored && (stored->account_id != context.actor.id || stored->is_reblog())) {
    // The same host is not enough (A4): accounts of one host do not edit each other's.
    return Outcome::rejected(Reason::not_theirs, "the status is another actor's");
  }
  if (store::is_tombstoned(context.tx, object.id, context.actor.uri))
    return Outcome::ignored(Reason::taken_back, "deleted before it came");
  const auto note = TRY(own_note(context, update));
  if (!stored) return update_unknown(context, update, note);
  if (!note.updated || *note.updated <= stored->edited_at.value_or(stored->created_at)) {
    // No edit: the numbers of a poll, say, or who may quote.
    if (context.kept) {
      TRY_VOID(refresh_numbers(context, *stored));
    } else {
      TRY_VOID(context.resolver.take_numbers(note, *stored));
    }
    return Outcome::ignored(Reason::outdated, "no newer than what is here");
  }
  auto edited = TRY(context.resolver.convert(note, context.actor));
  // Also of an edit within the second of its publication, where convert() sees only imprecision.
  edited.status.edited_at = std::min(*note.updated, context.tx.now());
  keep_former_mentions(context.tx, *stored, edited.mentions);
  context.services.statuses.receive_edit(context.tx, *stored, std::move(edited),
                                         has_other_parts(context.tx, *stored, note));
  TRY_VOID(context.resolver.attach_parts(note, *stored));
  return Outcome::accepted();
}

}  // namespace dunlin::activitypub
