#include "dunlin/model/reading_preferences.hpp"

namespace dunlin::model {

std::string_view to_string(ExpandMedia expand) {
  switch (expand) {
    case ExpandMedia::default_:
      return "default";
    case ExpandMedia::show_all:
      return "show_all";
    case ExpandMedia::hide_all:
      break;
  }
  return "hide_all";
}

std::optional<ExpandMedia> parse_expand_media(std::string_view text) {
  for (const auto one : {ExpandMedia::default_, ExpandMedia::show_all, ExpandMedia::hide_all}) {
    if (text == to_string(one)) return one;
  }
  return std::nullopt;
}

}  // namespace dunlin::model
