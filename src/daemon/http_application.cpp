#include "http_application.hpp"

#include "lanes.hpp"

#include "dunlin/web/routes.hpp"

#include <algorithm>
#include <chrono>
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

/// With room for what stands around the file.
std::size_t largest_upload(const config::Config& config) {
  constexpr std::size_t kAround = 20UL << 20U;
  return std::max(config.media.image_size_bytes, config.media.video_size_bytes) + kAround;
}

/// Or looks like it: a picture may also stand in a form or JSON, as a data URI.
bool has_file(const http::Request& request) {
  constexpr std::size_t kFormOfTexts = 64UL << 10U;
  return request.body_file || request.body.size() > kFormOfTexts ||
         request.headers.get("Content-Type").starts_with("multipart/");
}

bool is_metrics(const http::Request& request) {
  return request.path == "/metrics";
}

}  // namespace

HttpApplication::HttpApplication(const api::Context& context, streaming::Gateway& gateway, InboxWriter& inbox,
                                 Metrics& metrics, std::function<Metrics::Gauges()> gauges)
    : context_(context),
      gateway_(gateway),
      inbox_(inbox),
      express_inbox_(context.env),
      dispatcher_(context, all_tables(), &web::error_page),
      metrics_(metrics),
      gauges_(std::move(gauges)) {}

net::BodyPolicy HttpApplication::body_policy(const http::Request& head) {
  const auto& limits = context_.env.config.limits;
  const api::Route* route = dispatcher_.find(head);
  std::size_t own = route != nullptr ? route->max_body_bytes : 0;
  if (own == api::kUploadBody) own = largest_upload(context_.env.config);
  return {.max_bytes = own != 0 ? own : limits.max_body_bytes, .spool_above = limits.spool_body_bytes};
}

net::Lane HttpApplication::lane(const http::Request& request) {
  if (is_read(request.method)) return lane_of_read(context_.env.config, request);
  if (request.path.ends_with("/inbox")) return net::Lane::inbox;
  // Decoding takes time: whoever only writes must not wait for it.
  const api::Route* route = dispatcher_.find(request);
  const bool may_bring_files = route != nullptr && route->max_body_bytes >= api::kPictureBody;
  return may_bring_files && has_file(request) ? net::Lane::media : net::Lane::write;
}

std::optional<http::Response> HttpApplication::try_fast(const http::Request& request) {
  if (!is_read(request.method)) return std::nullopt;
  if (request.path == "/health") return http::text_response(200, "text/plain; charset=utf-8", "ok\n");
  if (request.path == "/api/v1/streaming/health") return http::text_response(200, "text/plain; charset=utf-8", "OK");
  return std::nullopt;
}

net::Outcome HttpApplication::handle(const http::Request& request, db::Session& session,
                                     service::RemoteDocuments& documents) {
  if (is_metrics(request)) {
    // To everybody else the page does not exist: load and federation partners are nobody's business.
    if (!request.peer_is_trusted) return {http::json_error(404, "Not Found")};
    return {http::text_response(200, "text/plain; version=0.0.4; charset=utf-8", metrics_.render(gauges_(), session))};
  }
  if (auto intake = express_inbox_.open(request)) return take_in(*std::move(intake));
  if (streaming::Gateway::concerns(request)) return open_stream(request, session);
  const auto begun = std::chrono::steady_clock::now();
  net::Outcome outcome{dispatcher_.handle(request, session, documents)};
  if (!documents.wanted()) {
    metrics_.request_done(lane(request), outcome.response.status, std::chrono::steady_clock::now() - begun);
  }
  return outcome;
}

/// 202 once it is in the database.
net::Outcome HttpApplication::take_in(activitypub::Intake intake) {
  net::Outcome outcome;
  outcome.later = [this, begun = std::chrono::steady_clock::now(), intake = std::move(intake)](auto done) mutable {
    inbox_.put(std::move(intake), [this, begun, done = std::move(done)](InboxWriter::Stored stored) mutable {
      if (stored == InboxWriter::Stored::stale) return done(std::nullopt);
      http::Response response = stored == InboxWriter::Stored::yes ? http::Response{} : http::overloaded();
      if (stored == InboxWriter::Stored::yes) response.status = 202;
      metrics_.request_done(net::Lane::inbox, response.status, std::chrono::steady_clock::now() - begun);
      done(std::move(response));
    });
  };
  return outcome;
}

net::Outcome HttpApplication::open_stream(const http::Request& request, db::Session& session) {
  net::Outcome outcome;
  auto stream = gateway_.open(request, session);
  if (stream) {
    outcome.stream = *std::move(stream);
  } else {
    outcome.response = api::to_response(stream.error());
    outcome.response.headers.add("X-Error-Message", stream.error().message);
  }
  api::add_cors(request, outcome.response);
  return outcome;
}

}  // namespace dunlin::daemon
