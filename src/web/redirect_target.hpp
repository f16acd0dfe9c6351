#pragma once

#include "dunlin/db/tx.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dunlin::web {

/// A redirect URI with further query parameters; what it has already is kept.
std::string with_query(std::string_view redirect_uri,
                       const std::vector<std::pair<std::string_view, std::string_view>>& parameters);
/// The host (or, of a custom scheme, the scheme) that a redirect URI leads to, for people.
std::string redirect_host(std::string_view redirect_uri);
/// " https://app.example" or " scheme:" for the form-action directive; "" for the out-of-band URI.
std::string form_action_of(std::string_view redirect_uri);
/// The same for signing in on the way to an authorization request of a known application; "" otherwise.
std::string form_action_after_sign_in(db::Tx& tx, std::string_view return_to);

}  // namespace dunlin::web
