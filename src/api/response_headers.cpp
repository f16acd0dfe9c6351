#include "response_headers.hpp"

#include "dunlin/api/route.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/crypto/digest.hpp"
#include "dunlin/http/file_body.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace dunlin::api {

namespace {

enum class Sharing : std::uint8_t { none, get_only, get_and_post, post_only, all };

Sharing sharing_of(std::string_view path) {
  if (path.starts_with("/api/")) return Sharing::all;
  if (path == "/oauth/token" || path == "/oauth/revoke") return Sharing::post_only;
  if (path == "/oauth/userinfo") return Sharing::get_and_post;
  const bool profile = path.starts_with("/@") && path.find('/', 1) == std::string_view::npos;
  if (profile || path.starts_with("/.well-known/") || path.starts_with("/nodeinfo/") || path.starts_with("/users/") ||
      path.starts_with("/ap/") || path.starts_with("/static/") || path.starts_with("/media/")) {
    return Sharing::get_only;
  }
  return Sharing::none;
}

std::string_view methods_of(Sharing sharing) {
  switch (sharing) {
    case Sharing::all:
      return "POST, PUT, DELETE, GET, PATCH, OPTIONS";
    case Sharing::get_and_post:
      return "GET, POST, OPTIONS";
    case Sharing::post_only:
      return "POST, OPTIONS";
    case Sharing::get_only:
      return "GET, OPTIONS";
    case Sharing::none:
      break;
  }
  return "";
}

/// A list of header names and nothing else: it is echoed.
bool is_name_list(std::string_view text) {
  return text.size() <= 1024 && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                  c == ',' || c == ' ';
         });
}

std::string weak_tag(std::string_view body) {
  return "W/\"" + text::hex_encode(std::string_view(crypto::sha256(body)).substr(0, 16)) + "\"";
}

}  // namespace

void add_cors(const http::Request& request, http::Response& response) {
  if (sharing_of(request.path) == Sharing::none) return;
  response.headers.set("Access-Control-Allow-Origin", "*");
  response.headers.set("Access-Control-Expose-Headers",
                       "Link, Mastodon-Async-Refresh, X-RateLimit-Reset, X-RateLimit-Limit, X-RateLimit-Remaining, "
                       "X-Request-Id");
}

bool is_preflight(const http::Request& request) {
  return request.method == http::Method::options && sharing_of(request.path) != Sharing::none;
}

http::Response preflight(const http::Request& request) {
  http::Response response;
  response.status = 200;
  const std::string_view methods = methods_of(sharing_of(request.path));
  response.headers.add("Allow", std::string(methods));
  response.headers.add("Access-Control-Allow-Methods", std::string(methods));
  const std::string_view wanted = request.headers.get("Access-Control-Request-Headers");
  if (!wanted.empty() && is_name_list(wanted)) {
    response.headers.add("Access-Control-Allow-Headers", std::string(wanted));
  }
  response.headers.add("Access-Control-Max-Age", "7200");
  return response;
}

void add_caching(const http::Request& request, http::Response& response) {
  http::Headers& headers = response.headers;
  if (headers.find("Cache-Control") == nullptr) headers.add("Cache-Control", "private, no-store");
  if (headers.find("Vary") == nullptr) headers.add("Vary", "Authorization, Origin");
  const bool reads = request.method == http::Method::get || request.method == http::Method::head;
  if (!reads || response.status != 200 || headers.get("Cache-Control").contains("no-store")) return;
  if (headers.find("ETag") == nullptr) {
    headers.add("ETag", weak_tag(response.shared_body ? *response.shared_body : response.body));
  }
  if (!http::is_held(request.headers.get("If-None-Match"), headers.get("ETag"))) return;
  response.status = 304;
  response.body.clear();
  response.shared_body.reset();
  response.file.reset();
  headers.remove("Content-Type");
}

}  // namespace dunlin::api
