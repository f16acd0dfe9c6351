#include "caches.hpp"

#include "dunlin/store/relationships.hpp"
#include "dunlin/store/statuses.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace dunlin;
using test::CachedApi;
using Json = nlohmann::json;

namespace {

const db::Statement kDisable{"test.caches.disable", "UPDATE users SET disabled = $2 WHERE account_id = $1"};
const db::Statement kSuspend{"test.caches.suspend", "UPDATE accounts SET suspended_at = $2 WHERE id = $1"};
const db::Statement kPromote{"test.caches.role", "UPDATE users SET role = 1 WHERE account_id = $1"};
const db::Statement kPreferences{"test.caches.preferences", "UPDATE users SET expand_media = 1 WHERE account_id = $1"};
const db::Statement kRevokeAll{"test.caches.revoke", "UPDATE access_tokens SET revoked_at = $1"};

constexpr const char* kHome = "/api/v1/timelines/home";

struct Reading : CachedApi {
  model::Account alice = world.local_account("alice");
  model::Account bob = world.local_account("bob");
  std::string token = token_of(alice);
  std::string bobs = token_of(bob);

  Reading() { world.follow(alice, bob); }
};

}  // namespace

TEST_CASE("a warm home page asks the database nothing", "[api][cache]") {
  Reading r;
  for (int i = 0; i < 20; ++i) r.world.status(r.bob);
  r.world.reblog(r.bob, r.world.status(r.world.remote_account("carol", "remote.example")));
  const auto cold = r.get(r.token, kHome);
  CHECK(cold.json().size() == 20);
  const auto warm = r.get(r.token, kHome);
  CHECK(warm.statements == 0);
  CHECK(warm.body() == cold.body());
  CHECK(warm.body() == r.get_without_caches(r.token, kHome).body());
}

TEST_CASE("whoever reads what others have read asks for his marks and filters alone", "[api][cache]") {
  Reading r;
  for (int i = 0; i < 20; ++i) r.world.status(r.bob);
  std::ignore = r.get(r.token, "/api/v1/timelines/public");
  std::ignore = r.get(r.bobs, "/api/v1/preferences");
  // The page, marks, filters.
  CHECK(r.get(r.bobs, "/api/v1/timelines/public").statements == 3);
  CHECK(r.get("", "/api/v1/timelines/public").statements == 1);
}

TEST_CASE("one's own mark costs one question for marks, others' marks one for counters", "[api][cache]") {
  Reading r;
  const auto status = r.world.status(r.bob);
  std::ignore = r.get(r.token, kHome);
  REQUIRE(r.get(r.token, kHome).statements == 0);
  r.post(r.bobs, "/api/v1/statuses/" + status.id.str() + "/favourite");
  const auto counted = r.get(r.token, kHome);
  CHECK(counted.statements == 1);
  CHECK(counted.json()[0]["favourites_count"] == 1);
  CHECK(counted.json()[0]["favourited"] == false);
  r.post(r.token, "/api/v1/statuses/" + status.id.str() + "/bookmark");
  const auto marked = r.get(r.token, kHome);
  CHECK(marked.statements == 1);
  CHECK(marked.json()[0]["bookmarked"] == true);
}

TEST_CASE("what a transaction changes is not seen before its commit, nor after it was taken back", "[api][cache]") {
  Reading r;
  const auto status = r.world.status(r.bob);
  const auto path = "/api/v1/statuses/" + status.id.str();
  REQUIRE(r.get(r.token, path).json()["content"] == "hello");
  std::ignore = r.session->write([&](db::Tx& tx) -> Result<void> {
    auto edited = status;
    edited.content = "<p>never</p>";
    store::update_status(tx, edited, {});
    return fail(Errc::invalid, "taken back");
  });
  CHECK(r.get(r.token, path).json()["content"] == "hello");
}

TEST_CASE("an answer within a transaction does not come from the cache, and does not fill it", "[api][cache]") {
  Reading r;
  const auto status = r.world.status(r.bob);
  const auto path = "/api/v1/statuses/" + status.id.str();
  std::ignore = r.get(r.token, path);
  const auto answer = r.post(r.token, path + "/favourite").json();
  CHECK(answer["favourited"] == true);
  CHECK(answer["favourites_count"] == 1);
  CHECK(r.get(r.token, path).json()["favourites_count"] == 1);
}

TEST_CASE("what was read before a change is not kept after it", "[api][cache]") {
  api::entities::StatusCache cache(1UL << 20U);
  const std::vector ids{StatusId{7}};
  const auto fragment = std::make_shared<api::entities::StatusFragment>();
  const auto add = [&](const api::entities::StatusCache::Page& page) {
    api::entities::StatusCache::Additions additions;
    additions.statuses.emplace(StatusId{7}, api::entities::StatusCache::CachedStatus{
                                                .fragment = fragment, .counters = store::StatusCounters{}});
    cache.add(page, additions);
  };
  const auto found = [&] { return cache.find(ids, std::nullopt, Time{}).statuses; };
  const auto page = cache.find(ids, std::nullopt, Time{});
  using Kind = db::Change::Kind;
  const auto change = [&](Kind kind, std::int64_t id) {
    const db::Change one{.kind = kind, .id = id};
    cache.changed(std::span(&one, 1));
  };

  SECTION("of another status: kept") {
    change(Kind::status, 8);
    add(page);
    CHECK(found().at(StatusId{7}).counters);
  }
  SECTION("of itself") {
    change(Kind::status, 7);
    add(page);
    CHECK(found().empty());
    add(cache.find(ids, std::nullopt, Time{}));
    CHECK(found().size() == 1);
  }
  SECTION("of its counters: kept without them") {
    change(Kind::counters, 7);
    add(page);
    CHECK_FALSE(found().at(StatusId{7}).counters);
  }
  SECTION("so long ago that it is not known") {
    for (int i = 0; i < 5'000; ++i) change(Kind::counters, 9);
    add(page);
    CHECK(found().empty());
  }
  SECTION("and not found while nobody knows of changes") {
    using Steady = std::chrono::steady_clock;
    cache.believe_until(Steady::now());
    add(cache.find(ids, std::nullopt, Time{}));
    CHECK(found().empty());
    cache.believe_until(Steady::time_point::max());
    CHECK(found().size() == 1);  // no change came
    cache.believe_until({});
    change(Kind::status, 7);
    cache.believe_until(Steady::time_point::max());
    CHECK(found().empty());
  }
}

TEST_CASE("a token that was read once costs no statement until something changes about it", "[api][cache]") {
  Reading r;
  constexpr const char* kPath = "/api/v1/accounts/1/identity_proofs";  // reads nothing itself
  REQUIRE(r.get(r.token, kPath).statements == 1);
  REQUIRE(r.get(r.token, kPath).statements == 0);

  SECTION("revoked: the next call is refused") {
    r.run(kRevokeAll, {r.world.clock.now()});
    const auto refused = r.get(r.token, kPath);
    CHECK(refused.status() == 401);
    CHECK(refused.error() == "The access token was revoked");
  }
  SECTION("the login disabled, and enabled") {
    r.run(kDisable, {r.alice.id, true});
    CHECK(r.get(r.token, kPath).error() == "Your login is currently disabled");
    r.run(kDisable, {r.alice.id, false});
    CHECK(r.get(r.token, kPath).status() == 200);
  }
  SECTION("the account suspended") {
    r.run(kSuspend, {r.alice.id, r.world.clock.now()});
    CHECK(r.get(r.token, kPath).status() == 403);
  }
  SECTION("another account: no matter") {
    r.run(kSuspend, {r.bob.id, r.world.clock.now()});
    CHECK(r.get(r.token, kPath).statements == 0);
  }
  SECTION("a change of the login's row that is none of ours to judge") {
    r.run(kPromote, {r.alice.id});
    CHECK(r.get(r.token, kPath).statements == 1);
  }
  SECTION("what no token needs of the login") {
    r.run(kPreferences, {r.alice.id});
    CHECK(r.get(r.token, kPath).statements == 0);
  }
  SECTION("the next day it is read anew, and the activity noted") {
    r.world.clock.advance(std::chrono::hours(24));
    CHECK(r.get(r.token, kPath).statements == 2);
    CHECK(r.get(r.token, kPath).statements == 1);
    CHECK(r.get(r.token, kPath).statements == 0);
  }
  SECTION("while changes may not have been heard of it is read each time") {
    r.tokens.believe_until(std::chrono::steady_clock::now());
    CHECK(r.get(r.token, kPath).statements == 1);
    CHECK(r.get(r.token, kPath).statements == 1);
    r.tokens.believe_until(std::chrono::steady_clock::time_point::max());
    CHECK(r.get(r.token, kPath).statements == 0);
  }
}

TEST_CASE("a filter that expires is not kept beyond that", "[api][cache][filter]") {
  Reading r;
  r.world.status(r.bob, {.content = "a heron"});
  r.post(r.token, "/api/v2/filters",
         {{"title", "Birds"},
          {"context", {"home"}},
          {"expires_in", 60},
          {"keywords_attributes", {{{"keyword", "heron"}}}}});
  REQUIRE(r.get(r.token, kHome).json()[0]["filtered"].size() == 1);
  REQUIRE(r.get(r.token, kHome).statements == 0);
  r.world.clock.advance(std::chrono::seconds(61));
  CHECK(r.get(r.token, kHome).json()[0]["filtered"].empty());
}
