#include "dunlin/store/endorsements.hpp"

#include "account_refs.hpp"
#include "rows.hpp"
#include "sight.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

const db::Statement kInsertEndorsement{"endorsements.insert", R"sql(
INSERT INTO endorsements (id, account_id, target_account_id, created_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (account_id, target_account_id) DO NOTHING)sql"};

void insert_endorsement(db::Tx& tx, AccountId who, AccountId target, std::int64_t row_id) {
  tx.exec(kInsertEndorsement, {row_id, who, target, tx.now()});
}

const db::Statement kDeleteEndorsement{"endorsements.delete",
                                       "DELETE FROM endorsements WHERE account_id = $1 AND target_account_id = $2"};

void delete_endorsement(db::Tx& tx, AccountId who, AccountId target) {
  tx.exec(kDeleteEndorsement, {who, target});
}

#define DUNLIN_ENDORSEMENTS(order)                                                                            \
  "SELECT e.id, e.target_account_id FROM endorsements e WHERE e.account_id = $1 AND e.id < $2 AND e.id > $3 " \
  "AND " DUNLIN_NOT_SUSPENDED("e.target_account_id") " ORDER BY e.id " order " LIMIT $4"

const db::Statement kListEndorsements{"endorsements.list", DUNLIN_ENDORSEMENTS("DESC")};
const db::Statement kListEndorsementsUp{"endorsements.list_up", DUNLIN_ENDORSEMENTS("ASC")};

std::vector<AccountRef> list_endorsements(db::Tx& tx, AccountId who, const model::Page& page) {
  return read_account_refs(tx, kListEndorsements, kListEndorsementsUp, who.value, page);
}

const db::Statement kSaveAccountNote{"account_notes.save", R"sql(
INSERT INTO account_notes (account_id, target_account_id, comment)
VALUES ($1, $2, $3)
ON CONFLICT (account_id, target_account_id) DO UPDATE SET comment = EXCLUDED.comment)sql"};
const db::Statement kDeleteAccountNote{"account_notes.delete",
                                       "DELETE FROM account_notes WHERE account_id = $1 AND target_account_id = $2"};

void save_account_note(db::Tx& tx, AccountId who, AccountId target, std::string_view comment) {
  if (comment.empty()) {
    tx.exec(kDeleteAccountNote, {who, target});
  } else {
    tx.exec(kSaveAccountNote, {who, target, comment});
  }
}

const db::Statement kFamiliarFollowers{"relationships.familiar_followers", R"sql(
SELECT asked.id, known.account_id
FROM unnest($2::bigint[]) WITH ORDINALITY AS asked (id, place)
JOIN accounts a ON a.id = asked.id AND a.suspended_at IS NULL
LEFT JOIN LATERAL (
  SELECT f.id, f.target_account_id AS account_id
  FROM follows f JOIN follows g ON g.account_id = f.target_account_id AND g.target_account_id = asked.id
  WHERE f.account_id = $1 AND NOT a.hide_collections AND )sql" DUNLIN_NOT_SUSPENDED("f.target_account_id") R"sql(
  ORDER BY f.id DESC
  LIMIT $3) known ON true
ORDER BY asked.place, known.id DESC)sql"};

std::vector<FamiliarFollowers> list_familiar_followers(db::Tx& tx, AccountId who, std::span<const AccountId> ids,
                                                       int limit) {
  std::vector<FamiliarFollowers> out;
  if (ids.empty()) return out;
  for (const auto row : tx.exec(kFamiliarFollowers, {who, db::Param::ids(ids), limit})) {
    const auto id = row.id<AccountId>(0);
    if (out.empty() || out.back().account_id != id) out.push_back({.account_id = id, .followers = {}});
    if (const auto follower = row.opt_id<AccountId>(1)) out.back().followers.push_back(*follower);
  }
  return out;
}

}  // namespace dunlin::store
