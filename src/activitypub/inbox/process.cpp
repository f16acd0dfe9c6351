#include "inbox/handlers.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/activitypub/intake.hpp"
#include "dunlin/activitypub/parse.hpp"
#include "dunlin/activitypub/proof.hpp"
#include "dunlin/activitypub/relays.hpp"
#include "dunlin/base/log.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/activities.hpp"
#include "dunlin/store/federation.hpp"

#include <array>
#include <chrono>
#include <expected>
#include <utility>

namespace dunlin::activitypub {

namespace {

constexpr std::chrono::hours kRefreshAfter{24 * 7};

Result<Outcome> handle(InboxContext& context, const Activity& activity) {
  switch (activity.type) {
    case ActivityType::accept:
      return on_accept(context, activity);
    case ActivityType::add:
      return on_add(context, activity);
    case ActivityType::announce:
      return on_announce(context, activity);
    case ActivityType::block:
      return on_block(context, activity);
    case ActivityType::create:
      return on_create(context, activity);
    case ActivityType::delete_:
      return on_delete(context, activity);
    case ActivityType::emoji_react:
      return on_emoji_react(context, activity);
    case ActivityType::flag:
      return on_flag(context, activity);
    case ActivityType::follow:
      return on_follow(context, activity);
    case ActivityType::like:
      return on_like(context, activity);
    case ActivityType::move:
      return on_move(context, activity);
    case ActivityType::quote_request:
      return on_quote_request(context, activity);
    case ActivityType::reject:
      return on_reject(context, activity);
    case ActivityType::remove:
      return on_remove(context, activity);
    case ActivityType::undo:
      return on_undo(context, activity);
    case ActivityType::update:
      return on_update(context, activity);
    case ActivityType::dislike:
    case ActivityType::other:
      break;
  }
  return Outcome::ignored(Reason::unsupported, "nothing is done with " + activity.type_name);
}

/// What an activity is about, or itself where a later one may take it back: of two that concern the same thing, one
/// waits for the other's end.
const std::string& lock_key(const Activity& activity) {
  switch (activity.type) {
    case ActivityType::announce:
    case ActivityType::block:
    case ActivityType::emoji_react:
    case ActivityType::follow:
    case ActivityType::like:
      return activity.id;
    default:
      return activity.object_id();
  }
}

/// An actor with the proof that an activity is its own.
struct Prover {
  model::Account account;
  Time proven_at;
};

constexpr std::chrono::hours kRemembered{6 * 24};  // inbound activities are kept for seven days

/// The actor, when a proof inside of the activity (FEP-8b32) is made with a key of its own. Errors: need_remote.
Result<std::optional<Prover>> proven_actor(InboxContext& context, const Activity& activity, std::string_view body) {
  const auto none = std::optional<Prover>();
  if (activity.id.empty() || service::uris::is_own_url(context.env.config, activity.actor)) return none;
  const auto proof = Proof::read(body, context.tx.now());
  if (!proof || !*proof || !same_origin((*proof)->key_id(), activity.actor)) return none;
  // An old post may have been deleted, and that be forgotten here: then its origin says whether it is true.
  const bool may_be_gone = activity.type == ActivityType::create || activity.type == ActivityType::update;
  if (may_be_gone && (*proof)->created() < context.tx.now() - kRemembered) return none;
  const auto known = store::find_key(context.tx, (*proof)->key_id());
  const bool costs = !known || (known->expires_at && *known->expires_at <= context.tx.now());
  if (costs && asked_too_often(context, (*proof)->key_id(), few_an_hour((*proof)->key_id()))) return none;
  const auto key = context.resolver.key((*proof)->key_id());
  if (!key) {
    if (key.error().code == Errc::need_remote) return std::unexpected(key.error());
    return none;
  }
  const auto parsed = FederationService::of(context.env).keys().public_key(key->key.public_pem);
  if (key->owner.uri != activity.actor || !key->key.asserts || !parsed || !(*proof)->verify(*parsed)) return none;
  auto owner = TRY(context.resolver.refresh_if_older(key->owner, kRefreshAfter));
  return std::optional(Prover{std::move(owner), (*proof)->created()});
}

/// What was proven once can be sent by anybody at any time: only what stays true however often it is said (a status as
/// it is, a deletion) may be as old as it likes. All else counts once, and while the first time is remembered.
std::optional<Outcome> refuse_replay(InboxContext& context, const Activity& activity, const Prover& prover,
                                     const store::InboundActivity& received) {
  const bool is_lasting = activity.type == ActivityType::create || activity.type == ActivityType::update ||
                          activity.type == ActivityType::delete_;
  if (is_lasting) return std::nullopt;
  if (prover.proven_at < context.tx.now() - kRemembered)
    return Outcome::rejected(Reason::replayed, "its proof is too old");
  // It may have come from its actor, or through others, who are then the signers of what was kept.
  const std::string receipt = receipt_name(activity.id, prover.account.uri);
  const auto has_come = [&](const std::string& name) {
    return store::was_received(context.tx, name, prover.account.id, received.id);
  };
  if (has_come(activity.id) || (receipt != activity.id && has_come(receipt)))
    return Outcome::duplicate(Reason::replayed, "received before");
  store::claim_activity_uri(context.tx, received, receipt);
  return std::nullopt;
}

/// Those that come without an id and still are taken (federation.md 3.9); what they do is done once, however often.
bool may_lack_id(ActivityType type) {
  return type == ActivityType::add || type == ActivityType::remove || type == ActivityType::follow ||
         type == ActivityType::accept || type == ActivityType::reject;
}

struct Admitted {
  Activity activity;
  bool rewritten = false;  // no longer what its actor has said: not to be passed on
};

/// What the rules of this instance leave of an activity.
std::expected<Admitted, Outcome> admit(service::Environment& env, db::Tx& tx, const model::Account& signer,
                                       Activity activity, std::string_view body) {
  auto ruling = FederationService::of(env).inbound_policies().rule(
      tx, {.sender = signer, .actor = activity.actor, .type = activity.type_name, .document = body});
  if (ruling.kind == service::Ruling::Kind::accept) return Admitted{std::move(activity)};
  if (ruling.kind == service::Ruling::Kind::reject) {
    const auto why = ruling.of_domain ? Reason::domain_policy : Reason::rule;
    return std::unexpected(Outcome::rejected(why, std::move(ruling.text)));
  }
  auto rewritten = parse_activity(ruling.text);
  // Who has said it, and under which name, is proven: no rule changes that.
  if (!rewritten || rewritten->actor != activity.actor || rewritten->id != activity.id) {
    return std::unexpected(Outcome::rejected(Reason::rule, "a rule made something else of it"));
  }
  return Admitted{.activity = std::move(*rewritten), .rewritten = true};
}

Result<Outcome> judge(service::Environment& env, service::Services& services, db::Tx& tx,
                      service::RemoteDocuments& documents, const store::InboundActivity& received) {
  auto parsed = parse_activity(received.body);
  if (!parsed) return Outcome::rejected(Reason::not_acceptable, parsed.error().message);
  auto signer = store::find_account(tx, received.signer_id);
  if (!signer) return Outcome::ignored(Reason::unknown, "the signer is gone");
  auto admitted = admit(env, tx, *signer, std::move(*parsed), received.body);
  if (!admitted) return std::move(admitted).error();
  const Activity* const activity = &admitted->activity;
  Resolver resolver(env, services.statuses, tx, documents);
  const bool deletes_itself = activity->type == ActivityType::delete_ && activity->object_id() == signer->uri;
  if (!deletes_itself && !signer->suspended_at) signer = TRY(resolver.refresh_if_older(*signer, kRefreshAfter));

  if (activity->id.empty() && !may_lack_id(activity->type)) return Outcome::ignored(Reason::incomplete, "no id");
  InboxContext context{.env = env,
                       .services = services,
                       .tx = tx,
                       .resolver = resolver,
                       .actor = std::move(*signer),
                       .received = received.id};
  if (!activity->id.empty() && !same_origin(activity->id, activity->actor)) {
    return Outcome::rejected(Reason::other_origin, "the id is on another host than the actor");  // A1
  }
  if (context.actor.suspended_at && !is_open_to_suspended(*activity)) {
    return Outcome::rejected(Reason::suspended, "the actor is suspended");  // A10
  }
  if (const std::string& key = lock_key(*activity); !key.empty()) store::lock_object(tx, key);
  if (activity->actor == context.actor.uri) {
    auto reply = activity->type == ActivityType::delete_ ? to_be_passed_on(context, *activity) : std::nullopt;
    auto outcome = handle(context, *activity);
    if (!outcome || outcome->verdict != Verdict::accepted || admitted->rewritten) return outcome;
    if (activity->type != ActivityType::delete_) reply = to_be_passed_on(context, *activity);
    if (reply) pass_on(context, *reply, activity->type_name, received.body);
    return outcome;
  }
  // A2: through somebody else. Its actor's proof is as good as its signature; without one its origin is asked.
  context.by_others = true;
  context.relayed = is_relay(tx, context.actor);
  if (context.relayed && !is_within_relay_share(context, context.actor, !documents.is_first_run()))
    return Outcome::ignored(Reason::flood, "more than a relay may bring in an hour");
  if (const auto prover = TRY(proven_actor(context, *activity, received.body))) {
    if (auto refusal = refuse_replay(context, *activity, *prover, received)) return std::move(*refusal);
    context.actor = prover->account;
    context.kept = true;
    if (context.actor.suspended_at && !is_open_to_suspended(*activity)) {
      return Outcome::rejected(Reason::suspended, "the actor is suspended");
    }
    return handle(context, *activity);
  }
  return on_forwarded(context, *activity);
}

}  // namespace

bool is_open_to_suspended(const Activity& activity) {
  const bool edits_itself = activity.type == ActivityType::update && activity.object_id() == activity.actor;
  return activity.type == ActivityType::delete_ || activity.type == ActivityType::undo ||
         activity.type == ActivityType::reject || activity.type == ActivityType::block || edits_itself;
}

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::accepted:
      return "accepted";
    case Verdict::duplicate:
      return "duplicate";
    case Verdict::ignored:
      return "ignored";
    case Verdict::rejected:
      return "rejected";
  }
  return "?";
}

std::string_view to_string(Reason reason) {
  constexpr std::array<std::string_view, kReasons> kNames{
      "none",        "known",         "taken_back", "outdated",       "replayed",      "nobody_concerned",
      "unsupported", "unknown",       "incomplete", "unproven",       "not_confirmed", "other_origin",
      "not_theirs",  "id_taken",      "not_asked",  "not_public",     "not_allowed",   "blocked",
      "suspended",   "domain_policy", "flood",      "not_acceptable", "given_up",      "bad_signature",
      "rule"};
  const auto number = static_cast<std::size_t>(reason);
  return number < kNames.size() ? kNames.at(number) : "?";
}

Result<Outcome> judge_activity(service::Environment& env, service::Services& services, db::Tx& tx,
                               service::RemoteDocuments& documents, const store::InboundActivity& received) {
  auto outcome = judge(env, services, tx, documents, received);
  if (!outcome) {
    const Error& error = outcome.error();
    if (error.code == Errc::need_remote || error.code == Errc::remote_failed) return outcome;
    // For good: missing, refused by its origin, or not what it claims to be.
    outcome = Outcome::rejected(Reason::not_acceptable, error.detail.empty() ? error.message : error.detail);
  }
  log::info("activity processed",
            {log::kv("type", received.type), log::kv("host", received.host),
             log::kv("verdict", to_string(outcome->verdict)), log::kv("reason", outcome->reason)});
  return outcome;
}

store::VerdictOf verdict_of(ActivityId id, const Outcome& outcome) {
  return {.id = id,
          .verdict = static_cast<int>(outcome.verdict),
          .why = static_cast<int>(outcome.why),
          .reason = text::to_valid_utf8(outcome.reason)};  // it may quote what another server sent
}

Result<Outcome> process_activity(service::Environment& env, service::Services& services, db::Tx& tx,
                                 service::RemoteDocuments& documents, const store::InboundActivity& received) {
  auto outcome = judge_activity(env, services, tx, documents, received);
  if (outcome) store::record_verdict(tx, verdict_of(received.id, *outcome));
  return outcome;
}

}  // namespace dunlin::activitypub
