#include "support/media.hpp"

#include "support/api_client.hpp"
#include "support/api_shape.hpp"

#include "dunlin/store/media.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

using namespace dunlin;
using test::Api;
using test::Client;
using test::upload;
using test::World;
using Json = nlohmann::json;
using model::MediaAttachment;
using model::MediaState;
using model::MediaType;

namespace {

std::string path(const MediaAttachment& media) {
  return "/api/v1/media/" + media.id.str();
}

Json post_with(const Client& client, const std::vector<std::string>& ids, Json more = Json::object()) {
  more["media_ids"] = ids;
  return client.post("/api/v1/statuses", more).json();
}

}  // namespace

TEST_CASE("a status shows the uploads it was posted with, in their order, and needs no text", "[api][media]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const Client client(api, alice);
  const auto first = upload(world, alice, [](MediaAttachment& m) {
    m.description = "a wader";
    m.focus = {0.5, -0.25};
    m.blurhash = "LEHV6nWB2yk8pyo0adR*.7kCMdnj";
  });
  const auto second = upload(world, alice);
  const auto json = post_with(client, {second.id.str(), first.id.str(), second.id.str()}, {{"sensitive", true}});
  CHECK(test::Shapes().problems(json, "Status") == std::vector<std::string>{});
  CHECK(json["content"] == "");
  CHECK(json["sensitive"] == true);
  REQUIRE(json["media_attachments"].size() == 2);
  CHECK(json["media_attachments"][0]["id"] == second.id.str());
  const auto& shown = json["media_attachments"][1];
  CHECK(shown["id"] == first.id.str());
  CHECK(shown["type"] == "image");
  CHECK(shown["url"] == "https://example.org/media/files/" + *first.file_key);
  CHECK(shown["preview_url"] == "https://example.org/media/files/" + *first.preview_key);
  CHECK(shown["remote_url"].is_null());
  CHECK(shown["description"] == "a wader");
  CHECK(shown["blurhash"] == "LEHV6nWB2yk8pyo0adR*.7kCMdnj");
  CHECK(shown["meta"]["focus"] == Json({{"x", 0.5}, {"y", -0.25}}));
  CHECK(shown["meta"]["original"] == Json({{"width", 1200}, {"height", 800}, {"size", "1200x800"}, {"aspect", 1.5}}));
  CHECK(shown["meta"]["small"]["size"] == "600x400");
  const auto id = json["id"].get<std::string>();
  CHECK(client.get("/api/v1/statuses/" + id).json()["media_attachments"] == json["media_attachments"]);
}

TEST_CASE("media cost a page one statement, and a page without them none", "[api][media][paging]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const Client client(api, alice);
  post_with(client, {}, {{"status", "plain"}});
  const auto plain = client.get("/api/v1/timelines/home").statements;
  post_with(client, {upload(world, alice).id.str()});
  const auto one = client.get("/api/v1/timelines/home").statements;
  CHECK(one == plain + 1);
  for (int i = 0; i < 5; ++i) post_with(client, {upload(world, alice).id.str(), upload(world, alice).id.str()});
  CHECK(client.get("/api/v1/timelines/home").statements == one);
}

TEST_CASE("a repeated post with uploads gives the same status", "[api][media]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const Client client(api, alice);
  const auto body = Json({{"media_ids", {upload(world, alice).id.str()}}}).dump();
  const auto post = [&] {
    return client.send(http::Method::post, "/api/v1/statuses", body, "application/json", {{"Idempotency-Key", "k1"}})
        .json();
  };
  const auto first = post();
  CHECK(post()["id"] == first["id"]);
}

TEST_CASE("what must not be attached is refused with its reason", "[api][media]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const Client client(api, alice);
  const auto image = upload(world, alice).id.str();
  const auto image2 = upload(world, alice).id.str();
  const auto video = upload(world, alice, [](MediaAttachment& m) { m.type = MediaType::video; }).id.str();
  const auto pending = upload(world, alice, [](MediaAttachment& m) { m.state = MediaState::processing; }).id.str();
  const auto broken = upload(world, alice, [](MediaAttachment& m) { m.state = MediaState::failed; }).id.str();
  const auto foreign = upload(world, world.local_account("bob")).id.str();
  const auto used = upload(world, alice).id.str();
  post_with(client, {used});
  const auto later = upload(world, alice, [](MediaAttachment& m) { m.scheduled_id = 7; }).id.str();
  struct Row {
    const char* name;
    std::vector<std::string> ids;
    std::string error;
  };
  const std::string missing = " not found or already attached to another post";
  const Row rows[] = {
      {"too many", {image, image2, "1", "2", "3"}, "Cannot attach more than 4 files"},
      {"mixed", {image, video}, "Cannot attach a video to a post that already contains images"},
      {"pending", {pending}, "Cannot attach files that have not finished processing. Try again in a moment!"},
      {"failed", {broken}, "Cannot attach files that have not finished processing. Try again in a moment!"},
      {"another's", {foreign}, "Media " + foreign + missing},
      {"used", {image, used}, "Media " + used + missing},
      {"held for later", {later}, "Media " + later + missing},
      {"unknown", {"1", "2"}, "Media 1, 2" + missing},
      {"no id", {"abc"}, "Media abc" + missing},
  };
  for (const auto& row : rows) {
    INFO(row.name);
    const auto answer = client.post("/api/v1/statuses", {{"status", "x"}, {"media_ids", row.ids}});
    CHECK(answer.status() == 422);
    CHECK(answer.error() == row.error);
  }
  CHECK(client.get("/api/v1/timelines/home").json().size() == 1);
}

TEST_CASE("a deleted status' uploads may be used again, unless they go with it", "[api][media]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const Client client(api, alice);
  const auto media = upload(world, alice);
  const auto first = post_with(client, {media.id.str()})["id"].get<std::string>();
  CHECK(client.get(path(media)).status() == 404);
  const auto deleted = client.del("/api/v1/statuses/" + first).json();
  CHECK(deleted["media_attachments"][0]["id"] == media.id.str());
  CHECK(client.get(path(media)).status() == 200);
  const auto second = post_with(client, {media.id.str()})["id"].get<std::string>();
  CHECK(client.del("/api/v1/statuses/" + second + "?delete_media=true").status() == 200);
  CHECK(client.get(path(media)).status() == 404);
}

TEST_CASE("an upload is shown by its state to its owner alone", "[api][media]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const Client client(api, alice);
  const auto ready = upload(world, alice);
  const auto answer = client.get(path(ready));
  CHECK(test::Shapes().problems(answer.json(), "MediaAttachment") == std::vector<std::string>{});
  const auto pending = upload(world, alice, [](MediaAttachment& m) {
    m.state = MediaState::processing;
    m.file_key.reset();
  });
  CHECK(client.get(path(pending)).status() == 206);
  CHECK(Json::parse(client.get(path(pending)).body())["url"].is_null());
  const auto broken = upload(world, alice, [](MediaAttachment& m) {
    m.state = MediaState::failed;
    m.failure = "Error processing thumbnail for uploaded media";
  });
  CHECK(client.get(path(broken)).status() == 422);
  CHECK(client.get(path(broken)).error() == "Error processing thumbnail for uploaded media");
  CHECK(Client(api, world.local_account("bob")).get(path(ready)).status() == 404);
  CHECK(Client(api, alice, {"read"}).get(path(ready)).status() == 403);
  CHECK(Client(api).get(path(ready)).status() == 401);
  CHECK(client.get("/api/v1/media/abc").status() == 404);
}

TEST_CASE("description and focus of an upload can be changed until a status has it", "[api][media]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const Client client(api, alice);
  const auto media = upload(world, alice);
  const auto put = [&](const Json& change) {
    return client.send(http::Method::put, path(media), change.dump(), "application/json");
  };
  CHECK(put({{"description", "a bird"}, {"focus", "-3,0.5"}}).json()["meta"]["focus"] ==
        Json({{"x", -1.0}, {"y", 0.5}}));
  CHECK(put({{"focus", "nonsense"}}).json()["meta"]["focus"] == Json({{"x", -1.0}, {"y", 0.5}}));
  CHECK(put({{"description", ""}}).json()["description"].is_null());
  const auto too_long = put({{"description", std::string(1501, 'x')}});
  CHECK(too_long.status() == 422);
  CHECK(too_long.error() == "Validation failed: Description is too long (maximum is 1500 characters)");
  post_with(client, {media.id.str()});
  CHECK(put({{"description", "late"}}).status() == 404);
  CHECK(client.del(path(media)).status() == 422);
  CHECK(client.del(path(media)).error() == "Media attachment is currently used by a status");
  const auto other = upload(world, alice);
  CHECK(client.del(path(other)).json() == Json::object());
  CHECK(client.del(path(other)).status() == 404);
}

TEST_CASE("an upload that a post takes at this moment is not deleted", "[api][media]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const bool purged = GENERATE(false, true);
  const auto media = upload(world, alice);
  const auto status = world.status(alice);
  world.clock.advance(std::chrono::hours(48));
  const auto waits = [&] {
    static const db::Statement kWaiting{"test.media.waiting",
                                        "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = "
                                        "current_database() AND wait_event_type = 'Lock')"};
    return world.db.new_session()
        ->read([](db::Tx& tx) -> Result<bool> { return tx.exec(kWaiting)[0].boolean(0); })
        .value();
  };
  std::thread deleting;
  bool deleted = false;
  world.write([&](db::Tx& tx) {
    REQUIRE(api.services().media.get_attachable(tx, alice.id, std::vector{media.id}));
    store::attach_media(tx, status.id, std::vector{media.id});
    deleting = std::thread([&] {
      std::ignore = world.db.new_session()->write([&](db::Tx& other) -> Result<void> {
        deleted = purged ? store::purge_unattached_media(other, other.now(), 10) > 0
                         : api.services().media.remove(other, alice.id, media.id).has_value();
        return {};
      });
    });
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!waits() && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  });
  deleting.join();
  CHECK_FALSE(deleted);
  CHECK(world.read([&](db::Tx& tx) { return store::find_media(tx, media.id); })->status_id == status.id);
}
