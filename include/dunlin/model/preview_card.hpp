#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dunlin {

using PreviewCardId = Id<struct PreviewCardTag>;

namespace model {

/// Append-only: stored as numbers.
enum class CardType : std::uint8_t { link = 0, photo = 1, video = 2 };
/// "link", "photo", "video".
std::string_view to_string(CardType type);

/// What a status shows of a page that it links to. Missing texts are "", missing sizes 0.
struct PreviewCard {
  PreviewCardId id;
  std::string url;  // in store::insert the canonical one; of a status the link as it stands there
  CardType type = CardType::link;
  std::string title;
  std::string description;
  std::optional<std::string> language;
  std::string author_name;
  std::string author_url;
  std::optional<AccountId> author_account_id;  // whom the page names, and who lets it
  std::string provider_name;
  std::string provider_url;
  std::string html;  // an iframe of our own making
  int width = 0;
  int height = 0;
  std::string image_url;  // on the page's server; shown from our copy of it
  std::string image_description;
  std::string embed_url;
  std::optional<Time> published_at;
  std::string blurhash;  // read only: of our copy, once it has been here
};

}  // namespace model
}  // namespace dunlin
