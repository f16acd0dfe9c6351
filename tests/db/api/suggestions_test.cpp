#include "dunlin/service/suggestions.hpp"

#include "support/api_client.hpp"
#include "support/api_shape.hpp"

#include "dunlin/store/accounts.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using namespace dunlin::test;
using Json = nlohmann::json;
using Names = std::vector<std::string>;

namespace {

struct Fixture {
  World world;
  Api api{world};
  model::Account alice = world.local_account("alice");
  Client client{api, alice};

  model::Account findable(const std::string& name, const std::string& domain = "") {
    auto account = domain.empty() ? world.local_account(name) : world.remote_account(name, domain);
    account.discoverable = true;
    world.write([&](db::Tx& tx) { store::update_account(tx, account); });
    return account;
  }
  void recommend() {
    const auto done = world.session().write([&](db::Tx& tx) { return service::run_recommend(api.environment(), tx); });
    REQUIRE(done);
  }
  static Names names(const Json& accounts) {
    Names out;
    for (const auto& account : accounts) out.push_back(account.at("acct"));
    return out;
  }
  Names suggested() const { return names(client.get("/api/v1/suggestions").json()); }
};

}  // namespace

TEST_CASE("the directory lists who agreed to be found, by last status or by age", "[api][directory]") {
  Fixture f;
  const auto bob = f.findable("bob");
  const auto carol = f.findable("carol", "other.example");
  const auto dave = f.findable("dave");
  f.world.status(carol);
  f.world.status(bob);
  f.world.status(f.alice);
  const Client anonymous(f.api);
  const auto list = [&](const std::string& query) {
    return Fixture::names(anonymous.get("/api/v1/directory" + query).json());
  };
  CHECK(list("") == Names{"bob", "carol@other.example"});
  CHECK(list("?order=new") == Names{"dave", "carol@other.example", "bob"});
  CHECK(list("?order=active&local=true") == Names{"bob", "dave"});
  CHECK(list("?order=new&local=1&limit=1&offset=1") == Names{"bob"});
  CHECK(list("?limit=0").empty());
  CHECK(Shapes().problems_of_each(anonymous.get("/api/v1/directory").json(), "Account") == Names{});
  CHECK(anonymous.get("/api/v1/directory?limit=1").statements == anonymous.get("/api/v1/directory").statements);

  f.world.block(f.alice, bob);
  f.world.mute(f.alice, carol);
  CHECK(Fixture::names(f.client.get("/api/v1/directory?order=new").json()) == Names{"dave"});
  f.world.suspend(dave);
  CHECK(list("?order=new&local=true") == Names{"bob"});
  auto config = Api::default_config();
  config.discovery.directory = false;
  Api without(f.world, config);
  CHECK(Client(without).get("/api/v1/directory").status() == 404);
}

TEST_CASE("friends of friends are suggested, the most followed first", "[api][suggestions]") {
  Fixture f;
  const auto bob = f.findable("bob");
  const auto carol = f.findable("carol");
  const auto dave = f.findable("dave");
  const auto erin = f.findable("erin", "other.example");
  const auto frank = f.world.local_account("frank");
  f.world.follow(f.alice, bob);
  f.world.follow(f.alice, carol);
  for (const auto& friend_of_alice : {bob, carol}) {
    f.world.follow(friend_of_alice, erin);
    f.world.follow(friend_of_alice, frank);
    f.world.follow(friend_of_alice, f.alice);
  }
  f.world.follow(bob, dave);
  f.world.follow(bob, carol);
  const auto suggestions = f.client.get("/api/v2/suggestions").json();
  CHECK(Shapes().problems_of_each(suggestions, "Suggestion") == Names{});
  REQUIRE(suggestions.size() == 2);
  CHECK(suggestions[0].at("account").at("acct") == "erin@other.example");
  CHECK(suggestions[0].at("source") == "past_interactions");
  CHECK(suggestions[0].at("sources")[0] == "friends_of_friends");
  CHECK(suggestions[1].at("account").at("acct") == "dave");
  CHECK(f.suggested() == Names{"erin@other.example", "dave"});
  CHECK(f.client.get("/api/v1/suggestions").header("Deprecation") == "@1621123200");
  CHECK(f.client.get("/api/v2/suggestions?limit=1&offset=1").json()[0].at("account").at("acct") == "dave");
  CHECK(f.client.get("/api/v2/suggestions?limit=1").statements == f.client.get("/api/v2/suggestions").statements);
}

TEST_CASE("nobody is advised to follow whom he follows, asked, blocked, muted or dismissed", "[api][suggestions]") {
  Fixture f;
  const auto bob = f.findable("bob");
  const auto target = f.findable("target");
  f.world.follow(f.alice, bob);
  f.world.follow(bob, target);
  REQUIRE(f.suggested() == Names{"target"});
  SECTION("follows") {
    f.world.follow(f.alice, target);
  }
  SECTION("blocks") {
    f.world.block(f.alice, target);
  }
  SECTION("is blocked") {
    f.world.block(target, f.alice);
  }
  SECTION("mutes") {
    f.world.mute(f.alice, target);
  }
  SECTION("suspended") {
    f.world.suspend(target);
  }
  SECTION("dismissed") {
    CHECK(f.client.del("/api/v1/suggestions/" + target.id.str()).json() == Json::object());
    CHECK(f.client.del("/api/v1/suggestions/" + target.id.str()).json() == Json::object());
  }
  SECTION("a friend hides whom he follows") {
    auto shy = f.world.reload(bob);
    shy.hide_collections = true;
    f.world.write([&](db::Tx& tx) { store::update_account(tx, shy); });
  }
  CHECK(f.suggested().empty());
}

TEST_CASE("the popular are suggested to those who follow nobody yet", "[api][suggestions]") {
  Fixture f;
  const auto star = f.findable("star", "other.example");
  const auto writer = f.findable("writer");
  const auto status = f.world.status(writer);
  for (const char* name : {"bob", "carol"}) {
    const auto person = f.world.local_account(name);
    Client(f.api, person);  // was here today
    f.world.follow(person, star);
    f.world.favourite(person, status);
  }
  CHECK(f.suggested().empty());
  f.recommend();
  const auto suggestions = f.client.get("/api/v2/suggestions").json();
  REQUIRE(suggestions.size() == 2);
  CHECK(suggestions[0].at("sources") == Json{"most_followed"});
  CHECK(suggestions[0].at("source") == "global");
  CHECK(suggestions[1].at("account").at("acct") == "writer");
  CHECK(suggestions[1].at("sources") == Json{"most_interactions"});
  f.world.clock.advance(std::chrono::hours(24 * 90));
  f.recommend();
  CHECK(f.suggested().empty());
}

TEST_CASE("accounts are suggested that others follow beside those one has just followed", "[api][suggestions]") {
  Fixture f;
  const auto recent = f.findable("recent");
  const auto similar = f.findable("similar");
  for (const char* name : {"bob", "carol"}) {
    const auto peer = f.world.local_account(name);
    f.world.follow(peer, recent);
    f.world.follow(peer, similar);
  }
  f.world.follow(f.alice, recent);
  const auto suggestions = f.client.get("/api/v2/suggestions").json();
  REQUIRE(suggestions.size() == 1);
  CHECK(suggestions[0].at("account").at("acct") == "similar");
  CHECK(suggestions[0].at("sources") == Json{"similar_to_recently_followed"});
}

TEST_CASE("a suggestion of nobody cannot be dismissed", "[api][suggestions]") {
  Fixture f;
  CHECK(f.client.del("/api/v1/suggestions/999").error() == "Record not found");
  CHECK(f.client.del("/api/v1/suggestions/x").status() == 404);
}
