#pragma once

#include "dunlin/base/result.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::http {

/// One part of a multipart/form-data body. Views and the offset point into the body that was parsed.
struct MultipartPart {
  std::string name;
  std::string filename;
  bool is_file = false;  // a filename was given, maybe an empty one
  std::string content_type;
  std::size_t offset = 0;
  std::string_view content;
};

/// The boundary parameter of a multipart/form-data content type; nullopt-like empty when missing or malformed.
std::string multipart_boundary(std::string_view content_type);

/// Told of bytes of the body (offset, size) that have been looked at and are not needed any more.
using ReadThrough = std::function<void(std::size_t offset, std::size_t size)>;

/// RFC 7578, strict: no preamble, CRLF line ends, a closing delimiter, at most kMaxParameters parts. Errors:
/// bad_request.
Result<std::vector<MultipartPart>> parse_multipart(std::string_view body, std::string_view boundary,
                                                   const ReadThrough& read_through = {});

}  // namespace dunlin::http
