#include "outbox/plan.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/activitypub/proof.hpp"
#include "dunlin/activitypub/render.hpp"
#include "dunlin/crypto/digest.hpp"
#include "dunlin/service/actor_keys.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/relays.hpp"
#include "dunlin/store/status_receivers.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <span>
#include <utility>

namespace dunlin::activitypub {

using jobs::Inbox;
using jobs::NewActivity;
using jobs::Priority;

namespace {

constexpr std::size_t kBatch = 1000;

/// Returns the inboxes of all relays that hear of it.
std::vector<std::string> enqueue_for_relays(service::Environment& env, db::Tx& tx, const Plan& plan, Told what) {
  const auto& deliveries = FederationService::of(env).deliveries();
  std::vector<std::string> all;
  std::vector<std::string> inboxes;
  for (const model::Relay& relay : store::list_relays(tx)) {
    if (relay.state != model::RelayState::accepted || relay.inbox_url.empty()) continue;
    all.push_back(relay.inbox_url);
    if (relay.style == model::RelayStyle::mastodon || what != Told::create) {
      inboxes.push_back(relay.inbox_url);
      continue;
    }
    const std::string actor = service::uris::instance_actor(env.config);
    const std::array inbox{relay.inbox_url};
    deliveries.enqueue(tx,
                       {.account_id = AccountId{},
                        .body = render_relay_announce(actor + "#announces/" + plan.activity.object_key, actor,
                                                      relay.url, plan.activity.object_key),
                        .object_key = plan.activity.object_key,
                        .priority = Priority::relay},
                       inbox);
  }
  auto activity = plan.activity;
  activity.priority = Priority::relay;
  if (!inboxes.empty()) deliveries.enqueue(tx, activity, inboxes);
  return all;
}

/// Proven by the account's own key, so that it is believed whoever passes it on.
void prove(service::Environment& env, db::Tx& tx, NewActivity& activity) {
  const auto account = store::find_account(tx, activity.account_id);
  if (!account) return;
  const auto stored = service::ensure_proof_key(env.config, tx, *account);
  const auto key = FederationService::of(env).keys().private_key(stored.private_pem.value_or(""));
  if (key) activity.body = add_proof(std::move(activity.body), stored.key_id, *key, tx.now());
}

std::vector<std::string> list_all_follower_inboxes(db::Tx& tx, AccountId account, AccountId speaker) {
  std::vector<std::string> all;
  for (;;) {
    auto some = store::list_follower_inboxes(tx, account, all.empty() ? std::string() : all.back(), kBatch, speaker);
    const bool is_last = some.size() < kBatch;
    std::ranges::move(some, std::back_inserter(all));
    if (is_last) return all;
  }
}

/// Those who hear it first. Where followers get the same anyway it does not depend on who was spoken to.
std::vector<Inbox> first_ones(const Plan& plan, const std::vector<std::string>& of_followers) {
  std::map<std::string, Inbox> result;
  for (const auto& [url, ids] : plan.named) {
    const bool for_others = !plan.only_followers && std::ranges::binary_search(of_followers, url);
    result.emplace(url, Inbox{url, for_others ? std::vector<AccountId>() : ids});
  }
  for (const auto& url : plan.inboxes) {
    const auto [inbox, is_new] = result.try_emplace(url, Inbox{url});
    if (!plan.only_followers) inbox->second.named.clear();
  }
  std::vector<Inbox> inboxes;
  for (auto& [url, inbox] : result) inboxes.push_back(std::move(inbox));
  return inboxes;
}

/// In pieces, so that no statement grows without bound. Those in `done` have it already; the others are added to it.
void enqueue_others(const jobs::Deliveries& deliveries, db::Tx& tx, const NewActivity& activity,
                    std::span<const std::string> urls, std::set<std::string>& done) {
  std::vector<std::string> batch;
  const auto flush = [&] {
    if (!batch.empty()) deliveries.enqueue(tx, activity, batch);
    batch.clear();
  };
  for (const auto& url : urls) {
    if (!done.insert(url).second) continue;
    batch.push_back(url);
    if (batch.size() == kBatch) flush();
  }
  flush();
}

void remember(db::Tx& tx, StatusId status, std::vector<std::string> of_followers,
              const std::vector<std::string>& before, const std::vector<std::string>& named) {
  of_followers.insert(of_followers.end(), before.begin(), before.end());
  std::ranges::sort(of_followers);
  const auto repeated = std::ranges::unique(of_followers);
  of_followers.erase(repeated.begin(), repeated.end());
  if (of_followers.empty() && named.empty()) return;
  std::string text;
  for (const auto& url : of_followers) text.append(url).push_back('\n');
  store::save_status_receivers(tx, status, crypto::sha256(text), of_followers, named);
}

}  // namespace

void carry_out(service::Environment& env, db::Tx& tx, Plan plan, Told what) {
  const auto& deliveries = FederationService::of(env).deliveries();
  const bool takes_back = what == Told::delete_ || what == Told::undo_announce;
  const bool is_new = what == Told::create || what == Told::announce;
  const AccountId author = plan.activity.account_id;
  if (takes_back) std::ranges::for_each(plan.named, [](auto& entry) { entry.second.clear(); });
  if (plan.is_public) prove(env, tx, plan.activity);
  auto named = plan.to_relays ? enqueue_for_relays(env, tx, plan, what) : std::vector<std::string>();
  std::set<std::string> done(named.begin(), named.end());
  const auto of_followers =
      plan.to_followers ? list_all_follower_inboxes(tx, author, author) : std::vector<std::string>();
  // Who is spoken to hears it first.
  NewActivity direct = plan.activity;
  if (direct.priority == Priority::post) direct.priority = Priority::direct;
  direct.to_followers = plan.only_followers;
  const auto first = first_ones(plan, of_followers);
  if (!first.empty()) deliveries.enqueue(tx, direct, first);
  for (const Inbox& inbox : first) {
    named.push_back(inbox.url);
    done.insert(inbox.url);
  }
  plan.activity.to_followers = plan.only_followers;
  enqueue_others(deliveries, tx, plan.activity, of_followers, done);
  const auto of_others = plan.also_followers_of ? list_all_follower_inboxes(tx, *plan.also_followers_of, author)
                                                : std::vector<std::string>();
  enqueue_others(deliveries, tx, plan.activity, of_others, done);
  if (!plan.status) return;
  const auto before = is_new ? store::StatusReceivers{} : store::list_status_receivers(tx, *plan.status);
  if (plan.reaches_all) {
    plan.activity.to_followers = false;
    enqueue_others(deliveries, tx, plan.activity, before.named, done);
    enqueue_others(deliveries, tx, plan.activity, before.of_followers, done);
  }
  // Of a revocation, `of_followers` are another's than the status' author's.
  if (takes_back || what == Told::revoke_quote) return;
  auto reached = before.of_followers;
  reached.insert(reached.end(), of_others.begin(), of_others.end());
  remember(tx, *plan.status, of_followers, reached, named);
}

}  // namespace dunlin::activitypub
