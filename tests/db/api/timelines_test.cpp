#include "support/api_client.hpp"
#include "support/api_shape.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Visibility = model::Visibility;
using Ids = std::vector<std::string>;

TEST_CASE("the home timeline pages down, up and to the newest", "[api][timeline][paging]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  world.follow(alice, bob);
  Ids ids;
  for (int i = 0; i < 7; ++i) ids.insert(ids.begin(), world.status(bob).id.str());
  const Client client(api, alice);
  const auto slice = [&](std::size_t from, std::size_t count) {
    return Ids(ids.begin() + static_cast<std::ptrdiff_t>(from),
               ids.begin() + static_cast<std::ptrdiff_t>(from + count));
  };

  SECTION("down by max_id, through the Link") {
    const auto first = client.get("/api/v1/timelines/home?limit=3&local=false");
    CHECK(first.ids() == slice(0, 3));
    CHECK(first.header("Link") == "<https://example.org/api/v1/timelines/home?limit=3&local=false&max_id=" + ids[2] +
                                      ">; rel=\"next\", <https://example.org/api/v1/timelines/home?limit=3&local="
                                      "false&min_id=" +
                                      ids[0] + ">; rel=\"prev\"");
    const auto second = client.get(first.link("next"));
    CHECK(second.ids() == slice(3, 3));
    const auto third = client.get(second.link("next"));
    CHECK(third.ids() == slice(6, 1));
    CHECK(third.link("next") != "");
    const auto end = client.get(third.link("next"));
    CHECK(end.json().empty());
    CHECK(end.header("Link") == "");
    CHECK(client.get(third.link("prev")).ids() == slice(3, 3));
  }
  SECTION("min_id gives the page right above, still newest first") {
    CHECK(client.get("/api/v1/timelines/home?limit=2&min_id=" + ids[6]).ids() == slice(4, 2));
  }
  SECTION("since_id gives the newest page and may leave a gap") {
    CHECK(client.get("/api/v1/timelines/home?limit=2&since_id=" + ids[6]).ids() == slice(0, 2));
    CHECK(client.get("/api/v1/timelines/home?since_id=" + ids[0]).json().empty());
  }
  SECTION("min_id wins over since_id, and max_id bounds either") {
    CHECK(client.get("/api/v1/timelines/home?limit=2&min_id=" + ids[6] + "&since_id=" + ids[1]).ids() == slice(4, 2));
    CHECK(client.get("/api/v1/timelines/home?since_id=" + ids[5] + "&max_id=" + ids[2]).ids() == slice(3, 2));
  }
  SECTION("odd limits and cursors are no errors") {
    CHECK(client.get("/api/v1/timelines/home?limit=0").json().empty());
    CHECK(client.get("/api/v1/timelines/home?limit=-2").ids() == slice(0, 2));
    CHECK(client.get("/api/v1/timelines/home?limit=1000").ids() == ids);
    CHECK(client.get("/api/v1/timelines/home?limit=many").ids() == ids);
    CHECK(client.get("/api/v1/timelines/home?max_id=abc&min_id=&since_id=-1").ids() == ids);
  }
}

TEST_CASE("a page of the home timeline costs a fixed number of statements", "[api][timeline][statements]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  std::vector<model::Account> authors;
  for (int i = 0; i < 5; ++i) {
    authors.push_back(world.local_account("author" + std::to_string(i)));
    world.follow(alice, authors.back());
  }
  const Client client(api, alice);
  for (int i = 0; i < 4; ++i) world.status(authors[static_cast<std::size_t>(i)], {.mentions = {alice}});
  const auto small = client.get("/api/v1/timelines/home");
  const auto stranger = world.remote_account("stranger", "remote.example");
  for (int i = 0; i < 20; ++i) {
    const auto& author = authors[static_cast<std::size_t>(i % 5)];
    world.reblog(author, world.status(stranger, {.mentions = {alice, author}, .tags = {"birds"}}));
  }
  const auto large = client.get("/api/v1/timelines/home");
  REQUIRE(small.json().size() == 4);
  REQUIRE(large.json().size() == 20);
  CHECK(test::Shapes().problems_of_each(large.json(), "Status") == std::vector<std::string>{});
  // The token, the ids, statuses, accounts, mentions, the viewer's marks, his filters.
  CHECK(small.statements == 7);
  CHECK(large.statements == 7);
  SECTION("anonymous pages need neither token nor marks") {
    const auto page = Client(api).get("/api/v1/timelines/public?limit=40");
    CHECK(page.json().size() == 24);
    CHECK(page.statements == 4);
  }
  SECTION("a thread costs no more for each status") {
    const auto root = world.status(authors[0]);
    auto parent = root;
    for (int i = 0; i < 30; ++i) parent = world.status(authors[static_cast<std::size_t>(i % 5)], {.reply_to = parent});
    const auto context = client.get("/api/v1/statuses/" + root.id.str() + "/context");
    CHECK(context.json()["descendants"].size() == 30);
    // As above, but for the ids: the root, the thread, who is unwanted in it, whether its completion is under way.
    CHECK(context.statements <= 10);
  }
}

TEST_CASE("the public timeline shows public statuses that are no boosts, by origin", "[api][timeline]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto remote = world.remote_account("bob", "remote.example");
  const auto here = world.status(alice);
  const auto there = world.status(remote);
  world.status(alice, {.visibility = Visibility::unlisted});
  world.status(alice, {.visibility = Visibility::private_});
  world.reblog(alice, there);
  const Client anonymous(api);
  CHECK(anonymous.get("/api/v1/timelines/public").ids() == Ids{there.id.str(), here.id.str()});
  CHECK(anonymous.get("/api/v1/timelines/public?local=true").ids() == Ids{here.id.str()});
  CHECK(anonymous.get("/api/v1/timelines/public?remote=1").ids() == Ids{there.id.str()});
  CHECK(anonymous.get("/api/v1/timelines/public?local=false&remote=0").ids().size() == 2);
  CHECK(anonymous.get("/api/v1/timelines/public?only_media=true").json().empty());
  SECTION("caches may keep the anonymous answer only") {
    CHECK(anonymous.get("/api/v1/timelines/public").header("Cache-Control").contains("public"));
    CHECK(Client(api, alice).get("/api/v1/timelines/public").header("Cache-Control").contains("private"));
  }
}

TEST_CASE("a hashtag's timeline is found in any case", "[api][timeline]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto tagged = world.status(alice, {.tags = {"ShoreBirds"}});
  world.status(alice, {.visibility = Visibility::unlisted, .tags = {"ShoreBirds"}});
  const Client anonymous(api);
  for (const auto* name : {"shorebirds", "SHOREBIRDS", "ShoreBirds"}) {
    CHECK(anonymous.get("/api/v1/timelines/tag/" + std::string(name)).ids() == Ids{tagged.id.str()});
  }
  CHECK(anonymous.get("/api/v1/timelines/tag/unknown").json().empty());
  CHECK(anonymous.get("/api/v1/timelines/tag/shorebirds?remote=true").json().empty());
}

TEST_CASE("statuses of muted and blocked accounts stay out of the viewer's timelines", "[api][timeline]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto muted = world.local_account("muted");
  const auto blocked = world.local_account("blocked");
  world.follow(alice, muted);
  world.status(muted);
  world.status(blocked);
  world.mute(alice, muted);
  world.block(alice, blocked);
  const Client client(api, alice);
  CHECK(client.get("/api/v1/timelines/home").json().empty());
  CHECK(client.get("/api/v1/timelines/public").json().empty());
  CHECK(Client(api).get("/api/v1/timelines/public").json().size() == 2);
}
