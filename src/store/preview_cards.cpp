#include "dunlin/store/preview_cards.hpp"

#include "preview_card_rows.hpp"
#include "rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

model::PreviewCard read_preview_card(const db::Row& row, int first) {
  int c = first;
  model::PreviewCard card;
  card.id = row.id<PreviewCardId>(c++);
  card.url = row.text(c++);
  card.type = static_cast<model::CardType>(row.i32(c++));
  card.title = row.text(c++);
  card.description = row.text(c++);
  card.language = row.opt_text(c++);
  card.author_name = row.text(c++);
  card.author_url = row.text(c++);
  card.author_account_id = row.opt_id<AccountId>(c++);
  card.provider_name = row.text(c++);
  card.provider_url = row.text(c++);
  card.html = row.text(c++);
  card.width = row.i32(c++);
  card.height = row.i32(c++);
  card.image_url = row.text(c++);
  card.image_description = row.text(c++);
  card.embed_url = row.text(c++);
  card.published_at = row.opt_time(c++);
  card.blurhash = row.text(c++);
  return card;
}

namespace {

CardLink read_link(const db::Row& row) {
  return {.id = row.i64(0),
          .url = std::string(row.text(1)),
          .card_id = row.opt_id<PreviewCardId>(2),
          .check_after = row.opt_time(3)};
}

}  // namespace

// A statement of its own: it waits for a concurrent first use of an address, and the next statement sees that row.
const db::Statement kEnsureLink{"preview_cards.ensure_link", R"sql(
INSERT INTO card_links (url)
SELECT $1::text WHERE NOT EXISTS (SELECT 1 FROM card_links WHERE url = $1)
ON CONFLICT (url) DO NOTHING)sql"};

const db::Statement kSetLink{"preview_cards.set_link", R"sql(
WITH link AS (SELECT id, url, card_id, check_after FROM card_links WHERE url = $2),
used AS (
  INSERT INTO status_cards (status_id, link_id)
  SELECT $1, id FROM link
  ON CONFLICT (status_id) DO UPDATE SET link_id = EXCLUDED.link_id WHERE status_cards.link_id <> EXCLUDED.link_id)
SELECT id, url, card_id, check_after FROM link)sql"};

CardLink set_status_link(db::Tx& tx, StatusId status, std::string_view url) {
  tx.exec(kEnsureLink, {url});
  return read_link(tx.exec(kSetLink, {status, url})[0]);
}

const db::Statement kDeleteLink{"preview_cards.delete_link", "DELETE FROM status_cards WHERE status_id = $1"};

void delete_status_link(db::Tx& tx, StatusId status) {
  tx.exec(kDeleteLink, {status});
}

const db::Statement kFindLink{"preview_cards.find_link",
                              "SELECT id, url, card_id, check_after FROM card_links WHERE id = $1"};

std::optional<CardLink> find_card_link(db::Tx& tx, std::int64_t id) {
  return first_row(tx.exec(kFindLink, {id}), read_link);
}

const db::Statement kUpsertCard{"preview_cards.upsert", R"sql(
INSERT INTO preview_cards (id, url, type, title, description, language, author_name, author_url, author_account_id,
                           provider_name, provider_url, html, width, height, image_url, image_description, embed_url,
                           published_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
ON CONFLICT (url) DO UPDATE
SET type = EXCLUDED.type, title = EXCLUDED.title, description = EXCLUDED.description, language = EXCLUDED.language,
    author_name = EXCLUDED.author_name, author_url = EXCLUDED.author_url,
    author_account_id = EXCLUDED.author_account_id, provider_name = EXCLUDED.provider_name,
    provider_url = EXCLUDED.provider_url, html = EXCLUDED.html, width = EXCLUDED.width, height = EXCLUDED.height,
    image_url = EXCLUDED.image_url, image_description = EXCLUDED.image_description, embed_url = EXCLUDED.embed_url,
    published_at = EXCLUDED.published_at, updated_at = EXCLUDED.updated_at
RETURNING id)sql"};

PreviewCardId upsert_preview_card(db::Tx& tx, const model::PreviewCard& c) {
  const auto rows =
      tx.exec(kUpsertCard, {c.id, c.url, static_cast<int>(c.type), c.title, c.description, c.language, c.author_name,
                            c.author_url, c.author_account_id, c.provider_name, c.provider_url, c.html, c.width,
                            c.height, c.image_url, c.image_description, c.embed_url, c.published_at, tx.now()});
  return rows[0].id<PreviewCardId>(0);
}

const db::Statement kRecordCheck{"preview_cards.record_check",
                                 "UPDATE card_links SET card_id = $2, check_after = $3 WHERE id = $1"};

void record_card_check(db::Tx& tx, std::int64_t link, std::optional<PreviewCardId> card, Time check_after) {
  tx.exec(kRecordCheck, {link, card, check_after});
}

const db::Statement kLoadCards{"preview_cards.of_statuses", "SELECT sc.status_id, " DUNLIN_CARD_COLUMNS("l.url") R"sql(
FROM status_cards sc
JOIN card_links l ON l.id = sc.link_id
JOIN preview_cards c ON c.id = l.card_id
WHERE sc.status_id = ANY($1::bigint[]))sql"};

std::map<StatusId, model::PreviewCard> load_status_cards(db::Tx& tx, std::span<const StatusId> ids) {
  std::map<StatusId, model::PreviewCard> cards;
  for (const auto row : tx.exec(kLoadCards, {db::Param::ids(ids)})) {
    cards.emplace(row.id<StatusId>(0), read_preview_card(row, 1));
  }
  return cards;
}

const db::Statement kLinkingStatuses{"preview_cards.linking_statuses", R"sql(
SELECT s.id, s.account_id
FROM status_cards sc JOIN statuses s ON s.id = sc.status_id
WHERE sc.link_id = $1 AND s.deleted_at IS NULL
ORDER BY sc.status_id DESC
LIMIT $2)sql"};

const db::Statement kCardStatuses{"preview_cards.card_statuses", R"sql(
SELECT s.id, s.account_id
FROM card_links l JOIN status_cards sc ON sc.link_id = l.id JOIN statuses s ON s.id = sc.status_id
WHERE l.card_id = $1 AND s.deleted_at IS NULL
ORDER BY sc.status_id DESC
LIMIT $2)sql"};

namespace {

LinkingStatus read_linking_status(const db::Row& row) {
  return LinkingStatus{.id = row.id<StatusId>(0), .author = row.id<AccountId>(1)};
}

}  // namespace

std::vector<LinkingStatus> list_linking_statuses(db::Tx& tx, std::int64_t link, int limit) {
  return all_rows(tx.exec(kLinkingStatuses, {link, limit}), read_linking_status);
}

std::vector<LinkingStatus> list_card_statuses(db::Tx& tx, PreviewCardId card, int limit) {
  return all_rows(tx.exec(kCardStatuses, {card, limit}), read_linking_status);
}

// Scalar subqueries and arrays: NOT EXISTS and IN would become joins with the whole tables (see
// statuses.purge_deleted).
const db::Statement kPurgeLinks{"preview_cards.purge_links", R"sql(
DELETE FROM card_links
WHERE id = ANY(ARRAY(
  SELECT l.id FROM card_links l
  WHERE l.check_after < $1 AND (SELECT true FROM status_cards sc WHERE sc.link_id = l.id LIMIT 1) IS NULL
  LIMIT $2)))sql"};

const db::Statement kPurgeCards{"preview_cards.purge", R"sql(
DELETE FROM preview_cards
WHERE id = ANY(ARRAY(
  SELECT c.id FROM preview_cards c
  WHERE c.updated_at < $1 AND (SELECT true FROM card_links l WHERE l.card_id = c.id LIMIT 1) IS NULL
  LIMIT $2)))sql"};

std::size_t purge_preview_cards(db::Tx& tx, Time before, int limit) {
  const auto links = tx.exec(kPurgeLinks, {before, limit}).affected();
  return links + tx.exec(kPurgeCards, {before, limit}).affected();
}

}  // namespace dunlin::store
