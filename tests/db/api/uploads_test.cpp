#include "support/api_client.hpp"
#include "support/api_shape.hpp"
#include "support/media.hpp"
#include "support/media_library.hpp"

#include "dunlin/jobs/queue.hpp"
#include "dunlin/store/media.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <string>
#include <vector>

using namespace dunlin;
using test::Api;
using test::Client;
using test::Samples;
using test::World;
using Json = nlohmann::json;

namespace {

/// The API with hands: a real store and real decoders.
struct Uploads {
  World world;
  Api api;
  test::MediaLibrary media{api.config};
  model::Account alice = world.local_account("alice");
  Client client{api, alice};

  explicit Uploads(bool rate_limits = false) : api(world, settings(rate_limits)) {
    api.services().media.use(media.library);
    api.services().pictures.use(media.library);
    api.services().remote_media.use(media.library, {}, 0);
  }

  static config::Config settings(bool rate_limits) {
    auto config = Api::default_config();
    config.limits.rate_limits = rate_limits;
    config.media.image_size_bytes = 2UL << 20U;
    config.media.video_size_bytes = 3UL << 20U;
    return config;
  }

  struct Part {
    std::string name;
    std::string content;
    bool file = true;
  };
  test::Answer send(http::Method method, const std::string& target, const std::vector<Part>& parts) const {
    std::string body;
    for (const auto& part : parts) {
      body += "--boundary\r\nContent-Disposition: form-data; name=\"" + part.name + "\"" +
              (part.file ? "; filename=\"x.bin\"\r\nContent-Type: application/octet-stream" : "") + "\r\n\r\n" +
              part.content + "\r\n";
    }
    return client.send(method, target, body + "--boundary--\r\n", "multipart/form-data; boundary=boundary");
  }
  test::Answer post(const std::filesystem::path& file, const std::string& target = "/api/v2/media",
                    std::vector<Part> more = {}) const {
    more.push_back({"file", Samples::read(file)});
    return send(http::Method::post, target, more);
  }
  /// Converts what waits.
  int convert() {
    const auto claimed =
        world.write([](db::Tx& tx) { return jobs::claim(tx, jobs::Lane::transcode, 100, std::chrono::minutes(1)); });
    for (const auto& job : claimed) {
      REQUIRE(api.services().media.convert(world.session(), *MediaId::parse(job.payload)));
    }
    return static_cast<int>(claimed.size());
  }
  bool is_stored(const Json& url) const {
    const auto text = url.get<std::string>();
    const auto key = text.substr(text.rfind('/') + 1);
    return std::filesystem::exists(*media.library.storage().local_path(key));
  }
};

}  // namespace

TEST_CASE("a picture is ready at once, with all that is known of it", "[api][media][upload]") {
  Uploads u;
  const auto file = u.media.samples.picture("800x500", "a.jpg");
  const auto answer = u.post(file, "/api/v2/media", {{"description", "a test", false}, {"focus", "0.5,-2", false}});
  REQUIRE(answer.status() == 200);
  const auto json = answer.json();
  CHECK(test::Shapes().problems(json, "MediaAttachment") == std::vector<std::string>{});
  CHECK(json["type"] == "image");
  CHECK(json["description"] == "a test");
  CHECK(json["meta"]["focus"] == Json({{"x", 0.5}, {"y", -1.0}}));
  CHECK(json["meta"]["original"]["size"] == "800x500");
  CHECK(json["blurhash"].get<std::string>().size() == 28);
  CHECK(u.is_stored(json["url"]));
  CHECK(u.is_stored(json["preview_url"]));
  CHECK(u.media.at_work() == 0);
  const auto id = json["id"].get<std::string>();
  CHECK(u.client.get("/api/v1/media/" + id).json() == json);
  const auto status = u.client.post("/api/v1/statuses", {{"media_ids", {id}}}).json();
  CHECK(status["media_attachments"][0] == json);
}

TEST_CASE("the same file is stored once", "[api][media][upload]") {
  Uploads u;
  const auto file = u.media.samples.picture("80x50", "a.png");
  const auto first = u.post(file).json();
  const int stored = u.media.stored();
  const auto second = u.post(file).json();
  CHECK(first["id"] != second["id"]);
  CHECK(first["url"] == second["url"]);
  CHECK(u.media.stored() == stored);
}

TEST_CASE("a film is converted by a job: 202, 206, then 200", "[api][media][upload]") {
  Uploads u;
  const auto film = u.media.samples.film("160x120", 1, true, "-c:v mpeg4 -c:a aac -shortest", "a.mov");
  const auto answer = u.post(film);
  CHECK(answer.status() == 202);
  const auto json = Json::parse(answer.body());
  CHECK(json["type"] == "video");
  CHECK(json["url"].is_null());
  const auto path = "/api/v1/media/" + json["id"].get<std::string>();
  CHECK(u.client.get(path).status() == 206);
  CHECK(u.client.post("/api/v1/statuses", {{"media_ids", {json["id"]}}}).error() ==
        "Cannot attach files that have not finished processing. Try again in a moment!");
  CHECK(u.convert() == 1);
  const auto ready = u.client.get(path).json();
  CHECK(test::Shapes().problems(ready, "MediaAttachment") == std::vector<std::string>{});
  CHECK(u.is_stored(ready["url"]));
  CHECK(u.is_stored(ready["preview_url"]));
  CHECK(ready["url"].get<std::string>().ends_with(".mp4"));
  CHECK(ready["meta"]["original"]["frame_rate"] == "10/1");
  CHECK(ready["meta"]["length"].get<std::string>().starts_with("0:00:0"));
  CHECK(ready["meta"]["audio_encode"] == "aac");
  CHECK(u.media.at_work() == 0);
}

TEST_CASE("a film waits for a store that is down", "[api][media][upload]") {
  Uploads u;
  const auto film = u.media.samples.film("160x120", 1, true, "-c:v mpeg4 -c:a aac -shortest", "a.mov");
  const auto id = Json::parse(u.post(film).body())["id"].get<std::string>();
  const auto path = "/api/v1/media/" + id;
  u.media.events.down = true;
  const auto failed = u.api.services().media.convert(u.world.session(), *MediaId::parse(id));
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == Errc::unavailable);  // tried again
  CHECK(u.client.get(path).status() == 206);
  CHECK(u.media.at_work() == 0);
  CHECK(u.post(u.media.samples.picture("80x50", "b.png")).status() == 503);
  CHECK(u.media.at_work() == 0);
  u.media.events.down = false;
  CHECK(u.convert() == 1);
  CHECK(u.client.get(path).status() == 200);
}

TEST_CASE("what hangs on a picture does not come with it", "[api][media][upload]") {
  Uploads u;
  const std::string tail = "<html><script>alert(1)</script></html>PK\x03\x04";
  for (const auto* name : {"a.jpg", "a.png", "a.webp"}) {
    INFO(name);
    const auto picture = Samples::read(u.media.samples.picture("80x50", name));
    const auto json = u.post(u.media.samples.bytes(picture + tail, std::string("tail-") + name)).json();
    const auto url = json["url"].get<std::string>();
    const auto stored = *u.media.library.storage().local_path(url.substr(url.rfind('/') + 1));
    CHECK_FALSE(Samples::read(stored).contains("script"));
  }
  // A page that claims to be a picture is none.
  CHECK(u.post(u.media.samples.bytes("GIF89a=1;" + tail, "b.gif")).status() == 422);
}

TEST_CASE("the first version of the endpoint waits; a moving GIF becomes a silent film", "[api][media][upload]") {
  Uploads u;
  const auto answer = u.post(u.media.samples.film("60x40", 0.5, false, "", "a.gif"), "/api/v1/media");
  REQUIRE(answer.status() == 200);
  CHECK(answer.json()["type"] == "gifv");
  CHECK(answer.json()["url"].get<std::string>().ends_with(".mp4"));
}

TEST_CASE("sound may bring a picture of its own", "[api][media][upload]") {
  Uploads u;
  const auto cover = Samples::read(u.media.samples.picture("300x300", "cover.png"));
  const auto answer = u.post(u.media.samples.sound("", "a.mp3"), "/api/v1/media", {{"thumbnail", cover}});
  REQUIRE(answer.status() == 200);
  const auto json = answer.json();
  CHECK(json["type"] == "audio");
  CHECK(u.is_stored(json["preview_url"]));
  CHECK(json["meta"]["small"]["width"] == 300);
  const auto other = Samples::read(u.media.samples.picture("90x60", "other.png"));
  const auto changed = u.send(http::Method::put, "/api/v1/media/" + json["id"].get<std::string>(),
                              {{"thumbnail", other}, {"description", "hum", false}})
                           .json();
  CHECK(changed["preview_url"] != json["preview_url"]);
  CHECK(changed["description"] == "hum");
}

TEST_CASE("what cannot be taken is refused with its reason, and nothing stays behind", "[api][media][upload]") {
  Uploads u;
  const auto& samples = u.media.samples;
  const std::string unverified = "File type of uploaded media could not be verified";
  struct Row {
    const char* name;
    std::filesystem::path file;
    std::string error;
  };
  const Row rows[] = {
      {"empty", samples.bytes("", "empty.png"), "Validation failed: File can't be blank"},
      {"page", samples.bytes("<html><script>alert(1)</script></html>", "a.png"), unverified},
      {"playlist", samples.bytes("#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n/etc/passwd\n", "a.mp4"), unverified},
      {"cut", samples.bytes(Samples::read(samples.picture("300x200", "b.jpg")).substr(0, 3000), "c.jpg"),
       "Error processing thumbnail for uploaded media"},
      {"bomb", samples.ffmpeg("-f lavfi -i color=black:size=9000x9000 -frames:v 1", "bomb.png"),
       "Validation failed: File has too many pixels (maximum is 33177600)"},
      {"large picture",
       samples.bytes(Samples::read(samples.picture("10x10", "d.png")) + std::string(2'100'000, 'x'), "e.png"),
       "Validation failed: File size must be less than 2 MB"},
      {"no film", samples.bytes("OggS" + std::string(1000, 'x'), "a.ogg"), unverified},
      {"fast film",
       samples.ffmpeg("-f lavfi -i testsrc=size=64x64:rate=200:duration=0.2 -c:v libx264 -pix_fmt yuv420p", "fast.mp4"),
       "Validation failed: File 200fps videos are not supported"},
  };
  for (const auto& row : rows) {
    INFO(row.name);
    const auto answer = u.post(row.file);
    CHECK(answer.status() == 422);
    CHECK(answer.error() == row.error);
  }
  CHECK(u.send(http::Method::post, "/api/v2/media", {{"description", "x", false}}).error() ==
        "Validation failed: File can't be blank");
  CHECK(u.post(samples.picture("10x10", "f.png"), "/api/v2/media", {{"description", std::string(1501, 'x'), false}})
            .status() == 422);
  CHECK(u.media.stored() == 0);
  CHECK(u.media.at_work() == 0);
  CHECK(Client(u.api).post("/api/v2/media").status() == 401);
  CHECK(Client(u.api, u.alice, {"read"}).post("/api/v2/media").status() == 403);
}

TEST_CASE("a film that turns out unusable is reported, and what was stored of it can go", "[api][media][upload]") {
  Uploads u;
  // Its head can be read, and says that it has to be converted; there is nothing behind it.
  auto film = Samples::read(
      u.media.samples.film("320x240", 2, false, "-c:v libx264 -pix_fmt yuv444p -movflags +faststart", "a.mov"));
  const auto pictures = film.find("mdat") + 4;
  std::fill(film.begin() + static_cast<std::ptrdiff_t>(pictures), film.end(), '\0');
  const auto answer = u.post(u.media.samples.bytes(film, "b.mov"));
  REQUIRE(answer.status() == 202);
  const auto path = "/api/v1/media/" + Json::parse(answer.body())["id"].get<std::string>();
  CHECK(u.convert() == 1);
  const auto after = u.client.get(path);
  CHECK(after.status() == 422);
  CHECK(after.error() == "Error processing thumbnail for uploaded media");
  CHECK(u.media.stored() == 1);
  u.world.clock.advance(std::chrono::hours(1));
  CHECK(u.api.services().remote_media.drop_unused(u.world.session(), "").value().empty());
  CHECK(u.media.stored() == 0);
}

TEST_CASE("what is dropped before it is named is not named", "[api][media][upload]") {
  Uploads u;
  // Every hour whatever nothing names goes, and this one takes longer than that.
  u.media.events.after_put = [&](std::string_view) {
    u.world.clock.advance(std::chrono::hours(1));
    CHECK(u.api.services().remote_media.drop_unused(*u.world.db.new_session(), "").value().empty());
  };
  const auto picture = u.media.samples.picture("64x48", "a.png");
  CHECK(u.post(picture).status() == 503);
  const auto film = u.media.samples.film("160x120", 0.5, true, "-c:v mpeg4 -c:a aac -shortest", "a.mov");
  CHECK(u.post(film).status() == 503);
  CHECK(u.post(film, "/api/v1/media", {{"thumbnail", Samples::read(picture)}}).status() == 503);
  CHECK(u.send(http::Method::patch, "/api/v1/accounts/update_credentials", {{"avatar", Samples::read(picture)}})
            .status() == 503);
  u.media.events.after_put = {};
  const auto id = Json::parse(u.post(film).body())["id"].get<std::string>();
  u.media.events.after_put = [&](std::string_view) {
    u.world.clock.advance(std::chrono::hours(1));
    CHECK(u.api.services().remote_media.drop_unused(*u.world.db.new_session(), "").value().empty());
  };
  CHECK(u.send(http::Method::put, "/api/v1/media/" + id, {{"thumbnail", Samples::read(picture)}}).status() == 503);
  CHECK_FALSE(u.api.services().media.convert(u.world.session(), *MediaId::parse(id)));  // and is tried again
  u.media.events.after_put = {};
  CHECK(u.api.services().media.convert(u.world.session(), *MediaId::parse(id)));
  CHECK(u.is_stored(u.client.get("/api/v1/media/" + id).json()["url"]));
}

TEST_CASE("of an upload for which there is not enough room nothing stays, and it works when there is",
          "[api][media][upload]") {
  Uploads u;
  const auto picture = u.media.samples.picture("64x48", "a.png");
  const auto film = u.media.samples.film("160x120", 0.5, true, "-c:v mpeg4 -c:a aac -shortest", "a.mov");
  u.media.events.full = [](std::string_view key) { return key.ends_with(".jpg"); };  // the second of each
  CHECK(u.post(picture).status() == 503);
  CHECK(u.post(film, "/api/v1/media").status() == 503);
  CHECK(u.post(film, "/api/v2/media", {{"thumbnail", Samples::read(picture)}}).status() == 503);
  CHECK(u.media.stored() == 0);
  const auto id = Json::parse(u.post(film).body())["id"].get<std::string>();
  CHECK_FALSE(u.api.services().media.convert(u.world.session(), *MediaId::parse(id)));  // and is tried again
  CHECK(u.client.get("/api/v1/media/" + id).status() == 206);
  CHECK(u.media.stored() == 1);  // what was uploaded
  CHECK(u.media.at_work() == 0);
  u.media.events.full = {};
  CHECK(u.api.services().media.convert(u.world.session(), *MediaId::parse(id)));
  CHECK(u.client.get("/api/v1/media/" + id).status() == 200);
  CHECK(u.post(picture).status() == 200);
  CHECK(u.post(film, "/api/v1/media").status() == 200);
}

TEST_CASE("a thumbnail is stored when the film is, however long that takes, and is no larger than a picture",
          "[api][media][upload]") {
  Uploads u;
  const auto cover = Samples::read(u.media.samples.picture("300x300", "cover.png"));
  const auto film = u.media.samples.film("160x120", 0.5, true, "-c:v mpeg4 -c:a aac -shortest", "a.mov");
  std::vector<std::string> stored;
  u.media.events.after_put = [&](std::string_view key) { stored.emplace_back(key); };
  const auto json = u.post(film, "/api/v1/media", {{"thumbnail", cover}}).json();
  REQUIRE(stored.size() == 2);
  CHECK(stored[0].ends_with(".mp4"));
  CHECK(json["preview_url"].get<std::string>().ends_with(stored[1]));
  CHECK(json["meta"]["small"]["width"] == 300);
  const auto large = cover + std::string(2'100'000, 'x');
  const auto refused = u.post(film, "/api/v2/media", {{"thumbnail", large}});
  CHECK(refused.status() == 422);
  CHECK(refused.error() == "Validation failed: File size must be less than 2 MB");
}

TEST_CASE("an upload that was spooled to a file is taken from there", "[api][media][upload]") {
  Uploads u;
  const auto picture = Samples::read(u.media.samples.picture("64x64", "a.png"));
  const std::string head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";
  const auto spool = u.media.samples.bytes(head + picture + "\r\n--b--\r\n", "spool");
  http::Request request;
  request.method = http::Method::post;
  request.path = request.target = "/api/v2/media";
  request.headers.add("Content-Type", "multipart/form-data; boundary=b");
  request.headers.add("Authorization", "Bearer " + u.api.token(u.world.user_of(u.alice).id, {"write"}));
  request.body_file = std::make_shared<http::TemporaryFile>(spool);
  const auto answer = u.api.send(request);
  REQUIRE(answer.status() == 200);
  CHECK(answer.json()["meta"]["original"]["size"] == "64x64");
}

TEST_CASE("describing an upload leaves alone what is made of it meanwhile", "[api][media][upload]") {
  Uploads u;
  const auto film = u.media.samples.film("160x120", 0.5, true, "-c:v mpeg4 -c:a aac -shortest", "a.mov");
  const auto id = *MediaId::parse(Json::parse(u.post(film).body())["id"].get<std::string>());
  auto before = u.world.read([&](db::Tx& tx) { return *store::find_media(tx, id); });
  CHECK(u.convert() == 1);
  before.description = "late words";
  u.world.write([&](db::Tx& tx) { store::describe_media(tx, before); });
  const auto after = u.client.get("/api/v1/media/" + id.str());
  CHECK(after.status() == 200);
  CHECK(after.json()["description"] == "late words");
}

TEST_CASE("a picture that its owner gives to a film while it is converted stays", "[api][media][upload]") {
  Uploads u;
  const auto film = u.media.samples.film("160x120", 0.5, true, "-c:v mpeg4 -c:a aac -shortest", "a.mov");
  const auto path = "/api/v1/media/" + Json::parse(u.post(film).body())["id"].get<std::string>();
  const auto cover = Samples::read(u.media.samples.picture("300x300", "cover.png"));
  const auto given = u.send(http::Method::put, path, {{"thumbnail", cover}}).body();
  u.convert();
  CHECK(u.client.get(path).json()["preview_url"] == Json::parse(given)["preview_url"]);
  CHECK(u.client.get(path).json()["meta"]["small"]["width"] == 300);
}

TEST_CASE("an upload that is given up is reported to its owner", "[api][media][upload]") {
  Uploads u;
  const auto film = u.media.samples.film("160x120", 0.5, true, "-c:v mpeg4 -c:a aac -shortest", "a.mov");
  const auto json = Json::parse(u.post(film).body());
  const auto id = *MediaId::parse(json["id"].get<std::string>());
  std::filesystem::remove_all(u.media.samples.folder() / "store");  // the store has lost it
  CHECK_FALSE(u.api.services().media.convert(u.world.session(), id));
  CHECK(u.client.get("/api/v1/media/" + id.str()).status() == 206);
  u.api.services().media.give_up(u.world.session(), id);
  const auto answer = u.client.get("/api/v1/media/" + id.str());
  CHECK(answer.status() == 422);
  CHECK(answer.error() == "Error processing thumbnail for uploaded media");
}

TEST_CASE("another thumbnail counts as an upload, another text does not", "[api][media][upload][limits]") {
  Uploads u(true);
  const auto id =
      test::upload(u.world, u.alice, [](model::MediaAttachment& m) { m.type = model::MediaType::audio; }).id;
  const auto path = "/api/v1/media/" + id.str();
  const auto cover = Samples::read(u.media.samples.picture("30x30", "cover.png"));
  CHECK(u.send(http::Method::put, path, {{"thumbnail", cover}}).status() == 200);
  CHECK(u.send(http::Method::put, path, {{"description", "words", false}}).header("X-RateLimit-Limit") == "300");
  for (int i = 1; i < 30; ++i) {
    CHECK(u.send(i % 2 == 0 ? http::Method::put : http::Method::patch, path, {{"thumbnail", "no picture"}}).status() ==
          422);
  }
  const auto refused = u.send(http::Method::put, path, {{"thumbnail", cover}});
  CHECK(refused.status() == 429);
  CHECK(refused.header("X-RateLimit-Limit") == "30");
  CHECK(u.send(http::Method::post, "/api/v2/media", {{"file", cover}}).status() == 429);
  CHECK(u.send(http::Method::put, path, {{"description", "more words", false}}).status() == 200);
}

TEST_CASE("the limits of uploads are published", "[api][media][upload][instance]") {
  Uploads u;
  const auto limits = Client(u.api).get("/api/v2/instance").json()["configuration"]["media_attachments"];
  CHECK(limits["image_size_limit"] == 2 << 20);
  CHECK(limits["video_size_limit"] == 3 << 20);
  CHECK(limits["image_matrix_limit"] == 33'177'600);
  CHECK(limits["video_matrix_limit"] == 3840 * 2160);
  CHECK(limits["video_frame_rate_limit"] == 120);
  CHECK(limits["description_limit"] == 1500);
  for (const auto* type : {"image/jpeg", "image/avif", "image/heic", "video/quicktime", "video/webm", "audio/flac"}) {
    INFO(type);
    CHECK(std::ranges::count(limits["supported_mime_types"], type) == 1);
  }
  CHECK(Client(u.api).get("/api/v1/instance").json()["configuration"]["media_attachments"]["image_size_limit"] ==
        2 << 20);
}
