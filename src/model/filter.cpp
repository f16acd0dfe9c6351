#include "dunlin/model/filter.hpp"

namespace dunlin::model {

namespace {
constexpr std::array<std::string_view, 5> kContextNames{"home", "notifications", "public", "thread", "account"};
constexpr std::array<std::string_view, 3> kActionNames{"warn", "hide", "blur"};

template <class E, std::size_t N>
std::optional<E> find_name(const std::array<std::string_view, N>& names, std::string_view text) {
  const auto found = std::ranges::find(names, text);
  if (found == names.end()) return std::nullopt;
  return static_cast<E>(found - names.begin());
}
}  // namespace

std::string_view to_string(FilterContext context) {
  return kContextNames.at(static_cast<std::size_t>(context));
}

std::optional<FilterContext> parse_filter_context(std::string_view text) {
  return find_name<FilterContext>(kContextNames, text);
}

std::string_view to_string(FilterAction action) {
  return kActionNames.at(static_cast<std::size_t>(action));
}

std::optional<FilterAction> parse_filter_action(std::string_view text) {
  return find_name<FilterAction>(kActionNames, text);
}

}  // namespace dunlin::model
