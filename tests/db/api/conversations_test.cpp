#include "support/api_client.hpp"
#include "support/api_shape.hpp"

#include "dunlin/store/accounts.hpp"
#include "dunlin/store/statuses.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Ids = std::vector<std::string>;
using Json = nlohmann::json;
using Told = std::vector<std::string>;

namespace {

constexpr const char* kPath = "/api/v1/conversations";

/// Posts a direct status, the id.
std::string say(const Client& client, const std::string& text, const std::string& reply_to = "") {
  Json body{{"status", text}, {"visibility", "direct"}};
  if (!reply_to.empty()) body["in_reply_to_id"] = reply_to;
  return client.post("/api/v1/statuses", body).json()["id"].get<std::string>();
}

std::string named(const Json& conversation, const std::string& action) {
  return std::string(kPath) + "/" + conversation["id"].get<std::string>() + action;
}

}  // namespace

TEST_CASE("direct statuses of one thread and company are one conversation", "[api][conversation]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const auto carol = world.local_account("carol");
  const Client a(api, alice);
  const Client b(api, bob);
  const auto first = say(a, "@bob hello");
  const auto seen = b.get(kPath).json();
  CHECK(test::Shapes().problems_of_each(seen, "Conversation") == Told{});
  REQUIRE(seen.size() == 1);
  CHECK(seen[0]["unread"] == true);
  CHECK(seen[0]["accounts"][0]["id"] == alice.id.str());
  CHECK(seen[0]["last_status"]["id"] == first);
  CHECK(a.get(kPath).json()[0]["unread"] == false);
  CHECK(a.get(kPath).json()[0]["accounts"][0]["id"] == bob.id.str());

  const auto answer = say(b, "@alice hello yourself", first);
  REQUIRE(a.get(kPath).json().size() == 1);
  CHECK(a.get(kPath).json()[0]["last_status"]["id"] == answer);
  CHECK(a.get(kPath).json()[0]["unread"] == true);
  CHECK(b.get(kPath).json()[0]["unread"] == false);

  const auto wider = say(a, "@bob @carol hello both", answer);
  const auto two = b.get(kPath).json();
  REQUIRE(two.size() == 2);
  CHECK(two[0]["last_status"]["id"] == wider);
  CHECK(two[0]["accounts"].size() == 2);
  CHECK(two[1]["last_status"]["id"] == answer);
  CHECK(Client(api, carol).get(kPath).json().size() == 1);
  CHECK(b.get("/api/v1/timelines/direct").ids() == Ids{wider, answer, first});
  CHECK(Client(api, carol).get("/api/v1/timelines/direct").ids() == Ids{wider});
  CHECK(Client(api, world.local_account("dave")).get(kPath).json().empty());
}

TEST_CASE("a conversation is marked read and unread, and removed from the list", "[api][conversation]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const Client a(api, alice);
  const Client b(api, bob);
  const auto first = say(a, "@bob hello");
  const auto conversation = b.get(kPath).json()[0];
  const auto read = b.post(named(conversation, "/read")).json();
  CHECK(read["unread"] == false);
  CHECK(read["last_status"]["id"] == first);
  CHECK(b.get(kPath).json()[0]["unread"] == false);
  CHECK(b.post(named(conversation, "/unread")).json()["unread"] == true);
  for (const auto* action : {"/read", "/unread"}) {
    CHECK(a.post(named(conversation, action)).status() == 404);
    CHECK(b.post(std::string(kPath) + "/nothing" + action).status() == 404);
    CHECK(Client(api, bob, {"read"}).post(named(conversation, action)).status() == 403);
  }
  CHECK(a.del(named(conversation, "")).status() == 404);
  CHECK(b.del(named(conversation, "")).json() == Json::object());
  CHECK(b.del(named(conversation, "")).status() == 404);
  CHECK(b.get(kPath).json().empty());
  CHECK(b.get("/api/v1/statuses/" + first).status() == 200);
  CHECK(a.get(kPath).json().size() == 1);
  const auto next = say(a, "@bob still there?", first);
  CHECK(b.get(kPath).json()[0]["last_status"]["id"] == next);
}

TEST_CASE("a conversation goes back with deleted statuses, and ends with the last", "[api][conversation]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const Client a(api, alice);
  const Client b(api, bob);
  const auto first = say(a, "@bob hello");
  const auto second = say(a, "@bob hello again", first);
  a.del("/api/v1/statuses/" + second);
  CHECK(b.get(kPath).json()[0]["last_status"]["id"] == first);
  CHECK(a.get(kPath).json()[0]["last_status"]["id"] == first);
  const auto answer = say(b, "@alice hi", first);
  world.write([&](db::Tx& tx) { store::delete_account(tx, bob.id); });
  CHECK(a.get(kPath).json()[0]["last_status"]["id"] == first);
  a.del("/api/v1/statuses/" + first);
  CHECK(a.get(kPath).json().empty());
  CHECK(a.get("/api/v1/timelines/direct").json().empty());
}

TEST_CASE("conversations keep out whom one blocks or mutes", "[api][conversation]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const Client a(api, alice);
  const Client b(api, bob);
  const auto first = say(a, "@bob hello");
  SECTION("a muted one's new statuses change nothing") {
    world.mute(bob, alice);
    say(a, "@bob hello?", first);
    CHECK(b.get(kPath).json()[0]["last_status"]["id"] == first);
    CHECK(b.get("/api/v1/timelines/direct").json().empty());
  }
  SECTION("a block takes the conversation away") {
    b.post("/api/v1/accounts/" + alice.id.str() + "/block");
    CHECK(b.get(kPath).json().empty());
    say(a, "@bob hello?");
    CHECK(b.get(kPath).json().empty());
    CHECK(a.get(kPath).json().size() == 2);
  }
  SECTION("who was blocked by the author no longer sees what was said last") {
    world.block(alice, bob);
    CHECK(b.get(kPath).json()[0]["last_status"].is_null());
    CHECK(b.get("/api/v1/timelines/direct").json().empty());
  }
}

TEST_CASE("conversations are paged by their last status in a fixed number of statements", "[api][conversation]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  world.local_account("bob");
  const Client a(api, alice);
  Ids ids;
  for (int i = 0; i < 5; ++i) ids.insert(ids.begin(), say(a, "@bob hello"));
  const auto last_of = [](const test::Answer& answer) {
    Ids out;
    for (const auto& one : answer.json()) out.push_back(one["last_status"]["id"]);
    return out;
  };
  const auto first = a.get(std::string(kPath) + "?limit=2");
  CHECK(last_of(first) == Ids{ids[0], ids[1]});
  const auto second = a.get(first.link("next"));
  CHECK(last_of(second) == Ids{ids[2], ids[3]});
  CHECK(last_of(a.get(second.link("prev"))) == Ids{ids[0], ids[1]});
  CHECK(a.get(kPath).statements == first.statements);
  CHECK(a.get(kPath).link("next") == "");
  CHECK(a.get(std::string(kPath) + "?limit=0").json().empty());
}

TEST_CASE("a note to oneself is a conversation with oneself", "[api][conversation]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const Client a(api, alice);
  say(a, "remember the milk");
  const auto alone = a.get(kPath).json();
  REQUIRE(alone.size() == 1);
  CHECK(alone[0]["unread"] == false);
  CHECK(alone[0]["accounts"][0]["id"] == alice.id.str());
}

TEST_CASE("a remote direct status reaches the conversation, old ones that are fetched unread nothing",
          "[api][conversation]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto remote = world.remote_account("far", "remote.example");
  const auto receive = [&](const std::string& uri, bool notify) {
    world.clock.advance(std::chrono::seconds(1));
    service::RemoteStatus arrived;
    arrived.status.uri = uri;
    arrived.status.account_id = remote.id;
    arrived.status.local = false;
    arrived.status.visibility = model::Visibility::direct;
    arrived.status.created_at = world.clock.now();
    arrived.conversation_uri = uri + "/context";
    arrived.mentions = {{alice.id, alice.username, std::nullopt, alice.uri, alice.url, false}};
    arrived.notify = notify;
    world.write([&](db::Tx& tx) { api.services().statuses.receive(tx, arrived); });
  };
  receive("https://remote.example/1", true);
  receive("https://remote.example/2", false);
  const auto seen = Client(api, alice).get(kPath).json();
  REQUIRE(seen.size() == 2);
  CHECK(seen[0]["unread"] == false);
  CHECK(seen[1]["unread"] == true);
  CHECK(seen[1]["accounts"][0]["acct"] == "far@remote.example");
}

TEST_CASE("whom an edit mentions anew has the conversation", "[api][conversation]") {
  World world;
  Api api(world);
  const Client a(api, world.local_account("alice"));
  const Client b(api, world.local_account("bob"));
  const Client c(api, world.local_account("carol"));
  const auto id = say(a, "@bob hello");
  b.post(named(b.get(kPath).json()[0], "/read"));
  world.clock.advance(std::chrono::seconds(1));
  REQUIRE(a.put("/api/v1/statuses/" + id, {{"status", "@bob @carol hello"}}).status() == 200);
  const auto seen = c.get(kPath).json();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0]["unread"] == true);
  CHECK(seen[0]["last_status"]["id"] == id);
  CHECK(c.get("/api/v1/timelines/direct").ids() == Ids{id});
  CHECK(b.get(kPath).json().size() == 1);
  CHECK(b.get(kPath).json()[0]["unread"] == false);
  CHECK(a.get(kPath).json().size() == 1);
}
