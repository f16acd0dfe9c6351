#include "rate_limits.hpp"
#include "response_headers.hpp"

#include "dunlin/api/route.hpp"
#include "dunlin/base/log.hpp"
#include "dunlin/base/text.hpp"

#include <exception>
#include <string>
#include <string_view>
#include <tuple>

namespace dunlin::api {

namespace {

Access access_of(const Route& route, const http::Request& request) {
  if (route.access != Access::by_method) return route.access;
  const bool reads = request.method == http::Method::get || request.method == http::Method::head;
  return reads ? Access::read : Access::write;
}

/// A person in a browser, not a program: API clients parse every body as JSON.
bool wants_page(const http::Request& request) {
  for (const std::string_view machine : {"/api/", "/oauth/token", "/oauth/revoke", "/oauth/userinfo",
                                         "/oauth/introspect", "/.well-known/", "/nodeinfo/", "/ap/", "/inbox"}) {
    if (request.path.starts_with(machine)) return false;
  }
  return request.headers.get("Accept").contains("text/html");
}

void log_refusal(const Error& error) {
  const auto level = to_status(error.code) == 500 ? log::Level::error : log::Level::debug;
  if (!log::enabled(level)) return;
  log::write(
      level, "request refused",
      {log::kv("code", to_string(error.code)), log::kv("message", error.message), log::kv("detail", error.detail),
       log::kv("file", error.where.file_name()), log::kv("line", error.where.line())});
}

}  // namespace

Dispatcher::Dispatcher(const Context& context, std::span<const std::span<const Route>> tables, ErrorPage error_page)
    : context_(context), limits_(std::make_unique<RateLimits>(context.env)), error_page_(error_page) {
  for (const std::span<const Route> table : tables) {
    for (const Route& route : table) {
      router_.add(route.method, route.pattern, routes_.size());
      routes_.push_back(route);
    }
  }
}

Dispatcher::~Dispatcher() = default;

const Route* Dispatcher::find(const http::Request& head) const {
  const auto match = router_.match(head.method, head.path);
  return match.index ? &routes_[*match.index] : nullptr;
}

http::Response Dispatcher::handle(const http::Request& request, db::Session& session,
                                  service::RemoteDocuments& documents) const {
  http::Response response = answer(request, session, documents);
  if (documents.wanted()) return response;  // void: the edge fetches and calls again
  add_cors(request, response);
  add_caching(request, response);
  return response;
}

http::Response Dispatcher::answer(const http::Request& request, db::Session& session,
                                  service::RemoteDocuments& documents) const {
  if (is_preflight(request)) return preflight(request);
  http::Router::Match match = router_.match(request.method, request.path);
  if (!match.index) {
    if (!match.path_known) return refuse(request, Error{Errc::not_found, "Not Found", {}});
    http::Response response = http::json_error(405, "Method Not Allowed");
    std::string allow;
    for (const http::Method method : match.allowed) {
      if (!allow.empty()) allow += ", ";
      allow += http::to_string(method);
    }
    response.headers.add("Allow", std::move(allow));
    return response;
  }
  const Route& route = routes_[*match.index];
  try {
    auto params = route.body == Body::raw ? http::Params::parse_query(request) : http::Params::parse(request);
    if (!params) return refuse(request, params.error());
    Call call(context_, request, std::move(match.params), *std::move(params), documents, session);
    return answer_call(route, call);
  } catch (const db::UniqueViolation& e) {
    return refuse(request, Error{Errc::invalid, "Duplicate record", e.constraint()});
  } catch (const db::Unavailable& e) {
    return refuse(request, Error{Errc::unavailable, {}, e.what()});
  } catch (const std::exception& e) {
    return refuse(request, Error{Errc::internal, {}, e.what()});
  }
}

http::Response Dispatcher::answer_call(const Route& route, Call& call) const {
  const http::Request& request = call.request();
  const auto allowed = authenticate(route, call);
  // Counted with who it is when that is known: one with a bad token is a stranger.
  const auto usage = limits_->count(route, call);
  http::Response response;
  if (usage && !usage->allowed) {
    response = refuse(request, Error{Errc::too_many_requests, {}, "rate limit"});
  } else if (!allowed) {
    response = refuse(request, allowed.error());
  } else {
    auto answered = call_handler(route, call);
    if (!answered && answered.error().code == Errc::need_remote && call.documents().wanted()) return {};
    response = answered ? *std::move(answered) : refuse(request, answered.error());
  }
  if (usage) add_rate_headers(*usage, context_.env.clock.now(), response);
  return response;
}

/// The answer stands, whatever becomes of it.
void Dispatcher::do_afterwards(Call& call) {
  try {
    std::ignore = call.session().write([&](db::Tx& tx) -> Result<void> {
      call.afterwards_(tx);
      return {};
    });
  } catch (const std::exception& e) {
    log::warn("what a request led to was not done", {log::kv("path", call.request().path), log::kv("error", e.what())});
  }
}

Result<http::Response> Dispatcher::call_handler(const Route& route, Call& call) const {
  const auto with_tx = [&](db::Tx& tx) -> Result<http::Response> {
    call.tx_ = &tx;
    // The transaction may run again from the start: what was read in it is void.
    call.viewer_.reset();
    auto response = route.handler(call);
    // A document is wanted: whatever came out is void and must not be committed.
    if (response && call.documents().wanted()) return fail(Errc::need_remote, {});
    return response;
  };
  switch (access_of(route, call.request())) {
    case Access::read: {
      call.reads_only_ = true;
      auto response = call.session().read(with_tx);
      if (response && call.afterwards_) do_afterwards(call);
      return response;
    }
    case Access::write:
      return call.session().write(with_tx);
    default:
      return route.handler(call);
  }
}

http::Response Dispatcher::refuse(const http::Request& request, const Error& error) const {
  log_refusal(error);
  http::Response response = to_response(error);
  if (error_page_ == nullptr || !wants_page(request)) return response;
  const std::string_view shown =
      response.status == 500 ? std::string_view("Something went wrong on our side") : std::string_view(error.message);
  http::Response page = error_page_(request, response.status, shown);
  if (const std::string* retry = response.headers.find("Retry-After")) page.headers.set("Retry-After", *retry);
  return page;
}

}  // namespace dunlin::api
