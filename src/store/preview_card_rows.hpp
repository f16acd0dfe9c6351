#pragma once

#include "dunlin/db/row.hpp"
#include "dunlin/model/preview_card.hpp"

/// The columns of preview_cards `c` in the order of read_preview_card; `url` is the address to show.
#define DUNLIN_CARD_COLUMNS(url)                                                                                \
  "c.id, " url                                                                                                  \
  ", c.type, c.title, c.description, c.language, c.author_name, c.author_url, c.author_account_id, "            \
  "c.provider_name, c.provider_url, c.html, c.width, c.height, c.image_url, c.image_description, c.embed_url, " \
  "c.published_at, coalesce((SELECT p.blurhash FROM pictures p WHERE p.card_id = c.id AND p.remote_url = "      \
  "c.image_url), '')"

namespace dunlin::store {

/// What DUNLIN_CARD_COLUMNS takes: the next column's position, counted from the first.
inline constexpr int kCardColumns = 19;

model::PreviewCard read_preview_card(const db::Row& row, int first);

}  // namespace dunlin::store
