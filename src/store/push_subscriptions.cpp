#include "dunlin/store/push_subscriptions.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

#define DUNLIN_PUSH_COLUMNS                                                                                \
  "p.id, p.token_id, p.account_id, p.access_token, p.endpoint, p.p256dh, p.auth, p.standard, p.alerts_on," \
  " p.alerts_off, p.policy, p.created_at"

namespace {

model::PushSubscription read_push_subscription(const db::Row& row) {
  return {.id = row.i32(0),
          .token_id = row.id<TokenId>(1),
          .account_id = row.id<AccountId>(2),
          .access_token = std::string(row.text(3)),
          .endpoint = std::string(row.text(4)),
          .p256dh = row.bytes(5),
          .auth = row.bytes(6),
          .standard = row.boolean(7),
          .alerts_on = row.texts(8),
          .alerts_off = row.texts(9),
          .policy = static_cast<model::PushPolicy>(row.i32(10)),
          .created_at = row.time(11)};
}

}  // namespace

const db::Statement kSavePushSubscription{"push_subscriptions.save", R"sql(
INSERT INTO push_subscriptions AS p (token_id, account_id, access_token, endpoint, p256dh, auth, standard, alerts_on,
                                     alerts_off, policy, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
ON CONFLICT (token_id) DO UPDATE
SET access_token = EXCLUDED.access_token, endpoint = EXCLUDED.endpoint, p256dh = EXCLUDED.p256dh, auth = EXCLUDED.auth,
    standard = EXCLUDED.standard, alerts_on = EXCLUDED.alerts_on, alerts_off = EXCLUDED.alerts_off,
    policy = EXCLUDED.policy, updated_at = EXCLUDED.updated_at
RETURNING )sql" DUNLIN_PUSH_COLUMNS};

model::PushSubscription save_push_subscription(db::Tx& tx, const model::PushSubscription& s) {
  return read_push_subscription(
      tx.exec(kSavePushSubscription, {s.token_id, s.account_id, s.access_token, s.endpoint, db::Param::bytes(s.p256dh),
                                      db::Param::bytes(s.auth), s.standard, db::Param::texts(s.alerts_on),
                                      db::Param::texts(s.alerts_off), static_cast<int>(s.policy), tx.now()})[0]);
}

// Of tokens that the API would take.
#define DUNLIN_LIVE_PUSH                                                                                               \
  "SELECT " DUNLIN_PUSH_COLUMNS                                                                                        \
  " FROM push_subscriptions p JOIN access_tokens t ON t.id = p.token_id AND t.revoked_at IS NULL"                      \
  " JOIN users u ON u.id = t.user_id AND NOT u.disabled JOIN accounts a ON a.id = p.account_id AND a.suspended_at IS " \
  "NULL WHERE "

const db::Statement kFindPushSubscription{"push_subscriptions.find", DUNLIN_LIVE_PUSH "p.token_id = $1"};

std::optional<model::PushSubscription> find_push_subscription(db::Tx& tx, TokenId token) {
  return first_row(tx.exec(kFindPushSubscription, {token}), read_push_subscription);
}

const db::Statement kListPushSubscriptions{"push_subscriptions.list",
                                           DUNLIN_LIVE_PUSH "p.account_id = $1 ORDER BY p.id"};

std::vector<model::PushSubscription> list_push_subscriptions(db::Tx& tx, AccountId account) {
  return all_rows(tx.exec(kListPushSubscriptions, {account}), read_push_subscription);
}

const db::Statement kDeletePushSubscription{"push_subscriptions.delete",
                                            "DELETE FROM push_subscriptions WHERE token_id = $1"};

void delete_push_subscription(db::Tx& tx, TokenId token) {
  tx.exec(kDeletePushSubscription, {token});
}

const db::Statement kFindVapidKey{"push_subscriptions.vapid_key",
                                  "SELECT private_pem, public_point FROM vapid_keys WHERE id = 1"};

std::optional<VapidKey> find_vapid_key(db::Tx& tx) {
  return first_row(tx.exec(kFindVapidKey), [](const db::Row& row) {
    return VapidKey{.private_pem = std::string(row.text(0)), .public_point = row.bytes(1)};
  });
}

const db::Statement kInsertVapidKey{"push_subscriptions.insert_vapid_key", R"sql(
INSERT INTO vapid_keys (id, private_pem, public_point, created_at) VALUES (1, $1, $2, $3)
ON CONFLICT (id) DO NOTHING)sql"};

void insert_vapid_key(db::Tx& tx, const VapidKey& key) {
  tx.exec(kInsertVapidKey, {key.private_pem, db::Param::bytes(key.public_point), tx.now()});
}

}  // namespace dunlin::store
