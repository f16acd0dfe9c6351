#pragma once

#include "support/fediverse.hpp"

#include "dunlin/api/route.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/crypto/digest.hpp"
#include "dunlin/crypto/http_signature.hpp"
#include "dunlin/web/routes.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dunlin::test {

/// The routes over a Fediverse: requests as other servers send them, signatures and all.
class FederatedSite : public Fediverse {
 public:
  struct Signing {
    const crypto::PrivateKey* key = &test_key();
    std::string key_id;
    crypto::SignatureScheme scheme = crypto::SignatureScheme::cavage;
    std::optional<Time> at{};
    std::string target{};  // "" = the request's own
    std::string host = "example.org";
  };

  http::Response handle(const http::Request& request) {
    return remote.run_with(
        [&](service::RemoteDocuments& documents) { return dispatcher_.handle(request, world.session(), documents); });
  }

  static http::Request request(http::Method method, const std::string& target, std::string body = {}) {
    http::Request request;
    request.method = method;
    request.method_text = http::to_string(method);
    request.target = target;
    request.path = target.substr(0, target.find('?'));
    if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
    request.body = std::move(body);
    if (method == http::Method::post) request.headers.add("Content-Type", "application/activity+json");
    return request;
  }
  void sign(http::Request& request, const Signing& signing) {
    const std::string method = text::to_lower_ascii(request.method_text);
    const std::string target = signing.target.empty() ? request.target : signing.target;
    const crypto::SignedRequest parts{.method = method,
                                      .target = target,
                                      .scheme = "https",
                                      .authority = signing.host,
                                      .headers = {},
                                      .body = request.body};
    const Time at = signing.at.value_or(world.clock.now());
    auto fields = signing.scheme == crypto::SignatureScheme::cavage
                      ? crypto::sign_cavage(parts, *signing.key, signing.key_id, at)
                      : crypto::sign_rfc9421(parts, *signing.key, signing.key_id, at);
    request.headers.set("Host", signing.host);
    for (auto& [name, value] : fields) request.headers.set(name, std::move(value));
  }

  http::Response get(const std::string& target, const std::string& accept = "application/activity+json") {
    auto head = request(http::Method::get, target);
    head.headers.add("Accept", accept);
    return handle(head);
  }
  /// A signed POST.
  http::Response post(const std::string& target, const Json& activity, const Signing& signing) {
    auto message = request(http::Method::post, target, activity.dump());
    sign(message, signing);
    return handle(message);
  }
  std::vector<jobs::Job> queued() {
    return world.read([](db::Tx& tx) { return jobs::list(tx, jobs::JobState::pending, 100); });
  }
  static Json json(const http::Response& response) { return Json::parse(response.body); }

 private:
  api::Dispatcher dispatcher_{{env, services}, web::routes()};
};

}  // namespace dunlin::test
