#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// Local text that is more than plain.
namespace dunlin::html {

/// GitHub's Markdown (strikethrough and tables; no bare links, which are ours to make). The HTML is not clean: what a
/// text holds of it is in there.
std::string markdown_to_html(std::string_view text);
/// The same of text by others, in which nothing is HTML: what looks like a tag is text.
std::string foreign_markdown_to_html(std::string_view text);

/// The texts of sanitised HTML that are neither in a link nor in code, entities decoded, in order.
std::vector<std::string> text_runs(std::string_view clean_html);
/// The same HTML with each of these texts replaced by what `render` makes of it (HTML).
std::string map_text(std::string_view clean_html, const std::function<std::string(std::string_view)>& render);

}  // namespace dunlin::html
