#include "inbox/handlers.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/activitypub/lost_actors.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/activities.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/statuses.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace dunlin::activitypub {

namespace uris = service::uris;

namespace {
constexpr std::chrono::hours kHour{1};
}  // namespace

std::optional<model::Account> find_local_actor(InboxContext& context, std::string_view uri) {
  if (!uris::is_own_url(context.env.config, uri)) return std::nullopt;
  auto account = store::find_account_by_uri(context.tx, uri);
  const bool is_ours = account && account->is_local() && account->id != model::kInstanceActorId;
  return is_ours ? std::move(account) : std::nullopt;
}

std::optional<model::Status> find_known_status(InboxContext& context, std::string_view uri) {
  auto status = store::find_status_by_uri(context.tx, uri);
  return status && !status->is_reblog() ? std::move(status) : std::nullopt;
}

std::optional<OurFollow> find_our_follow(InboxContext& context, const Object& object) {
  db::Tx& tx = context.tx;
  const auto ours = [&](std::optional<model::Follow> follow, bool pending) -> std::optional<OurFollow> {
    if (!follow || follow->target_account_id != context.actor.id) return std::nullopt;
    return OurFollow{std::move(*follow), pending};
  };
  if (!object.id.empty()) {
    if (auto found = ours(store::find_follow_request_by_uri(tx, object.id, context.actor.id), true)) return found;
    if (auto found = ours(store::find_follow_by_uri(tx, object.id, context.actor.id), false)) return found;
  }
  // Ids get lost or rewritten on the way (old WordPress, old Pleroma forks): the parties are enough.
  if (!object.activity || object.activity->type != ActivityType::follow) return std::nullopt;
  if (object.activity->object_id() != context.actor.uri) return std::nullopt;
  const auto who = find_local_actor(context, object.activity->actor);
  if (!who) return std::nullopt;
  if (auto found = ours(store::find_follow_request(tx, who->id, context.actor.id), true)) return found;
  return ours(store::find_follow(tx, who->id, context.actor.id), false);
}

Result<Note> own_note(InboxContext& context, const Activity& activity) {
  if (activity.objects.empty()) return fail(Errc::bad_request, "The activity has no object");
  const Object& object = activity.objects.front();
  if (!same_origin(object.id, context.actor.uri)) {
    return fail(Errc::bad_request, "The object is on another host than the actor", object.id);  // A3, A5
  }
  Object whole = object.is_bare() ? TRY(context.resolver.fetch(object.id)) : object;
  // A redirect may have led to another host, which speaks for itself only.
  if (!same_origin(whole.id, context.actor.uri)) {
    return fail(Errc::bad_request, "The object is on another host than the actor", whole.id);
  }
  if (!whole.note) return fail(Errc::bad_request, "The object is no status", object.id + " is a " + whole.type);
  Note note = std::move(*whole.note);
  if (note.attributed_to.empty()) note.attributed_to = context.actor.uri;
  const bool is_author = note.attributed_to == context.actor.uri ||
                         std::ranges::find(note.co_authors, context.actor.uri) != note.co_authors.end();
  const auto elsewhere = [&](const std::string& id) { return !same_origin(id, context.actor.uri); };
  if (!is_author || elsewhere(note.attributed_to) || std::ranges::any_of(note.co_authors, elsewhere)) {
    return fail(Errc::bad_request, "The object is attributed to somebody else", note.attributed_to);
  }
  // Several authors: a Person, when one is said to be one (PeerTube: Person and channel), else who acts.
  if (!note.author_is_person) note.attributed_to = context.actor.uri;
  return note;
}

namespace {

/// A status of ours, or of somebody followed here: by its id, or its page (older ways to quote name that).
bool is_of_interest(InboxContext& context, std::string_view uri) {
  if (uri.empty()) return false;
  auto status = find_known_status(context, uri);
  const auto own = status ? std::nullopt : uris::parse_status(context.env.config, uri);
  if (own) status = store::find_status(context.tx, *own);
  return status && (status->local || store::has_local_follower(context.tx, status->account_id));
}

}  // namespace

bool is_relevant(InboxContext& context, const model::Account& author, const Note& note) {
  db::Tx& tx = context.tx;
  if (store::has_local_follower(tx, author.id)) return true;
  if (context.relayed && is_fit_for_relay(context, author, note)) return true;
  const auto is_person = [](const model::Account& a) { return a.is_local() && a.id != model::kInstanceActorId; };
  if (std::ranges::any_of(context.resolver.own_accounts(note.audience), is_person)) return true;
  for (const std::string& mention : note.mentions) {
    if (uris::is_own_url(context.env.config, mention)) return true;
  }
  return is_of_interest(context, note.in_reply_to) || (note.quote && is_of_interest(context, note.quote->id));
}

std::optional<Time> count_once(InboxContext& context, service::AttemptLimiter& counts, std::span<const Limit> limits) {
  auto& marks = FederationService::of(context.env).counted_before();
  const std::string mark = limits.front().key + " " + context.received.str();
  if (marks.left(mark, 1) == 0) return std::nullopt;
  const auto until = counts.count_all(limits);
  if (!until) marks.allow(mark, 1, kHour);
  return until;
}

std::optional<Time> asked_too_often(InboxContext& context, std::string_view uri, Limit about) {
  constexpr int kMostOfSigner = 600;
  constexpr int kMostOfPair = 300;
  constexpr int kMostOfTarget = 1200;
  auto& federation = FederationService::of(context.env);
  std::vector<Limit> limits{std::move(about)};
  const std::string asked = "asked " + context.received.str();
  // Once, whatever else it makes us ask. What relays bring has a share of its own.
  const bool counts = !context.relayed && federation.counted_before().left(asked, 1) > 0;
  if (counts) {
    const auto owner_of = [](std::string_view url) { return HostBudget::registrable(domain_of(url)); };
    const std::string by = "by " + owner_of(context.actor.uri);
    const std::string of = " of " + owner_of(uri);
    // Those whom nobody here follows cannot use up what the others may ask.
    const bool is_followed = store::has_local_follower(context.tx, context.actor.id);
    limits.push_back({by, kMostOfSigner, kHour});
    limits.push_back({by + of, kMostOfPair, kHour});
    limits.push_back({(is_followed ? "by known" : "by strangers") + of, kMostOfTarget, kHour});
  }
  const auto until = count_once(context, federation.origin_checks(), limits);
  if (!until && counts) federation.counted_before().allow(asked, 1, kHour);
  return until;
}

Limit few_an_hour(const std::string& what) {
  return {.key = what, .most = 3, .window = kHour};
}

Outcome asked_too_much() {
  return Outcome::ignored(Reason::flood, "more questions to others than one server may make us ask");
}

Result<void> refresh_in_turn(InboxContext& context, const model::Account& account) {
  constexpr std::chrono::seconds kPause{60};
  auto& federation = FederationService::of(context.env);
  const Limit once{.key = "update " + account.uri, .most = 1, .window = kPause};
  if (count_once(context, federation.origin_checks(), std::span(&once, 1))) {
    federation.queue().enqueue(context.tx, {.kind = kCheckActor,
                                            .payload = account.id.str() + " first",
                                            .run_at = context.tx.now() + kPause,
                                            .unique_key = account.id.str() + " update"});
    return {};
  }
  TRY(context.resolver.refresh(account));
  return {};
}

void bury(InboxContext& context, std::string_view uri, std::chrono::hours life) {
  store::insert_tombstone(context.tx, uri, context.tx.now() + life, context.actor.uri);
}

}  // namespace dunlin::activitypub
