#include "outbox/distribute.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/activitypub/jobs.hpp"
#include "dunlin/activitypub/outbox.hpp"
#include "dunlin/activitypub/render.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/statuses.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>
#include <vector>

namespace dunlin::activitypub {

using jobs::NewActivity;
using jobs::Priority;
using model::Visibility;

namespace {

constexpr int kBatch = 1000;

constexpr std::pair<Told, std::string_view> kNames[] = {{Told::create, "create"},
                                                        {Told::update, "update"},
                                                        {Told::delete_, "delete"},
                                                        {Told::announce, "announce"},
                                                        {Told::undo_announce, "undo_announce"},
                                                        {Told::profile, "profile"}};

struct Payload {
  Told what;
  std::int64_t id;
};

std::optional<Payload> parse_payload(std::string_view text) {
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto name = std::ranges::find(kNames, text.substr(0, space), &std::pair<Told, std::string_view>::second);
  const auto id = StatusId::parse(text.substr(space + 1));
  if (name == std::end(kNames) || !id) return std::nullopt;
  return Payload{name->first, id->value};
}

/// Who gets one activity: some by name, then whoever follows its actor.
struct Plan {
  NewActivity activity;
  std::vector<std::string> inboxes;
  bool to_followers = false;
};

void enqueue(const jobs::Deliveries& deliveries, db::Tx& tx, Plan plan) {
  const std::set<std::string> named(plan.inboxes.begin(), plan.inboxes.end());
  if (!named.empty()) {
    // Who is spoken to hears it first.
    NewActivity direct = plan.activity;
    if (direct.priority == Priority::post) direct.priority = Priority::direct;
    deliveries.enqueue(tx, direct, std::vector(named.begin(), named.end()));
  }
  if (!plan.to_followers) return;
  for (std::string after;;) {
    auto inboxes = store::list_follower_inboxes(tx, plan.activity.account_id, after, kBatch);
    if (inboxes.empty()) return;
    after = inboxes.back();
    const bool is_last = inboxes.size() < kBatch;
    std::erase_if(inboxes, [&](const std::string& inbox) { return named.contains(inbox); });
    if (!inboxes.empty()) deliveries.enqueue(tx, plan.activity, inboxes);
    if (is_last) return;
  }
}

/// The inbox of a remote account that may hear of the author; judged now, not when the author pressed the button.
void add_inbox(db::Tx& tx, AccountId author, const model::Account& receiver, std::vector<std::string>& inboxes) {
  if (receiver.is_local() || receiver.suspended_at || receiver.inbox_url.empty()) return;
  if (!store::is_blocked(tx, author, receiver.id)) inboxes.push_back(receiver.preferred_inbox());
}

std::vector<std::string> mentioned_inboxes(db::Tx& tx, const model::Status& status,
                                           std::span<const model::Mention> mentions) {
  std::vector<AccountId> ids;
  for (const model::Mention& mention : mentions) {
    if (mention.domain) ids.push_back(mention.account_id);
  }
  // A reply is for the author of its parent as well, even unnamed: not to widen what is not public.
  if (status.in_reply_to_account_id && status.is_distributable()) ids.push_back(*status.in_reply_to_account_id);
  std::vector<std::string> inboxes;
  if (ids.empty()) return inboxes;
  for (const model::Account& account : store::list_accounts(tx, ids))
    add_inbox(tx, status.account_id, account, inboxes);
  return inboxes;
}

Plan plan_status(db::Tx& tx, const config::Config& config, Told what, const model::Status& status,
                 const model::Account& author) {
  const auto mentions = store::list_mentions(tx, status.id);
  const auto parts = note_parts(tx, config, status, author, mentions);
  Plan plan;
  plan.activity.account_id = author.id;
  plan.activity.object_key = status.uri;
  plan.inboxes = mentioned_inboxes(tx, status, mentions);
  plan.to_followers = status.visibility != Visibility::direct;
  switch (what) {
    case Told::create:
      plan.activity.body = render_create(config, parts);
      break;
    case Told::update:
      plan.activity.body = render_update_note(config, parts);
      break;
    default:
      plan.activity.body = render_delete_note(parts);
      plan.activity.essential = true;
  }
  if (what != Told::create) {
    // Whoever may hold a copy: it was boosted, favourited, answered there.
    for (std::string& inbox : store::list_involved_inboxes(tx, status.id)) plan.inboxes.push_back(std::move(inbox));
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
  add_inbox(tx, who.id, *author, plan.inboxes);
  plan.to_followers = true;
  return plan;
}

Plan plan_profile(db::Tx& tx, const config::Config& config, const model::Account& account) {
  Plan plan;
  plan.activity.account_id = account.id;
  plan.activity.object_key = account.uri;
  plan.activity.body = render_update_actor(config, account, store::list_keys(tx, account.id));
  plan.activity.priority = Priority::relay;  // nobody waits for it
  plan.to_followers = true;
  // The servers of those whom the account follows show its profile, too.
  for (model::Page page{.max_id = std::nullopt, .since_id = std::nullopt, .min_id = std::nullopt, .limit = kBatch};;) {
    const auto refs = store::list_following(tx, account.id, page);
    std::vector<AccountId> ids;
    for (const store::AccountRef& ref : refs) ids.push_back(ref.account_id);
    for (const model::Account& followed : store::list_accounts(tx, ids)) {
      if (!followed.is_local() && !followed.suspended_at) plan.inboxes.push_back(followed.preferred_inbox());
    }
    if (refs.size() < kBatch) return plan;
    page.max_id = refs.back().row_id;
  }
}

/// nullopt: nothing is to be told any more.
std::optional<Plan> make_plan(db::Tx& tx, const config::Config& config, const Payload& payload) {
  if (payload.what == Told::profile) {
    const auto account = store::find_account(tx, AccountId{payload.id});
    return account && account->is_local() ? std::optional(plan_profile(tx, config, *account)) : std::nullopt;
  }
  const bool takes_back = payload.what == Told::delete_ || payload.what == Told::undo_announce;
  const StatusId id{payload.id};
  const auto status = takes_back ? store::find_deleted_status(tx, id) : store::find_status(tx, id);
  const auto author = status ? store::find_account(tx, status->account_id) : std::nullopt;
  if (!author || !author->is_local()) return std::nullopt;
  if (payload.what == Told::announce || payload.what == Told::undo_announce) {
    return plan_reblog(tx, payload.what, *status, *author);
  }
  return plan_status(tx, config, payload.what, *status, *author);
}

}  // namespace

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
  auto plan = make_plan(tx, env.config, *payload);
  if (!plan) return {};
  const std::string object_key = plan->activity.object_key;
  const AccountId account = plan->activity.account_id;
  const bool adds = payload->what == Told::create || payload->what == Told::announce;
  if (payload->what == Told::delete_ || payload->what == Told::undo_announce) {
    jobs::cancel_pending(tx, account, object_key);
  }
  enqueue(FederationService::of(env).deliveries(), tx, std::move(*plan));
  // Deleted while this was under way: the other job may be done already, and a Create after the Delete would stay.
  if (adds && !store::find_status(tx, StatusId{payload->id}))
    return fail(Errc::conflict, "The status has just been deleted");
  return {};
}

}  // namespace dunlin::activitypub
