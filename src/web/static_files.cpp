#include "static_files.hpp"

#include "icons.hpp"
#include "pictures.hpp"
#include "tables.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/crypto/digest.hpp"
#include "dunlin/service/icons.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace dunlin::web {

namespace {

using api::Access;
using api::Auth;
using api::Body;
using api::Call;
using http::Method;

constexpr std::string_view kEmbedScript = R"js('use strict';
window.addEventListener('message', (event) => {
  const asked = event.data;
  if (!asked || asked.type !== 'setHeight' || window.parent === window) return;
  const height = document.querySelector('main').getBoundingClientRect().height;
  window.parent.postMessage({ type: 'setHeight', id: asked.id, height: Math.ceil(height) }, '*');
});
)js";

using Bytes = std::shared_ptr<const std::string>;

Bytes picture(std::string_view base64) {
  return std::make_shared<const std::string>(*text::base64_decode(base64));
}

http::Response serve(std::string_view content_type, const Bytes& bytes) {
  http::Response response = http::text_response(200, content_type, {});
  response.shared_body = bytes;
  response.headers.add("Cache-Control", "public, max-age=86400");
  response.headers.add("Vary", "Accept-Encoding");
  response.headers.add("Content-Security-Policy", "default-src 'none'; sandbox");
  return response;
}

Result<http::Response> show_stylesheet(Call&) {
  static const Bytes kBytes = std::make_shared<const std::string>(kStylesheet);
  return serve("text/css; charset=utf-8", kBytes);
}

Result<http::Response> show_embed_script(Call&) {
  static const Bytes kBytes = std::make_shared<const std::string>(kEmbedScript);
  return serve("text/javascript; charset=utf-8", kBytes);
}

Result<http::Response> show_avatar(Call&) {
  static const Bytes kBytes = picture(kAvatarPng);
  return serve("image/png", kBytes);
}

Result<http::Response> show_header(Call&) {
  static const Bytes kBytes = picture(kHeaderPng);
  return serve("image/png", kBytes);
}

Result<http::Response> show_icon(Call&) {
  static const Bytes kBytes = picture(kIconPng);
  return serve("image/png", kBytes);
}

Result<http::Response> show_sized_icon(Call& call) {
  static const std::map<std::string, Bytes, std::less<>> kIcons = [] {
    std::map<std::string, Bytes, std::less<>> icons;
    const auto add = [&](int size) { icons.emplace(std::to_string(size) + ".png", picture(icon_base64(size))); };
    std::ranges::for_each(service::kIconSizes, add);
    add(service::kTouchIconSize);
    return icons;
  }();
  const auto found = kIcons.find(call.path_text("file"));
  if (found == kIcons.end()) return fail(Errc::not_found, "Not Found");
  auto response = serve("image/png", found->second);
  response.headers.set("Access-Control-Allow-Origin", "*");
  return response;
}

Result<http::Response> show_robots(Call&) {
  static const Bytes kBytes = std::make_shared<const std::string>(
      "User-agent: *\nDisallow: /auth/\nDisallow: /oauth/\nDisallow: /media_proxy/\nDisallow: /interact/\n"
      "Disallow: /api/v1/instance/domain_blocks\n");
  return serve("text/plain; charset=utf-8", kBytes);
}

constexpr api::Route kRoutes[] = {
    {Method::get, "/static/style.css", Auth::pub, "", &show_stylesheet, Access::own, 0, Body::raw},
    {Method::get, "/static/embed.js", Auth::pub, "", &show_embed_script, Access::own, 0, Body::raw},
    {Method::get, "/static/avatar.png", Auth::pub, "", &show_avatar, Access::own, 0, Body::raw},
    {Method::get, "/static/header.png", Auth::pub, "", &show_header, Access::own, 0, Body::raw},
    {Method::get, "/favicon.ico", Auth::pub, "", &show_icon, Access::own, 0, Body::raw},
    {Method::get, "/static/icons/:file", Auth::pub, "", &show_sized_icon, Access::own, 0, Body::raw},
    {Method::get, "/robots.txt", Auth::pub, "", &show_robots, Access::own, 0, Body::raw},
};

}  // namespace

namespace {

/// The address with a mark of the content, so that caches may keep it for long.
std::string marked(std::string_view path, std::string_view content) {
  return std::string(path) + "?v=" + text::hex_encode(std::string_view(crypto::sha256(content)).substr(0, 6));
}

}  // namespace

std::string_view stylesheet_href() {
  static const std::string kHref = marked("/static/style.css", kStylesheet);
  return kHref;
}

std::string_view embed_script_href() {
  static const std::string kHref = marked("/static/embed.js", kEmbedScript);
  return kHref;
}

std::span<const api::Route> static_routes() {
  return kRoutes;
}

}  // namespace dunlin::web
