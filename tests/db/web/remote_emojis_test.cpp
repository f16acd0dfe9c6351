#include "db/web/media_site.hpp"

#include "dunlin/activitypub/resolve.hpp"
#include "dunlin/service/media_urls.hpp"
#include "dunlin/store/custom_emojis.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <optional>
#include <span>
#include <string>

using namespace dunlin;
using namespace std::chrono_literals;
using test::content;
using test::MediaSite;

namespace {

struct Emojis : MediaSite {
  Time start = world.clock.now();

  void receive(const std::string& url, std::optional<Time> updated, Time said_at) {
    const activitypub::Emoji tag{.shortcode = "blob", .url = url, .updated = updated};
    const auto emoji = activitypub::received_emoji(environment(), tag, said_at);
    REQUIRE(emoji);
    world.write([&](db::Tx& tx) { store::receive_emojis(tx, "remote.example", std::span(&*emoji, 1)); });
  }
  store::CustomEmoji known() {
    const store::EmojiName name{"remote.example", "blob"};
    return world.read([&](db::Tx& tx) { return store::list_remote_emojis(tx, std::span(&name, 1)); }).at(0);
  }
  std::string shown_at() {
    const auto emoji = known();
    return service::media_urls::remote_picture(config, model::PictureKind::emoji, emoji.id, emoji.url,
                                               service::media_urls::Form::whole);
  }
};

const std::string kOld = "https://remote.example/old.png";
const std::string kNew = "https://remote.example/new.png";

}  // namespace

TEST_CASE("an old post does not bring an old emoji back", "[web][emoji][federation]") {
  Emojis e;
  const bool stated = GENERATE(true, false);
  const auto say = [&](const std::string& url, Time when) {
    e.receive(url, stated ? std::optional(when) : std::nullopt, stated ? e.start : when);
  };
  say(kOld, e.start - 48h);
  CHECK(e.known().url == kOld);
  say(kNew, e.start - 24h);
  CHECK(e.known().url == kNew);
  say(kOld, e.start - 36h);
  CHECK(e.known().url == kNew);
  // What is of the future is of now: it does not stay for ever.
  say(kOld, e.start + 24h * 3650);
  CHECK(e.known().url == kOld);
  e.world.clock.advance(1h);
  say(kNew, e.world.clock.now());
  CHECK(e.known().url == kNew);
}

TEST_CASE("dates of 1970 say nothing", "[web][emoji][federation]") {
  Emojis e;
  e.receive(kOld, Time{}, e.start - 2h);
  e.receive(kNew, Time{}, e.start - 1h);
  CHECK(e.known().url == kNew);
}

TEST_CASE("an emoji that is newer by its server's word is fetched again from the same address",
          "[web][emoji][federation]") {
  Emojis e;
  e.remote[kNew] = e.media.samples.picture("64x64", "a.png");
  e.receive(kNew, e.start - 2h, e.start);
  const auto before = content(e.look(e.shown_at()));
  CHECK(e.fetches == 1);
  e.receive(kNew, e.start - 2h, e.start);
  e.receive(kNew, std::nullopt, e.start);
  CHECK(e.look(e.shown_at()).status() == 200);
  CHECK(e.fetches == 1);
  e.remote[kNew] = e.media.samples.picture("32x32", "b.png");
  e.receive(kNew, e.start - 1h, e.start);
  CHECK(content(e.look(e.shown_at())) != before);
  CHECK(e.fetches == 2);
}

TEST_CASE("an emoji lies where it can be had safely", "[web][emoji][federation]") {
  Emojis e;
  for (const char* url : {"http://remote.example/a.png", "data:image/png;base64,AAAA", "nonsense"}) {
    CHECK_FALSE(activitypub::received_emoji(e.environment(), {.shortcode = "x", .url = url, .updated = {}}, e.start));
  }
}

TEST_CASE("a moving emoji that is too large to be kept stands still", "[web][emoji][federation]") {
  Emojis e;
  e.remote[kNew] = e.media.samples.ffmpeg(
      "-f rawvideo -pix_fmt rgb24 -s 128x128 -r 10 -i /dev/urandom -frames:v 40 -c:v libwebp_anim -quality 60",
      "a.webp");
  REQUIRE(std::filesystem::file_size(e.remote[kNew]) < (2U << 20U));
  e.receive(kNew, e.start, e.start);
  const auto reply = e.look(e.shown_at());
  CHECK(reply.status() == 200);
  CHECK(reply.header("Content-Type") == "image/png");
  CHECK(content(reply).size() <= (256U << 10U));
}
