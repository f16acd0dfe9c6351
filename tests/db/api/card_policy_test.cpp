#include "support/crawl.hpp"
#include "support/media_library.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>

/// Link previews of servers whose files the admin refuses.
using namespace dunlin;
using namespace dunlin::test;
using Json = nlohmann::json;

namespace {

struct Refusing {
  World world;
  Api api{world};
  FakeRemote remote;
  MediaLibrary media{api.config};
  std::set<std::string, std::less<>> refused;
  model::Account alice = world.local_account("alice");
  Client client{api, alice};

  Refusing() {
    api.services().remote_media.use(
        media.library, [this](std::string_view domain) { return !refused.contains(domain); }, 0);
  }
  void serve(const std::string& url, const std::string& picture, const std::string& more = {}) {
    remote.serve_text(url,
                      page_with("<title>Tides</title><meta property=\"og:image\" content=\"" + picture +
                                "\"><meta property=\"og:image:alt\" content=\"A mudflat\">" + more),
                      "text/html");
  }
  /// The card of a new post with this link.
  Json card_of(const std::string& url) {
    const auto status = client.post("/api/v1/statuses", {{"status", "see " + url}}).json();
    crawl(api, remote);
    return card(status);
  }
  Json card(const Json& status) {
    return client.get("/api/v1/statuses/" + status.at("id").get<std::string>()).json().at("card");
  }
};

}  // namespace

TEST_CASE("a preview of a server whose files are refused has no picture", "[api][card][policy]") {
  Refusing f;
  f.refused = {"refused.example"};
  f.serve("https://refused.example/a", "https://pictures.example/a.png");
  f.serve("https://news.example/b", "https://refused.example/b.png");
  f.serve("https://news.example/c", "https://pictures.example/c.png");
  for (const auto* url : {"https://refused.example/a", "https://news.example/b"}) {
    INFO(url);
    const auto card = f.card_of(url);
    CHECK(card["title"] == "Tides");
    CHECK(card["image"].is_null());
    CHECK(card["image_description"] == "");
  }
  CHECK(f.card_of("https://news.example/c")["image"].is_string());
}

TEST_CASE("a photo of a refused server is a link, and its address is not shown", "[api][card][policy]") {
  Refusing f;
  f.refused = {"refused.example"};
  f.serve("https://news.example/photo", "https://news.example/small.png",
          R"(<link rel="alternate" type="application/json+oembed" href="https://news.example/oembed">)");
  f.remote.serve("https://news.example/oembed",
                 {{"type", "photo"}, {"url", "https://refused.example/p.png"}, {"width", 800}, {"height", 600}},
                 "application/json");
  const auto card = f.card_of("https://news.example/photo");
  CHECK(card["type"] == "link");
  CHECK(card["image"].is_null());
  CHECK(card["embed_url"] == "");
}

TEST_CASE("a preview that had its picture before the policy loses it, also where it is shown from memory",
          "[api][card][policy]") {
  Refusing f;
  f.serve("https://news.example/a", "https://pictures.example/a.png");
  f.serve("https://pictures.example/b", "https://news.example/b.png");
  f.serve("https://news.example/c", "https://news.example/c.png");
  std::vector<Json> posts;
  for (const auto* url : {"https://news.example/a", "https://pictures.example/b", "https://news.example/c"}) {
    posts.push_back(f.client.post("/api/v1/statuses", {{"status", "see " + std::string(url)}}).json());
  }
  crawl(f.api, f.remote);
  for (const auto& post : posts) CHECK(f.card(post)["image"].is_string());
  f.refused = {"pictures.example"};
  const service::RefusedFiles cards{.of = service::RefusedFiles::Of::cards, .which = "-"};
  REQUIRE(f.api.services().remote_media.follow_policy(f.world.session(), cards.payload()));
  CHECK(f.card(posts[0])["image"].is_null());
  CHECK(f.card(posts[1])["image"].is_null());
  CHECK(f.card(posts[2])["image"].is_string());
}
