#include "gzip.hpp"

#include "response_head.hpp"

#include "dunlin/base/text.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>

namespace dunlin::net {
namespace {

constexpr int kGzipWindow = 16 + MAX_WBITS;
/// Fast: JSON shrinks to a fifth at level 1 and to a sixth at level 6, for a third of the time.
constexpr int kLevel = 1;
/// federation.md 1.7; short answers may do better, they cannot hurt.
constexpr std::size_t kMaxRatio = 20;
constexpr std::size_t kRatioFreeBytes = 64UL << 10U;

bool is_text(std::string_view content_type) {
  const auto type = text::to_lower_ascii(text::trim(content_type.substr(0, content_type.find(';'))));
  constexpr std::array<std::string_view, 5> kTypes{"application/json", "application/javascript", "application/xml",
                                                   "image/svg+xml", "application/manifest+json"};
  return type.starts_with("text/") || type.ends_with("+json") || type.ends_with("+xml") ||
         std::ranges::find(kTypes, type) != kTypes.end();
}

std::optional<std::string> gzip(std::string_view plain) {
  z_stream stream{};
  if (deflateInit2(&stream, kLevel, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) return std::nullopt;
  std::string packed;
  packed.resize(deflateBound(&stream, static_cast<uLong>(plain.size())));
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int result = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) return std::nullopt;
  return packed;
}

void add_vary(http::Headers& headers) {
  const auto vary = headers.get("Vary");
  if (vary == "*" || text::to_lower_ascii(vary).contains("accept-encoding")) return;
  headers.set("Vary", vary.empty() ? std::string("Accept-Encoding") : std::string(vary) + ", Accept-Encoding");
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
  std::optional<bool> any;
  for (const std::string_view item : text::split(accept_encoding, ',')) {
    const auto semicolon = item.find(';');
    const auto coding = text::trim(item.substr(0, semicolon));
    bool wanted = true;
    if (semicolon != std::string_view::npos) {
      const auto weight = text::trim(item.substr(semicolon + 1));
      // q=0, q=0.0, q=0.00, q=0.000: not wanted.
      if (text::starts_with_ignore_case(weight, "q=")) {
        wanted = weight.substr(2).find_first_not_of("0.") != std::string_view::npos;
      }
    }
    if (text::equals_ignore_case(coding, "gzip")) return wanted;
    if (coding == "*") any = wanted;
  }
  return any.value_or(false);
}

void compress_answer(const http::Request& request, http::Response& response, std::size_t threshold) {
  if (response.file) return;
  const std::string& body = body_of(response);
  if (threshold == 0 || body.size() < threshold || !allows_body(response.status) || response.status == 206) return;
  if (response.headers.find("Content-Encoding") || !is_text(response.headers.get("Content-Type"))) return;
  add_vary(response.headers);
  if (!accepts_gzip(request.headers.get("Accept-Encoding"))) return;
  auto packed = gzip(body);
  if (!packed || packed->size() >= body.size()) return;
  response.body = *std::move(packed);
  response.shared_body.reset();
  response.headers.set("Content-Encoding", "gzip");
  if (const auto etag = response.headers.get("ETag"); etag.starts_with('"')) {
    response.headers.set("ETag", "W/" + std::string(etag));
  }
}

struct Inflater::Stream {
  z_stream z{};
  bool ready = false;
};

Inflater::Inflater(std::size_t max_bytes) : stream_(std::make_unique<Stream>()), max_bytes_(max_bytes) {
  stream_->ready = inflateInit2(&stream_->z, kGzipWindow) == Z_OK;
}

Inflater::~Inflater() {
  if (stream_->ready) inflateEnd(&stream_->z);
}

Inflater::State Inflater::feed(std::string_view packed, std::string& out) {
  if (!stream_->ready) return State::broken;
  z_stream& z = stream_->z;
  packed_bytes_ += packed.size();
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  z.avail_in = static_cast<uInt>(packed.size());
  std::array<char, 16384> piece;
  while (z.avail_in > 0 && !finished_) {
    z.next_out = reinterpret_cast<Bytef*>(piece.data());
    z.avail_out = static_cast<uInt>(piece.size());
    const int result = inflate(&z, Z_NO_FLUSH);
    out.append(piece.data(), piece.size() - z.avail_out);
    if (out.size() > max_bytes_) return State::too_large;
    if (out.size() > kRatioFreeBytes && out.size() / kMaxRatio > packed_bytes_) return State::too_large;
    if (result == Z_STREAM_END) {
      finished_ = true;
    } else if (result != Z_OK && !(result == Z_BUF_ERROR && z.avail_in == 0)) {
      return State::broken;
    }
  }
  if (finished_ && z.avail_in > 0) return State::broken;  // bytes after the end
  return finished_ ? State::done : State::more;
}

}  // namespace dunlin::net
