#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::model {

/// Whose notifications are pushed. Append-only: stored as numbers.
enum class PushPolicy : std::uint8_t {
  all = 0,
  followed = 1,  // of whom the user follows
  follower = 2,  // of whom follows the user
  none = 3,
};
std::string_view to_string(PushPolicy policy);
std::optional<PushPolicy> parse_push_policy(std::string_view text);

/// A device that wants to be told of its user's notifications (client-api.md 5).
struct PushSubscription {
  std::int32_t id = 0;
  TokenId token_id;
  AccountId account_id;
  std::string access_token;  // in clear: part of every message
  std::string endpoint;
  std::string p256dh;                  // 65 bytes: an uncompressed point of P-256
  std::string auth;                    // 16 bytes
  bool standard = false;               // aes128gcm, else aesgcm
  std::vector<std::string> alerts_on;  // types of notifications as in the API
  std::vector<std::string> alerts_off;
  PushPolicy policy = PushPolicy::all;
  Time created_at{};
};

}  // namespace dunlin::model
