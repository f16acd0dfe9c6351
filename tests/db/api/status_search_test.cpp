#include "support/api_client.hpp"
#include "support/api_shape.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/service/search_index.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Json = nlohmann::json;
using Ids = std::vector<std::string>;
using Visibility = model::Visibility;

namespace {

/// Alice searches; bob lets himself be found, carol does not.
struct Library {
  World world;
  Api api{world};
  model::Account alice = world.local_account("alice");
  model::Account bob = world.local_account("bob");
  model::Account carol = world.local_account("carol");
  Client client{api, alice};
  jobs::Queue queue{nullptr};

  Library() { indexable(bob, true); }
  void indexable(const model::Account& who, bool yes) {
    world.db.run("UPDATE accounts SET indexable = " + std::string(yes ? "true" : "false") +
                 " WHERE id = " + who.id.str());
  }
  std::string post(const model::Account& author, const std::string& text, const Json& more = Json::object()) {
    world.clock.advance(std::chrono::seconds(1));
    Json status{{"status", text}};
    status.update(more);
    return Client(api, author).post("/api/v1/statuses", status).json()["id"];
  }
  void work() {
    world.write([&](db::Tx& tx) { REQUIRE(service::run_search_index(tx, queue)); });
  }
  [[nodiscard]] Ids search(const std::string& query, const std::string& more = "") const {
    const auto answer = client.get("/api/v2/search?type=statuses&q=" + text::percent_encode(query) + more);
    Ids ids;
    for (const auto& status : answer.json()["statuses"]) ids.push_back(status["id"]);
    return ids;
  }
};

}  // namespace

TEST_CASE("public posts are found by their words when their author agrees", "[api][search]") {
  Library l;
  const auto heron = l.post(l.bob, "A grey Heron by the café");
  l.post(l.carol, "A heron that nobody finds");
  l.post(l.bob, "A heron, unlisted", {{"visibility", "unlisted"}});
  l.post(l.bob, "A heron for my followers", {{"visibility", "private"}});
  CHECK(l.search("heron") == Ids{heron});
  CHECK(l.search("HERON grey") == Ids{heron});
  CHECK(l.search("cafe") == Ids{heron});
  CHECK(l.search("heron -grey").empty());
  CHECK(l.search("\"grey heron\"") == Ids{heron});
  CHECK(l.search("\"heron grey\"").empty());
  CHECK(l.search("hero").empty());
  CHECK(l.search("!?").empty());
  const auto json = l.client.get("/api/v2/search?type=statuses&q=heron").json();
  CHECK(test::Shapes().problems(json, "Search") == std::vector<std::string>{});
}

TEST_CASE("who changes his mind is not found from then on, or is found soon", "[api][search]") {
  Library l;
  const auto id = l.post(l.carol, "A heron");
  CHECK(l.search("heron").empty());
  l.indexable(l.carol, true);
  l.work();
  CHECK(l.search("heron") == Ids{id});
  l.indexable(l.carol, false);
  CHECK(l.search("heron").empty());
  l.work();
  CHECK(l.search("heron").empty());
}

TEST_CASE("one finds one's own posts and those one has to do with, while one may see them", "[api][search]") {
  Library l;
  const auto own = l.post(l.alice, "My heron", {{"visibility", "private"}});
  const auto liked = l.post(l.carol, "Carol's heron");
  const auto passed = l.post(l.carol, "Carol's other heron");
  const auto addressed = l.post(l.carol, "A heron for @alice", {{"visibility", "direct"}});
  l.client.post("/api/v1/statuses/" + liked + "/favourite");
  l.client.post("/api/v1/statuses/" + passed + "/reblog");
  const auto open = l.post(l.bob, "Bob's heron");
  CHECK(l.search("heron") == Ids{open, addressed, passed, liked, own});
  CHECK(l.search("heron in:library") == Ids{addressed, passed, liked, own});
  CHECK(l.search("heron in:public") == Ids{open});
  CHECK(l.search("heron", "&limit=2") == Ids{open, addressed});
  CHECK(l.search("heron", "&limit=2&offset=2") == Ids{passed, liked});
  CHECK(l.search("heron", "&limit=2&offset=4") == Ids{own});
  CHECK(l.search("heron", "&max_id=" + addressed) == Ids{passed, liked, own});
  CHECK(l.search("heron", "&min_id=" + liked) == Ids{open, addressed, passed});
  CHECK(l.search("heron", "&account_id=" + l.carol.id.str()) == Ids{addressed, passed, liked});

  l.world.block(l.carol, l.alice);
  CHECK(l.search("heron") == Ids{open, own});
  l.world.mute(l.alice, l.bob);
  CHECK(l.search("heron") == Ids{own});
  CHECK(Client(l.api, l.bob).get("/api/v2/search?q=heron").json()["statuses"].size() == 1);
}

TEST_CASE("operators narrow a search", "[api][search]") {
  Library l;
  const auto english = l.post(l.bob, "heron one", {{"language", "en"}});
  l.world.clock.advance(std::chrono::hours(48));
  const auto german = l.post(l.bob, "heron two https://birds.example/", {{"language", "de"}, {"sensitive", true}});
  const auto reply = l.post(l.bob, "heron three #Ardea", {{"in_reply_to_id", english}, {"language", "en"}});
  const auto mine = l.post(l.alice, "heron four", {{"language", "en"}});
  CHECK(l.search("heron from:bob") == Ids{reply, german, english});
  CHECK(l.search("from:bob") == Ids{reply, german, english});
  CHECK(l.search("heron from:me") == Ids{mine});
  CHECK(l.search("heron -from:bob") == Ids{mine});
  CHECK(l.search("heron from:nobody").empty());
  CHECK(l.search("heron language:de") == Ids{german});
  CHECK(l.search("heron -language:en") == Ids{german});
  CHECK(l.search("heron is:reply") == Ids{reply});
  CHECK(l.search("heron -is:reply") == Ids{mine, german, english});
  CHECK(l.search("heron is:sensitive") == Ids{german});
  CHECK(l.search("heron has:link") == Ids{german});
  CHECK(l.search("heron -has:link") == Ids{mine, reply, english});
  CHECK(l.search("heron has:media").empty());
  CHECK(l.search("#ardea") == Ids{reply});
  CHECK(l.search("heron before:2026-03-02") == Ids{english});
  CHECK(l.search("heron after:2026-03-01") == Ids{mine, reply, german});
  CHECK(l.search("heron during:2026-03-01") == Ids{english});
  CHECK(l.search("heron -during:2026-03-01") == Ids{mine, reply, german});
  CHECK(l.client.get("/api/v2/search?q=heron+before:soon").error() == "Invalid date supplied");
  CHECK(l.client.get("/api/v2/search?q=heron+before:soon&type=accounts").status() == 200);
}

TEST_CASE("posts in languages without spaces are found", "[api][search]") {
  Library l;
  const auto japanese = l.post(l.bob, "東京都のサギを見た");
  const auto korean = l.post(l.bob, "왜가리가 왔다");
  const auto chinese = l.post(l.bob, "苍鹭站在水边");
  CHECK(l.search("東京") == Ids{japanese});
  CHECK(l.search("京都") == Ids{japanese});
  CHECK(l.search("東都").empty());
  CHECK(l.search("サギ") == Ids{japanese});
  CHECK(l.search("왜가리") == Ids{korean});
  CHECK(l.search("苍鹭") == Ids{chinese});
  CHECK(l.search("水") == Ids{chinese});
  CHECK(l.search("边") == Ids{chinese});
}

TEST_CASE("what was edited or deleted is found as it is now", "[api][search]") {
  Library l;
  const auto id = l.post(l.bob, "A heron");
  CHECK(l.search("heron") == Ids{id});
  Client(l.api, l.bob).del("/api/v1/statuses/" + id);
  CHECK(l.search("heron").empty());
}

TEST_CASE("posts from before are read in by a job", "[api][search]") {
  Library l;
  const auto old = l.world.status(l.bob, {.content = "<p>An old heron</p>"});
  CHECK(l.search("heron").empty());
  l.work();
  CHECK(l.search("heron") == Ids{old.id.str()});
  l.work();
  CHECK(l.search("heron") == Ids{old.id.str()});
}

TEST_CASE("nobody searches posts anonymously", "[api][search]") {
  Library l;
  l.post(l.bob, "A heron");
  const Client anonymous(l.api);
  CHECK(anonymous.get("/api/v2/search?q=heron").json()["statuses"].empty());
  CHECK(anonymous.get("/api/v2/search?q=heron&type=statuses&offset=1").status() == 401);
}
