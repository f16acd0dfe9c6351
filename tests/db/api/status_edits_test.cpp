#include "support/api_client.hpp"
#include "support/api_shape.hpp"

#include "dunlin/base/time_format.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Json = nlohmann::json;

namespace {

struct Posted {
  World world;
  Api api{world};
  model::Account alice = world.local_account("alice");
  Client client{api, alice};
  std::string posted_at = format_iso8601(world.clock.now());
  std::string path =
      "/api/v1/statuses/" +
      client.post("/api/v1/statuses", {{"status", "First #One"}, {"spoiler_text", "cw"}, {"language", "de"}})
          .json()["id"]
          .get<std::string>();

  Posted() { world.clock.advance(std::chrono::minutes(1)); }
  std::vector<std::string> types(const Client& who) const {
    std::vector<std::string> out;
    for (const auto& one : who.get("/api/v1/notifications").json()) out.push_back(one["type"]);
    return out;
  }
};

}  // namespace

TEST_CASE("an edit replaces everything but what may be kept, and tells other servers", "[api][edit]") {
  Posted posted;
  const auto json = posted.client.put(posted.path, {{"status", "Second #Two"}}).json();
  CHECK(test::Shapes().problems(json, "Status") == std::vector<std::string>{});
  CHECK(json["content"].get<std::string>().starts_with("<p>Second "));
  CHECK(json["spoiler_text"] == "");
  CHECK(json["sensitive"] == false);
  CHECK(json["language"] == "de");
  CHECK(json["tags"][0]["name"] == "Two");
  CHECK(json["edited_at"] == format_iso8601(posted.world.clock.now()));
  CHECK(json["created_at"] == posted.posted_at);
  CHECK(posted.client.get(posted.path).json() == json);
  CHECK(posted.api.federation.told == std::vector<std::string>{"status_created", "status_edited"});
  CHECK(posted.client.patch(posted.path, {{"status", "Third"}, {"language", "en"}}).json()["language"] == "en");
}

TEST_CASE("the history has every version, oldest first, also of a status that was never edited", "[api][edit]") {
  Posted posted;
  const Client anonymous(posted.api);
  auto history = anonymous.get(posted.path + "/history").json();
  REQUIRE(history.size() == 1);
  CHECK(history[0]["created_at"] == posted.posted_at);
  posted.client.put(posted.path, {{"status", "Second"}, {"poll", {{"options", {"a", "b"}}, {"expires_in", 600}}}});
  posted.world.clock.advance(std::chrono::minutes(1));
  posted.client.put(posted.path, {{"status", "Third"}, {"sensitive", true}});
  history = anonymous.get(posted.path + "/history").json();
  REQUIRE(history.size() == 3);
  CHECK(history[0]["content"].get<std::string>().starts_with("<p>First "));
  CHECK(history[0]["spoiler_text"] == "cw");
  CHECK_FALSE(history[0].contains("poll"));
  CHECK(history[1]["content"] == "<p>Second</p>");
  CHECK(history[1]["poll"] == Json::parse(R"({"options": [{"title": "a"}, {"title": "b"}]})"));
  CHECK(history[2]["content"] == "<p>Third</p>");
  CHECK(history[2]["sensitive"] == true);
  CHECK_FALSE(history[2].contains("poll"));
  CHECK(history[2]["account"]["acct"] == "alice");
  CHECK(history[2]["created_at"] == format_iso8601(posted.world.clock.now()));
}

TEST_CASE("an edit that changes nothing leaves no trace", "[api][edit]") {
  Posted posted;
  const auto before = posted.client.get(posted.path).json();
  CHECK(posted.client.put(posted.path, {{"status", "First #One"}, {"spoiler_text", "cw"}}).json() == before);
  CHECK(before["edited_at"].is_null());
  CHECK(posted.client.get(posted.path + "/history").json().size() == 1);
  CHECK(posted.api.federation.told.size() == 1);
}

TEST_CASE("a change of the language alone is an edit", "[api][edit]") {
  Posted posted;
  const auto json =
      posted.client.put(posted.path, {{"status", "First #One"}, {"spoiler_text", "cw"}, {"language", "en"}}).json();
  CHECK(json["language"] == "en");
  CHECK_FALSE(json["edited_at"].is_null());
}

TEST_CASE("the source is what was typed", "[api][edit]") {
  Posted posted;
  CHECK(posted.client.get(posted.path + "/source").json() == Json({{"id", posted.path.substr(17)},
                                                                   {"text", "First #One"},
                                                                   {"spoiler_text", "cw"},
                                                                   {"content_type", "text/plain"}}));
  CHECK(Client(posted.api).get(posted.path + "/source").status() == 401);
}

TEST_CASE("rebloggers and whoever is newly mentioned are told of an edit, once for the newest", "[api][edit]") {
  Posted posted;
  const Client bob(posted.api, posted.world.local_account("bob"));
  const Client carol(posted.api, posted.world.local_account("carol"));
  bob.post(posted.path + "/reblog");
  posted.client.put(posted.path, {{"status", "Hello @carol"}});
  CHECK(posted.types(bob) == std::vector<std::string>{"update"});
  const auto first = bob.get("/api/v1/notifications").json()[0];
  CHECK(first["status"]["content"].get<std::string>().starts_with("<p>Hello"));
  CHECK(first["account"]["acct"] == "alice");
  CHECK(posted.types(carol) == std::vector<std::string>{"mention"});
  posted.world.clock.advance(std::chrono::minutes(1));
  posted.client.put(posted.path, {{"status", "Hello again @carol"}});
  CHECK(posted.types(carol) == std::vector<std::string>{"mention"});
  CHECK(posted.types(bob) == std::vector<std::string>{"update"});
  CHECK(bob.get("/api/v1/notifications").json()[0]["id"] != first["id"]);
}

TEST_CASE("only one's own posts can be edited, and only into posts", "[api][edit]") {
  Posted posted;
  const auto bob = posted.world.local_account("bob");
  const Client other(posted.api, bob);
  CHECK(other.put(posted.path, {{"status", "mine"}}).error() == "Record not found");
  CHECK(posted.client.put("/api/v1/statuses/999", {{"status", "x"}}).status() == 404);
  const auto wrapper = posted.client.post(posted.path + "/reblog").json()["id"].get<std::string>();
  CHECK(posted.client.put("/api/v1/statuses/" + wrapper, {{"status", "x"}}).status() == 404);
  CHECK(posted.client.put(posted.path).error() == "Validation failed: Text can't be blank");
  CHECK(posted.client.put(posted.path, {{"status", std::string(501, 'x')}}).error() ==
        "Validation failed: Text character limit of 500 exceeded");
  CHECK(
      posted.client.put(posted.path, {{"status", "x"}, {"poll", {{"options", {"a"}}, {"expires_in", 600}}}}).status() ==
      422);
  CHECK(posted.client.get(posted.path + "/history").json().size() == 1);
}

TEST_CASE("an edit from elsewhere keeps the earlier version", "[api][edit]") {
  World world;
  Api api(world);
  const auto bob = world.remote_account("bob", "remote.example");
  const auto status = world.status(bob);
  service::RemoteStatus edited{.status = status, .mentions = {}, .conversation_uri = std::nullopt};
  edited.status.content = "<p>hello again</p>";
  edited.status.edited_at = world.clock.now();
  world.write([&](db::Tx& tx) { api.services().statuses.receive_edit(tx, status, edited, false); });
  const auto history = Client(api).get("/api/v1/statuses/" + status.id.str() + "/history").json();
  REQUIRE(history.size() == 2);
  CHECK(history[0]["content"] == "hello");
  CHECK(history[1]["content"] == "<p>hello again</p>");
}
