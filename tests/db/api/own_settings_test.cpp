#include "support/api_client.hpp"

#include "dunlin/store/user_settings.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Json = nlohmann::json;

namespace {

struct Settings {
  World world;
  Api api{world};
  model::Account alice = world.local_account("alice");
  model::Account bob = world.local_account("bob");
  Client client{api, alice};

  [[nodiscard]] Json aliases() const { return client.get("/api/pleroma/aliases").json()["aliases"]; }
  [[nodiscard]] test::Answer set(const Json& uris) const {
    return client.post("/api/v1/accounts/alias", {{"also_known_as_uris", uris}});
  }
};

}  // namespace

TEST_CASE("what a user prefers when reading is told to apps", "[api][preferences]") {
  Settings s;
  const auto shown = [&] { return s.client.get("/api/v1/preferences").json(); };
  CHECK(shown()["reading:expand:media"] == "default");
  CHECK(shown()["reading:expand:spoilers"] == false);
  CHECK(shown()["reading:autoplay:gifs"] == false);
  const auto id = s.world.user_of(s.alice).id;
  s.world.write([&](db::Tx& tx) {
    store::set_reading_preferences(
        tx, id, {.expand_media = model::ExpandMedia::show_all, .expand_spoilers = true, .autoplay_gifs = true});
  });
  CHECK(shown()["reading:expand:media"] == "show_all");
  CHECK(shown()["reading:expand:spoilers"] == true);
  CHECK(shown()["reading:autoplay:gifs"] == true);
}

TEST_CASE("a change of one part of a login leaves the others alone", "[api][profile]") {
  Settings s;
  const auto id = s.world.user_of(s.alice).id;
  s.client.patch("/api/v1/accounts/update_credentials",
                 {{"source", {{"privacy", "private"}, {"language", "de"}, {"sensitive", true}}}});
  s.client.patch("/api/v1/accounts/update_credentials", {{"source", {{"quote_policy", "nobody"}}}});
  auto user = s.world.user_of(s.alice);
  CHECK(user.default_visibility == model::Visibility::private_);
  CHECK(user.default_language == "de");
  CHECK(user.default_sensitive);
  CHECK(user.default_quote_policy == "nobody");
  s.client.patch("/api/v1/accounts/update_credentials", {{"source", {{"language", ""}}}});
  CHECK(s.world.user_of(s.alice).default_language == std::nullopt);

  s.world.write([&](db::Tx& tx) { store::set_password_hash(tx, id, "new"); });
  // A hash that was made anew from the password before does not bring that back.
  s.world.write([&](db::Tx& tx) { store::rehash_password(tx, id, "old", "old, rehashed"); });
  CHECK(s.world.user_of(s.alice).password_hash == "new");
  s.world.write([&](db::Tx& tx) { store::rehash_password(tx, id, "new", "new, rehashed"); });
  CHECK(s.world.user_of(s.alice).password_hash == "new, rehashed");
}

TEST_CASE("other accounts of one's own are named, listed and taken back", "[api][alias]") {
  Settings s;
  const auto old = s.world.remote_account("alice", "old.example");
  s.api.federation.handles.emplace("alice@old.example", old);
  s.api.federation.urls.emplace(old.url, service::Federation::Resolved{old, std::nullopt});
  CHECK(s.aliases() == Json::array());

  CHECK(s.client.put("/api/pleroma/aliases", {{"alias", "@alice@old.example"}}).json() == Json{{"status", "success"}});
  CHECK(s.client.put("/api/pleroma/aliases", {{"alias", "bob"}}).json() == Json{{"status", "success"}});
  CHECK(s.client.put("/api/pleroma/aliases", {{"alias", "bob@example.org"}}).status() == 200);
  CHECK(s.aliases() == Json{old.uri, s.bob.uri});
  CHECK(s.world.reload(s.alice).also_known_as == std::vector{old.uri, s.bob.uri});
  CHECK(s.client.del("/api/pleroma/aliases?alias=" + old.uri).status() == 200);
  CHECK(s.aliases() == Json{s.bob.uri});

  CHECK(s.set({old.url, s.bob.uri}).json()["username"] == "alice");
  CHECK(s.aliases() == Json{old.uri, s.bob.uri});
  CHECK(s.set(Json::array({""})).status() == 200);
  CHECK(s.aliases() == Json::array());
}

TEST_CASE("an alias that is nobody, or oneself, is refused", "[api][alias]") {
  Settings s;
  CHECK(s.set({"nobody@old.example"}).error() == "Validation failed: Alias could not be found");
  CHECK(s.set({"https://old.example/users/nobody"}).error() == "Validation failed: Alias could not be found");
  CHECK(s.set({"not a name@"}).error() == "Validation failed: Alias is invalid");
  CHECK(s.set({"@alice@example.org"}).error() == "Validation failed: Alias cannot be the account itself");
  CHECK(s.set(std::vector<std::string>(21, "bob")).error() == "Validation failed: Aliases can be at most 20");
  CHECK(s.client.put("/api/pleroma/aliases").error() == "param is missing or the value is empty: alias");
  CHECK(Client(s.api, s.alice, {"read"}).post("/api/v1/accounts/alias").status() == 403);
  CHECK(s.aliases() == Json::array());
}
