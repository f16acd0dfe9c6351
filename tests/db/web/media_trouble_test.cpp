#include "db/web/media_site.hpp"

#include "dunlin/service/media_urls.hpp"
#include "dunlin/store/media_cache.hpp"
#include "dunlin/store/stored_files.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <span>
#include <string>
#include <vector>

/// A store that is full, or does not remove what it should.
using namespace dunlin;
using namespace std::chrono_literals;
using test::MediaSite;

namespace {

/// A file in the store that is known and that nothing names.
std::string unnamed(MediaSite& site, const std::string& content) {
  const auto path = site.stored(content, "png");
  auto key = path.substr(path.rfind('/') + 1);
  site.world.write([&](db::Tx& tx) {
    CHECK(store::announce_file(tx, key, 1, {}));
    CHECK(store::settle_files(tx, std::span(&key, 1)));
  });
  return key;
}

/// As an upload of the same content would.
bool may_store(MediaSite& site, const std::string& key) {
  return site.world.write([&](db::Tx& tx) {
    const bool may = store::announce_file(tx, key, 1, tx.now() - 10min);
    if (may) store::settle_files(tx, std::span(&key, 1));
    return may;
  });
}

bool is_known(MediaSite& site, const std::string& key) {
  return !site.world.read([&](db::Tx& tx) { return store::list_known_files(tx, std::span(&key, 1)); }).empty();
}

std::int64_t cached_bytes(MediaSite& site) {
  return site.world.read([](db::Tx& tx) { return store::count_cached_files(tx).bytes; });
}

}  // namespace

TEST_CASE("a file that could not be removed may be stored again at once, and is removed later", "[web][media]") {
  MediaSite site;
  auto& cache = site.services.remote_media;
  const auto key = unnamed(site, "a");
  site.world.clock.advance(1h);
  site.media.events.remove = [](std::string_view) { return fail(Errc::unavailable, "", "read-only"); };
  CHECK_FALSE(cache.drop_unused(site.world.session(), ""));
  CHECK(may_store(site, key));
  CHECK_FALSE(cache.drop_unused(site.world.session(), ""));  // settled, and named by nothing
  site.media.events.remove = {};
  CHECK(cache.drop_unused(site.world.session(), ""));
  CHECK(site.media.stored() == 0);
  CHECK_FALSE(is_known(site, key));
}

TEST_CASE("a file that may yet be removed is not stored again before that is over", "[web][media]") {
  MediaSite site;
  auto& cache = site.services.remote_media;
  const auto key = unnamed(site, "a");
  site.world.clock.advance(1h);
  site.media.events.remove = [](std::string_view) { return fail(Errc::remote_failed, "", "timeout"); };
  CHECK_FALSE(cache.drop_unused(site.world.session(), ""));
  site.media.events.remove = {};
  CHECK_FALSE(may_store(site, key));
  site.world.clock.advance(9min);
  CHECK_FALSE(may_store(site, key));
  CHECK(cache.drop_unused(site.world.session(), ""));
  CHECK(is_known(site, key));  // nobody else takes it either
  site.world.clock.advance(2min);
  SECTION("then it may") {
    CHECK(may_store(site, key));
  }
  SECTION("then it is removed anew") {
    CHECK(cache.drop_unused(site.world.session(), ""));
    CHECK_FALSE(is_known(site, key));
    CHECK(may_store(site, key));
  }
}

TEST_CASE("one file that cannot be removed does not make others look as if they still were to be", "[web][media]") {
  MediaSite site;
  std::vector<std::string> keys;
  for (const auto* content : {"a", "b", "c"}) keys.push_back(unnamed(site, content));
  std::ranges::sort(keys);
  site.world.clock.advance(1h);
  site.media.events.remove = [&](std::string_view key) {
    return key == keys[1] ? fail(Errc::remote_failed, "", "timeout") : Result<void>();
  };
  CHECK_FALSE(site.services.remote_media.drop_unused(site.world.session(), ""));
  CHECK_FALSE(is_known(site, keys[0]));
  CHECK_FALSE(may_store(site, keys[1]));
  CHECK(may_store(site, keys[2]));
}

TEST_CASE("of a remote file for whose preview there is no room nothing stays, and it comes when there is room",
          "[web][media][remote]") {
  MediaSite site;
  const auto bob = site.world.remote_account("bob", "remote.example");
  const auto media = site.attach(bob, "https://remote.example/a.png");
  site.remote["https://remote.example/a.png"] = site.media.samples.picture("640x480", "a.png");
  site.media.events.full = [](std::string_view key) { return key.ends_with(".jpg"); };
  const auto original = *service::media_urls::original(site.config, media);
  CHECK(site.look(original).status() == 503);
  CHECK(site.media.stored() == 0);
  CHECK(site.media.at_work() == 0);
  CHECK(cached_bytes(site) == 0);
  CHECK_FALSE(site.now(media).file_key);
  site.media.events.full = {};
  site.world.clock.advance(1h);
  CHECK(site.look(original).status() == 200);
  CHECK(site.media.stored() == 2);
}
