#include "http_application.hpp"

#include "dunlin/web/routes.hpp"

#include <utility>
#include <vector>

namespace dunlin::daemon {

namespace {

std::vector<std::span<const api::Route>> all_tables() {
  std::vector<std::span<const api::Route>> tables;
  for (const auto table : api::routes()) tables.push_back(table);
  for (const auto table : web::routes()) tables.push_back(table);
  return tables;
}

bool is_read(http::Method method) {
  return method == http::Method::get || method == http::Method::head || method == http::Method::options;
}

bool is_metrics(const http::Request& request) {
  return request.path == "/metrics";
}

}  // namespace

HttpApplication::HttpApplication(const api::Context& context, Metrics& metrics, std::function<Metrics::Gauges()> gauges)
    : context_(context),
      dispatcher_(context, all_tables(), &web::error_page),
      metrics_(metrics),
      gauges_(std::move(gauges)) {}

net::BodyPolicy HttpApplication::body_policy(const http::Request& head) {
  const auto& limits = context_.env.config.limits;
  const api::Route* route = dispatcher_.find(head);
  const std::size_t own = route != nullptr ? route->max_body_bytes : 0;
  return {.max_bytes = own != 0 ? own : limits.max_body_bytes, .spool_above = limits.spool_body_bytes};
}

net::Lane HttpApplication::lane(const http::Request& request) {
  if (is_read(request.method)) return net::Lane::read;
  return request.path.ends_with("/inbox") ? net::Lane::inbox : net::Lane::write;
}

std::optional<http::Response> HttpApplication::try_fast(const http::Request& request) {
  if (request.path != "/health" || !is_read(request.method)) return std::nullopt;
  return http::text_response(200, "text/plain; charset=utf-8", "ok\n");
}

net::Outcome HttpApplication::handle(const http::Request& request, db::Session& session,
                                     service::RemoteDocuments& documents) {
  if (is_metrics(request)) {
    // To everybody else the page does not exist: load and federation partners are nobody's business.
    if (!request.peer_is_trusted) return {http::json_error(404, "Not Found")};
    return {http::text_response(200, "text/plain; version=0.0.4; charset=utf-8", metrics_.render(gauges_(), session))};
  }
  const auto begun = std::chrono::steady_clock::now();
  net::Outcome outcome{dispatcher_.handle(request, session, documents)};
  if (!documents.wanted()) {
    metrics_.request_done(lane(request), outcome.response.status, std::chrono::steady_clock::now() - begun);
  }
  return outcome;
}

}  // namespace dunlin::daemon
