#include "token_text.hpp"

#include "dunlin/api/route.hpp"
#include "dunlin/api/token_cache.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/crypto/digest.hpp"
#include "dunlin/service/oauth.hpp"
#include "dunlin/store/accounts.hpp"

#include <algorithm>
#include <string_view>

namespace dunlin::api {

namespace {

bool holds_scope(const store::Bearer& bearer, std::string_view alternatives) {
  return std::ranges::any_of(text::split(alternatives, ' '), [&](std::string_view scope) {
    return service::scopes::satisfies(bearer.token.scopes, scope);
  });
}

/// Frozen logins are refused everywhere; unfinished ones only where a user acts.
Result<void> check_user(const store::Bearer& bearer, bool acts_as_user) {
  if (!bearer.user) return {};
  const model::User& user = *bearer.user;
  if (acts_as_user && !user.confirmed_at) {
    return fail(Errc::forbidden, "Your login is missing a confirmed e-mail address");
  }
  if (acts_as_user && !user.approved) return fail(Errc::forbidden, "Your login is currently pending approval");
  if (user.disabled || bearer.account_suspended) return fail(Errc::forbidden, "Your login is currently disabled");
  return {};
}

std::optional<store::Bearer> find_bearer(const Context& context, const Call& call, std::string_view token) {
  const auto hash = crypto::token_hash(token);
  const auto now = context.env.clock.now();
  ChangeLog::Ticket ticket = 0;
  if (context.tokens != nullptr) {
    if (auto known = context.tokens->find(hash, now)) return known;
    ticket = context.tokens->ticket();
  }
  auto bearer =
      call.session()
          .read([&](db::Tx& tx) -> Result<std::optional<store::Bearer>> { return store::find_bearer(tx, hash); })
          .value();
  if (bearer && context.tokens != nullptr) context.tokens->put(ticket, hash, *bearer, now);
  return bearer;
}

bool needs_user(Auth auth) {
  return auth == Auth::user || auth == Auth::new_user;
}

}  // namespace

Result<void> Dispatcher::authenticate(const Route& route, Call& call) const {
  if (route.auth == Auth::pub) return {};
  const std::string token = token_text(call.request(), call.params());
  auto bearer = token.empty() ? std::nullopt : find_bearer(context_, call, token);
  if (!bearer) {
    if (route.auth == Auth::optional) return {};
    if (needs_user(route.auth) && route.scope.empty() && token.empty()) {
      return fail(Errc::invalid, "This method requires an authenticated user");
    }
    return fail(Errc::unauthorized, "The access token is invalid");
  }
  if (bearer->token.revoked_at) return fail(Errc::unauthorized, "The access token was revoked");
  if (!route.scope.empty() && !holds_scope(*bearer, route.scope)) {
    return fail(Errc::forbidden, "This action is outside the authorized scopes");
  }
  if (route.auth == Auth::app && bearer->user) {
    return fail(Errc::forbidden, "This method requires an client credentials authentication");
  }
  if (needs_user(route.auth) && !bearer->user) {
    return fail(Errc::invalid, "This method requires an authenticated user");
  }
  TRY_VOID(check_user(*bearer, route.auth == Auth::user));
  if (bearer->user && !bearer->active_today) {
    TRY_VOID(call.session().write([&](db::Tx& tx) -> Result<void> {
      store::touch_user_activity(tx, bearer->user->id);
      return {};
    }));
  }
  call.bearer_ = std::move(bearer);
  return {};
}

}  // namespace dunlin::api
