#include "dunlin/base/text.hpp"
#include "dunlin/media/s3.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <fstream>

namespace dunlin::media {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::uint64_t kPart = 8UL << 20U;
/// Addresses change once in this time, so that browsers and proxies may keep what they got, and last twice as long.
constexpr auto kAddressPeriod = 1h;
constexpr int kListed = 1000;

std::unexpected<Error> unavailable(std::string_view what, std::string_view why) {
  return fail(Errc::unavailable, "", fmt::format("S3 {}: {}", what, why));
}

std::string status_text(const ObjectResponse& answer) {
  return fmt::format("{} {}", answer.status, text::to_valid_utf8(answer.body.substr(0, 300)));
}

std::unexpected<Error> unexpected_answer(std::string_view what, const ObjectResponse& answer) {
  return unavailable(what, status_text(answer));
}

/// The text of the first element of this name in the small XML documents of S3, which have no attributes or nesting of
/// the same name; "" when there is none.
std::string_view element(std::string_view xml, std::string_view name) {
  const auto open = fmt::format("<{}>", name);
  const auto start = xml.find(open);
  if (start == std::string_view::npos) return {};
  const auto from = start + open.size();
  const auto end = xml.find(fmt::format("</{}>", name), from);
  return end == std::string_view::npos ? std::string_view() : xml.substr(from, end - from);
}

std::string unescape(std::string_view text) {
  std::string value(text);
  for (const auto& [entity, plain] :
       {std::pair{"&quot;", "\""}, {"&#34;", "\""}, {"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}}) {
    value = text::replace_all(std::move(value), entity, plain);
  }
  return value;
}

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// A piece of a file.
Result<std::shared_ptr<const std::string>> read(const fs::path& file, std::uint64_t offset, std::uint64_t size) {
  std::ifstream stream(file, std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(offset));
  std::string bytes(static_cast<std::size_t>(size), '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(size));
  if (!stream) return unavailable("put", file.string() + " cannot be read");
  return std::make_shared<const std::string>(std::move(bytes));
}

}  // namespace

std::string_view ObjectResponse::header(std::string_view name) const {
  const auto found =
      std::ranges::find_if(headers, [&](const auto& one) { return text::equals_ignore_case(one.first, name); });
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

std::string S3Storage::url_of(std::string_view key, std::string_view query) const {
  const auto colon = options_.endpoint.find("://");
  std::string url = options_.path_style ? fmt::format("{}/{}/{}", options_.endpoint, options_.bucket, key)
                                        : fmt::format("{}://{}.{}/{}", options_.endpoint.substr(0, colon),
                                                      options_.bucket, options_.endpoint.substr(colon + 3), key);
  if (!query.empty()) url.append("?").append(query);
  return url;
}

Result<ObjectResponse> S3Storage::ask(const ObjectRequest& request, Errc unknown) const {
  std::string why;
  bool heard = false;
  for (int attempt = 0; attempt < 2; ++attempt) {
    auto signed_request = request;
    sigv4::sign(signed_request, options_, clock_.now());
    auto answer = transport_.exchange(std::move(signed_request));
    if (answer && answer->status < 500) return answer;
    heard = heard || answer || answer.error().code != Errc::unavailable;
    why = answer ? status_text(*answer) : answer.error().detail;
  }
  return fail(heard ? unknown : Errc::unavailable, "", fmt::format("S3 {}: {}", request.method, why));
}

Result<void> S3Storage::put(std::string_view key, const fs::path& file) {
  std::error_code ec;
  const auto size = fs::file_size(file, ec);
  if (ec) return unavailable("put", file.string() + ": " + ec.message());
  if (size > kPart) return put_in_parts(key, file, size);
  ObjectRequest request{.method = "PUT", .url = url_of(key), .body = TRY(read(file, 0, size))};
  request.headers.emplace_back("Content-Type", content_type_of(key));
  request.headers.emplace_back("Cache-Control", "public, max-age=31536000, immutable");
  const auto answer = TRY(ask(request));
  if (answer.status != 200) return unexpected_answer("put", answer);
  return {};
}

Result<void> S3Storage::put_in_parts(std::string_view key, const fs::path& file, std::uint64_t size) {
  ObjectRequest begin{.method = "POST", .url = url_of(key, "uploads")};
  begin.headers.emplace_back("Content-Type", content_type_of(key));
  begin.headers.emplace_back("Cache-Control", "public, max-age=31536000, immutable");
  const auto begun = TRY(ask(begin));
  const auto upload = text::percent_encode(unescape(element(begun.body, "UploadId")));
  if (begun.status != 200 || upload.empty()) return unexpected_answer("put", begun);
  const auto done = put_parts(key, file, size, upload);
  if (done) {
    const ObjectRequest end{
        .method = "POST", .url = url_of(key, "uploadId=" + upload), .body = std::make_shared<const std::string>(*done)};
    const auto ended = ask(end);
    // An error may come with status 200 here.
    if (ended && ended->status == 200 && !ended->body.contains("<Error>")) return {};
    static_cast<void>(ask({.method = "DELETE", .url = url_of(key, "uploadId=" + upload)}));
    return ended ? unexpected_answer("put", *ended) : std::unexpected(ended.error());
  }
  // Nothing half-stored: the parts go. If that fails too, the store's own rule for unfinished uploads remains.
  static_cast<void>(ask({.method = "DELETE", .url = url_of(key, "uploadId=" + upload)}));
  return std::unexpected(done.error());
}

Result<std::string> S3Storage::put_parts(std::string_view key, const fs::path& file, std::uint64_t size,
                                         const std::string& upload) {
  std::string list = "<CompleteMultipartUpload>";
  int part = 1;
  for (std::uint64_t at = 0; at < size; at += kPart, ++part) {
    const ObjectRequest request{.method = "PUT",
                                .url = url_of(key, fmt::format("partNumber={}&uploadId={}", part, upload)),
                                .body = TRY(read(file, at, std::min(kPart, size - at)))};
    const auto answer = TRY(ask(request));
    if (answer.status != 200) return unexpected_answer("put", answer);
    list += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", part,
                        text::escape_html(answer.header("ETag")));
  }
  return list + "</CompleteMultipartUpload>";
}

Result<std::uint64_t> S3Storage::size(std::string_view key) {
  const auto answer = TRY(ask({.method = "HEAD", .url = url_of(key)}));
  if (answer.status == 404) return fail(Errc::not_found, "Record not found", std::string(key));
  if (answer.status != 200) return unexpected_answer("head", answer);
  return number(answer.header("Content-Length"));
}

Result<fs::path> S3Storage::get_part(std::string_view key, std::uint64_t first, std::uint64_t count,
                                     const fs::path& folder) {
  auto path = folder / key;
  std::ofstream file(path, std::ios::binary);
  for (std::uint64_t done = 0; done < count;) {
    const auto piece = std::min(kPart, count - done);
    ObjectRequest request{.method = "GET", .url = url_of(key)};
    request.headers.emplace_back("Range", fmt::format("bytes={}-{}", first + done, first + done + piece - 1));
    const auto answer = TRY(ask(request));
    if (answer.status == 404) return fail(Errc::not_found, "Record not found", std::string(key));
    if (answer.status != 206 || answer.body.size() != piece) return unexpected_answer("get", answer);
    file.write(answer.body.data(), static_cast<std::streamsize>(answer.body.size()));
    done += piece;
  }
  file.close();
  if (!file) return unavailable("get", path.string() + " cannot be written");
  return path;
}

Result<fs::path> S3Storage::get(std::string_view key, const fs::path& folder) {
  auto path = folder / key;
  std::ofstream file(path, std::ios::binary);
  for (std::uint64_t at = 0;; at += kPart) {
    ObjectRequest request{.method = "GET", .url = url_of(key)};
    request.headers.emplace_back("Range", fmt::format("bytes={}-{}", at, at + kPart - 1));
    const auto answer = TRY(ask(request));
    if (answer.status == 404) return fail(Errc::not_found, "Record not found", std::string(key));
    if (answer.status == 416 && at > 0) break;
    if (answer.status != 206 && !(answer.status == 200 && at == 0)) return unexpected_answer("get", answer);
    file.write(answer.body.data(), static_cast<std::streamsize>(answer.body.size()));
    if (answer.status == 200 || answer.body.size() < kPart) break;
  }
  file.close();
  if (!file) return unavailable("get", path.string() + " cannot be written");
  return path;
}

Result<void> S3Storage::remove(std::string_view key) {
  const auto answer = TRY(ask({.method = "DELETE", .url = url_of(key)}, Errc::remote_failed));
  if (answer.status != 200 && answer.status != 204 && answer.status != 404) return unexpected_answer("delete", answer);
  return {};
}

Result<void> S3Storage::list(const std::function<void(std::string_view, std::uint64_t)>& seen) {
  std::string token;
  for (;;) {
    auto query = fmt::format("list-type=2&max-keys={}", kListed);
    if (!token.empty()) query += "&continuation-token=" + text::percent_encode(token);
    const auto answer = TRY(ask({.method = "GET", .url = url_of("", query)}));
    if (answer.status != 200) return unexpected_answer("list", answer);
    std::string_view rest = answer.body;
    for (auto at = rest.find("<Contents>"); at != std::string_view::npos; at = rest.find("<Contents>")) {
      rest.remove_prefix(at);
      const auto entry = element(rest, "Contents");
      seen(unescape(element(entry, "Key")), number(element(entry, "Size")));
      rest.remove_prefix(std::min(rest.size(), entry.size() + 1));
    }
    token = unescape(element(answer.body, "NextContinuationToken"));
    if (element(answer.body, "IsTruncated") != "true" || token.empty()) return {};
  }
}

std::optional<std::string> S3Storage::public_url(std::string_view key) const {
  if (!options_.redirect) return std::nullopt;
  const auto hours = std::chrono::floor<std::chrono::hours>(clock_.now());
  return sigv4::presign(url_of(key), options_, Time(hours), 2 * kAddressPeriod);
}

}  // namespace dunlin::media
