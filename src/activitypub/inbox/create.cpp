#include "inbox/handlers.hpp"

#include "dunlin/activitypub/backfill.hpp"
#include "dunlin/activitypub/federation.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/service/polls.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/activities.hpp"
#include "dunlin/store/federation.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/statuses.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace dunlin::activitypub {

namespace {

/// Pleroma's ChatMessage and the like are for exactly one of ours.
bool is_for_one_of_us(InboxContext& context, const Note& note) {
  return note.audience.to.size() == 1 && note.audience.cc.empty() &&
         find_local_actor(context, note.audience.to.front()).has_value();
}

constexpr int kMostOfStranger = 5;
constexpr int kMostOfStrangers = 300;  // new ones of one domain, where accounts cost nothing
constexpr std::chrono::hours kHour{1};
constexpr std::chrono::hours kNewFor{7 * 24};

Time came_at(AccountId id) {
  return Time{std::chrono::milliseconds{id.value >> 16U}};
}

/// Those of ours whom an answer may always name: who wrote what is answered, and whom that names.
std::vector<model::Mention> list_spoken_to(InboxContext& context, std::string_view in_reply_to) {
  const auto parent = in_reply_to.empty() ? std::nullopt : find_known_status(context, in_reply_to);
  if (!parent || !parent->local) return {};
  auto result = store::list_mentions(context.tx, parent->id);
  std::erase_if(result, [](const model::Mention& mention) { return mention.domain.has_value(); });
  if (const auto author = store::find_account(context.tx, parent->account_id)) {
    result.push_back({.account_id = author->id,
                      .username = author->username,
                      .domain = std::nullopt,
                      .uri = author->uri,
                      .url = author->url});
  }
  return result;
}

/// The mention spam of 2024 came from accounts that nobody here knew: such a one gets few people's attention an hour,
/// but may answer as often as it is spoken to. `named`: how many it names beside those.
bool is_flood(InboxContext& context, const model::Account& author, std::int64_t named,
              std::int64_t counted_already = 0) {
  if (named == 0 || store::has_local_follower(context.tx, author.id)) return false;
  const auto before = store::count_local_mentions(context.tx, author.id, context.tx.now() - kHour) - counted_already;
  if (before + named > kMostOfStranger) return true;
  // The date of a status is its author's claim: what has come lately is counted here as well.
  const int times = static_cast<int>(std::min<std::int64_t>(named, kMostOfStrangers + 1));
  std::vector<Limit> limits{{author.uri, kMostOfStranger, kHour, times}};
  // New accounts of a large server cannot silence those who have been known for a while.
  if (came_at(author.id) > context.tx.now() - kNewFor)
    limits.push_back({"of " + HostBudget::registrable(domain_of(author.uri)), kMostOfStrangers, kHour, times});
  return count_once(context, FederationService::of(context.env).stranger_mentions(), limits).has_value();
}

/// How many of ours a note names or is addressed to, beside those to whom it answers.
std::int64_t count_named_here(InboxContext& context, const Note& note) {
  std::set<std::string> uris;
  std::set<std::string> names;
  for (const auto* list : {&note.mentions, &note.audience.to, &note.audience.cc}) {
    for (const std::string& uri : *list) {
      if (!service::uris::is_own_url(context.env.config, uri)) continue;
      const auto name = service::uris::parse_profile(context.env.config, uri);
      name ? names.insert(text::to_lower_ascii(*name)) : uris.insert(uri);
    }
  }
  if (uris.empty() && names.empty()) return 0;
  for (const model::Mention& mention : list_spoken_to(context, note.in_reply_to)) {
    uris.erase(mention.uri);
    names.erase(text::to_lower_ascii(mention.username));
  }
  if (uris.empty() && names.empty()) return 0;
  const auto accounts = store::list_accounts_by_uri(context.tx, std::vector(uris.begin(), uris.end()));
  return std::ranges::count_if(accounts, &model::Account::is_local) + static_cast<std::int64_t>(names.size());
}

/// A known status stays as it is: a second Create could widen its audience (A7, CVE-2024-37903). But what was only
/// fetched so far (from an outbox, a thread, for a reblog) may have overtaken its own Create: it is news now.
Outcome on_known(InboxContext& context, const model::Status& known) {
  constexpr std::chrono::hours kNewsAge{7 * 24};
  // Its author's own word, and no old one: anybody can send what is public once more.
  const bool is_news = known.has(model::Part::untold) && !context.by_others && known.account_id == context.actor.id &&
                       known.created_at > context.tx.now() - kNewsAge;
  const auto duplicate = [] { return Outcome::duplicate(Reason::known, "the status is here"); };
  if (!is_news) return duplicate();
  const auto mentions = store::list_mentions(context.tx, known.id);
  const auto all = std::ranges::count_if(mentions, [](const model::Mention& m) { return !m.domain; });
  const auto spoken_to = list_spoken_to(context, known.in_reply_to_uri.value_or(""));
  const auto named = std::ranges::count_if(mentions, [&](const model::Mention& m) {
    return !m.domain && std::ranges::find(spoken_to, m.account_id, &model::Mention::account_id) == spoken_to.end();
  });
  const auto counted = known.created_at > context.tx.now() - kHour ? all : 0;
  if (is_flood(context, context.actor, named, counted) || !context.services.statuses.tell_late(context.tx, known)) {
    return duplicate();
  }
  return Outcome::accepted();
}

/// Votes in polls of ours: several choices come as several objects (GoToSocial) or activities.
Result<Outcome> on_votes(InboxContext& context, const Activity& create) {
  using Received = service::PollService::Received;
  bool counted = false;
  for (const Object& object : create.objects) {
    if (!object.note || !object.note->is_vote) continue;
    const Note& vote = *object.note;
    const bool is_own = (vote.attributed_to.empty() || vote.attributed_to == context.actor.uri) &&
                        (object.id.empty() || same_origin(object.id, context.actor.uri));
    if (!is_own) return Outcome::rejected(Reason::not_theirs, "a vote in another's name");
    const auto question = find_known_status(context, vote.in_reply_to);
    if (!question || !question->local) continue;
    const auto uri = object.id.empty() ? std::nullopt : std::optional(object.id);
    const auto result = context.services.polls.receive_vote(context.tx, context.actor, *question, vote.name, uri);
    counted = counted || result == Received::counted;
  }
  return counted ? Outcome::accepted() : Outcome::ignored(Reason::not_allowed, "no vote that counts");
}

bool has_vote(const Activity& create) {
  return std::ranges::any_of(create.objects, [](const Object& object) { return object.note && object.note->is_vote; });
}

}  // namespace

/// A remote account posts.
Result<Outcome> on_create(InboxContext& context, const Activity& create) {
  db::Tx& tx = context.tx;
  if (has_vote(create)) return on_votes(context, create);
  const std::string& id = create.object_id();
  const auto known = store::find_status_by_uri(tx, id);
  if (known && known->account_id == context.actor.id) return on_known(context, *known);
  if (store::is_tombstoned(tx, id, context.actor.uri))
    return Outcome::ignored(Reason::taken_back, "deleted before it came");
  if (known) {
    const auto confirmed = TRY(win_id(context, create, *known));
    return confirmed ? on_create(context, *confirmed) : Outcome::duplicate(Reason::id_taken, "the id is in use");
  }
  const auto note = TRY(own_note(context, create));
  if (note.is_vote) return Outcome::ignored(Reason::unsupported, "a vote that has to be fetched");
  if (note.is_private_message && !is_for_one_of_us(context, note))
    return Outcome::ignored(Reason::nobody_concerned, "a message to others");
  const auto author =
      note.attributed_to == context.actor.uri ? context.actor : TRY(context.resolver.actor_itself(note.attributed_to));
  if (author.suspended_at) return Outcome::rejected(Reason::suspended, "the author is suspended");
  if (!is_relevant(context, author, note)) return Outcome::ignored(Reason::nobody_concerned, "concerns nobody here");
  if (is_flood(context, author, count_named_here(context, note)))
    return Outcome::ignored(Reason::flood, "too many mentions by a stranger");
  auto remote = TRY(context.resolver.convert(note, author));
  remote.notify = !context.relayed;
  const auto stored = context.services.statuses.receive(tx, std::move(remote));
  if (!stored) {
    // Fetched at the same moment, and not to be seen before that was over.
    const auto meanwhile = store::find_status_by_uri(tx, id);
    return meanwhile ? on_known(context, *meanwhile) : Outcome::duplicate(Reason::known, "the status is here");
  }
  TRY_VOID(context.resolver.attach_parts(note, *stored));
  if (!context.relayed) begin_ancestors(context.env, tx, *stored);
  return Outcome::accepted();
}

}  // namespace dunlin::activitypub
