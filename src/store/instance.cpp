#include "dunlin/store/instance.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

// Only what grows with the number of local accounts and of servers is counted; statuses come from the accounts'
// counters.
const db::Statement kCountInstance{"instance.count", R"sql(
SELECT count(u.id),
       count(u.id) FILTER (WHERE u.last_active_on > ($1::timestamptz AT TIME ZONE 'UTC')::date - 30),
       count(u.id) FILTER (WHERE u.last_active_on > ($1::timestamptz AT TIME ZONE 'UTC')::date - 180),
       coalesce(sum(ast.statuses_count), 0)::bigint,
       coalesce(sum(ast.replies_count), 0)::bigint,
       (SELECT count(*) FROM instances)
FROM accounts a
JOIN account_stats ast ON ast.account_id = a.id
LEFT JOIN users u ON u.account_id = a.id AND u.confirmed_at IS NOT NULL AND u.approved
WHERE a.domain IS NULL AND a.suspended_at IS NULL)sql"};

InstanceCounts count_instance(db::Tx& tx) {
  const auto rows = tx.exec(kCountInstance, {tx.now()});
  const auto row = rows[0];
  return {.users = row.i64(0),
          .active_month = row.i64(1),
          .active_half_year = row.i64(2),
          .local_statuses = row.i64(3),
          .local_replies = row.i64(4),
          .domains = row.i64(5)};
}

const db::Statement kListCustomEmojis{"instance.custom_emojis", R"sql(
SELECT id, shortcode, url, static_url, category, visible_in_picker, updated_at
FROM custom_emojis
WHERE domain IS NULL AND NOT disabled
ORDER BY shortcode COLLATE "C")sql"};

std::vector<CustomEmoji> list_custom_emojis(db::Tx& tx) {
  return all_rows(tx.exec(kListCustomEmojis), [](const db::Row& row) {
    return CustomEmoji{.id = row.i64(0),
                       .shortcode = std::string(row.text(1)),
                       .domain = std::nullopt,
                       .url = std::string(row.text(2)),
                       .static_url = std::string(row.text(3)),
                       .category = row.opt_text(4),
                       .visible_in_picker = row.boolean(5),
                       .updated_at = row.time(6)};
  });
}

// "Most used" needs no exact number: counting stops at 100 uses, and among the first 500 names of a short prefix.
const db::Statement kSearchTags{"instance.search_tags", R"sql(
SELECT t.id, t.name, t.display_name
FROM (SELECT * FROM tags WHERE name >= $1 AND name < $2 ORDER BY name LIMIT 500) t,
     LATERAL (SELECT count(*) AS uses FROM (SELECT 1 FROM public_status_tags p WHERE p.tag_id = t.id LIMIT 100) u) used
ORDER BY t.name = $1 DESC, used.uses DESC, t.name
LIMIT $3 OFFSET $4)sql"};

std::vector<Tag> search_tags(db::Tx& tx, std::string_view prefix, int limit, int offset) {
  if (prefix.empty()) return {};
  // U+10FFFF is the last code point and no character: the end of all names with this prefix.
  return all_rows(
      tx.exec(kSearchTags, {prefix, std::string(prefix) + "\xF4\x8F\xBF\xBF", limit, offset}), [](const db::Row& row) {
        return Tag{.id = row.i64(0), .name = std::string(row.text(1)), .display_name = std::string(row.text(2))};
      });
}

}  // namespace dunlin::store
