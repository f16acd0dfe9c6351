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
#define DUNLIN_PUBLIC_PAGE                                                                                      \
  "s.id < $2 AND s.id > $3 AND s.visibility = 0 AND s.reblog_of_id IS NULL AND s.deleted_at IS NULL "           \
  "AND (NOT s.local_only OR $1::bigint <> 0) AND " DUNLIN_NOT_SUSPENDED(                                        \
      "s.account_id") " AND (s.account_id = $1 OR (" DUNLIN_WELCOME("s.account_id", "$1",                       \
                                                                    "$5") " AND " DUNLIN_LISTED("s.account_id", \
                                                                                                "$1") "))"
// As in the indexes statuses_*_feed and statuses_*_media.
#define DUNLIN_ANSWERS_NOBODY                     \
  " AND (s.in_reply_to_account_id = s.account_id" \
  " OR (s.in_reply_to_id IS NULL AND s.in_reply_to_account_id IS NULL AND s.in_reply_to_uri IS NULL))"
#define DUNLIN_HAS_MEDIA " AND s.parts & 1 <> 0 AND s.reblog_of_id IS NULL"

#define DUNLIN_PUBLIC(filter, order)                                                                           \
  "SELECT s.id FROM statuses s WHERE " DUNLIN_PUBLIC_PAGE DUNLIN_ANSWERS_NOBODY filter " ORDER BY s.id " order \
  " LIMIT $4"

const db::Statement kPublic{"timelines.public", DUNLIN_PUBLIC("", "DESC")};
const db::Statement kPublicUp{"timelines.public_up", DUNLIN_PUBLIC("", "ASC")};
const db::Statement kLocal{"timelines.local", DUNLIN_PUBLIC(" AND s.local", "DESC")};
const db::Statement kLocalUp{"timelines.local_up", DUNLIN_PUBLIC(" AND s.local", "ASC")};
const db::Statement kRemote{"timelines.remote", DUNLIN_PUBLIC(" AND NOT s.local", "DESC")};
const db::Statement kRemoteUp{"timelines.remote_up", DUNLIN_PUBLIC(" AND NOT s.local", "ASC")};
// $6: local, remote or (NULL) both.
#define DUNLIN_PUBLIC_MEDIA DUNLIN_HAS_MEDIA " AND ($6::boolean IS NULL OR s.local = $6::boolean)"
const db::Statement kPublicMedia{"timelines.public_media", DUNLIN_PUBLIC(DUNLIN_PUBLIC_MEDIA, "DESC")};
const db::Statement kPublicMediaUp{"timelines.public_media_up", DUNLIN_PUBLIC(DUNLIN_PUBLIC_MEDIA, "ASC")};

std::vector<StatusId> list_public_timeline(db::Tx& tx, std::optional<AccountId> viewer,
                                           const PublicTimelineFilter& filter, const model::Page& page) {
  if (filter.local_only && filter.remote_only) return {};
  const auto who = viewer.value_or(AccountId{});
  if (filter.only_media) {
    const auto local = filter.local_only || filter.remote_only ? std::optional(filter.local_only) : std::nullopt;
    return page_rows(tx.exec(page.upwards() ? kPublicMediaUp : kPublicMedia,
                             {who, page.below(), page.above(), page.limit, tx.now(), local}),
                     page, status_id);
  }
  const auto& statement = filter.local_only    ? (page.upwards() ? kLocalUp : kLocal)
                          : filter.remote_only ? (page.upwards() ? kRemoteUp : kRemote)
                                               : (page.upwards() ? kPublicUp : kPublic);
  return page_rows(tx.exec(statement, {who, page.below(), page.above(), page.limit, tx.now()}), page, status_id);
}

// For each tag one walk on public_status_tags (tag_id, status_id), not longer than 20,000 rows, however rare what is
// asked for may be; a status with several of them is shown once.
#define DUNLIN_TAGGED(order)                                                                                           \
  "SELECT DISTINCT e.id FROM (SELECT id FROM tags WHERE name = ANY($6::text[])) t, LATERAL ("                          \
  "SELECT s.id FROM (SELECT p.status_id FROM public_status_tags p WHERE p.tag_id = t.id AND p.status_id < $2"          \
  " AND p.status_id > $3 ORDER BY p.status_id " order                                                                  \
  " LIMIT 20000) p JOIN statuses s ON s.id = p.status_id"                                                              \
  " WHERE (NOT $7::boolean OR s.local) AND (NOT $8::boolean OR NOT s.local) AND (NOT $9::boolean OR (s.parts & 1) <> " \
  "0)"                                                                                                                 \
  " AND s.tag_names @> $10::text[] AND NOT s.tag_names && $11::text[] AND " DUNLIN_PUBLIC_PAGE                         \
  " ORDER BY p.status_id " order " LIMIT $4) e ORDER BY e.id " order " LIMIT $4"

const db::Statement kTag{"timelines.tag", DUNLIN_TAGGED("DESC")};
const db::Statement kTagUp{"timelines.tag_up", DUNLIN_TAGGED("ASC")};

std::vector<StatusId> list_tag_timeline(db::Tx& tx, std::optional<AccountId> viewer, std::string_view tag,
                                        const TagTimelineFilter& filter, const model::Page& page) {
  auto tags = filter.any;
  tags.emplace_back(tag);
  return page_rows(tx.exec(page.upwards() ? kTagUp : kTag,
                           {viewer.value_or(AccountId{}), page.below(), page.above(), page.limit, tx.now(),
                            db::Param::texts(tags), filter.local_only, filter.remote_only, filter.only_media,
                            db::Param::texts(filter.all), db::Param::texts(filter.none)}),
                   page, status_id);
}

// Whoever looks at a profile wants this author, muted or not; only what he reblogs is held to the viewer's choices.
#define DUNLIN_OF_ACCOUNT(filter, order) \
  "SELECT s.id FROM statuses s WHERE s.account_id = $6 AND s.id < $2 AND s.id > $3 AND " DUNLIN_VISIBLE("s", "$1") \
  " AND (NOT $7::boolean OR (s.in_reply_to_id IS NULL AND s.in_reply_to_account_id IS NULL"                        \
  " AND s.in_reply_to_uri IS NULL) OR s.in_reply_to_account_id = s.account_id)"                                    \
  " AND (s.reblog_of_id IS NULL OR (NOT $8::boolean AND EXISTS (SELECT 1 FROM statuses o"                          \
  " WHERE o.id = s.reblog_of_id AND (o.account_id IN (s.account_id, $1) OR "                                       \
  DUNLIN_WELCOME("o.account_id", "$1", "$5") "))))"                                                                \
  " AND (NOT $9::boolean OR s.visibility <> 3) AND ($10::text IS NULL OR $10::text = ANY(s.tag_names))" filter     \
  " ORDER BY s.id " order " LIMIT $4"

const db::Statement kAccount{"timelines.account", DUNLIN_OF_ACCOUNT("", "DESC")};
const db::Statement kAccountUp{"timelines.account_up", DUNLIN_OF_ACCOUNT("", "ASC")};
// Each by an index of its own.
const db::Statement kAccountMedia{"timelines.account_media", DUNLIN_OF_ACCOUNT(DUNLIN_HAS_MEDIA, "DESC")};
const db::Statement kAccountMediaUp{"timelines.account_media_up", DUNLIN_OF_ACCOUNT(DUNLIN_HAS_MEDIA, "ASC")};
#define DUNLIN_HAS_TAGS " AND s.tag_names <> '{}'"
const db::Statement kAccountTagged{"timelines.account_tagged", DUNLIN_OF_ACCOUNT(DUNLIN_HAS_TAGS, "DESC")};
const db::Statement kAccountTaggedUp{"timelines.account_tagged_up", DUNLIN_OF_ACCOUNT(DUNLIN_HAS_TAGS, "ASC")};

std::vector<StatusId> list_account_timeline(db::Tx& tx, std::optional<AccountId> viewer, AccountId author,
                                            const AccountTimelineFilter& filter, const model::Page& page) {
  const auto& statement = filter.only_media ? (page.upwards() ? kAccountMediaUp : kAccountMedia)
                          : filter.tagged   ? (page.upwards() ? kAccountTaggedUp : kAccountTagged)
                                            : (page.upwards() ? kAccountUp : kAccount);
  return page_rows(
      tx.exec(statement, {viewer.value_or(AccountId{}), page.below(), page.above(), page.limit, tx.now(), author,
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

}  // namespace dunlin::store
