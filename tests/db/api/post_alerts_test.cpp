#include "support/api_client.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Json = nlohmann::json;
using Ids = std::vector<std::string>;

TEST_CASE("a follower who asked for it is told of each new status", "[api][follow][notification]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const Client a(api, alice);
  const Client b(api, bob);
  const auto post = [&](const Json& body) { return b.post("/api/v1/statuses", body).json()["id"].get<std::string>(); };
  const auto told = [&] {
    Ids out;
    for (const auto& one : a.get("/api/v1/notifications?types[]=status").json()) out.push_back(one["status"]["id"]);
    return out;
  };
  a.post("/api/v1/accounts/" + bob.id.str() + "/follow");
  post({{"status", "not told"}});
  CHECK(told().empty());
  a.post("/api/v1/accounts/" + bob.id.str() + "/follow", {{"notify", true}});
  const auto plain = post({{"status", "hello"}});
  const auto narrow = post({{"status", "hello"}, {"visibility", "private"}});
  const auto self_reply = post({{"status", "and more"}, {"in_reply_to_id", plain}});
  CHECK(told() == Ids{self_reply, narrow, plain});

  SECTION("not of replies to others, direct ones, reblogs, and what mentions the follower anyway") {
    const auto of_carol = world.status(world.local_account("carol"));
    post({{"status", "an answer"}, {"in_reply_to_id", of_carol.id.str()}});
    post({{"status", "psst"}, {"visibility", "direct"}});
    b.post("/api/v1/statuses/" + of_carol.id.str() + "/reblog");
    post({{"status", "@alice you know it"}});
    CHECK(told().size() == 3);
    CHECK(a.get("/api/v1/notifications?types[]=mention").json().size() == 1);
  }
  SECTION("only in the languages of the follow") {
    a.post("/api/v1/accounts/" + bob.id.str() + "/follow", {{"languages", {"de"}}});
    post({{"status", "hello"}, {"language", "en"}});
    const auto german = post({{"status", "hallo"}, {"language", "de"}});
    CHECK(told() == Ids{german, self_reply, narrow, plain});
  }
  SECTION("not of a muted account") {
    a.post("/api/v1/accounts/" + bob.id.str() + "/mute");
    post({{"status", "hello"}});
    CHECK(told().empty());
  }
  SECTION("what has been deleted is not told any more") {
    b.del("/api/v1/statuses/" + plain);
    CHECK(told() == Ids{self_reply, narrow});
  }
}
