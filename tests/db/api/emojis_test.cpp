#include "support/api_client.hpp"
#include "support/media_library.hpp"

#include "dunlin/service/custom_emojis.hpp"
#include "dunlin/store/custom_emojis.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace dunlin;
using test::Api;
using test::Client;
using test::Samples;
using test::World;

namespace {

struct Emojis {
  World world;
  Api api{world};
  test::MediaLibrary media{api.config};
  model::Account alice = world.local_account("alice");
  Client client{api, alice};

  Emojis() { api.services().pictures.use(media.library); }

  Result<void> add(const std::string& shortcode, const std::filesystem::path& file, bool replace = false) {
    const auto bytes = Samples::read(file);
    service::Environment env{world.clock, world.ids, api.config, api.federation, api.queue, api.events};
    return service::add_custom_emoji(world.session(), env, api.services().pictures,
                                     {.shortcode = shortcode, .category = "birds", .replace = replace},
                                     {.bytes = bytes, .size = bytes.size()});
  }
  void receive(const std::string& domain, const std::string& shortcode, const std::string& url) {
    world.clock.advance(std::chrono::seconds(1));
    world.write([&](db::Tx& tx) {
      const store::ReceivedEmoji emoji{.id = world.ids.next<model::PictureId>().value,
                                       .shortcode = shortcode,
                                       .url = url,
                                       .updated = world.clock.now()};
      store::receive_emojis(tx, domain, std::span(&emoji, 1));
    });
  }
};

}  // namespace

TEST_CASE("an emoji of ours is listed and shown in what uses it", "[api][emoji]") {
  Emojis e;
  REQUIRE(e.add("wader", e.media.samples.film("200x100", 0.4, false, "", "a.gif")));
  const auto listed = e.client.get("/api/v1/custom_emojis").json();
  REQUIRE(listed.size() == 1);
  CHECK(listed[0]["shortcode"] == "wader");
  CHECK(listed[0]["category"] == "birds");
  CHECK(listed[0]["url"].get<std::string>().ends_with(".anim.webp"));
  CHECK(listed[0]["static_url"].get<std::string>().ends_with(".still.png"));
  const auto status = e.client.post("/api/v1/statuses", {{"status", "a :wader: and :nothing:"}}).json();
  CHECK(status["emojis"] == listed);
}

TEST_CASE("an emoji needs a shortcode of its own and a small picture", "[api][emoji]") {
  Emojis e;
  const auto png = e.media.samples.picture("64x64", "a.png");
  REQUIRE(e.add("wader", png));
  CHECK(e.add("wader", png).error().code == Errc::conflict);
  CHECK(e.add("wader", e.media.samples.picture("32x32", "b.png"), true));
  CHECK(e.add("x", png).error().code == Errc::invalid);
  CHECK(e.add("no spaces", png).error().code == Errc::invalid);
  CHECK(e.add("text", e.media.samples.bytes("no picture at all", "c.png")).error().code == Errc::invalid);
  CHECK(e.add("large", e.media.samples.bytes(std::string((256UL << 10U) + 1, 'x'), "d.png")).error().code ==
        Errc::invalid);
  CHECK(e.client.get("/api/v1/custom_emojis").json().size() == 1);
}

TEST_CASE("emojis of another server are shown in its statuses and names, for one statement", "[api][emoji]") {
  Emojis e;
  const auto bob = e.world.remote_account("bob", "remote.example", {.display_name = "Bob :crab:"});
  const auto carol = e.world.remote_account("carol", "other.example");
  e.world.follow(e.alice, bob);
  e.world.follow(e.alice, carol);
  e.world.status(bob, {.content = "<p>plain</p>"});
  e.receive("remote.example", "crab", "https://remote.example/crab.png");
  e.receive("remote.example", "gull", "https://remote.example/gull.png");
  const auto few = e.client.get("/api/v1/timelines/home").statements;
  for (int i = 0; i < 4; ++i) e.world.status(bob, {.content = "<p>a :gull: of :crab:</p>"});
  e.world.status(carol, {.content = "<p>no :gull: here</p>"});
  const auto page = e.client.get("/api/v1/timelines/home");
  CHECK(page.statements == few);
  const auto json = page.json();
  CHECK(json[0]["emojis"].empty());
  REQUIRE(json[1]["emojis"].size() == 2);
  CHECK(json[1]["emojis"][0]["shortcode"] == "gull");
  CHECK(json[1]["emojis"][0]["url"].get<std::string>().starts_with("https://example.org/media/emojis/"));
  CHECK(json[1]["emojis"][0]["visible_in_picker"] == false);
  CHECK(json[1]["account"]["emojis"][0]["shortcode"] == "crab");
  const auto before = json[1]["emojis"][0]["url"];
  e.receive("remote.example", "gull", "https://remote.example/new.png");
  CHECK(e.client.get("/api/v1/timelines/home").json()[1]["emojis"][0]["url"] != before);
  CHECK(e.client.get("/api/v1/custom_emojis").json().empty());
}

TEST_CASE("emojis of ours in a profile are shown", "[api][emoji]") {
  Emojis e;
  REQUIRE(e.add("wader", e.media.samples.picture("64x64", "a.png")));
  REQUIRE(e.add("gull", e.media.samples.picture("32x32", "b.png")));
  const auto answer = e.client.patch("/api/v1/accounts/update_credentials",
                                     {{"display_name", "Alice :wader:"}, {"note", "likes :gull: and :nothing:"}});
  REQUIRE(answer.json()["emojis"].size() == 2);
  CHECK(answer.json()["emojis"][0]["shortcode"] == "wader");
  CHECK(e.client.get("/api/v1/accounts/" + e.alice.id.str()).json()["emojis"] == answer.json()["emojis"]);
}
