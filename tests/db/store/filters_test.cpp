#include "dunlin/store/filters.hpp"

#include "support/world.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::World;

TEST_CASE("filters come with keywords and statuses in one statement", "[store][filters]") {
  World world;
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const auto s = world.status(bob);
  world.db.run("INSERT INTO filters (id, account_id, title, contexts, action, expires_at, created_at) VALUES (1, " +
               alice.id.str() + ", 'x', '{home,public}', 1, NULL, now()), (2, " + alice.id.str() +
               ", 'y', '{}', 0, now(), now()), (3, " + bob.id.str() + ", 'z', '{}', 0, NULL, now())");
  world.db.run("INSERT INTO filter_keywords VALUES (10, 1, 'gull', true), (11, 1, 'tern', false), (12, 3, 'no', true)");
  world.db.run("INSERT INTO filter_statuses VALUES (20, 2, " + s.id.str() + ")");
  const auto before = world.session().statement_count();
  const auto list = world.read([&](db::Tx& tx) { return store::list_filters(tx, alice.id); });
  CHECK(world.session().statement_count() - before == 1);
  REQUIRE(list.size() == 2);
  CHECK(list[0].title == "x");
  CHECK(list[0].contexts == std::vector{model::FilterContext::home, model::FilterContext::public_});
  CHECK(list[0].action == model::FilterAction::hide);
  CHECK_FALSE(list[0].expires_at);
  REQUIRE(list[0].keywords.size() == 2);
  CHECK((list[0].keywords[0].keyword == "gull" && list[0].keywords[0].whole_word));
  CHECK(list[1].expires_at);
  REQUIRE(list[1].statuses.size() == 1);
  CHECK(list[1].statuses[0].status_id == s.id);
  const auto nobody = world.local_account("nobody");
  world.read([&](db::Tx& tx) { CHECK(store::list_filters(tx, nobody.id).empty()); });
}
