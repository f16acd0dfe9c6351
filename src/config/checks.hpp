#pragma once

#include <expected>
#include <string>

/// What one text value may be. Each returns the value in its normal form, or what is allowed, to follow "must be ".
namespace dunlin::config::checks {

using Check = std::expected<std::string, std::string> (*)(const std::string&);

std::expected<std::string, std::string> domain(const std::string& text);
/// Without a trailing slash. Empty stays empty.
std::expected<std::string, std::string> origin(const std::string& text);
/// An http(s) address, may have a path; without a trailing slash. Empty stays empty.
std::expected<std::string, std::string> base_url(const std::string& text);
std::expected<std::string, std::string> listen_address(const std::string& text);
/// An IP address or a CIDR range.
std::expected<std::string, std::string> address_range(const std::string& text);
std::expected<std::string, std::string> folder(const std::string& text);
/// Empty stays empty.
std::expected<std::string, std::string> absolute_path(const std::string& text);
std::expected<std::string, std::string> log_target(const std::string& text);
/// Empty, a postgresql:// URL or libpq's key=value form.
std::expected<std::string, std::string> database_url(const std::string& text);
std::expected<std::string, std::string> email(const std::string& text);
std::expected<std::string, std::string> username(const std::string& text);
std::expected<std::string, std::string> language(const std::string& text);
/// Not empty, no control characters.
std::expected<std::string, std::string> single_line(const std::string& text);

/// No control characters. Empty stays empty.
std::expected<std::string, std::string> one_line_or_empty(const std::string& text);
/// 32 bytes in base64. Empty stays empty.
std::expected<std::string, std::string> secret_key(const std::string& text);
/// An http(s) URL. Empty stays empty.
std::expected<std::string, std::string> web_address(const std::string& text);
/// A host name or address without a port. Empty stays empty.
std::expected<std::string, std::string> mail_host(const std::string& text);

/// Does this authority name a machine that the public cannot reach by that name: loopback or private address, a name
/// without a dot, or one below a reserved top-level domain (RFC 6761, RFC 2606)?
bool is_private_host(const std::string& authority);

}  // namespace dunlin::config::checks
