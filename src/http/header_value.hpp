#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dunlin::http {

/// The part of `text/html; charset=utf-8` before the parameters, trimmed and in lower case.
std::string media_type(std::string_view value);
/// A parameter of such a value, unquoted; nullopt when absent or malformed. RFC 9110 5.6.6.
std::optional<std::string> header_parameter(std::string_view value, std::string_view name);

}  // namespace dunlin::http
