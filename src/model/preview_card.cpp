#include "dunlin/model/preview_card.hpp"

namespace dunlin::model {

std::string_view to_string(CardType type) {
  switch (type) {
    case CardType::photo:
      return "photo";
    case CardType::video:
      return "video";
    case CardType::link:
      break;
  }
  return "link";
}

}  // namespace dunlin::model
