#include "dunlin/store/status_search.hpp"

#include "rows.hpp"
#include "sight.hpp"
#include "status_rows.hpp"

#include "dunlin/db/statement.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>

namespace dunlin::store {

namespace {

/// How many rows are looked at where no index of tokens helps, newest first.
constexpr int kDepth = 10'000;
/// So many of the newest open statuses are looked at before the index of tokens is asked.
constexpr int kWindow = 4'000;
constexpr int kMaxPosition = 16'383;  // of a tsvector

/// As PostgreSQL reads a lexeme.
std::string quoted(std::string_view lexeme) {
  std::string out = "'";
  for (const char c : lexeme) {
    if (c == '\'' || c == '\\') out += c;
    out += c;
  }
  return out + "'";
}

std::string tsvector_text(const std::vector<text::SearchToken>& tokens) {
  std::map<std::string_view, std::string> positions;
  for (const auto& token : tokens) {
    auto& list = positions[token.text];
    list += (list.empty() ? ":" : ",") + std::to_string(std::min(token.position, kMaxPosition));
  }
  std::string out;
  for (const auto& [lexeme, list] : positions) out += quoted(lexeme) + list + " ";
  return out;
}

std::string tsquery_text(const StatusSearch::Term& term) {
  std::string out;
  int previous = 0;
  for (const auto& token : term.tokens) {
    if (!out.empty()) out += "<" + std::to_string(token.position - previous) + ">";
    out += quoted(token.text) + (token.prefix ? ":*" : "");
    previous = token.position;
  }
  return (term.excluded ? "!(" : "(") + out + ")";
}

/// It names what must be there, so that the index of tokens can answer it.
bool is_selective(const std::vector<StatusSearch::Term>& terms) {
  return std::ranges::any_of(terms, [](const auto& term) { return !term.excluded && !term.tokens.empty(); });
}

/// nullopt: it asks for no words.
std::optional<std::string> tsquery_text(const std::vector<StatusSearch::Term>& terms) {
  std::string out;
  for (const auto& term : terms) {
    if (term.tokens.empty()) continue;
    if (!out.empty()) out += "&";
    out += tsquery_text(term);
  }
  if (out.empty()) return std::nullopt;
  return out;
}

StatusId status_id(const db::Row& row) {
  return row.id<StatusId>(0);
}

}  // namespace

const db::Statement kListSearchTexts{"status_search.texts", R"sql(
SELECT unnest(options) FROM polls WHERE status_id = $1
UNION ALL
SELECT description FROM media_attachments WHERE status_id = $1 AND position IS NOT NULL AND description <> '')sql"};

std::vector<std::string> list_search_texts(db::Tx& tx, StatusId id) {
  return all_rows(tx.exec(kListSearchTexts, {id}), [](const db::Row& row) { return std::string(row.text(0)); });
}

const db::Statement kSaveSearchTokens{"status_search.save", R"sql(
INSERT INTO status_search (status_id, account_id, open, tokens)
SELECT $1::bigint, a.id, $3::smallint = 0 AND a.indexable, $4::tsvector FROM accounts a WHERE a.id = $2
ON CONFLICT (status_id) DO UPDATE SET tokens = EXCLUDED.tokens, open = EXCLUDED.open)sql"};

void save_search_tokens(db::Tx& tx, const model::Status& status, const std::vector<text::SearchToken>& tokens) {
  tx.exec(kSaveSearchTokens,
          {status.id, status.account_id, static_cast<int>(status.visibility), tsvector_text(tokens)});
}

// $1 viewer, $2 now, $3 the words, $4 from, $5 not from, $6 with and $7 without parts, $8 reply, $9 sensitive,
// $10 language, $11 not languages, $12 since, $13 until, $14 and $15 the span left out, $16 below, $17 above, $18
// count, $19 how far it looks, $20 image, $21 video, $22 audio, $23 embed. `t` is the row of tokens, `s` the status.
#define DUNLIN_HAS_MEDIA(types)                                                                           \
  "EXISTS (SELECT 1 FROM media_attachments ma WHERE ma.status_id = s.id AND ma.position IS NOT NULL AND " \
  "ma.type IN (" types "))"
#define DUNLIN_HAS_EMBED                                                                                     \
  "EXISTS (SELECT 1 FROM status_cards sc JOIN card_links cl ON cl.id = sc.link_id JOIN preview_cards pc ON " \
  "pc.id = cl.card_id WHERE sc.status_id = s.id AND pc.html <> '')"
#define DUNLIN_SEARCH_WORDS "($3::tsquery IS NULL OR t.tokens @@ $3::tsquery)"
#define DUNLIN_SEARCH_ASKS \
  "($4::bigint IS NULL OR s.account_id = $4::bigint) AND s.account_id <> ALL($5::bigint[])"                      \
  " AND (s.parts & $6::integer) = $6::integer AND (s.parts & $7::integer) = 0"                                   \
  " AND ($8::boolean IS NULL OR " DUNLIN_IS_REPLY("s") " = $8::boolean)"                                         \
  " AND ($9::boolean IS NULL OR s.sensitive = $9::boolean)"                                                      \
  " AND ($10::text IS NULL OR split_part(coalesce(s.language, ''), '-', 1) = $10::text OR s.language = $10::text)" \
  " AND coalesce(split_part(s.language, '-', 1), '') <> ALL($11::text[])"                                        \
  " AND s.created_at >= $12::timestamptz AND s.created_at < $13::timestamptz"                                    \
  " AND NOT (s.created_at >= $14::timestamptz AND s.created_at < $15::timestamptz)"                               \
  " AND ($20::boolean IS NULL OR " DUNLIN_HAS_MEDIA("1") " = $20::boolean)"                                       \
  " AND ($21::boolean IS NULL OR " DUNLIN_HAS_MEDIA("2, 3") " = $21::boolean)"                                    \
  " AND ($22::boolean IS NULL OR " DUNLIN_HAS_MEDIA("4") " = $22::boolean)"                                       \
  " AND ($23::boolean IS NULL OR " DUNLIN_HAS_EMBED " = $23::boolean)"
#define DUNLIN_SEARCH_MAY \
  DUNLIN_VISIBLE("s", "$1") " AND (s.account_id = $1 OR " DUNLIN_WELCOME("s.account_id", "$1", "$2") ")"
#define DUNLIN_SEARCH_OPEN \
  "EXISTS (SELECT 1 FROM accounts sx WHERE sx.id = s.account_id AND sx.indexable) AND s.visibility = 0"

// Common words are found among the newest statuses, where the index of tokens would read very many rows to no use.
const db::Statement kSearchNewest{"status_search.newest", R"sql(
SELECT s.id
FROM (SELECT o.status_id, o.tokens FROM status_search o
      WHERE o.open AND o.status_id < $16 AND o.status_id > $17
      ORDER BY o.status_id DESC LIMIT $19::bigint) t
JOIN statuses s ON s.id = t.status_id
WHERE )sql" DUNLIN_SEARCH_WORDS " AND " DUNLIN_SEARCH_ASKS " AND " DUNLIN_SEARCH_OPEN " AND " DUNLIN_SEARCH_MAY R"sql(
ORDER BY s.id DESC
LIMIT $18)sql"};

// Rare words: MATERIALIZED and without a limit, or the planner would walk the newest for these too. Sorted before
// anything is asked of the statuses, so that no more of them are looked at than the page takes.
const db::Statement kSearchIndex{"status_search.by_index", R"sql(
WITH hits AS MATERIALIZED (
  SELECT o.status_id FROM status_search o WHERE o.open AND o.tokens @@ $3::tsquery AND $19::bigint > 0)
SELECT s.id
FROM (SELECT h.status_id FROM hits h WHERE h.status_id < $16 AND h.status_id > $17 ORDER BY h.status_id DESC OFFSET 0) t
JOIN statuses s ON s.id = t.status_id
WHERE )sql" DUNLIN_SEARCH_ASKS " AND " DUNLIN_SEARCH_OPEN " AND " DUNLIN_SEARCH_MAY R"sql(
ORDER BY t.status_id DESC
LIMIT $18)sql"};

// One author's.
const db::Statement kSearchAuthor{"status_search.of_author", R"sql(
SELECT s.id
FROM (SELECT o.status_id, o.tokens FROM status_search o
      WHERE o.account_id = $4::bigint AND o.status_id < $16 AND o.status_id > $17
      ORDER BY o.status_id DESC LIMIT $19::bigint) t
JOIN statuses s ON s.id = t.status_id
WHERE )sql" DUNLIN_SEARCH_WORDS " AND " DUNLIN_SEARCH_ASKS " AND " DUNLIN_SEARCH_OPEN " AND " DUNLIN_SEARCH_MAY R"sql(
ORDER BY s.id DESC
LIMIT $18)sql"};

// One's own, and what one has favourited, bookmarked, reblogged or is mentioned in.
const db::Statement kSearchLibrary{"status_search.library", R"sql(
WITH library AS MATERIALIZED (
  (SELECT o.status_id FROM status_search o WHERE o.account_id = $1 ORDER BY o.status_id DESC LIMIT $19::bigint)
  UNION
  (SELECT f.status_id FROM favourites f WHERE f.account_id = $1 ORDER BY f.id DESC LIMIT $19::bigint)
  UNION
  (SELECT b.status_id FROM bookmarks b WHERE b.account_id = $1 ORDER BY b.id DESC LIMIT $19::bigint)
  UNION
  (SELECT w.reblog_of_id FROM statuses w
   WHERE w.account_id = $1 AND w.reblog_of_id IS NOT NULL AND w.deleted_at IS NULL
   ORDER BY w.id DESC LIMIT $19::bigint)
  UNION
  (SELECT m.status_id FROM mentions m WHERE m.account_id = $1 ORDER BY m.status_id DESC LIMIT $19::bigint))
SELECT s.id
FROM (SELECT t.status_id
      FROM library l JOIN status_search t ON t.status_id = l.status_id
      WHERE l.status_id < $16 AND l.status_id > $17 AND )sql" DUNLIN_SEARCH_WORDS R"sql(
      ORDER BY t.status_id DESC OFFSET 0) hit
JOIN statuses s ON s.id = hit.status_id
WHERE )sql" DUNLIN_SEARCH_ASKS " AND " DUNLIN_SEARCH_MAY R"sql(
ORDER BY hit.status_id DESC
LIMIT $18)sql"};

std::vector<StatusId> search_statuses(db::Tx& tx, AccountId viewer, const StatusSearch& q, int count) {
  const auto words = tsquery_text(q.terms);
  const auto run = [&](const db::Statement& statement, int depth) {
    return all_rows(tx.exec(statement, {viewer,
                                        tx.now(),
                                        words,
                                        q.from,
                                        db::Param::ids(q.not_from),
                                        q.with_parts,
                                        q.without_parts,
                                        q.reply,
                                        q.sensitive,
                                        q.language,
                                        db::Param::texts(q.not_languages),
                                        q.since,
                                        q.until.value_or(tx.now() + std::chrono::days(1)),
                                        q.not_since,
                                        q.not_until,
                                        q.below > 0 ? q.below : std::numeric_limits<std::int64_t>::max(),
                                        q.above,
                                        count,
                                        depth,
                                        q.image,
                                        q.video,
                                        q.audio,
                                        q.embed}),
                    status_id);
  };
  std::vector<StatusId> found;
  if (q.in_public) {
    if (q.from) {
      found = run(kSearchAuthor, kDepth);
    } else {
      const bool indexed = is_selective(q.terms);
      found = run(kSearchNewest, indexed ? kWindow : kDepth);
      if (indexed && found.size() < static_cast<std::size_t>(count)) found = run(kSearchIndex, kWindow);
    }
  }
  if (q.in_library) {
    const auto own = run(kSearchLibrary, kDepth);
    found.insert(found.end(), own.begin(), own.end());
    std::ranges::sort(found, std::ranges::greater());
    const auto repeated = std::ranges::unique(found);
    found.erase(repeated.begin(), repeated.end());
  }
  if (found.size() > static_cast<std::size_t>(count)) found.resize(static_cast<std::size_t>(count));
  return found;
}

const db::Statement kListUnsearchable{"status_search.list_missing",
                                      "SELECT " DUNLIN_STATUS_COLUMNS " FROM " DUNLIN_STATUS_TABLES R"sql(
WHERE s.id < (SELECT backfill_below FROM search_progress WHERE id = 1)
  AND s.reblog_of_id IS NULL AND s.deleted_at IS NULL
ORDER BY s.id DESC
LIMIT $1)sql"};

std::vector<model::Status> list_unsearchable_statuses(db::Tx& tx, int limit) {
  return all_rows(tx.exec(kListUnsearchable, {limit}), read_status);
}

const db::Statement kNoteBackfill{"status_search.note_backfill",
                                  "UPDATE search_progress SET backfill_below = $1 WHERE id = 1"};

void note_search_backfill(db::Tx& tx, StatusId id) {
  tx.exec(kNoteBackfill, {id});
}

const db::Statement kFollowAuthors{"status_search.follow_authors", R"sql(
WITH changed AS (
  UPDATE status_search t
  SET open = NOT t.open
  WHERE t.status_id IN (
    SELECT o.status_id
    FROM search_author_changes c
    JOIN accounts a ON a.id = c.account_id
    JOIN status_search o ON o.account_id = a.id
    JOIN statuses s ON s.id = o.status_id
    WHERE o.open <> (s.visibility = 0 AND a.indexable)
    LIMIT $1)
  RETURNING t.status_id)
SELECT count(*) FROM changed)sql"};
const db::Statement kForgetAuthorChanges{"status_search.forget_authors", R"sql(
DELETE FROM search_author_changes c
USING accounts a
WHERE a.id = c.account_id
  AND NOT EXISTS (SELECT 1 FROM status_search o JOIN statuses s ON s.id = o.status_id
                  WHERE o.account_id = a.id AND o.open <> (s.visibility = 0 AND a.indexable)))sql"};

bool follow_search_authors(db::Tx& tx, int limit) {
  if (tx.exec(kFollowAuthors, {limit})[0].i64(0) == limit) return true;
  tx.exec(kForgetAuthorChanges);
  return false;
}

}  // namespace dunlin::store
