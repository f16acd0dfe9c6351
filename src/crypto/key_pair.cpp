#include "dunlin/crypto/key_pair.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/crypto/base58.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <optional>
#include <stdexcept>

namespace dunlin::crypto {
namespace {

constexpr std::size_t kMaxPemBytes = 16 * 1024;
constexpr int kMinRsaBits = 1024;
constexpr int kMaxRsaBits = 4096;  // a verification's cost grows with the square of it
constexpr int kNewRsaBits = 2048;
// Multicodec ed25519-pub and rsa-pub.
constexpr std::string_view kEd25519Prefix("\xed\x01", 2);
constexpr std::string_view kRsaPrefix("\x85\x24", 2);
constexpr std::size_t kMaxMultibase = 800;  // RSA of 4,096 bits has 722

using Key = std::shared_ptr<EVP_PKEY>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

Key own(EVP_PKEY* raw) {
  return {raw, &EVP_PKEY_free};
}

const unsigned char* data_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

/// OpenSSL keeps errors of failed calls in a list per thread, where a later and unrelated check would find them.
std::unexpected<Error> unusable(std::string detail) {
  ERR_clear_error();
  return fail(Errc::invalid, "The key cannot be used", std::move(detail));
}

struct Pem {
  std::string label;  // "PUBLIC KEY"
  std::string der;
};

/// Read by ourselves: peers send CRLF, spaces and lines of any length, and OpenSSL's reader takes thrice the time.
std::optional<Pem> read_pem(std::string_view text) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  if (text.size() > kMaxPemBytes) return std::nullopt;
  const auto begin = text.find(kBegin);
  if (begin == std::string_view::npos) return std::nullopt;
  text.remove_prefix(begin + kBegin.size());
  const auto dashes = text.find("-----");
  if (dashes == std::string_view::npos) return std::nullopt;
  Pem pem{.label = std::string(text.substr(0, dashes)), .der = {}};
  text.remove_prefix(dashes + 5);
  const auto end = text.find("-----END " + pem.label + "-----");
  if (end == std::string_view::npos) return std::nullopt;
  std::string base64;
  for (const char c : text.substr(0, end)) {
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') base64 += c;
  }
  auto der = text::base64_decode(base64);
  if (!der) return std::nullopt;
  pem.der = std::move(*der);
  return pem;
}

Result<KeyType> type_of(const Key& key) {
  if (!key) return unusable("not a key");
  switch (EVP_PKEY_get_base_id(key.get())) {
    case EVP_PKEY_ED25519:
      return KeyType::ed25519;
    case EVP_PKEY_RSA:
      if (const int bits = EVP_PKEY_get_bits(key.get()); bits < kMinRsaBits || bits > kMaxRsaBits) {
        return unusable("RSA of " + std::to_string(bits) + " bits");
      }
      return KeyType::rsa;
    default:
      return unusable("neither RSA nor Ed25519");
  }
}

const EVP_MD* digest_of(SignatureAlgorithm algorithm) {
  switch (algorithm) {
    case SignatureAlgorithm::rsa_sha256:
      return EVP_sha256();
    case SignatureAlgorithm::rsa_sha512:
    case SignatureAlgorithm::rsa_pss_sha512:
      return EVP_sha512();
    case SignatureAlgorithm::ed25519:
      break;
  }
  return nullptr;  // part of the algorithm
}

bool set_padding(EVP_PKEY_CTX* context, SignatureAlgorithm algorithm) {
  if (algorithm != SignatureAlgorithm::rsa_pss_sha512) return true;  // PKCS#1 v1.5 is the default
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

std::string take(BIO* bio) {
  char* data = nullptr;
  const auto length = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(length)};
}

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
Bio make_bio() {
  return {BIO_new(BIO_s_mem()), &BIO_free};
}

}  // namespace

KeyType key_type_of(SignatureAlgorithm algorithm) {
  return algorithm == SignatureAlgorithm::ed25519 ? KeyType::ed25519 : KeyType::rsa;
}

Result<PublicKey> PublicKey::checked(Key key) {
  const auto type = TRY(type_of(key));
  return PublicKey(std::move(key), type);
}

Result<PublicKey> PublicKey::from_pem(std::string_view pem) {
  const auto read = read_pem(pem);
  if (!read) return unusable("not PEM");
  const unsigned char* der = data_of(read->der);
  const auto size = static_cast<long>(read->der.size());
  if (read->label == "PUBLIC KEY") return checked(own(d2i_PUBKEY(nullptr, &der, size)));
  if (read->label == "RSA PUBLIC KEY") return checked(own(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &der, size)));
  return unusable("PEM of another kind");
}

Result<PublicKey> PublicKey::from_multibase(std::string_view text) {
  if (!text.starts_with('z') || text.size() > kMaxMultibase) return unusable("not base58-btc multibase");
  const auto bytes = base58_decode(text.substr(1));
  if (!bytes || bytes->size() < 34) return unusable("not base58-btc multibase");
  const unsigned char* key = data_of(*bytes) + 2;
  if (bytes->starts_with(kRsaPrefix)) {
    return checked(own(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &key, static_cast<long>(bytes->size() - 2))));
  }
  if (bytes->size() != 34 || !bytes->starts_with(kEd25519Prefix)) return unusable("neither RSA nor Ed25519");
  return checked(own(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key, 32)));
}

std::string PublicKey::to_pem() const {
  const Bio bio = make_bio();
  if (PEM_write_bio_PUBKEY(bio.get(), key_.get()) != 1) throw std::runtime_error("a public key cannot be written");
  return take(bio.get());
}

std::string PublicKey::to_multibase() const {
  if (type_ == KeyType::rsa) {
    unsigned char* der = nullptr;
    const int length = i2d_PublicKey(key_.get(), &der);
    if (length < 0) throw std::runtime_error("a public key cannot be written");
    const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owned(der,
                                                                         [](unsigned char* p) { OPENSSL_free(p); });
    const std::string_view bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
    return "z" + base58_encode(std::string(kRsaPrefix) + std::string(bytes));
  }
  std::string raw(32, '\0');
  std::size_t size = raw.size();
  if (EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(raw.data()), &size) != 1) {
    throw std::runtime_error("a public key cannot be written");
  }
  return "z" + base58_encode(std::string(kEd25519Prefix) + raw);
}

bool PublicKey::verify(SignatureAlgorithm algorithm, std::string_view message, std::string_view signature) const {
  if (key_type_of(algorithm) != type_) return false;
  const DigestContext context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  EVP_PKEY_CTX* key_context = nullptr;
  const bool good =
      EVP_DigestVerifyInit(context.get(), &key_context, digest_of(algorithm), nullptr, key_.get()) == 1 &&
      set_padding(key_context, algorithm) &&
      EVP_DigestVerify(context.get(), data_of(signature), signature.size(), data_of(message), message.size()) == 1;
  if (!good) ERR_clear_error();
  return good;
}

PrivateKey PrivateKey::generate_rsa() {
  auto key = own(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(kNewRsaBits)));
  if (!key) throw std::runtime_error("an RSA key cannot be made");
  return {std::move(key), KeyType::rsa};
}

PrivateKey PrivateKey::generate_ed25519() {
  auto key = own(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (!key) throw std::runtime_error("an Ed25519 key cannot be made");
  return {std::move(key), KeyType::ed25519};
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem) {
  const auto read = read_pem(pem);
  if (!read) return unusable("not PEM");
  if (read->label != "PRIVATE KEY" && read->label != "RSA PRIVATE KEY") return unusable("PEM of another kind");
  const unsigned char* der = data_of(read->der);
  auto key = own(d2i_AutoPrivateKey(nullptr, &der, static_cast<long>(read->der.size())));
  const auto type = TRY(type_of(key));
  return PrivateKey(std::move(key), type);
}

std::string PrivateKey::to_pem() const {
  const Bio bio = make_bio();
  if (PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    throw std::runtime_error("a private key cannot be written");
  }
  return take(bio.get());
}

std::string PrivateKey::sign(SignatureAlgorithm algorithm, std::string_view message) const {
  if (key_type_of(algorithm) != type_) throw std::logic_error("the signature algorithm does not fit the key");
  const DigestContext context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  EVP_PKEY_CTX* key_context = nullptr;
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())), '\0');
  std::size_t size = signature.size();
  if (EVP_DigestSignInit(context.get(), &key_context, digest_of(algorithm), nullptr, key_.get()) != 1 ||
      !set_padding(key_context, algorithm) ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, data_of(message),
                     message.size()) != 1) {
    ERR_clear_error();
    throw std::runtime_error("a signature cannot be made");
  }
  signature.resize(size);
  return signature;
}

}  // namespace dunlin::crypto
