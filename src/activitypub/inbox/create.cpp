#include "inbox/handlers.hpp"

#include "dunlin/store/activities.hpp"
#include "dunlin/store/statuses.hpp"

#include <utility>

namespace dunlin::activitypub {

namespace {

/// Pleroma's ChatMessage and the like are for exactly one of ours.
bool is_for_one_of_us(InboxContext& context, const Note& note) {
  return note.audience.to.size() == 1 && note.audience.cc.empty() &&
         find_local_actor(context, note.audience.to.front()).has_value();
}

}  // namespace

/// A remote account posts.
Result<Outcome> on_create(InboxContext& context, const Activity& create) {
  db::Tx& tx = context.tx;
  const std::string& id = create.object_id();
  // A known status stays as it is: a second Create could widen its audience (A7, CVE-2024-37903).
  if (store::find_status_by_uri(tx, id)) return Outcome::duplicate("the status is here");
  if (store::is_tombstoned(tx, id)) return Outcome::ignored("deleted before it came");
  const auto note = TRY(own_note(context, create));
  if (note.is_vote) return Outcome::ignored("a vote in no poll of ours");
  if (note.is_private_message && !is_for_one_of_us(context, note)) return Outcome::ignored("a message to others");
  const auto author =
      note.attributed_to == context.actor.uri ? context.actor : TRY(context.resolver.actor(note.attributed_to));
  if (author.suspended_at) return Outcome::rejected("the author is suspended");
  if (!is_relevant(context, author, note)) return Outcome::ignored("concerns nobody here");
  auto remote = TRY(context.resolver.convert(note, author));
  remote.notify = true;
  if (!context.services.statuses.receive(tx, std::move(remote))) return Outcome::duplicate("the status is here");
  return Outcome::accepted();
}

}  // namespace dunlin::activitypub
