#include "support/api_shape.hpp"
#include "support/crawl.hpp"

#include "dunlin/jobs/queue.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/preview_cards.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using namespace dunlin::test;
using Json = nlohmann::json;

namespace {

constexpr const char* kPage = "https://news.example/story";

struct Fixture {
  World world;
  Api api{world};
  FakeRemote remote;
  model::Account alice = world.local_account("alice");
  Client client{api, alice};

  Json post(const std::string& text) { return client.post("/api/v1/statuses", {{"status", text}}).json(); }
  Json read(const Json& status) {
    return Client(api).get("/api/v1/statuses/" + status.at("id").get<std::string>()).json();
  }
  void serve(const std::string& url, const std::string& head) {
    remote.serve_text(url, page_with(head), "text/html; charset=utf-8");
  }
};

}  // namespace

TEST_CASE("a link gets a preview once a job has looked at the page", "[api][card]") {
  Fixture f;
  f.serve(kPage,
          R"(<title>Plain</title><meta property="og:title" content="Tides &amp;amp; mud">
<meta property="og:description" content="What waders
 eat"><meta property="og:site_name" content="The News"><meta property="og:image" content="/tide.jpg">
<meta property="og:image:width" content="1200"><meta property="og:image:height" content="630">
<meta property="og:image:alt" content="A mudflat"><meta name="author" content="R. Knot">
<meta property="article:published_time" content="2026-02-03T04:05:06Z">)");
  const auto posted = f.post("look: https://news.example/story#top https://other.example/");
  CHECK(posted.at("card").is_null());
  CHECK(f.remote.requested.empty());
  CHECK(crawl(f.api, f.remote) == 1);
  CHECK(f.remote.requested == std::vector<std::string>{kPage});
  const auto status = f.read(posted);
  CHECK(Shapes().problems(status, "Status") == std::vector<std::string>{});
  auto card = status.at("card");
  // From here; a job fetches it.
  CHECK(card["image"].get<std::string>().starts_with("https://example.org/media/cards/"));
  card.erase("image");
  f.world.clock.advance(std::chrono::seconds(30));  // not all who got the link at the same moment
  const auto fetches =
      f.world.write([](db::Tx& tx) { return jobs::claim(tx, jobs::Lane::media, 10, std::chrono::minutes(1)); });
  REQUIRE(fetches.size() == 1);
  CHECK(fetches[0].payload.starts_with("card "));
  CHECK(card == Json::parse(R"({
    "url": "https://news.example/story", "title": "Tides & mud", "description": "What waders eat", "language": "en",
    "type": "link", "author_name": "R. Knot", "author_url": "", "provider_name": "The News",
    "provider_url": "https://news.example", "html": "", "width": 1200, "height": 630,
    "image_description": "A mudflat", "embed_url": "", "blurhash": null,
    "published_at": "2026-02-03T04:05:06.000Z",
    "authors": [{"name": "R. Knot", "url": "", "account": null}]})"));
}

TEST_CASE("one page is looked at once for all its statuses, and again after two weeks", "[api][card]") {
  Fixture f;
  f.serve(kPage, "<title>Story</title>");
  const auto first = f.post(kPage);
  const auto second = f.post(std::string("me too: ") + kPage);
  CHECK(crawl(f.api, f.remote) == 1);
  CHECK(f.read(first).at("card").at("title") == "Story");
  CHECK(f.read(second).at("card").at("title") == "Story");
  const auto third = f.post(std::string("again ") + kPage);
  CHECK(f.read(third).at("card").at("title") == "Story");
  CHECK(crawl(f.api, f.remote) == 0);
  f.world.clock.advance(std::chrono::hours(24 * 15));
  f.serve(kPage, "<title>Corrected</title>");
  f.post(std::string("still ") + kPage);
  CHECK(crawl(f.api, f.remote) == 1);
  CHECK(f.read(first).at("card").at("title") == "Corrected");
}

TEST_CASE("addresses of one page share its card and keep their own address", "[api][card]") {
  Fixture f;
  const std::string head = R"(<title>Story</title><link rel="canonical" href="https://news.example/story">)";
  f.serve("https://news.example/story?from=a", head);
  f.serve("https://news.example/story?from=b", head);
  const auto a = f.post("https://news.example/story?from=a");
  const auto b = f.post("https://news.example/story?from=b");
  CHECK(crawl(f.api, f.remote) == 2);
  CHECK(f.read(a).at("card").at("url") == "https://news.example/story?from=a");
  CHECK(f.read(b).at("card").at("url") == "https://news.example/story?from=b");
  const auto stored = f.world.read([](db::Tx& tx) {
    const auto link = store::find_card_link(tx, 1);
    return link->card_id == store::find_card_link(tx, 2)->card_id;
  });
  CHECK(stored);
}

TEST_CASE("a page may not name a canonical address on another server", "[api][card]") {
  Fixture f;
  f.serve("https://evil.example/", R"(<title>Evil</title><link rel="canonical" href="https://news.example/story">)");
  f.serve(kPage, "<title>Story</title>");
  f.post("https://evil.example/");
  const auto story = f.post(kPage);
  crawl(f.api, f.remote);
  CHECK(f.read(story).at("card").at("title") == "Story");
}

TEST_CASE("what is no link to a page elsewhere is not looked at", "[api][card]") {
  Fixture f;
  f.world.local_account("bob");
  f.post("just words");
  f.post("@bob hello #tag");
  f.post("my own https://example.org/@bob");
  CHECK(crawl(f.api, f.remote) == 0);
  auto config = Api::default_config();
  config.discovery.link_previews = false;
  Api without(f.world, config);
  CHECK(Client(without, f.alice).post("/api/v1/statuses", {{"status", kPage}}).status() == 200);
  CHECK(crawl(f.api, f.remote) == 0);
}

TEST_CASE("a page that cannot be read gives no card, and trouble is soon forgotten", "[api][card]") {
  Fixture f;
  f.remote.serve_text("https://a.example/x.pdf", "%PDF", "application/pdf");
  f.remote.answer_status("https://a.example/gone", 404);
  f.remote.answer_status("https://a.example/busy", 503);
  f.remote.break_down("https://a.example/away");
  f.serve("https://a.example/mute", "<meta charset=utf-8>");
  std::vector<Json> statuses;
  for (const char* path : {"x.pdf", "gone", "busy", "away", "mute"}) {
    statuses.push_back(f.post(std::string("https://a.example/") + path));
  }
  CHECK(crawl(f.api, f.remote) == 5);
  for (const auto& status : statuses) CHECK(f.read(status).at("card").is_null());
  f.world.clock.advance(std::chrono::hours(2));
  for (const char* path : {"x.pdf", "gone", "busy", "away", "mute"}) f.post(std::string("https://a.example/") + path);
  CHECK(crawl(f.api, f.remote) == 2);
}

// R20
TEST_CASE("oEmbed says how a video is framed, and nothing of its markup is kept", "[api][card]") {
  Fixture f;
  f.serve("https://video.example/watch",
          R"(<title>Video</title><link rel="alternate" type="application/json+oembed" href="/oembed?id=1">)");
  f.remote.serve("https://video.example/oembed?id=1",
                 {{"type", "video"},
                  {"title", "Dunlins <b>dancing</b>"},
                  {"author_name", "Birder"},
                  {"author_url", "https://video.example/@birder"},
                  {"provider_name", "Video"},
                  {"thumbnail_url", "https://video.example/1.jpg"},
                  {"width", 640},
                  {"height", "360"},
                  {"html", R"html(<script src="x"></script><iframe src="http://plain.example"></iframe>
<iframe src="https://video.example/embed/1" onload="evil()"></iframe>)html"}},
                 "application/json");
  const auto status = f.post("https://video.example/watch");
  crawl(f.api, f.remote);
  const auto card = f.read(status).at("card");
  CHECK(card.at("type") == "video");
  CHECK(card.at("title") == "Dunlins dancing");
  CHECK(card.at("author_name") == "Birder");
  CHECK(card.at("image").get<std::string>().starts_with("https://example.org/media/cards/"));
  CHECK(card.at("width") == 640);
  CHECK(card.at("html") ==
        "<iframe src=\"https://video.example/embed/1\" width=\"640\" height=\"360\" frameborder=\"0\" "
        "allowfullscreen=\"true\" sandbox=\"allow-scripts allow-same-origin allow-popups "
        "allow-popups-to-escape-sandbox allow-forms\"></iframe>");
}

TEST_CASE("a photo's oEmbed, and one that is broken or missing", "[api][card]") {
  Fixture f;
  const auto head = [](const std::string& name) {
    return "<title>Page</title><link rel=\"alternate\" type=\"application/json+oembed\" href=\"/" + name + "\">";
  };
  f.serve("https://pics.example/1", head("photo"));
  f.serve("https://pics.example/2", head("broken"));
  f.serve("https://pics.example/3", head("missing"));
  f.remote.serve("https://pics.example/photo",
                 {{"type", "photo"}, {"url", "https://pics.example/1.png"}, {"width", 10}, {"height", 20}},
                 "application/json");
  f.remote.serve_text("https://pics.example/broken", "{\"type\":", "application/json");
  const auto photo = f.post("https://pics.example/1");
  const auto broken = f.post("https://pics.example/2");
  const auto missing = f.post("https://pics.example/3");
  crawl(f.api, f.remote);
  const auto card = f.read(photo).at("card");
  CHECK(card.at("type") == "photo");
  CHECK(card.at("embed_url") == "https://pics.example/1.png");
  CHECK(card.at("height") == 20);
  CHECK(f.read(broken).at("card").at("title") == "Page");
  CHECK(f.read(missing).at("card").at("type") == "link");
}

TEST_CASE("JSON-LD fills what the page says nowhere else", "[api][card]") {
  Fixture f;
  f.serve(kPage, R"(<title>Story</title><script type="application/ld+json">{"@graph": [{"@type": "Organization"},
{"@type": ["NewsArticle"], "headline": "Other", "author": [{"name": "R. Knot", "url": "/people/knot"}],
"publisher": {"name": "The News"}, "datePublished": "2026-01-02T03:04:05+01:00"}]}</script>)");
  const auto status = f.post(kPage);
  crawl(f.api, f.remote);
  const auto card = f.read(status).at("card");
  CHECK(card.at("title") == "Story");
  CHECK(card.at("authors")[0].at("url") == "https://news.example/people/knot");
  CHECK(card.at("provider_name") == "The News");
  CHECK(card.at("published_at") == "2026-01-02T02:04:05.000Z");
}

TEST_CASE("cards cost a page one statement, and none when no status has one", "[api][card]") {
  Fixture f;
  f.serve(kPage, "<title>Story</title>");
  f.post("no link");
  const auto without = f.client.get("/api/v1/timelines/home");
  for (int i = 0; i < 3; ++i) f.post(std::to_string(i) + " " + kPage);
  crawl(f.api, f.remote);
  const auto with = f.client.get("/api/v1/timelines/home");
  CHECK(with.json()[0].at("card").at("title") == "Story");
  CHECK(with.statements == without.statements + 1);
  const auto original = f.post(std::string("boost me ") + kPage);
  const auto wrapper = f.client.post("/api/v1/statuses/" + original.at("id").get<std::string>() + "/reblog").json();
  CHECK(wrapper.at("card") == wrapper.at("reblog").at("card"));
  CHECK(wrapper.at("card").at("title") == "Story");
}

TEST_CASE("a page names its author's account only when that account agrees", "[api][card]") {
  Fixture f;
  const auto name = [&](const char* path, const char* creator) {
    const std::string url = std::string("https://blog.news.example/") + path;
    f.serve(url, std::string("<title>Story</title><meta name=\"fediverse:creator\" content=\"") + creator + "\">");
    const auto status = f.post(url);
    crawl(f.api, f.remote);
    return f.read(status).at("card").at("authors");
  };
  auto bob = f.world.local_account("bob", {.display_name = "Bob"});
  CHECK(name("a", "@bob@example.org").empty());
  bob.attribution_domains = {"news.example"};
  f.world.write([&](db::Tx& tx) { store::update_account(tx, bob); });
  const auto authors = name("b", "@bob@example.org");
  REQUIRE(authors.size() == 1);
  CHECK(authors[0].at("name") == "Bob");
  CHECK(authors[0].at("account").at("acct") == "bob");
  CHECK(name("c", "@nobody@example.org").empty());
  CHECK(name("d", "nonsense").empty());

  auto carol = f.world.remote_account("carol", "other.example");
  carol.attribution_domains = {"blog.news.example", "s.example"};
  f.world.write([&](db::Tx& tx) { store::update_account(tx, carol); });
  f.api.federation.handles["carol@other.example"] = carol;
  CHECK(name("e", "@carol@other.example")[0].at("account").at("acct") == "carol@other.example");
  carol.attribution_domains = {"ews.example"};
  f.api.federation.handles["carol@other.example"] = carol;
  CHECK(name("f", "carol@other.example").empty());
}

TEST_CASE("who looks at a status is told when its card has come", "[api][card]") {
  Fixture f;
  f.serve(kPage, "<title>Story</title>");
  const auto posted = f.post(kPage);
  f.api.events.all.clear();
  crawl(f.api, f.remote);
  const auto changed = f.api.events.of<service::events::StatusChanged>();
  REQUIRE(changed.size() == 1);
  CHECK(changed[0].id.str() == posted.at("id").get<std::string>());
  CHECK(changed[0].part == service::events::StatusPart::card);
  f.remote.answer_status("https://a.example/gone", 404);
  f.post("https://a.example/gone");
  f.api.events.all.clear();
  crawl(f.api, f.remote);
  CHECK(f.api.events.of<service::events::StatusChanged>().empty());
}

TEST_CASE("an edit renews or drops the card", "[api][card]") {
  Fixture f;
  f.serve(kPage, "<title>Story</title>");
  f.serve("https://news.example/other", "<title>Other</title>");
  const auto posted = f.post(kPage);
  const std::string path = "/api/v1/statuses/" + posted.at("id").get<std::string>();
  crawl(f.api, f.remote);
  const auto edit = [&](const std::string& text) {
    const auto body = nlohmann::json{{"status", text}}.dump();
    CHECK(f.client.send(http::Method::put, path, body, "application/json").status() == 200);
    crawl(f.api, f.remote);
    return f.read(posted).at("card");
  };
  CHECK(edit("https://news.example/other").at("title") == "Other");
  CHECK(edit("no link").is_null());
  CHECK(edit(std::string("again ") + kPage).at("title") == "Story");
}
