#include "dunlin/store/severances.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

const db::Statement kAddSeverance{"severances.add", R"sql(
WITH known AS (
  UPDATE severances
  SET followers_count = followers_count + $6, following_count = following_count + $7
  WHERE id = (SELECT id FROM severances
              WHERE account_id = $2 AND type = $3 AND target_name = $4 AND created_at > $8::timestamptz - interval '1 day'
              ORDER BY id DESC LIMIT 1)
  RETURNING id)
INSERT INTO severances (id, account_id, type, target_name, purged, followers_count, following_count, created_at)
SELECT $1::bigint, $2::bigint, $3::smallint, $4::text, $5::boolean, $6::integer, $7::integer, $8::timestamptz
WHERE NOT EXISTS (SELECT 1 FROM known))sql"};

bool add_severance(db::Tx& tx, const model::Severance& s) {
  return tx.exec(kAddSeverance, {s.id, s.account_id, static_cast<int>(s.type), s.target_name, s.purged,
                                 s.followers_count, s.following_count, s.created_at})
             .affected() > 0;
}

const db::Statement kListSeverances{"severances.list", R"sql(
SELECT id, account_id, type, target_name, purged, followers_count, following_count, created_at
FROM severances WHERE account_id = $1 AND id = ANY($2::bigint[]))sql"};

std::vector<model::Severance> list_severances(db::Tx& tx, AccountId owner, std::span<const model::SeveranceId> ids) {
  if (ids.empty()) return {};
  return all_rows(tx.exec(kListSeverances, {owner, db::Param::ids(ids)}), [](const db::Row& row) {
    return model::Severance{.id = row.id<model::SeveranceId>(0),
                            .account_id = row.id<AccountId>(1),
                            .type = static_cast<model::SeveranceType>(row.i32(2)),
                            .target_name = std::string(row.text(3)),
                            .purged = row.boolean(4),
                            .followers_count = row.i32(5),
                            .following_count = row.i32(6),
                            .created_at = row.time(7)};
  });
}

}  // namespace dunlin::store
