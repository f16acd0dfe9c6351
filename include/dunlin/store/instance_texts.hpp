#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/db/tx.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::store {

/// Stored as numbers.
enum class InstanceText : std::uint8_t { about = 0, privacy_policy = 1 };

struct LongText {
  std::string source;   // as written
  std::string content;  // HTML, clean
  Time updated_at{};
};
std::optional<LongText> find_instance_text(db::Tx& tx, InstanceText kind);
void save_instance_text(db::Tx& tx, InstanceText kind, std::string_view source, std::string_view content);
/// false: there was none.
bool delete_instance_text(db::Tx& tx, InstanceText kind);

struct Terms {
  std::string effective_on;  // YYYY-MM-DD
  std::string content;
  bool effective = false;                   // they hold today
  std::optional<std::string> succeeded_by;  // the date of the next version
};
/// Those that hold today, else the first that will; nullopt: there are none.
std::optional<Terms> find_current_terms(db::Tx& tx);
std::optional<Terms> find_terms(db::Tx& tx, std::string_view date);
/// By date.
std::vector<Terms> list_terms(db::Tx& tx);
/// Replaces those of that date.
void save_terms(db::Tx& tx, std::string_view date, std::string_view source, std::string_view content);
bool delete_terms(db::Tx& tx, std::string_view date);

}  // namespace dunlin::store
