#include "parse/attachments.hpp"

#include "parse/fields.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/html/sanitize.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

namespace dunlin::activitypub {

using model::MediaType;
using nlohmann::json;

namespace {

constexpr std::size_t kMaxAttachments = 64;
constexpr std::size_t kMaxDescriptionBytes = 10'000;
constexpr std::size_t kMaxSources = 100;
constexpr int kMaxSide = 100'000;
constexpr double kMaxSeconds = 1e7;
/// A video larger than this is for those who ask its own page.
constexpr int kBestVideoHeight = 720;

/// One place where a file is found.
struct Source {
  std::string url;
  std::string content_type;
  MediaType type = MediaType::unknown;
  int width = 0;
  int height = 0;
};

int side(const json& object, const char* name) {
  const json* value = fields::find(object, name);
  if (value == nullptr || !value->is_number()) return 0;
  const double number = value->get<double>();
  return number >= 1 && number <= kMaxSide ? static_cast<int>(number) : 0;
}

MediaType type_by_name(std::string_view type) {
  if (type == "Image") return MediaType::image;
  if (type == "Video") return MediaType::video;
  if (type == "Audio") return MediaType::audio;
  return MediaType::unknown;
}

MediaType type_by_extension(std::string_view url) {
  const auto parsed = Url::parse(url);
  if (!parsed) return MediaType::unknown;
  const auto dot = parsed->path.rfind('.');
  if (dot == std::string::npos) return MediaType::unknown;
  const auto extension = text::to_lower_ascii(std::string_view(parsed->path).substr(dot + 1));
  constexpr std::array<std::string_view, 8> kImages{"jpg", "jpeg", "png", "gif", "webp", "avif", "heic", "heif"};
  constexpr std::array<std::string_view, 6> kVideos{"mp4", "webm", "mov", "m4v", "ogv", "mkv"};
  constexpr std::array<std::string_view, 8> kSounds{"mp3", "ogg", "oga", "opus", "flac", "wav", "m4a", "aac"};
  if (std::ranges::find(kImages, extension) != kImages.end()) return MediaType::image;
  if (std::ranges::find(kVideos, extension) != kVideos.end()) return MediaType::video;
  if (std::ranges::find(kSounds, extension) != kSounds.end()) return MediaType::audio;
  return MediaType::unknown;
}

std::string content_type(const json& object) {
  const auto type = fields::text(object, "mediaType", 128);
  return text::to_lower_ascii(text::trim(std::string_view(type).substr(0, type.find(';'))));
}

/// What an object says of itself: its media type, else its kind, else the ending of the address.
MediaType type_of(const json& object, const std::string& content, std::string_view url) {
  if (!content.empty() && !content.ends_with("/octet-stream")) return model::media_type_of(content);
  const auto types = fields::types(object);
  const auto by_name = types.empty() ? MediaType::unknown : type_by_name(types.front());
  return by_name == MediaType::unknown ? type_by_extension(url) : by_name;
}

void add_source(const json& value, const json& owner, std::vector<Source>& into) {
  Source source;
  if (value.is_string()) {
    source.url = fields::checked_id(value.get_ref<const std::string&>());
    source.content_type = content_type(owner);
    source.type = type_of(owner, source.content_type, source.url);
  } else if (value.is_object()) {
    source.url = fields::id_of(value);
    if (const json* href = fields::find(value, "href"); href != nullptr && href->is_string()) {
      source.url = fields::checked_id(href->get_ref<const std::string&>());
    }
    source.content_type = content_type(value);
    if (source.content_type.empty()) source.content_type = content_type(owner);
    source.type = type_of(owner, source.content_type, source.url);
    source.width = side(value, "width");
    source.height = side(value, "height");
    // PeerTube keeps the files of an HLS playlist in its tags.
    for (const json* tag : fields::items(value, "tag", kMaxSources)) {
      if (tag->is_object() && content_type(*tag).starts_with("video/")) add_source(*tag, owner, into);
    }
  }
  if (!source.url.empty()) into.push_back(std::move(source));
}

/// Higher is better: mp4 of a size that people can play, the largest picture.
std::pair<int, int> rank(const Source& source) {
  const bool plays = source.content_type == "video/mp4" || source.type != MediaType::video;
  const bool fits = source.type != MediaType::video || source.height <= kBestVideoHeight;
  const int size = source.type == MediaType::video && !fits ? -source.height : source.height;
  return {(plays ? 2 : 0) + (fits ? 1 : 0), size};
}

std::optional<Source> best_source(const json& object) {
  std::vector<Source> sources;
  for (const char* name : {"url", "href"}) {
    for (const json* value : fields::items(object, name, kMaxSources)) add_source(*value, object, sources);
    if (!sources.empty()) break;
  }
  std::erase_if(sources, [](const Source& source) { return source.type == MediaType::unknown; });
  const auto best = std::ranges::max_element(sources, {}, rank);
  return best == sources.end() ? std::nullopt : std::optional(*best);
}

model::FocalPoint focus_of(const json& object) {
  const json* point = fields::find(object, "focalPoint");
  if (point != nullptr && point->is_object()) point = fields::find(*point, "@list");
  const bool usable =
      point != nullptr && point->is_array() && point->size() == 2 && (*point)[0].is_number() && (*point)[1].is_number();
  if (!usable) return {};
  const model::FocalPoint focus{(*point)[0].get<double>(), (*point)[1].get<double>()};
  const bool inside = std::abs(focus.x) <= 1 && std::abs(focus.y) <= 1;
  return inside ? focus : model::FocalPoint{};
}

/// Base 83, at most 5 by 5 components, as long as these need; else "".
std::string blurhash_of(const json& object) {
  constexpr std::string_view kDigits =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";
  auto hash = fields::text(object, "blurhash", 128);
  if (hash.size() < 6 || hash.find_first_not_of(kDigits) != std::string::npos) return {};
  const std::size_t flag = kDigits.find(hash.front());
  const std::size_t across = flag % 9 + 1;
  const std::size_t down = flag / 9 + 1;
  const bool fits = across <= 5 && down <= 5 && hash.size() == 4 + 2 * across * down;
  return fits ? hash : std::string();
}

/// ISO 8601 "PT1H2M3.5S" as seconds; 0 for anything else.
double duration_of(const json& object) {
  const auto written = fields::text(object, "duration", 64);
  if (!written.starts_with("PT")) return 0;
  double total = 0;
  std::string_view rest = std::string_view(written).substr(2);
  while (!rest.empty()) {
    double number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (error != std::errc() || rest.empty() || number < 0) return 0;
    const char unit = rest.front();
    rest.remove_prefix(1);
    if (unit != 'H' && unit != 'M' && unit != 'S') return 0;
    total += number * (unit == 'H' ? 3600 : unit == 'M' ? 60 : 1);
  }
  return std::isfinite(total) && total <= kMaxSeconds ? total : 0;
}

std::optional<Attachment> read_attachment(const json& object) {
  auto source = best_source(object);
  if (!source) return std::nullopt;
  Attachment result;
  result.url = std::move(source->url);
  result.type = source->type;
  result.content_type = std::move(source->content_type);
  // FEP-1311 and GoToSocial write it in `summary`.
  for (const char* name : {"summary", "name"}) {
    if (result.description.empty()) {
      result.description = text::trim(fields::text(object, name, kMaxDescriptionBytes));
    }
  }
  result.focus = focus_of(object);
  result.blurhash = blurhash_of(object);
  result.width = source->width > 0 ? source->width : side(object, "width");
  result.height = source->height > 0 ? source->height : side(object, "height");
  if (result.type == MediaType::video || result.type == MediaType::audio) result.duration = duration_of(object);
  return result;
}

}  // namespace

bool is_media(const json& attachment) {
  return attachment.is_object() && best_source(attachment).has_value();
}

std::vector<Attachment> read_attachments(const json& object) {
  std::vector<Attachment> result;
  const auto add = [&](std::optional<Attachment> attachment) {
    if (!attachment || result.size() >= kMaxAttachments) return;
    if (std::ranges::find(result, attachment->url, &Attachment::url) != result.end()) return;
    result.push_back(*std::move(attachment));
  };
  const auto types = fields::types(object);
  const bool is_file =
      std::ranges::any_of(types, [](const std::string& type) { return type_by_name(type) != MediaType::unknown; });
  if (is_file) {
    auto itself = read_attachment(object);
    if (itself) itself->description.clear();  // its name and summary are the text of the status
    add(std::move(itself));
  }
  for (const json* attachment : fields::items(object, "attachment", kMaxAttachments)) {
    if (attachment->is_object()) add(read_attachment(*attachment));
  }
  const auto add_one = [&](const char* property, const char* kind) {
    for (const json* file : fields::items(object, property, 1)) {
      if (file->is_object()) add(read_attachment(*file));
      // Ghost names the picture by its address alone.
      if (file->is_string()) add(read_attachment({{"type", kind}, {"url", *file}}));
    }
  };
  const bool is_article = std::ranges::any_of(
      types, [](const std::string& type) { return type == "Article" || type == "Page" || type == "Event"; });
  if (is_article) add_one("image", "Image");
  if (std::ranges::find(types, "PodcastEpisode") != types.end()) add_one("audio", "Audio");  // Castopod
  return result;
}

void add_inline_pictures(const json& object, std::string_view content, std::vector<Attachment>& into) {
  const auto attached = fields::items(object, "attachment", kMaxAttachments);
  const auto is_picture = [](const json* value) {
    const auto file = value->is_object() ? read_attachment(*value) : std::nullopt;
    return file && file->type == MediaType::image;
  };
  if (std::ranges::any_of(attached, is_picture) || into.size() >= kMaxAttachments) return;
  for (html::Image& image : html::collect_images(content, kMaxAttachments)) {
    if (into.size() >= kMaxAttachments) return;
    if (!Url::parse(image.url) || std::ranges::find(into, image.url, &Attachment::url) != into.end()) continue;
    Attachment picture;
    picture.url = std::move(image.url);
    picture.type = MediaType::image;
    picture.description = text::truncate_utf8(image.description, kMaxDescriptionBytes);
    into.push_back(std::move(picture));
  }
}

}  // namespace dunlin::activitypub
