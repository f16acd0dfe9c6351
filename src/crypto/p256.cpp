#include "dunlin/crypto/p256.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>
#include <stdexcept>

namespace dunlin::crypto {
namespace {

constexpr std::size_t kPointBytes = 65;
constexpr std::size_t kCoordinateBytes = 32;
constexpr char kUncompressed = 4;

const unsigned char* bytes_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

P256Key P256Key::generate() {
  std::shared_ptr<EVP_PKEY> key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  if (!key) throw std::runtime_error("cannot make a P-256 key");
  return P256Key(std::move(key));
}

Result<P256Key> P256Key::from_pem(std::string_view pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                      &BIO_free);
  std::shared_ptr<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  ERR_clear_error();
  P256Key found(std::move(key));
  if (!found.key_ || EVP_PKEY_get_base_id(found.key_.get()) != EVP_PKEY_EC || !is_p256_point(found.public_point())) {
    return fail(Errc::invalid, "The key cannot be used", "not a P-256 key");
  }
  return found;
}

std::string P256Key::to_pem() const {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  if (PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    throw std::runtime_error("cannot write a P-256 key");
  }
  char* data = nullptr;
  const auto length = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(length)};
}

std::string P256Key::public_point() const {
  unsigned char* encoded = nullptr;
  const auto length = EVP_PKEY_get1_encoded_public_key(key_.get(), &encoded);
  std::string point(reinterpret_cast<const char*>(encoded), length);
  OPENSSL_free(encoded);
  return point;
}

Result<std::string> P256Key::agree(std::string_view other_point) const {
  const auto refused = [] {
    ERR_clear_error();
    return fail(Errc::invalid, "The key cannot be used", "not a point of P-256");
  };
  if (!is_p256_point(other_point)) return refused();
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> other(EVP_PKEY_new(), &EVP_PKEY_free);
  if (EVP_PKEY_copy_parameters(other.get(), key_.get()) != 1 ||
      EVP_PKEY_set1_encoded_public_key(other.get(), bytes_of(other_point), other_point.size()) != 1) {
    return refused();
  }
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(EVP_PKEY_CTX_new(key_.get(), nullptr),
                                                                            &EVP_PKEY_CTX_free);
  std::string secret(kCoordinateBytes, '\0');
  std::size_t size = secret.size();
  const bool agreed = EVP_PKEY_derive_init(context.get()) == 1 &&
                      EVP_PKEY_derive_set_peer(context.get(), other.get()) == 1 &&
                      EVP_PKEY_derive(context.get(), reinterpret_cast<unsigned char*>(secret.data()), &size) == 1;
  if (!agreed || size != secret.size()) return refused();
  return secret;
}

std::string P256Key::sign(std::string_view bytes) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  std::array<unsigned char, 80> der{};
  std::size_t size = der.size();
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), der.data(), &size, bytes_of(bytes), bytes.size()) != 1) {
    throw std::runtime_error("cannot sign with a P-256 key");
  }
  const auto* at = der.data();
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> parts(
      d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)), &ECDSA_SIG_free);
  std::string signature(2 * kCoordinateBytes, '\0');
  auto* const out = reinterpret_cast<unsigned char*>(signature.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), out, kCoordinateBytes);
  BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), out + kCoordinateBytes, kCoordinateBytes);
  return signature;
}

bool is_p256_point(std::string_view bytes) {
  if (bytes.size() != kPointBytes || bytes.front() != kUncompressed) return false;
  const std::unique_ptr<EC_GROUP, decltype(&EC_GROUP_free)> group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1),
                                                                  &EC_GROUP_free);
  const std::unique_ptr<EC_POINT, decltype(&EC_POINT_free)> point(EC_POINT_new(group.get()), &EC_POINT_free);
  const bool good = EC_POINT_oct2point(group.get(), point.get(), bytes_of(bytes), bytes.size(), nullptr) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace dunlin::crypto
