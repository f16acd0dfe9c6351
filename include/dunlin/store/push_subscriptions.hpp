#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/push_subscription.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dunlin::store {

/// Replaces the token's previous one; the id is given by the database.
model::PushSubscription save_push_subscription(db::Tx& tx, const model::PushSubscription& subscription);
std::optional<model::PushSubscription> find_push_subscription(db::Tx& tx, TokenId token);
/// Whom to push to: those of an account whose tokens are valid.
std::vector<model::PushSubscription> list_push_subscriptions(db::Tx& tx, AccountId account);
void delete_push_subscription(db::Tx& tx, TokenId token);

/// The server's key pair for VAPID.
struct VapidKey {
  std::string private_pem;
  std::string public_point;  // 65 bytes
};
std::optional<VapidKey> find_vapid_key(db::Tx& tx);
/// Nothing happens when there is one.
void insert_vapid_key(db::Tx& tx, const VapidKey& key);

}  // namespace dunlin::store
