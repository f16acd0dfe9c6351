#include "response_head.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/http/file_body.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace dunlin::net {
namespace {

std::string_view reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 416:
      return "Range Not Satisfiable";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "";
  }
}

bool is_clean(std::string_view text) {
  return std::ranges::all_of(text,
                             [](char c) { return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f); });
}

void append_number(std::string& out, std::size_t number) {
  char digits[24];
  const auto [end, ec] = std::to_chars(std::begin(digits), std::end(digits), number);
  static_cast<void>(ec);
  out.append(digits, end);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name);
  out.append(": ");
  out.append(value);
  out.append("\r\n");
}

/// Fields that the edge writes itself.
constexpr std::array<std::string_view, 5> kOwn{"connection", "content-length", "date", "transfer-encoding",
                                               "x-request-id"};

struct Default {
  std::string_view name;
  std::string_view value;
};
/// For answers that are data, not pages; pages set their own policy.
constexpr std::array<Default, 3> kDefaults{
    Default{"X-Content-Type-Options", "nosniff"},
    Default{"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; form-action 'none'"},
    Default{"Referrer-Policy", "same-origin"}};

}  // namespace

std::size_t body_size(const http::Response& response) {
  return response.file ? static_cast<std::size_t>(response.file->size()) : body_of(response).size();
}

std::string render_head(const http::Response& response, const ResponseContext& context) {
  std::string out;
  out.reserve(768);
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::size_t>(response.status));
  out.push_back(' ');
  out.append(reason(response.status));
  out.append("\r\n");

  std::array<bool, kDefaults.size()> present{};
  for (const http::Header& field : response.headers.all()) {
    const auto is_field = [&](std::string_view name) { return text::equals_ignore_case(name, field.name); };
    if (std::ranges::any_of(kOwn, is_field) || !is_clean(field.name) || !is_clean(field.value)) continue;
    for (std::size_t i = 0; i < kDefaults.size(); ++i) present[i] = present[i] || is_field(kDefaults[i].name);
    append_field(out, field.name, field.value);
  }
  for (std::size_t i = 0; i < kDefaults.size(); ++i) {
    if (!present[i]) append_field(out, kDefaults[i].name, kDefaults[i].value);
  }
  append_field(out, "Date", context.date);
  append_field(out, "X-Request-Id", context.request_id);
  if (allows_body(response.status)) {
    out.append("Content-Length: ");
    append_number(out, body_size(response));
    out.append("\r\n");
  }
  if (!context.keep_alive) {
    out.append("Connection: close\r\n");
  } else if (context.http_1_0) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
  return out;
}

}  // namespace dunlin::net
