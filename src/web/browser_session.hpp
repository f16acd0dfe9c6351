#pragma once

#include "dunlin/api/call.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/oauth.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

/// Cookies, the signed-in visitor of a page, and forms that only our own pages can send.
namespace dunlin::web {

/// nullopt when the browser sent none.
std::optional<std::string> read_cookie(const api::Call& call, std::string_view name);
/// HttpOnly, SameSite=Lax, and where we are on https Secure with the __Host- prefix. Names go without the prefix.
void set_cookie(const api::Call& call, http::Response& response, std::string_view name, std::string_view value,
                std::chrono::seconds max_age);
void clear_cookie(const api::Call& call, http::Response& response, std::string_view name);

inline constexpr std::string_view kSessionCookie = "dunlin_session";
inline constexpr std::chrono::hours kSessionLife{24 * 365};
/// What the browser says of itself, cut to what is worth keeping.
model::BrowserInfo browser_of(const api::Call& call);

struct Visitor {
  model::BrowserSession session;
  model::User user;
  model::Account account;
};
/// Notes afterwards that he was here.
std::optional<Visitor> find_visitor(db::Tx& tx, api::Call& call);
/// Why this login may not act now, in a sentence; nullopt when it may.
std::optional<std::string_view> refusal_of(const model::User& user, const model::Account& account);

/// The form's `csrf_token` is `expected` and nothing says that another site sent it.
bool is_own_form(const api::Call& call, std::string_view expected);

/// `wanted` if it is a path on this server, else "/": where to go after signing in.
std::string own_path_or_root(std::string_view wanted);

}  // namespace dunlin::web
