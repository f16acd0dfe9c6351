#include "dunlin/store/translations.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

const db::Statement kFindTranslation{"translations.find",
                                     "SELECT texts, detected_language FROM translations WHERE key = $1::bytea"};

std::optional<StoredTranslation> find_translation(db::Tx& tx, std::string_view key) {
  return first_row(tx.exec(kFindTranslation, {db::Param::bytes(key)}), [](const db::Row& row) {
    return StoredTranslation{.texts = std::string(row.text(0)), .detected_language = std::string(row.text(1))};
  });
}

const db::Statement kUpsertTranslation{"translations.upsert", R"sql(
INSERT INTO translations (key, texts, detected_language, created_at) VALUES ($1::bytea, $2, $3, $4)
ON CONFLICT (key) DO UPDATE
SET texts = EXCLUDED.texts, detected_language = EXCLUDED.detected_language, created_at = EXCLUDED.created_at)sql"};

void upsert_translation(db::Tx& tx, std::string_view key, const StoredTranslation& translation) {
  tx.exec(kUpsertTranslation, {db::Param::bytes(key), translation.texts, translation.detected_language, tx.now()});
}

const db::Statement kPurgeTranslations{"translations.purge", "DELETE FROM translations WHERE created_at < $1"};

std::size_t purge_translations(db::Tx& tx, Time before) {
  return tx.exec(kPurgeTranslations, {before}).affected();
}

const db::Statement kFindLanguages{"translations.find_languages",
                                   "SELECT languages, fetched_at FROM translator_languages WHERE url = $1"};

std::optional<TranslatorLanguages> find_translator_languages(db::Tx& tx, std::string_view url) {
  return first_row(tx.exec(kFindLanguages, {url}), [](const db::Row& row) {
    return TranslatorLanguages{.languages = std::string(row.text(0)), .fetched_at = row.time(1)};
  });
}

const db::Statement kUpsertLanguages{"translations.upsert_languages", R"sql(
INSERT INTO translator_languages (url, languages, fetched_at) VALUES ($1, $2, $3)
ON CONFLICT (url) DO UPDATE SET languages = EXCLUDED.languages, fetched_at = EXCLUDED.fetched_at)sql"};

void upsert_translator_languages(db::Tx& tx, std::string_view url, std::string_view languages) {
  tx.exec(kUpsertLanguages, {url, languages, tx.now()});
}

}  // namespace dunlin::store
