#include "rows.hpp"
#include "status_rows.hpp"

#include "dunlin/db/statement.hpp"
#include "dunlin/store/statuses.hpp"

#include <algorithm>

namespace dunlin::store {
namespace {

struct MentionParams {
  explicit MentionParams(std::span<const model::Mention> mentions) {
    for (const auto& mention : mentions) {
      accounts.push_back(mention.account_id.value);
      silent.push_back(mention.silent ? 1 : 0);
    }
  }
  std::vector<std::int64_t> accounts;
  std::vector<std::int64_t> silent;
};

db::Param packed(const std::optional<model::QuotePolicy>& policy) {
  return policy ? db::Param(policy->packed()) : db::Param(std::nullopt);
}

}  // namespace

// A reply and the status it answers may arrive at the same moment on two sessions, and neither would see the other:
// both take the lock of the parent's uri, and the later one then finds what the earlier one has committed.
const db::Statement kLockUris{"statuses.lock_uris", R"sql(
SELECT pg_advisory_xact_lock(hashtextextended(u.uri, 0)) FROM unnest($1::text[]) AS u (uri))sql"};

// Parent: resolved here when the caller knows its uri only. Children that waited for this uri are attached, and come
// into its conversation with what answers them, up to a thousand: not all of the conversation that they were in, which
// may be anybody's, as its name is each author's claim. Every counter is touched once, in the one statement.
const db::Statement kInsertStatus{"statuses.insert", R"sql(
WITH RECURSIVE parent AS (
  SELECT p.id, p.account_id, p.conversation_id
  FROM statuses p
  WHERE p.uri = $14 AND $12::bigint IS NULL AND p.deleted_at IS NULL),
new AS (
  INSERT INTO statuses (id, uri, url, account_id, local, content, source, spoiler_text, sensitive, language, visibility,
                        in_reply_to_id, in_reply_to_account_id, in_reply_to_uri, conversation_id, application_id, tags,
                        tag_names, created_at, edited_at, parts, content_type, local_only, expires_at, quote_policy)
  SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
         coalesce($12, (SELECT id FROM parent)), coalesce($13, (SELECT account_id FROM parent)), $14,
         coalesce((SELECT conversation_id FROM parent), $15), $16, $17, $18, $19, $20, $23, $24, $25, $26, $27
  ON CONFLICT (uri) DO NOTHING
  RETURNING *),
waiting AS MATERIALIZED (
  SELECT c.id, c.visibility
  FROM new n JOIN statuses c ON c.in_reply_to_uri = n.uri
  WHERE c.in_reply_to_id IS NULL AND c.deleted_at IS NULL AND NOT n.local),
below AS (
  SELECT id FROM waiting
  UNION
  SELECT c.id FROM below b JOIN statuses c ON c.in_reply_to_id = b.id),
thread AS MATERIALIZED (
  SELECT id FROM below LIMIT 1000),
attached AS (
  UPDATE statuses c
  SET in_reply_to_id = CASE WHEN w.id IS NULL THEN c.in_reply_to_id ELSE n.id END,
      in_reply_to_account_id = CASE WHEN w.id IS NULL THEN c.in_reply_to_account_id ELSE n.account_id END,
      conversation_id = coalesce(n.conversation_id, c.conversation_id)
  FROM thread t LEFT JOIN waiting w ON w.id = t.id, new n
  WHERE c.id = t.id),
stats AS (
  INSERT INTO status_stats (status_id, replies_count)
  SELECT n.id, (SELECT count(*) FROM waiting w WHERE w.visibility <= 1) FROM new n),
mentioned AS (
  INSERT INTO mentions (status_id, account_id, silent)
  SELECT n.id, m.account_id, bool_and(m.silent <> 0)
  FROM new n, unnest($21::bigint[], $22::bigint[]) AS m (account_id, silent)
  GROUP BY n.id, m.account_id),
tagged AS (
  INSERT INTO public_status_tags (tag_id, status_id)
  SELECT t.id, n.id FROM new n JOIN tags t ON t.name = ANY($18::text[]) WHERE n.visibility = 0),
author AS (
  UPDATE account_stats a
  SET statuses_count = a.statuses_count + 1,
      replies_count = a.replies_count + )sql" DUNLIN_IS_REPLY("n") R"sql(::integer,
      last_status_at = greatest(a.last_status_at, n.created_at)
  FROM new n
  WHERE a.account_id = n.account_id AND n.visibility <> 3),
answered AS (
  UPDATE status_stats s
  SET replies_count = s.replies_count + 1
  FROM new n
  WHERE s.status_id = n.in_reply_to_id AND n.visibility <= 1)
SELECT id FROM new)sql"};

bool insert_status(db::Tx& tx, const model::Status& s, std::span<const model::Mention> mentions) {
  if (!s.local) {
    std::vector<std::string> uris{s.uri};
    if (s.in_reply_to_uri && *s.in_reply_to_uri != s.uri && !s.in_reply_to_id) uris.push_back(*s.in_reply_to_uri);
    std::sort(uris.begin(), uris.end());  // one order for all, or two could wait for each other
    tx.exec(kLockUris, {db::Param::texts(uris)});
  }
  const auto tag_names = ensure_tags(tx, s);
  const MentionParams m(mentions);
  return !tx.exec(kInsertStatus, {s.id,
                                  s.uri,
                                  s.url,
                                  s.account_id,
                                  s.local,
                                  s.content,
                                  s.source,
                                  s.spoiler_text,
                                  s.sensitive,
                                  s.language,
                                  static_cast<int>(s.visibility),
                                  s.in_reply_to_id,
                                  s.in_reply_to_account_id,
                                  s.in_reply_to_uri,
                                  s.conversation_id,
                                  s.application_id,
                                  db::Param::texts(s.tags),
                                  db::Param::texts(tag_names),
                                  s.created_at,
                                  s.edited_at,
                                  db::Param::bigints(m.accounts),
                                  db::Param::bigints(m.silent),
                                  s.parts,
                                  static_cast<int>(s.content_type),
                                  s.local_only,
                                  s.expires_at,
                                  packed(s.quote_policy)})
              .empty();
}

// An Announce that is sent again finds its uri, also after it was undone.
const db::Statement kReleaseUri{"statuses.release_uri", R"sql(
UPDATE statuses SET uri = uri || ' ' || account_id || ' ' || id
WHERE uri = $1 AND account_id <> $2 AND deleted_at IS NOT NULL)sql"};

bool release_uri(db::Tx& tx, std::string_view uri, AccountId by) {
  return tx.exec(kReleaseUri, {uri, by}).affected() > 0;
}

const db::Statement kInsertReblog{"statuses.insert_reblog", R"sql(
WITH new AS (
  INSERT INTO statuses (id, uri, url, account_id, local, visibility, reblog_of_id, application_id, created_at, local_only)
  SELECT $1, u.uri, $3, $4::bigint, $5, $6, $7, $8, $9, $10
  FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM statuses WHERE uri = $2::text AND account_id <> $4::bigint)
                    THEN $2::text || ' ' || $4::bigint ELSE $2::text END AS uri) u
  WHERE NOT EXISTS (SELECT 1 FROM statuses s WHERE s.uri = u.uri)
  ON CONFLICT (account_id, reblog_of_id) WHERE reblog_of_id IS NOT NULL AND deleted_at IS NULL DO NOTHING
  RETURNING id, account_id, reblog_of_id, visibility, created_at),
stats AS (
  INSERT INTO status_stats (status_id) SELECT id FROM new),
author AS (
  UPDATE account_stats a
  SET statuses_count = a.statuses_count + 1, last_status_at = greatest(a.last_status_at, n.created_at)
  FROM new n
  WHERE a.account_id = n.account_id AND n.visibility <> 3),
original AS (
  UPDATE status_stats s
  SET reblogs_count = s.reblogs_count + 1
  FROM new n
  WHERE s.status_id = n.reblog_of_id)
SELECT id FROM new)sql"};

std::optional<model::Status> insert_reblog(db::Tx& tx, const model::Status& w) {
  const auto rows = tx.exec(kInsertReblog, {w.id, w.uri, w.url, w.account_id, w.local, static_cast<int>(w.visibility),
                                            w.reblog_of_id, w.application_id, w.created_at, w.local_only});
  if (rows.empty()) return std::nullopt;
  return w;
}

// Who is no longer mentioned keeps sight of what he could read already: his mention becomes silent.
const db::Statement kUpdateStatus{"statuses.update", R"sql(
WITH edited AS (
  UPDATE statuses
  SET url = $2, content = $3, source = $4, spoiler_text = $5, sensitive = $6, language = $7, tags = $8, tag_names = $9,
      edited_at = $10, parts = $13, content_type = $14, quote_policy = $15
  WHERE id = $1 AND deleted_at IS NULL
  RETURNING id, visibility),
named AS MATERIALIZED (
  SELECT m.account_id, bool_and(m.silent <> 0) AS silent
  FROM unnest($11::bigint[], $12::bigint[]) AS m (account_id, silent)
  GROUP BY m.account_id),
silenced AS (
  UPDATE mentions m
  SET silent = true
  FROM edited e
  WHERE m.status_id = e.id AND NOT m.silent AND m.account_id NOT IN (SELECT account_id FROM named)),
mentioned AS (
  INSERT INTO mentions (status_id, account_id, silent)
  SELECT e.id, n.account_id, n.silent FROM edited e, named n
  ON CONFLICT (status_id, account_id) DO UPDATE SET silent = EXCLUDED.silent WHERE mentions.silent <> EXCLUDED.silent),
untagged AS (
  DELETE FROM public_status_tags p
  USING edited e
  WHERE p.status_id = e.id AND p.tag_id NOT IN (SELECT id FROM tags WHERE name = ANY($9::text[])))
INSERT INTO public_status_tags (tag_id, status_id)
SELECT t.id, e.id FROM edited e JOIN tags t ON t.name = ANY($9::text[]) WHERE e.visibility = 0
ON CONFLICT (tag_id, status_id) DO NOTHING)sql"};

void update_status(db::Tx& tx, const model::Status& s, std::span<const model::Mention> mentions) {
  const auto tag_names = ensure_tags(tx, s);
  const MentionParams m(mentions);
  tx.exec(kUpdateStatus,
          {s.id, s.url, s.content, s.source, s.spoiler_text, s.sensitive, s.language, db::Param::texts(s.tags),
           db::Param::texts(tag_names), s.edited_at, db::Param::bigints(m.accounts), db::Param::bigints(m.silent),
           s.parts, static_cast<int>(s.content_type), packed(s.quote_policy)});
}

const db::Statement kSetPart{"statuses.set_part", "UPDATE statuses SET parts = parts | $2 WHERE id = $1"};

// 32: model::Part::untold.
const db::Statement kMarkTold{"statuses.mark_told",
                              "UPDATE statuses SET parts = parts & ~32 WHERE id = $1 AND parts & 32 <> 0"};

bool mark_told(db::Tx& tx, StatusId id) {
  return tx.exec(kMarkTold, {id}).affected() > 0;
}

void set_part(db::Tx& tx, StatusId id, model::Part part) {
  tx.exec(kSetPart, {id, static_cast<int>(part)});
}

}  // namespace dunlin::store
