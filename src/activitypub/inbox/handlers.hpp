#pragma once

#include "dunlin/activitypub/documents.hpp"
#include "dunlin/activitypub/inbox.hpp"
#include "dunlin/activitypub/resolve.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/relationship.hpp"
#include "dunlin/model/status.hpp"

#include <optional>
#include <string_view>

/// One file per activity. Every handler may see its activity again, early, late, or forged by another actor of any
/// host; A1, A2 and A10 of federation.md 3.4 have been checked.
namespace dunlin::activitypub {

/// What handlers work with.
struct InboxContext {
  service::Environment& env;
  service::Services& services;
  db::Tx& tx;
  Resolver& resolver;
  model::Account actor;  // whose activity it is: proven
};

Result<Outcome> on_accept(InboxContext& context, const Activity& accept);
Result<Outcome> on_announce(InboxContext& context, const Activity& announce);
Result<Outcome> on_create(InboxContext& context, const Activity& create);
Result<Outcome> on_delete(InboxContext& context, const Activity& deletion);
Result<Outcome> on_follow(InboxContext& context, const Activity& follow);
Result<Outcome> on_like(InboxContext& context, const Activity& like);
Result<Outcome> on_reject(InboxContext& context, const Activity& reject);
Result<Outcome> on_undo(InboxContext& context, const Activity& undo);
Result<Outcome> on_update(InboxContext& context, const Activity& update);

/// An activity that came through somebody else (federation.md 2.11): its origin is asked, or it is dropped.
Result<Outcome> on_forwarded(InboxContext& context, const Activity& activity);

// Shared by several of them:

/// A local actor, not the instance actor.
std::optional<model::Account> find_local_actor(InboxContext& context, std::string_view uri);
/// A status that is here, no reblog. Nothing is fetched.
std::optional<model::Status> find_known_status(InboxContext& context, std::string_view uri);
/// Our follow of, or request to, the acting account that an Accept or Reject speaks of: by the Follow's id, else by its
/// parties. `pending`: it is a request.
struct OurFollow {
  model::Follow follow;
  bool pending = false;
};
std::optional<OurFollow> find_our_follow(InboxContext& context, const Object& object);
/// The note in an activity of its author: embedded, or fetched when it is a bare id. Errors: bad_request.
Result<Note> own_note(InboxContext& context, const Activity& activity);
/// Whether anybody here is concerned (federation.md 3.3).
bool is_relevant(InboxContext& context, const model::Account& author, const Note& note);
/// Remembers that `uri` was taken back before it was seen.
void bury(InboxContext& context, std::string_view uri);

}  // namespace dunlin::activitypub
