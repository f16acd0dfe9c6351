#include "dunlin/service/relationships.hpp"

#include "relation.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/service/events.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/store/conversations.hpp"
#include "dunlin/store/endorsements.hpp"
#include "dunlin/store/mutes.hpp"

#include <algorithm>
#include <utility>

namespace dunlin::service {

using model::Account;
using model::Relationship;
using store::AccountRef;

namespace {

constexpr std::size_t kMaxNoteCharacters = 2000;
constexpr std::chrono::hours kLongestMute{100 * 365 * 24};

bool hides_from(db::Tx& tx, std::optional<AccountId> viewer, const Account& account) {
  if (viewer == account.id) return false;
  return account.suspended_at || (viewer && store::find_block(tx, account.id, *viewer).has_value());
}

}  // namespace

Result<Relationship> RelationshipService::block(db::Tx& tx, const Account& who, AccountId target_id) {
  const auto target = TRY(existing_target(tx, target_id));
  if (target.id == who.id) return relationship(tx, who.id, target.id);
  model::Block block{
      .id = env_.ids.next<FollowId>().value, .account_id = who.id, .target_account_id = target.id, .uri = std::nullopt};
  block.uri = who.uri + "#blocks/" + std::to_string(block.id);
  if (!store::insert_block(tx, who.id, target.id, block.id, block.uri)) return relationship(tx, who.id, target.id);
  TRY_VOID(follows_.sever(tx, who, target));
  store::delete_notifications_from(tx, who.id, target.id);
  store::delete_conversations_with(tx, who.id, target.id);
  env_.events.tell(tx, events::BlockChanged{who.id, target.id});
  if (!target.is_local()) env_.federation.blocked(tx, block, target);
  return relationship(tx, who.id, target.id);
}

Result<Relationship> RelationshipService::unblock(db::Tx& tx, const Account& who, AccountId target_id) {
  const auto target = TRY(existing_target(tx, target_id));
  if (const auto block = store::find_block(tx, who.id, target.id)) {
    store::delete_block(tx, who.id, target.id);
    env_.events.tell(tx, events::BlockChanged{who.id, target.id});
    if (!target.is_local()) env_.federation.unblocked(tx, *block, target);
  }
  return relationship(tx, who.id, target.id);
}

Result<Relationship> RelationshipService::mute(db::Tx& tx, const Account& who, AccountId target_id,
                                               const MuteOptions& options) {
  const auto target = TRY(existing_target(tx, target_id));
  if (target.id == who.id) return relationship(tx, who.id, target.id);
  store::Mute mute{.row_id = env_.ids.next<FollowId>().value,
                   .account_id = who.id,
                   .target_account_id = target.id,
                   .hide_notifications = options.notifications};
  if (options.duration) mute.expires_at = tx.now() + std::min<std::chrono::seconds>(*options.duration, kLongestMute);
  store::upsert_mute(tx, mute);
  env_.events.tell(tx, events::MuteChanged{who.id, target.id});
  if (options.notifications) store::delete_notifications_from(tx, who.id, target.id);
  return relationship(tx, who.id, target.id);
}

Result<Relationship> RelationshipService::unmute(db::Tx& tx, const Account& who, AccountId target_id) {
  const auto target = TRY(existing_target(tx, target_id));
  if (store::delete_mute(tx, who.id, target.id)) env_.events.tell(tx, events::MuteChanged{who.id, target.id});
  return relationship(tx, who.id, target.id);
}

Result<Relationship> RelationshipService::set_note(db::Tx& tx, const Account& who, AccountId target_id,
                                                   std::string_view comment) {
  const auto target = TRY(existing_target(tx, target_id));
  if (text::count_graphemes(comment) > kMaxNoteCharacters) {
    return fail(Errc::invalid, "Validation failed: Comment is too long (maximum is 2000 characters)");
  }
  store::save_account_note(tx, who.id, target.id, text::trim(comment).empty() ? std::string_view() : comment);
  return relationship(tx, who.id, target.id);
}

Result<Relationship> RelationshipService::endorse(db::Tx& tx, const Account& who, AccountId target_id) {
  const auto target = TRY(existing_target(tx, target_id));
  if (!store::find_follow(tx, who.id, target.id)) {
    return fail(Errc::invalid, "Validation failed: You must be already following the person you want to endorse");
  }
  store::insert_endorsement(tx, who.id, target.id, env_.ids.next<FollowId>().value);
  return relationship(tx, who.id, target.id);
}

Result<Relationship> RelationshipService::unendorse(db::Tx& tx, const Account& who, AccountId target_id) {
  const auto target = TRY(existing_target(tx, target_id));
  store::delete_endorsement(tx, who.id, target.id);
  return relationship(tx, who.id, target.id);
}

std::vector<AccountRef> RelationshipService::followers(db::Tx& tx, std::optional<AccountId> viewer, const Account& of,
                                                       const model::Page& page) {
  if (of.hide_collections && viewer != of.id) return {};
  return hides_from(tx, viewer, of) ? std::vector<AccountRef>{} : store::list_followers(tx, of.id, page);
}

std::vector<AccountRef> RelationshipService::following(db::Tx& tx, std::optional<AccountId> viewer, const Account& of,
                                                       const model::Page& page) {
  if (of.hide_collections && viewer != of.id) return {};
  return hides_from(tx, viewer, of) ? std::vector<AccountRef>{} : store::list_following(tx, of.id, page);
}

std::vector<AccountRef> RelationshipService::endorsements(db::Tx& tx, std::optional<AccountId> viewer,
                                                          const Account& of, const model::Page& page) {
  return hides_from(tx, viewer, of) ? std::vector<AccountRef>{} : store::list_endorsements(tx, of.id, page);
}

}  // namespace dunlin::service
