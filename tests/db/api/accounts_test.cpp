#include "support/api_client.hpp"
#include "support/api_shape.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Json = nlohmann::json;
using Visibility = model::Visibility;
using Ids = std::vector<std::string>;

namespace {

std::string account_path(const model::Account& account, std::string_view action = "") {
  return "/api/v1/accounts/" + account.id.str() + std::string(action);
}

}  // namespace

TEST_CASE("verify_credentials shows one's own account with source and role", "[api][account]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice", {.display_name = "Alice"});
  const auto answer = Client(api, alice, {"profile"}).get("/api/v1/accounts/verify_credentials");
  REQUIRE(answer.status() == 200);
  CHECK(test::Shapes().problems(answer.json(), "CredentialAccount") == std::vector<std::string>{});
  CHECK(answer.json()["id"] == alice.id.str());
  CHECK(answer.json()["display_name"] == "Alice");
  CHECK(answer.json()["source"]["privacy"] == "public");
  CHECK(answer.header("Content-Type") == "application/json; charset=utf-8");
}

TEST_CASE("an account by id, handle or several ids", "[api][account]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.remote_account("bob", "remote.example");
  const Client anonymous(api);
  CHECK(anonymous.get(account_path(alice)).json()["acct"] == "alice");
  CHECK(anonymous.get("/api/v1/accounts/lookup?acct=@ALICE@example.org").json()["id"] == alice.id.str());
  CHECK(anonymous.get("/api/v1/accounts/lookup?acct=bob@remote.example").json()["id"] == bob.id.str());
  CHECK(anonymous.get("/api/v1/accounts/lookup?acct=bob").status() == 404);
  CHECK(anonymous.get("/api/v1/accounts/lookup").status() == 404);
  CHECK(anonymous.get("/api/v1/accounts/999").error() == "Record not found");
  CHECK(anonymous.get("/api/v1/accounts?id[]=" + bob.id.str() + "&id[]=999&id[]=" + alice.id.str()).ids() ==
        Ids{bob.id.str(), alice.id.str()});
  std::string many = "/api/v1/accounts?";
  for (int i = 1; i <= 41; ++i) many += "id[]=" + std::to_string(i) + "&";
  CHECK(anonymous.get(many).status() == 422);
}

TEST_CASE("a suspended account is shown blank", "[api][account]") {
  World world;
  Api api(world);
  const auto bob = world.remote_account("bob", "remote.example", {.display_name = "Bob"});
  world.status(bob);
  world.suspend(bob);
  const Client anonymous(api);
  const auto json = anonymous.get(account_path(bob)).json();
  CHECK(json["suspended"] == true);
  CHECK(json["display_name"] == "");
  CHECK(anonymous.get(account_path(bob, "/statuses")).json().empty());
  CHECK(anonymous.get(account_path(bob, "/followers")).json().empty());
}

TEST_CASE("update_credentials changes what is given and nothing else", "[api][account]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice", {.display_name = "Alice"});
  const Client client(api, alice);
  const auto answer = client.patch("/api/v1/accounts/update_credentials",
                                   {{"note", "Counts birds"},
                                    {"locked", true},
                                    {"bot", "1"},
                                    {"fields_attributes", {{"0", {{"name", "Site"}, {"value", "https://a.example"}}}}},
                                    {"source", {{"privacy", "private"}, {"sensitive", true}, {"language", "de"}}}});
  REQUIRE(answer.status() == 200);
  const auto json = answer.json();
  CHECK(test::Shapes().problems(json, "CredentialAccount") == std::vector<std::string>{});
  CHECK(json["display_name"] == "Alice");
  CHECK(json["note"] == "<p>Counts birds</p>");
  CHECK(json["source"]["note"] == "Counts birds");
  CHECK(json["locked"] == true);
  CHECK(json["bot"] == true);
  CHECK(json["source"]["fields"][0]["value"] == "https://a.example");
  CHECK(json["source"]["privacy"] == "private");
  CHECK(json["source"]["sensitive"] == true);
  CHECK(json["source"]["language"] == "de");
  CHECK(client.get("/api/v1/accounts/verify_credentials").json() == json);
  CHECK(client.get("/api/v1/preferences").json()["posting:default:visibility"] == "private");
  CHECK(api.federation.told == std::vector<std::string>{"profile_updated"});

  SECTION("an empty name clears it; PUT serves as PATCH") {
    const auto cleared = client.send(http::Method::put, "/api/v1/accounts/update_credentials",
                                     "display_name=", "application/x-www-form-urlencoded");
    CHECK(cleared.json()["display_name"] == "");
    CHECK(cleared.json()["source"]["note"] == "Counts birds");
  }
}

TEST_CASE("update_credentials refuses what it cannot keep", "[api][account]") {
  World world;
  Api api(world);
  const Client client(api, world.local_account("alice"));
  const auto path = "/api/v1/accounts/update_credentials";
  CHECK(client.patch(path, {{"display_name", std::string(31, 'x')}}).status() == 422);
  CHECK(client.patch(path, {{"source", {{"privacy", "nobody"}}}}).status() == 422);
  CHECK(api.federation.told.empty());
}

TEST_CASE("an account's statuses are filtered as asked", "[api][account]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const auto first = world.status(alice, {.tags = {"Birds"}});
  const auto self_reply = world.status(alice, {.reply_to = first});
  const auto reply = world.status(alice, {.reply_to = world.status(bob)});
  const auto boost = world.reblog(alice, world.status(bob));
  const auto hidden = world.status(alice, {.visibility = Visibility::private_});
  const Client anonymous(api);
  const auto ids = [&](const std::string& query) {
    return anonymous.get(account_path(alice, "/statuses?" + query)).ids();
  };
  CHECK(ids("") == Ids{boost.id.str(), reply.id.str(), self_reply.id.str(), first.id.str()});
  CHECK(ids("exclude_replies=true") == Ids{boost.id.str(), self_reply.id.str(), first.id.str()});
  CHECK(ids("exclude_reblogs=1") == Ids{reply.id.str(), self_reply.id.str(), first.id.str()});
  CHECK(ids("tagged=BIRDS") == Ids{first.id.str()});
  CHECK(ids("pinned=true").empty());
  CHECK(ids("only_media=true").empty());
  CHECK(ids("pinned=false&only_media=false&exclude_replies=false").size() == 4);
  CHECK(Client(api, alice).get(account_path(alice, "/statuses")).ids().front() == hidden.id.str());

  SECTION("next is there on full pages only") {
    const auto page = anonymous.get(account_path(alice, "/statuses?limit=4"));
    CHECK(page.link("next") != "");
    CHECK(anonymous.get(account_path(alice, "/statuses?limit=5")).link("next") == "");
    CHECK(anonymous.get(account_path(alice, "/statuses?limit=5")).link("prev") != "");
  }
}

TEST_CASE("followers and following are paged by hidden cursors and hidden on request", "[api][account]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  Ids followers;
  for (int i = 0; i < 3; ++i) {
    const auto follower = world.local_account("follower" + std::to_string(i));
    world.follow(follower, alice);
    followers.insert(followers.begin(), follower.id.str());
  }
  const auto blocked = world.local_account("blocked");
  world.block(alice, blocked);
  const Client anonymous(api);
  const auto first = anonymous.get(account_path(alice, "/followers?limit=2"));
  CHECK(first.ids() == Ids{followers[0], followers[1]});
  CHECK(test::Shapes().problems_of_each(first.json(), "Account") == std::vector<std::string>{});
  CHECK(anonymous.get(first.link("next")).ids() == Ids{followers[2]});
  CHECK(first.link("prev").contains("since_id="));
  CHECK(anonymous.get(account_path(alice, "/following")).json().empty());
  CHECK(Client(api, blocked).get(account_path(alice, "/followers")).json().empty());

  Client(api, alice).patch("/api/v1/accounts/update_credentials", {{"hide_collections", true}});
  CHECK(anonymous.get(account_path(alice, "/followers")).json().empty());
  CHECK(Client(api, alice).get(account_path(alice, "/followers")).json().size() == 3);
}

TEST_CASE("following and unfollowing answer the new relationship", "[api][follow]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const Client client(api, alice, {"follow"});
  const auto followed = client.post(account_path(bob, "/follow"), {{"reblogs", false}}).json();
  CHECK(test::Shapes().problems(followed, "Relationship") == std::vector<std::string>{});
  CHECK(followed["id"] == bob.id.str());
  CHECK(followed["following"] == true);
  CHECK(followed["showing_reblogs"] == false);
  const auto changed = client.post(account_path(bob, "/follow"), {{"notify", true}, {"languages", {"de"}}}).json();
  CHECK(changed["showing_reblogs"] == false);
  CHECK(changed["notifying"] == true);
  CHECK(changed["languages"] == Json({"de"}));
  for (int i = 0; i < 2; ++i) {
    CHECK(client.post(account_path(bob, "/unfollow")).json()["following"] == false);
  }
  CHECK(client.post(account_path(alice, "/follow")).status() == 403);
  CHECK(client.post("/api/v1/accounts/999/follow").status() == 404);
}

TEST_CASE("a locked account decides about requests", "[api][follow]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice", {.locked = true});
  const auto bob = world.local_account("bob");
  const auto carol = world.local_account("carol");
  CHECK(Client(api, bob).post(account_path(alice, "/follow")).json()["requested"] == true);
  CHECK(Client(api, carol).post(account_path(alice, "/follow")).json()["requested"] == true);
  const Client client(api, alice);
  CHECK(client.get("/api/v1/follow_requests?limit=1").ids() == Ids{carol.id.str()});
  CHECK(client.get("/api/v1/follow_requests").ids() == Ids{carol.id.str(), bob.id.str()});
  CHECK(client.get("/api/v1/accounts/verify_credentials").json()["source"]["follow_requests_count"] == 2);

  const auto accepted = client.post("/api/v1/follow_requests/" + bob.id.str() + "/authorize").json();
  CHECK(accepted["followed_by"] == true);
  CHECK(accepted["requested_by"] == false);
  CHECK(client.post("/api/v1/follow_requests/" + carol.id.str() + "/reject").json()["requested_by"] == false);
  CHECK(client.post("/api/v1/follow_requests/" + carol.id.str() + "/reject").status() == 404);
  CHECK(client.get("/api/v1/follow_requests").json().empty());

  CHECK(client.post(account_path(bob, "/remove_from_followers")).json()["followed_by"] == false);
  CHECK(Client(api).get(account_path(alice, "/followers")).json().empty());
}

TEST_CASE("relationships come for known ids only", "[api][follow]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const auto carol = world.remote_account("carol", "remote.example");
  world.follow(alice, bob);
  world.follow(carol, alice);
  const Client client(api, alice);
  const auto answer = client.get("/api/v1/accounts/relationships?id[]=" + bob.id.str() + "&id[]=999&id[]=nonsense" +
                                 "&id[]=" + carol.id.str());
  CHECK(test::Shapes().problems_of_each(answer.json(), "Relationship") == std::vector<std::string>{});
  CHECK(answer.ids() == Ids{bob.id.str(), carol.id.str()});
  CHECK(answer.json()[0]["following"] == true);
  CHECK(answer.json()[1]["followed_by"] == true);
  CHECK(answer.statements == 2);
  CHECK(client.get("/api/v1/accounts/relationships?id=" + bob.id.str()).ids() == Ids{bob.id.str()});
  CHECK(client.get("/api/v1/accounts/relationships").json().empty());
}

TEST_CASE("account search finds by prefix, and elsewhere when it may ask", "[api][search]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto alfred = world.local_account("alfred");
  const auto remote = world.remote_account("bob", "remote.example");
  api.federation.handles.emplace("zoe@far.example", remote);
  const Client client(api, alice);
  CHECK(client.get("/api/v1/accounts/search?q=alf").ids() == Ids{alfred.id.str()});
  CHECK(client.get("/api/v1/accounts/search?q=@bob@remote.example").ids() == Ids{remote.id.str()});
  CHECK(client.get("/api/v1/accounts/search?q=zoe@far.example").json().empty());
  CHECK(client.get("/api/v1/accounts/search?q=zoe@far.example&resolve=true").ids() == Ids{remote.id.str()});
  CHECK(client.get("/api/v1/accounts/search?q=al&following=true").json().empty());
  CHECK(client.get("/api/v1/accounts/search?q=").status() == 400);
  CHECK(client.get("/api/v1/accounts/search").error() == "param is missing or the value is empty: q");
}
