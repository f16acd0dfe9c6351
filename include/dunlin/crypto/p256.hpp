#pragma once

#include "dunlin/base/result.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

struct evp_pkey_st;

namespace dunlin::crypto {

/// A key pair on P-256, the curve of Web Push. Copies share it; any thread may use it.
class P256Key {
 public:
  static P256Key generate();
  /// PKCS#8 PEM, not encrypted. Errors: invalid.
  static Result<P256Key> from_pem(std::string_view pem);

  /// PKCS#8, not encrypted.
  [[nodiscard]] std::string to_pem() const;
  /// 65 bytes: the uncompressed form of the public key (SEC 1, 2.3.3).
  [[nodiscard]] std::string public_point() const;
  /// The secret of 32 bytes that both sides reach (ECDH). Errors: invalid when it is no point of the curve.
  [[nodiscard]] Result<std::string> agree(std::string_view other_point) const;
  /// ES256 as JWTs have it (RFC 7518 3.4): 64 bytes.
  [[nodiscard]] std::string sign(std::string_view bytes) const;

 private:
  explicit P256Key(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
  std::shared_ptr<evp_pkey_st> key_;
};

/// A public key in its uncompressed form of 65 bytes that lies on the curve.
bool is_p256_point(std::string_view bytes);

}  // namespace dunlin::crypto
