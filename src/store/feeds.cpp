#include "dunlin/store/feeds.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

namespace {

enum class Kind : int { follow = 0, block = 1, mute = 2, domain = 3, exclusive = 4, tag = 5 };

FeedStatus read_feed_status(const db::Row& row) {
  FeedStatus status{.id = row.id<StatusId>(0),
                    .author = row.id<AccountId>(1),
                    .domain = row.opt_text(12),
                    .sound = row.boolean(2),
                    .silenced = row.boolean(19),
                    .local = row.boolean(3),
                    .visibility = static_cast<model::Visibility>(row.i32(4)),
                    .parts = static_cast<std::uint16_t>(row.i32(5)),
                    .language = row.opt_text(6),
                    .is_reply = row.boolean(7),
                    .parent_missing = row.boolean(8),
                    .in_reply_to_account = row.opt_id<AccountId>(9),
                    .tags = row.texts(10),
                    .created_at = row.time(11)};
  if (row.is_null(13)) return status;
  status.original = {.id = row.id<StatusId>(13),
                     .author = row.id<AccountId>(14),
                     .domain = row.opt_text(17),
                     .sound = row.boolean(15),
                     .visibility = static_cast<model::Visibility>(row.i32(16))};
  for (const auto id : row.bigints(18)) status.original->mentions.push_back(AccountId{id});
  return status;
}

}  // namespace

const db::Statement kReaderRelations{"feeds.reader_relations", R"sql(
SELECT 0, target_account_id, show_reblogs, languages, NULL::timestamptz FROM follows WHERE account_id = $1
UNION ALL
SELECT 1, target_account_id, false, NULL, NULL FROM blocks WHERE account_id = $1
UNION ALL
SELECT 1, account_id, false, NULL, NULL FROM blocks WHERE target_account_id = $1
UNION ALL
SELECT 2, target_account_id, false, NULL, expires_at
FROM mutes WHERE account_id = $1 AND (expires_at IS NULL OR expires_at > $2)
UNION ALL
SELECT 3, 0, false, ARRAY[domain], NULL FROM account_domain_blocks WHERE account_id = $1
UNION ALL
SELECT 4, la.account_id, false, NULL, NULL
FROM lists l JOIN list_accounts la ON la.list_id = l.id
WHERE l.account_id = $1 AND l.exclusive
UNION ALL
SELECT 5, 0, false, ARRAY[t.name::text], NULL
FROM followed_tags f JOIN tags t ON t.id = f.tag_id
WHERE f.account_id = $1)sql"};

ReaderRelations load_reader_relations(db::Tx& tx, AccountId reader) {
  ReaderRelations out;
  for (const auto row : tx.exec(kReaderRelations, {reader, tx.now()})) {
    const auto target = row.id<AccountId>(1);
    switch (static_cast<Kind>(row.i32(0))) {
      case Kind::follow:
        out.follows.push_back({target, row.boolean(2), row.is_null(3) ? std::vector<std::string>{} : row.texts(3)});
        break;
      case Kind::block:
        out.blocks.push_back(target);
        break;
      case Kind::mute:
        out.mutes.push_back({target, row.opt_time(4)});
        break;
      case Kind::exclusive:
        out.exclusive.push_back(target);
        break;
      case Kind::tag:
        out.followed_tags.push_back(row.texts(3).at(0));
        break;
      case Kind::domain:
        out.blocked_domains.push_back(row.texts(3).at(0));
        break;
    }
  }
  return out;
}

const db::Statement kFeedStatuses{"feeds.statuses", R"sql(
SELECT s.id, s.account_id, s.deleted_at IS NULL AND a.suspended_at IS NULL, s.local, s.visibility, s.parts, s.language,
       s.in_reply_to_id IS NOT NULL OR s.in_reply_to_account_id IS NOT NULL OR s.in_reply_to_uri IS NOT NULL,
       s.in_reply_to_uri IS NOT NULL AND s.in_reply_to_id IS NULL, s.in_reply_to_account_id, s.tag_names, s.created_at,
       a.domain, o.id, o.account_id, o.deleted_at IS NULL AND oa.suspended_at IS NULL, o.visibility, oa.domain,
       ARRAY(SELECT m.account_id FROM mentions m JOIN accounts ma ON ma.id = m.account_id
             WHERE m.status_id = o.id AND ma.domain IS NULL),
       a.silenced_at IS NOT NULL
FROM statuses s
JOIN accounts a ON a.id = s.account_id
LEFT JOIN statuses o ON o.id = s.reblog_of_id
LEFT JOIN accounts oa ON oa.id = o.account_id
WHERE s.id = ANY($1::bigint[]))sql"};

std::vector<FeedStatus> load_feed_statuses(db::Tx& tx, std::span<const StatusId> ids) {
  if (ids.empty()) return {};
  return all_rows(tx.exec(kFeedStatuses, {db::Param::ids(ids)}), read_feed_status);
}

const db::Statement kReadList{"feeds.list", R"sql(
SELECT l.replies_policy,
       ARRAY(SELECT la.account_id FROM list_accounts la WHERE la.list_id = l.id)
FROM lists l WHERE l.account_id = $1 AND l.id = $2)sql"};

std::optional<ReadList> load_read_list(db::Tx& tx, AccountId owner, model::ListId id) {
  return first_row(tx.exec(kReadList, {owner, id}), [&](const db::Row& row) {
    ReadList list{
        .id = id, .owner = owner, .replies_policy = static_cast<model::RepliesPolicy>(row.i32(0)), .members = {}};
    for (const auto member : row.bigints(1)) list.members.push_back(AccountId{member});
    return list;
  });
}

const db::Statement kReplyIds{
    "feeds.reply_ids",
    "SELECT id FROM statuses WHERE in_reply_to_id = $1 AND deleted_at IS NULL ORDER BY id DESC LIMIT $2"};

std::vector<StatusId> list_reply_ids(db::Tx& tx, StatusId parent, int limit) {
  return all_rows(tx.exec(kReplyIds, {parent, limit}), [](const db::Row& row) { return row.id<StatusId>(0); });
}

const db::Statement kDeletedReblogs{
    "feeds.deleted_reblogs",
    "SELECT id, account_id FROM statuses WHERE reblog_of_id = $1 AND deleted_at IS NOT NULL ORDER BY id DESC LIMIT $2"};

std::vector<DeletedReblog> list_deleted_reblogs(db::Tx& tx, StatusId original, int limit) {
  return all_rows(tx.exec(kDeletedReblogs, {original, limit}),
                  [](const db::Row& row) { return DeletedReblog{row.id<StatusId>(0), row.id<AccountId>(1)}; });
}

const db::Statement kLocalMentions{"feeds.local_mentions", R"sql(
SELECT m.account_id FROM mentions m JOIN accounts a ON a.id = m.account_id
WHERE m.status_id = $1 AND a.domain IS NULL)sql"};

std::vector<AccountId> list_local_mentions(db::Tx& tx, StatusId id) {
  return all_rows(tx.exec(kLocalMentions, {id}), [](const db::Row& row) { return row.id<AccountId>(0); });
}

}  // namespace dunlin::store
