#include "dunlin/base/text.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/net/smtp.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace dunlin;

namespace {

model::Mail mail_with(const std::string& subject) {
  return {.id = 5,
          .recipient = "wren@example.com",
          .subject = subject,
          .text = "Grüße\n.\nbye",
          .html = "<p>Grüße</p>",
          .created_at = *parse_iso8601("2026-03-01T12:00:00Z")};
}

std::string header(const std::string& message, const std::string& name) {
  const auto start = message.find("\r\n" + name + ": ") + name.size() + 4;
  return message.substr(start, message.find("\r\n", start) - start);
}

}  // namespace

TEST_CASE("a message carries text and HTML as alternatives", "[net][mail]") {
  const auto message = net::render_message(mail_with("Hello"), "noreply@example.org", "Mud\"flat");
  CHECK(message.starts_with("From: \"Mudflat\" <noreply@example.org>\r\n"));
  CHECK(header(message, "To") == "<wren@example.com>");
  CHECK(header(message, "Subject") == "Hello");
  CHECK(header(message, "Date") == "Sun, 01 Mar 2026 12:00:00 +0000");
  CHECK(header(message, "Auto-Submitted") == "auto-generated");
  CHECK(header(message, "Message-ID").ends_with("@example.org>"));
  CHECK(message.contains("Content-Type: text/plain; charset=utf-8\r\n"));
  CHECK(message.contains(text::base64_encode("Grüße\n.\nbye")));
  CHECK(message.contains(text::base64_encode("<p>Grüße</p>")));
}

TEST_CASE("no text of a mail gets out of its header", "[net][mail]") {
  const auto message =
      net::render_message(mail_with("Hi\r\nBcc: eve@evil.example"), "noreply@example.org", "A\r\nX: y");
  CHECK_FALSE(message.contains("\r\nBcc:"));
  CHECK_FALSE(message.contains("\r\nX: y"));
  CHECK(header(message, "Subject").starts_with("=?utf-8?B?"));
}

TEST_CASE("long subjects in other scripts are cut between characters", "[net][mail]") {
  std::string subject;
  for (int i = 0; i < 60; ++i) subject += "鳥";
  const auto message = net::render_message(mail_with(subject), "noreply@example.org", "Mudflat");
  std::string decoded;
  std::size_t at = 0;
  while ((at = message.find("=?utf-8?B?", at)) != std::string::npos) {
    const auto end = message.find("?=", at + 10);
    CHECK(end + 2 - at <= 75);
    const auto part = text::base64_decode(message.substr(at + 10, end - at - 10));
    REQUIRE(part);
    CHECK(text::is_valid_utf8(*part));
    decoded += *part;
    at = end;
  }
  CHECK(decoded == subject);
}

TEST_CASE("the same mail has the same id", "[net][mail]") {
  const auto once = net::render_message(mail_with("Hello"), "noreply@example.org", "Mudflat");
  CHECK(net::render_message(mail_with("Hello"), "noreply@example.org", "Mudflat") == once);
}
