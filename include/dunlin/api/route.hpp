#pragma once

#include "dunlin/api/call.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace dunlin::api {

/// Who may call (client-api.md 0.1).
enum class Auth : std::uint8_t {
  pub,       // no token needed, a token is ignored
  optional,  // works without; a good token personalises and must hold the scope; an unknown one counts as none
  user,      // a user's token with the scope
  new_user,  // as user, also while the address is unconfirmed or the approval outstanding
  app,       // an application's token with the scope
  any,       // any valid token with the scope ("" = whatever scope)
};

/// How the handler meets the database.
enum class Access : std::uint8_t {
  by_method,  // GET and HEAD: read; all else: write
  read,       // each statement for itself, no BEGIN
  write,      // one transaction, committed when the handler returns a value
  own,        // the handler opens what it needs on call.session()
};

/// How the request body is read.
enum class Body : std::uint8_t {
  params,  // form, multipart or JSON, into call.params(), over the query
  raw,     // the handler reads call.request(); call.params() holds the query alone
};

/// For Route::max_body_bytes: as large as the largest upload of the configuration, or as a few pictures.
inline constexpr std::size_t kUploadBody = SIZE_MAX;
inline constexpr std::size_t kPictureBody = 20UL << 20U;

using Handler = Result<http::Response> (*)(Call&);

/// One row of a route table: auth and scope are data, so that a missing check is seen in review.
struct Route {
  http::Method method;
  std::string_view pattern;
  Auth auth;
  std::string_view scope;  // "" = none; several, separated by spaces: any one will do
  Handler handler;
  Access access = Access::by_method;
  std::size_t max_body_bytes = 0;  // 0 = limits.max_body_bytes
  Body body = Body::params;
};

/// The tables of this layer; web adds its own.
std::span<const std::span<const Route>> routes();

/// The answer to an error, by the one table of Errc to status.
http::Response to_response(const Error& error);
int to_status(Errc code);

/// The CORS headers of this path, if it has any (client-api.md 1.8): also for answers that the edge makes itself.
void add_cors(const http::Request& request, http::Response& response);

/// An error for people: how a browser that asked for a page outside the API learns of 404 and the like.
using ErrorPage = http::Response (*)(const http::Request& request, int status, std::string_view message);

class RateLimits;

/// Routes, authenticates, opens the transaction, calls the handler, maps errors, adds CORS and caching headers.
class Dispatcher {
 public:
  /// `tables` in order of precedence. Without `error_page` every error is JSON.
  Dispatcher(const Context& context, std::span<const std::span<const Route>> tables, ErrorPage error_page = nullptr);
  ~Dispatcher();

  /// Runs on a worker thread. When documents.wanted() is set afterwards, the response is void: fetch and call again.
  http::Response handle(const http::Request& request, db::Session& session, service::RemoteDocuments& documents) const;
  /// nullptr when no route takes this request. Cheap: for body limits and lanes at the edge.
  [[nodiscard]] const Route* find(const http::Request& head) const;

 private:
  http::Response answer(const http::Request& request, db::Session& session, service::RemoteDocuments& documents) const;
  Result<http::Response> call_handler(const Route& route, Call& call) const;
  static void do_afterwards(Call& call);
  Result<void> authenticate(const Route& route, Call& call) const;
  http::Response refuse(const http::Request& request, const Error& error) const;

  /// The handler's answer, unless the caller may not call, or not so often.
  http::Response answer_call(const Route& route, Call& call) const;

  Context context_;
  std::unique_ptr<RateLimits> limits_;
  http::Router router_;
  std::vector<Route> routes_;
  ErrorPage error_page_;
};

}  // namespace dunlin::api
