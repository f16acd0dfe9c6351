#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/page.hpp"
#include "dunlin/model/relationship.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::store {

std::optional<model::Follow> find_follow(db::Tx& tx, AccountId who, AccountId target);
/// Of those that `party` follows or is followed by: others of its host may have used the id.
std::optional<model::Follow> find_follow_by_uri(db::Tx& tx, std::string_view uri, AccountId party);
std::optional<model::Follow> find_follow_request(db::Tx& tx, AccountId who, AccountId target);
std::optional<model::Follow> find_follow_request_by_uri(db::Tx& tx, std::string_view uri, AccountId party);
/// Counts both sides. false: it existed, and now has the uri and options given.
bool upsert_follow(db::Tx& tx, const model::Follow& follow);
/// false: it existed, and now has the uri and options given.
bool upsert_follow_request(db::Tx& tx, const model::Follow& follow);
/// The removed row; counts both sides, and ends what rests on the follow: the endorsement, the place in lists.
std::optional<model::Follow> delete_follow(db::Tx& tx, AccountId who, AccountId target);
std::optional<model::Follow> delete_follow_request(db::Tx& tx, AccountId who, AccountId target);

/// true when either blocks the other.
bool is_blocked(db::Tx& tx, AccountId a, AccountId b);
bool is_muted(db::Tx& tx, AccountId who, AccountId target);
/// false: it was there.
bool insert_block(db::Tx& tx, AccountId who, AccountId target, std::int64_t row_id,
                  const std::optional<std::string>& uri);
bool delete_block(db::Tx& tx, AccountId who, AccountId target);

/// One element per known id, in the order asked; one query.
std::vector<model::Relationship> list_relationships(db::Tx& tx, AccountId viewer, std::span<const AccountId> ids,
                                                    bool with_suspended = true);

/// An account in a list whose cursor is the hidden row id.
struct AccountRef {
  std::int64_t row_id;
  AccountId account_id;
};
std::vector<AccountRef> list_followers(db::Tx& tx, AccountId id, const model::Page& page);
std::vector<AccountRef> list_following(db::Tx& tx, AccountId id, const model::Page& page);
/// Requests that wait for `id`'s decision.
std::vector<AccountRef> list_follow_requests(db::Tx& tx, AccountId id, const model::Page& page);
std::int64_t count_follow_requests(db::Tx& tx, AccountId id);

/// Distinct preferred inboxes of remote followers, in order of the inbox, after `after` (""): for fan-out in batches.
/// Without those on domains that `speaker` blocks, where somebody else than `id` speaks.
std::vector<std::string> list_follower_inboxes(db::Tx& tx, AccountId id, std::string_view after, int limit,
                                               AccountId speaker = {});
bool has_local_follower(db::Tx& tx, AccountId id);
/// Of remote accounts that block it.
std::vector<std::string> list_blocker_inboxes(db::Tx& tx, AccountId id);
/// The one who has followed the longest.
std::optional<AccountId> find_local_follower(db::Tx& tx, AccountId id);

}  // namespace dunlin::store
