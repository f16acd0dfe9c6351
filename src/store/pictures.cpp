#include "dunlin/store/pictures.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

using model::Picture;
using model::PictureKind;

#define DUNLIN_PICTURE_COLUMNS                                                             \
  "p.id, p.kind, p.remote_url, p.file_key, p.still_key, p.bytes, p.failures, p.retry_at, " \
  "p.last_viewed_at, p.blurhash"

namespace {

constexpr int kPictureAt = 3;

PictureState read_state(const db::Row& row, std::int64_t owner) {
  PictureState state;
  state.url = row.text(0);
  const auto domain = row.opt_text(1);
  state.local = !domain.has_value();
  state.domain = domain.value_or("");
  state.owner_uri = row.text(2);
  if (row.is_null(kPictureAt)) return state;
  int c = kPictureAt;
  Picture picture;
  picture.id = row.id<model::PictureId>(c++);
  picture.kind = static_cast<PictureKind>(row.i32(c++));
  picture.owner = owner;
  picture.remote_url = row.opt_text(c++);
  picture.file_key = row.opt_text(c++);
  picture.still_key = row.opt_text(c++);
  picture.bytes = row.i64(c++);
  picture.failures = row.i32(c++);
  picture.retry_at = row.opt_time(c++);
  picture.last_viewed_at = row.time(c++);
  picture.blurhash = row.text(c++);
  state.picture = std::move(picture);
  return state;
}

}  // namespace

const db::Statement kFindAccountPicture{"pictures.find_of_account", R"sql(
SELECT CASE WHEN $2::integer = 0 THEN a.avatar_url ELSE a.header_url END, a.domain, coalesce(a.uri, ''), )sql" DUNLIN_PICTURE_COLUMNS
                                                                    R"sql(
FROM accounts a LEFT JOIN pictures p ON p.account_id = a.id AND p.kind = $2
WHERE a.id = $1 AND a.suspended_at IS NULL)sql"};
const db::Statement kFindEmojiPicture{"pictures.find_of_emoji", R"sql(
SELECT e.url, e.domain, '', )sql" DUNLIN_PICTURE_COLUMNS R"sql(
FROM custom_emojis e LEFT JOIN pictures p ON p.emoji_id = e.id
WHERE e.id = $1 AND NOT e.disabled)sql"};

const db::Statement kFindCardPicture{"pictures.find_of_card", R"sql(
SELECT c.image_url, '', c.url, )sql" DUNLIN_PICTURE_COLUMNS R"sql(
FROM preview_cards c LEFT JOIN pictures p ON p.card_id = c.id
WHERE c.id = $1)sql"};

std::optional<PictureState> find_picture(db::Tx& tx, PictureKind kind, std::int64_t owner) {
  const auto rows = kind == PictureKind::emoji  ? tx.exec(kFindEmojiPicture, {owner})
                    : kind == PictureKind::card ? tx.exec(kFindCardPicture, {owner})
                                                : tx.exec(kFindAccountPicture, {owner, static_cast<int>(kind)});
  if (rows.empty()) return std::nullopt;
  return read_state(rows[0], owner);
}

const db::Statement kLockPicture{"pictures.lock", R"sql(
SELECT id FROM pictures
WHERE (account_id = $1 AND kind = $2) OR (emoji_id = $1 AND $2 = 2) OR (card_id = $1 AND $2 = 3)
FOR NO KEY UPDATE)sql"};

std::optional<PictureState> lock_picture(db::Tx& tx, PictureKind kind, std::int64_t owner) {
  tx.exec(kLockPicture, {owner, static_cast<int>(kind)});
  return find_picture(tx, kind, owner);
}

const db::Statement kSaveAccountPicture{"pictures.save_of_account", R"sql(
INSERT INTO pictures (id, kind, account_id, remote_url, file_key, still_key, bytes, failures, retry_at, last_viewed_at,
                      updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (account_id, kind) WHERE account_id IS NOT NULL DO UPDATE
SET remote_url = EXCLUDED.remote_url, file_key = EXCLUDED.file_key, still_key = EXCLUDED.still_key,
    bytes = EXCLUDED.bytes, failures = EXCLUDED.failures, retry_at = EXCLUDED.retry_at,
    last_viewed_at = EXCLUDED.last_viewed_at, updated_at = EXCLUDED.updated_at)sql"};
const db::Statement kSaveEmojiPicture{"pictures.save_of_emoji", R"sql(
INSERT INTO pictures (id, kind, emoji_id, remote_url, file_key, still_key, bytes, failures, retry_at, last_viewed_at,
                      updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (emoji_id) WHERE emoji_id IS NOT NULL DO UPDATE
SET remote_url = EXCLUDED.remote_url, file_key = EXCLUDED.file_key, still_key = EXCLUDED.still_key,
    bytes = EXCLUDED.bytes, failures = EXCLUDED.failures, retry_at = EXCLUDED.retry_at,
    last_viewed_at = EXCLUDED.last_viewed_at, updated_at = EXCLUDED.updated_at)sql"};

const db::Statement kSaveCardPicture{"pictures.save_of_card", R"sql(
INSERT INTO pictures (id, kind, card_id, remote_url, file_key, still_key, bytes, failures, retry_at, last_viewed_at,
                      updated_at, blurhash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (card_id) WHERE card_id IS NOT NULL DO UPDATE
SET remote_url = EXCLUDED.remote_url, file_key = EXCLUDED.file_key, still_key = EXCLUDED.still_key,
    bytes = EXCLUDED.bytes, failures = EXCLUDED.failures, retry_at = EXCLUDED.retry_at,
    last_viewed_at = EXCLUDED.last_viewed_at, updated_at = EXCLUDED.updated_at, blurhash = EXCLUDED.blurhash)sql"};

void save_picture(db::Tx& tx, const Picture& p) {
  if (p.kind == PictureKind::card) {
    tx.exec(kSaveCardPicture, {p.id, static_cast<int>(p.kind), p.owner, p.remote_url, p.file_key, p.still_key, p.bytes,
                               p.failures, p.retry_at, p.last_viewed_at, tx.now(), p.blurhash});
    return;
  }
  tx.exec(p.kind == PictureKind::emoji ? kSaveEmojiPicture : kSaveAccountPicture,
          {p.id, static_cast<int>(p.kind), p.owner, p.remote_url, p.file_key, p.still_key, p.bytes, p.failures,
           p.retry_at, p.last_viewed_at, tx.now()});
}

const db::Statement kDeleteAccountPicture{"pictures.delete_of_account",
                                          "DELETE FROM pictures WHERE account_id = $1 AND kind = $2"};
const db::Statement kDeleteEmojiPicture{"pictures.delete_of_emoji", "DELETE FROM pictures WHERE emoji_id = $1"};

void delete_picture(db::Tx& tx, PictureKind kind, std::int64_t owner) {
  if (kind == PictureKind::emoji) {
    tx.exec(kDeleteEmojiPicture, {owner});
  } else {
    tx.exec(kDeleteAccountPicture, {owner, static_cast<int>(kind)});
  }
}

const db::Statement kTouchPicture{"pictures.touch", "UPDATE pictures SET last_viewed_at = $2 WHERE id = $1"};

void touch_picture(db::Tx& tx, model::PictureId id) {
  tx.exec(kTouchPicture, {id, tx.now()});
}

}  // namespace dunlin::store
