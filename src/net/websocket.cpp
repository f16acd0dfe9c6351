#include "websocket.hpp"

#include "dunlin/base/text.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <utility>

namespace dunlin::net::websocket {

namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::size_t kMaxControl = 125;
constexpr unsigned kLast = 0x80U;
constexpr unsigned kReserved = 0x70U;
constexpr unsigned kMasked = 0x80U;

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

bool is_control(Opcode opcode) {
  return static_cast<unsigned>(opcode) >= 8;
}

bool is_known(unsigned opcode) {
  return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

bool has_token(std::string_view list, std::string_view token) {
  return std::ranges::any_of(text::split(list, ','), [&](std::string_view element) {
    return text::to_lower_ascii(text::trim(element)) == token;
  });
}

std::string sha1(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha1(), nullptr);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

}  // namespace

FrameHead frame_head(Opcode opcode, std::size_t payload_bytes) {
  FrameHead head;
  const auto put = [&](std::size_t value) { head.bytes.at(head.size++) = static_cast<char>(value & 0xFFU); };
  put(kLast | static_cast<unsigned>(opcode));
  int length_bytes = 0;
  if (payload_bytes <= kMaxControl) {
    put(payload_bytes);
  } else if (payload_bytes <= 0xFFFF) {
    put(126);
    length_bytes = 2;
  } else {
    put(127);
    length_bytes = 8;
  }
  for (int i = length_bytes - 1; i >= 0; --i) put(payload_bytes >> (8U * static_cast<unsigned>(i)));
  return head;
}

std::string control_frame(Opcode opcode, std::string_view payload) {
  payload = payload.substr(0, kMaxControl);
  const auto head = frame_head(opcode, payload.size());
  std::string frame(head.bytes.data(), head.size);
  return frame += payload;
}

std::string close_frame(CloseCode code, std::string_view reason) {
  std::string payload;
  if (code != CloseCode::none) {
    const auto number = static_cast<unsigned>(code);
    payload += static_cast<char>(number >> 8U);
    payload += static_cast<char>(number & 0xFFU);
    payload += reason;
  }
  return control_frame(Opcode::close, payload);
}

CloseCode answer_to_close(std::string_view payload) {
  if (payload.empty()) return CloseCode::normal;
  if (payload.size() == 1) return CloseCode::protocol_error;
  const unsigned code = byte_at(payload, 0) << 8U | byte_at(payload, 1);
  // Those that a frame may carry: 1004 to 1006 and 1015 never, from 3000 on what libraries and applications agree on.
  const bool of_protocol = code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
  if (!of_protocol && (code < 3000 || code > 4999)) return CloseCode::protocol_error;
  return text::is_valid_utf8(payload.substr(2)) ? static_cast<CloseCode>(code) : CloseCode::bad_text;
}

Result<std::string> accept_upgrade(const http::Request& request) {
  if (!has_token(request.headers.get("Connection"), "upgrade")) {
    return fail(Errc::bad_request, "The WebSocket handshake is malformed");
  }
  if (text::trim(request.headers.get("Sec-WebSocket-Version")) != "13") {
    return fail(Errc::conflict, "Only version 13 of WebSocket is spoken here");
  }
  const auto key = text::trim(request.headers.get("Sec-WebSocket-Key"));
  constexpr std::size_t kKeyCharacters = 24;  // 16 bytes of base64
  if (key.size() != kKeyCharacters || !key.ends_with("==")) {
    return fail(Errc::bad_request, "The WebSocket handshake is malformed");
  }
  return text::base64_encode(sha1(std::string(key) + std::string(kGuid)));
}

std::optional<Decoder::Message> Decoder::refuse(CloseCode code) {
  failure_ = code;
  buffer_ = {};
  message_ = {};
  return std::nullopt;
}

std::optional<Decoder::Frame> Decoder::next_frame() {
  constexpr std::size_t kMask = 4;
  if (buffer_.size() < 2) return std::nullopt;
  const unsigned first = byte_at(buffer_, 0);
  const unsigned second = byte_at(buffer_, 1);
  const bool valid = (first & kReserved) == 0 && is_known(first & 0xFU) && (second & kMasked) != 0;
  if (!valid) return refuse(CloseCode::protocol_error), std::nullopt;
  Frame frame{.last = (first & kLast) != 0, .opcode = static_cast<Opcode>(first & 0xFU), .payload = {}};
  if (frame.opcode == Opcode::binary) return refuse(CloseCode::unsupported), std::nullopt;

  std::uint64_t length = second & 0x7FU;
  if (is_control(frame.opcode) && (length > kMaxControl || !frame.last)) {
    return refuse(CloseCode::protocol_error), std::nullopt;
  }
  const std::size_t length_bytes = length == 126 ? 2 : length == 127 ? 8 : 0;
  std::size_t at = 2 + length_bytes;
  if (buffer_.size() < at) return std::nullopt;
  if (length_bytes != 0) {
    length = 0;
    for (std::size_t i = 0; i < length_bytes; ++i) length = (length << 8U) | byte_at(buffer_, 2 + i);
    // RFC 6455 5.2: the shortest form, and no negative number.
    const std::uint64_t least = length_bytes == 2 ? kMaxControl + 1 : 0x1'0000U;
    if (length < least || length >> 63U != 0) return refuse(CloseCode::protocol_error), std::nullopt;
  }
  // Before any of it is waited for.
  const std::size_t room = is_control(frame.opcode) ? kMaxControl : max_message_bytes_ - message_.size();
  if (length > room) return refuse(CloseCode::too_big), std::nullopt;
  const auto size = static_cast<std::size_t>(length);
  if (buffer_.size() < at + kMask + size) return std::nullopt;

  const std::string mask = buffer_.substr(at, kMask);
  at += kMask;
  frame.payload = buffer_.substr(at, size);
  for (std::size_t i = 0; i < size; ++i) frame.payload[i] = static_cast<char>(frame.payload[i] ^ mask[i % kMask]);
  buffer_.erase(0, at + size);
  if (buffer_.empty()) buffer_ = {};  // an idle client holds no buffer
  return frame;
}

std::optional<Decoder::Message> Decoder::next() {
  while (failure_ == CloseCode::none) {
    auto frame = next_frame();
    if (!frame) return std::nullopt;
    if (is_control(frame->opcode)) return Message{frame->opcode, std::move(frame->payload)};
    const bool continues = frame->opcode == Opcode::continuation;
    if (continues != in_message_) return refuse(CloseCode::protocol_error);
    message_ += frame->payload;
    in_message_ = !frame->last;
    if (in_message_) continue;
    if (!text::is_valid_utf8(message_)) return refuse(CloseCode::bad_text);
    return Message{Opcode::text, std::exchange(message_, {})};
  }
  return std::nullopt;
}

}  // namespace dunlin::net::websocket
