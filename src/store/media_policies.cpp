#include "dunlin/store/media_policies.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

const db::Statement kFindMediaPolicy{"media_policies.find", R"sql(
SELECT ahead FROM media_policies
WHERE domain = $1 OR right($1, length(domain) + 1) = '.' || domain
ORDER BY length(domain) DESC
LIMIT 1)sql"};

std::optional<bool> find_media_policy(db::Tx& tx, std::string_view domain) {
  return first_row(tx.exec(kFindMediaPolicy, {domain}), [](const db::Row& row) { return row.boolean(0); });
}

const db::Statement kListMediaPolicies{"media_policies.list",
                                       "SELECT domain, ahead FROM media_policies ORDER BY domain"};

std::vector<MediaPolicy> list_media_policies(db::Tx& tx) {
  return all_rows(tx.exec(kListMediaPolicies), [](const db::Row& row) {
    return MediaPolicy{.domain = std::string(row.text(0)), .ahead = row.boolean(1)};
  });
}

const db::Statement kSaveMediaPolicy{"media_policies.save", R"sql(
INSERT INTO media_policies (domain, ahead) VALUES ($1, $2)
ON CONFLICT (domain) DO UPDATE SET ahead = EXCLUDED.ahead)sql"};

void save_media_policy(db::Tx& tx, const MediaPolicy& policy) {
  tx.exec(kSaveMediaPolicy, {policy.domain, policy.ahead});
}

const db::Statement kDeleteMediaPolicy{"media_policies.delete", "DELETE FROM media_policies WHERE domain = $1"};

bool delete_media_policy(db::Tx& tx, std::string_view domain) {
  return tx.exec(kDeleteMediaPolicy, {domain}).affected() > 0;
}

}  // namespace dunlin::store
