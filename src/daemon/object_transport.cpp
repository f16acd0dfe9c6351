#include "object_transport.hpp"

#include <future>
#include <utility>

namespace dunlin::daemon {

namespace {

constexpr std::size_t kMaxAnswer = 9UL << 20U;  // a piece of a file
constexpr std::chrono::seconds kTimeout{60};

net::ClientOptions options_for(bool allow_http) {
  net::ClientOptions options;
  options.user_agent = "Dunlin";
  options.allow_http = allow_http;
  options.resolver_threads = 2;  // for one name
  if (auto everywhere = net::CidrSet::parse({"0.0.0.0/0", "::/0"})) options.allowed_private = *std::move(everywhere);
  return options;
}

http::Method method_of(const std::string& name) {
  if (name == "PUT") return http::Method::put;
  if (name == "POST") return http::Method::post;
  if (name == "DELETE") return http::Method::delete_;
  if (name == "HEAD") return http::Method::head;
  return http::Method::get;
}

/// A timeout may come later than that, and so may the end of a connection.
bool is_before_sending(net::ExchangeFailure failure) {
  using enum net::ExchangeFailure;
  return failure == dns || failure == refused || failure == refused_address || failure == tls;
}

}  // namespace

StoreTransport::StoreTransport(bool allow_http) : thread_("store"), client_(thread_, options_for(allow_http)) {}

StoreTransport::~StoreTransport() {
  client_.stop();
  thread_.stop();
}

Result<media::ObjectResponse> StoreTransport::exchange(media::ObjectRequest request) {
  http::OutboundRequest outgoing;
  outgoing.method = method_of(request.method);
  outgoing.url = std::move(request.url);
  for (auto& [name, value] : request.headers) outgoing.headers.add(std::move(name), std::move(value));
  outgoing.body = std::move(request.body);
  outgoing.timeout = kTimeout;
  outgoing.max_body_bytes = kMaxAnswer;
  auto promise = std::make_shared<std::promise<Result<http::OutboundResponse>>>();
  auto future = promise->get_future();
  client_.exchange(std::move(outgoing),
                   [promise](Result<http::OutboundResponse> answer) { promise->set_value(std::move(answer)); });
  auto answer = future.get();
  if (!answer) {
    auto error = answer.error();
    error.code = is_before_sending(net::failure_of(error)) ? Errc::unavailable : Errc::remote_failed;
    return std::unexpected(std::move(error));
  }
  media::ObjectResponse response{.status = answer->status, .headers = {}, .body = std::move(answer->body)};
  for (const auto& field : answer->headers.all()) response.headers.emplace_back(field.name, field.value);
  return response;
}

}  // namespace dunlin::daemon
