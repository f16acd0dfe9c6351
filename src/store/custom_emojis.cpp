#include "dunlin/store/custom_emojis.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

#define DUNLIN_EMOJI_COLUMNS "id, shortcode, domain, url, static_url, category, visible_in_picker, disabled"

namespace {

EmojiRow read_emoji(const db::Row& row) {
  return {.id = row.i64(0),
          .shortcode = std::string(row.text(1)),
          .domain = row.opt_text(2),
          .url = std::string(row.text(3)),
          .static_url = std::string(row.text(4)),
          .category = row.opt_text(5),
          .visible_in_picker = row.boolean(6),
          .disabled = row.boolean(7)};
}

}  // namespace

const db::Statement kListOwnEmojis{
    "emojis.list_own", "SELECT " DUNLIN_EMOJI_COLUMNS " FROM custom_emojis WHERE domain IS NULL ORDER BY shortcode"};

std::vector<EmojiRow> list_own_emojis(db::Tx& tx) {
  return all_rows(tx.exec(kListOwnEmojis), read_emoji);
}

const db::Statement kFindOwnEmoji{"emojis.find_own",
                                  "SELECT " DUNLIN_EMOJI_COLUMNS
                                  " FROM custom_emojis WHERE shortcode = $1 AND coalesce(domain, '') = ''"};

std::optional<EmojiRow> find_own_emoji(db::Tx& tx, std::string_view shortcode) {
  return first_row(tx.exec(kFindOwnEmoji, {shortcode}), read_emoji);
}

const db::Statement kSaveEmoji{"emojis.save", R"sql(
INSERT INTO custom_emojis (id, shortcode, domain, url, static_url, category, visible_in_picker, disabled, created_at,
                           updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
ON CONFLICT (shortcode, coalesce(domain, '')) DO UPDATE
SET url = EXCLUDED.url, static_url = EXCLUDED.static_url, category = EXCLUDED.category,
    visible_in_picker = EXCLUDED.visible_in_picker, disabled = EXCLUDED.disabled, updated_at = EXCLUDED.updated_at
RETURNING id)sql"};

std::int64_t save_emoji(db::Tx& tx, const EmojiRow& e) {
  return tx
      .exec(kSaveEmoji, {e.id, e.shortcode, e.domain, e.url, e.static_url, e.category, e.visible_in_picker, e.disabled,
                         tx.now()})[0]
      .i64(0);
}

const db::Statement kSetEmojiDisabled{"emojis.set_disabled", R"sql(
UPDATE custom_emojis SET disabled = $2, updated_at = $3 WHERE shortcode = $1 AND coalesce(domain, '') = '')sql"};

bool set_emoji_disabled(db::Tx& tx, std::string_view shortcode, bool disabled) {
  return tx.exec(kSetEmojiDisabled, {shortcode, disabled, tx.now()}).affected() > 0;
}

const db::Statement kDeleteOwnEmoji{"emojis.delete_own",
                                    "DELETE FROM custom_emojis WHERE shortcode = $1 AND coalesce(domain, '') = ''"};

bool delete_own_emoji(db::Tx& tx, std::string_view shortcode) {
  return tx.exec(kDeleteOwnEmoji, {shortcode}).affected() > 0;
}

// What is replaced has no copy any more: with the same address nothing else would tell that it is another picture.
const db::Statement kReceiveEmojis{"emojis.receive", R"sql(
WITH received AS (
  INSERT INTO custom_emojis AS e (id, shortcode, domain, url, static_url, visible_in_picker, created_at, updated_at)
  SELECT DISTINCT ON (n.shortcode) n.id, n.shortcode, $1, n.url, n.url, false, $6::timestamptz,
         least($6::timestamptz, to_timestamp(n.updated / 1000.0))
  FROM unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[]) AS n (id, shortcode, url, updated)
  ORDER BY n.shortcode, n.updated DESC
  ON CONFLICT (shortcode, coalesce(domain, '')) DO UPDATE
  SET url = EXCLUDED.url, static_url = EXCLUDED.static_url, updated_at = EXCLUDED.updated_at
  WHERE e.updated_at < EXCLUDED.updated_at AND (e.url <> EXCLUDED.url OR EXCLUDED.shortcode = ANY($7::text[]))
  RETURNING e.id)
DELETE FROM pictures p USING received r WHERE p.emoji_id = r.id)sql"};

void receive_emojis(db::Tx& tx, std::string_view domain, std::span<const ReceivedEmoji> emojis) {
  if (emojis.empty()) return;
  std::vector<std::int64_t> ids;
  std::vector<std::string> shortcodes;
  std::vector<std::string> urls;
  std::vector<std::int64_t> updated;
  std::vector<std::string> stated;  // the shortcodes
  for (const auto& emoji : emojis) {
    ids.push_back(emoji.id);
    shortcodes.push_back(emoji.shortcode);
    urls.push_back(emoji.url);
    updated.push_back(emoji.updated.time_since_epoch().count());
    if (emoji.stated) stated.push_back(emoji.shortcode);
  }
  tx.exec(kReceiveEmojis, {domain, db::Param::bigints(ids), db::Param::texts(shortcodes), db::Param::texts(urls),
                           db::Param::bigints(updated), tx.now(), db::Param::texts(stated)});
}

const db::Statement kNoteForeignEmoji{"emojis.note_foreign", R"sql(
INSERT INTO custom_emojis (id, shortcode, domain, url, static_url, visible_in_picker, created_at, updated_at)
VALUES ($1, $2, $3, $4, $4, false, $5, to_timestamp(0))
ON CONFLICT (shortcode, coalesce(domain, '')) DO NOTHING)sql"};

void note_foreign_emoji(db::Tx& tx, std::string_view domain, const ReceivedEmoji& emoji) {
  tx.exec(kNoteForeignEmoji, {emoji.id, emoji.shortcode, domain, emoji.url, tx.now()});
}

const db::Statement kListRemoteEmojis{"emojis.list_remote", R"sql(
SELECT e.id, e.shortcode, e.domain, e.url, e.static_url, e.category, e.visible_in_picker, e.updated_at
FROM unnest($1::text[], $2::text[]) AS n (domain, shortcode)
JOIN custom_emojis e ON e.shortcode = n.shortcode AND coalesce(e.domain, '') = n.domain
WHERE e.domain IS NOT NULL AND NOT e.disabled)sql"};

std::vector<CustomEmoji> list_remote_emojis(db::Tx& tx, std::span<const EmojiName> names) {
  if (names.empty()) return {};
  std::vector<std::string> domains;
  std::vector<std::string> shortcodes;
  for (const auto& [domain, shortcode] : names) {
    domains.push_back(domain);
    shortcodes.push_back(shortcode);
  }
  return all_rows(tx.exec(kListRemoteEmojis, {db::Param::texts(domains), db::Param::texts(shortcodes)}),
                  [](const db::Row& row) {
                    return CustomEmoji{.id = row.i64(0),
                                       .shortcode = std::string(row.text(1)),
                                       .domain = row.opt_text(2),
                                       .url = std::string(row.text(3)),
                                       .static_url = std::string(row.text(4)),
                                       .category = row.opt_text(5),
                                       .visible_in_picker = row.boolean(6),
                                       .updated_at = row.time(7)};
                  });
}

}  // namespace dunlin::store
