#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/crypto/p256.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What goes to push services: messages that only the device can read (RFC 8291 and draft 4 of it), and who we are
/// (RFC 8292).
namespace dunlin::crypto {

enum class PushEncoding : std::uint8_t { aes128gcm, aesgcm };

/// Whom a message is for.
struct PushReceiver {
  std::string_view p256dh;  // 65 bytes
  std::string_view auth;    // 16 bytes
};

struct PushMessage {
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// `vapid` signs for `audience` (the origin of the endpoint) until `expires`; `subject` is a mailto: or https: URL.
/// Errors: invalid when the receiver's keys are none; too_large for more than fits into one record.
Result<PushMessage> make_push_message(PushEncoding encoding, const PushReceiver& receiver, std::string_view plaintext,
                                      const P256Key& vapid, std::string_view audience, std::string_view subject,
                                      Time expires);

/// The encryption alone, with a given sender's key and salt of 16 bytes: for tests against the RFC.
Result<std::string> encrypt_push(PushEncoding encoding, const PushReceiver& receiver, std::string_view plaintext,
                                 const P256Key& sender, std::string_view salt);

}  // namespace dunlin::crypto
