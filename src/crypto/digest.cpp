#include "dunlin/crypto/digest.hpp"

#include "dunlin/base/text.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <optional>
#include <stdexcept>

namespace dunlin::crypto {
namespace {

std::string hash(const EVP_MD* algorithm, std::string_view bytes) {
  std::string out(static_cast<std::size_t>(EVP_MD_get_size(algorithm)), '\0');
  if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()), nullptr, algorithm,
                 nullptr) != 1) {
    throw std::runtime_error("OpenSSL could not compute a digest");
  }
  return out;
}

std::unexpected<Error> refused(std::string message) {
  return fail(Errc::unauthorized, std::move(message));
}

}  // namespace

std::string sha256(std::string_view bytes) {
  return hash(EVP_sha256(), bytes);
}

std::string sha512(std::string_view bytes) {
  return hash(EVP_sha512(), bytes);
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::string out(32, '\0');
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(bytes.data()),
           bytes.size(), reinterpret_cast<unsigned char*>(out.data()), nullptr) == nullptr) {
    throw std::runtime_error("OpenSSL could not compute an HMAC");
  }
  return out;
}

std::string token_hash(std::string_view token) {
  return sha256(token);
}

std::string digest_header(std::string_view body) {
  return "SHA-256=" + text::base64_encode(sha256(body));
}

std::string content_digest_header(std::string_view body) {
  return "sha-256=:" + text::base64_encode(sha256(body)) + ":";
}

Result<void> check_digest_header(std::string_view value, std::string_view body) {
  bool found = false;
  for (const std::string_view part : text::split(value, ',')) {
    const std::string_view member = text::trim(part);
    const auto equals = member.find('=');
    if (equals == std::string_view::npos || !text::equals_ignore_case(member.substr(0, equals), "sha-256")) continue;
    if (text::base64_decode(member.substr(equals + 1)) != sha256(body)) {
      return refused("The digest does not match the body");
    }
    found = true;
  }
  if (!found) return refused("The Digest header has no SHA-256 digest");
  return {};
}

Result<void> check_content_digest_header(std::string_view value, std::string_view body) {
  bool found = false;
  for (const std::string_view part : text::split(value, ',')) {
    const std::string_view member = text::trim(part);
    const auto equals = member.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = member.substr(0, equals);
    const bool is_sha256 = text::equals_ignore_case(name, "sha-256");
    if (!is_sha256 && !text::equals_ignore_case(name, "sha-512")) continue;
    const std::string_view quoted = member.substr(equals + 1);
    if (quoted.size() < 2 || !quoted.starts_with(':') || !quoted.ends_with(':')) {
      return refused("The Content-Digest header is malformed");
    }
    if (text::base64_decode(quoted.substr(1, quoted.size() - 2)) != (is_sha256 ? sha256(body) : sha512(body))) {
      return refused("The digest does not match the body");
    }
    found = true;
  }
  if (!found) return refused("The Content-Digest header has no SHA-256 or SHA-512 digest");
  return {};
}

}  // namespace dunlin::crypto
