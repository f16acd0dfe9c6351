#pragma once

#include "support/fake_federation.hpp"
#include "support/recorded_events.hpp"
#include "support/world.hpp"

#include "dunlin/api/route.hpp"
#include "dunlin/crypto/digest.hpp"
#include "dunlin/jobs/queue.hpp"
#include "dunlin/service/services.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/oauth.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dunlin::test {

/// An answer of the API.
struct Answer {
  http::Response response;
  std::uint64_t statements = 0;  // that the request cost, the token's included

  [[nodiscard]] int status() const { return response.status; }
  [[nodiscard]] const std::string& body() const { return response.shared_body ? *response.shared_body : response.body; }
  /// Of a 200; anything else fails the test with its text.
  [[nodiscard]] nlohmann::json json() const {
    if (status() != 200) throw std::runtime_error("status " + std::to_string(status()) + ": " + body());
    return nlohmann::json::parse(body());
  }
  /// The `error` of anything but a 200; "" of that.
  [[nodiscard]] std::string error() const {
    return status() == 200 ? "" : nlohmann::json::parse(body()).value("error", "");
  }
  [[nodiscard]] std::string header(std::string_view name) const { return std::string(response.headers.get(name)); }
  /// The path and query of a Link, "" when there is none of this kind.
  [[nodiscard]] std::string link(std::string_view rel) const {
    const auto links = header("Link");
    const auto end = links.find(">; rel=\"" + std::string(rel) + "\"");
    if (end == std::string::npos) return {};
    const auto start = links.rfind('<', end) + 1;
    const auto url = links.substr(start, end - start);
    return url.substr(url.find('/', url.find("//") + 2));
  }
  /// The `id` of each element of an array, in order.
  [[nodiscard]] std::vector<std::string> ids() const {
    std::vector<std::string> out;
    for (const auto& element : json()) out.push_back(element.at("id").get<std::string>());
    return out;
  }
};

/// The Dispatcher over a World: all of the API without a socket.
class Api {
 public:
  static config::Config default_config() {
    config::Config config;
    config.server.domain = "example.org";
    config.server.public_url = "https://example.org";
    config.limits.rate_limits = false;  // a test calls as often as it likes
    return config;
  }
  explicit Api(World& people, config::Config settings = default_config())
      : world(people),
        config(std::move(settings)),
        environment_{world.clock, world.ids, config, federation, queue, events},
        services_(environment_),
        dispatcher_({environment_, services_}, api::routes()) {}

  World& world;
  config::Config config;
  FakeFederation federation;
  jobs::Queue queue{nullptr};
  RecordedEvents events;

  service::Environment& environment() { return environment_; }
  service::Services& services() { return services_; }

  /// A token of `user` (nullopt: of the application itself).
  std::string token(std::optional<UserId> user, std::vector<std::string> scopes) {
    const auto id = world.ids.next<TokenId>();
    const auto text = "token-" + id.str();
    const model::Application application{.id = world.ids.next<ApplicationId>(),
                                         .name = "Sandpiper",
                                         .website = "https://app.example",
                                         .client_id = "client-" + id.str(),
                                         .client_secret_hash = crypto::token_hash("secret"),
                                         .redirect_uris = {"urn:ietf:wg:oauth:2.0:oob"},
                                         .scopes = scopes,
                                         .created_at = world.clock.now()};
    world.write([&](db::Tx& tx) {
      store::insert_application(tx, application);
      store::insert_access_token(tx,
                                 {.id = id,
                                  .application_id = application.id,
                                  .user_id = user,
                                  .scopes = std::move(scopes),
                                  .created_at = world.clock.now(),
                                  .revoked_at = std::nullopt},
                                 crypto::token_hash(text));
      if (user) store::touch_user_activity(tx, *user);
    });
    return text;
  }
  void revoke(const std::string& token) {
    world.write([&](db::Tx& tx) {
      store::revoke_access_token(tx, store::find_access_token(tx, crypto::token_hash(token))->id);
    });
  }

  Answer send(const http::Request& request) {
    auto& session = world.session();
    service::RemoteDocuments documents;
    const auto before = session.statement_count();
    auto response = dispatcher_.handle(request, session, documents);
    return {std::move(response), session.statement_count() - before};
  }
  /// The same with a network: `fetch(request)` gives each document that is wanted.
  template <class F>
  Answer send_with(const http::Request& request, F&& fetch) {
    service::RemoteDocuments documents;
    for (;;) {
      auto response = dispatcher_.handle(request, world.session(), documents);
      if (!documents.wanted()) return {std::move(response)};
      const auto wanted = *documents.wanted();
      documents.put(wanted, fetch(wanted));
    }
  }

 private:
  service::Environment environment_;
  service::Services services_;
  api::Dispatcher dispatcher_;
};

/// One caller of the API.
class Client {
 public:
  /// Anonymous with token "".
  Client(Api& api, std::string token) : api_(&api), token_(std::move(token)) {}
  explicit Client(Api& api) : Client(api, "") {}
  /// Signed in with an app that asked for everything.
  Client(Api& api, const model::Account& account, std::vector<std::string> scopes = {"read", "write", "follow"})
      : Client(api, api.token(api.world.user_of(account).id, std::move(scopes))) {}

  Answer get(const std::string& target) const { return send(http::Method::get, target, {}, ""); }
  Answer del(const std::string& target) const { return send(http::Method::delete_, target, {}, ""); }
  Answer post(const std::string& target, const nlohmann::json& body = nlohmann::json::object()) const {
    return send(http::Method::post, target, body.dump(), "application/json");
  }
  Answer put(const std::string& target, const nlohmann::json& body = nlohmann::json::object()) const {
    return send(http::Method::put, target, body.dump(), "application/json");
  }
  Answer patch(const std::string& target, const nlohmann::json& body) const {
    return send(http::Method::patch, target, body.dump(), "application/json");
  }
  Answer send(http::Method method, const std::string& target, std::string body, std::string content_type,
              std::vector<http::Header> headers = {}) const {
    http::Request request;
    request.method = method;
    request.method_text = http::to_string(method);
    request.target = target;
    request.path = target.substr(0, target.find('?'));
    if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
    request.body = std::move(body);
    if (!content_type.empty()) request.headers.add("Content-Type", std::move(content_type));
    if (!token_.empty()) request.headers.add("Authorization", "Bearer " + token_);
    for (auto& header : headers) request.headers.add(std::move(header.name), std::move(header.value));
    return api_->send(request);
  }

 private:
  Api* api_;
  std::string token_;
};

}  // namespace dunlin::test
