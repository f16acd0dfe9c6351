#include "dunlin/store/account_moves.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

const db::Statement kFindMove{"account_moves.find", "SELECT moved_at FROM account_moves WHERE account_id = $1"};

std::optional<Time> find_move(db::Tx& tx, AccountId account) {
  return first_row(tx.exec(kFindMove, {account}), [](const db::Row& row) { return row.time(0); });
}

const db::Statement kSaveMove{"account_moves.save", R"sql(
INSERT INTO account_moves (account_id, target_id, moved_at)
VALUES ($1, $2, $3)
ON CONFLICT (account_id) DO UPDATE SET target_id = EXCLUDED.target_id, moved_at = EXCLUDED.moved_at)sql"};

void save_move(db::Tx& tx, AccountId account, AccountId target) {
  tx.exec(kSaveMove, {account, target, tx.now()});
}

const db::Statement kSetMovedTo{"account_moves.set_moved_to",
                                "UPDATE accounts SET moved_to_id = $2, updated_at = $3 WHERE id = $1"};

void set_moved_to(db::Tx& tx, AccountId account, std::optional<AccountId> target) {
  tx.exec(kSetMovedTo, {account, target, tx.now()});
}

const db::Statement kSetAliases{"account_moves.set_aliases",
                                "UPDATE accounts SET also_known_as = $2::text[], updated_at = $3 WHERE id = $1"};

void set_also_known_as(db::Tx& tx, AccountId account, const std::vector<std::string>& uris) {
  tx.exec(kSetAliases, {account, db::Param::texts(uris), tx.now()});
}

const db::Statement kListLocalFollows{"account_moves.list_local_follows", R"sql(
SELECT f.id, f.account_id, f.target_account_id, f.uri, f.show_reblogs, f.notify, f.languages, f.created_at
FROM follows f JOIN accounts a ON a.id = f.account_id
WHERE f.target_account_id = $1 AND f.id > $2 AND a.domain IS NULL
ORDER BY f.id
LIMIT $3)sql"};

std::vector<model::Follow> list_local_follows_of(db::Tx& tx, AccountId account, FollowId after, int limit) {
  return all_rows(tx.exec(kListLocalFollows, {account, after, limit}), [](const db::Row& row) {
    model::Follow follow;
    follow.id = row.id<FollowId>(0);
    follow.account_id = row.id<AccountId>(1);
    follow.target_account_id = row.id<AccountId>(2);
    follow.uri = row.opt_text(3);
    follow.show_reblogs = row.boolean(4);
    follow.notify = row.boolean(5);
    if (!row.is_null(6)) follow.languages = row.texts(6);
    follow.created_at = row.time(7);
    return follow;
  });
}

// The ids follow from the old ones: later in time, and nobody else's.
const db::Statement kCopyBlocks{"account_moves.copy_blocks", R"sql(
INSERT INTO blocks (id, account_id, target_account_id, uri, created_at)
SELECT $3 + row_number() OVER (ORDER BY b.id), b.account_id, $2::bigint, NULL, $4::timestamptz
FROM blocks b JOIN accounts a ON a.id = b.account_id
WHERE b.target_account_id = $1 AND a.domain IS NULL AND b.account_id <> $2
ON CONFLICT (account_id, target_account_id) DO NOTHING)sql"};
const db::Statement kCopyMutes{"account_moves.copy_mutes", R"sql(
INSERT INTO mutes (id, account_id, target_account_id, hide_notifications, expires_at, created_at)
SELECT $3 + row_number() OVER (ORDER BY m.id), m.account_id, $2::bigint, m.hide_notifications, m.expires_at,
       $4::timestamptz
FROM mutes m
WHERE m.target_account_id = $1 AND m.account_id <> $2
ON CONFLICT (account_id, target_account_id) DO NOTHING)sql"};
const db::Statement kHighestRow{"account_moves.highest_row", R"sql(
SELECT greatest((SELECT coalesce(max(id), 0) FROM blocks), (SELECT coalesce(max(id), 0) FROM mutes)))sql"};

void copy_blocks_and_mutes(db::Tx& tx, AccountId from, AccountId to) {
  const auto highest = tx.exec(kHighestRow)[0].i64(0);
  tx.exec(kCopyBlocks, {from, to, highest, tx.now()});
  tx.exec(kCopyMutes, {from, to, highest, tx.now()});
}

const db::Statement kCopyNotes{"account_moves.copy_notes", R"sql(
INSERT INTO account_notes (account_id, target_account_id, comment)
SELECT n.account_id, $2::bigint, left($3::text || E'\n' || n.comment, 20000)
FROM account_notes n
WHERE n.target_account_id = $1 AND n.account_id <> $2
ON CONFLICT (account_id, target_account_id) DO UPDATE
SET comment = left(EXCLUDED.comment || E'\n\n' || account_notes.comment, 20000)
WHERE strpos(account_notes.comment, EXCLUDED.comment) = 0)sql"};

void copy_account_notes(db::Tx& tx, AccountId from, AccountId to, std::string_view heading) {
  tx.exec(kCopyNotes, {from, to, heading});
}

const db::Statement kFindBlock{"account_moves.find_block",
                               "SELECT account_id, target_account_id FROM blocks WHERE uri = $1 AND account_id = $2 "
                               "LIMIT 1"};

std::optional<BlockParties> find_block_parties(db::Tx& tx, std::string_view uri, AccountId by) {
  return first_row(tx.exec(kFindBlock, {uri, by}), [](const db::Row& row) {
    return BlockParties{.account_id = row.id<AccountId>(0), .target_account_id = row.id<AccountId>(1)};
  });
}

}  // namespace dunlin::store
