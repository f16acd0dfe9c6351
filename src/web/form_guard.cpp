#include "form_guard.hpp"

#include "browser_session.hpp"

#include "dunlin/base/random.hpp"
#include "dunlin/base/text.hpp"

#include <chrono>
#include <string_view>

namespace dunlin::web {

namespace {

constexpr std::string_view kCookie = "dunlin_form";
constexpr std::chrono::hours kLife{24};

}  // namespace

std::string form_token(const api::Call& call) {
  auto token = read_cookie(call, kCookie);
  if (!token || token->size() != 43 || !text::base64url_decode(*token)) return random_token();
  return *std::move(token);
}

void keep_form_token(const api::Call& call, http::Response& response, const std::string& token) {
  set_cookie(call, response, kCookie, token, kLife);
}

bool is_guarded(const api::Call& call) {
  return is_own_form(call, read_cookie(call, kCookie).value_or(""));
}

void forget_form_token(const api::Call& call, http::Response& response) {
  clear_cookie(call, response, kCookie);
}

}  // namespace dunlin::web
