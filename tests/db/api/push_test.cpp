#include "support/api_client.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/crypto/p256.hpp"
#include "dunlin/store/push_subscriptions.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Json = nlohmann::json;

namespace {

constexpr const char* kPath = "/api/v1/push/subscription";

struct Pushed {
  World world;
  Api api{world};
  model::Account alice = world.local_account("alice");
  Client client{api, alice, {"read", "push"}};
  std::string p256dh = text::base64url_encode(crypto::P256Key::generate().public_point());
  std::string auth = text::base64url_encode("0123456789abcdef");

  [[nodiscard]] Json request() const {
    return {
        {"subscription", {{"endpoint", "https://push.example/send/1"}, {"keys", {{"p256dh", p256dh}, {"auth", auth}}}}},
        {"data", {{"alerts", {{"mention", true}, {"quote", true}, {"admin.sign_up", false}, {"unheard", true}}}}}};
  }
};

/// As they are shown: with all that clients expect to find.
Json alerts(const Json& told) {
  Json all;
  for (const char* type : {"mention", "status", "reblog", "follow", "follow_request", "favourite", "poll", "update",
                           "admin.sign_up", "admin.report"}) {
    all[type] = false;
  }
  all.update(told);
  return all;
}

}  // namespace

TEST_CASE("a device subscribes, is found, and is forgotten", "[api][push]") {
  const Pushed p;
  CHECK(p.client.get(kPath).status() == 404);
  CHECK(p.client.get(kPath).error() == "Record not found");

  const auto made = p.client.post(kPath, p.request()).json();
  CHECK(made["id"].is_number_integer());
  CHECK(made["endpoint"] == "https://push.example/send/1");
  CHECK(made["standard"] == false);
  CHECK(made["alerts"] == alerts({{"mention", true}, {"quote", true}}));
  CHECK(made["policy"] == "all");
  CHECK(made["server_key"].get<std::string>().size() == 87);
  CHECK(p.client.get(kPath).json() == made);
  CHECK(p.client.get("/api/v2/instance").json()["configuration"]["vapid"]["public_key"] == made["server_key"]);

  CHECK(p.client.del(kPath).json() == Json::object());
  CHECK(p.client.del(kPath).json() == Json::object());
  CHECK(p.client.get(kPath).status() == 404);
}

TEST_CASE("a token has one subscription, another token another", "[api][push]") {
  Pushed p;
  const auto first = p.client.post(kPath, p.request()).json();
  auto changed = p.request();
  changed["subscription"]["endpoint"] = "https://push.example/send/2";
  changed["subscription"]["standard"] = true;
  changed["policy"] = "followed";
  const auto second = p.client.post(kPath, changed).json();
  CHECK(second["endpoint"] == "https://push.example/send/2");
  CHECK(second["standard"] == true);
  CHECK(second["policy"] == "followed");
  const Client other(p.api, p.alice, {"push"});
  CHECK(other.get(kPath).status() == 404);
  CHECK(other.post(kPath, p.request()).json()["id"] != first["id"]);
  const auto all = p.world.read([&](db::Tx& tx) { return store::list_push_subscriptions(tx, p.alice.id); });
  REQUIRE(all.size() == 2);
  // What a message needs beside the address.
  CHECK(text::base64url_encode(all[0].p256dh) == p.p256dh);
  CHECK(all[0].auth == "0123456789abcdef");
  CHECK(all[0].access_token.starts_with("token-"));
}

TEST_CASE("a subscription goes with its token", "[api][push]") {
  Pushed p;
  const auto token = p.api.token(p.world.user_of(p.alice).id, {"push"});
  Client(p.api, token).post(kPath, p.request());
  p.api.revoke(token);
  CHECK(p.world.read([&](db::Tx& tx) { return store::list_push_subscriptions(tx, p.alice.id); }).empty());
}

TEST_CASE("alerts are replaced as a whole, the policy stays unless it is named", "[api][push]") {
  const Pushed p;
  CHECK(p.client.send(http::Method::put, kPath, "data[policy]=none", "application/x-www-form-urlencoded").status() ==
        404);
  p.client.post(kPath, p.request());
  const auto form = [&](const std::string& body) {
    return p.client.send(http::Method::put, kPath, body, "application/x-www-form-urlencoded");
  };
  const auto changed = form("data[alerts][follow]=true&data[policy]=follower").json();
  CHECK(changed["alerts"] == alerts({{"follow", true}}));
  CHECK(changed["policy"] == "follower");
  const auto emptied = form("policy=").json();
  CHECK(emptied["alerts"] == alerts(Json::object()));
  CHECK(emptied["policy"] == "follower");
  CHECK(form("policy=everyone").error() == "Validation failed: Policy is not included in the list");
}

TEST_CASE("parameters may come in the query, keys padded and in the other alphabet", "[api][push]") {
  const Pushed p;
  auto key = p.p256dh + "=";
  const auto made = p.client.post(std::string(kPath) +
                                  "?subscription[endpoint]=https://push.example/q&subscription[keys][p256dh]=" + key +
                                  "&subscription[keys][auth]=" + p.auth + "==&data[alerts][mention]=true");
  CHECK(made.json()["alerts"] == alerts({{"mention", true}}));
}

TEST_CASE("bad endpoints and keys are refused", "[api][push]") {
  Pushed p;
  const auto refused = [&](std::initializer_list<const char*> path, const Json& value) {
    auto request = p.request();
    Json* at = &request;
    for (const auto* name : path) at = &(*at)[name];
    *at = value;
    const auto answer = p.client.post(kPath, request);
    CHECK(answer.status() == 422);
    return answer.error();
  };
  CHECK(refused({"subscription", "endpoint"}, "") == "Validation failed: Endpoint is invalid");
  CHECK(refused({"subscription", "endpoint"}, "http://push.example/") == "Validation failed: Endpoint is invalid");
  CHECK(refused({"subscription", "endpoint"}, "ftp://push.example/") == "Validation failed: Endpoint is invalid");
  // Nobody's push service, but perhaps something behind our firewall.
  for (const char* inner :
       {"https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1:8443/x", "https://169.254.169.254/",
        "https://localhost/", "https://db/", "https://router.local/", "https://x.internal/"}) {
    INFO(inner);
    CHECK(refused({"subscription", "endpoint"}, inner) == "Validation failed: Endpoint is invalid");
  }
  CHECK(refused({"subscription", "keys", "p256dh"}, "AAAA") == "Validation failed: Key p256dh is invalid");
  CHECK(refused({"subscription", "keys", "p256dh"}, text::base64url_encode(std::string(65, '\x04'))) ==
        "Validation failed: Key p256dh is invalid");
  CHECK(refused({"subscription", "keys", "auth"}, "AAAA") == "Validation failed: Key auth is invalid");
  CHECK(refused({"subscription", "keys", "auth"}, "!") == "Validation failed: Key auth is invalid");
  CHECK(refused({"data", "policy"}, "some") == "Validation failed: Policy is not included in the list");
  CHECK(p.client.post(kPath).status() == 422);
  CHECK(Client(p.api, p.alice, {"read"}).get(kPath).status() == 403);
}
