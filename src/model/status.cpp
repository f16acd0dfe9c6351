#include "dunlin/model/status.hpp"

#include <array>

namespace dunlin::model {

namespace {
constexpr std::array<std::string_view, 4> kVisibilities{"public", "unlisted", "private", "direct"};
constexpr std::array<std::string_view, 3> kContentTypes{"text/plain", "text/markdown", "text/html"};
}  // namespace

std::string_view to_string(Visibility visibility) {
  return kVisibilities.at(static_cast<std::size_t>(visibility));
}

std::optional<Visibility> parse_visibility(std::string_view text) {
  for (std::size_t i = 0; i < kVisibilities.size(); ++i) {
    if (kVisibilities.at(i) == text) return static_cast<Visibility>(i);
  }
  return std::nullopt;
}

std::optional<QuotePolicy> parse_quote_policy(std::string_view text) {
  if (text == "public") return QuotePolicy{.automatic = QuotePolicy::public_};
  if (text == "followers") return QuotePolicy{.automatic = QuotePolicy::followers};
  if (text == "nobody") return QuotePolicy{};
  return std::nullopt;
}

std::string_view to_string(const QuotePolicy& policy) {
  if ((policy.automatic & QuotePolicy::public_) != 0) return "public";
  return (policy.automatic & QuotePolicy::followers) != 0 ? "followers" : "nobody";
}

std::string_view to_string(ContentType type) {
  return kContentTypes.at(static_cast<std::size_t>(type));
}

std::optional<ContentType> parse_content_type(std::string_view text) {
  for (std::size_t i = 0; i < kContentTypes.size(); ++i) {
    if (kContentTypes.at(i) == text) return static_cast<ContentType>(i);
  }
  return std::nullopt;
}

}  // namespace dunlin::model
