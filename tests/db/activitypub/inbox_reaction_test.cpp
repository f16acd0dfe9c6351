#include "support/fediverse.hpp"

#include "dunlin/store/notifications.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>

namespace dunlin::activitypub {

using namespace std::chrono_literals;
using model::Visibility;
using test::Fediverse;
using test::Json;
using test::note_document;

namespace {

struct Setup : Fediverse {
  model::Account anna = world.local_account("anna");
  model::Account mara = world.remote_account("mara", "masto.example");
  model::Account eve = world.remote_account("eve", "masto.example");
  model::Status post = world.status(anna);

  Json like(const std::string& name = "1") {
    return {{"id", mara.uri + "#likes/" + name}, {"type", "Like"}, {"actor", mara.uri}, {"object", post.uri}};
  }
  Json announce(const std::string& name = "1") {
    return {{"id", mara.uri + "/statuses/" + name + "/activity"},
            {"type", "Announce"},
            {"actor", mara.uri},
            {"object", post.uri},
            {"to", Json::array({test::kAsPublic})},
            {"cc", Json::array({mara.uri + "/followers"})},
            {"published", "2026-03-01T11:00:00Z"}};
  }
  std::int64_t favourites() { return world.reload(post).favourites_count; }
  std::int64_t reblogs() { return world.reload(post).reblogs_count; }
  std::size_t notifications() {
    return world.read([&](db::Tx& tx) { return store::list_notifications(tx, anna.id, {}, {}); }).size();
  }
};

}  // namespace

// 8.67
TEST_CASE("a Like is one favourite, however often it comes", "[activitypub][inbox][like]") {
  Setup f;
  CHECK(f.receive(f.mara, f.like("1")).verdict == Verdict::accepted);
  CHECK(f.receive(f.mara, f.like("1")).verdict == Verdict::duplicate);
  f.receive(f.mara, f.like("2"));
  CHECK(f.favourites() == 1);
  CHECK(f.notifications() == 1);
}

TEST_CASE("a Like in any shape of its object counts", "[activitypub][inbox][like]") {
  Setup f;
  auto like = f.like();
  like["object"] = Json::array({Json{{"id", f.post.uri}, {"type", "Note"}, {"content", "forged"}}});
  CHECK(f.receive(f.mara, like).verdict == Verdict::accepted);
  CHECK(f.favourites() == 1);
  CHECK(f.world.reload(f.post).content == "hello");
}

TEST_CASE("a Like of what is missing, hidden or by a blocked account does nothing", "[activitypub][inbox][like]") {
  Setup f;
  auto unknown = f.like();
  unknown["object"] = "https://example.org/users/anna/statuses/99";
  CHECK(f.receive(f.mara, unknown).verdict == Verdict::ignored);
  unknown["object"] = "https://far.example/notes/1";
  CHECK(f.receive(f.mara, unknown).verdict == Verdict::ignored);
  CHECK(f.remote.requested.empty());

  const auto hidden = f.world.status(f.anna, {.visibility = Visibility::private_});
  auto peek = f.like("2");
  peek["object"] = hidden.uri;
  CHECK(f.receive(f.mara, peek).verdict == Verdict::rejected);
  f.world.block(f.anna, f.mara);
  CHECK(f.receive(f.mara, f.like("3")).verdict == Verdict::rejected);
  CHECK(f.favourites() == 0);
  CHECK(f.notifications() == 0);
}

// 8.67
TEST_CASE("a Like is undone by id or by object, by its actor only", "[activitypub][inbox][undo]") {
  Setup f;
  auto renamed = f.like();
  renamed["id"] = f.mara.uri + "#likes/other";
  for (const Json& object : {Json(f.like()["id"]), f.like(), renamed}) {
    f.receive(f.mara, f.like());
    REQUIRE(f.favourites() == 1);
    CHECK(f.receive(f.eve, {{"type", "Undo"}, {"object", f.like()["id"]}}).verdict == Verdict::ignored);
    CHECK(f.receive(f.eve, {{"type", "Undo"}, {"object", f.like()}}).verdict == Verdict::rejected);
    CHECK(f.favourites() == 1);
    CHECK(f.receive(f.mara, {{"type", "Undo"}, {"object", object}}).verdict == Verdict::accepted);
    CHECK(f.favourites() == 0);
    CHECK(f.notifications() == 0);
  }
}

// 8.67
TEST_CASE("an Undo that overtakes its Like holds for six hours", "[activitypub][inbox][undo]") {
  Setup f;
  CHECK(f.receive(f.mara, {{"type", "Undo"}, {"object", f.like()}}).verdict == Verdict::ignored);
  CHECK(f.receive(f.mara, f.like()).verdict == Verdict::ignored);
  CHECK(f.favourites() == 0);
  f.world.clock.advance(6h);
  CHECK(f.receive(f.mara, f.like()).verdict == Verdict::accepted);
}

// 8.65
TEST_CASE("an Announce of one of ours is one reblog", "[activitypub][inbox][announce]") {
  Setup f;
  CHECK(f.receive(f.mara, f.announce("1")).verdict == Verdict::accepted);
  CHECK(f.receive(f.mara, f.announce("1")).verdict == Verdict::duplicate);
  CHECK(f.receive(f.mara, f.announce("2")).verdict == Verdict::duplicate);
  CHECK(f.reblogs() == 1);
  CHECK(f.notifications() == 1);
  CHECK(f.receive(f.eve, {{"type", "Undo"}, {"object", f.announce()["id"]}}).verdict == Verdict::ignored);
  CHECK(f.receive(f.mara, {{"type", "Undo"}, {"object", f.announce("2")}}).verdict == Verdict::accepted);
  CHECK(f.reblogs() == 0);
}

// 8.65
TEST_CASE("an Announce of an unknown status fetches it when somebody follows the actor",
          "[activitypub][inbox][announce]") {
  Setup f;
  f.publish_actor("far.example", "sam");
  const auto sam = f.world.remote_account("sam", "far.example");
  f.remote.serve(sam.uri + "/notes/1", note_document(sam, "1"));
  auto announce = f.announce();
  announce["object"] = sam.uri + "/notes/1";
  CHECK(f.receive(f.mara, announce).verdict == Verdict::ignored);
  CHECK(f.remote.requested.empty());
  f.world.follow(f.anna, f.mara);
  CHECK(f.receive(f.mara, announce).verdict == Verdict::accepted);
  REQUIRE(f.find_status(sam.uri + "/notes/1"));
  CHECK(f.find_status(sam.uri + "/notes/1")->reblogs_count == 1);
}

TEST_CASE("an embedded copy in an Announce is a pointer", "[activitypub][inbox][announce]") {
  Setup f;
  f.world.follow(f.anna, f.mara);
  const auto sam = f.world.remote_account("sam", "far.example");
  f.remote.serve(sam.uri + "/notes/1", note_document(sam, "1"));
  auto announce = f.announce();
  announce["object"] = note_document(sam, "1", {{"content", "<p>forged</p>"}});
  CHECK(f.receive(f.mara, announce).verdict == Verdict::accepted);
  CHECK(f.find_status(sam.uri + "/notes/1")->content == "<p>hello from afar</p>");
}

// 8.65
TEST_CASE("what is not public is reblogged by its author at most", "[activitypub][inbox][announce]") {
  Setup f;
  f.world.follow(f.anna, f.mara);
  const auto sam = f.world.remote_account("sam", "far.example");
  f.remote.serve(sam.uri + "/notes/1",
                 note_document(sam, "1", {{"to", Json::array({sam.uri + "/followers"})}, {"cc", Json::array()}}));
  auto announce = f.announce();
  announce["object"] = sam.uri + "/notes/1";
  CHECK(f.receive(f.mara, announce).verdict == Verdict::rejected);

  const auto own = f.world.status(f.mara, {.visibility = Visibility::private_});
  auto again = f.announce("2");
  again["object"] = own.uri;
  again["to"] = Json::array({f.mara.uri + "/followers"});
  again["cc"] = Json::array();
  CHECK(f.receive(f.mara, again).verdict == Verdict::accepted);
  CHECK(f.find_status(again["id"])->visibility == Visibility::private_);

  const auto hidden = f.world.status(f.anna, {.visibility = Visibility::private_});
  auto leak = f.announce("3");
  leak["object"] = hidden.uri;
  CHECK(f.receive(f.mara, leak).verdict == Verdict::rejected);
}

TEST_CASE("a reblog of an own post for followers is fetched in the name of one", "[activitypub][inbox][announce]") {
  Setup f;
  const auto bea = f.world.write([&](db::Tx& tx) {
    return f.services.accounts
        .create_local(tx, {.username = "bea", .email = "bea@example.org", .password = {}, .confirmed = true}, "hash")
        .value();
  });
  f.world.follow(bea, f.mara);
  const Json followers = {{"to", Json::array({f.mara.uri + "/followers"})}, {"cc", Json::array()}};
  const std::string uri = f.mara.uri + "/notes/hidden";
  f.remote.serve_followers(uri, note_document(f.mara, "hidden", followers));
  auto announce = f.announce();
  announce["object"] = uri;
  announce.update(followers);
  CHECK(f.receive(f.mara, announce).verdict == Verdict::accepted);
  REQUIRE(f.find_status(uri));
  CHECK(f.find_status(uri)->visibility == Visibility::private_);
  CHECK(f.remote.requested == std::vector<std::string>{uri, uri});  // the instance first
  REQUIRE(f.remote.signatures.size() == 1);
  CHECK(f.remote.signatures[0].find("keyId=\"" + bea.uri + "#main-key\"") != std::string::npos);

  // In the way that this server is known to verify.
  f.world.write([](db::Tx& tx) { jobs::learn_signature_scheme(tx, std::vector<std::string>{"masto.example"}, 1); });
  const std::string second = f.mara.uri + "/notes/hidden-2";
  f.remote.serve_followers(second, note_document(f.mara, "hidden-2", followers));
  auto again = f.announce("1b");
  again["object"] = second;
  again.update(followers);
  CHECK(f.receive(f.mara, again).verdict == Verdict::accepted);
  REQUIRE(f.remote.signatures.size() == 2);
  CHECK(f.remote.signatures[1].starts_with("sig1=:"));

  // Nobody lends a name for another's post, nor another host's.
  const auto sam = f.world.remote_account("sam", "masto.example");
  f.remote.serve_followers(sam.uri + "/notes/1", note_document(sam, "1", followers));
  auto of_another = f.announce("2");
  of_another["object"] = sam.uri + "/notes/1";
  CHECK(f.receive(f.mara, of_another).verdict == Verdict::rejected);
  CHECK_FALSE(f.find_status(sam.uri + "/notes/1"));
  const auto far = f.world.remote_account("far", "far.example");
  f.remote.serve_followers(far.uri + "/notes/1", note_document(far, "1", followers));
  of_another["object"] = far.uri + "/notes/1";
  CHECK(f.receive(f.mara, of_another).verdict == Verdict::rejected);
  CHECK(f.remote.signatures.size() == 3);  // only the one of masto.example was tried
}

// 8.109
TEST_CASE("an Announce by or of the blocked and suspended is refused", "[activitypub][inbox][announce]") {
  Setup f;
  f.world.follow(f.anna, f.mara);
  const auto sam = f.world.remote_account("sam", "far.example");
  const auto theirs = f.world.status(sam);
  f.world.suspend(sam);
  auto announce = f.announce();
  announce["object"] = theirs.uri;
  CHECK(f.receive(f.mara, announce).verdict == Verdict::rejected);
  f.world.block(f.anna, f.mara);
  CHECK(f.receive(f.mara, f.announce("2")).verdict == Verdict::rejected);
  CHECK(f.reblogs() == 0);
}

TEST_CASE("a reblog is undone by a Delete of it as well", "[activitypub][inbox][delete]") {
  Setup f;
  f.receive(f.mara, f.announce());
  CHECK(f.receive(f.mara, {{"type", "Delete"}, {"object", f.announce()["id"]}}).verdict == Verdict::accepted);
  CHECK(f.reblogs() == 0);
  CHECK(f.find_status(f.post.uri));
}

}  // namespace dunlin::activitypub
