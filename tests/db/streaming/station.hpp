#pragma once

#include "support/api_client.hpp"

#include "dunlin/feed/feeds.hpp"
#include "dunlin/streaming/gateway.hpp"
#include "dunlin/streaming/hub.hpp"
#include "dunlin/streaming/publisher.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace dunlin::test {

/// An open stream and what came over it.
class Ear {
 public:
  Ear(std::shared_ptr<streaming::Stream> stream, db::Session& session)
      : stream_(std::move(stream)), session_(session) {}

  /// What has come since the last call, as clients read it.
  std::vector<nlohmann::json> heard() {
    auto batch = stream_->outbox().take();
    ending = batch.ending;
    std::vector<nlohmann::json> out;
    for (const auto& text : batch.texts) out.push_back(nlohmann::json::parse(*text));
    return out;
  }
  /// "update 12", "delete 12", "notification 3", "filters_changed", in order.
  std::vector<std::string> summary() {
    std::vector<std::string> out;
    for (const auto& message : heard()) {
      if (message.contains("error")) {
        out.push_back(message.at("error").get<std::string>());
        continue;
      }
      auto line = message.at("event").get<std::string>();
      if (message.contains("payload")) {
        const auto payload = nlohmann::json::parse(message.at("payload").get<std::string>());
        line += " " + (payload.is_object() ? payload.at("id").get<std::string>() : payload.dump());
      }
      out.push_back(std::move(line));
    }
    return out;
  }
  void say(const std::string& text) { stream_->receive(text, session_); }

  streaming::Ending ending = streaming::Ending::none;

 private:
  std::shared_ptr<streaming::Stream> stream_;
  db::Session& session_;
};

/// The API with its streams, without sockets: what was told since is published when somebody asks what was heard.
class Station {
 public:
  World world;
  Api api{world};
  feed::Feeds feeds{world.clock, {}};
  streaming::Hub hub;
  streaming::Publisher publisher{api.config, feeds, hub};
  streaming::Gateway gateway{hub, feeds, {.max_per_user = 8, .max_topics = 4}};

  static http::Request request(const std::string& target, const std::string& token, bool websocket = true) {
    http::Request request;
    request.method_text = "GET";
    request.target = target;
    request.path = target.substr(0, target.find('?'));
    if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
    if (!token.empty()) request.headers.add("Authorization", "Bearer " + token);
    if (websocket) request.headers.add("Upgrade", "websocket");
    return request;
  }
  std::string token(const model::Account& account, std::vector<std::string> scopes = {"read"}) {
    return api.token(world.user_of(account).id, std::move(scopes));
  }
  /// `target` behind /api/v1/streaming: "?stream=user", "/public/local".
  Result<std::shared_ptr<streaming::Stream>> try_open(const std::string& token, const std::string& target) {
    return gateway.open(request("/api/v1/streaming" + target, token), world.session());
  }
  Ear listen(const model::Account& account, const std::string& target, std::vector<std::string> scopes = {"read"}) {
    return {try_open(token(account, std::move(scopes)), target).value(), world.session()};
  }
  void publish() {
    const auto events = std::exchange(api.events.all, {});
    for (const auto& event : events) publisher.publish(world.session(), event);
  }
  void publish(const service::Event& event) { publisher.publish(world.session(), event); }

  std::string post(const model::Account& author, const nlohmann::json& status) {
    return Client(api, author).post("/api/v1/statuses", status).json().at("id").get<std::string>();
  }
};

}  // namespace dunlin::test
