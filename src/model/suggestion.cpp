#include "dunlin/model/suggestion.hpp"

namespace dunlin::model {

std::string_view to_string(SuggestionSource source) {
  switch (source) {
    case SuggestionSource::friends_of_friends:
      return "friends_of_friends";
    case SuggestionSource::similar:
      return "similar_to_recently_followed";
    case SuggestionSource::most_followed:
      return "most_followed";
    case SuggestionSource::most_interactions:
      break;
  }
  return "most_interactions";
}

}  // namespace dunlin::model
