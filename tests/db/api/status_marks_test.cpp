#include "support/api_client.hpp"
#include "support/api_shape.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Visibility = model::Visibility;

namespace {

std::string path_of(const model::Status& status, std::string_view action = "") {
  return "/api/v1/statuses/" + status.id.str() + std::string(action);
}

}  // namespace

TEST_CASE("five of one's own posts can be pinned, and nothing else", "[api][pin]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const Client client(api, alice);
  const std::string pinned = "/api/v1/accounts/" + alice.id.str() + "/statuses?pinned=true";
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    const auto status = world.status(alice);
    const auto answer = client.post(path_of(status, "/pin"));
    CHECK(answer.json()["pinned"] == true);
    ids.insert(ids.begin(), status.id.str());
  }
  CHECK(api.federation.told.size() == 5);
  CHECK(Client(api).get(pinned).ids() == ids);
  CHECK(client.post(path_of(world.status(alice), "/pin")).error() ==
        "Validation failed: You have already pinned the maximum number of posts");
  CHECK(client.post("/api/v1/statuses/" + ids[0] + "/pin").json()["pinned"] == true);  // again
  CHECK(client.post("/api/v1/statuses/" + ids[0] + "/unpin").json()["pinned"] == false);
  CHECK(client.post("/api/v1/statuses/" + ids[0] + "/unpin").json()["pinned"] == false);
  CHECK(api.federation.told.back() == "status_unpinned");
  CHECK(api.federation.told.size() == 6);

  const auto others = world.status(bob);
  CHECK(client.post(path_of(others, "/pin")).error() == "Validation failed: Someone else's post cannot be pinned");
  CHECK(client.post(path_of(world.status(alice, {.visibility = Visibility::direct}), "/pin")).error() ==
        "Validation failed: Posts that are only visible to mentioned users cannot be pinned");
  CHECK(client.post(path_of(world.reblog(alice, others), "/pin")).error() ==
        "Validation failed: A boost cannot be pinned");
  CHECK(client.post("/api/v1/statuses/999/pin").status() == 404);
}

TEST_CASE("pinned posts show to those who may see them, and go with the post", "[api][pin]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const Client client(api, alice);
  const auto hidden = world.status(alice, {.visibility = Visibility::private_});
  const auto open = world.status(alice);
  client.post(path_of(hidden, "/pin"));
  client.post(path_of(open, "/pin"));
  const std::string pinned = "/api/v1/accounts/" + alice.id.str() + "/statuses?pinned=true";
  CHECK(client.get(pinned).ids() == std::vector{open.id.str(), hidden.id.str()});
  CHECK(Client(api).get(pinned).ids() == std::vector{open.id.str()});
  client.del(path_of(open));
  CHECK(client.get(pinned).ids() == std::vector{hidden.id.str()});
}

TEST_CASE("the featured posts of a remote account are what its server says", "[api][pin]") {
  World world;
  Api api(world);
  const auto bob = world.remote_account("bob", "remote.example");
  const auto first = world.status(bob);
  const auto second = world.status(bob);
  const auto foreign = world.status(world.remote_account("eve", "evil.example"));
  const auto receive = [&](std::vector<StatusId> ids) {
    world.write([&](db::Tx& tx) { api.services().status_marks.receive_pins(tx, bob, ids); });
  };
  const std::string pinned = "/api/v1/accounts/" + bob.id.str() + "/statuses?pinned=true";
  receive({second.id, foreign.id, first.id});
  CHECK(Client(api).get(pinned).ids() == std::vector{second.id.str(), first.id.str()});
  receive({first.id});
  CHECK(Client(api).get(pinned).ids() == std::vector{first.id.str()});
}

TEST_CASE("bookmarks and favourites are lists under hidden cursors, newest mark first", "[api][bookmark][paging]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto author = world.local_account("author");
  const Client client(api, alice);
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(world.status(author).id.str());
  // Marked in another order than they were written in.
  const std::vector order{ids[1], ids[2], ids[0]};
  struct Kind {
    const char* list;
    const char* action;
    const char* flag;
  };
  for (const auto& kind :
       {Kind{"/api/v1/bookmarks", "/bookmark", "bookmarked"}, Kind{"/api/v1/favourites", "/favourite", "favourited"}}) {
    INFO(kind.list);
    for (const auto& id : order) {
      world.clock.advance(std::chrono::seconds(1));
      CHECK(client.post("/api/v1/statuses/" + id + kind.action).json()[kind.flag] == true);
    }
    const auto first = client.get(std::string(kind.list) + "?limit=2");
    CHECK(first.ids() == std::vector{ids[0], ids[2]});
    CHECK(test::Shapes().problems_of_each(first.json(), "Status") == std::vector<std::string>{});
    const auto second = client.get(first.link("next"));
    CHECK(second.ids() == std::vector{ids[1]});
    CHECK(second.link("next") == "");
    CHECK(second.link("prev").contains("min_id="));
    CHECK(client.get(second.link("prev")).ids() == first.ids());
    CHECK(client.get(std::string(kind.list) + "?limit=0").json().empty());
    // The page costs the same whatever its length: token, list, three for the bundle, one for marks.
    CHECK(first.statements == client.get(std::string(kind.list) + "?limit=1").statements);
  }
}

TEST_CASE("a bookmark of what has become invisible is not shown, but can be taken back", "[api][bookmark]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  world.follow(alice, bob);
  const auto status = world.status(bob, {.visibility = Visibility::private_});
  const Client client(api, alice);
  client.post(path_of(status, "/bookmark"));
  CHECK(client.get("/api/v1/bookmarks").ids() == std::vector{status.id.str()});
  world.block(bob, alice);
  CHECK(client.get("/api/v1/bookmarks").json().empty());
  CHECK(client.post(path_of(status, "/bookmark")).status() == 404);
  CHECK(client.post(path_of(status, "/unbookmark")).status() == 200);
  CHECK(client.post(path_of(status, "/unbookmark")).status() == 404);
  const auto open = world.status(world.local_account("carol"));
  CHECK(client.post(path_of(open, "/unbookmark")).json()["bookmarked"] == false);
  CHECK(api.federation.told.empty());
}

TEST_CASE("a muted thread notifies no more and says so on all its statuses", "[api][mute]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const Client client(api, alice);
  const Client other(api, bob);
  const auto root = world.status(alice);
  const auto reply = world.status(bob, {.reply_to = root});
  const auto elsewhere = world.status(alice);
  CHECK(client.post(path_of(reply, "/mute")).json()["muted"] == true);
  CHECK(client.get(path_of(root)).json()["muted"] == true);
  CHECK(client.get(path_of(elsewhere)).json()["muted"] == false);
  CHECK(other.get(path_of(root)).json()["muted"] == false);
  other.post(path_of(root, "/favourite"));
  other.post("/api/v1/statuses", {{"status", "@alice hey"}, {"in_reply_to_id", root.id.str()}});
  CHECK(client.get("/api/v1/notifications").json().empty());
  other.post(path_of(elsewhere, "/favourite"));
  CHECK(client.get("/api/v1/notifications").json().size() == 1);
  CHECK(client.post(path_of(root, "/unmute")).json()["muted"] == false);
  other.post(path_of(root, "/reblog"));
  CHECK(client.get("/api/v1/notifications").json().size() == 2);
}
