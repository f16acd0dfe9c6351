#include "dunlin/store/statuses.hpp"

#include "account_refs.hpp"
#include "origin.hpp"
#include "rows.hpp"
#include "sight.hpp"
#include "status_rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

const db::Statement kFindStatus{"statuses.find", "SELECT " DUNLIN_STATUS_COLUMNS " FROM " DUNLIN_STATUS_TABLES
                                                 " WHERE s.id = $1 AND s.deleted_at IS NULL"};

std::optional<model::Status> find_status(db::Tx& tx, StatusId id) {
  return first_row(tx.exec(kFindStatus, {id}), read_status);
}

const db::Statement kListVisibleStatuses{"statuses.list_visible",
                                         "SELECT " DUNLIN_STATUS_COLUMNS " FROM " DUNLIN_STATUS_TABLES
                                         " WHERE s.id = ANY($2::bigint[]) AND " DUNLIN_VISIBLE("s", "$1")};

std::vector<model::Status> list_visible_statuses(db::Tx& tx, std::optional<AccountId> viewer,
                                                 std::span<const StatusId> ids) {
  if (ids.empty()) return {};
  return all_rows(tx.exec(kListVisibleStatuses, {viewer.value_or(AccountId{}), db::Param::ids(ids)}), read_status);
}

const db::Statement kFindVisibleStatus{"statuses.find_visible",
                                       "SELECT " DUNLIN_STATUS_COLUMNS " FROM " DUNLIN_STATUS_TABLES
                                       " WHERE s.id = $2 AND " DUNLIN_VISIBLE("s", "$1")};

std::optional<model::Status> find_visible_status(db::Tx& tx, std::optional<AccountId> viewer, StatusId id) {
  return first_row(tx.exec(kFindVisibleStatus, {viewer.value_or(AccountId{}), id}), read_status);
}

const db::Statement kFindStatusByUri{"statuses.find_by_uri",
                                     "SELECT " DUNLIN_STATUS_COLUMNS " FROM " DUNLIN_STATUS_TABLES
                                     " WHERE s.uri = $1 AND s.deleted_at IS NULL"};

std::optional<model::Status> find_status_by_uri(db::Tx& tx, std::string_view uri) {
  return first_row(tx.exec(kFindStatusByUri, {uri}), read_status);
}

const db::Statement kFindStatusOf{"statuses.find_of",
                                  "SELECT " DUNLIN_STATUS_COLUMNS " FROM " DUNLIN_STATUS_TABLES
                                  " WHERE s.uri = ANY(ARRAY[$1::text, $1::text || ' ' || $2::bigint])"
                                  " AND s.account_id = $2::bigint AND s.deleted_at IS NULL LIMIT 1"};

std::optional<model::Status> find_status_of(db::Tx& tx, std::string_view uri, AccountId by) {
  return first_row(tx.exec(kFindStatusOf, {uri, by}), read_status);
}

const db::Statement kFindStatusByUrl{"statuses.find_by_url",
                                     "SELECT " DUNLIN_STATUS_COLUMNS " FROM " DUNLIN_STATUS_TABLES
                                     " WHERE s.url = $1 AND " DUNLIN_IS_ON("s.uri", "$2") R"sql(
  AND s.reblog_of_id IS NULL AND s.deleted_at IS NULL
ORDER BY s.id
LIMIT 1)sql"};

std::optional<model::Status> find_status_by_url(db::Tx& tx, std::string_view url) {
  return first_row(tx.exec(kFindStatusByUrl, {url, origin_prefix(url)}), read_status);
}

const db::Statement kFindDeletedStatus{"statuses.find_deleted",
                                       "SELECT " DUNLIN_STATUS_COLUMNS " FROM " DUNLIN_STATUS_TABLES
                                       " WHERE s.id = $1 AND s.deleted_at IS NOT NULL"};

std::optional<model::Status> find_deleted_status(db::Tx& tx, StatusId id) {
  return first_row(tx.exec(kFindDeletedStatus, {id}), read_status);
}

const db::Statement kFindReblog{"statuses.find_reblog",
                                "SELECT " DUNLIN_STATUS_COLUMNS " FROM " DUNLIN_STATUS_TABLES
                                " WHERE s.account_id = $1 AND s.reblog_of_id = $2 AND s.deleted_at IS NULL"};

std::optional<model::Status> find_reblog(db::Tx& tx, AccountId who, StatusId original) {
  return first_row(tx.exec(kFindReblog, {who, original}), read_status);
}

#define DUNLIN_REBLOGGING(order)                                                                                      \
  "SELECT s.id, s.account_id FROM statuses s WHERE s.reblog_of_id = $1 AND s.id < $2 AND s.id > $3 AND " DUNLIN_SEES( \
      "s", "$5") " AND (s.account_id = $5 OR " DUNLIN_WELCOME("s.account_id", "$5", "$6") ") ORDER BY s.id " order    \
                                                                                          " LIMIT $4"

const db::Statement kReblogs{"statuses.reblogs", DUNLIN_REBLOGGING("DESC")};
const db::Statement kReblogsUp{"statuses.reblogs_up", DUNLIN_REBLOGGING("ASC")};

std::vector<AccountRef> list_reblogging_accounts(db::Tx& tx, StatusId id, std::optional<AccountId> viewer,
                                                 const model::Page& page) {
  return page_rows(tx.exec(page.upwards() ? kReblogsUp : kReblogs,
                           {id, page.below(), page.above(), page.limit, viewer.value_or(AccountId{}), tx.now()}),
                   page, read_account_ref);
}

// Deleted and undone ones count as well: whoever got it once is told of its end.
const db::Statement kInvolvedInboxes{"statuses.involved_inboxes", R"sql(
SELECT DISTINCT coalesce(nullif(a.shared_inbox_url, ''), a.inbox_url) COLLATE "C" AS inbox
FROM (
  SELECT account_id FROM mentions WHERE status_id = $1
  UNION
  SELECT account_id FROM favourites WHERE status_id = $1
  UNION
  SELECT account_id FROM statuses WHERE reblog_of_id = $1
  UNION
  SELECT account_id FROM statuses WHERE in_reply_to_id = $1
  UNION
  SELECT account_id FROM quotes WHERE quoted_status_id = $1
  UNION
  SELECT account_id FROM emoji_reactions WHERE status_id = $1
  UNION
  SELECT v.account_id FROM polls p JOIN poll_votes v ON v.poll_id = p.id WHERE p.status_id = $1) involved
JOIN accounts a ON a.id = involved.account_id
WHERE a.domain IS NOT NULL AND a.inbox_url <> '' AND a.suspended_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = $2 AND b.target_account_id = a.id)
ORDER BY inbox)sql"};

std::vector<std::string> list_involved_inboxes(db::Tx& tx, StatusId id, AccountId unless_blocked_by) {
  return all_rows(tx.exec(kInvolvedInboxes, {id, unless_blocked_by}),
                  [](const db::Row& row) { return std::string(row.text(0)); });
}

}  // namespace dunlin::store
