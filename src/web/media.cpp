#include "media.hpp"

#include "tables.hpp"

#include "dunlin/http/file_body.hpp"
#include "dunlin/media/library.hpp"

#include <cstdint>
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

/// The part that is asked for. RFC 9110 14.2: of a GET only; 13.1.5: a range of another version of the file is no use.
http::ByteRange range_of(const http::Request& request, std::string_view tag, std::uint64_t size) {
  const std::string* range = request.headers.find("Range");
  if (range == nullptr || request.method != Method::get) return {};
  const std::string* condition = request.headers.find("If-Range");
  if (condition != nullptr && *condition != tag) return {};
  return http::parse_range(*range, size);
}

using FilePtr = std::shared_ptr<http::FileBody>;

/// From elsewhere: no more of it than is asked for. The copy is gone as soon as it is open, and lives as long as the
/// answer.
Result<FilePtr> open_copy(const media::Library& library, std::string_view key, const http::ByteRange& range) {
  const auto folder = TRY(library.new_folder());
  if (range.kind == http::ByteRange::Kind::whole) {
    return http::FileBody::open(TRY(library.storage().get(key, folder.path())));
  }
  return http::FileBody::open(TRY(library.storage().get_part(key, range.first, range.count, folder.path())));
}

/// With what the client already has nobody is asked.
Result<http::Response> serve_stored(const Call& call, const media::Library& library, std::string_view key,
                                    std::string_view tag, http::Response response) {
  const auto& request = call.request();
  if (http::is_held(request.headers.get("If-None-Match"), tag)) return response;
  FilePtr local;
  if (const auto path = library.storage().local_path(key)) local = TRY(http::FileBody::open(*path));
  const auto size = local ? local->size() : TRY(library.storage().size(key));
  const auto range = range_of(request, tag, size);
  if (range.kind == http::ByteRange::Kind::unsatisfiable) {
    response.status = 416;
    response.headers.set("Cache-Control", "no-store");
    response.headers.add("Content-Range", "bytes */" + std::to_string(size));
    return response;
  }
  if (range.kind == http::ByteRange::Kind::part) {
    response.status = 206;
    response.headers.add("Content-Range", "bytes " + std::to_string(range.first) + "-" +
                                              std::to_string(range.first + range.count - 1) + "/" +
                                              std::to_string(size));
  }
  if (local) {
    if (range.kind == http::ByteRange::Kind::part) local->narrow(range.first, range.count);
    response.file = std::move(local);
  } else if (request.method == Method::head) {
    response.file = http::FileBody::of_size(size);
  } else {
    response.file = TRY(open_copy(library, key, range));
  }
  return response;
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
  const std::string tag = "\"" + std::string(key) + "\"";
  response.headers.add("Content-Type", std::string(type));
  response.headers.add("ETag", tag);
  response.headers.add("Accept-Ranges", "bytes");
  response.headers.add("Content-Security-Policy", "default-src 'none'; sandbox");
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.headers.add("Vary", "Origin");
  return serve_stored(call, library, key, tag, std::move(response));
}

std::span<const api::Route> media_file_routes() {
  return kRoutes;
}

}  // namespace dunlin::web
