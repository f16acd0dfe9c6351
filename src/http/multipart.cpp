#include "multipart.hpp"

#include "header_value.hpp"
#include "parameter_tree.hpp"

#include "dunlin/base/text.hpp"

#include <algorithm>

namespace dunlin::http {

namespace {

constexpr std::size_t kMaxPartHeaderBytes = 8UL * 1024UL;

std::unexpected<Error> malformed(std::string detail) {
  return fail(Errc::bad_request, "The multipart body is malformed", std::move(detail));
}

Result<void> read_header(std::string_view line, MultipartPart& part) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return malformed("part header without a colon");
  const std::string_view name = text::trim(line.substr(0, colon));
  const std::string_view value = text::trim(line.substr(colon + 1));
  if (text::equals_ignore_case(name, "Content-Type")) part.content_type = value;
  if (!text::equals_ignore_case(name, "Content-Disposition")) return {};
  if (media_type(value) != "form-data") return malformed("part is not form-data");
  part.name = header_parameter(value, "name").value_or("");
  if (auto filename = header_parameter(value, "filename")) {
    part.filename = std::move(*filename);
    part.is_file = true;
  }
  return {};
}

/// Reads the header lines at the front of `rest` and the empty line after them.
Result<MultipartPart> read_headers(std::string_view& rest) {
  MultipartPart part;
  std::size_t budget = kMaxPartHeaderBytes;
  while (true) {
    const std::size_t end = rest.substr(0, budget).find("\r\n");
    if (end == std::string_view::npos) return malformed("part headers do not end");
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    budget -= std::min(budget, end + 2);
    if (line.empty()) break;
    TRY_VOID(read_header(line, part));
  }
  TRY_VOID(check_text(part.name));
  TRY_VOID(check_text(part.filename));
  TRY_VOID(check_text(part.content_type));
  if (part.name.empty()) return malformed("part without a name");
  return part;
}

/// As std::string_view::find, window by window.
std::size_t find_delimiter(std::string_view body, std::string_view delimiter, std::size_t from,
                           const ReadThrough& read_through) {
  constexpr std::size_t kWindow = 4UL << 20U;
  for (std::size_t at = from; at < body.size(); at += kWindow) {
    // A delimiter that begins in this window may end in the next.
    const auto found = body.substr(at, kWindow + delimiter.size() - 1).find(delimiter);
    if (found != std::string_view::npos) return at + found;
    if (read_through) read_through(at, std::min(kWindow, body.size() - at));
  }
  return std::string_view::npos;
}

}  // namespace

std::string multipart_boundary(std::string_view content_type) {
  const auto boundary = header_parameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > 70) return {};
  // RFC 2046 5.1.1 bchars.
  const bool plain = std::ranges::all_of(*boundary, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("'()+_,-./:=? ").contains(c);
  });
  return plain && !boundary->ends_with(' ') ? *boundary : std::string();
}

Result<std::vector<MultipartPart>> parse_multipart(std::string_view body, std::string_view boundary,
                                                   const ReadThrough& read_through) {
  if (boundary.empty()) return malformed("no boundary");
  const std::string delimiter = "\r\n--" + std::string(boundary);
  std::string_view rest = body;
  // The first delimiter has no line before it.
  if (!rest.starts_with(std::string_view(delimiter).substr(2))) return malformed("no first delimiter");
  rest.remove_prefix(delimiter.size() - 2);

  std::vector<MultipartPart> parts;
  while (!rest.starts_with("--")) {
    if (!rest.starts_with("\r\n")) return malformed("text after a delimiter");
    rest.remove_prefix(2);
    if (parts.size() == kMaxParameters) return malformed("too many parts");
    MultipartPart part = TRY(read_headers(rest));
    // An empty part's delimiter begins with the CRLF that ended the headers.
    const std::size_t start = body.size() - rest.size();
    const std::size_t end = find_delimiter(body, delimiter, start - 2, read_through);
    if (end == std::string_view::npos) return malformed("part does not end");
    part.offset = start;
    part.content = end < start ? std::string_view() : body.substr(start, end - start);
    parts.push_back(std::move(part));
    rest = body.substr(end + delimiter.size());
  }
  return parts;
}

}  // namespace dunlin::http
