#include "db/web/media_site.hpp"

#include "dunlin/service/media_urls.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>
#include <vector>

/// Files of other servers that do not come.
using namespace dunlin;
using test::MediaSite;

TEST_CASE("a remote file that cannot be had is not asked for again at once", "[web][media][remote]") {
  MediaSite site;
  const auto bob = site.world.remote_account("bob", "remote.example");
  const auto gone = site.attach(bob, "https://remote.example/gone.jpg");
  const auto page = site.attach(bob, "https://remote.example/page");
  site.remote["https://remote.example/page"] = site.media.samples.bytes("<html>not a picture at all</html>", "page");
  for (const auto& media : {gone, page}) {
    const auto url = *service::media_urls::original(site.config, media);
    CHECK(site.look(url).status() == 503);
    CHECK(site.look(url).status() == 503);
    CHECK(site.now(media).failures == 1);
  }
  CHECK(site.fetches == 2);
  site.world.clock.advance(std::chrono::hours(25));
  site.look(*service::media_urls::original(site.config, gone));
  CHECK(site.fetches == 3);
  CHECK(site.now(gone).failures == 2);
  CHECK(site.media.stored() == 0);
}

TEST_CASE("what is missing is not asked for again within an hour, what failed after 1, 2, 4 ... minutes",
          "[web][media][remote]") {
  using namespace std::chrono_literals;
  using Trouble = service::RemoteMediaService::Trouble;
  MediaSite site;
  const auto bob = site.world.remote_account("bob", "remote.example");
  auto& cache = site.services.remote_media;
  const auto pauses = [&](const std::string& url, Trouble trouble) {
    const auto media = site.attach(bob, url);
    std::vector<std::chrono::minutes> all;
    for (int i = 0; i < 5; ++i) {
      cache.failed(site.world.session(), {.picture = std::nullopt, .id = media.id.value}, "why", trouble);
      all.push_back(std::chrono::ceil<std::chrono::minutes>(*site.now(media).retry_at - site.world.clock.now()));
    }
    return all;
  };
  using Pauses = std::vector<std::chrono::minutes>;
  CHECK(pauses("https://remote.example/a.png", Trouble::passing) == Pauses{1min, 2min, 4min, 8min, 16min});
  CHECK(pauses("https://remote.example/b.png", Trouble::missing) == Pauses{60min, 60min, 60min, 60min, 60min});
}

TEST_CASE("an attachment for which there is no hope is a link to its server", "[web][media][remote]") {
  using Trouble = service::RemoteMediaService::Trouble;
  MediaSite site;
  const auto bob = site.world.remote_account("bob", "remote.example");
  auto& cache = site.services.remote_media;
  const auto large = site.attach(bob, "https://remote.example/large.mp4");
  const service::RemoteFile file{.picture = std::nullopt, .id = large.id.value};
  const auto& config = site.config;
  CHECK(service::media_urls::original(config, large)->starts_with("https://example.org/media/remote/"));
  cache.failed(site.world.session(), file, "too_large", Trouble::lasting);
  const auto link = site.now(large);
  CHECK(service::media_urls::original(config, link) == "https://remote.example/large.mp4");
  CHECK_FALSE(service::media_urls::preview(config, link));
  CHECK(link.shown_type() == model::MediaType::unknown);
  CHECK(link.type == large.type);

  const auto away = site.attach(bob, "https://remote.example/away.png");
  int failures = 0;
  for (; !site.now(away).is_link() && failures < 20; ++failures) {
    cache.failed(site.world.session(), {.picture = std::nullopt, .id = away.id.value}, "timeout");
  }
  CHECK(failures == 9);
  // When it comes after all, it is shown again.
  site.remote["https://remote.example/away.png"] = site.media.samples.picture("90x60", "away.png");
  site.world.clock.advance(std::chrono::hours(25));
  CHECK(site.fetch({.picture = std::nullopt, .id = away.id.value}).failure.empty());
  CHECK_FALSE(site.now(away).is_link());
}

TEST_CASE("people of one network have us fetch so many files and no more", "[web][media][remote][limits]") {
  auto settings = MediaSite::default_config();
  settings.limits.rate_limits = true;
  MediaSite site(settings);
  const auto bob = site.world.remote_account("bob", "remote.example");
  site.remote["https://remote.example/here.png"] = site.media.samples.picture("90x60", "here.png");
  const auto here = *service::media_urls::original(site.config, site.attach(bob, "https://remote.example/here.png"));
  CHECK(site.look(here).status() == 200);
  const auto away = *service::media_urls::original(site.config, site.attach(bob, "https://remote.example/away.png"));
  for (int i = 1; i < 600; ++i) REQUIRE(site.look(away).status() == 503);
  CHECK(site.look(away).status() == 429);
  CHECK(site.look(here).status() == 200);  // costs nobody anything
  // Who has another picture to show shows that.
  auto face = site.world.remote_account("face", "remote.example");
  face.avatar_url = "https://remote.example/face.png";
  site.world.write([&](db::Tx& tx) { store::update_account(tx, face); });
  CHECK(site.look(service::media_urls::avatar(site.config, face)).location() ==
        "https://example.org/static/avatar.png");
  CHECK(site.look(away, {}, "198.51.100.1").status() == 503);
  site.world.clock.advance(std::chrono::minutes(11));
  CHECK(site.look(away).status() == 503);
}
