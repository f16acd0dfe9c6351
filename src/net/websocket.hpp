#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/http/message.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The server's side of RFC 6455 as plain functions over bytes: no sockets, no extensions.
namespace dunlin::net::websocket {

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// RFC 6455 7.4.1 and its registry.
enum class CloseCode : std::uint16_t {
  none = 0,
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  unsupported = 1003,
  bad_text = 1007,
  policy = 1008,
  too_big = 1009,
  try_again_later = 1013,
};

/// What goes before a payload of this size; a server does not mask.
struct FrameHead {
  std::array<char, 10> bytes{};
  std::size_t size = 0;
};
FrameHead frame_head(Opcode opcode, std::size_t payload_bytes);
/// A whole frame; `payload` of at most 125 bytes.
std::string control_frame(Opcode opcode, std::string_view payload);
std::string close_frame(CloseCode code, std::string_view reason);

/// The Sec-WebSocket-Accept for a request to upgrade. Errors: bad_request; conflict for a version that is not spoken.
Result<std::string> accept_upgrade(const http::Request& request);

/// What the server says to a client's close frame: its own code, or what is wrong with the frame (RFC 6455 5.5.1, 7.4).
CloseCode answer_to_close(std::string_view payload);

/// Frames of a client, put together to messages.
class Decoder {
 public:
  explicit Decoder(std::size_t max_message_bytes) : max_message_bytes_(max_message_bytes) {}

  /// After a failure nothing is kept of what still comes.
  void feed(std::string_view bytes) {
    if (failure_ == CloseCode::none) buffer_ += bytes;
  }
  struct Message {
    Opcode opcode = Opcode::text;  // text or a control frame
    std::string payload;
  };
  /// nullopt: more bytes are needed, or failure() says why there will be none.
  std::optional<Message> next();
  [[nodiscard]] CloseCode failure() const { return failure_; }
  /// Bytes that wait for the rest of their message.
  [[nodiscard]] std::size_t held() const { return buffer_.size() + message_.size(); }

 private:
  struct Frame {
    bool last = false;
    Opcode opcode = Opcode::text;
    std::string payload;
  };
  std::optional<Frame> next_frame();
  std::optional<Message> refuse(CloseCode code);

  std::size_t max_message_bytes_;
  std::string buffer_;
  std::string message_;      // the fragments so far
  bool in_message_ = false;  // between the first and the last fragment
  CloseCode failure_ = CloseCode::none;
};

}  // namespace dunlin::net::websocket
