#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/db/tx.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace dunlin::store {

struct StoredTranslation {
  std::string texts;  // a JSON array
  std::string detected_language;
};
std::optional<StoredTranslation> find_translation(db::Tx& tx, std::string_view key);
void upsert_translation(db::Tx& tx, std::string_view key, const StoredTranslation& translation);
std::size_t purge_translations(db::Tx& tx, Time before);

struct TranslatorLanguages {
  std::string languages;  // the translator's JSON
  Time fetched_at{};
};
std::optional<TranslatorLanguages> find_translator_languages(db::Tx& tx, std::string_view url);
void upsert_translator_languages(db::Tx& tx, std::string_view url, std::string_view languages);

}  // namespace dunlin::store
