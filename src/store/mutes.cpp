#include "dunlin/store/mutes.hpp"

#include "rows.hpp"
#include "sight.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

const db::Statement kUpsertMute{"mutes.upsert", R"sql(
INSERT INTO mutes (id, account_id, target_account_id, hide_notifications, expires_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (account_id, target_account_id) DO UPDATE
SET hide_notifications = EXCLUDED.hide_notifications, expires_at = EXCLUDED.expires_at)sql"};

void upsert_mute(db::Tx& tx, const Mute& mute) {
  tx.exec(kUpsertMute,
          {mute.row_id, mute.account_id, mute.target_account_id, mute.hide_notifications, mute.expires_at, tx.now()});
}

const db::Statement kDeleteMute{"mutes.delete", "DELETE FROM mutes WHERE account_id = $1 AND target_account_id = $2"};

bool delete_mute(db::Tx& tx, AccountId who, AccountId target) {
  return tx.exec(kDeleteMute, {who, target}).affected() > 0;
}

#define DUNLIN_MUTES(order)                                                                              \
  "SELECT m.id, m.account_id, m.target_account_id, m.hide_notifications, m.expires_at FROM mutes m"      \
  " WHERE m.account_id = $1 AND m.id < $2 AND m.id > $3 AND (m.expires_at IS NULL OR m.expires_at > $5)" \
  " AND " DUNLIN_NOT_SUSPENDED("m.target_account_id") " ORDER BY m.id " order " LIMIT $4"

const db::Statement kListMutes{"mutes.list", DUNLIN_MUTES("DESC")};
const db::Statement kListMutesUp{"mutes.list_up", DUNLIN_MUTES("ASC")};

std::vector<Mute> list_mutes(db::Tx& tx, AccountId who, const model::Page& page) {
  return page_rows(
      tx.exec(page.upwards() ? kListMutesUp : kListMutes, {who, page.below(), page.above(), page.limit, tx.now()}),
      page, [](const db::Row& row) {
        return Mute{.row_id = row.i64(0),
                    .account_id = row.id<AccountId>(1),
                    .target_account_id = row.id<AccountId>(2),
                    .hide_notifications = row.boolean(3),
                    .expires_at = row.opt_time(4)};
      });
}

const db::Statement kPurgeExpiredMutes{"mutes.purge", "DELETE FROM mutes WHERE expires_at <= $1"};

std::size_t purge_expired_mutes(db::Tx& tx) {
  return tx.exec(kPurgeExpiredMutes, {tx.now()}).affected();
}

}  // namespace dunlin::store
