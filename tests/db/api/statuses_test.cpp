#include "support/api_client.hpp"
#include "support/api_shape.hpp"

#include "dunlin/base/time_format.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Json = nlohmann::json;
using Visibility = model::Visibility;

namespace {

std::string status_path(const model::Status& status, std::string_view action = "") {
  return "/api/v1/statuses/" + status.id.str() + std::string(action);
}

}  // namespace

TEST_CASE("a posted status is answered whole and readable at once", "[api][status]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const Client client(api, alice);
  const auto answer = client.post("/api/v1/statuses", {{"status", "Hello https://birds.example/a #Dunlin"},
                                                       {"spoiler_text", "birds"},
                                                       {"visibility", "unlisted"},
                                                       {"language", "en"}});
  REQUIRE(answer.status() == 200);
  const auto json = answer.json();
  CHECK(test::Shapes().problems(json, "Status") == std::vector<std::string>{});
  CHECK(json["visibility"] == "unlisted");
  CHECK(json["spoiler_text"] == "birds");
  CHECK(json["sensitive"] == true);
  CHECK(json["language"] == "en");
  CHECK(json["created_at"] == format_iso8601(world.clock.now()));
  CHECK(json["account"]["acct"] == "alice");
  CHECK(json["account"]["statuses_count"] == 1);
  CHECK(json["application"] == Json({{"name", "Sandpiper"}, {"website", "https://app.example"}}));
  CHECK(json["tags"] == Json::parse(R"([{"name":"Dunlin","url":"https://example.org/tags/dunlin"}])"));
  CHECK(json["url"] == "https://example.org/@alice/" + json["id"].get<std::string>());
  CHECK(json["favourited"] == false);
  CHECK(json["pinned"] == false);
  CHECK(json["filtered"] == Json::array());
  CHECK(json["content"].get<std::string>().contains("https://birds.example/a"));
  CHECK(api.federation.told == std::vector<std::string>{"status_created"});

  CHECK(client.get("/api/v1/statuses/" + json["id"].get<std::string>()).json() == json);
  CHECK(client.get("/api/v1/timelines/home").json()[0] == json);
}

TEST_CASE("a status may be posted as form, multipart or query", "[api][status]") {
  World world;
  Api api(world);
  const Client client(api, world.local_account("alice"));
  using http::Method;
  CHECK(
      client
          .send(Method::post, "/api/v1/statuses", "status=one&visibility=private", "application/x-www-form-urlencoded")
          .json()["visibility"] == "private");
  CHECK(client.send(Method::post, "/api/v1/statuses?status=two", "", "").json()["content"] == "<p>two</p>");
  CHECK(client
            .send(Method::post, "/api/v1/statuses",
                  "--x\r\nContent-Disposition: form-data; name=\"status\"\r\n\r\nthree\r\n--x--\r\n",
                  "multipart/form-data; boundary=x")
            .json()["content"] == "<p>three</p>");
}

TEST_CASE("bad drafts are refused with their reason and store nothing", "[api][status]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const auto hidden = world.status(bob, {.visibility = Visibility::private_});
  const Client client(api, alice);
  struct Row {
    const char* name;
    Json draft;
    int status;
    std::string error;
  };
  const Row rows[] = {
      {"empty", Json::object(), 422, "Validation failed: Text can't be blank"},
      {"blank", {{"status", "  \n"}}, 422, "Validation failed: Text can't be blank"},
      {"long", {{"status", std::string(501, 'x')}}, 422, "Validation failed: Text character limit of 500 exceeded"},
      {"visibility",
       {{"status", "x"}, {"visibility", "everybody"}},
       422,
       "Validation failed: Visibility is not included in the list"},
      {"parent",
       {{"status", "x"}, {"in_reply_to_id", "1"}},
       404,
       "The post you are trying to reply to does not appear to exist."},
      {"parent id",
       {{"status", "x"}, {"in_reply_to_id", "abc"}},
       404,
       "The post you are trying to reply to does not appear to exist."},
      {"hidden parent",
       {{"status", "x"}, {"in_reply_to_id", hidden.id.str()}},
       404,
       "The post you are trying to reply to does not appear to exist."},
      {"media",
       {{"status", "x"}, {"media_ids", {"5", "6"}}},
       422,
       "Media 5, 6 not found or already attached to another post"},
      {"date", {{"status", "x"}, {"scheduled_at", "tomorrow"}}, 422, "Invalid date supplied"},
      {"content type",
       {{"status", "x"}, {"content_type", "text/bbcode"}},
       422,
       "Validation failed: Content type is not included in the list"},
      {"life",
       {{"status", "x"}, {"expires_in", 60}},
       422,
       "Validation failed: Expires in must be at least 3600 seconds"},
      {"quote policy",
       {{"status", "x"}, {"quote_approval_policy", "friends"}},
       422,
       "Validation failed: Quote approval policy is not included in the list"},
      {"quote",
       {{"status", "x"}, {"quoted_status_id", "1"}},
       404,
       "The post you are trying to quote does not appear to exist."},
  };
  for (const auto& row : rows) {
    INFO(row.name);
    const auto answer = client.post("/api/v1/statuses", row.draft);
    CHECK(answer.status() == row.status);
    CHECK(answer.error() == row.error);
  }
  CHECK(client.get("/api/v1/accounts/" + alice.id.str() + "/statuses").json().empty());
  CHECK(api.federation.told.empty());
}

TEST_CASE("a repeated idempotency key gives the same status", "[api][status][idempotency]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const Client client(api, alice);
  const auto post = [&](const Client& who, const std::string& key, const std::string& text) {
    return who.send(http::Method::post, "/api/v1/statuses", Json({{"status", text}}).dump(), "application/json",
                    {{"Idempotency-Key", key}});
  };
  const auto first = post(client, "k1", "once");
  REQUIRE(first.status() == 200);
  const auto second = post(client, "k1", "once");
  CHECK(second.json()["id"] == first.json()["id"]);
  CHECK(post(client, "k2", "twice").json()["id"] != first.json()["id"]);
  const Client other(api, world.local_account("bob"));
  CHECK(post(other, "k1", "mine").json()["account"]["acct"] == "bob");
  CHECK(client.get("/api/v1/accounts/" + alice.id.str() + "/statuses").json().size() == 2);
  SECTION("a blank key is none") {
    CHECK(post(client, " ", "a").json()["id"] != post(client, " ", "a").json()["id"]);
  }
}

TEST_CASE("a status that the viewer may not see is not found", "[api][status]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const auto carol = world.local_account("carol");
  world.follow(bob, alice);
  const auto followers_only = world.status(alice, {.visibility = Visibility::private_});
  const auto direct = world.status(alice, {.visibility = Visibility::direct, .mentions = {carol}});
  const Client anonymous(api);
  const Client follower(api, bob);
  const Client mentioned(api, carol);
  CHECK(anonymous.get(status_path(followers_only)).status() == 404);
  CHECK(follower.get(status_path(followers_only)).status() == 200);
  CHECK(mentioned.get(status_path(followers_only)).error() == "Record not found");
  CHECK(follower.get(status_path(direct)).status() == 404);
  CHECK(mentioned.get(status_path(direct)).status() == 200);
  for (const auto* action : {"/favourite", "/reblog"}) {
    INFO(action);
    CHECK(follower.post(status_path(direct, action)).status() == 404);
  }
  for (const auto* action : {"/context", "/favourited_by", "/reblogged_by"}) {
    INFO(action);
    CHECK(anonymous.get(status_path(followers_only, action)).status() == 404);
    CHECK(follower.get(status_path(followers_only, action)).status() == 200);
  }
}

TEST_CASE("several statuses by id leave out what is hidden or unknown", "[api][status]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto shown = world.status(alice);
  const auto hidden = world.status(alice, {.visibility = Visibility::private_});
  const auto second = world.status(alice);
  const Client anonymous(api);
  CHECK(anonymous
            .get("/api/v1/statuses?id[]=" + second.id.str() + "&id[]=" + hidden.id.str() +
                 "&id[]=1&id[]=x&id[]=" + shown.id.str())
            .ids() == std::vector{second.id.str(), shown.id.str()});
  CHECK(anonymous.get("/api/v1/statuses").json().empty());
  std::string many = "/api/v1/statuses?";
  for (int i = 1; i <= 21; ++i) many += "id[]=" + std::to_string(i) + "&";
  CHECK(anonymous.get(many).status() == 422);
}

TEST_CASE("deleting answers the source without content, once", "[api][status]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const Client client(api, alice);
  const auto id = client.post("/api/v1/statuses", {{"status", "Gone & forgotten"}}).json()["id"].get<std::string>();
  const Client other(api, world.local_account("bob"));
  CHECK(other.del("/api/v1/statuses/" + id).status() == 404);
  const auto answer = client.del("/api/v1/statuses/" + id);
  REQUIRE(answer.status() == 200);
  CHECK(answer.json()["id"] == id);
  CHECK(answer.json()["text"] == "Gone & forgotten");
  CHECK(answer.json()["media_attachments"] == Json::array());
  CHECK_FALSE(answer.json().contains("content"));
  CHECK(client.del("/api/v1/statuses/" + id).status() == 404);
  CHECK(client.get("/api/v1/statuses/" + id).status() == 404);
  CHECK(api.federation.told == std::vector<std::string>{"status_created", "status_deleted"});
}

TEST_CASE("favouriting and taking it back show in marks and counters, repeated or not", "[api][status]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto status = world.status(world.local_account("bob"));
  const Client client(api, alice);
  for (int i = 0; i < 2; ++i) {
    const auto json = client.post(status_path(status, "/favourite")).json();
    CHECK(json["id"] == status.id.str());
    CHECK(json["favourited"] == true);
    CHECK(json["favourites_count"] == 1);
  }
  CHECK(Client(api).get(status_path(status, "/favourited_by")).ids() == std::vector{alice.id.str()});
  for (int i = 0; i < 2; ++i) {
    const auto json = client.post(status_path(status, "/unfavourite")).json();
    CHECK(json["favourited"] == false);
    CHECK(json["favourites_count"] == 0);
  }
  CHECK(client.post("/api/v1/statuses/999/favourite").status() == 404);
}

TEST_CASE("a reblog answers the wrapper, taking it back the original", "[api][status]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto status = world.status(world.local_account("bob"));
  const Client client(api, alice);
  const auto wrapper = client.post(status_path(status, "/reblog")).json();
  CHECK(test::Shapes().problems(wrapper, "Status") == std::vector<std::string>{});
  CHECK(wrapper["id"] != status.id.str());
  CHECK(wrapper["account"]["acct"] == "alice");
  CHECK(wrapper["content"] == "hello");
  CHECK(wrapper["reblog"]["id"] == status.id.str());
  CHECK(wrapper["reblog"]["reblogged"] == true);
  CHECK(wrapper["reblog"]["reblogs_count"] == 1);
  CHECK(client.post(status_path(status, "/reblog")).json()["id"] == wrapper["id"]);
  CHECK(Client(api).get(status_path(status, "/reblogged_by")).ids() == std::vector{alice.id.str()});
  const auto original = client.post(status_path(status, "/unreblog")).json();
  CHECK(original["id"] == status.id.str());
  CHECK(original["reblogged"] == false);
  CHECK(original["reblogs_count"] == 0);
  CHECK(client.get("/api/v1/statuses/" + wrapper["id"].get<std::string>()).status() == 404);
}

TEST_CASE("deleting the wrapper takes the reblog back", "[api][status]") {
  World world;
  Api api(world);
  const auto status = world.status(world.local_account("bob"));
  const Client client(api, world.local_account("alice"));
  const auto wrapper = client.post(status_path(status, "/reblog")).json()["id"].get<std::string>();
  CHECK(client.del("/api/v1/statuses/" + wrapper).json()["id"] == wrapper);
  CHECK(client.get(status_path(status)).json()["reblogs_count"] == 0);
  CHECK(client.del("/api/v1/statuses/" + wrapper).status() == 404);
}

TEST_CASE("what must not be reblogged is refused", "[api][status]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  world.follow(alice, bob);
  const Client client(api, alice);
  CHECK(client.post(status_path(world.status(bob, {.visibility = Visibility::private_}), "/reblog")).status() == 403);
  CHECK(client.post(status_path(world.status(bob, {.visibility = Visibility::direct, .mentions = {alice}}), "/reblog"))
            .status() == 403);
  const auto open = world.status(bob);
  CHECK(client.post(status_path(open, "/reblog"), {{"visibility", "everyone"}}).status() == 422);
  CHECK(client.post(status_path(open, "/reblog"), {{"visibility", "unlisted"}}).json()["visibility"] == "unlisted");
}

TEST_CASE("the context of a status is its thread as the viewer may see it", "[api][status]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto root = world.status(alice);
  const auto middle = world.status(alice, {.reply_to = root});
  const auto leaf = world.status(alice, {.reply_to = middle});
  world.status(alice, {.visibility = Visibility::private_, .reply_to = middle});
  const auto answer = Client(api).get(status_path(middle, "/context"));
  const auto json = answer.json();
  CHECK(test::Shapes().problems(json, "Context") == std::vector<std::string>{});
  REQUIRE(json["ancestors"].size() == 1);
  CHECK(json["ancestors"][0]["id"] == root.id.str());
  REQUIRE(json["descendants"].size() == 1);
  CHECK(json["descendants"][0]["id"] == leaf.id.str());
  CHECK(json["descendants"][0]["in_reply_to_id"] == middle.id.str());
  CHECK_FALSE(json["descendants"][0].contains("favourited"));
}

TEST_CASE("custom emojis are listed with the status that uses them", "[api][status][emoji]") {
  World world;
  Api api(world);
  world.db.run(
      "INSERT INTO custom_emojis (id, shortcode, url, static_url, created_at, updated_at) VALUES "
      "(1, 'blob', 'blob.gif', 'blob.png', now(), now())");
  const Client client(api, world.local_account("alice"));
  const auto json = client.post("/api/v1/statuses", {{"status", "a :blob: and :other:"}}).json();
  CHECK(json["emojis"] == Json::parse(R"([{"shortcode": "blob", "url": "https://example.org/media/files/blob.gif",
      "static_url": "https://example.org/media/files/blob.png", "visible_in_picker": true}])"));
  CHECK(client.get("/api/v1/custom_emojis").json() == json["emojis"]);
}

TEST_CASE("who favourited is paged by a hidden cursor", "[api][status][paging]") {
  World world;
  Api api(world);
  const auto status = world.status(world.local_account("author"));
  std::vector<std::string> fans;
  for (int i = 0; i < 5; ++i) {
    const auto fan = world.local_account("fan" + std::to_string(i));
    world.favourite(fan, status);
    fans.insert(fans.begin(), fan.id.str());
  }
  const Client client(api);
  const auto first = client.get(status_path(status, "/favourited_by?limit=2"));
  CHECK(first.ids() == std::vector{fans[0], fans[1]});
  CHECK(first.link("prev").contains("since_id="));
  const auto second = client.get(first.link("next"));
  CHECK(second.ids() == std::vector{fans[2], fans[3]});
  const auto third = client.get(second.link("next"));
  CHECK(third.ids() == std::vector{fans[4]});
  CHECK(third.link("next") == "");
  CHECK(client.get(first.link("prev")).json().empty());
}

TEST_CASE("a reblog is as public as its author's posts when the client does not say", "[api][statuses]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const Client client(api, alice);
  const auto reblog = [&](const Json& body) {
    const auto status = world.status(bob);
    return client.post("/api/v1/statuses/" + status.id.str() + "/reblog", body).json()["visibility"];
  };
  CHECK(reblog(Json::object()) == "public");
  world.db.run("UPDATE users SET default_visibility = 2");
  CHECK(reblog(Json::object()) == "private");
  CHECK(reblog({{"visibility", "unlisted"}}) == "unlisted");
}
