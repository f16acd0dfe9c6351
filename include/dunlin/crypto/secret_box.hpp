#pragma once

#include "dunlin/base/result.hpp"

#include <string>
#include <string_view>

namespace dunlin::crypto {

/// Texts that are kept encrypted: AES-256-GCM, a nonce of their own each, "enc1:" and base64. Any thread may use it.
class SecretBox {
 public:
  /// 32 bytes in base64. Errors: invalid.
  static Result<SecretBox> from_text(std::string_view base64);

  [[nodiscard]] std::string seal(std::string_view text) const;
  /// Errors: invalid (not sealed, or with another key, or changed since).
  [[nodiscard]] Result<std::string> open(std::string_view sealed) const;
  static bool is_sealed(std::string_view text);

 private:
  explicit SecretBox(std::string key) : key_(std::move(key)) {}
  std::string key_;
};

}  // namespace dunlin::crypto
