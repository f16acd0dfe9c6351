#include "dunlin/base/text.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/crypto/digest.hpp"
#include "dunlin/net/smtp.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

namespace dunlin::net {

namespace {

constexpr std::size_t kLineBytes = 76;  // RFC 2045 6.8

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f; });
}

/// RFC 2047: what is not ASCII as encoded words, none longer than 75 characters nor cut within a character. Line ends
/// cannot get in: they are encoded too.
std::string header_text(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const auto part = text::truncate_utf8(text, 42);
    if (!out.empty()) out += "\r\n ";
    out += "=?utf-8?B?" + text::base64_encode(part) + "?=";
    text.remove_prefix(part.size());
  }
  return out;
}

std::string base64_lines(std::string_view bytes) {
  const std::string encoded = text::base64_encode(bytes);
  std::string out;
  for (std::size_t i = 0; i < encoded.size(); i += kLineBytes) out += encoded.substr(i, kLineBytes) + "\r\n";
  return out;
}

std::string part(std::string_view boundary, std::string_view type, std::string_view body) {
  return fmt::format("--{}\r\nContent-Type: {}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
                     boundary, type, base64_lines(body));
}

/// RFC 5322 3.3, from the form for HTTP: that one says GMT.
std::string mail_date(Time time) {
  return text::replace_all(format_http_date(time), "GMT", "+0000");
}

}  // namespace

std::string render_message(const model::Mail& mail, const std::string& from, const std::string& sender_name) {
  // The same mail sent again has the same id: who got it twice sees it once.
  const std::string digest = text::hex_encode(crypto::sha256(std::to_string(mail.id) + mail.recipient + mail.text));
  const std::string boundary = "dunlin-" + digest.substr(0, 24);
  const std::string host = from.substr(from.rfind('@') + 1);
  const std::string name = is_plain(sender_name)
                               ? "\"" + text::replace_all(text::replace_all(sender_name, "\\", ""), "\"", "") + "\""
                               : header_text(sender_name);
  std::string out;
  out += "From: " + name + " <" + from + ">\r\n";
  out += "To: <" + mail.recipient + ">\r\n";
  out += "Subject: " + header_text(mail.subject) + "\r\n";
  out += "Date: " + mail_date(mail.created_at) + "\r\n";
  out += "Message-ID: <" + digest.substr(0, 32) + "@" + host + ">\r\n";
  out += "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n";
  out += "Content-Type: multipart/alternative; boundary=\"" + boundary + "\"\r\n\r\n";
  out += part(boundary, "text/plain", mail.text) + part(boundary, "text/html", mail.html);
  return out + "--" + boundary + "--\r\n";
}

}  // namespace dunlin::net
