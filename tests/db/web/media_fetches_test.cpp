#include "db/web/media_site.hpp"

#include "dunlin/jobs/presence.hpp"
#include "dunlin/jobs/queue.hpp"
#include "dunlin/store/media_policies.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace dunlin;
using test::MediaSite;
using test::noise;

TEST_CASE("of several processes one fetches a file; when it dies another may", "[web][media][remote]") {
  MediaSite site;
  const auto bob = site.world.remote_account("bob", "remote.example");
  const auto media = site.attach(bob, "https://remote.example/a.jpg");
  const service::RemoteFile file{.picture = std::nullopt, .id = media.id.value};
  auto number = std::make_optional(jobs::NodeNumber::claim(site.world.db.new_session()).value());
  REQUIRE(number->value() == 0);
  auto& ours = site.services.remote_media;
  service::RemoteMediaService other(site.environment());
  other.use(site.media.library, [](std::string_view) { return true; }, 2);
  auto& session = site.world.session();

  CHECK_FALSE(ours.begin(session, file).value()->by_other);
  CHECK_FALSE(ours.begin(session, file).value()->by_other);  // a flight of ours that was lost
  CHECK(other.begin(session, file).value()->by_other);
  ours.end(session, file);
  CHECK_FALSE(other.begin(session, file).value()->by_other);
  // Nobody holds number 2.
  CHECK_FALSE(ours.begin(session, file).value()->by_other);
  CHECK(other.begin(session, file).value()->by_other);
  // Who is alive and does not come to an end is not waited for for ever.
  site.world.clock.advance(std::chrono::minutes(16));
  CHECK_FALSE(other.begin(session, file).value()->by_other);
  number.reset();
  other.end(session, file);

  // What a process has begun is over for the next one of its number, whoever has that number now.
  CHECK_FALSE(ours.begin(session, file).value()->by_other);
  const auto again = jobs::NodeNumber::claim(site.world.db.new_session()).value();
  REQUIRE(again.value() == 0);
  CHECK(other.begin(session, file).value()->by_other);
  site.world.write([&](db::Tx& tx) { ours.begin_process(tx); });
  CHECK_FALSE(other.begin(session, file).value()->by_other);
}

TEST_CASE("what another process has fetched meanwhile is here", "[web][media][remote]") {
  MediaSite site;
  const auto number = jobs::NodeNumber::claim(site.world.db.new_session()).value();
  const auto bob = site.world.remote_account("bob", "remote.example");
  const auto media = site.attach(bob, "https://remote.example/a.png");
  const service::RemoteFile file{.picture = std::nullopt, .id = media.id.value};
  service::RemoteMediaService other(site.environment());
  other.use(site.media.library, [](std::string_view) { return true; }, 2);
  auto& session = site.world.session();
  auto& ours = site.services.remote_media;
  CHECK(ours.begin(session, file).value());
  CHECK(other.begin(session, file).value()->by_other);
  const auto folder = ours.new_folder().value();
  const auto picture = noise(site, "a.png");
  const auto copy = folder.copy(picture, 0, std::filesystem::file_size(picture), "answer").value();
  REQUIRE(ours.finish(session, file, *media.remote_url, folder, copy));
  CHECK_FALSE(other.begin(session, file).value());  // even before it is said to be over
  ours.end(session, file);
  CHECK_FALSE(other.begin(session, file).value());
}

TEST_CASE("files are fetched ahead or when somebody looks, as the admin says of their server", "[web][media][remote]") {
  auto settings = MediaSite::default_config();
  settings.media.remote = GENERATE("cache", "on_demand");
  MediaSite site(settings);
  const bool usual = settings.media.remote == "cache";
  const auto fetched = [&](const std::string& domain) {
    const auto status = site.world.status(site.world.remote_account("bob", domain));
    service::RemoteMedia named;
    named.url = "https://files.example/a.png";
    named.type = model::MediaType::image;
    site.world.write([&](db::Tx& tx) { site.services.media.receive(tx, status, std::span(&named, 1)); });
    site.world.clock.advance(std::chrono::seconds(30));
    return site.world.write(
        [&](db::Tx& tx) { return !jobs::claim(tx, jobs::Lane::media, 10, std::chrono::hours(1)).empty(); });
  };
  CHECK(fetched("one.example") == usual);
  site.world.write([&](db::Tx& tx) {
    store::save_media_policy(tx, {.domain = "two.example", .ahead = !usual});
    store::save_media_policy(tx, {.domain = "not.two.example", .ahead = usual});
  });
  CHECK(fetched("two.example") != usual);
  CHECK(fetched("below.two.example") != usual);
  CHECK(fetched("not.two.example") == usual);
  CHECK(fetched("nottwo.example") == usual);
  site.world.write([&](db::Tx& tx) { CHECK(store::delete_media_policy(tx, "two.example")); });
  CHECK(fetched("three.two.example") == usual);
}

TEST_CASE("files that come with a post are asked for within half a minute, not all at once", "[web][media][remote]") {
  MediaSite site;
  const auto status = site.world.status(site.world.remote_account("bob", "remote.example"));
  std::vector<service::RemoteMedia> named(64);
  for (std::size_t i = 0; i < named.size(); ++i) {
    named[i].url = "https://files.example/" + std::to_string(i);
    named[i].type = model::MediaType::image;
  }
  site.world.write([&](db::Tx& tx) { site.services.media.receive(tx, status, named); });
  const auto due = [&] {
    return site.world
        .write([](db::Tx& tx) { return jobs::claim(tx, jobs::Lane::media, 100, std::chrono::minutes(10)); })
        .size();
  };
  const auto at_once = due();
  site.world.clock.advance(std::chrono::seconds(15));
  const auto soon = due();
  site.world.clock.advance(std::chrono::seconds(15));
  const auto late = due();
  CHECK(at_once < 10);
  CHECK(soon > 0);
  CHECK(late > 0);
  CHECK(at_once + soon + late == 64);
}
