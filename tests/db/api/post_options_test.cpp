#include "support/api_client.hpp"
#include "support/api_shape.hpp"
#include "support/status_jobs.hpp"

#include "dunlin/base/time_format.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Json = nlohmann::json;

namespace {

std::string path_of(const Json& status) {
  return "/api/v1/statuses/" + status["id"].get<std::string>();
}

}  // namespace

TEST_CASE("Markdown becomes HTML in which mentions and hashtags are links", "[api][status][markup]") {
  World world;
  Api api(world);
  const auto bob = world.local_account("bob");
  const Client client(api, world.local_account("alice"));
  const auto json =
      client
          .post("/api/v1/statuses", {{"status", "**Hi** @bob\n\n- #Dunlin `@bob #no`\n\n<script>x</script>"},
                                     {"content_type", "text/markdown"}})
          .json();
  const auto content = json["content"].get<std::string>();
  CHECK(content.contains("<strong>Hi</strong>"));
  CHECK(content.contains("<li>"));
  CHECK(content.contains("class=\"u-url mention\""));
  CHECK(content.contains("<code>@bob #no</code>"));
  CHECK_FALSE(content.contains("script"));
  REQUIRE(json["mentions"].size() == 1);
  CHECK(json["mentions"][0]["id"] == bob.id.str());
  CHECK(json["tags"] == Json::parse(R"([{"name":"Dunlin","url":"https://example.org/tags/dunlin"}])"));
  CHECK(client.get(path_of(json) + "/source").json()["content_type"] == "text/markdown");
  // An edit keeps the kind of text.
  CHECK(client.put(path_of(json), {{"status", "*a*"}}).json()["content"].get<std::string>().contains("<em>a</em>"));
  CHECK(client.del(path_of(json)).json()["content_type"] == "text/markdown");
}

TEST_CASE("HTML that somebody types is sanitised", "[api][status][markup]") {
  World world;
  Api api(world);
  const Client client(api, world.local_account("alice"));
  const auto content =
      client
          .post("/api/v1/statuses",
                {{"status", "<p onclick=\"x()\"><b>bold</b> <a href=\"javascript:x()\">l</a> https://a.example</p>"},
                 {"content_type", "text/html"}})
          .json()["content"]
          .get<std::string>();
  CHECK(content.contains("<b>bold</b>"));
  CHECK(content.contains("href=\"https://a.example\""));
  CHECK_FALSE(content.contains("onclick"));
  CHECK_FALSE(content.contains("javascript"));
}

TEST_CASE("a local-only post is for the people of this server and is told to no other", "[api][status][local]") {
  World world;
  Api api(world);
  const Client client(api, world.local_account("alice"));
  const Client other(api, world.local_account("bob"));
  const Client anonymous(api);
  const auto json = client.post("/api/v1/statuses", {{"status", "Among us #here"}, {"local_only", true}}).json();
  CHECK(json["local_only"] == true);
  CHECK(json["visibility"] == "public");
  CHECK(other.get(path_of(json)).status() == 200);
  CHECK(anonymous.get(path_of(json)).status() == 404);
  CHECK(other.get("/api/v1/timelines/public").json().size() == 1);
  CHECK(anonymous.get("/api/v1/timelines/public").json().empty());
  CHECK(anonymous.get("/api/v1/timelines/tag/here").json().empty());
  other.post(path_of(json) + "/reblog");
  client.put(path_of(json), {{"status", "Among us"}});
  client.post(path_of(json) + "/pin");
  const auto reply = other.post("/api/v1/statuses", {{"status", "Yes"}, {"in_reply_to_id", json["id"]}}).json();
  CHECK(reply["local_only"] == true);
  client.del(path_of(json));
  CHECK(api.federation.told.empty());
  SECTION("also by Pleroma's name") {
    const auto local = client.post("/api/v1/statuses", {{"status", "x"}, {"visibility", "local"}}).json();
    CHECK(local["visibility"] == "public");
    CHECK(local["local_only"] == true);
  }
}

TEST_CASE("a post may delete itself", "[api][status][expiry]") {
  World world;
  Api api(world);
  const Client client(api, world.local_account("alice"));
  const auto json = client.post("/api/v1/statuses", {{"status", "Soon gone"}, {"expires_in", 3600}}).json();
  CHECK(json["pleroma"]["expires_at"] == format_iso8601(world.clock.now() + std::chrono::hours(1)));
  CHECK(test::run_status_jobs(api) == 0);
  CHECK(client.get(path_of(json)).status() == 200);
  world.clock.advance(std::chrono::hours(1));
  CHECK(test::run_status_jobs(api) == 1);
  CHECK(client.get(path_of(json)).status() == 404);
  CHECK(api.federation.told == std::vector<std::string>{"status_created", "status_deleted"});
}

TEST_CASE("a preview shows the post and stores nothing", "[api][status][preview]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const Client client(api, alice);
  const auto json = client
                        .post("/api/v1/statuses", {{"status", "*Hello* #Dunlin"},
                                                   {"content_type", "text/markdown"},
                                                   {"preview", true},
                                                   {"poll", {{"options", {"a", "b"}}, {"expires_in", 600}}}})
                        .json();
  CHECK(test::Shapes().problems(json, "Status") == std::vector<std::string>{});
  CHECK(json["content"].get<std::string>().contains("<em>Hello</em>"));
  CHECK(json["poll"]["options"].size() == 2);
  CHECK(client.get(path_of(json)).status() == 404);
  CHECK(client.get("/api/v1/accounts/" + alice.id.str() + "/statuses").json().empty());
  CHECK(client.post("/api/v1/statuses", {{"preview", true}}).status() == 422);
  CHECK(api.federation.told.empty());
}

TEST_CASE("a post that would reach others than its author thinks is not sent", "[api][status][mentions]") {
  World world;
  Api api(world);
  const auto bob = world.local_account("bob");
  const auto carol = world.local_account("carol");
  const Client client(api, world.local_account("alice"));
  const auto post = [&](const Json& allowed) {
    return client.post("/api/v1/statuses", {{"status", "@bob @carol hi"}, {"allowed_mentions", allowed}});
  };
  const auto refused = post(Json::array({bob.id.str()}));
  CHECK(refused.status() == 422);
  CHECK(refused.error() == "Post would be sent to unexpected accounts");
  const auto unexpected = Json::parse(refused.body())["unexpected_accounts"];
  REQUIRE(unexpected.size() == 1);
  CHECK(unexpected[0]["id"] == carol.id.str());
  CHECK(post(Json::array()).status() == 422);
  CHECK(post(Json::array({bob.id.str(), carol.id.str()})).status() == 200);
}
