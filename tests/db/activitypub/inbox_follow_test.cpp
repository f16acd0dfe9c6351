#include "support/fediverse.hpp"

#include "dunlin/store/notifications.hpp"
#include "dunlin/store/relationships.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>

namespace dunlin::activitypub {

using namespace std::chrono_literals;
using test::Fediverse;
using test::Json;

namespace {

struct Setup : Fediverse {
  model::Account anna = world.local_account("anna");
  model::Account mara = world.remote_account("mara", "masto.example");
  model::Account stranger = world.remote_account("eve", "masto.example");

  Json follow(const std::string& name = "1") {
    return {{"id", mara.uri + "#follows/" + name}, {"type", "Follow"}, {"actor", mara.uri}, {"object", anna.uri}};
  }
  bool follows(const model::Account& who, const model::Account& target) {
    return world.read([&](db::Tx& tx) { return store::find_follow(tx, who.id, target.id).has_value(); });
  }
  bool asks(const model::Account& who, const model::Account& target) {
    return world.read([&](db::Tx& tx) { return store::find_follow_request(tx, who.id, target.id).has_value(); });
  }
  /// anna asks mara; the id of the Follow.
  std::string ask() {
    world.write([&](db::Tx& tx) { services.follows.follow(tx, anna, mara.id, {}).value(); });
    return world.read([&](db::Tx& tx) { return store::find_follow_request(tx, anna.id, mara.id)->uri.value(); });
  }
  std::size_t notifications(const model::Account& of) {
    return world.read([&](db::Tx& tx) { return store::list_notifications(tx, of.id, {}, {}); }).size();
  }
};

}  // namespace

// 8.46
TEST_CASE("a Follow makes a follower and is accepted with the Follow it came as", "[activitypub][inbox][follow]") {
  Setup f;
  CHECK(f.receive(f.mara, f.follow()).verdict == Verdict::accepted);
  CHECK(f.follows(f.mara, f.anna));
  CHECK(f.notifications(f.anna) == 1);
  const auto sent = f.outgoing();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].inbox == f.mara.inbox_url);
  CHECK(sent[0].activity["type"] == "Accept");
  CHECK(sent[0].activity["actor"] == f.anna.uri);
  CHECK(sent[0].activity["object"]["id"] == f.mara.uri + "#follows/1");
  CHECK(sent[0].activity["object"]["actor"] == f.mara.uri);
}

// 8.46
TEST_CASE("a Follow that comes again is accepted again, and noted once", "[activitypub][inbox][follow]") {
  Setup f;
  f.receive(f.mara, f.follow("1"));
  f.receive(f.mara, f.follow("1"));
  f.receive(f.mara, f.follow("2"));
  CHECK(f.notifications(f.anna) == 1);
  const auto sent = f.outgoing();
  REQUIRE(sent.size() == 3);
  CHECK(sent[2].activity["object"]["id"] == f.mara.uri + "#follows/2");
  // The Undo names the newest id.
  CHECK(f.receive(f.mara, {{"type", "Undo"}, {"object", f.mara.uri + "#follows/2"}}).verdict == Verdict::accepted);
  CHECK_FALSE(f.follows(f.mara, f.anna));
}

// 8.47
TEST_CASE("a locked account is asked first", "[activitypub][inbox][follow]") {
  Setup f;
  const auto lena = f.world.local_account("lena", {.locked = true});
  CHECK(f.receive(f.mara, {{"type", "Follow"}, {"object", lena.uri}}).verdict == Verdict::accepted);
  CHECK(f.asks(f.mara, lena));
  CHECK_FALSE(f.follows(f.mara, lena));
  CHECK(f.outgoing().empty());
}

TEST_CASE("a blocked account's Follow is rejected, by a Reject as well", "[activitypub][inbox][follow]") {
  Setup f;
  f.world.block(f.anna, f.mara);
  CHECK(f.receive(f.mara, f.follow()).verdict == Verdict::rejected);
  CHECK_FALSE(f.follows(f.mara, f.anna));
  const auto sent = f.outgoing();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].activity["type"] == "Reject");
}

TEST_CASE("a Follow of nobody here does nothing", "[activitypub][inbox][follow]") {
  Setup f;
  for (const std::string object :
       {"https://example.org/users/nobody", "https://masto.example/users/eve", test::kAsPublic}) {
    CHECK(f.receive(f.mara, {{"type", "Follow"}, {"object", object}}).verdict == Verdict::ignored);
  }
  CHECK(f.outgoing().empty());
}

TEST_CASE("a Follow's id that is that of another by the same is refused", "[activitypub][inbox][follow]") {
  Setup f;
  const auto lena = f.world.local_account("lena");
  f.receive(f.mara, {{"id", "https://masto.example/f/1"}, {"type", "Follow"}, {"object", lena.uri}});
  CHECK(f.receive(f.mara, {{"id", "https://masto.example/f/1"}, {"type", "Follow"}, {"object", f.anna.uri}}).verdict ==
        Verdict::rejected);
  CHECK_FALSE(f.follows(f.mara, f.anna));
}

// 8.50
TEST_CASE("an Undo of a Follow ends it by id, embedded, or by its parties", "[activitypub][inbox][undo]") {
  Setup f;
  const auto inner = f.follow();
  auto renamed = inner;
  renamed["id"] = f.mara.uri + "#follows/never-seen";
  for (const Json& object : {Json(inner["id"]), inner, renamed}) {
    f.receive(f.mara, inner);
    REQUIRE(f.follows(f.mara, f.anna));
    CHECK(f.receive(f.mara, {{"type", "Undo"}, {"object", object}}).verdict == Verdict::accepted);
    CHECK_FALSE(f.follows(f.mara, f.anna));
    CHECK(f.receive(f.mara, {{"type", "Undo"}, {"object", object}}).verdict == Verdict::ignored);
    f.world.clock.advance(7h);
  }
}

TEST_CASE("nobody undoes another's Follow", "[activitypub][inbox][undo]") {
  Setup f;
  f.receive(f.mara, f.follow());
  CHECK(f.receive(f.stranger, {{"type", "Undo"}, {"object", f.follow()["id"]}}).verdict == Verdict::ignored);
  CHECK(f.receive(f.stranger, {{"type", "Undo"}, {"object", f.follow()}}).verdict == Verdict::rejected);
  auto forged = f.follow();
  forged["actor"] = f.stranger.uri;
  CHECK(f.receive(f.stranger, {{"type", "Undo"}, {"object", forged}}).verdict == Verdict::ignored);
  CHECK(f.follows(f.mara, f.anna));
}

// 8.51
TEST_CASE("an Undo that overtakes its Follow holds for six hours", "[activitypub][inbox][undo]") {
  Setup f;
  CHECK(f.receive(f.mara, {{"type", "Undo"}, {"object", f.follow()}}).verdict == Verdict::ignored);
  CHECK(f.receive(f.mara, f.follow()).verdict == Verdict::ignored);
  CHECK_FALSE(f.follows(f.mara, f.anna));
  f.world.clock.advance(6h);
  CHECK(f.receive(f.mara, f.follow()).verdict == Verdict::accepted);
}

// 8.48
TEST_CASE("an Accept completes what was asked, however it names the Follow", "[activitypub][inbox][accept]") {
  for (int shape = 0; shape < 4; ++shape) {
    CAPTURE(shape);
    Setup f;
    const auto id = f.ask();
    const Json embedded = {{"id", id}, {"type", "Follow"}, {"actor", f.anna.uri}, {"object", f.mara.uri}};
    Json object = embedded;
    if (shape == 0) object = id;
    if (shape == 2) object.erase("id");
    if (shape == 3) object["id"] = "https://masto.example/rewritten";
    CHECK(f.receive(f.mara, {{"type", "Accept"}, {"object", object}}).verdict == Verdict::accepted);
    CHECK(f.follows(f.anna, f.mara));
    CHECK_FALSE(f.asks(f.anna, f.mara));
    CHECK(f.receive(f.mara, {{"type", "Accept"}, {"object", object}}).verdict == Verdict::duplicate);
  }
}

// 8.49, R23
TEST_CASE("an Accept makes no follow that was not asked for, and none in another's name",
          "[activitypub][inbox][accept]") {
  Setup f;
  const Json invented = {
      {"id", f.anna.uri + "/none"}, {"type", "Follow"}, {"actor", f.anna.uri}, {"object", f.mara.uri}};
  CHECK(f.receive(f.mara, {{"type", "Accept"}, {"object", invented}}).verdict == Verdict::ignored);
  CHECK_FALSE(f.follows(f.anna, f.mara));

  const auto id = f.ask();
  CHECK(f.receive(f.stranger, {{"type", "Accept"}, {"object", id}}).verdict != Verdict::accepted);
  CHECK(f.receive(f.stranger,
                  {{"type", "Accept"},
                   {"object", {{"id", id}, {"type", "Follow"}, {"actor", f.anna.uri}, {"object", f.mara.uri}}}})
            .verdict != Verdict::accepted);
  CHECK_FALSE(f.follows(f.anna, f.mara));
  CHECK_FALSE(f.follows(f.anna, f.stranger));
}

TEST_CASE("an Accept of what was withdrawn is answered with the Undo again", "[activitypub][inbox][accept]") {
  Setup f;
  const auto id = f.ask();
  f.world.write([&](db::Tx& tx) { f.services.follows.unfollow(tx, f.anna, f.mara.id).value(); });
  CHECK(f.receive(f.mara, {{"type", "Accept"}, {"object", id}}).verdict == Verdict::duplicate);
  const auto sent = f.outgoing();
  REQUIRE(sent.size() == 3);
  CHECK(sent[2].activity["type"] == "Undo");
  CHECK(sent[2].activity["object"]["id"] == id);
  CHECK_FALSE(f.follows(f.anna, f.mara));
}

// 8.50
TEST_CASE("a Reject ends a request, and a follow as well", "[activitypub][inbox][reject]") {
  Setup f;
  const auto id = f.ask();
  CHECK(f.receive(f.stranger, {{"type", "Reject"}, {"object", id}}).verdict == Verdict::ignored);
  CHECK(f.asks(f.anna, f.mara));
  CHECK(f.receive(f.mara, {{"type", "Reject"}, {"object", id}}).verdict == Verdict::accepted);
  CHECK_FALSE(f.asks(f.anna, f.mara));
  CHECK(f.receive(f.mara, {{"type", "Reject"}, {"object", id}}).verdict == Verdict::ignored);

  const auto second = f.ask();
  f.receive(f.mara, {{"type", "Accept"}, {"object", second}});
  REQUIRE(f.follows(f.anna, f.mara));
  CHECK(
      f.receive(f.mara, {{"type", "Undo"}, {"object", {{"type", "Accept"}, {"actor", f.mara.uri}, {"object", second}}}})
          .verdict == Verdict::accepted);
  CHECK_FALSE(f.follows(f.anna, f.mara));
}

}  // namespace dunlin::activitypub
