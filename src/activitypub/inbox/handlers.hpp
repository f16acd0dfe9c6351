#pragma once

#include "dunlin/activitypub/documents.hpp"
#include "dunlin/activitypub/inbox.hpp"
#include "dunlin/activitypub/resolve.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/relationship.hpp"
#include "dunlin/model/relay.hpp"
#include "dunlin/model/status.hpp"
#include "dunlin/service/attempt_limiter.hpp"
#include "dunlin/service/reactions.hpp"
#include "dunlin/store/custom_emojis.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
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
  model::Account actor;    // whose activity it is: proven
  ActivityId received{};   // as which it was stored
  bool by_others = false;  // it came through somebody else
  bool kept = false;       // proven by what anybody may have kept: it says what was, not what is
  bool relayed = false;    // a relay brought it: it is of interest when it is public, and nobody is told
};

Result<Outcome> on_accept(InboxContext& context, const Activity& accept);
Result<Outcome> on_add(InboxContext& context, const Activity& add);
Result<Outcome> on_announce(InboxContext& context, const Activity& announce);
Result<Outcome> on_block(InboxContext& context, const Activity& block);
Result<Outcome> on_create(InboxContext& context, const Activity& create);
Result<Outcome> on_delete(InboxContext& context, const Activity& deletion);
Result<Outcome> on_emoji_react(InboxContext& context, const Activity& react);
Result<Outcome> on_flag(InboxContext& context, const Activity& flag);
Result<Outcome> on_follow(InboxContext& context, const Activity& follow);
Result<Outcome> on_like(InboxContext& context, const Activity& like);
Result<Outcome> on_move(InboxContext& context, const Activity& move);
Result<Outcome> on_quote_request(InboxContext& context, const Activity& request);
Result<Outcome> on_reject(InboxContext& context, const Activity& reject);
Result<Outcome> on_remove(InboxContext& context, const Activity& remove);
Result<Outcome> on_undo(InboxContext& context, const Activity& undo);
Result<Outcome> on_update(InboxContext& context, const Activity& update);

/// The reply that the activity of its author is about, if others may be told of it (ActivityPub 7.1.2): public, and the
/// activity can be proven to those who get it through us. Of a Delete: ask before it is done.
std::optional<model::Status> to_be_passed_on(InboxContext& context, const Activity& activity);
/// Sends the very bytes to the followers of the account of ours whose thread it is, so that they see the whole talk.
/// Not more often than each server that follows may be bothered with one thread.
void pass_on(InboxContext& context, const model::Status& reply, std::string_view type, std::string_view body);

/// An activity that came through somebody else (federation.md 2.11): its origin is asked, or it is dropped.
Result<Outcome> on_forwarded(InboxContext& context, const Activity& activity);

/// What the origin of a status or actor says of it. `status`: as it is here, none of an actor.
enum class AtOrigin : std::uint8_t {
  there,
  gone,     // 410, or a Tombstone with its id
  missing,  // 404 of what is for everybody, or to a follower of its author: gone, if that stays so
  hidden,   // 404 of what may be there for others
};
/// Errors: as Resolver::fetch, but for gone and not_found.
Result<AtOrigin> presence_at_origin(InboxContext& context, const std::string& id,
                                    const std::optional<model::Status>& status);
/// A Delete that came through somebody else: believed when the thing is gone at its origin.
Result<Outcome> deleted_at_origin(InboxContext& context, const Activity& deletion);
/// A status that a group says was deleted. Gone: for everybody. Else the group alone does not show it any more.
/// Errors: need_remote; remote_failed: its origin cannot say now.
Result<Outcome> deleted_in_group(InboxContext& context, const std::string& id);

/// Another account has a status or reblog under the id of what the actor creates. When the origin shows it as the
/// actor's, the other's goes, and the Create as the origin shows it comes back; nullopt: it stays, or the origin may
/// not be asked now. Errors: as Resolver::fetch, bad_request.
Result<std::optional<Activity>> win_id(InboxContext& context, const Activity& create, const model::Status& held);

/// A Like or EmojiReact that somebody else tells of counts when its actor's own server shows it.
Result<Outcome> liked_at_origin(InboxContext& context, const Activity& like);

/// A Group passes an activity on.
Result<Outcome> on_group_announce(InboxContext& context, const Activity& announce);
/// The acting account reblogs `target` by this Announce, if it may.
Result<Outcome> reblog_as(InboxContext& context, const Activity& announce, model::Status target, bool notify);
/// A relay passes something on.
Result<Outcome> on_relay_announce(InboxContext& context, const Activity& announce);
/// The answer to our subscription of a relay; nullopt: `object` is no such subscription.
std::optional<Outcome> relay_answered(InboxContext& context, const Object& object, model::RelayState state);
/// Public and new, by somebody who wants to be found. `author` without an id: not known yet.
bool is_fit_for_relay(const InboxContext& context, const model::Account& author, const Note& note);
/// Counts one thing that a relay brings; false: enough for this hour. `again`: it was counted before.
bool is_within_relay_share(InboxContext& context, const model::Account& relay, bool again);

/// The answer to a QuoteRequest of ours; nullopt: `answer` is of something else.
std::optional<Result<Outcome>> quote_answered(InboxContext& context, const Activity& answer, bool accepted);
/// A consent to a quote that is taken back; nullopt: `uri` is none.
std::optional<Outcome> authorization_deleted(InboxContext& context, const std::string& uri);
/// What an EmojiReact, or a Like with a content, means.
struct MeantReaction {
  service::RemoteReaction reaction;
  std::optional<store::ReceivedEmoji> custom{};
  std::string domain{};  // whose custom emoji it is
};
/// nullopt: no emoji.
std::optional<MeantReaction> meant_reaction(const InboxContext& context, const Activity& activity);
/// The same, and its emoji is one of those that are known from now on; nullopt, too, where its pictures are refused.
std::optional<service::RemoteReaction> receive_reaction(InboxContext& context, const Activity& activity);

// Shared by several of them:

using Limit = service::AttemptLimiter::Limit;
/// Counts something against all of `limits` once for each activity, however often that is tried: in company, then in a
/// job. nullopt: it may be done; else the time from which it may.
std::optional<Time> count_once(InboxContext& context, service::AttemptLimiter& counts, std::span<const Limit> limits);
/// Whether the origin of `uri` is asked too often because the acting account, who is not its author, speaks of it:
/// beside the limit of what it is asked (`about`) there are such for the server that makes us ask and for the one that
/// is asked. To be called where a fetch follows. nullopt: it may be asked; else the time from which it may.
std::optional<Time> asked_too_often(InboxContext& context, std::string_view uri, Limit about);
/// The usual limit of one thing.
Limit few_an_hour(const std::string& what);
Outcome asked_too_much();
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
/// `account` says that its profile has changed: it is read from its origin, at most once a minute. What is said
/// meanwhile is read when that is over. Errors: as Resolver::refresh.
Result<void> refresh_in_turn(InboxContext& context, const model::Account& account);
/// Remembers for a while that the acting account took `uri` back before it was seen.
void bury(InboxContext& context, std::string_view uri, std::chrono::hours life = std::chrono::hours{6});

}  // namespace dunlin::activitypub
