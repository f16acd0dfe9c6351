#include "dunlin/activitypub/federation.hpp"

#include "outbox/distribute.hpp"

#include "dunlin/activitypub/render.hpp"
#include "dunlin/activitypub/resolve.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/crypto/digest.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/federation.hpp"
#include "dunlin/store/quotes.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/relays.hpp"
#include "dunlin/store/status_receivers.hpp"
#include "dunlin/store/statuses.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <utility>

namespace dunlin::activitypub {

using jobs::NewActivity;
using jobs::Priority;

namespace {

constexpr std::chrono::seconds kProfilePause{2};

}  // namespace

FederationService::FederationService(const Clock& clock, IdGenerator& ids, const config::Config& config,
                                     service::Events& events, crypto::KeyCache& keys, const jobs::Queue& queue,
                                     const jobs::Deliveries& deliveries)
    : keys_(keys),
      queue_(queue),
      deliveries_(deliveries),
      policies_(config, clock),
      host_budget_(clock),
      inbox_limiter_(clock),
      relay_limiter_(clock),
      refusals_told_(clock),
      origin_checks_(clock),
      counted_before_(clock),
      vain_lookups_(clock),
      stranger_mentions_(clock),
      env_{clock, ids, config, *this, queue, events},
      notifications_(env_),
      media_(env_),
      statuses_(env_, notifications_, media_) {
  inbound_policies_.add(std::make_unique<service::DomainInboundPolicy>(policies_));
}

FederationService& FederationService::of(const service::Environment& env) {
  return dynamic_cast<FederationService&>(env.federation);
}

bool FederationService::may_meet(db::Tx& tx, std::string_view host) {
  return store::is_known_host(tx, host) || host_budget_.allow(host);
}

void FederationService::send(db::Tx& tx, NewActivity activity, const std::string& inbox) const {
  const std::array inboxes{inbox};
  deliveries_.enqueue(tx, activity, inboxes);
}

/// Most posts of a small instance concern nobody elsewhere: those cost no job.
bool FederationService::concerns_others(db::Tx& tx, const model::Status& status,
                                        std::span<const model::Mention> mentions) const {
  const auto is_remote = [](const model::Mention& mention) { return mention.domain.has_value(); };
  if (std::ranges::any_of(mentions, is_remote)) return true;
  if (status.visibility == model::Visibility::direct) return false;
  if (status.is_distributable() && status.in_reply_to_account_id) {
    const auto parent_author = store::find_account(tx, *status.in_reply_to_account_id);
    if (parent_author && !parent_author->is_local()) return true;
    // The followers of ours see the thread.
    if (parent_author && !store::list_follower_inboxes(tx, parent_author->id, "", 1).empty()) return true;
  }
  if (status.is_distributable() && status.has(model::Part::quote)) {
    const auto quote = store::find_quote_of(tx, status.id);
    if (quote && !service::uris::is_own_url(env_.config, quote->quoted_uri)) return true;
  }
  if (!store::list_follower_inboxes(tx, status.account_id, "", 1).empty()) return true;
  return status.visibility == model::Visibility::public_ && !store::list_relays(tx).empty();
}

void FederationService::status_created(db::Tx& tx, const model::Status& status) {
  const auto mentions = store::list_mentions(tx, status.id);
  if (concerns_others(tx, status, mentions)) queue_.enqueue(tx, distribute_job(Told::create, status.id.value));
}

void FederationService::status_edited(db::Tx& tx, const model::Status& status) {
  queue_.enqueue(tx, distribute_job(Told::update, status.id.value));
}

void FederationService::status_deleted(db::Tx& tx, const model::Status& status,
                                       std::span<const model::Mention> mentions,
                                       std::span<const std::string> extra_inboxes) {
  // Its row and those of most who are involved stay for a while, voters' do not.
  const bool was_sent = store::has_status_receivers(tx, status.id);
  if (was_sent) {
    store::add_named_receivers(tx, status.id, extra_inboxes);
  } else if (!extra_inboxes.empty()) {
    store::save_status_receivers(tx, status.id, crypto::sha256({}), {}, extra_inboxes);
  }
  if (was_sent || !extra_inboxes.empty() || concerns_others(tx, status, mentions)) {
    queue_.enqueue(tx, distribute_job(Told::delete_, status.id.value));
  }
}

void FederationService::reblogged(db::Tx& tx, const model::Status& wrapper, const model::Status&) {
  queue_.enqueue(tx, distribute_job(Told::announce, wrapper.id.value));
}

void FederationService::unreblogged(db::Tx& tx, const model::Status& wrapper, const model::Status&) {
  queue_.enqueue(tx, distribute_job(Told::undo_announce, wrapper.id.value));
}

void FederationService::profile_updated(db::Tx& tx, const model::Account& account) {
  // Several edits in a row are one: the document is rendered when the job runs.
  auto job = distribute_job(Told::profile, account.id.value);
  job.run_at = tx.now() + kProfilePause;
  job.unique_key = account.id.str();
  queue_.enqueue(tx, job);
}

void FederationService::suspension_changed(db::Tx& tx, const model::Account& account) {
  auto job = distribute_job(Told::suspension, account.id.value);
  job.run_at = tx.now() + kProfilePause;
  job.unique_key = "suspension " + account.id.str();
  queue_.enqueue(tx, job);
}

void FederationService::keys_rotated(db::Tx& tx, const model::Account& account, Time from) {
  profile_updated(tx, account);
  auto job = distribute_job(Told::profile, account.id.value);
  job.run_at = from;
  job.unique_key = "keys " + account.id.str();
  if (from > tx.now()) queue_.enqueue(tx, job);
}

void FederationService::account_deleted(db::Tx& tx, const model::Account& account) {
  distribute_account_deletion(env_, tx, account);
}

void FederationService::poll_tallied(db::Tx& tx, const model::Status& status) {
  // FEP-9967: the numbers of a busy poll go out now and then, not with every vote.
  constexpr std::chrono::minutes kPause{3};
  auto job = distribute_job(Told::update, status.id.value);
  job.run_at = tx.now() + kPause;
  job.unique_key = "poll " + status.id.str();
  queue_.enqueue(tx, job);
}

void FederationService::poll_ended(db::Tx& tx, const model::Status& status) {
  queue_.enqueue(tx, distribute_job(Told::update, status.id.value));
}

void FederationService::quote_policy_changed(db::Tx& tx, const model::Status& status) {
  queue_.enqueue(tx, distribute_job(Told::update, status.id.value));
}

void FederationService::favourited(db::Tx& tx, const store::Favourite& favourite, const model::Status& target) {
  const auto who = store::find_account(tx, favourite.account_id);
  const auto author = store::find_account(tx, target.account_id);
  if (!who || !author || author->is_local()) return;
  send(tx,
       {.account_id = who->id,
        .body = render_like(favourite, who->uri, target.uri, author->uri),
        .object_key = target.uri,
        .priority = Priority::reaction},
       author->inbox_url);
}

void FederationService::unfavourited(db::Tx& tx, const store::Favourite& favourite, const model::Status& target) {
  const auto who = store::find_account(tx, favourite.account_id);
  const auto author = store::find_account(tx, target.account_id);
  if (!who || !author || author->is_local()) return;
  send(tx,
       {.account_id = who->id,
        .body = render_undo_like(favourite, who->uri, target.uri, author->uri),
        .object_key = target.uri,
        .priority = Priority::reaction,
        .essential = true},
       author->inbox_url);
}

void FederationService::follow_requested(db::Tx& tx, const model::Follow& follow, const model::Account& target) {
  const auto who = store::find_account(tx, follow.account_id);
  if (!who || target.is_local()) return;
  send(tx,
       {.account_id = who->id,
        .body = render_follow(follow, who->uri, target.uri),
        .object_key = target.uri,
        .priority = Priority::handshake},
       target.inbox_url);
}

void FederationService::unfollowed(db::Tx& tx, const model::Follow& follow, const model::Account& target) {
  const auto who = store::find_account(tx, follow.account_id);
  if (!who || target.is_local()) return;
  send(tx,
       {.account_id = who->id,
        .body = render_undo_follow(follow, who->uri, target.uri),
        .object_key = target.uri,
        .priority = Priority::handshake,
        .essential = true},
       target.inbox_url);
}

void FederationService::follow_accepted(db::Tx& tx, const model::Follow& follow, const model::Account& follower) {
  const auto target = store::find_account(tx, follow.target_account_id);
  if (!target || follower.is_local()) return;
  send(tx,
       {.account_id = target->id,
        .body = render_accept_follow(follow, follower.uri, target->uri),
        .object_key = follower.uri,
        .priority = Priority::handshake},
       follower.inbox_url);
}

void FederationService::follow_rejected(db::Tx& tx, const model::Follow& follow, const model::Account& follower) {
  const auto target = store::find_account(tx, follow.target_account_id);
  if (!target || follower.is_local()) return;
  send(tx,
       {.account_id = target->id,
        .body = render_reject_follow(follow, follower.uri, target->uri),
        .object_key = follower.uri,
        .priority = Priority::handshake,
        .essential = true},
       follower.inbox_url);
}

void FederationService::blocked(db::Tx& tx, const model::Block& block, const model::Account& target) {
  const auto who = store::find_account(tx, block.account_id);
  if (!who || target.is_local()) return;
  send(tx,
       {.account_id = who->id,
        .body = render_block(block, who->uri, target.uri),
        .object_key = target.uri,
        .priority = Priority::handshake,
        .essential = true},
       target.inbox_url);
}

void FederationService::unblocked(db::Tx& tx, const model::Block& block, const model::Account& target) {
  const auto who = store::find_account(tx, block.account_id);
  if (!who || target.is_local()) return;
  send(tx,
       {.account_id = who->id,
        .body = render_undo_block(block, who->uri, target.uri),
        .object_key = target.uri,
        .priority = Priority::handshake,
        .essential = true},
       target.inbox_url);
}

Result<model::Account> FederationService::resolve_handle(db::Tx& tx, service::RemoteDocuments& documents,
                                                         std::string_view username, std::string_view domain) {
  return Resolver(env_, statuses_, tx, documents).handle(username, domain);
}

Result<service::Federation::Resolved> FederationService::resolve_url(db::Tx& tx, service::RemoteDocuments& documents,
                                                                     std::string_view url) {
  return Resolver(env_, statuses_, tx, documents).url(url);
}

}  // namespace dunlin::activitypub
