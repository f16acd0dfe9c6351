#include "dunlin/crypto/web_push.hpp"

#include "dunlin/base/random.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/crypto/digest.hpp"

#include <fmt/core.h>
#include <openssl/evp.h>

#include <memory>
#include <stdexcept>

namespace dunlin::crypto {

namespace {

constexpr std::size_t kKeyBytes = 16;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kRecordBytes = 4096;
// RFC 8291 4: push services take 4096 bytes, headers of the encoding included.
constexpr std::size_t kMaxPlaintext = kRecordBytes - kTagBytes - 86 - 2;

std::string with_nul(std::string_view text) {
  return std::string(text) + '\0';
}

/// RFC 5869 with one block of output.
std::string hkdf(std::string_view salt, std::string_view input, std::string info, std::size_t bytes) {
  info += '\1';
  return hmac_sha256(hmac_sha256(salt, input), info).substr(0, bytes);
}

struct Keys {
  std::string key;
  std::string nonce;
};

/// RFC 8291 3.4.
Keys keys_of_aes128gcm(std::string_view secret, const PushReceiver& receiver, const std::string& sender_point,
                       std::string_view salt) {
  const auto input =
      hkdf(receiver.auth, secret, with_nul("WebPush: info") + std::string(receiver.p256dh) + sender_point, 32);
  return {hkdf(salt, input, with_nul("Content-Encoding: aes128gcm"), kKeyBytes),
          hkdf(salt, input, with_nul("Content-Encoding: nonce"), kNonceBytes)};
}

/// draft-ietf-webpush-encryption-04 and draft-ietf-httpbis-encryption-encoding-03.
Keys keys_of_aesgcm(std::string_view secret, const PushReceiver& receiver, const std::string& sender_point,
                    std::string_view salt) {
  const auto input = hkdf(receiver.auth, secret, with_nul("Content-Encoding: auth"), 32);
  const auto with_length = [](std::string_view point) {
    return std::string{'\0', static_cast<char>(point.size())} + std::string(point);
  };
  const auto context = with_nul("P-256") + with_length(receiver.p256dh) + with_length(sender_point);
  return {hkdf(salt, input, with_nul("Content-Encoding: aesgcm") + context, kKeyBytes),
          hkdf(salt, input, with_nul("Content-Encoding: nonce") + context, kNonceBytes)};
}

std::string aes_128_gcm(const Keys& keys, std::string_view plaintext) {
  const auto bytes = [](const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); };
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                &EVP_CIPHER_CTX_free);
  std::string out(plaintext.size() + kTagBytes, '\0');
  auto* const cipher = reinterpret_cast<unsigned char*>(out.data());
  int size = 0;
  const bool done =
      EVP_EncryptInit_ex(context.get(), EVP_aes_128_gcm(), nullptr, bytes(keys.key), bytes(keys.nonce)) == 1 &&
      EVP_EncryptUpdate(context.get(), cipher, &size, reinterpret_cast<const unsigned char*>(plaintext.data()),
                        static_cast<int>(plaintext.size())) == 1 &&
      EVP_EncryptFinal_ex(context.get(), cipher + size, &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, cipher + plaintext.size()) == 1;
  if (!done) throw std::runtime_error("AES-128-GCM failed");
  return out;
}

/// RFC 8292 2.
std::string sign_jwt(const P256Key& vapid, std::string_view audience, std::string_view subject, Time expires) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(expires).time_since_epoch().count();
  const auto claims = fmt::format(R"({{"aud":"{}","exp":{},"sub":"{}"}})", audience, seconds, subject);
  const auto signed_part =
      text::base64url_encode(R"({"typ":"JWT","alg":"ES256"})") + "." + text::base64url_encode(claims);
  return signed_part + "." + text::base64url_encode(vapid.sign(signed_part));
}

}  // namespace

Result<std::string> encrypt_push(PushEncoding encoding, const PushReceiver& receiver, std::string_view plaintext,
                                 const P256Key& sender, std::string_view salt) {
  if (plaintext.size() > kMaxPlaintext) return fail(Errc::too_large, "The message is too large");
  const auto secret = TRY(sender.agree(receiver.p256dh));
  const auto point = sender.public_point();
  if (encoding == PushEncoding::aesgcm) {
    // Two bytes say how much padding comes before the text.
    return aes_128_gcm(keys_of_aesgcm(secret, receiver, point, salt), std::string(2, '\0') + std::string(plaintext));
  }
  // RFC 8188 2.1: salt, size of a record, the sender's key; then one record, whose last byte says that it is the last.
  std::string body(salt);
  body += {'\0', '\0', static_cast<char>(kRecordBytes >> 8U), '\0', static_cast<char>(point.size())};
  body += point;
  return body + aes_128_gcm(keys_of_aes128gcm(secret, receiver, point, salt), std::string(plaintext) + '\2');
}

Result<PushMessage> make_push_message(PushEncoding encoding, const PushReceiver& receiver, std::string_view plaintext,
                                      const P256Key& vapid, std::string_view audience, std::string_view subject,
                                      Time expires) {
  const auto sender = P256Key::generate();
  const auto salt = random_bytes(kSaltBytes);
  PushMessage message;
  message.body = TRY(encrypt_push(encoding, receiver, plaintext, sender, salt));
  const auto jwt = sign_jwt(vapid, audience, subject, expires);
  const auto key = text::base64url_encode(vapid.public_point());
  if (encoding == PushEncoding::aes128gcm) {
    message.headers = {{"Content-Encoding", "aes128gcm"}, {"Authorization", fmt::format("vapid t={},k={}", jwt, key)}};
  } else {
    message.headers = {
        {"Content-Encoding", "aesgcm"},
        {"Encryption", "salt=" + text::base64url_encode(salt)},
        {"Crypto-Key", fmt::format("dh={};p256ecdsa={}", text::base64url_encode(sender.public_point()), key)},
        {"Authorization", "WebPush " + jwt}};
  }
  return message;
}

}  // namespace dunlin::crypto
