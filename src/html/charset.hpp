#pragma once

#include <string>
#include <string_view>

namespace dunlin::html {

/// A web page as valid UTF-8, by the rules of read_page_info().
std::string decode_page(std::string_view body, std::string_view content_type);

}  // namespace dunlin::html
