#include "support/api_client.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;

TEST_CASE("nobody finds a local account that is not confirmed or not approved", "[api][account][search]") {
  World world;
  Api api(world);
  const auto viewer = world.local_account("viewer");
  const auto newcomer = world.local_account("newcomer");
  const auto id = newcomer.id.str();
  const Client client(api, viewer);
  const auto is_found = [&] {
    const bool by_id = client.get("/api/v1/accounts/" + id).status() == 200;
    CHECK((client.get("/api/v1/accounts/" + id + "/statuses").status() == 200) == by_id);
    CHECK((client.get("/api/v1/accounts?id[]=" + id).json().size() == 1) == by_id);
    CHECK((client.get("/api/v1/accounts/lookup?acct=newcomer").status() == 200) == by_id);
    CHECK((client.get("/api/v1/accounts/search?q=newc").json().size() == 1) == by_id);
    CHECK((client.get("/api/v2/search?q=@newcomer").json()["accounts"].size() == 1) == by_id);
    CHECK((client.get("/api/v2/search?q=https://example.org/@newcomer").json()["accounts"].size() == 1) == by_id);
    CHECK((client.post("/api/v1/accounts/" + id + "/unfollow").status() == 200) == by_id);
    return by_id;
  };
  CHECK(is_found());
  world.db.run("UPDATE users SET confirmed_at = NULL WHERE account_id = " + id);
  CHECK_FALSE(is_found());
  world.db.run("UPDATE users SET confirmed_at = now(), approved = false WHERE account_id = " + id);
  CHECK_FALSE(is_found());
  world.db.run("UPDATE users SET approved = true WHERE account_id = " + id);
  CHECK(is_found());
}

TEST_CASE("the instance actor is no account for clients", "[api][account]") {
  World world;
  Api api(world);
  world.write([&](db::Tx& tx) { api.services().accounts.ensure_instance_actor(tx); });
  const Client client(api, world.local_account("viewer"));
  CHECK(client.get("/api/v1/accounts/1").status() == 404);
  CHECK(client.get("/api/v1/accounts?id[]=1").json().empty());
}
