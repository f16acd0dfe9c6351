#include "dunlin/store/notification_facts.hpp"

#include "notification_rows.hpp"
#include "rows.hpp"
#include "sight.hpp"

#include "dunlin/db/statement.hpp"
#include "dunlin/model/account.hpp"

namespace dunlin::store {

namespace {

NotificationFacts read_facts(const db::Row& row) {
  NotificationFacts facts;
  facts.receiver = row.id<AccountId>(0);
  facts.reachable = row.boolean(1);
  facts.blocked = row.boolean(2);
  facts.muted = row.boolean(3);
  facts.conversation_muted = row.boolean(4);
  facts.following = row.boolean(5);
  facts.follower_since = row.opt_time(6);
  facts.permitted = row.boolean(7);
  facts.sender_limited = row.boolean(8);
  const auto actor = static_cast<model::ActorType>(row.i32(9));
  facts.sender_is_bot = actor == model::ActorType::service || actor == model::ActorType::application;
  facts.sender_is_staff = row.boolean(10);
  facts.sender_created_at = row.time(11);
  if (!row.is_null(12)) facts.visibility = static_cast<model::Visibility>(row.i32(12));
  facts.answers_receiver = row.boolean(13);
  facts.policy = read_notification_policy(row, 14);
  return facts;
}

}  // namespace

// $1 receiver, $2 sender, $3 status, $4 now.
const db::Statement kNotificationFacts{"notifications.facts", R"sql(
SELECT r.id,
       r.suspended_at IS NULL AND f.suspended_at IS NULL,
       EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = r.id AND b.target_account_id = f.id)
         OR EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = f.id AND b.target_account_id = r.id)
         OR )sql" DUNLIN_BLOCKS_DOMAIN("r.id", "f.id") R"sql(,
       EXISTS (SELECT 1 FROM mutes m
               WHERE m.account_id = r.id AND m.target_account_id = f.id AND m.hide_notifications
                 AND (m.expires_at IS NULL OR m.expires_at > $4)),
       EXISTS (SELECT 1 FROM conversation_mutes c WHERE c.conversation_id = s.conversation_id AND c.account_id = r.id),
       EXISTS (SELECT 1 FROM follows o WHERE o.account_id = r.id AND o.target_account_id = f.id),
       (SELECT o.created_at FROM follows o WHERE o.account_id = f.id AND o.target_account_id = r.id),
       EXISTS (SELECT 1 FROM notification_permissions n WHERE n.account_id = r.id AND n.from_account_id = f.id),
       f.silenced_at IS NOT NULL,
       f.actor_type,
       f.domain IS NULL AND EXISTS (SELECT 1 FROM users u WHERE u.account_id = f.id AND u.role > 0),
       f.created_at,
       s.visibility,
       coalesce(s.visibility = 3 AND EXISTS (
         SELECT 1 FROM statuses q JOIN mentions m ON m.status_id = q.id AND m.account_id = f.id
         WHERE q.conversation_id = s.conversation_id AND q.account_id = r.id AND q.visibility = 3
           AND q.deleted_at IS NULL), false),
       )sql" DUNLIN_POLICY_COLUMNS R"sql(
FROM accounts r
JOIN accounts f ON f.id = $2
LEFT JOIN statuses s ON s.id = $3
LEFT JOIN notification_policies p ON p.account_id = r.id
WHERE r.id = $1 AND r.domain IS NULL)sql"};

std::optional<NotificationFacts> find_notification_facts(db::Tx& tx, AccountId sender, AccountId receiver,
                                                         std::optional<StatusId> status) {
  return first_row(tx.exec(kNotificationFacts, {receiver, sender, status, tx.now()}), read_facts);
}

}  // namespace dunlin::store
