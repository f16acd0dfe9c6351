#include "support/api_client.hpp"
#include "support/api_shape.hpp"

#include "dunlin/store/custom_emojis.hpp"
#include "dunlin/store/reactions.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Json = nlohmann::json;

namespace {

constexpr const char* kBird = "%F0%9F%90%A6";
constexpr const char* kHeart = "%E2%9D%A4%EF%B8%8F";

struct Reacting {
  World world;
  Api api{world};
  model::Account alice = world.local_account("alice");
  model::Account bob = world.local_account("bob");
  Client author{api, alice};
  Client client{api, bob};
  model::Status status = world.status(alice);

  std::string path(const std::string& emoji = "") const {
    return "/api/v1/pleroma/statuses/" + status.id.str() + "/reactions" + (emoji.empty() ? "" : "/" + emoji);
  }
};

}  // namespace

TEST_CASE("a reaction shows on the status and in the list, and can be taken back", "[api][reaction]") {
  Reacting r;
  const auto json = r.client.put(r.path(kBird)).json();
  CHECK(test::Shapes().problems(json, "Status") == std::vector<std::string>{});
  CHECK(json["emoji_reactions"] == Json::parse(R"([{"name": "🐦", "count": 1, "me": true}])"));
  CHECK(json["pleroma"]["emoji_reactions"] == json["emoji_reactions"]);
  CHECK(r.client.put(r.path(kBird)).json() == json);  // again
  CHECK(r.api.events.of<service::events::StatusChanged>().size() == 1);
  r.author.put(r.path(kHeart));
  r.author.put(r.path(kBird));
  const auto list = r.client.get(r.path()).json();
  REQUIRE(list.size() == 2);
  CHECK(list[0]["name"] == "🐦");
  CHECK(list[0]["count"] == 2);
  CHECK(list[0]["me"] == true);
  CHECK(list[0]["accounts"][0]["acct"] == "bob");
  CHECK(list[1]["name"] == "❤️");
  CHECK(list[1]["me"] == false);
  CHECK_FALSE(Client(r.api).get(r.path()).json()[0].contains("me"));
  CHECK(r.client.get(r.path(kHeart)).json().size() == 1);
  CHECK(r.client.del(r.path(kBird)).json()["emoji_reactions"][0]["count"] == 1);
  CHECK(r.client.del(r.path(kBird)).status() == 200);
  CHECK(r.api.federation.told == std::vector<std::string>{"reacted", "reacted", "reacted", "unreacted"});
}

TEST_CASE("Fedibird's names do the same", "[api][reaction]") {
  Reacting r;
  const auto path = "/api/v1/statuses/" + r.status.id.str();
  CHECK(r.client.put(path + "/emoji_reactions/" + kBird).json()["emoji_reactions"].size() == 1);
  const auto by = r.client.get(path + "/emoji_reactioned_by").json();
  REQUIRE(by.size() == 1);
  CHECK(by[0]["name"] == "🐦");
  CHECK(by[0]["account"]["acct"] == "bob");
  CHECK_FALSE(r.client.del(path + "/emoji_reactions/" + kBird).json().contains("emoji_reactions"));
}

TEST_CASE("a custom emoji of this server is a reaction with its picture", "[api][reaction]") {
  Reacting r;
  r.world.db.run(
      "INSERT INTO custom_emojis (id, shortcode, url, static_url, created_at, updated_at) VALUES "
      "(1, 'blob', 'blob.gif', 'blob.png', now(), now())");
  CHECK(r.client.put(r.path("blob")).json()["emoji_reactions"] ==
        Json::parse(R"([{"name": "blob", "count": 1, "me": true, "url": "https://example.org/media/files/blob.gif",
          "static_url": "https://example.org/media/files/blob.png"}])"));
  CHECK(r.client.put(r.path(":blob:")).json()["emoji_reactions"][0]["count"] == 1);
}

TEST_CASE("what is no emoji, hidden or one too many is refused", "[api][reaction]") {
  Reacting r;
  for (const auto* bad : {"x", "nope", "blob@remote.example", "%F0%9F%90%A6%F0%9F%90%A6"}) {
    INFO(bad);
    CHECK(r.client.put(r.path(bad)).error() == "Validation failed: Name is not a recognized emoji");
  }
  CHECK(r.client.put("/api/v1/pleroma/statuses/999/reactions/" + std::string(kBird)).status() == 404);
  r.world.db.run("INSERT INTO emoji_reactions (id, status_id, account_id, name, created_at) SELECT n, " +
                 r.status.id.str() + ", " + r.bob.id.str() + ", 'e' || n, now() FROM generate_series(1, 20) AS n");
  CHECK(r.client.put(r.path(kBird)).error() == "Validation failed: Limit of different reactions reached");
  r.world.block(r.alice, r.bob);
  CHECK(r.client.put(r.path(kBird)).status() == 404);
}

TEST_CASE("a reaction is told only to clients that know of such notifications", "[api][reaction][notification]") {
  Reacting r;
  r.client.put(r.path(kBird));
  CHECK(r.api.events.of<service::events::NotificationCreated>().empty());
  CHECK(r.author.get("/api/v1/notifications").json().empty());
  CHECK(r.author.get("/api/v1/notifications/unread_count").json()["count"] == 0);
  for (const auto* query : {"?types[]=pleroma:emoji_reaction", "?supported_types[]=pleroma:emoji_reaction"}) {
    INFO(query);
    const auto json = r.author.get(std::string("/api/v1/notifications") + query).json();
    REQUIRE(json.size() == 1);
    CHECK(json[0]["type"] == "pleroma:emoji_reaction");
    CHECK(json[0]["emoji"] == "🐦");
    CHECK(json[0]["emoji_url"].is_null());
    CHECK(json[0]["status"]["id"] == r.status.id.str());
  }
  r.client.del(r.path(kBird));
  CHECK(r.author.get("/api/v1/notifications?types[]=pleroma:emoji_reaction").json().empty());
}

TEST_CASE("reactions from other servers are taken by the rules", "[api][reaction][remote]") {
  Reacting r;
  const auto eve = r.world.remote_account("eve", "remote.example");
  auto& reactions = r.api.services().reactions;
  const auto receive = [&](service::RemoteReaction remote) {
    return r.world.write([&](db::Tx& tx) { return reactions.receive(tx, eve, r.status, std::move(remote)); });
  };
  CHECK(receive({.name = "🐦", .uri = "https://remote.example/r/1"}));
  CHECK_FALSE(receive({.name = "🐦"}));
  CHECK_FALSE(receive({.name = "hello"}));
  CHECK_FALSE(receive({.name = "blob@remote.example"}));  // without a picture
  r.world.write([&](db::Tx& tx) {
    const store::ReceivedEmoji blob{.id = r.world.ids.next<model::PictureId>().value,
                                    .shortcode = "blob",
                                    .url = "https://remote.example/blob.png"};
    store::receive_emojis(tx, "remote.example", std::span(&blob, 1));
  });
  CHECK(receive({.name = "blob@remote.example", .url = "https://remote.example/blob.png"}));
  const auto shown = [&] { return r.client.get("/api/v1/statuses/" + r.status.id.str()).json()["emoji_reactions"]; };
  REQUIRE(shown().size() == 2);
  // From here, so that nobody's reading habits leave this server.
  CHECK(shown()[1]["url"].get<std::string>().starts_with("https://example.org/media/emojis/"));
  CHECK(shown()[1]["static_url"].get<std::string>().ends_with("/still"));
  // A local account may join in.
  CHECK(r.client.put(r.path("blob@remote.example")).json()["emoji_reactions"][1]["count"] == 2);
  CHECK(receive({.name = "❤️", .replaces = true}));
  CHECK(shown().size() == 2);
  CHECK(shown()[0]["count"] == 1);
  r.world.write([&](db::Tx& tx) {
    const auto mine = store::list_reactions_of(tx, eve.id, r.status.id);
    REQUIRE(mine.size() == 1);
    reactions.receive_undo(tx, mine.front(), r.status);
  });
  CHECK(shown().size() == 1);
}

TEST_CASE("a page with reactions costs one statement more than one without", "[api][reaction]") {
  Reacting r;
  const std::string page = "/api/v1/accounts/" + r.alice.id.str() + "/statuses";
  const auto plain = r.client.get(page).statements;
  r.client.put(r.path(kBird));
  CHECK(r.client.get(page).statements == plain + 1);
}
