#include "inbox/handlers.hpp"

#include "dunlin/store/accounts.hpp"
#include "dunlin/store/statuses.hpp"

#include <algorithm>
#include <utility>

/// Accounts of one host may use each other's ids, and the next ones of a victim can often be foreseen. Whose an id is
/// only the host can say.
namespace dunlin::activitypub {

namespace {

/// What the origin shows under the id, to one of the actor's followers if it must be.
Result<Object> shown_at_origin(InboxContext& context, const std::string& id) {
  auto object = context.resolver.fetch(id);
  const bool is_hidden = !object && (object.error().code == Errc::forbidden || object.error().code == Errc::not_found);
  return is_hidden ? context.resolver.fetch_as_follower(id, context.actor) : object;
}

void take_away(InboxContext& context, const model::Status& held, const model::Account& holder) {
  if (!held.is_reblog()) return context.services.statuses.receive_delete(context.tx, held);
  const auto original = store::find_status(context.tx, *held.reblog_of_id);
  if (original) context.services.statuses.receive_unreblog(context.tx, holder, *original);
}

}  // namespace

Result<std::optional<Activity>> win_id(InboxContext& context, const Activity& create, const model::Status& held) {
  const auto lost = std::optional<Activity>();
  const auto holder = store::find_account(context.tx, held.account_id);
  if (create.objects.empty() || !holder || held.local) return lost;
  // Several authors: who is shown is not who acts.
  if (!create.objects.front().is_bare()) {
    if (TRY(own_note(context, create)).attributed_to == holder->uri) return lost;
  }
  const std::string& id = create.object_id();
  if (asked_too_often(context, id, few_an_hour("create " + id + " " + context.actor.uri))) return lost;
  Activity confirmed = create;
  confirmed.objects.assign(1, TRY(shown_at_origin(context, id)));
  if (confirmed.object_id() != id || !confirmed.objects.front().note) return lost;
  const Note& shown = *confirmed.objects.front().note;
  const bool is_holders =
      shown.attributed_to == holder->uri || std::ranges::find(shown.co_authors, holder->uri) != shown.co_authors.end();
  if (shown.attributed_to.empty() || is_holders) return lost;
  TRY(own_note(context, confirmed));
  take_away(context, held, *holder);
  if (store::find_status_by_uri(context.tx, id)) return lost;
  return std::optional(std::move(confirmed));
}

}  // namespace dunlin::activitypub
