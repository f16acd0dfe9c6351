#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Remote HTML is hostile: parsed as HTML5 (never by patterns), rebuilt from an allow-list, serialised by us. Nothing
/// here throws on any input; what cannot be parsed within the limits becomes escaped text. All functions are
/// idempotent.
namespace dunlin::html {

/// The HTML that may be shown of a status (client-api.md 1.4, federation.md 5.1).
std::string sanitize_status_html(std::string_view remote_html);
/// The same for a profile's text and the values of its fields, which are smaller (80,000 bytes of text, 5,000 nodes).
std::string sanitize_note_html(std::string_view remote_html);

/// The text a reader would see: entities decoded once, `<br>` and blocks as newlines, dropped elements gone.
std::string to_plain_text(std::string_view html);

/// What is no HTML and yet may be written with entities: these are decoded once, all else stays.
std::string decode_entities(std::string_view text);

/// Plain text for one line, such as a display name or a content warning's title: newlines as spaces, no control
/// characters, no run of more than two invisible characters, trimmed.
std::string clean_line(std::string_view text);

struct Link {
  std::string href;  // http or https
  bool is_mention = false;
  bool is_hashtag = false;
};
/// A picture in a text, emoji left out.
struct Image {
  std::string url;  // http or https
  std::string description;
};
/// The first `limit` pictures in order of the document, each once; none that say to be a pixel, as counters do.
std::vector<Image> collect_images(std::string_view html, std::size_t limit);
/// The first `limit` links in order of the document.
std::vector<Link> collect_links(std::string_view html, std::size_t limit);

}  // namespace dunlin::html
