#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/crypto/secret_box.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

struct evp_pkey_st;

namespace dunlin::crypto {

enum class KeyType : std::uint8_t { rsa, ed25519 };

/// RSASSA-PKCS1-v1_5 with SHA-256 or SHA-512, RSASSA-PSS with SHA-512 (64 bytes of salt), Ed25519.
enum class SignatureAlgorithm : std::uint8_t { rsa_sha256, rsa_sha512, rsa_pss_sha512, ed25519 };

KeyType key_type_of(SignatureAlgorithm algorithm);

/// A parsed public key. Copies share it; any thread may use it. Parsing costs far more than a verification: keep it.
class PublicKey {
 public:
  /// SubjectPublicKeyInfo or PKCS#1 ("RSA PUBLIC KEY") PEM, however its lines are broken. RSA of 1,024 to 4,096 bits or
  /// Ed25519. Errors: invalid.
  static Result<PublicKey> from_pem(std::string_view pem);
  /// `z6Mk...`, `z4MX...`: multibase base58-btc of the multicodecs ed25519-pub and rsa-pub (FEP-521a). Errors: invalid.
  static Result<PublicKey> from_multibase(std::string_view text);

  [[nodiscard]] KeyType type() const { return type_; }
  /// SubjectPublicKeyInfo with `\n` line ends and a final newline.
  [[nodiscard]] std::string to_pem() const;
  [[nodiscard]] std::string to_multibase() const;
  /// False also when the algorithm does not fit the key.
  [[nodiscard]] bool verify(SignatureAlgorithm algorithm, std::string_view message, std::string_view signature) const;

 private:
  friend class PrivateKey;
  PublicKey(std::shared_ptr<evp_pkey_st> key, KeyType type) : key_(std::move(key)), type_(type) {}
  static Result<PublicKey> checked(std::shared_ptr<evp_pkey_st> key);

  std::shared_ptr<evp_pkey_st> key_;
  KeyType type_;
};

/// A parsed private key. Copies share it; any thread may use it.
class PrivateKey {
 public:
  /// RSA-2048, e = 65537: about 0.14 s of CPU, so make them ahead.
  static PrivateKey generate_rsa();
  static PrivateKey generate_ed25519();
  /// PKCS#8 or PKCS#1 PEM, not encrypted. Errors: invalid.
  static Result<PrivateKey> from_pem(std::string_view pem);

  [[nodiscard]] KeyType type() const { return type_; }
  /// PKCS#8, not encrypted.
  [[nodiscard]] std::string to_pem() const;
  [[nodiscard]] PublicKey public_key() const { return {key_, type_}; }
  /// Throws std::logic_error when the algorithm does not fit the key.
  [[nodiscard]] std::string sign(SignatureAlgorithm algorithm, std::string_view message) const;

 private:
  PrivateKey(std::shared_ptr<evp_pkey_st> key, KeyType type) : key_(std::move(key)), type_(type) {}

  std::shared_ptr<evp_pkey_st> key_;
  KeyType type_;
};

/// The keys in recent use, parsed; least recently used ones go. Any thread may call. Texts are kept as digests only,
/// and a key that does not parse is not kept.
class KeyCache {
 public:
  /// At most `capacity` public and as many private keys, 2 to 4 KB each.
  /// `box` opens private keys that are sealed.
  explicit KeyCache(std::size_t capacity = 4096, std::optional<SecretBox> box = std::nullopt);
  ~KeyCache();
  KeyCache(const KeyCache&) = delete;
  KeyCache& operator=(const KeyCache&) = delete;

  /// PEM, or multibase when it begins with 'z'.
  Result<PublicKey> public_key(std::string_view text);
  /// PEM, sealed or not.
  Result<PrivateKey> private_key(std::string_view pem);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dunlin::crypto
