#include "outbox/distribute.hpp"

#include "outbox/plan.hpp"
#include "outbox/thread_of_ours.hpp"

#include "dunlin/activitypub/jobs.hpp"
#include "dunlin/activitypub/outbox.hpp"
#include "dunlin/activitypub/render.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/federation.hpp"
#include "dunlin/store/polls.hpp"
#include "dunlin/store/quotes.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/relays.hpp"
#include "dunlin/store/statuses.hpp"
#include "dunlin/store/tags.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace dunlin::activitypub {

using jobs::NewActivity;
using jobs::Priority;
using model::Visibility;

namespace {

constexpr int kBatch = 1000;
constexpr std::chrono::hours kAcquaintance{30 * 24};  // federation.md 4.9

constexpr std::pair<Told, std::string_view> kNames[] = {{Told::create, "create"},
                                                        {Told::update, "update"},
                                                        {Told::delete_, "delete"},
                                                        {Told::announce, "announce"},
                                                        {Told::undo_announce, "undo_announce"},
                                                        {Told::profile, "profile"},
                                                        {Told::suspension, "suspension"},
                                                        {Told::move, "move"},
                                                        {Told::pin, "pin"},
                                                        {Told::unpin, "unpin"},
                                                        {Told::feature_tag, "feature_tag"},
                                                        {Told::unfeature_tag, "unfeature_tag"},
                                                        {Told::revoke_quote, "revoke_quote"}};

struct Payload {
  Told what;
  std::int64_t id;
  std::string tag{};  // its folded name
};

std::optional<Payload> parse_payload(std::string_view text) {
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto name = std::ranges::find(kNames, text.substr(0, space), &std::pair<Told, std::string_view>::second);
  text.remove_prefix(space + 1);
  const auto end = text.find(' ');
  const auto id = StatusId::parse(text.substr(0, end));
  if (name == std::end(kNames) || !id) return std::nullopt;
  return Payload{name->first, id->value, end == std::string_view::npos ? "" : std::string(text.substr(end + 1))};
}

/// A relay takes what is public and not part of a talk that is not (federation.md 2.12).
bool is_for_relays(db::Tx& tx, const model::Status& status) {
  if (status.visibility != Visibility::public_) return false;
  if (!status.in_reply_to_id) return !status.in_reply_to_uri;
  const auto parent = store::find_status(tx, *status.in_reply_to_id);
  return parent && parent->is_distributable();
}

/// The inbox of a remote account that may hear of the author; judged now, not when the author pressed the button.
void add_named(db::Tx& tx, AccountId author, const model::Account& receiver, Plan& plan) {
  if (receiver.is_local() || receiver.suspended_at || receiver.inbox_url.empty()) return;
  if (!store::is_blocked(tx, author, receiver.id)) plan.named[receiver.preferred_inbox()].push_back(receiver.id);
}

void add_mentioned(db::Tx& tx, const model::Status& status, std::span<const model::Mention> mentions, Plan& plan) {
  std::vector<AccountId> ids;
  for (const model::Mention& mention : mentions) {
    if (mention.domain) ids.push_back(mention.account_id);
  }
  // A reply is for the author of its parent as well, even unnamed: not to widen what is not public.
  if (status.in_reply_to_account_id && status.is_distributable()) ids.push_back(*status.in_reply_to_account_id);
  // So is a quote for whom it quotes: some know it by the post alone, and no requests.
  if (status.has(model::Part::quote) && status.is_distributable()) {
    const auto quote = store::find_quote_of(tx, status.id);
    if (quote && quote->quoted_account_id) ids.push_back(*quote->quoted_account_id);
  }
  if (ids.empty()) return;
  for (const model::Account& account : store::list_accounts(tx, ids)) add_named(tx, status.account_id, account, plan);
}

/// Whose followers see the thread in which it is a public reply, and so should see that, too.
std::optional<AccountId> whose_thread(db::Tx& tx, const model::Status& status) {
  if (!status.in_reply_to_id) return std::nullopt;
  const auto ours = find_ours_above(tx, status);
  if (!ours || ours->account_id == status.account_id) return std::nullopt;
  if (store::is_blocked(tx, status.account_id, ours->account_id)) return std::nullopt;
  return ours->account_id;
}

Plan plan_status(db::Tx& tx, const config::Config& config, Told what, const model::Status& status,
                 const model::Account& author) {
  const auto mentions = store::list_mentions(tx, status.id);
  const auto parts = note_parts(tx, config, status, author, mentions);
  Plan plan;
  plan.activity.account_id = author.id;
  plan.activity.object_key = status.uri;
  plan.status = status.id;
  add_mentioned(tx, status, mentions, plan);
  plan.to_followers = status.visibility != Visibility::direct;
  plan.is_public = status.is_distributable();
  plan.only_followers = status.visibility == Visibility::private_ && what != Told::delete_;
  plan.to_relays = is_for_relays(tx, status);
  if (plan.is_public) plan.also_followers_of = whose_thread(tx, status);
  switch (what) {
    case Told::create:
      plan.activity.body = render_create(config, parts);
      break;
    case Told::update:
      plan.activity.body = render_update_note(config, parts, tx.now());
      plan.activity.replaceable = true;
      break;
    default:
      plan.activity.body = render_delete_note(parts);
      plan.activity.essential = true;
  }
  if (parts.poll && what == Told::update) {
    for (std::string& inbox : store::list_voter_inboxes(tx, parts.poll->id)) plan.inboxes.push_back(std::move(inbox));
  }
  // Whoever may hold a copy: it was sent, boosted, favourited, answered there. What is not for all is edited for those
  // alone who may read it now.
  const bool is_deletion = what == Told::delete_;
  plan.reaches_all = is_deletion || (what == Told::update && plan.is_public);
  if (plan.reaches_all) {
    const AccountId unless_blocked_by = is_deletion ? AccountId{} : author.id;
    std::ranges::move(store::list_involved_inboxes(tx, status.id, unless_blocked_by), std::back_inserter(plan.inboxes));
  }
  return plan;
}

std::optional<model::Status> find_any_status(db::Tx& tx, StatusId id) {
  auto status = store::find_status(tx, id);
  return status ? std::move(status) : store::find_deleted_status(tx, id);
}

std::optional<Plan> plan_reblog(db::Tx& tx, Told what, const model::Status& wrapper, const model::Account& who) {
  const auto original = wrapper.reblog_of_id ? find_any_status(tx, *wrapper.reblog_of_id) : std::nullopt;
  const auto author = original ? store::find_account(tx, original->account_id) : std::nullopt;
  if (!author) return std::nullopt;
  Plan plan;
  plan.activity.account_id = who.id;
  plan.activity.object_key = wrapper.uri;
  plan.activity.priority = Priority::reaction;
  plan.activity.essential = what == Told::undo_announce;
  plan.activity.body = what == Told::announce ? render_announce(wrapper, who, original->uri, author->uri)
                                              : render_undo_announce(wrapper, who, original->uri, author->uri);
  add_named(tx, who.id, *author, plan);
  plan.to_followers = true;
  plan.is_public = wrapper.is_distributable();
  plan.only_followers = wrapper.visibility == Visibility::private_ && what == Told::announce;
  plan.status = wrapper.id;
  plan.reaches_all = what == Told::undo_announce;
  return plan;
}

/// The servers of those whom the account follows show its profile, too.
void add_followed_inboxes(db::Tx& tx, const model::Account& account, std::vector<std::string>& inboxes) {
  for (model::Page page{.max_id = std::nullopt, .since_id = std::nullopt, .min_id = std::nullopt, .limit = kBatch};;) {
    const auto refs = store::list_following(tx, account.id, page);
    std::vector<AccountId> ids;
    for (const store::AccountRef& ref : refs) ids.push_back(ref.account_id);
    for (const model::Account& followed : store::list_accounts(tx, ids)) {
      if (!followed.is_local() && !followed.suspended_at) inboxes.push_back(followed.preferred_inbox());
    }
    if (refs.size() < kBatch) return;
    page.max_id = refs.back().row_id;
  }
}

Plan plan_profile(db::Tx& tx, const config::Config& config, Told what, const model::Account& account) {
  Plan plan;
  plan.activity.account_id = account.id;
  plan.activity.object_key = account.uri;
  const auto moved_to = account.moved_to_id ? store::find_account(tx, *account.moved_to_id) : std::nullopt;
  plan.activity.body =
      render_update_actor(config, account, tx.now(), store::list_keys(tx, account.id),
                          moved_to ? std::string_view(moved_to->uri) : std::string_view(), profile_emojis(tx, account));
  plan.activity.priority = Priority::profile;  // nobody waits for it
  // Neither the beginning of a suspension nor its end may be missed.
  plan.activity.essential = what == Told::suspension || account.suspended_at;
  plan.activity.replaceable = true;
  plan.to_followers = true;
  plan.is_public = true;
  // Who is followed, or has met the account lately, shows its profile, too.
  add_followed_inboxes(tx, account, plan.inboxes);
  std::ranges::move(store::list_acquainted_inboxes(tx, account.id, tx.now() - kAcquaintance),
                    std::back_inserter(plan.inboxes));
  plan.to_relays = true;
  return plan;
}

std::optional<Plan> plan_move(db::Tx& tx, const model::Account& account) {
  const auto target = account.moved_to_id ? store::find_account(tx, *account.moved_to_id) : std::nullopt;
  if (!target) return std::nullopt;
  Plan plan;
  plan.activity.account_id = account.id;
  plan.activity.object_key = account.uri;
  plan.activity.body = render_move(account, target->uri, tx.now());
  plan.activity.essential = true;
  plan.inboxes = store::list_blocker_inboxes(tx, account.id);  // whose blocks move along
  plan.to_followers = true;
  plan.is_public = true;
  plan.to_relays = true;
  return plan;
}

/// What is added to, or taken from, the account's featured collection.
Plan plan_featured(const model::Account& account, std::string object_key, std::string body) {
  Plan plan;
  plan.activity.account_id = account.id;
  plan.activity.object_key = std::move(object_key);
  plan.activity.priority = Priority::profile;
  plan.activity.body = std::move(body);
  plan.to_followers = true;
  plan.is_public = true;
  return plan;
}

/// The same thing may come and go: each time is an activity of its own.
std::string at_this_time(db::Tx& tx, std::string_view id) {
  return std::string(id) + "-" + std::to_string(tx.now().time_since_epoch().count());
}

std::optional<Plan> plan_tag(db::Tx& tx, const config::Config& config, const Payload& payload) {
  const auto account = store::find_account(tx, AccountId{payload.id});
  const auto tag = store::find_tag(tx, payload.tag);
  if (!account || !account->is_local() || !tag) return std::nullopt;
  const bool added = payload.what == Told::feature_tag;
  const std::string id_part = at_this_time(tx, "tag-" + std::to_string(tag->id));
  return plan_featured(*account, account->uri + "/collections/tags#" + std::to_string(tag->id),
                       render_featured_tag(config, *account, tag->display_name, id_part, added));
}

/// Whoever has seen the quote may have kept the consent to it.
std::optional<Plan> plan_revocation(db::Tx& tx, QuoteId id) {
  const auto quote = store::find_quote(tx, id);
  if (!quote || quote->state != model::QuoteState::revoked || !quote->approval_uri || !quote->quoted_account_id ||
      !quote->quoted_status_id) {
    return std::nullopt;
  }
  const auto author = store::find_account(tx, *quote->quoted_account_id);
  const auto quoting = store::find_account(tx, quote->account_id);
  if (!author || !author->is_local() || !quoting) return std::nullopt;
  const auto quoting_status = find_any_status(tx, quote->status_id);
  // What is not public is no public knowledge: only its receivers hear who quotes whom there.
  const bool is_public = quoting_status && quoting_status->is_distributable();
  Plan plan;
  plan.activity.account_id = author->id;
  plan.activity.object_key = *quote->approval_uri;
  plan.activity.body = render_delete_authorization(*quote->approval_uri, *author, quoting->uri, is_public);
  plan.activity.priority = Priority::handshake;
  plan.activity.essential = true;
  plan.to_followers = is_public;
  plan.is_public = is_public;
  if (is_public && quoting->is_local()) plan.also_followers_of = quoting->id;
  if (is_public || quoting->is_local()) {
    plan.status = quoting->is_local() ? quote->status_id : *quote->quoted_status_id;
    plan.reaches_all = true;
  }
  // The one that quotes hears it even where it is blocked by now: that is when consent is taken back.
  if (!quoting->is_local() && !quoting->inbox_url.empty()) plan.inboxes.push_back(quoting->preferred_inbox());
  std::ranges::move(store::list_involved_inboxes(tx, quote->status_id), std::back_inserter(plan.inboxes));
  if (is_public) {
    std::ranges::move(store::list_involved_inboxes(tx, *quote->quoted_status_id), std::back_inserter(plan.inboxes));
  }
  return plan;
}

/// nullopt: nothing is to be told any more.
std::optional<Plan> make_plan(db::Tx& tx, const config::Config& config, const Payload& payload) {
  if (payload.what == Told::profile || payload.what == Told::suspension || payload.what == Told::move) {
    const auto account = store::find_account(tx, AccountId{payload.id});
    if (!account || !account->is_local()) return std::nullopt;
    return payload.what == Told::move ? plan_move(tx, *account) : plan_profile(tx, config, payload.what, *account);
  }
  if (payload.what == Told::feature_tag || payload.what == Told::unfeature_tag) return plan_tag(tx, config, payload);
  if (payload.what == Told::revoke_quote) return plan_revocation(tx, QuoteId{payload.id});
  const bool takes_back = payload.what == Told::delete_ || payload.what == Told::undo_announce;
  const StatusId id{payload.id};
  const auto status = takes_back ? store::find_deleted_status(tx, id) : store::find_status(tx, id);
  const auto author = status ? store::find_account(tx, status->account_id) : std::nullopt;
  if (!author || !author->is_local()) return std::nullopt;
  if (payload.what == Told::announce || payload.what == Told::undo_announce) {
    return plan_reblog(tx, payload.what, *status, *author);
  }
  if (status->local_only) return std::nullopt;
  if (payload.what == Told::pin || payload.what == Told::unpin) {
    return plan_featured(
        *author, status->uri,
        render_pin(*author, status->uri, at_this_time(tx, status->id.str()), payload.what == Told::pin));
  }
  return plan_status(tx, config, payload.what, *status, *author);
}

}  // namespace

void distribute_account_deletion(service::Environment& env, db::Tx& tx, const model::Account& account) {
  Plan plan;
  plan.activity.account_id = account.id;
  plan.activity.object_key = account.uri;
  plan.activity.body = render_delete_actor(account);
  plan.activity.priority = Priority::bulk;
  plan.activity.essential = true;
  plan.to_followers = true;
  add_followed_inboxes(tx, account, plan.inboxes);
  // Whatever server has seen a mention, a boost or a search result holds a copy, and nobody remembers which.
  std::ranges::move(store::list_known_inboxes(tx), std::back_inserter(plan.inboxes));
  for (const model::Relay& relay : store::list_relays(tx)) {
    if (relay.state == model::RelayState::accepted && !relay.inbox_url.empty()) plan.inboxes.push_back(relay.inbox_url);
  }
  jobs::cancel_pending(tx, account.id, account.uri);
  carry_out(env, tx, std::move(plan), Told::profile);
}

jobs::NewJob distribute_job(Told what, std::int64_t id) {
  const auto name = std::ranges::find(kNames, what, &std::pair<Told, std::string_view>::first);
  return {.kind = kDistribute,
          .payload = std::string(name->second) + " " + std::to_string(id),
          .run_at = std::nullopt,
          .unique_key = std::nullopt};
}

Result<void> run_distribute(service::Environment& env, db::Tx& tx, std::string_view payload_text) {
  const auto payload = parse_payload(payload_text);
  if (!payload) return fail(Errc::internal, "The payload of a job is unreadable", std::string(payload_text));
  // One after the other, and each sees what is true when its turn comes: no Create after the Delete, no old text after
  // the new one.
  store::lock_object(tx, "told of " + std::to_string(payload->id));
  auto plan = make_plan(tx, env.config, *payload);
  if (!plan) return {};
  const std::string object_key = plan->activity.object_key;
  const AccountId account = plan->activity.account_id;
  if (payload->what == Told::delete_ || payload->what == Told::undo_announce) {
    jobs::cancel_pending(tx, account, object_key);
  }
  carry_out(env, tx, *std::move(plan), payload->what);
  return {};
}

}  // namespace dunlin::activitypub
