#pragma once

#include <gumbo.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace dunlin::html {

enum class TagKind : std::uint8_t {
  inline_,      // kept
  block,        // kept; cannot stand inside a paragraph
  line,         // not kept; its content stands on lines of its own
  row,          // as line, cells are separated
  cell,         // not kept
  media,        // becomes a link
  transparent,  // not kept, no trace but its content
};

TagKind kind_of(std::string_view name);
/// Elements that do not nest in themselves: the parser closes the outer one, or the second says nothing new.
bool is_unique(std::string_view name);
bool is_heading(std::string_view name);
bool is_table_part(std::string_view name);

/// The URL without what browsers ignore in it; empty when its scheme is not allowed, or it is relative or too long.
std::string clean_href(std::string_view href);
/// Of the same, http and https only.
std::string clean_web_href(std::string_view href);

/// The attributes that stay, each with a space before it.
std::string kept_attributes(const GumboElement& element, std::string_view name);
/// For a link that we make.
std::string link_attributes(std::string_view href);

/// Text and attribute values without control characters, escaped.
void append_text(std::string& out, std::string_view text);
void append_attribute(std::string& out, std::string_view name, std::string_view value);
bool has_class(const GumboElement& element, std::string_view token);
/// An <img> that stands for a character.
bool is_emoji_image(const GumboElement& element);

}  // namespace dunlin::html
