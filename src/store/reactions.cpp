#include "dunlin/store/reactions.hpp"

#include "rows.hpp"
#include "sight.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

// A custom emoji of another server by its name, `shortcode@domain`: what is known of it now, not when it was used.
#define DUNLIN_REACTION_EMOJI(what)                                                                    \
  "CASE WHEN position('@' IN r.name) > 1 THEN (SELECT e." what                                         \
  " FROM custom_emojis e WHERE e.shortcode = split_part(r.name, '@', 1) AND coalesce(e.domain, '') = " \
  "split_part(r.name, '@', 2)) END"
#define DUNLIN_REACTION_COLUMNS \
  "r.id, r.status_id, r.account_id, r.name, coalesce(" DUNLIN_REACTION_EMOJI("url") ", r.url), "         \
  "r.static_url, r.uri, r.created_at, " DUNLIN_REACTION_EMOJI("id")

namespace {

model::Reaction read_reaction(const db::Row& row) {
  return {.id = row.id<ReactionId>(0),
          .status_id = row.id<StatusId>(1),
          .account_id = row.id<AccountId>(2),
          .name = std::string(row.text(3)),
          .url = row.opt_text(4),
          .static_url = row.opt_text(5),
          .emoji = row.opt_i64(8),
          .uri = row.opt_text(6),
          .created_at = row.time(7)};
}

}  // namespace

// 16: model::Part::reactions.
const db::Statement kInsertReaction{"reactions.insert", R"sql(
WITH new AS (
  INSERT INTO emoji_reactions (id, status_id, account_id, name, url, static_url, uri, created_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
  ON CONFLICT (status_id, account_id, name) DO NOTHING
  RETURNING status_id),
marked AS (
  UPDATE statuses s SET parts = s.parts | 16 FROM new n WHERE s.id = n.status_id AND s.parts & 16 = 0)
SELECT count(*) FROM new)sql"};

bool insert_reaction(db::Tx& tx, const model::Reaction& r) {
  return tx.exec(kInsertReaction,
                 {r.id, r.status_id, r.account_id, r.name, r.url, r.static_url, r.uri, r.created_at})[0]
             .i64(0) > 0;
}

const db::Statement kDeleteReaction{
    "reactions.delete",
    "DELETE FROM emoji_reactions r WHERE r.account_id = $1 AND r.status_id = $2 AND r.name = $3 "
    "RETURNING " DUNLIN_REACTION_COLUMNS};

std::optional<model::Reaction> delete_reaction(db::Tx& tx, AccountId who, StatusId status, std::string_view name) {
  return first_row(tx.exec(kDeleteReaction, {who, status, name}), read_reaction);
}

const db::Statement kFindReactionByUri{"reactions.find_by_uri",
                                       "SELECT " DUNLIN_REACTION_COLUMNS
                                       " FROM emoji_reactions r WHERE r.uri = $1 AND r.account_id = $2 "
                                       "ORDER BY r.id DESC LIMIT 1"};

std::optional<model::Reaction> find_reaction_by_uri(db::Tx& tx, std::string_view uri, AccountId by) {
  return first_row(tx.exec(kFindReactionByUri, {uri, by}), read_reaction);
}

const db::Statement kCountOwnReactions{"reactions.count_own",
                                       "SELECT count(*) FROM emoji_reactions WHERE account_id = $1 AND status_id = $2"};

std::int64_t count_reactions(db::Tx& tx, AccountId who, StatusId status) {
  return tx.exec(kCountOwnReactions, {who, status})[0].i64(0);
}

const db::Statement kListReactions{"reactions.list", "SELECT " DUNLIN_REACTION_COLUMNS R"sql(
FROM emoji_reactions r
WHERE r.status_id = $1 AND ($2::text IS NULL OR r.name = $2) AND )sql" DUNLIN_NOT_SUSPENDED("r.account_id") R"sql(
ORDER BY r.id
LIMIT $3)sql"};

std::vector<model::Reaction> list_reactions(db::Tx& tx, StatusId status, const std::optional<std::string>& name,
                                            int limit) {
  return all_rows(tx.exec(kListReactions, {status, name, limit}), read_reaction);
}

const db::Statement kListReactionsOf{
    "reactions.of_account", "SELECT " DUNLIN_REACTION_COLUMNS
                            " FROM emoji_reactions r WHERE r.account_id = $1 AND r.status_id = $2 ORDER BY r.id"};

std::vector<model::Reaction> list_reactions_of(db::Tx& tx, AccountId who, StatusId status) {
  return all_rows(tx.exec(kListReactionsOf, {who, status}), read_reaction);
}

const db::Statement kNewestReactions{"reactions.newest", "SELECT " DUNLIN_REACTION_COLUMNS R"sql(
FROM unnest($1::bigint[], $2::bigint[]) AS asked (account_id, status_id),
  LATERAL (SELECT * FROM emoji_reactions e
           WHERE e.account_id = asked.account_id AND e.status_id = asked.status_id
           ORDER BY e.id DESC LIMIT 1) r)sql"};

std::map<std::pair<AccountId, StatusId>, model::Reaction> list_newest_reactions(
    db::Tx& tx, std::span<const std::pair<AccountId, StatusId>> pairs) {
  std::vector<AccountId> accounts;
  std::vector<StatusId> statuses;
  for (const auto& [account, status] : pairs) {
    accounts.push_back(account);
    statuses.push_back(status);
  }
  std::map<std::pair<AccountId, StatusId>, model::Reaction> out;
  for (const auto row : tx.exec(kNewestReactions, {db::Param::ids(accounts), db::Param::ids(statuses)})) {
    auto reaction = read_reaction(row);
    const std::pair key(reaction.account_id, reaction.status_id);
    out.insert_or_assign(key, std::move(reaction));
  }
  return out;
}

const db::Statement kCountReactions{"reactions.counts", R"sql(
SELECT r.status_id, r.name, coalesce()sql" DUNLIN_REACTION_EMOJI("url") R"sql(, r.url), r.static_url, r.uses, r.mine,
       )sql" DUNLIN_REACTION_EMOJI("id") R"sql(
FROM (
  SELECT r.status_id, r.name, min(r.url) AS url, min(r.static_url) AS static_url, count(*) AS uses,
         bool_or(r.account_id = $1) AS mine, min(r.id) AS first
  FROM emoji_reactions r
  WHERE r.status_id = ANY($2::bigint[]) AND )sql" DUNLIN_NOT_SUSPENDED("r.account_id") R"sql(
  GROUP BY r.status_id, r.name) r
ORDER BY r.status_id, r.first)sql"};

std::map<StatusId, std::vector<ReactionCount>> count_reactions(db::Tx& tx, std::optional<AccountId> viewer,
                                                               std::span<const StatusId> statuses) {
  std::map<StatusId, std::vector<ReactionCount>> out;
  for (const auto row : tx.exec(kCountReactions, {viewer.value_or(AccountId{}), db::Param::ids(statuses)})) {
    out[row.id<StatusId>(0)].push_back({.name = std::string(row.text(1)),
                                        .url = row.opt_text(2),
                                        .static_url = row.opt_text(3),
                                        .emoji = row.opt_i64(6),
                                        .count = row.i64(4),
                                        .me = row.boolean(5)});
  }
  return out;
}

}  // namespace dunlin::store
