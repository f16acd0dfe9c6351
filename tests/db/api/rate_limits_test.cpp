#include "support/api_client.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;

namespace {

config::Config limited() {
  auto config = Api::default_config();
  config.limits.rate_limits = true;
  return config;
}

/// Calls until one is refused; how many were not.
int calls_until_refused(const Client& client, http::Method method, const std::string& target, int at_most) {
  for (int i = 0; i < at_most; ++i) {
    if (client.send(method, target, "", "").status() == 429) return i;
  }
  return at_most;
}

}  // namespace

TEST_CASE("each answer of the API says how many calls are left", "[api][limits]") {
  World world;
  Api api(world, limited());
  const Client client(api, world.local_account("alice"));
  const auto first = client.get("/api/v1/preferences");
  CHECK(first.header("X-RateLimit-Limit") == "300");
  CHECK(first.header("X-RateLimit-Remaining") == "299");
  CHECK(first.header("X-RateLimit-Reset") == "2026-03-01T12:05:01.000000Z");
  CHECK(client.get("/api/v1/accounts/1234").header("X-RateLimit-Remaining") == "298");
  CHECK(Client(api).get("/api/v2/instance").header("X-RateLimit-Limit").empty());  // no address: a local socket
}

TEST_CASE("a token has 300 calls in five minutes", "[api][limits]") {
  World world;
  Api api(world, limited());
  const auto alice = world.local_account("alice");
  const Client client(api, alice);
  CHECK(calls_until_refused(client, http::Method::get, "/api/v1/preferences", 400) == 300);
  const auto refused = client.get("/api/v1/preferences");
  CHECK(refused.status() == 429);
  CHECK(refused.error() == "Too many requests");
  CHECK(refused.header("X-RateLimit-Remaining") == "0");
  CHECK(refused.header("Retry-After") == "300");
  CHECK(refused.header("Access-Control-Allow-Origin") == "*");
  CHECK(Client(api, alice).get("/api/v1/preferences").status() == 200);  // another app
  world.clock.advance(std::chrono::minutes(5));
  CHECK(client.get("/api/v1/preferences").status() == 200);
}

TEST_CASE("deleting counts by account, whatever the app", "[api][limits]") {
  World world;
  Api api(world, limited());
  const auto alice = world.local_account("alice");
  CHECK(calls_until_refused(Client(api, alice), http::Method::delete_, "/api/v1/statuses/1234", 40) == 30);
  CHECK(Client(api, alice).del("/api/v1/statuses/1234").status() == 429);
  CHECK(Client(api, world.local_account("bob")).del("/api/v1/statuses/1234").status() == 404);
}

TEST_CASE("paging counts by itself", "[api][limits]") {
  World world;
  Api api(world, limited());
  const auto alice = world.local_account("alice");
  const Client client(api, alice);
  CHECK(client.get("/api/v1/timelines/home?max_id=5").status() == 200);
  world.clock.advance(std::chrono::minutes(6));
  // The token's window is over, that of the pages is not: the nearer limit is told.
  const auto answer = client.get("/api/v1/timelines/home?max_id=5");
  CHECK(answer.header("X-RateLimit-Remaining") == "298");
  CHECK(answer.header("X-RateLimit-Reset") == "2026-03-01T12:15:01.000000Z");
}

TEST_CASE("without rate limits nothing is counted", "[api][limits]") {
  World world;
  Api api(world);
  const Client client(api, world.local_account("alice"));
  CHECK(client.get("/api/v1/preferences").header("X-RateLimit-Limit").empty());
}
