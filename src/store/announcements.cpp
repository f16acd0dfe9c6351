#include "dunlin/store/announcements.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

namespace {

#define DUNLIN_ANNOUNCEMENT                                                                                          \
  "a.id, a.source, a.content, a.mentions, a.tags, a.status_ids, a.starts_at, a.ends_at, a.all_day, a.published_at, " \
  "a.updated_at"

const db::Statement kInsert{"announcements.insert", R"sql(
INSERT INTO announcements (source, content, mentions, tags, status_ids, starts_at, ends_at, all_day, published_at,
                           created_at, updated_at)
VALUES ($1, $2, $3, $4, $5::bigint[], $6, $7, $8, $9, $10, $10)
RETURNING id)sql"};
const db::Statement kPublish{"announcements.publish", R"sql(
UPDATE announcements
SET published_at = CASE WHEN $2::boolean THEN coalesce(published_at, $3::timestamptz) END, updated_at = $3
WHERE id = $1)sql"};
const db::Statement kDelete{"announcements.delete", "DELETE FROM announcements WHERE id = $1"};
const db::Statement kListAll{"announcements.list_all",
                             "SELECT " DUNLIN_ANNOUNCEMENT ", false FROM announcements a ORDER BY a.id LIMIT 1000"};
const db::Statement kList{"announcements.list", "SELECT " DUNLIN_ANNOUNCEMENT R"sql(,
       EXISTS (SELECT FROM announcement_dismissals d WHERE d.announcement_id = a.id AND d.account_id = $2)
FROM announcements a
WHERE a.published_at <= $1 AND (a.ends_at IS NULL OR a.ends_at > $1)
ORDER BY coalesce(a.starts_at, a.published_at), a.id
LIMIT 100)sql"};
const db::Statement kFind{"announcements.find", "SELECT " DUNLIN_ANNOUNCEMENT R"sql(, false
FROM announcements a WHERE a.id = $1 AND a.published_at <= $2)sql"};
const db::Statement kDismiss{"announcements.dismiss", R"sql(
INSERT INTO announcement_dismissals (account_id, announcement_id) VALUES ($1, $2)
ON CONFLICT (account_id, announcement_id) DO NOTHING)sql"};
const db::Statement kListReactions{"announcements.list_reactions", R"sql(
SELECT announcement_id, name, count(*), coalesce(bool_or(account_id = $2), false)
FROM announcement_reactions
WHERE announcement_id = ANY($1::bigint[])
GROUP BY announcement_id, name
ORDER BY announcement_id, min(created_at), name)sql"};
const db::Statement kInsertReaction{"announcements.insert_reaction", R"sql(
INSERT INTO announcement_reactions (announcement_id, account_id, name, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (announcement_id, account_id, name) DO NOTHING)sql"};
const db::Statement kDeleteReaction{
    "announcements.delete_reaction",
    "DELETE FROM announcement_reactions WHERE announcement_id = $1 AND account_id = $2 AND name = $3"};

Announcement read_announcement(const db::Row& row) {
  Announcement a;
  a.id = row.i64(0);
  a.source = row.text(1);
  a.content = row.text(2);
  a.mentions = row.text(3);
  a.tags = row.text(4);
  for (const auto id : row.bigints(5)) a.status_ids.push_back(StatusId{id});
  a.starts_at = row.opt_time(6);
  a.ends_at = row.opt_time(7);
  a.all_day = row.boolean(8);
  a.published_at = row.opt_time(9);
  a.updated_at = row.time(10);
  a.read = row.boolean(11);
  return a;
}

}  // namespace

std::int64_t insert_announcement(db::Tx& tx, const Announcement& a) {
  return tx
      .exec(kInsert, {a.source, a.content, a.mentions, a.tags, db::Param::ids(a.status_ids), a.starts_at, a.ends_at,
                      a.all_day, a.published_at, tx.now()})[0]
      .i64(0);
}

bool set_announcement_published(db::Tx& tx, std::int64_t id, bool published) {
  return tx.exec(kPublish, {id, published, tx.now()}).affected() == 1;
}

bool delete_announcement(db::Tx& tx, std::int64_t id) {
  return tx.exec(kDelete, {id}).affected() == 1;
}

std::vector<Announcement> list_all_announcements(db::Tx& tx) {
  return all_rows(tx.exec(kListAll), read_announcement);
}

std::vector<Announcement> list_announcements(db::Tx& tx, AccountId viewer) {
  return all_rows(tx.exec(kList, {tx.now(), viewer}), read_announcement);
}

std::optional<Announcement> find_announcement(db::Tx& tx, std::int64_t id) {
  return first_row(tx.exec(kFind, {id, tx.now()}), read_announcement);
}

void dismiss_announcement(db::Tx& tx, AccountId who, std::int64_t id) {
  tx.exec(kDismiss, {who, id});
}

std::vector<AnnouncementReaction> list_announcement_reactions(db::Tx& tx, std::span<const std::int64_t> ids,
                                                              std::optional<AccountId> viewer) {
  if (ids.empty()) return {};
  return all_rows(tx.exec(kListReactions, {db::Param::bigints(ids), viewer}), [](const db::Row& row) {
    return AnnouncementReaction{
        .announcement_id = row.i64(0), .name = std::string(row.text(1)), .count = row.i64(2), .me = row.boolean(3)};
  });
}

bool insert_announcement_reaction(db::Tx& tx, AccountId who, std::int64_t id, std::string_view name) {
  return tx.exec(kInsertReaction, {id, who, name, tx.now()}).affected() == 1;
}

bool delete_announcement_reaction(db::Tx& tx, AccountId who, std::int64_t id, std::string_view name) {
  return tx.exec(kDeleteReaction, {id, who, name}).affected() == 1;
}

}  // namespace dunlin::store
