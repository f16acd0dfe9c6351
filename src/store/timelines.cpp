#include "dunlin/store/timelines.hpp"

#include "rows.hpp"
#include "sight.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {
namespace {

StatusId status_id(const db::Row& row) {
  return row.id<StatusId>(0);
}

}  // namespace

// $1 viewer, $2 below, $3 above, $4 limit, $5 now; public statuses need no other test of sight than that of the author.
#define DUNLIN_PUBLIC_PAGE                                                                                       \
  "s.id < $2 AND s.id > $3 AND s.visibility = 0 AND s.reblog_of_id IS NULL AND s.deleted_at IS NULL "            \
  "AND " DUNLIN_NOT_SUSPENDED("s.account_id") " AND (s.account_id = $1 OR " DUNLIN_WELCOME("s.account_id", "$1", \
                                                                                           "$5") ")"
#define DUNLIN_PUBLIC(origin, order) \
  "SELECT s.id FROM statuses s WHERE " DUNLIN_PUBLIC_PAGE origin " ORDER BY s.id " order " LIMIT $4"

const db::Statement kPublic{"timelines.public", DUNLIN_PUBLIC("", "DESC")};
const db::Statement kPublicUp{"timelines.public_up", DUNLIN_PUBLIC("", "ASC")};
const db::Statement kLocal{"timelines.local", DUNLIN_PUBLIC(" AND s.local", "DESC")};
const db::Statement kLocalUp{"timelines.local_up", DUNLIN_PUBLIC(" AND s.local", "ASC")};
const db::Statement kRemote{"timelines.remote", DUNLIN_PUBLIC(" AND NOT s.local", "DESC")};
const db::Statement kRemoteUp{"timelines.remote_up", DUNLIN_PUBLIC(" AND NOT s.local", "ASC")};

std::vector<StatusId> list_public_timeline(db::Tx& tx, std::optional<AccountId> viewer,
                                           const PublicTimelineFilter& filter, const model::Page& page) {
  if (filter.local_only && filter.remote_only) return {};
  const auto& statement = filter.local_only    ? (page.upwards() ? kLocalUp : kLocal)
                          : filter.remote_only ? (page.upwards() ? kRemoteUp : kRemote)
                                               : (page.upwards() ? kPublicUp : kPublic);
  return page_rows(tx.exec(statement, {viewer.value_or(AccountId{}), page.below(), page.above(), page.limit, tx.now()}),
                   page, status_id);
}

// The tag's id by a subquery, so that the page is one walk on public_status_tags (tag_id, status_id).
#define DUNLIN_TAGGED(order)                                                                          \
  "SELECT p.status_id FROM public_status_tags p JOIN statuses s ON s.id = p.status_id"                \
  " WHERE p.tag_id = (SELECT id FROM tags WHERE name = $6) AND p.status_id < $2 AND p.status_id > $3" \
  " AND (NOT $7::boolean OR s.local) AND (NOT $8::boolean OR NOT s.local) AND " DUNLIN_PUBLIC_PAGE    \
  " ORDER BY p.status_id " order " LIMIT $4"

const db::Statement kTag{"timelines.tag", DUNLIN_TAGGED("DESC")};
const db::Statement kTagUp{"timelines.tag_up", DUNLIN_TAGGED("ASC")};

std::vector<StatusId> list_tag_timeline(db::Tx& tx, std::optional<AccountId> viewer, std::string_view tag,
                                        const PublicTimelineFilter& filter, const model::Page& page) {
  return page_rows(
      tx.exec(page.upwards() ? kTagUp : kTag, {viewer.value_or(AccountId{}), page.below(), page.above(), page.limit,
                                               tx.now(), tag, filter.local_only, filter.remote_only}),
      page, status_id);
}

// Whoever looks at a profile wants this author, muted or not; only what he reblogs is held to the viewer's choices.
#define DUNLIN_OF_ACCOUNT(order) \
  "SELECT s.id FROM statuses s WHERE s.account_id = $6 AND s.id < $2 AND s.id > $3 AND " DUNLIN_VISIBLE("s", "$1") \
  " AND (NOT $7::boolean OR (s.in_reply_to_id IS NULL AND s.in_reply_to_account_id IS NULL"                        \
  " AND s.in_reply_to_uri IS NULL) OR s.in_reply_to_account_id = s.account_id)"                                    \
  " AND (s.reblog_of_id IS NULL OR (NOT $8::boolean AND EXISTS (SELECT 1 FROM statuses o"                          \
  " WHERE o.id = s.reblog_of_id AND (o.account_id IN (s.account_id, $1) OR "                                       \
  DUNLIN_WELCOME("o.account_id", "$1", "$5") "))))"                                                                \
  " AND (NOT $9::boolean OR s.visibility <> 3) AND ($10::text IS NULL OR $10::text = ANY(s.tag_names))"            \
  " ORDER BY s.id " order " LIMIT $4"

const db::Statement kAccount{"timelines.account", DUNLIN_OF_ACCOUNT("DESC")};
const db::Statement kAccountUp{"timelines.account_up", DUNLIN_OF_ACCOUNT("ASC")};

std::vector<StatusId> list_account_timeline(db::Tx& tx, std::optional<AccountId> viewer, AccountId author,
                                            const AccountTimelineFilter& filter, const model::Page& page) {
  return page_rows(tx.exec(page.upwards() ? kAccountUp : kAccount,
                           {viewer.value_or(AccountId{}), page.below(), page.above(), page.limit, tx.now(), author,
                            filter.exclude_replies, filter.exclude_reblogs, filter.exclude_direct, filter.tagged}),
                   page, status_id);
}

// Public and unlisted is what nobody (viewer 0) may see.
#define DUNLIN_OUTBOX(order)                                                                             \
  "SELECT s.id FROM statuses s WHERE s.account_id = $1 AND s.id < $2 AND s.id > $3 AND " DUNLIN_VISIBLE( \
      "s", "0") " ORDER BY s.id " order " LIMIT $4"

const db::Statement kOutbox{"timelines.outbox", DUNLIN_OUTBOX("DESC")};
const db::Statement kOutboxUp{"timelines.outbox_up", DUNLIN_OUTBOX("ASC")};

std::vector<StatusId> list_outbox(db::Tx& tx, AccountId author, const model::Page& page) {
  return page_rows(tx.exec(page.upwards() ? kOutboxUp : kOutbox, {author, page.below(), page.above(), page.limit}),
                   page, status_id);
}

const db::Statement kPublicReplies{
    "timelines.public_replies",
    "SELECT s.id FROM statuses s WHERE s.in_reply_to_id = $1 AND s.id > $2 AND " DUNLIN_SEES(
        "s", "0") " ORDER BY s.id LIMIT $3"};

std::vector<StatusId> list_public_replies(db::Tx& tx, StatusId parent, StatusId after, int limit) {
  return all_rows(tx.exec(kPublicReplies, {parent, after, limit}), status_id);
}

}  // namespace dunlin::store
