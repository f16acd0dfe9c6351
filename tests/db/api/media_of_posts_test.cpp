#include "support/api_client.hpp"
#include "support/media.hpp"
#include "support/status_jobs.hpp"

#include "dunlin/base/time_format.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::upload;
using test::World;
using Json = nlohmann::json;

namespace {

struct Uploaded {
  World world;
  Api api{world};
  model::Account alice = world.local_account("alice");
  Client client{api, alice};
  std::string first = upload(world, alice, [](model::MediaAttachment& m) { m.description = "one"; }).id.str();
  std::string second = upload(world, alice).id.str();

  static std::vector<std::string> media(const Json& status) {
    std::vector<std::string> ids;
    for (const auto& one : status["media_attachments"]) ids.push_back(one["id"]);
    return ids;
  }
};

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("an edit says which files a status shows; its history keeps the earlier ones", "[api][edit][media]") {
  Uploaded u;
  const auto status = u.client.post("/api/v1/statuses", {{"status", "x"}, {"media_ids", {u.first}}}).json();
  const auto path = "/api/v1/statuses/" + status["id"].get<std::string>();
  const auto edit = [&](Json draft) {
    u.world.clock.advance(std::chrono::minutes(1));
    draft["status"] = "x";
    return u.client.put(path, draft).json();
  };
  CHECK(edit({{"media_ids", {u.first}}})["edited_at"].is_null());
  const auto described = edit(
      {{"media_ids", {u.first}}, {"media_attributes", Json::array({Json({{"id", u.first}, {"description", "two"}})})}});
  CHECK(described["media_attachments"][0]["description"] == "two");
  CHECK_FALSE(described["edited_at"].is_null());
  CHECK(Uploaded::media(edit({{"media_ids", {u.second, u.first}}})) == Ids{u.second, u.first});
  CHECK(Uploaded::media(edit(Json::object())).empty());
  const auto history = u.client.get(path + "/history").json();
  REQUIRE(history.size() == 4);
  CHECK(Uploaded::media(history[0]) == Ids{u.first});
  CHECK(history[0]["media_attachments"][0]["description"] == "one");
  CHECK(history[1]["media_attachments"][0]["description"] == "two");
  CHECK(Uploaded::media(history[2]) == Ids{u.second, u.first});
  CHECK(Uploaded::media(history[3]).empty());
  CHECK(u.client.put(path, {{"media_ids", {u.first}}}).json()["content"] == "");
  CHECK(u.client.put(path, {{"status", "x"}, {"media_ids", {"999"}}}).error() ==
        "Media 999 not found or already attached to another post");
}

TEST_CASE("a repeated request finds its files used by the first, and gets the same status",
          "[api][idempotency][media]") {
  Uploaded u;
  const auto post = [&] {
    return u.client
        .send(http::Method::post, "/api/v1/statuses", Json({{"status", "x"}, {"media_ids", {u.first}}}).dump(),
              "application/json", {{"Idempotency-Key", "k"}})
        .json()["id"];
  };
  CHECK(post() == post());
}

TEST_CASE("a poll and files exclude each other", "[api][poll][media]") {
  Uploaded u;
  const Json draft{{"status", "x"}, {"media_ids", {u.first}}, {"poll", {{"options", {"a", "b"}}, {"expires_in", 600}}}};
  CHECK(u.client.post("/api/v1/statuses", draft).error() == "Cannot attach more than 4 files");
}

TEST_CASE("a scheduled post holds its files until it is posted or cancelled", "[api][scheduled][media]") {
  Uploaded u;
  const auto schedule = [&](const std::string& media) {
    return u.client.post("/api/v1/statuses",
                         {{"status", "Later"},
                          {"media_ids", {media}},
                          {"scheduled_at", format_iso8601(u.world.clock.now() + std::chrono::hours(1))}});
  };
  const auto planned = schedule(u.first).json();
  CHECK(Uploaded::media(planned) == Ids{u.first});
  CHECK(planned["params"]["media_ids"] == Json::array({u.first}));
  CHECK(u.client.get("/api/v1/scheduled_statuses").json() == Json::array({planned}));
  CHECK(schedule(u.first).status() == 422);
  CHECK(u.client.post("/api/v1/statuses", {{"status", "x"}, {"media_ids", {u.first}}}).status() == 422);
  const auto cancelled = schedule(u.second).json();
  u.client.del("/api/v1/scheduled_statuses/" + cancelled["id"].get<std::string>());
  CHECK(u.client.post("/api/v1/statuses", {{"status", "x"}, {"media_ids", {u.second}}}).status() == 200);
  u.world.clock.advance(std::chrono::hours(1));
  CHECK(test::run_status_jobs(u.api) == 2);
  const auto posted = u.client.get("/api/v1/accounts/" + u.alice.id.str() + "/statuses").json();
  CHECK(posted[0]["content"] == "<p>Later</p>");
  CHECK(Uploaded::media(posted[0]) == Ids{u.first});
}
