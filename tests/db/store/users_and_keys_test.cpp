#include "support/world.hpp"

#include "dunlin/store/accounts.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace dunlin;
using test::World;

TEST_CASE("keys are found by id and replaced without taking those of others", "[store][accounts][keys]") {
  World world;
  const auto alice = world.remote_account("alice", "a.test");
  const auto mallory = world.remote_account("mallory", "m.test");
  const auto local = world.local_account("local");
  const auto key = [](std::string id, AccountId owner, std::string pem) {
    return model::AccountKey{.key_id = std::move(id),
                             .account_id = owner,
                             .public_pem = std::move(pem),
                             .private_pem = std::nullopt,
                             .fetched_at = std::nullopt};
  };
  auto own = key("local#main", local.id, "public");
  own.private_pem = "private";
  world.write([&](db::Tx& tx) {
    store::insert_key(tx, own);
    store::insert_key(tx, key("alice#1", alice.id, "one"));
    store::insert_key(tx, key("mallory#1", mallory.id, "m"));
  });
  auto ed = key("alice#2", alice.id, "two");
  ed.algorithm = model::KeyAlgorithm::ed25519;
  const std::vector replacement{ed, key("mallory#1", alice.id, "stolen"), ed};
  world.write([&](db::Tx& tx) { store::replace_keys(tx, alice.id, replacement); });
  world.read([&](db::Tx& tx) {
    CHECK_FALSE(store::find_key(tx, "alice#1"));
    const auto found = store::find_key(tx, "alice#2");
    REQUIRE(found);
    CHECK(found->algorithm == model::KeyAlgorithm::ed25519);
    CHECK(found->fetched_at == world.clock.now());
    CHECK(store::find_key(tx, "mallory#1")->account_id == mallory.id);
    CHECK(store::find_key(tx, "mallory#1")->public_pem == "m");
    CHECK(store::list_keys(tx, alice.id).size() == 1);
    CHECK(store::find_signing_key(tx, local.id)->private_pem == "private");
    CHECK_FALSE(store::find_signing_key(tx, alice.id));
  });
  world.write([&](db::Tx& tx) { store::replace_keys(tx, alice.id, {}); });
  world.read([&](db::Tx& tx) { CHECK(store::list_keys(tx, alice.id).empty()); });
}

TEST_CASE("a spare key is taken once, also by two at a time", "[store][accounts][keys]") {
  World world;
  world.write([&](db::Tx& tx) {
    store::insert_spare_key(tx, 1, "one");
    store::insert_spare_key(tx, 2, "two");
    CHECK(store::count_spare_keys(tx) == 2);
  });
  const auto other = world.db.new_session();
  world.write([&](db::Tx& tx) {
    CHECK(store::take_spare_key(tx) == "one");
    const auto second =
        other->write([](db::Tx& tx2) -> Result<std::optional<std::string>> { return store::take_spare_key(tx2); });
    CHECK(second.value() == "two");
  });
  CHECK_FALSE(world.write([](db::Tx& tx) { return store::take_spare_key(tx); }));
}

TEST_CASE("a user is found by account, address and login", "[store][users]") {
  World world;
  const auto alice = world.local_account("Alice");
  world.remote_account("bob", "b.test");
  auto user = world.user_of(alice);
  user.email = "A@Example.org";
  user.role = model::Role::admin;
  user.disabled = true;
  user.approved = false;
  user.locale = "de";
  user.default_visibility = model::Visibility::private_;
  user.default_sensitive = true;
  user.default_language = "is";
  user.password_hash = "hash";
  user.confirmed_at = std::nullopt;
  world.write([&](db::Tx& tx) { store::update_user(tx, user); });
  world.read([&](db::Tx& tx) {
    const auto found = store::find_user(tx, user.id);
    REQUIRE(found);
    CHECK(found->email == user.email);
    CHECK(found->role == user.role);
    CHECK((found->disabled && !found->approved && found->default_sensitive));
    CHECK(found->locale == "de");
    CHECK(found->default_visibility == user.default_visibility);
    CHECK(found->default_language == "is");
    CHECK(found->password_hash == "hash");
    CHECK_FALSE(found->confirmed_at);
    CHECK(found->created_at == user.created_at);
    CHECK(store::find_user_by_email(tx, "a@example.ORG")->id == user.id);
    CHECK(store::find_user_by_login(tx, "a@example.org")->id == user.id);
    CHECK(store::find_user_by_login(tx, "ALICE")->id == user.id);
    CHECK_FALSE(store::find_user_by_login(tx, "bob"));
    CHECK_FALSE(store::find_user(tx, UserId{5}));
  });
  user.id = world.ids.next<UserId>();
  user.account_id = world.local_account("carol").id;
  user.email = "a@example.org";
  CHECK_THROWS_AS(world.write([&](db::Tx& tx) { store::insert_user(tx, user); }), db::UniqueViolation);
}

TEST_CASE("local accounts are listed by name with their users", "[store][users]") {
  World world;
  world.local_account("bob");
  world.local_account("Alice");
  world.remote_account("aaron", "a.test");
  const auto list = world.read([](db::Tx& tx) { return store::list_local_accounts(tx); });
  REQUIRE(list.size() == 2);
  CHECK(list[0].account.username == "Alice");
  CHECK(list[0].user.email == "Alice@example.org");
  CHECK(list[0].user.account_id == list[0].account.id);
  CHECK(list[1].account.username == "bob");
}
