#include "dunlin/store/refused_media.hpp"

#include "media_rows.hpp"
#include "rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

using model::MediaState;

namespace {

std::vector<std::string> keys_of(const db::Rows& rows) {
  return all_rows(rows, [](const db::Row& row) { return std::string(row.text(0)); });
}

RefusedPage read_page(const db::Rows& rows) {
  RefusedPage page;
  for (const auto row : rows) {
    ++page.seen;
    page.last = row.id<MediaId>(0);
    if (row.boolean(2)) continue;  // as it was
    if (const auto status = row.opt_id<StatusId>(1)) page.statuses.push_back(*status);
    for (const int column : {3, 4}) {
      if (auto key = row.opt_text(column)) page.keys.push_back(*std::move(key));
    }
  }
  return page;
}

}  // namespace

// Names in the inner query that are its own come first: what is the attachment's says so.
const db::Statement kFindRemoteMedia{"refused_media.find", "SELECT " DUNLIN_MEDIA_COLUMNS R"sql(,
  (SELECT a.domain FROM accounts a WHERE a.id = media_attachments.account_id AND a.suspended_at IS NULL),
  (SELECT a.uri FROM accounts a WHERE a.id = media_attachments.account_id)
FROM media_attachments
WHERE id = $1 AND remote_url IS NOT NULL)sql"};

std::optional<OwnedMedia> find_remote_media(db::Tx& tx, MediaId id) {
  const auto rows = tx.exec(kFindRemoteMedia, {id});
  constexpr int kDomainAt = 31;  // behind what an attachment has
  if (rows.empty() || rows[0].is_null(kDomainAt)) return std::nullopt;
  return OwnedMedia{.media = read_media(rows[0]),
                    .domain = std::string(rows[0].text(kDomainAt)),
                    .author_uri = std::string(rows[0].text(kDomainAt + 1))};
}

const db::Statement kListWithFiles{"refused_media.list_accounts", R"sql(
SELECT n.id
FROM unnest($1::bigint[]) AS n (id)
WHERE EXISTS (SELECT 1 FROM media_attachments m WHERE m.account_id = n.id AND m.remote_url IS NOT NULL)
   OR EXISTS (SELECT 1 FROM pictures p WHERE p.account_id = n.id AND p.remote_url IS NOT NULL)
ORDER BY 1)sql"};

std::vector<AccountId> list_accounts_with_files(db::Tx& tx, std::span<const AccountId> accounts) {
  return all_rows(tx.exec(kListWithFiles, {db::Param::ids(accounts)}),
                  [](const db::Row& row) { return row.id<AccountId>(0); });
}

const db::Statement kRefuseMedia{"refused_media.refuse", R"sql(
WITH page AS (
  SELECT id, status_id, state, file_key, preview_key FROM media_attachments
  WHERE account_id = $1 AND id > $2 AND remote_url IS NOT NULL
  ORDER BY id LIMIT $3 FOR UPDATE),
refused AS (
  UPDATE media_attachments m
  SET state = $4, file_key = NULL, preview_key = NULL, bytes = 0
  FROM page p WHERE m.id = p.id AND p.state <> $4)
SELECT id, status_id, state = $4, file_key, preview_key FROM page ORDER BY id)sql"};

RefusedPage refuse_media_of(db::Tx& tx, AccountId account, MediaId after, int limit) {
  return read_page(tx.exec(kRefuseMedia, {account, after, limit, static_cast<int>(MediaState::refused)}));
}

const db::Statement kReadmitMedia{"refused_media.readmit", R"sql(
WITH page AS (
  SELECT id, status_id, state FROM media_attachments
  WHERE account_id = $1 AND id > $2 AND remote_url IS NOT NULL
  ORDER BY id LIMIT $3 FOR UPDATE),
admitted AS (
  UPDATE media_attachments m
  SET state = $5, failure = '', failures = 0, retry_at = NULL
  FROM page p WHERE m.id = p.id AND p.state = $4)
SELECT id, status_id, state <> $4, NULL::text, NULL::text FROM page ORDER BY id)sql"};

RefusedPage readmit_media_of(db::Tx& tx, AccountId account, MediaId after, int limit) {
  return read_page(tx.exec(kReadmitMedia, {account, after, limit, static_cast<int>(MediaState::refused),
                                           static_cast<int>(MediaState::remote)}));
}

const db::Statement kEvictPicturesOf{"refused_media.evict_pictures", R"sql(
WITH gone AS (
  DELETE FROM pictures WHERE account_id = $1 AND remote_url IS NOT NULL RETURNING file_key, still_key)
SELECT DISTINCT k.key FROM gone g, unnest(ARRAY[g.file_key, g.still_key]) AS k (key) WHERE k.key IS NOT NULL)sql"};

std::vector<std::string> evict_pictures_of(db::Tx& tx, AccountId account) {
  return keys_of(tx.exec(kEvictPicturesOf, {account}));
}

const db::Statement kListEmojisOfDomain{"refused_media.list_emojis", R"sql(
SELECT id, domain FROM custom_emojis
WHERE id > $2 AND domain <> ''
  AND (domain = $1 OR split_part(domain, ':', 1) = $1
       OR right(split_part(domain, ':', 1), length($1) + 1) = '.' || $1)
ORDER BY id LIMIT $3)sql"};

std::vector<RemoteEmoji> list_emojis_of_domain(db::Tx& tx, std::string_view domain, std::int64_t after, int limit) {
  return all_rows(tx.exec(kListEmojisOfDomain, {domain, after, limit}),
                  [](const db::Row& row) { return RemoteEmoji{.id = row.i64(0), .domain = std::string(row.text(1))}; });
}

const db::Statement kSetEmojisRefused{"refused_media.set_emojis", R"sql(
WITH marked AS (
  UPDATE custom_emojis SET disabled = $2 WHERE id = ANY($1::bigint[]) AND disabled <> $2),
gone AS (
  DELETE FROM pictures WHERE $2 AND emoji_id = ANY($1::bigint[]) RETURNING file_key, still_key)
SELECT DISTINCT k.key FROM gone g, unnest(ARRAY[g.file_key, g.still_key]) AS k (key) WHERE k.key IS NOT NULL)sql"};

std::vector<std::string> set_emojis_refused(db::Tx& tx, std::span<const std::int64_t> ids, bool refused) {
  if (ids.empty()) return {};
  return keys_of(tx.exec(kSetEmojisRefused, {db::Param::bigints(ids), refused}));
}

const db::Statement kListCardPictures{"refused_media.list_cards", R"sql(
SELECT id, url, image_url FROM preview_cards WHERE id > $1 AND image_url <> '' ORDER BY id LIMIT $2)sql"};

std::vector<CardPicture> list_card_pictures(db::Tx& tx, PreviewCardId after, int limit) {
  return all_rows(tx.exec(kListCardPictures, {after, limit}), [](const db::Row& row) {
    return CardPicture{
        .card = row.id<PreviewCardId>(0), .page = std::string(row.text(1)), .url = std::string(row.text(2))};
  });
}

const db::Statement kClearCardPictures{"refused_media.clear_cards", R"sql(
WITH marked AS (
  UPDATE preview_cards
  SET image_url = '', image_description = '',
    type = CASE WHEN type = $2 THEN $3 ELSE type END, embed_url = CASE WHEN type = $2 THEN '' ELSE embed_url END
  WHERE id = ANY($1::bigint[]) AND image_url <> ''),
gone AS (
  DELETE FROM pictures WHERE card_id = ANY($1::bigint[]) RETURNING file_key, still_key)
SELECT DISTINCT k.key FROM gone g, unnest(ARRAY[g.file_key, g.still_key]) AS k (key) WHERE k.key IS NOT NULL)sql"};

std::vector<std::string> clear_card_pictures(db::Tx& tx, std::span<const PreviewCardId> ids) {
  if (ids.empty()) return {};
  return keys_of(tx.exec(kClearCardPictures, {db::Param::ids(ids), static_cast<int>(model::CardType::photo),
                                              static_cast<int>(model::CardType::link)}));
}

}  // namespace dunlin::store
