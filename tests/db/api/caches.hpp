#pragma once

#include "support/api_client.hpp"

#include "dunlin/api/entities/status_cache.hpp"
#include "dunlin/api/token_cache.hpp"
#include "dunlin/db/change.hpp"
#include "dunlin/db/pool.hpp"
#include "dunlin/feed/feeds.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace dunlin::test {

/// The API twice over one database: with caches that hear of what its own session changes, and (Api) without any.
class CachedApi : public db::ChangeListener {
 public:
  CachedApi() = default;

  World world;
  Api plain{world};
  api::TokenCache tokens{100};
  api::entities::StatusCache statuses{16UL << 20U};
  feed::Feeds feeds{world.clock, {}};
  std::unique_ptr<db::Session> session = db::make_session({.url = world.db.url(), .changes = this}, world.clock);

  void changed(db::Tx& tx, const std::vector<db::Change>& changes) override {
    told.insert(told.end(), changes.begin(), changes.end());
    tx.after_commit([this, changes] {
      tokens.changed(changes);
      statuses.changed(changes);
    });
  }
  void in_doubt() override { statuses.clear(); }
  std::vector<db::Change> told;

  Answer call(const std::string& token, http::Method method, const std::string& target,
              const nlohmann::json& body = nullptr) {
    const auto request = make(token, method, target, body);
    service::RemoteDocuments documents;
    const auto before = session->statement_count();
    auto response = dispatcher_.handle(request, *session, documents);
    return {std::move(response), session->statement_count() - before};
  }
  Answer get(const std::string& token, const std::string& target) { return call(token, http::Method::get, target); }
  Answer post(const std::string& token, const std::string& target,
              const nlohmann::json& body = nlohmann::json::object()) {
    return call(token, http::Method::post, target, body);
  }
  Answer get_without_caches(const std::string& token, const std::string& target) {
    return plain.send(make(token, http::Method::get, target, nullptr));
  }
  /// In one transaction that tells.
  void run(const db::Statement& statement, std::initializer_list<db::Param> params = {}) {
    std::ignore = session->write([&](db::Tx& tx) -> Result<void> {
      tx.exec(statement, params);
      return {};
    });
  }
  std::string token_of(const model::Account& account) {
    return plain.token(world.user_of(account).id, {"read", "write", "follow"});
  }

 private:
  static http::Request make(const std::string& token, http::Method method, const std::string& target,
                            const nlohmann::json& body) {
    http::Request request;
    request.method = method;
    request.method_text = http::to_string(method);
    request.target = target;
    request.path = target.substr(0, target.find('?'));
    if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
    if (!body.is_null()) {
      request.body = body.dump();
      request.headers.add("Content-Type", "application/json");
    }
    if (!token.empty()) request.headers.add("Authorization", "Bearer " + token);
    return request;
  }

  api::Dispatcher dispatcher_{{plain.environment(), plain.services(), &feeds, &tokens, &statuses}, api::routes()};
};

}  // namespace dunlin::test
