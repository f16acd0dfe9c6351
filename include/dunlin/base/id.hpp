#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/random.hpp"

#include <atomic>
#include <charconv>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace dunlin {

/// A 64-bit, time-ordered id: milliseconds since the epoch << 16 | sequence. A decimal string in JSON. Ids of different
/// tags do not mix. 0 is no id.
template <class Tag>
struct Id {
  std::int64_t value = 0;

  constexpr auto operator<=>(const Id&) const = default;
  constexpr explicit operator bool() const { return value != 0; }
  [[nodiscard]] std::string str() const { return std::to_string(value); }

  /// Digits only, 1 .. 2^63-1; anything else is no id.
  [[nodiscard]] static std::optional<Id> parse(std::string_view text) {
    std::int64_t v = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), v);
    if (ec != std::errc{} || end != text.data() + text.size() || v <= 0) return std::nullopt;
    return Id{v};
  }
};

using AccountId = Id<struct AccountTag>;
using UserId = Id<struct UserTag>;
using StatusId = Id<struct StatusTag>;
using ConversationId = Id<struct ConversationTag>;
using NotificationId = Id<struct NotificationTag>;
using ApplicationId = Id<struct ApplicationTag>;
using TokenId = Id<struct TokenTag>;
using SessionId = Id<struct SessionTag>;
using FollowId = Id<struct FollowTag>;
using FavouriteId = Id<struct FavouriteTag>;
using MediaId = Id<struct MediaTag>;
using FilterId = Id<struct FilterTag>;
using JobId = Id<struct JobTag>;
using ActivityId = Id<struct ActivityTag>;
using DeliveryId = Id<struct DeliveryTag>;

/// Makes ids; any thread may call. Unique within the process; two processes on one database take different `node`s.
class IdGenerator {
 public:
  explicit IdGenerator(const Clock& clock, std::uint8_t node = 0) : clock_(clock), node_(node) {}

  /// Strictly increasing within the process.
  template <class I>
  I next() {
    return I{next_value()};
  }
  /// An id that sorts at `time` (a remote status takes the date of its publication). Its low bits come from a counter
  /// with a random start: a repetition is improbable, not impossible, so that inserts must cope with a conflict.
  template <class I>
  I at(Time time) {
    return I{value_at(time)};
  }

 private:
  std::int64_t next_value();
  std::int64_t value_at(Time time);

  const Clock& clock_;
  const std::uint8_t node_;
  std::atomic<std::int64_t> last_{0};
  std::atomic<std::uint64_t> past_sequence_{random_below(65536)};
};

}  // namespace dunlin

template <class Tag>
struct std::hash<dunlin::Id<Tag>> {
  std::size_t operator()(dunlin::Id<Tag> id) const noexcept { return std::hash<std::int64_t>{}(id.value); }
};
