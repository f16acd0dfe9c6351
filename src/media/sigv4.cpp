// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html and sigv4-query-string-auth.html.
#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/crypto/digest.hpp"
#include "dunlin/media/s3.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <ctime>

namespace dunlin::media::sigv4 {

namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

/// "20261126T071500Z"
std::string long_date(Time now) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string scope_of(const S3Options& options, std::string_view date) {
  return fmt::format("{}/{}/s3/aws4_request", date.substr(0, 8), options.region);
}

std::string canonical_query(std::string_view query) {
  std::vector<std::string> parts;
  for (const auto part : text::split(query, '&')) {
    if (!part.empty()) parts.push_back(part.contains('=') ? std::string(part) : std::string(part) + "=");
  }
  std::ranges::sort(parts);
  return text::join(parts, "&");
}

std::string signature_of(const S3Options& options, std::string_view date, std::string_view canonical) {
  const auto to_sign = fmt::format("{}\n{}\n{}\n{}", kAlgorithm, date, scope_of(options, date),
                                   text::hex_encode(crypto::sha256(canonical)));
  std::string key = crypto::hmac_sha256("AWS4" + options.secret_key, date.substr(0, 8));
  key = crypto::hmac_sha256(key, options.region);
  key = crypto::hmac_sha256(key, "s3");
  key = crypto::hmac_sha256(key, "aws4_request");
  return text::hex_encode(crypto::hmac_sha256(key, to_sign));
}

}  // namespace

void sign(ObjectRequest& request, const S3Options& options, Time now) {
  const auto url = Url::parse(request.url);
  if (!url) return;  // the transport refuses it
  const auto date = long_date(now);
  const auto digest = text::hex_encode(crypto::sha256(request.body ? *request.body : std::string()));
  constexpr std::string_view kSigned = "host;x-amz-content-sha256;x-amz-date";
  const auto canonical =
      fmt::format("{}\n{}\n{}\nhost:{}\nx-amz-content-sha256:{}\nx-amz-date:{}\n\n{}\n{}", request.method, url->path,
                  canonical_query(url->query), url->authority(), digest, date, kSigned, digest);
  request.headers.emplace_back("X-Amz-Date", date);
  request.headers.emplace_back("X-Amz-Content-Sha256", digest);
  request.headers.emplace_back("Authorization", fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}",
                                                            kAlgorithm, options.access_key, scope_of(options, date),
                                                            kSigned, signature_of(options, date, canonical)));
}

std::string presign(std::string_view address, const S3Options& options, Time now, std::chrono::seconds lasts) {
  const auto url = Url::parse(address);
  if (!url) return {};
  const auto date = long_date(now);
  const auto credential = text::percent_encode(options.access_key + "/" + scope_of(options, date));
  const auto query = canonical_query(
      fmt::format("X-Amz-Algorithm={}&X-Amz-Credential={}&X-Amz-Date={}&X-Amz-Expires={}&X-Amz-SignedHeaders=host",
                  kAlgorithm, credential, date, lasts.count()));
  const auto canonical =
      fmt::format("GET\n{}\n{}\nhost:{}\n\nhost\nUNSIGNED-PAYLOAD", url->path, query, url->authority());
  return fmt::format("{}?{}&X-Amz-Signature={}", address, query, signature_of(options, date, canonical));
}

}  // namespace dunlin::media::sigv4
