#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dunlin::html {

/// What a web page says of itself in its head: OpenGraph, Twitter cards, plain HTML. Texts are one line of UTF-8,
/// addresses as they stand there (relative, wrong or hostile ones included); "" = says nothing.
struct PageInfo {
  std::string title;
  std::string description;
  std::string type;  // og:type, lower case
  std::string language;
  std::string site_name;
  std::string author;
  std::string creator;  // fediverse:creator: a handle
  std::string published;
  std::string canonical;
  std::string image;
  std::string image_description;
  int image_width = 0;
  int image_height = 0;
  std::string player;  // a page made to be framed
  int player_width = 0;
  int player_height = 0;
  std::string oembed;                    // address of the JSON form
  std::vector<std::string> linked_data;  // JSON-LD, unparsed
};

/// `content_type`: the header. The charset is that of the header, else of a byte order mark, else what the page says,
/// else UTF-8 when it is that, else windows-1252. Never fails: what cannot be read says nothing.
PageInfo read_page_info(std::string_view body, std::string_view content_type);

/// The same for one text of oEmbed or JSON-LD: entities decoded, tags gone, one line.
std::string clean_page_text(std::string_view text, std::size_t most_graphemes);

/// An iframe of a fragment of HTML, such as oEmbed's: only the first one with an https address counts.
struct Frame {
  std::string src;  // "" = there is none
  int width = 0;
  int height = 0;
};
Frame find_frame(std::string_view html);
/// A frame as we write it, with a sandbox: nothing of the foreign markup is kept.
std::string render_frame(const Frame& frame);

}  // namespace dunlin::html
