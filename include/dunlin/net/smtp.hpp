#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/config/config.hpp"
#include "dunlin/model/mail.hpp"

#include <string>

/// Handing mail over to a mail server (RFC 5321, by libcurl; docs/adr/0030-libcurl-for-mail.md).
namespace dunlin::net {

/// The message as it goes over the wire (RFC 5322): text and HTML as alternatives, lines ended by CRLF.
std::string render_message(const model::Mail& mail, const std::string& from, const std::string& sender_name);

/// Blocks until the server has taken the mail, at most smtp.timeout. Errors: invalid (the server refuses it for good),
/// remote_failed (try later).
Result<void> send_mail(const config::Config& config, const model::Mail& mail);

}  // namespace dunlin::net
