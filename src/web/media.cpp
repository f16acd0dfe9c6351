#include "media.hpp"

#include "tables.hpp"

#include "dunlin/http/file_body.hpp"
#include "dunlin/media/library.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace dunlin::web {

namespace {

using api::Access;
using api::Auth;
using api::Body;
using api::Call;
using http::Method;

/// A file's name is made of its content: it never changes.
constexpr const char* kForever = "public, max-age=31536000, immutable";

/// RFC 9110 13.1.5: a range of another version of the file is no use.
bool wants_range(const http::Request& request, std::string_view tag) {
  if (request.headers.find("Range") == nullptr) return false;
  const std::string* condition = request.headers.find("If-Range");
  return condition == nullptr || *condition == tag;
}

/// A copy from elsewhere is gone as soon as it is open: it lives as long as the answer.
Result<std::shared_ptr<http::FileBody>> open_file(const media::Library& library, std::string_view key) {
  if (const auto local = library.storage().local_path(key)) return http::FileBody::open(*local);
  const auto folder = TRY(library.new_folder());
  return http::FileBody::open(TRY(library.storage().get(key, folder.path())));
}

Result<http::Response> show_file(Call& call) {
  return serve_media(call, call.path_text("key"), kForever);
}

constexpr api::Route kRoutes[] = {
    {Method::get, "/media/files/:key", Auth::pub, "", &show_file, Access::own, 0, Body::raw},
};

}  // namespace

Result<http::Response> serve_media(Call& call, std::string_view key, std::string_view cache_control) {
  const auto& library = *TRY(call.services().media.library());
  const auto type = media::content_type_of(key);
  // What has not been looked at yet is nobody's to see.
  if (!media::is_key(key) || type == "application/octet-stream") return fail(Errc::not_found, "Not Found");
  http::Response response;
  response.headers.add("Cache-Control", std::string(cache_control));
  if (const auto url = library.storage().public_url(key)) {
    response.status = 302;
    response.headers.set("Cache-Control", "public, max-age=600");  // less than the address is good for
    response.headers.add("Location", *url);
    return response;
  }
  auto body = TRY(open_file(library, key));
  const std::string tag = "\"" + std::string(key) + "\"";
  response.headers.add("Content-Type", std::string(type));
  response.headers.add("ETag", tag);
  response.headers.add("Accept-Ranges", "bytes");
  response.headers.add("Content-Security-Policy", "default-src 'none'; sandbox");
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.headers.add("Vary", "Origin");
  if (wants_range(call.request(), tag)) {
    const auto size = body->size();
    const auto range = http::parse_range(call.request().headers.get("Range"), size);
    if (range.kind == http::ByteRange::Kind::unsatisfiable) {
      response.status = 416;
      response.headers.add("Content-Range", "bytes */" + std::to_string(size));
      return response;
    }
    if (range.kind == http::ByteRange::Kind::part) {
      response.status = 206;
      response.headers.add("Content-Range", "bytes " + std::to_string(range.first) + "-" +
                                                std::to_string(range.first + range.count - 1) + "/" +
                                                std::to_string(size));
      body->narrow(range.first, range.count);
    }
  }
  response.file = std::move(body);
  return response;
}

std::span<const api::Route> media_file_routes() {
  return kRoutes;
}

}  // namespace dunlin::web
