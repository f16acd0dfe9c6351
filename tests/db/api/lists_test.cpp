#include "support/api_client.hpp"
#include "support/api_shape.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Ids = std::vector<std::string>;
using Json = nlohmann::json;
using Told = std::vector<std::string>;

namespace {

constexpr const char* kLists = "/api/v1/lists";

std::string make_list(const Client& client, const Json& body) {
  return client.post(kLists, body).json()["id"].get<std::string>();
}

std::string members_of(const std::string& list) {
  return std::string(kLists) + "/" + list + "/accounts";
}

Json these(std::initializer_list<model::Account> accounts) {
  Json ids = Json::array();
  for (const auto& account : accounts) ids.push_back(account.id.str());
  return {{"account_ids", ids}};
}

}  // namespace

TEST_CASE("lists are made, shown, changed and deleted by their owner only", "[api][list]") {
  World world;
  Api api(world);
  const Client client(api, world.local_account("alice"));
  const Client other(api, world.local_account("bob"));
  const auto made = client.post(kLists, {{"title", " Birds "}}).json();
  CHECK(test::Shapes().problems(made, "List") == Told{});
  CHECK(made["title"] == "Birds");
  CHECK(made["replies_policy"] == "list");
  CHECK(made["exclusive"] == false);
  const auto path = std::string(kLists) + "/" + made["id"].get<std::string>();
  const auto changed =
      client.send(http::Method::put, path, R"({"replies_policy":"none","exclusive":true})", "application/json").json();
  CHECK(changed["title"] == "Birds");
  CHECK(changed["replies_policy"] == "none");
  CHECK(changed["exclusive"] == true);
  CHECK(client.get(path).json() == changed);
  CHECK(client.get(kLists).json() == Json::array({changed}));
  CHECK(other.get(kLists).json().empty());
  for (const auto& rest : {"", "/accounts"}) CHECK(other.get(path + rest).error() == "Record not found");
  CHECK(other.send(http::Method::put, path, "title=Mine", "application/x-www-form-urlencoded").status() == 404);
  CHECK(other.del(path).status() == 404);
  CHECK(other.get("/api/v1/timelines/list/" + made["id"].get<std::string>()).status() == 404);
  CHECK(client.del(path).json() == Json::object());
  CHECK(client.del(path).status() == 404);
}

TEST_CASE("lists with bad titles or policies, and too many, are refused", "[api][list]") {
  World world;
  Api api(world);
  const Client client(api, world.local_account("alice"));
  CHECK(client.post(kLists).error() == "Validation failed: Title can't be blank");
  CHECK(client.post(kLists, {{"title", "  "}}).status() == 422);
  CHECK(client.post(kLists, {{"title", std::string(257, 'x')}}).error() ==
        "Validation failed: Title is too long (maximum is 256 characters)");
  CHECK(client.post(kLists, {{"title", "x"}, {"replies_policy", "some"}}).error() ==
        "Validation failed: Replies policy is not included in the list");
  CHECK(client.get("/api/v1/lists/abc").status() == 404);
  for (int i = 0; i < 50; ++i) REQUIRE(client.post(kLists, {{"title", "x"}}).status() == 200);
  CHECK(client.post(kLists, {{"title", "x"}}).error() ==
        "Validation failed: You have reached the maximum number of lists");
}

TEST_CASE("members are followed, asked or oneself, and are added all or none", "[api][list]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const auto locked = world.local_account("locked", {.locked = true});
  const auto stranger = world.local_account("stranger");
  world.follow(alice, bob);
  const Client client(api, alice);
  client.post("/api/v1/accounts/" + locked.id.str() + "/follow");
  const auto members = members_of(make_list(client, {{"title", "x"}}));

  CHECK(client.post(members, these({bob, stranger})).status() == 404);
  CHECK(client.post(members, {{"account_ids", {bob.id.str(), "999"}}}).status() == 404);
  CHECK(client.post(members, {{"account_ids", {"nobody"}}}).status() == 404);
  CHECK(client.get(members).json().empty());
  CHECK(client.post(members, these({bob, locked, alice})).json() == Json::object());
  CHECK(client.get(members).ids().size() == 3);
  CHECK(client.post(members, these({bob})).error() == "Validation failed: Account has already been taken");

  const auto first = client.get(members + "?limit=2");
  CHECK(first.ids() == Ids{alice.id.str(), locked.id.str()});
  CHECK(client.get(first.link("next")).ids() == Ids{bob.id.str()});
  const auto all = client.get(members + "?limit=0");
  CHECK(all.ids().size() == 3);
  CHECK(all.link("next") == "");
  CHECK(client.get("/api/v1/accounts/" + bob.id.str() + "/lists").json().size() == 1);
  CHECK(client.get("/api/v1/accounts/" + stranger.id.str() + "/lists").json().empty());

  SECTION("taking out ignores who is no member, by body or query") {
    CHECK(client.send(http::Method::delete_, members, these({bob, stranger}).dump(), "application/json").status() ==
          200);
    CHECK(client.del(members + "?account_ids[]=" + alice.id.str()).status() == 200);
    CHECK(client.get(members).ids() == Ids{locked.id.str()});
  }
  SECTION("who is followed no longer, or asked no longer, is out") {
    client.post("/api/v1/accounts/" + bob.id.str() + "/unfollow");
    CHECK(client.get(members).ids() == Ids{alice.id.str(), locked.id.str()});
    Client(api, locked).post("/api/v1/follow_requests/" + alice.id.str() + "/reject");
    CHECK(client.get(members).ids() == Ids{alice.id.str()});
  }
  SECTION("a request that is accepted keeps its place") {
    Client(api, locked).post("/api/v1/follow_requests/" + alice.id.str() + "/authorize");
    CHECK(client.get(members).ids().size() == 3);
  }
}

TEST_CASE("a list shows its followed members, and replies as its policy says", "[api][list][timeline]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto member = world.local_account("member");
  const auto second = world.local_account("second");
  const auto friend_ = world.local_account("friend");
  const auto stranger = world.local_account("stranger");
  for (const auto& one : {member, second, friend_}) world.follow(alice, one);
  const Client client(api, alice);
  const auto id = make_list(client, {{"title", "x"}});
  client.post(members_of(id), these({member, second}));
  const auto path = "/api/v1/timelines/list/" + id;

  const auto of_alice = world.status(alice);
  const auto of_friend = world.status(friend_);
  const auto of_stranger = world.status(stranger);
  const auto plain = world.status(member, {.visibility = model::Visibility::private_});
  const auto to_self = world.status(member, {.reply_to = plain});
  const auto to_owner = world.status(member, {.reply_to = of_alice});
  const auto to_member = world.status(second, {.reply_to = plain});
  const auto to_friend = world.status(member, {.reply_to = of_friend});
  world.status(member, {.reply_to = of_stranger});
  world.status(member, {.visibility = model::Visibility::direct, .mentions = {alice}});
  const auto boost = world.reblog(second, of_stranger);
  const auto shown = [&](const std::string& policy) {
    client.send(http::Method::put, std::string(kLists) + "/" + id, R"({"replies_policy":")" + policy + "\"}",
                "application/json");
    return client.get(path).ids();
  };
  CHECK(shown("none") == Ids{boost.id.str(), to_owner.id.str(), to_self.id.str(), plain.id.str()});
  CHECK(shown("list") == Ids{boost.id.str(), to_member.id.str(), to_owner.id.str(), to_self.id.str(), plain.id.str()});
  CHECK(shown("followed") == Ids{boost.id.str(), to_friend.id.str(), to_member.id.str(), to_owner.id.str(),
                                 to_self.id.str(), plain.id.str()});

  SECTION("it pages both ways, in a fixed number of statements") {
    const auto first = client.get(path + "?limit=2");
    CHECK(first.ids() == Ids{boost.id.str(), to_friend.id.str()});
    const auto next = client.get(first.link("next"));
    CHECK(next.ids() == Ids{to_member.id.str(), to_owner.id.str()});
    CHECK(client.get(next.link("prev")).ids() == first.ids());
    CHECK(client.get(path).statements == first.statements);
    CHECK(client.get(path + "?limit=0").json().empty());
  }
  SECTION("muted, blocked and boost-muted members are not there") {
    world.follow(alice, second, {.show_reblogs = false});
    CHECK_FALSE(client.get(path).ids().front() == boost.id.str());
    world.mute(alice, second);
    CHECK(shown("none") == Ids{to_owner.id.str(), to_self.id.str(), plain.id.str()});
    client.post("/api/v1/accounts/" + member.id.str() + "/block");
    CHECK(shown("followed").empty());
  }
  SECTION("one's own are there when one is a member") {
    client.post(members_of(id), these({alice}));
    CHECK(shown("none").back() == of_alice.id.str());
  }
}

TEST_CASE("an exclusive list takes its members from home, but never oneself", "[api][list][timeline]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto member = world.local_account("member");
  const auto friend_ = world.local_account("friend");
  world.follow(alice, member);
  world.follow(alice, friend_);
  const auto own = world.status(alice);
  const auto of_member = world.status(member);
  const auto of_friend = world.status(friend_);
  world.reblog(member, of_friend);
  const auto boost = world.reblog(friend_, of_member);
  const Client client(api, alice);
  const auto id = make_list(client, {{"title", "x"}, {"exclusive", true}});
  client.post(members_of(id), these({member, alice}));
  CHECK(client.get("/api/v1/timelines/home").ids() == Ids{boost.id.str(), of_friend.id.str(), own.id.str()});
  CHECK(client.get("/api/v1/timelines/list/" + id).ids().size() == 3);
  client.send(http::Method::put, std::string(kLists) + "/" + id, R"({"exclusive":false})", "application/json");
  CHECK(client.get("/api/v1/timelines/home").ids() == Ids{of_friend.id.str(), of_member.id.str(), own.id.str()});
}

TEST_CASE("lists need their own scopes", "[api][list][access]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const Client reader(api, alice, {"read:lists"});
  const Client writer(api, alice, {"write:lists"});
  const auto id = make_list(writer, {{"title", "x"}});
  for (const auto& path :
       {std::string(kLists), std::string(kLists) + "/" + id, members_of(id),
        std::string("/api/v1/timelines/list/") + id, "/api/v1/accounts/" + alice.id.str() + "/lists"}) {
    CHECK(reader.get(path).status() == 200);
    CHECK(writer.get(path).status() == 403);
    CHECK(Client(api).get(path).status() == 401);
  }
  CHECK(reader.post(kLists, {{"title", "x"}}).status() == 403);
}

TEST_CASE("a list shows what several members reblog once", "[api][list]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const auto carol = world.local_account("carol");
  const auto author = world.local_account("author");
  for (const auto& member : {bob, carol}) world.follow(alice, member);
  const Client client(api, alice);
  const auto list = make_list(client, {{"title", "x"}});
  client.post(members_of(list), these({bob, carol}));
  const auto original = world.status(author);
  const auto own = world.status(bob);
  world.reblog(bob, original);
  const auto newest = world.reblog(carol, original);
  world.reblog(carol, own);
  CHECK(client.get("/api/v1/timelines/list/" + list).ids() == Ids{newest.id.str(), own.id.str()});
}
