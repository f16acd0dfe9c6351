#include "dunlin/model/status.hpp"

#include <array>

namespace dunlin::model {

namespace {
constexpr std::array<std::string_view, 4> kVisibilities{"public", "unlisted", "private", "direct"};
}

std::string_view to_string(Visibility visibility) {
  return kVisibilities.at(static_cast<std::size_t>(visibility));
}

std::optional<Visibility> parse_visibility(std::string_view text) {
  for (std::size_t i = 0; i < kVisibilities.size(); ++i) {
    if (kVisibilities.at(i) == text) return static_cast<Visibility>(i);
  }
  return std::nullopt;
}

}  // namespace dunlin::model
