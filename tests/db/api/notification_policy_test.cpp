#include "support/api_client.hpp"
#include "support/api_shape.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Json = nlohmann::json;
using Texts = std::vector<std::string>;

namespace {

constexpr const char* kPolicy = "/api/v2/notifications/policy";
constexpr const char* kOldPolicy = "/api/v1/notifications/policy";
constexpr const char* kRequests = "/api/v1/notifications/requests";

struct Wary {
  World world;
  Api api{world};
  model::Account alice = world.local_account("alice");
  model::Account bob = world.local_account("bob");
  model::Account carol = world.local_account("carol");
  Client client{api, alice};

  std::string mention(const model::Account& from, const std::string& visibility = "public") {
    world.clock.advance(std::chrono::seconds(1));
    return Client(api, from)
        .post("/api/v1/statuses", {{"status", "Hi @alice"}, {"visibility", visibility}})
        .json()["id"];
  }
  [[nodiscard]] std::size_t told(const std::string& query = "") const {
    return client.get("/api/v1/notifications" + query).json().size();
  }
  [[nodiscard]] Json requests() const { return client.get(kRequests).json(); }
};

}  // namespace

TEST_CASE("a policy has defaults and is changed in part, in either version", "[api][notification][policy]") {
  const Wary w;
  const auto defaults = w.client.get(kPolicy).json();
  CHECK(defaults == Json({{"for_not_following", "accept"},
                          {"for_not_followers", "accept"},
                          {"for_new_accounts", "accept"},
                          {"for_private_mentions", "filter"},
                          {"for_limited_accounts", "filter"},
                          {"for_bots", "accept"},
                          {"summary", {{"pending_requests_count", 0}, {"pending_notifications_count", 0}}}}));
  CHECK(w.client.get(kOldPolicy).json() ==
        Json({{"filter_not_following", false},
              {"filter_not_followers", false},
              {"filter_new_accounts", false},
              {"filter_private_mentions", true},
              {"filter_bots", false},
              {"summary", {{"pending_requests_count", 0}, {"pending_notifications_count", 0}}}}));
  auto expected = defaults;
  expected["for_not_following"] = "drop";
  expected["for_bots"] = "filter";
  CHECK(w.client.patch(kPolicy, {{"for_not_following", "drop"}, {"for_bots", "filter"}}).json() == expected);
  CHECK(w.client.get(kPolicy).json() == expected);

  // Yes in the old version does not weaken what drops; no accepts.
  const auto put = [&](const Json& body) {
    return w.client.send(http::Method::put, kOldPolicy, body.dump(), "application/json").json();
  };
  CHECK(put({{"filter_not_following", true}, {"filter_new_accounts", true}})["filter_new_accounts"] == true);
  CHECK(w.client.get(kPolicy).json()["for_not_following"] == "drop");
  CHECK(put({{"filter_not_following", false}})["filter_not_following"] == false);
  CHECK(w.client.get(kPolicy).json()["for_not_following"] == "accept");
  CHECK(w.client.get(kPolicy).json()["for_bots"] == "filter");

  CHECK(w.client.patch(kPolicy, {{"for_bots", "burn"}}).error() ==
        "Validation failed: For bots is not included in the list");
  CHECK(w.client.get(kPolicy).json()["for_bots"] == "filter");
}

TEST_CASE("what is filtered waits as a request; what is dropped is gone", "[api][notification][policy]") {
  Wary w;
  w.client.patch(kPolicy, {{"for_not_following", "filter"}});
  w.mention(w.bob);
  const auto last = w.mention(w.bob);
  CHECK(w.told() == 0);
  CHECK(w.told("?include_filtered=true") == 2);
  CHECK(w.told("?account_id=" + w.bob.id.str()) == 2);
  CHECK(w.client.get("/api/v1/notifications?include_filtered=true").json()[0]["filtered"] == true);
  CHECK(w.client.get("/api/v1/notifications/unread_count").json()["count"] == 0);
  CHECK(w.client.get("/api/v2/notifications").json()["notification_groups"].empty());

  const auto requests = w.requests();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0]["notifications_count"] == "2");
  CHECK(requests[0]["account"]["acct"] == "bob");
  CHECK(requests[0]["last_status"]["id"] == last);
  CHECK(test::Shapes().problems(requests[0]["last_status"], "Status") == Texts{});
  CHECK(w.client.get(std::string(kRequests) + "/" + requests[0]["id"].get<std::string>()).json() == requests[0]);
  CHECK(w.client.get(kPolicy).json()["summary"] ==
        Json({{"pending_requests_count", 1}, {"pending_notifications_count", 2}}));

  w.client.patch(kPolicy, {{"for_not_following", "drop"}});
  w.mention(w.carol);
  CHECK(w.requests().size() == 1);
  CHECK(w.told("?include_filtered=true") == 2);
}

TEST_CASE("accepting shows what waited and lets the sender pass from then on", "[api][notification][policy]") {
  Wary w;
  w.client.patch(kPolicy, {{"for_not_following", "filter"}});
  w.mention(w.bob);
  w.mention(w.carol);
  REQUIRE(w.requests().size() == 2);
  const auto id = w.requests()[1]["id"].get<std::string>();
  CHECK(w.client.post(std::string(kRequests) + "/" + id + "/accept").json() == Json::object());
  CHECK(w.client.get(std::string(kRequests) + "/merged").json() == Json({{"merged", true}}));
  CHECK(w.told() == 1);
  CHECK(w.requests().size() == 1);
  w.mention(w.bob);
  CHECK(w.told() == 2);
  CHECK(w.client.post(std::string(kRequests) + "/" + id + "/accept").status() == 404);
}

TEST_CASE("dismissing forgets what waited; the next one asks anew", "[api][notification][policy]") {
  Wary w;
  w.client.patch(kPolicy, {{"for_not_following", "filter"}});
  w.mention(w.bob);
  const auto path = std::string(kRequests) + "/" + w.requests()[0]["id"].get<std::string>();
  CHECK(Client(w.api, w.bob).get(path).status() == 404);
  CHECK(Client(w.api, w.bob).post(path + "/dismiss").status() == 404);
  CHECK(w.client.post(path + "/dismiss").json() == Json::object());
  CHECK(w.told("?include_filtered=true") == 0);
  CHECK(w.requests().empty());
  w.mention(w.bob);
  CHECK(w.requests().size() == 1);
}

TEST_CASE("requests are decided many at once and paged", "[api][notification][policy][paging]") {
  Wary w;
  w.client.patch(kPolicy, {{"for_not_following", "filter"}});
  for (const auto& who : {w.bob, w.carol, w.world.local_account("dave"), w.world.local_account("erin")}) w.mention(who);
  const auto page = w.client.get(std::string(kRequests) + "?limit=2");
  REQUIRE(page.ids().size() == 2);
  const auto rest = w.client.get(page.link("next")).ids();
  REQUIRE(rest.size() == 2);
  CHECK(w.client.post(std::string(kRequests) + "/accept", {{"id", page.ids()}}).json() == Json::object());
  CHECK(w.told() == 2);
  CHECK(w.client.post(std::string(kRequests) + "/dismiss", {{"id", {rest[0], rest[1], "12", "x"}}}).json() ==
        Json::object());
  CHECK(w.requests().empty());
  CHECK(w.told("?include_filtered=true") == 2);
}

TEST_CASE("a direct mention out of nowhere waits, an answer does not", "[api][notification][policy]") {
  Wary w;
  w.mention(w.bob, "direct");
  CHECK(w.told() == 0);
  const auto mine =
      w.client.post("/api/v1/statuses", {{"status", "Hello @carol"}, {"visibility", "direct"}}).json()["id"];
  Client(w.api, w.carol)
      .post("/api/v1/statuses", {{"status", "Hello @alice"}, {"visibility", "direct"}, {"in_reply_to_id", mine}});
  CHECK(w.told() == 1);
}

TEST_CASE("a request goes when nothing waits any more", "[api][notification][policy]") {
  Wary w;
  w.client.patch(kPolicy, {{"for_not_following", "filter"}});
  const auto id = w.mention(w.bob);
  Client(w.api, w.bob).del("/api/v1/statuses/" + id);
  CHECK(w.requests().empty());
  CHECK(w.client.get(kPolicy).json()["summary"]["pending_requests_count"] == 0);
}
