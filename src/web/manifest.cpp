#include "tables.hpp"

#include "dunlin/json/writer.hpp"
#include "dunlin/service/icons.hpp"

#include <chrono>
#include <string>

namespace dunlin::web {

namespace {

using api::Access;
using api::Auth;
using api::Body;
using api::Call;
using http::Method;

/// The application manifest, by which a browser puts this server on a home screen (W3C Web Application Manifest).
Result<http::Response> show_manifest(Call& call) {
  const config::Config& config = call.config();
  json::Writer out;
  out.begin_object();
  out.field("id", "/home");
  out.field("name", config.instance.title);
  out.field("short_name", config.instance.title);
  out.field("description", config.instance.description);
  out.field("start_url", "/");
  out.field("scope", "/");
  out.field("display", "standalone");
  out.field("theme_color", "#17616e");
  out.field("background_color", "#eef3f2");
  out.key("icons").begin_array();
  for (const int size : service::kIconSizes) {
    const auto side = std::to_string(size);
    out.begin_object().field("src", service::icon_path(size)).field("sizes", side + "x" + side);
    out.field("type", "image/png").field("purpose", "any maskable").end_object();
  }
  out.end_array();
  out.key("categories").begin_array().value("social").end_array();
  out.end_object();
  return Call::cacheable(http::text_response(200, "application/manifest+json; charset=utf-8", out.take()),
                         std::chrono::minutes(5));
}

constexpr api::Route kRoutes[] = {
    {Method::get, "/manifest", Auth::pub, "", &show_manifest, Access::own, 0, Body::raw},
    {Method::get, "/manifest.json", Auth::pub, "", &show_manifest, Access::own, 0, Body::raw},
};

}  // namespace

std::span<const api::Route> manifest_routes() {
  return kRoutes;
}

}  // namespace dunlin::web
