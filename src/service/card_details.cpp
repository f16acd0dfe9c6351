#include "card_details.hpp"

#include "languages.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/json/parse.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace dunlin::service {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxName = 150;
constexpr std::size_t kMaxTitle = 300;
constexpr int kMaxPixels = 20'000;

/// An address of the page as an absolute one without tricks; "" when it is none.
std::string absolute(const Url& base, std::string_view reference) {
  if (text::trim(reference).empty()) return {};
  const auto url = base.resolve(text::trim(reference));
  return url ? url->str() : std::string();
}

std::string text_member(const Json& object, const char* name, std::size_t most) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return {};
  return html::clean_page_text(found->get<std::string>(), most);
}

/// A number, or a text of digits.
int size_member(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return 0;
  std::int64_t value = 0;
  if (found->is_number_integer()) value = found->get<std::int64_t>();
  if (found->is_string()) {
    for (const char c : found->get<std::string>())
      value = c >= '0' && c <= '9' ? std::min(value * 10 + c - '0', 1'000'000L) : -1;
  }
  return value > 0 && value <= kMaxPixels ? static_cast<int>(value) : 0;
}

// --- JSON-LD ---

bool is_article(const Json& object) {
  static constexpr std::array<std::string_view, 9> kTypes{
      "Article",     "NewsArticle",    "BlogPosting", "ReportageNewsArticle", "ScholarlyArticle", "SocialMediaPosting",
      "VideoObject", "PodcastEpisode", "WebPage"};
  const auto type = object.find("@type");
  if (type == object.end()) return false;
  const auto is_known = [](const Json& name) {
    return name.is_string() && std::ranges::find(kTypes, name.get_ref<const std::string&>()) != kTypes.end();
  };
  return type->is_array() ? std::ranges::any_of(*type, is_known) : is_known(*type);
}

/// The first article of a document: itself, in its list, or in its graph.
const Json* find_article(const Json& document) {
  if (document.is_array()) {
    for (const Json& entry : document) {
      if (const Json* found = entry.is_object() ? find_article(entry) : nullptr) return found;
    }
    return nullptr;
  }
  if (!document.is_object()) return nullptr;
  if (is_article(document)) return &document;
  const auto graph = document.find("@graph");
  return graph == document.end() || !graph->is_array() ? nullptr : find_article(*graph);
}

/// The first of one or several people or organizations.
const Json* first_object(const Json& article, const char* name) {
  const auto found = article.find(name);
  if (found == article.end()) return nullptr;
  const Json& value = found->is_array() && !found->empty() ? found->front() : *found;
  return value.is_object() ? &value : nullptr;
}

void fill_from_article(model::PreviewCard& card, const Json& article, const Url& address) {
  if (card.title.empty()) card.title = text_member(article, "headline", kMaxTitle);
  if (const Json* author = first_object(article, "author"); author && card.author_name.empty()) {
    card.author_name = text_member(*author, "name", kMaxName);
    card.author_url = absolute(address, text_member(*author, "url", kMaxTitle));
  }
  if (const Json* publisher = first_object(article, "publisher"); publisher && card.provider_name.empty()) {
    card.provider_name = text_member(*publisher, "name", kMaxName);
  }
  if (!card.published_at) card.published_at = parse_iso8601(text_member(article, "datePublished", kMaxName));
  if (!card.language) card.language = normalise_language(text_member(article, "inLanguage", kMaxName));
}

std::string canonical_url(const html::PageInfo& info, const Url& address) {
  const std::string own = address.str();
  const auto named = info.canonical.empty() ? std::nullopt : address.resolve(info.canonical);
  return named && same_origin(named->str(), own) ? named->str() : own;
}

}  // namespace

std::optional<model::PreviewCard> make_card(const html::PageInfo& info, const Url& address) {
  model::PreviewCard card;
  card.url = canonical_url(info, address);
  card.title = info.title;
  card.description = info.description;
  card.language = normalise_language(info.language);
  card.author_name = info.author;
  card.provider_name = info.site_name;
  card.provider_url = address.origin();
  card.image_url = absolute(address, info.image);
  card.image_description = card.image_url.empty() ? std::string() : info.image_description;
  card.published_at = parse_iso8601(info.published);
  if (!card.image_url.empty()) {
    card.width = info.image_width;
    card.height = info.image_height;
  }
  for (const std::string& text : info.linked_data) {
    const auto document = json::parse(text);
    const Json* article = document ? find_article(*document) : nullptr;
    if (article != nullptr) fill_from_article(card, *article, address);
  }
  if (card.title.empty()) return std::nullopt;
  const std::string player = absolute(address, info.player);
  if (player.starts_with("https://")) {
    card.type = model::CardType::video;
    card.width = info.player_width;
    card.height = info.player_height;
    card.html = html::render_frame({player, card.width, card.height});
  }
  return card;
}

void apply_oembed(model::PreviewCard& card, std::string_view document, const Url& address) {
  const auto parsed = json::parse(document);
  if (!parsed || !parsed->is_object()) return;
  const Json& oembed = *parsed;
  const std::string type = text_member(oembed, "type", kMaxName);
  const auto take = [](std::string& place, std::string value) {
    if (!value.empty()) place = std::move(value);
  };
  take(card.title, text_member(oembed, "title", kMaxTitle));
  take(card.author_name, text_member(oembed, "author_name", kMaxName));
  take(card.author_url, absolute(address, text_member(oembed, "author_url", kMaxTitle)));
  take(card.provider_name, text_member(oembed, "provider_name", kMaxName));
  take(card.provider_url, absolute(address, text_member(oembed, "provider_url", kMaxTitle)));
  if (card.image_url.empty()) card.image_url = absolute(address, text_member(oembed, "thumbnail_url", kMaxTitle * 4));
  if (type == "photo") {
    const std::string picture = absolute(address, text_member(oembed, "url", kMaxTitle * 4));
    if (picture.empty()) return;
    card.type = model::CardType::photo;
    card.embed_url = picture;
    card.image_url = picture;
    card.width = size_member(oembed, "width");
    card.height = size_member(oembed, "height");
    card.html.clear();
  } else if (type == "video") {
    // What is rich needs scripts of its provider, as a rule: the page's own card will do for it.
    const auto markup = oembed.find("html");
    if (markup == oembed.end() || !markup->is_string()) return;
    auto frame = html::find_frame(markup->get_ref<const std::string&>());
    if (frame.src.empty()) return;
    if (frame.width == 0) frame.width = size_member(oembed, "width");
    if (frame.height == 0) frame.height = size_member(oembed, "height");
    card.type = model::CardType::video;
    card.width = frame.width;
    card.height = frame.height;
    card.html = html::render_frame(frame);
  }
}

}  // namespace dunlin::service
