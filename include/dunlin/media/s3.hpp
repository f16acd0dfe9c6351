#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/media/storage.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dunlin::media {

using HeaderFields = std::vector<std::pair<std::string, std::string>>;

/// One request to the store and its answer, as plain values.
struct ObjectRequest {
  std::string method;
  std::string url;
  HeaderFields headers{};
  std::shared_ptr<const std::string> body{};
};
struct ObjectResponse {
  int status = 0;
  HeaderFields headers;
  std::string body;

  /// "" when absent.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};
/// Who talks to the store: net does, this library knows no sockets. Blocks. Errors: unavailable (the store has not
/// heard of it), remote_failed (it may have).
class ObjectTransport {
 public:
  virtual ~ObjectTransport() = default;
  virtual Result<ObjectResponse> exchange(ObjectRequest request) = 0;
};

struct S3Options {
  std::string endpoint;  // "https://s3.example.net"
  std::string region;
  std::string bucket;
  std::string access_key;
  std::string secret_key;
  bool path_style = true;
  bool redirect = true;  // public_url() gives signed addresses
};

/// AWS Signature Version 4, over plain values; pure.
namespace sigv4 {
/// Adds Authorization, X-Amz-Date and X-Amz-Content-Sha256. The query of the URL is in any order.
void sign(ObjectRequest& request, const S3Options& options, Time now);
/// A GET that everybody may do until then.
std::string presign(std::string_view url, const S3Options& options, Time now, std::chrono::seconds lasts);
}  // namespace sigv4

/// A bucket of any store that speaks S3. Files are moved in pieces of 8 MiB: memory does not grow with them.
class S3Storage final : public Storage {
 public:
  S3Storage(S3Options options, const Clock& clock, ObjectTransport& transport)
      : options_(std::move(options)), clock_(clock), transport_(transport) {}

  Result<void> put(std::string_view key, const std::filesystem::path& file) override;
  Result<std::filesystem::path> get(std::string_view key, const std::filesystem::path& folder) override;
  Result<std::uint64_t> size(std::string_view key) override;
  Result<std::filesystem::path> get_part(std::string_view key, std::uint64_t first, std::uint64_t count,
                                         const std::filesystem::path& folder) override;
  Result<void> remove(std::string_view key) override;
  Result<void> list(const std::function<void(std::string_view, std::uint64_t)>& seen) override;
  [[nodiscard]] std::optional<std::filesystem::path> local_path(std::string_view) const override {
    return std::nullopt;
  }
  [[nodiscard]] std::optional<std::string> public_url(std::string_view key) const override;

 private:
  [[nodiscard]] std::string url_of(std::string_view key, std::string_view query = {}) const;
  /// Signed, and tried again once when the store is not well. Errors: unavailable; `unknown` when the store may have
  /// done it all the same, or may yet do it.
  Result<ObjectResponse> ask(const ObjectRequest& request, Errc unknown = Errc::unavailable) const;
  Result<void> put_in_parts(std::string_view key, const std::filesystem::path& file, std::uint64_t size);
  Result<std::string> put_parts(std::string_view key, const std::filesystem::path& file, std::uint64_t size,
                                const std::string& upload);

  S3Options options_;
  const Clock& clock_;
  ObjectTransport& transport_;
};

}  // namespace dunlin::media
