#include "dunlin/crypto/secret_box.hpp"

#include "dunlin/base/random.hpp"
#include "dunlin/base/text.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <memory>
#include <stdexcept>
#include <utility>

namespace dunlin::crypto {

namespace {

constexpr std::string_view kMark = "enc1:";
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}
const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::unexpected<Error> unreadable(const char* why) {
  ERR_clear_error();
  return fail(Errc::invalid, "The secret cannot be read", why);
}

}  // namespace

Result<SecretBox> SecretBox::from_text(std::string_view base64) {
  auto key = text::base64_decode(base64);
  if (!key || key->size() != kKeyBytes) return fail(Errc::invalid, "The key must be 32 bytes in base64");
  return SecretBox(std::move(*key));
}

bool SecretBox::is_sealed(std::string_view text) {
  return text.starts_with(kMark);
}

std::string SecretBox::seal(std::string_view text) const {
  const Context context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  const std::string nonce = random_bytes(kNonceBytes);
  std::string cipher(text.size(), '\0');
  std::string tag(kTagBytes, '\0');
  int length = 0;
  if (EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_of(std::string_view(key_)),
                         bytes_of(std::string_view(nonce))) != 1 ||
      EVP_EncryptUpdate(context.get(), bytes_of(cipher), &length, bytes_of(text), static_cast<int>(text.size())) != 1 ||
      EVP_EncryptFinal_ex(context.get(), bytes_of(cipher) + length, &length) != 1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(kTagBytes), tag.data()) != 1) {
    throw std::runtime_error("a secret cannot be sealed");
  }
  return std::string(kMark) + text::base64_encode(nonce + cipher + tag);
}

Result<std::string> SecretBox::open(std::string_view sealed) const {
  if (!is_sealed(sealed)) return unreadable("it is not sealed");
  const auto bytes = text::base64_decode(sealed.substr(kMark.size()));
  if (!bytes || bytes->size() < kNonceBytes + kTagBytes) return unreadable("it is cut off");
  const std::string_view all = *bytes;
  const std::string_view nonce = all.substr(0, kNonceBytes);
  const std::string_view cipher = all.substr(kNonceBytes, all.size() - kNonceBytes - kTagBytes);
  std::string tag(all.substr(all.size() - kTagBytes));
  const Context context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  std::string text(cipher.size(), '\0');
  int length = 0;
  if (EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_of(std::string_view(key_)),
                         bytes_of(nonce)) != 1 ||
      EVP_DecryptUpdate(context.get(), bytes_of(text), &length, bytes_of(cipher), static_cast<int>(cipher.size())) !=
          1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(kTagBytes), tag.data()) != 1 ||
      EVP_DecryptFinal_ex(context.get(), bytes_of(text) + length, &length) != 1) {
    return unreadable("it was sealed with another key, or changed since");
  }
  return text;
}

}  // namespace dunlin::crypto
