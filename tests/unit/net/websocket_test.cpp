#include "../../../src/net/websocket.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace dunlin;
using namespace dunlin::net::websocket;

namespace {

/// A frame as a client sends it.
std::string client_frame(unsigned first_byte, const std::string& payload) {
  const std::string mask = "\x11\x22\x33\x44";
  std::string frame(1, static_cast<char>(first_byte));
  if (payload.size() < 126) {
    frame += static_cast<char>(0x80U | payload.size());
  } else {
    frame += static_cast<char>(0x80U | 126U);
    frame += static_cast<char>(payload.size() >> 8U);
    frame += static_cast<char>(payload.size() & 0xFFU);
  }
  frame += mask;
  for (std::size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ mask[i % 4]);
  return frame;
}

CloseCode refusal_of(const std::string& bytes) {
  Decoder decoder(100);
  decoder.feed(bytes);
  while (decoder.next()) {
  }
  return decoder.failure();
}

http::Request upgrade_request() {
  http::Request request;
  request.headers.add("Connection", "keep-alive, Upgrade");
  request.headers.add("Upgrade", "websocket");
  request.headers.add("Sec-WebSocket-Version", "13");
  request.headers.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
  return request;
}

}  // namespace

TEST_CASE("the handshake is that of RFC 6455 1.3", "[net][websocket]") {
  auto request = upgrade_request();
  CHECK(accept_upgrade(request).value() == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  request.headers.set("Sec-WebSocket-Version", "8");
  CHECK(accept_upgrade(request).error().code == Errc::conflict);
  request = upgrade_request();
  request.headers.set("Sec-WebSocket-Key", "short");
  CHECK(accept_upgrade(request).error().code == Errc::bad_request);
  request = upgrade_request();
  request.headers.set("Connection", "keep-alive");
  CHECK(accept_upgrade(request).error().code == Errc::bad_request);
}

TEST_CASE("a message is read whole, byte by byte and in fragments", "[net][websocket]") {
  Decoder decoder(1000);
  const auto bytes = client_frame(0x81, "hello");
  for (const char byte : bytes) {
    CHECK_FALSE(decoder.next());
    decoder.feed({&byte, 1});
  }
  CHECK(decoder.next()->payload == "hello");
  // RFC 6455 5.4: control frames may stand between the fragments.
  decoder.feed(client_frame(0x01, "one ") + client_frame(0x89, "are you there") + client_frame(0x80, "two"));
  const auto ping = decoder.next();
  CHECK(ping->opcode == Opcode::ping);
  CHECK(ping->payload == "are you there");
  CHECK(decoder.next()->payload == "one two");
  decoder.feed(client_frame(0x81, std::string(300, 'x')));
  CHECK(decoder.next()->payload.size() == 300);
  CHECK(decoder.failure() == CloseCode::none);
}

TEST_CASE("what is no WebSocket as we speak it is refused with its code", "[net][websocket]") {
  CHECK(refusal_of(client_frame(0x82, "binary")) == CloseCode::unsupported);
  CHECK(refusal_of(client_frame(0x81, std::string(101, 'x'))) == CloseCode::too_big);
  CHECK(refusal_of(client_frame(0x01, std::string(60, 'x')) + client_frame(0x80, std::string(60, 'x'))) ==
        CloseCode::too_big);
  CHECK(refusal_of(client_frame(0x81, "\xff\xfe")) == CloseCode::bad_text);
  CHECK(refusal_of(std::string("\x81\x01x", 3)) == CloseCode::protocol_error);  // not masked
  CHECK(refusal_of(client_frame(0xC1, "x")) == CloseCode::protocol_error);      // a reserved bit
  CHECK(refusal_of(client_frame(0x83, "x")) == CloseCode::protocol_error);      // a reserved opcode
  CHECK(refusal_of(client_frame(0x80, "x")) == CloseCode::protocol_error);      // continues nothing
  CHECK(refusal_of(client_frame(0x01, "x") + client_frame(0x81, "y")) == CloseCode::protocol_error);
  CHECK(refusal_of(client_frame(0x09, "x")) == CloseCode::protocol_error);  // a control frame in fragments
  // RFC 6455 5.2: lengths have their shortest form, and none is negative.
  CHECK(refusal_of(std::string("\x81\xfe\x00\x05", 4)) == CloseCode::protocol_error);
  CHECK(refusal_of(std::string("\x81\xff\x00\x00\x00\x00\x00\x00\xff\xff", 10)) == CloseCode::protocol_error);
  CHECK(refusal_of(std::string("\x81\xff\x80\x00\x00\x00\x00\x00\x00\x00", 10)) == CloseCode::protocol_error);
  // A length of 2^63 is refused before any of it is waited for.
  CHECK(refusal_of(std::string("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff", 10)) == CloseCode::too_big);
}

TEST_CASE("what a client sends after its fault is not kept", "[net][websocket]") {
  Decoder decoder(100);
  decoder.feed(client_frame(0x82, "binary"));
  CHECK_FALSE(decoder.next());
  for (int i = 0; i < 100; ++i) decoder.feed(std::string(8192, 'x'));
  CHECK_FALSE(decoder.next());
  CHECK(decoder.held() == 0);
}

TEST_CASE("a close frame is answered with its code, or with what is wrong with it", "[net][websocket]") {
  const auto answer = [](const std::string& payload) { return static_cast<int>(answer_to_close(payload)); };
  CHECK(answer("") == 1000);
  CHECK(answer("\x03\xe8") == 1000);
  CHECK(answer("\x03\xe9 bye") == 1001);
  CHECK(answer(std::string("\x0b\xb8", 2)) == 3000);
  CHECK(answer("\x03") == 1002);
  for (const unsigned never : {0U, 999U, 1004U, 1005U, 1006U, 1015U, 2999U, 5000U}) {
    INFO(never);
    CHECK(answer({static_cast<char>(never >> 8U), static_cast<char>(never & 0xFFU)}) == 1002);
  }
  CHECK(answer("\x03\xe8\xff") == 1007);
}

TEST_CASE("frames of the server have the shortest length and no mask", "[net][websocket]") {
  const auto text = [](const FrameHead& head) { return std::string(head.bytes.data(), head.size); };
  CHECK(text(frame_head(Opcode::text, 5)) == "\x81\x05");
  CHECK(text(frame_head(Opcode::text, 300)) == std::string("\x81\x7e\x01\x2c", 4));
  CHECK(text(frame_head(Opcode::text, 70'000)) == std::string("\x81\x7f\0\0\0\0\0\x01\x11\x70", 10));
  CHECK(close_frame(CloseCode::policy, "no") == std::string("\x88\x04\x03\xf0no", 6));
}
