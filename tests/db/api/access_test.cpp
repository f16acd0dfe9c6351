#include "support/api_client.hpp"

#include "dunlin/base/text.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;

namespace {

/// The pattern with an id that nothing has in the place of each name.
std::string path_of(const api::Route& route) {
  std::string path;
  for (const auto part : text::split(route.pattern.substr(1), '/')) {
    path += '/';
    path += part.starts_with(':') ? "999" : part;
  }
  return path;
}

test::Answer call(const Client& client, const api::Route& route) {
  return client.send(route.method, path_of(route), "", "");
}

std::vector<api::Route> routes_with(api::Auth auth) {
  std::vector<api::Route> found;
  for (const auto table : api::routes()) {
    for (const auto& route : table) {
      if (route.auth == auth) found.push_back(route);
    }
  }
  return found;
}

}  // namespace

TEST_CASE("each user route wants a user's token with its scope", "[api][access]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const Client anonymous(api);
  const Client unknown(api, "no-such-token");
  const Client application(api, api.token(std::nullopt, {"read", "write", "follow", "profile", "push"}));
  const Client only_push(api, alice, {"push"});
  const Client all_but_push(api, alice, {"read", "write", "follow", "profile"});
  const auto old_token = api.token(world.user_of(alice).id, {"read", "write"});
  api.revoke(old_token);
  const Client revoked(api, old_token);

  for (const auto& route : routes_with(api::Auth::user)) {
    INFO(route.pattern);
    // client-api.md 1.5: a row that asks for a user and no scope.
    CHECK(call(anonymous, route).status() == (route.scope.empty() ? 422 : 401));
    CHECK(call(unknown, route).error() == "The access token is invalid");
    CHECK(call(revoked, route).error() == "The access token was revoked");
    CHECK(call(revoked, route).status() == 401);
    CHECK(call(application, route).status() == 422);
    CHECK(call(application, route).error() == "This method requires an authenticated user");
    if (route.scope.empty()) continue;
    const Client& wrong_scope = route.scope == "push" ? all_but_push : only_push;
    CHECK(call(wrong_scope, route).status() == 403);
    CHECK(call(wrong_scope, route).error() == "This action is outside the authorized scopes");
  }
}

TEST_CASE("each optional route takes strangers but no token of the wrong scope", "[api][access]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const Client wrong_scope(api, alice, {"push"});
  const Client anonymous(api);
  const Client unknown(api, "no-such-token");
  for (const auto& route : routes_with(api::Auth::optional)) {
    INFO(route.pattern);
    if (!route.scope.empty()) CHECK(call(wrong_scope, route).status() == 403);
    CHECK(call(anonymous, route).status() == call(unknown, route).status());
    CHECK(call(anonymous, route).status() != 401);
    CHECK(call(anonymous, route).status() != 403);
  }
}

TEST_CASE("the scopes of the routes are those of the reference", "[api][access]") {
  struct Row {
    http::Method method;
    std::string_view pattern;
    std::string_view scope;
  };
  using http::Method;
  const Row rows[] = {
      {Method::get, "/api/v1/accounts/verify_credentials", "profile read:accounts"},
      {Method::patch, "/api/v1/accounts/update_credentials", "write:accounts"},
      {Method::get, "/api/v1/accounts/relationships", "read:follows"},
      {Method::post, "/api/v1/accounts/:id/follow", "write:follows"},
      {Method::get, "/api/v1/follow_requests", "read:follows"},
      {Method::post, "/api/v1/statuses", "write:statuses"},
      {Method::post, "/api/v1/statuses/:id/favourite", "write:favourites"},
      {Method::post, "/api/v1/statuses/:id/reblog", "write:statuses"},
      {Method::get, "/api/v1/statuses/:id/favourited_by", "read:accounts"},
      {Method::get, "/api/v1/timelines/home", "read:statuses"},
      {Method::get, "/api/v1/notifications", "read:notifications"},
      {Method::post, "/api/v1/notifications/clear", "write:notifications"},
      {Method::get, "/api/v1/markers", "read:statuses"},
      {Method::get, "/api/v2/filters", "read:filters"},
      {Method::get, "/api/v2/search", "read:search"},
  };
  for (const auto& row : rows) {
    INFO(row.pattern);
    bool found = false;
    for (const auto table : api::routes()) {
      for (const auto& route : table) {
        if (route.method != row.method || route.pattern != row.pattern) continue;
        found = true;
        CHECK(route.scope == row.scope);
      }
    }
    CHECK(found);
  }
}

TEST_CASE("a path id that is no id is not found", "[api][access]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const Client client(api, alice);
  for (const auto* id : {"0", "-1", "abc", "1x", "99999999999999999999", "%20", "1.0"}) {
    INFO(id);
    CHECK(client.get("/api/v1/statuses/" + std::string(id)).status() == 404);
    CHECK(client.get("/api/v1/accounts/" + std::string(id)).error() == "Record not found");
    CHECK(client.post("/api/v1/statuses/" + std::string(id) + "/favourite").status() == 404);
    CHECK(client.post("/api/v1/notifications/" + std::string(id) + "/dismiss").status() == 404);
  }
}
