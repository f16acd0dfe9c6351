#include "account_rows.hpp"
#include "rows.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/db/statement.hpp"
#include "dunlin/store/accounts.hpp"

namespace dunlin::store {
namespace {

/// Sorts behind every text that begins with `prefix`: U+10FFFF is the last code point and no character.
std::string end_of_prefix(const std::string& prefix) {
  return prefix + "\xF4\x8F\xBF\xBF";
}

}  // namespace

// Ranges instead of LIKE: a prepared LIKE with a parameter cannot use an index. ~>=~ compares bytes, as the index does.
// Whom the viewer follows is always looked through; of the others a short prefix matches very many, hence the bound.
// All words of the query, the last one perhaps not at its end yet, in any order; too short a query matches too much.
#define DUNLIN_NAME_WORDS                                                    \
  "(length($5) >= 3 AND to_tsvector('simple'::regconfig, a.search_name) @@ " \
  "(nullif(plainto_tsquery('simple'::regconfig, $5)::text, '') || ':*')::tsquery)"
#define DUNLIN_MATCHES                                                                                   \
  "((lower(a.username) ~>=~ $1 AND lower(a.username) ~<~ $2 AND ($3 = '' OR (a.domain ~>=~ $3 AND "      \
  "a.domain ~<~ $4))) OR ($3 = '' AND (a.search_name >= $5 AND a.search_name < $6 OR " DUNLIN_NAME_WORDS \
  ")))"                                                                                                  \
  " AND a.suspended_at IS NULL AND a.moved_to_id IS NULL AND ($7::text IS NULL OR a.domain = $7::text)"  \
  " AND a.id <> $9 AND " DUNLIN_ESTABLISHED("a.id")
#define DUNLIN_RANKED                                                                                              \
  "SELECT " DUNLIN_ACCOUNT_COLUMNS                                                                                 \
  " FROM (SELECT id, bool_or(followed) AS followed FROM found GROUP BY id) hit JOIN accounts a ON a.id = hit.id "  \
  "JOIN account_stats ast ON ast.account_id = a.id "                                                               \
  "ORDER BY hit.followed DESC, (lower(a.username) = $1) DESC, (a.domain IS NULL) DESC, ast.followers_count DESC, " \
  "a.id LIMIT $10 OFFSET $11"

const db::Statement kSearchAccounts{"accounts.search", R"sql(
WITH found AS (
  SELECT a.id, true AS followed
  FROM follows f JOIN accounts a ON a.id = f.target_account_id
  WHERE f.account_id = $8 AND )sql" DUNLIN_MATCHES R"sql(
  UNION ALL
  (SELECT a.id, false FROM accounts a
   WHERE lower(a.username) ~>=~ $1 AND lower(a.username) ~<~ $2 AND )sql" DUNLIN_MATCHES R"sql(
   ORDER BY lower(a.username) USING ~<~
   LIMIT 400)
  UNION ALL
  (SELECT a.id, false FROM accounts a
   WHERE a.search_name >= $5 AND a.search_name < $6 AND )sql" DUNLIN_MATCHES R"sql(
   ORDER BY a.search_name
   LIMIT 400)
  UNION ALL
  (SELECT a.id, false FROM accounts a WHERE )sql" DUNLIN_NAME_WORDS " AND " DUNLIN_MATCHES R"sql( LIMIT 400))
)sql" DUNLIN_RANKED};
const db::Statement kSearchFollowing{"accounts.search_following", R"sql(
WITH found AS (
  SELECT a.id, true AS followed
  FROM follows f JOIN accounts a ON a.id = f.target_account_id
  WHERE f.account_id = $8 AND )sql" DUNLIN_MATCHES R"sql()
)sql" DUNLIN_RANKED};

std::vector<model::Account> search_accounts(db::Tx& tx, std::optional<AccountId> viewer, std::string_view query,
                                            const std::optional<std::string>& domain, int limit, int offset,
                                            bool following_only) {
  if (query.empty() || (following_only && !viewer)) return {};
  // "user@exa": all of the name, the beginning of the server.
  const auto at = query.find('@');
  const std::string name(query.substr(0, at));
  const std::string server(at == std::string_view::npos ? std::string_view() : query.substr(at + 1));
  const bool whole_name = at != std::string_view::npos;
  const std::string folded = text::fold(query);
  return all_rows(
      tx.exec(following_only ? kSearchFollowing : kSearchAccounts,
              {name, whole_name ? name + '\x01' : end_of_prefix(name), server, end_of_prefix(server), folded,
               end_of_prefix(folded), domain, viewer.value_or(AccountId{}), model::kInstanceActorId, limit, offset}),
      [](const db::Row& row) { return read_account(row); });
}

}  // namespace dunlin::store
