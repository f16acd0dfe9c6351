#include "dunlin/service/uris.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/model/account.hpp"

#include <utility>
#include <vector>

namespace dunlin::service::uris {

namespace {

/// The path of one of our own URLs in segments; empty when the URL is not ours.
std::vector<std::string_view> own_path(const config::Config& config, std::string_view uri) {
  const std::string& origin = config.origin();
  if (!uri.starts_with(origin) || uri.size() <= origin.size() || uri[origin.size()] != '/') return {};
  uri.remove_prefix(origin.size() + 1);
  if (uri.find_first_of("?#") != std::string_view::npos) return {};
  return text::split(uri, '/');
}

}  // namespace

std::string actor(const config::Config& config, AccountId id) {
  return config.origin() + "/ap/users/" + id.str();
}
std::string instance_actor(const config::Config& config) {
  return config.origin() + "/actor";
}

std::string profile(const config::Config& config, std::string_view username) {
  return config.origin() + "/@" + std::string(username);
}

std::string status(const config::Config& config, AccountId author, StatusId id) {
  return actor(config, author) + "/statuses/" + id.str();
}

std::string status_page(const config::Config& config, std::string_view username, StatusId id) {
  return profile(config, username) + "/" + id.str();
}

std::string quote_authorization(const config::Config& config, AccountId quoted_author, QuoteId id) {
  return actor(config, quoted_author) + "/quote_authorizations/" + id.str();
}

std::string shared_inbox(const config::Config& config) {
  return config.origin() + "/inbox";
}

std::string tag_page(const config::Config& config, std::string_view folded_name) {
  return config.origin() + "/tags/" + text::percent_encode(folded_name);
}

std::string conversation(const config::Config& config, ConversationId id) {
  return config.origin() + "/contexts/" + id.str();
}

std::string emoji(const config::Config& config, std::string_view shortcode) {
  return config.origin() + "/emojis/" + std::string(shortcode);
}

std::string main_key(std::string_view actor_uri) {
  return std::string(actor_uri) + "#main-key";
}

std::string proof_key(std::string_view actor_uri) {
  return std::string(actor_uri) + "#ed25519-key";
}
std::string default_avatar(const config::Config& config) {
  return config.origin() + "/static/avatar.png";
}
std::string default_header(const config::Config& config) {
  return config.origin() + "/static/header.png";
}

bool is_own_domain(const config::Config& config, std::string_view domain) {
  return text::equals_ignore_case(domain, config.server.domain) || text::equals_ignore_case(domain, config.web_host());
}

bool is_own_url(const config::Config& config, std::string_view url) {
  return same_origin(url, config.origin());
}

std::optional<AccountId> parse_actor(const config::Config& config, std::string_view uri) {
  const auto parts = own_path(config, uri);
  if (parts.size() == 1 && parts[0] == "actor") return model::kInstanceActorId;
  if (parts.size() != 3 || parts[0] != "ap" || parts[1] != "users") return std::nullopt;
  return AccountId::parse(parts[2]);
}

std::optional<StatusId> parse_status(const config::Config& config, std::string_view uri) {
  const auto parts = own_path(config, uri);
  if (parts.size() == 5 && parts[0] == "ap" && parts[1] == "users" && parts[3] == "statuses") {
    return StatusId::parse(parts[4]);
  }
  if (parts.size() == 2 && parts[0].starts_with('@')) return StatusId::parse(parts[1]);
  return std::nullopt;
}

std::optional<std::string> parse_profile(const config::Config& config, std::string_view url) {
  const auto parts = own_path(config, url);
  if (parts.size() != 1 || parts[0].size() < 2 || parts[0].front() != '@') return std::nullopt;
  return std::string(parts[0].substr(1));
}

}  // namespace dunlin::service::uris
