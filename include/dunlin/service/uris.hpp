#pragma once

#include "dunlin/base/id.hpp"
#include "dunlin/config/config.hpp"
#include "dunlin/model/quote.hpp"

#include <optional>
#include <string>
#include <string_view>

/// The URLs of this instance (federation.md 1.1), in one place. Ids never change once given out.
namespace dunlin::service::uris {

std::string actor(const config::Config& config, AccountId id);                    // https://WEB/ap/users/<id>
std::string instance_actor(const config::Config& config);                         // https://WEB/actor
std::string profile(const config::Config& config, std::string_view username);     // https://WEB/@name
std::string status(const config::Config& config, AccountId author, StatusId id);  // {actor}/statuses/<id>
std::string status_page(const config::Config& config, std::string_view username,
                        StatusId id);  // https://WEB/@name/<id>
std::string quote_authorization(const config::Config& config, AccountId quoted_author,
                                QuoteId id);  // {actor}/quote_authorizations/<id>
std::string shared_inbox(const config::Config& config);
std::string tag_page(const config::Config& config, std::string_view folded_name);  // https://WEB/tags/<name>
std::string conversation(const config::Config& config, ConversationId id);         // https://WEB/contexts/<id>
std::string emoji(const config::Config& config, std::string_view shortcode);       // https://WEB/emojis/<shortcode>
std::string main_key(std::string_view actor_uri);                                  // {actor}#main-key
std::string proof_key(std::string_view actor_uri);                                 // {actor}#ed25519-key
std::string default_avatar(const config::Config& config);
std::string default_header(const config::Config& config);

/// The handle's domain is ours (server.domain or the web host).
bool is_own_domain(const config::Config& config, std::string_view domain);
/// The URL is on our web host.
bool is_own_url(const config::Config& config, std::string_view url);
/// The parts of one of our own ids; nullopt when it is none.
std::optional<AccountId> parse_actor(const config::Config& config, std::string_view uri);
std::optional<StatusId> parse_status(const config::Config& config, std::string_view uri);      // id or page address
std::optional<std::string> parse_profile(const config::Config& config, std::string_view url);  // /@name -> name

}  // namespace dunlin::service::uris
