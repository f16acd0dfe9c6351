#include "dunlin/db/change.hpp"

#include <charconv>

namespace dunlin::db {

std::string Change::str() const {
  return static_cast<char>(kind) + std::to_string(id);
}

std::optional<Change> Change::parse(std::string_view text) {
  constexpr std::string_view kKinds = "snabvftucex";
  if (text.size() < 2 || !kKinds.contains(text.front())) return std::nullopt;
  Change change{.kind = static_cast<Kind>(text.front())};
  const auto digits = text.substr(1);
  const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), change.id);
  if (ec != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return change;
}

}  // namespace dunlin::db
