#include "browser_session.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/crypto/digest.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/oauth.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace dunlin::web {

namespace {

bool is_secure(const api::Call& call) {
  return call.config().origin().starts_with("https://");
}

/// With the prefix that keeps other hosts of the domain from planting it (RFC 6265bis 4.1.3.2).
std::string full_name(const api::Call& call, std::string_view name) {
  return (is_secure(call) ? "__Host-" : "") + std::string(name);
}

}  // namespace

std::optional<std::string> read_cookie(const api::Call& call, std::string_view name) {
  const std::string wanted = full_name(call, name);
  for (const http::Header& field : call.request().headers.all()) {
    if (!text::equals_ignore_case(field.name, "Cookie")) continue;
    for (const std::string_view pair : text::split(field.value, ';')) {
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos || text::trim(pair.substr(0, equals)) != wanted) continue;
      return std::string(text::trim(pair.substr(equals + 1)));
    }
  }
  return std::nullopt;
}

void set_cookie(const api::Call& call, http::Response& response, std::string_view name, std::string_view value,
                std::chrono::seconds max_age) {
  response.headers.add("Set-Cookie",
                       fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{}", full_name(call, name), value,
                                   max_age.count(), is_secure(call) ? "; Secure" : ""));
}

void clear_cookie(const api::Call& call, http::Response& response, std::string_view name) {
  set_cookie(call, response, name, "", std::chrono::seconds(0));
}

model::BrowserInfo browser_of(const api::Call& call) {
  constexpr std::size_t kMaxAgent = 300;
  const auto& request = call.request();
  return {.user_agent = text::to_valid_utf8(text::truncate_utf8(request.headers.get("User-Agent"), kMaxAgent)),
          .address = request.remote_address};
}

std::optional<Visitor> find_visitor(db::Tx& tx, api::Call& call) {
  const auto cookie = read_cookie(call, kSessionCookie);
  if (!cookie || cookie->empty()) return std::nullopt;
  auto session = store::find_session(tx, crypto::token_hash(*cookie));
  if (!session) return std::nullopt;
  auto user = store::find_user(tx, session->user_id);
  if (!user) return std::nullopt;
  auto account = store::find_account(tx, user->account_id);
  if (!account) return std::nullopt;
  call.afterwards([id = session->id](db::Tx& later) { store::touch_session(later, id); });
  return Visitor{*std::move(session), *std::move(user), *std::move(account)};
}

std::optional<std::string_view> refusal_of(const model::User& user, const model::Account& account) {
  if (user.disabled || account.suspended_at) return "Your login is currently disabled";
  if (!user.confirmed_at) return "Your login is missing a confirmed e-mail address";
  if (!user.approved) return "Your login is currently pending approval";
  return std::nullopt;
}

bool is_own_form(const api::Call& call, std::string_view expected) {
  const http::Headers& headers = call.request().headers;
  if (const std::string* site = headers.find("Sec-Fetch-Site")) {
    if (*site != "same-origin" && *site != "none") return false;
  } else if (const std::string* origin = headers.find("Origin");
             origin != nullptr && *origin != call.config().origin()) {
    return false;
  }
  const auto token = call.params().text("csrf_token");
  return !expected.empty() && token && text::equals_constant_time(*token, expected);
}

std::string own_path_or_root(std::string_view wanted) {
  // "//host" and "/\host" are other servers to a browser.
  const bool path = wanted.starts_with('/') && !wanted.starts_with("//") && wanted.size() <= 8192;
  const bool plain =
      std::ranges::all_of(wanted, [](char c) { return c > ' ' && c < 0x7f && c != '\\' && c != '"' && c != '<'; });
  return path && plain ? std::string(wanted) : "/";
}

}  // namespace dunlin::web
