#include "db/web/media_site.hpp"

#include "dunlin/service/media_urls.hpp"
#include "dunlin/store/media_cache.hpp"
#include "dunlin/store/preview_cards.hpp"
#include "dunlin/store/stored_files.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <functional>
#include <span>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

using namespace dunlin;
using test::content;
using test::MediaSite;
using test::noise;
using test::Samples;

TEST_CASE("a remote file is fetched by who looks first, and kept", "[web][media][remote]") {
  MediaSite site;
  const auto bob = site.world.remote_account("bob", "remote.example");
  const auto media = site.attach(bob, "https://remote.example/a.jpg");
  site.remote["https://remote.example/a.jpg"] = site.media.samples.picture("640x480", "a.jpg");
  const auto original = *service::media_urls::original(site.config, media);
  const auto reply = site.look(original);
  CHECK(reply.status() == 200);
  CHECK(content(reply) == Samples::read(site.remote["https://remote.example/a.jpg"]));
  CHECK(reply.header("Content-Type") == "image/jpeg");
  CHECK(site.look(*service::media_urls::preview(site.config, media)).status() == 200);
  CHECK(site.fetches == 1);
  const auto row = site.now(media);
  CHECK(row.width == 640);
  CHECK(row.blurhash.size() == 28);
  CHECK(row.preview_key);
  // Pruned, it comes back.
  CHECK(site.services.remote_media.prune(site.world.session(), site.world.clock.now() + std::chrono::hours(1), true)
            .files == 1);
  CHECK(site.now(media).file_key);
  site.world.clock.advance(std::chrono::hours(1));
  const auto pruned = site.services.remote_media.prune(site.world.session(), site.world.clock.now(), false);
  CHECK(pruned.files == 1);
  CHECK(pruned.bytes == row.bytes);
  CHECK(site.media.stored() == 0);
  CHECK(site.look(original).status() == 200);
  CHECK(site.fetches == 2);
  CHECK(site.media.at_work() == 0);
}

TEST_CASE("who does not know where a remote file is does not find it here", "[web][media][remote]") {
  MediaSite site;
  const auto alice = site.world.local_account("alice");
  const auto bob = site.world.remote_account("bob", "remote.example");
  const auto media = site.attach(bob, "https://remote.example/a.jpg");
  const auto id = media.id.str();
  CHECK(site.look("/media/remote/" + id + "/0123456789abcdef/original").status() == 404);
  CHECK(site.look("/media/remote/" + id + "/x/original").status() == 404);
  CHECK(site.look("/media/remote/" + test::upload(site.world, alice).id.str() + "/x/original").status() == 404);
  site.refused = "remote.example";
  CHECK(site.look(*service::media_urls::original(site.config, media)).status() == 404);
  CHECK(site.fetches == 0);
}

TEST_CASE("remote avatars are fetched, cut and renewed; without one the default is shown", "[web][media][remote]") {
  MediaSite site;
  auto bob = site.world.remote_account("bob", "remote.example");
  const auto set = [&](const std::string& url) {
    bob.avatar_url = url;
    site.world.write([&](db::Tx& tx) { store::update_account(tx, bob); });
    return service::media_urls::avatar(site.config, bob);
  };
  const auto first = set("https://remote.example/a.gif");
  site.remote["https://remote.example/a.gif"] = site.media.samples.film("90x60", 0.4, false, "", "a.gif");
  CHECK(site.look(first).header("Content-Type") == "image/webp");
  CHECK(site.look(first + "/still").header("Content-Type") == "image/png");
  CHECK(site.fetches == 1);
  const auto second = set("https://remote.example/b.png");
  site.remote["https://remote.example/b.png"] = site.media.samples.picture("90x60", "b.png");
  CHECK(second != first);
  CHECK(site.look(second).header("Content-Type") == "image/png");
  CHECK(site.look(first).status() == 302);  // an old address
  const auto missing = site.look(set("https://remote.example/missing.png"));
  CHECK(missing.status() == 302);
  CHECK(missing.location() == "https://example.org/static/avatar.png");
  site.world.suspend(bob);
  CHECK(site.look(second).location() == "https://example.org/static/avatar.png");
}

TEST_CASE("the cache never holds more than its budget, and loses first what was viewed longest ago",
          "[web][media][remote]") {
  auto settings = MediaSite::default_config();
  settings.media.cache_size_bytes = 400'000;
  MediaSite site(settings);
  const auto bob = site.world.remote_account("bob", "remote.example");
  std::vector<model::MediaAttachment> files;
  for (int i = 0; i < 6; ++i) {
    const auto name = std::to_string(i) + ".png";
    site.remote["https://remote.example/" + name] = noise(site, name);
    files.push_back(site.attach(bob, "https://remote.example/" + name));
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    site.world.clock.advance(std::chrono::hours(2));
    CHECK(site.look(*service::media_urls::original(site.config, files[i])).status() == 200);
    if (i > 0) CHECK(site.look(*service::media_urls::original(site.config, files[0])).status() == 200);
    const auto used = site.world.read([](db::Tx& tx) { return store::count_cached_files(tx); });
    CHECK(used.bytes <= 400'000);
    CHECK(site.media.stored_bytes() <= 400'000);  // and on the disk, however young what was let go is
  }
  CHECK(site.now(files[0]).file_key);        // viewed all the time
  CHECK_FALSE(site.now(files[1]).file_key);  // not viewed again
  CHECK(site.now(files[5]).file_key);
}

TEST_CASE("what could not come back is let go last", "[web][media][remote]") {
  auto settings = MediaSite::default_config();
  settings.media.cache_size_bytes = 300'000;
  MediaSite site(settings);
  std::vector<model::MediaAttachment> files;
  for (const std::string host : {"silent.example", "a.example", "b.example"}) {
    const auto url = "https://" + host + "/x.png";
    site.remote[url] = noise(site, host + ".png");
    files.push_back(site.attach(site.world.remote_account("x", host), url));
  }
  site.world.write([&](db::Tx& tx) {
    static const db::Statement kSilent{
        "test.silent", "INSERT INTO delivery_hosts (host, unavailable_since) VALUES ('silent.example', now())"};
    tx.exec(kSilent);
  });
  for (const auto& file : files) {
    site.world.clock.advance(std::chrono::hours(1));
    CHECK(site.look(*service::media_urls::original(site.config, file)).status() == 200);
  }
  site.world.clock.advance(std::chrono::hours(1));
  site.services.remote_media.make_room(site.world.session(), 100'000);
  CHECK(site.now(files[0]).file_key);
  CHECK_FALSE(site.now(files[1]).file_key);
  CHECK_FALSE(site.now(files[2]).file_key);
  site.services.remote_media.make_room(site.world.session(), 299'000);
  CHECK_FALSE(site.now(files[0]).file_key);
}

TEST_CASE("what is counted is what is there, whoever takes it away", "[web][media][remote]") {
  MediaSite site;
  const auto bob = site.world.remote_account("bob", "remote.example");
  const auto used = [&] { return site.world.read([](db::Tx& tx) { return store::count_cached_files(tx); }); };
  std::vector<model::MediaAttachment> files;
  for (const std::string name : {"a.png", "b.png", "c.png"}) {
    site.remote["https://remote.example/" + name] = noise(site, name);
    files.push_back(site.attach(bob, "https://remote.example/" + name));
    CHECK(site.look(*service::media_urls::original(site.config, files.back())).status() == 200);
  }
  CHECK(used().files == 3);
  CHECK(used().bytes == site.media.stored_bytes());
  site.world.write([&](db::Tx& tx) { store::delete_status_media(tx, *files[0].status_id); });
  CHECK(used().files == 2);
  site.world.write([&](db::Tx& tx) { store::delete_status_media(tx, *files[1].status_id); });
  CHECK(used().files == 1);
  CHECK(used().bytes == site.now(files[2]).bytes);
  const auto alice = site.world.local_account("alice");
  test::upload(site.world, alice);
  CHECK(used().files == 1);
}

TEST_CASE("a file larger than the whole cache is refused, and what is there stays", "[web][media][remote]") {
  auto settings = MediaSite::default_config();
  settings.media.cache_size_bytes = 120'000;
  MediaSite site(settings);
  const auto bob = site.world.remote_account("bob", "remote.example");
  site.remote["https://remote.example/a.png"] = noise(site, "a.png");
  site.remote["https://remote.example/large.png"] =
      site.media.samples.ffmpeg("-f rawvideo -pix_fmt rgb24 -s 300x300 -i /dev/urandom -frames:v 1", "large.png");
  const auto small = site.attach(bob, "https://remote.example/a.png");
  const auto large = site.attach(bob, "https://remote.example/large.png");
  CHECK(site.look(*service::media_urls::original(site.config, small)).status() == 200);
  CHECK(site.look(*service::media_urls::original(site.config, large)).status() == 503);
  CHECK(site.now(small).file_key);
  CHECK(site.now(large).bytes == 0);
  CHECK(site.now(large).failures == 1);
}

TEST_CASE("many files that come at once share the budget", "[web][media][remote]") {
  auto settings = MediaSite::default_config();
  settings.media.cache_size_bytes = 300'000;
  MediaSite site(settings);
  const auto bob = site.world.remote_account("bob", "remote.example");
  constexpr int kFiles = 8;
  std::vector<model::MediaAttachment> files;
  for (int i = 0; i < kFiles; ++i) {
    const auto name = std::to_string(i) + ".png";
    site.remote["https://remote.example/" + name] = noise(site, name);
    files.push_back(site.attach(bob, "https://remote.example/" + name));
  }
  std::vector<std::thread> fetchers;
  for (const auto& file : files) {
    fetchers.emplace_back([&site, id = file.id] {
      auto& cache = site.services.remote_media;
      const auto session = site.world.db.new_session();
      const service::RemoteFile named{.picture = std::nullopt, .id = id.value};
      const auto wanted = cache.begin(*session, named).value();
      const auto& from = site.remote.at(wanted->url);
      const auto folder = cache.new_folder().value();
      const auto copy = folder.copy(from, 0, std::filesystem::file_size(from), "answer").value();
      std::ignore = cache.finish(*session, named, wanted->url, folder, copy);
    });
  }
  for (auto& fetcher : fetchers) fetcher.join();
  const auto used = site.world.read([](db::Tx& tx) { return store::count_cached_files(tx); });
  CHECK(used.files >= 1);
  CHECK(used.bytes <= 300'000);
  CHECK(site.media.stored_bytes() == used.bytes);
}

TEST_CASE("what loses its room or its row while it is stored is dropped at once", "[web][media][remote]") {
  auto settings = MediaSite::default_config();
  settings.media.cache_size_bytes = 1'000'000;
  MediaSite site(settings);
  auto bob = site.world.remote_account("bob", "remote.example");
  bob.avatar_url = "https://remote.example/face.png";
  site.world.write([&](db::Tx& tx) { store::update_account(tx, bob); });
  site.remote["https://remote.example/a.png"] = site.remote[bob.avatar_url] = noise(site, "a.png");
  const auto media = site.attach(bob, "https://remote.example/a.png");
  const auto original = *service::media_urls::original(site.config, media);
  auto& cache = site.services.remote_media;
  std::function<void()> meanwhile;
  site.media.events.after_put = [&](std::string_view) {
    if (meanwhile) std::exchange(meanwhile, {})();
  };
  const auto lose_room = [&] {
    site.world.clock.advance(std::chrono::hours(1));
    CHECK(cache.make_room(site.world.session(), 1'000'000) > 0);
  };
  for (const auto& url : {original, service::media_urls::avatar(site.config, bob)}) {
    meanwhile = lose_room;
    CHECK(site.look(url).status() != 200);
    CHECK_FALSE(meanwhile);
    CHECK(site.media.stored_bytes() == 0);
  }
  CHECK(site.world.read([](db::Tx& tx) { return store::count_cached_files(tx); }).files == 0);

  // Somebody else has just announced the same content: it stays for him.
  std::string key;
  meanwhile = [&] {
    key = media::content_key(site.remote.at("https://remote.example/a.png"), "png").value();
    site.world.clock.advance(std::chrono::hours(1));
    site.world.write([&](db::Tx& tx) { CHECK(store::announce_file(tx, key, 1, {})); });
    site.world.write([&](db::Tx& tx) { store::reserve_for_media(tx, media.id, 0); });
  };
  site.world.clock.advance(std::chrono::hours(25));
  CHECK(site.look(original).status() != 200);
  CHECK(site.get("/media/files/" + key).status() == 200);
  CHECK(site.media.stored() == 1);
  site.world.write([&](db::Tx& tx) { store::settle_files(tx, std::span(&key, 1)); });

  site.world.clock.advance(std::chrono::hours(25));
  meanwhile = [&] { site.world.write([&](db::Tx& tx) { store::delete_status_media(tx, *media.status_id); }); };
  CHECK(site.look(original).status() != 200);
  CHECK(site.world.read([](db::Tx& tx) { return store::count_cached_files(tx); }).bytes == 0);
  CHECK(site.media.stored() == 0);
}

TEST_CASE("the room of what is being stored is not taken from it", "[web][media][remote]") {
  auto settings = MediaSite::default_config();
  settings.media.cache_size_bytes = 300'000;
  MediaSite site(settings);
  const auto bob = site.world.remote_account("bob", "remote.example");
  site.remote["https://remote.example/a.png"] = noise(site, "a.png");
  const auto media = site.attach(bob, "https://remote.example/a.png");
  site.media.events.after_put = [&](std::string_view) {
    CHECK(site.services.remote_media.make_room(site.world.session(), 300'000) == 0);
  };
  CHECK(site.look(*service::media_urls::original(site.config, media)).status() == 200);
  CHECK(site.now(media).bytes == site.media.stored_bytes());
}

TEST_CASE("a copy that the store has lost is fetched again", "[web][media][remote]") {
  MediaSite site;
  auto bob = site.world.remote_account("bob", "remote.example");
  bob.avatar_url = "https://remote.example/face.png";
  site.world.write([&](db::Tx& tx) { store::update_account(tx, bob); });
  site.remote[bob.avatar_url] = site.media.samples.picture("90x60", "face.png");
  site.remote["https://remote.example/a.png"] = noise(site, "a.png");
  const auto media = site.attach(bob, "https://remote.example/a.png");
  for (const auto& url :
       {service::media_urls::avatar(site.config, bob), *service::media_urls::original(site.config, media)}) {
    site.fetches = 0;
    CHECK(site.look(url).status() == 200);
    std::filesystem::remove_all(site.media.samples.folder() / "store");
    CHECK(site.look(url).status() == 200);
    CHECK(site.fetches == 2);
  }
}

TEST_CASE("the picture of a link preview is shown from here, and has a blurhash then", "[web][media][remote][card]") {
  MediaSite site;
  const auto alice = site.world.local_account("alice");
  const auto status = site.world.status(alice);
  const auto card = site.world.write([&](db::Tx& tx) {
    const auto link = store::set_status_link(tx, status.id, "https://news.example/1");
    model::PreviewCard page;
    page.id = site.world.ids.next<PreviewCardId>();
    page.url = "https://news.example/1";
    page.title = "News";
    page.image_url = "https://pictures.example/1.jpg";
    page.id = store::upsert_preview_card(tx, page);
    store::record_card_check(tx, link.id, page.id, tx.now() + std::chrono::hours(24));
    return page;
  });
  site.remote[card.image_url] = site.media.samples.picture("1600x900", "1.jpg");
  const auto shown = [&] {
    return site.world.read([&](db::Tx& tx) { return store::load_status_cards(tx, std::array{status.id}); })
        .at(status.id);
  };
  CHECK(shown().blurhash.empty());
  const auto url = service::media_urls::card(site.config, card);
  CHECK(url.starts_with("https://example.org/media/cards/"));
  site.refused = "pictures.example";
  CHECK(site.look(url).status() == 404);
  site.refused.clear();
  const auto reply = site.look(url);
  CHECK(reply.header("Content-Type") == "image/jpeg");
  CHECK(content(reply).size() < 100'000);
  CHECK(shown().blurhash.size() == 28);
  CHECK(site.look("/media/cards/" + card.id.str() + "/0123456789abcdef").status() == 404);
}

TEST_CASE("only plain files enter the store, whatever a decoder leaves", "[web][media]") {
  MediaSite site;
  const auto bob = site.world.remote_account("bob", "remote.example");
  const auto media = site.attach(bob, "https://remote.example/a.png");
  auto& cache = site.services.remote_media;
  const auto folder = cache.new_folder().value();
  std::filesystem::create_symlink(site.media.samples.picture("90x60", "elsewhere.png"), folder.path() / "answer");
  CHECK_FALSE(cache.finish(site.world.session(), {.picture = std::nullopt, .id = media.id.value}, *media.remote_url,
                           folder, folder.path() / "answer"));
  CHECK(site.media.stored() == 0);
}

TEST_CASE("files that nothing names are dropped, after a while", "[web][media]") {
  MediaSite site;
  const auto alice = site.world.local_account("alice");
  const auto path = site.stored("unused", "png");
  const auto key = path.substr(path.rfind('/') + 1);
  const auto used = test::upload(site.world, alice);
  site.world.write([&](db::Tx& tx) {
    CHECK(store::announce_file(tx, key, 6, {}));
    CHECK(store::announce_file(tx, *used.file_key, 6, {}));
  });
  auto& cache = site.services.remote_media;
  CHECK(cache.drop_unused(site.world.session(), "").value().empty());
  CHECK(site.get(path).status() == 200);  // somebody may be about to name it
  site.world.clock.advance(std::chrono::hours(1));
  CHECK(cache.drop_unused(site.world.session(), "").value().empty());
  CHECK(site.get(path).status() == 404);
  const auto known = site.world.read(
      [&](db::Tx& tx) { return store::list_known_files(tx, std::vector<std::string>{key, *used.file_key}); });
  CHECK(known == std::vector<std::string>{*used.file_key});
}

TEST_CASE("a file that is being dropped cannot be named meanwhile", "[web][media]") {
  MediaSite site;
  site.world.write([&](db::Tx& tx) { CHECK(store::announce_file(tx, "k.png", 6, {})); });
  site.world.clock.advance(std::chrono::hours(1));
  const auto dropping =
      site.world.write([&](db::Tx& tx) { return store::begin_dropping_files(tx, "", site.world.clock.now(), 10); });
  CHECK(dropping.keys == std::vector<std::string>{"k.png"});
  site.world.write([&](db::Tx& tx) { CHECK_FALSE(store::announce_file(tx, "k.png", 6, {})); });
  site.world.write([&](db::Tx& tx) { store::end_dropping_files(tx, dropping.keys); });
  site.world.write([&](db::Tx& tx) { CHECK(store::announce_file(tx, "k.png", 6, {})); });
}

TEST_CASE("a file that nothing knows is dropped under guard", "[web][media]") {
  MediaSite site;
  site.world.write([&](db::Tx& tx) {
    CHECK(store::announce_file(tx, "known.png", 1, {}));
    CHECK_FALSE(store::begin_dropping_stranger(tx, "known.png"));
    CHECK(store::begin_dropping_stranger(tx, "stranger.png"));
    CHECK_FALSE(store::announce_file(tx, "stranger.png", 1, {}));
  });
  const std::string key = "stranger.png";
  site.world.write([&](db::Tx& tx) { store::end_dropping_files(tx, std::span(&key, 1)); });
  site.world.write([&](db::Tx& tx) { CHECK(store::announce_file(tx, key, 1, {})); });
}

TEST_CASE("files may be shown from another host", "[web][media]") {
  auto settings = MediaSite::default_config();
  settings.media.url = "https://files.example";
  MediaSite site(settings);
  const auto alice = site.world.local_account("alice");
  auto status = site.world.status(alice);
  const auto media = test::upload(site.world, alice);
  site.world.write([&](db::Tx& tx) {
    store::attach_media(tx, status.id, std::span(&media.id, 1));
    status.set(model::Part::media);
    store::update_status(tx, status, {});
  });
  const auto page = site.get("/@alice/" + status.id.str());
  CHECK(page.status() == 200);
  CHECK(page.shows("https://files.example/media/files/" + *media.file_key));
  CHECK(page.header("Content-Security-Policy")
            .contains("img-src 'self' https://files.example; media-src 'self' https://files.example;"));
  const auto remote = site.attach(site.world.remote_account("bob", "remote.example"), "https://remote.example/a.jpg");
  CHECK(service::media_urls::original(site.config, remote)->starts_with("https://files.example/media/remote/"));
  CHECK(site.get(site.stored("0123", "png"), {{"Host", "files.example"}}).status() == 200);
}
