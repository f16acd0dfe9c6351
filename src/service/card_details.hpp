#pragma once

#include "dunlin/base/url.hpp"
#include "dunlin/html/page_info.hpp"
#include "dunlin/model/preview_card.hpp"

#include <optional>
#include <string_view>

namespace dunlin::service {

/// The card of a page at `address` (after redirects), from what it says of itself; nullopt when that has no title.
/// Its url is the canonical one, when that is on the same server.
std::optional<model::PreviewCard> make_card(const html::PageInfo& info, const Url& address);
/// What oEmbed says better: who made it, and how it is framed or shown. `document`: its JSON; anything else is ignored.
void apply_oembed(model::PreviewCard& card, std::string_view document, const Url& address);

}  // namespace dunlin::service
