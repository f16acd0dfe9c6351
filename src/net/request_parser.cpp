#include "request_parser.hpp"

#include "dunlin/base/text.hpp"

#include <boost/beast/http/error.hpp>

#include <algorithm>

namespace dunlin::net {
namespace {

namespace beast_http = boost::beast::http;

constexpr std::size_t kMaxTarget = 8190;
constexpr Refusal kMalformed{400, "The request is malformed"};

http::Method to_method(beast_http::verb verb) {
  switch (verb) {
    case beast_http::verb::get:
      return http::Method::get;
    case beast_http::verb::head:
      return http::Method::head;
    case beast_http::verb::post:
      return http::Method::post;
    case beast_http::verb::put:
      return http::Method::put;
    case beast_http::verb::patch:
      return http::Method::patch;
    case beast_http::verb::delete_:
      return http::Method::delete_;
    case beast_http::verb::options:
      return http::Method::options;
    default:
      return http::Method::other;
  }
}

bool is_token_char(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").contains(c);
}

/// RFC 9112 3.2.2: a server accepts the absolute form; the authority in it stands for Host.
std::optional<std::string> origin_form(std::string_view target) {
  if (target.starts_with('/') || target == "*") return std::string(target);
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!text::starts_with_ignore_case(target, scheme)) continue;
    const auto path = target.find_first_of("/?", scheme.size());
    if (path == std::string_view::npos) return "/";
    return (target[path] == '?' ? "/" : "") + std::string(target.substr(path));
  }
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> HeadScan::scan(std::string_view received) {
  // The first byte tells a TLS hello or other noise without waiting for a line that will never end.
  if (scanned == 0 && !received.empty() && !is_token_char(received.front())) return kMalformed;
  for (std::size_t i = scanned; i < received.size(); ++i) {
    const auto c = static_cast<unsigned char>(received[i]);
    if (c >= 0x20 && c != 0x7f) continue;
    if (c == '\t') continue;
    if (c == '\r') {
      if (i + 1 == received.size()) {
        scanned = i;
        return std::nullopt;
      }
      if (received[i + 1] != '\n') return kMalformed;
      if (i >= 2 && received[i - 1] == '\n') {
        end = i + 2;
        return std::nullopt;
      }
      ++i;
      // A line that begins with a blank continues the one before: obs-fold, read differently by different programs.
      if (i + 1 < received.size() && (received[i + 1] == ' ' || received[i + 1] == '\t')) return kMalformed;
      continue;
    }
    return kMalformed;  // bare LF, NUL and other controls
  }
  // The last line end is looked at again: what follows it decides whether it was folded or the last.
  scanned = received.size() >= 2 && received.ends_with("\r\n") ? received.size() - 2 : received.size();
  return std::nullopt;
}

RequestParser::RequestParser(http::Request& request, std::size_t max_fields)
    : request_(request), max_fields_(max_fields) {
  header_limit(0xffffffffU);  // the buffer is the limit
  body_limit(boost::none);
}

std::optional<Refusal> RequestParser::parse_head(std::string_view head) {
  Ec ec;
  put({head.data(), head.size()}, ec);
  if (ec) return refusal(ec);
  if (!is_header_done()) return kMalformed;
  eager(true);
  return std::nullopt;
}

std::optional<Refusal> RequestParser::parse_body(std::string_view received, std::size_t& consumed) {
  Ec ec;
  consumed += put({received.data(), received.size()}, ec);
  if (ec && ec != beast_http::error::need_more) return refusal(ec);
  return std::nullopt;
}

std::optional<std::uint64_t> RequestParser::announced() const {
  const auto length = content_length();
  return length ? std::optional(*length) : std::nullopt;
}

void RequestParser::refuse(int status, const char* message, Ec& ec) {
  refused_ = Refusal{status, message};
  ec = beast_http::error::bad_value;
}

Refusal RequestParser::refusal(const Ec& ec) const {
  if (refused_) return *refused_;
  if (ec == beast_http::error::body_limit) return {413, "The request is too large"};
  if (ec == beast_http::error::bad_version) return {505, "This HTTP version is not supported"};
  return kMalformed;
}

void RequestParser::on_request_impl(beast_http::verb method, View method_text, View target, int version, Ec& ec) {
  if (target.size() > kMaxTarget) return refuse(414, "The address is too long", ec);
  auto origin = origin_form(std::string_view(target.data(), target.size()));
  if (!origin) return refuse(400, "The request target is malformed", ec);
  version_ = version;
  request_.method = to_method(method);
  request_.method_text.assign(method_text.data(), method_text.size());
  request_.target = *std::move(origin);
  const auto mark = request_.target.find('?');
  request_.path = request_.target.substr(0, mark);
  if (mark != std::string::npos) request_.query = request_.target.substr(mark + 1);
}

void RequestParser::on_field_impl(beast_http::field field, View name, View value, Ec& ec) {
  if (++fields_ > max_fields_) return refuse(431, "The request has too many header fields", ec);
  if (head_done_) return;  // trailers carry nothing that we use
  const std::string_view text(value.data(), value.size());
  switch (field) {
    case beast_http::field::host:
      if (++hosts_ > 1) return refuse(400, "The request has several Host fields", ec);
      break;
    case beast_http::field::content_length:
      if (++lengths_ > 1 || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) {
        return refuse(400, "The Content-Length is malformed", ec);
      }
      break;
    case beast_http::field::transfer_encoding:
      if (version_ < 11) return refuse(400, "Transfer-Encoding needs HTTP/1.1", ec);
      if (!text::equals_ignore_case(text, "chunked")) return refuse(501, "This transfer encoding is not supported", ec);
      break;
    case beast_http::field::expect:
      if (!text::equals_ignore_case(text, "100-continue")) return refuse(417, "This expectation is not supported", ec);
      expects_continue_ = version_ >= 11;
      break;
    default:
      break;
  }
  request_.headers.add(std::string(name.data(), name.size()), std::string(text));
}

void RequestParser::on_header_impl(Ec& ec) {
  head_done_ = true;
  if (version_ >= 11 && hosts_ == 0) refuse(400, "The request has no Host field", ec);
}

std::size_t RequestParser::on_body_impl(View body, Ec&) {
  request_.body.append(body.data(), body.size());
  return body.size();
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, View body, Ec&) {
  request_.body.append(body.data(), body.size());
  return body.size();
}

}  // namespace dunlin::net
