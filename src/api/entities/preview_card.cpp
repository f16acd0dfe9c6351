#include "dunlin/api/entities/preview_card.hpp"

#include "dunlin/service/media_urls.hpp"

namespace dunlin::api::entities {

namespace {

void render_authors(json::Writer& out, const model::PreviewCard& card, std::string_view author) {
  out.key("authors").begin_array();
  if (!card.author_name.empty() || !card.author_url.empty() || !author.empty()) {
    out.begin_object();
    out.field("name", card.author_name);
    out.field("url", card.author_url);
    out.key("account");
    if (author.empty()) {
      out.value(nullptr);
    } else {
      out.raw(author);
    }
    out.end_object();
  }
  out.end_array();
}

}  // namespace

void render_preview_card_members(json::Writer& out, const config::Config& config, const model::PreviewCard& card,
                                 std::string_view author) {
  out.field("url", card.url);
  out.field("title", card.title);
  out.field("description", card.description);
  out.field("language", card.language);
  out.field("type", model::to_string(card.type));
  out.field("author_name", card.author_name);
  out.field("author_url", card.author_url);
  out.field("provider_name", card.provider_name);
  out.field("provider_url", card.provider_url);
  out.field("html", card.html);
  out.field("width", card.width);
  out.field("height", card.height);
  out.key("image");
  if (card.image_url.empty()) {
    out.value(nullptr);
  } else {
    out.value(service::media_urls::card(config, card));
  }
  out.field("image_description", card.image_description);
  out.field("embed_url", card.embed_url);
  out.key("blurhash");
  if (card.blurhash.empty()) {
    out.value(nullptr);
  } else {
    out.value(card.blurhash);
  }
  out.field("published_at", card.published_at);
  render_authors(out, card, author);
}

void render_preview_card(json::Writer& out, const config::Config& config, const model::PreviewCard& card,
                         std::string_view author) {
  out.begin_object();
  render_preview_card_members(out, config, card, author);
  out.end_object();
}

}  // namespace dunlin::api::entities
