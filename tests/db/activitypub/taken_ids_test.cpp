#include "support/fediverse.hpp"

#include "dunlin/store/reactions.hpp"
#include "dunlin/store/relationships.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

/// Eve, who lives on mara's server, uses the ids that mara's things will have.
namespace dunlin::activitypub {

using test::Fediverse;
using test::Json;
using test::note_document;

namespace {

struct Setup : Fediverse {
  model::Account anna = world.local_account("anna");
  model::Account mara = world.remote_account("mara", "masto.example");
  model::Account eve = world.remote_account("eve", "masto.example");
  model::Status post = world.status(anna);
  const std::string id = "https://masto.example/things/1";

  Setup() {
    const auto bea = world.write([&](db::Tx& tx) {  // with keys to ask with
      return services.accounts
          .create_local(tx, {.username = "bea", .email = "bea@example.org", .password = {}, .confirmed = true}, "hash")
          .value();
    });
    world.follow(bea, mara);
    world.follow(bea, eve);
  }
  Json activity(const std::string& type, const Json& object) {
    return {{"id", id}, {"type", type}, {"object", object}, {"to", Json::array({test::kAsPublic})}};
  }
  Json note(const model::Account& author, const Json& more = Json::object()) {
    auto document = note_document(author, "1", {{"id", id}});
    document.update(more);
    return document;
  }
  Json create(const model::Account& author, const Json& more = Json::object()) {
    return {{"type", "Create"}, {"object", note(author, more)}};
  }
  AccountId author() {
    const auto status = find_status(id);
    return status ? status->account_id : AccountId{};
  }
  std::ptrdiff_t asked() { return std::ranges::count(remote.requested, id); }
};

}  // namespace

TEST_CASE("R12: a Like, reaction, Follow, Block or Flag under an id that a neighbour uses counts, and is undone by it",
          "[activitypub][inbox][taken]") {
  Setup f;
  SECTION("Like") {
    CHECK(f.receive(f.eve, f.activity("Like", f.post.uri)).verdict == Verdict::accepted);
    CHECK(f.receive(f.mara, f.activity("Like", f.post.uri)).verdict == Verdict::accepted);
    CHECK(f.world.reload(f.post).favourites_count == 2);
    CHECK(f.receive(f.mara, f.activity("Like", f.post.uri)).verdict == Verdict::duplicate);
    CHECK(f.receive(f.mara, {{"type", "Undo"}, {"object", f.id}}).verdict == Verdict::accepted);
    CHECK(f.receive(f.eve, {{"type", "Undo"}, {"object", f.id}}).verdict == Verdict::accepted);
    CHECK(f.world.reload(f.post).favourites_count == 0);
  }
  SECTION("EmojiReact") {
    auto react = f.activity("EmojiReact", f.post.uri);
    react["content"] = "\U0001F98A";
    CHECK(f.receive(f.eve, react).verdict == Verdict::accepted);
    CHECK(f.receive(f.mara, react).verdict == Verdict::accepted);
    CHECK(f.receive(f.mara, {{"type", "Undo"}, {"object", f.id}}).verdict == Verdict::accepted);
    const auto left = f.world.read([&](db::Tx& tx) { return store::list_reactions(tx, f.post.id, {}, 10); });
    REQUIRE(left.size() == 1);
    CHECK(left.front().account_id == f.eve.id);
  }
  SECTION("Follow") {
    CHECK(f.receive(f.eve, f.activity("Follow", f.anna.uri)).verdict == Verdict::accepted);
    CHECK(f.receive(f.mara, f.activity("Follow", f.anna.uri)).verdict == Verdict::accepted);
    CHECK(f.receive(f.mara, {{"type", "Undo"}, {"object", f.id}}).verdict == Verdict::accepted);
    CHECK_FALSE(f.world.read([&](db::Tx& tx) { return store::find_follow(tx, f.mara.id, f.anna.id); }));
    CHECK(f.world.read([&](db::Tx& tx) { return store::find_follow(tx, f.eve.id, f.anna.id); }));
  }
  SECTION("Block") {
    f.receive(f.eve, f.activity("Block", f.anna.uri));
    CHECK(f.receive(f.mara, f.activity("Block", f.anna.uri)).verdict == Verdict::accepted);
    CHECK(f.receive(f.mara, {{"type", "Undo"}, {"object", f.id}}).verdict == Verdict::accepted);
    CHECK_FALSE(f.world.read([&](db::Tx& tx) { return store::is_blocked(tx, f.mara.id, f.anna.id); }));
    CHECK(f.world.read([&](db::Tx& tx) { return store::is_blocked(tx, f.eve.id, f.anna.id); }));
  }
  SECTION("Flag") {
    CHECK(f.receive(f.eve, f.activity("Flag", f.anna.uri)).verdict == Verdict::accepted);
    CHECK(f.receive(f.mara, f.activity("Flag", f.anna.uri)).verdict == Verdict::accepted);
  }
  CHECK(f.remote.requested.empty());
}

TEST_CASE("R12: an Announce under an id that a neighbour uses is a boost, and is undone or deleted by it",
          "[activitypub][inbox][taken]") {
  Setup f;
  CHECK(f.receive(f.eve, f.activity("Announce", f.post.uri)).verdict == Verdict::accepted);
  CHECK(f.receive(f.mara, f.activity("Announce", f.post.uri)).verdict == Verdict::accepted);
  CHECK(f.receive(f.mara, f.activity("Announce", f.post.uri)).verdict == Verdict::duplicate);
  CHECK(f.world.reload(f.post).reblogs_count == 2);
  const auto hers = f.world.read([&](db::Tx& tx) { return store::find_reblog(tx, f.mara.id, f.post.id); });
  REQUIRE(hers);
  CHECK(hers->uri == f.id);
  const char* type = GENERATE("Undo", "Delete");
  CHECK(f.receive(f.mara, {{"type", type}, {"object", f.id}}).verdict == Verdict::accepted);
  CHECK_FALSE(f.world.read([&](db::Tx& tx) { return store::find_reblog(tx, f.mara.id, f.post.id); }));
  CHECK(f.world.read([&](db::Tx& tx) { return store::find_reblog(tx, f.eve.id, f.post.id); }));
}

TEST_CASE("R12: whose a status is that two of a host claim, its origin says, once", "[activitypub][inbox][taken]") {
  Setup f;
  const bool as_reblog = GENERATE(false, true);
  f.receive(f.eve, as_reblog ? f.activity("Announce", f.post.uri) : f.create(f.eve));
  REQUIRE(f.author() == f.eve.id);
  SECTION("the second's") {
    f.remote.serve(f.id, f.note(f.mara));
    CHECK(f.receive(f.mara, f.create(f.mara)).verdict == Verdict::accepted);
    CHECK(f.author() == f.mara.id);
    CHECK(f.asked() == 1);
    CHECK(f.world.reload(f.post).reblogs_count == 0);
    // The first has no say in it any more.
    CHECK(f.receive(f.eve, {{"type", "Delete"}, {"object", f.id}}).verdict == Verdict::rejected);
    CHECK(f.receive(f.mara, f.create(f.mara)).verdict == Verdict::duplicate);
    CHECK(f.asked() == 1);
  }
  SECTION("the second's, shown to followers") {
    const Json to_followers = {{"to", Json::array({f.mara.followers_url})}, {"cc", Json::array()}};
    f.remote.serve_followers(f.id, f.note(f.mara, to_followers));
    CHECK(f.receive(f.mara, f.create(f.mara, to_followers)).verdict == Verdict::accepted);
    CHECK(f.author() == f.mara.id);
  }
  SECTION("the first's") {
    f.remote.serve(f.id, f.note(f.eve));
    for (int i = 0; i < 5; ++i) CHECK(f.receive(f.mara, f.create(f.mara)).verdict == Verdict::duplicate);
    CHECK(f.author() == f.eve.id);
    CHECK(f.asked() == 3);  // an hour
  }
  SECTION("nobody's") {
    CHECK(f.receive(f.mara, f.create(f.mara)).verdict == Verdict::rejected);
    CHECK(f.author() == f.eve.id);
  }
}

TEST_CASE("R12: a neighbour's deleted thing is in nobody's way", "[activitypub][inbox][taken]") {
  Setup f;
  f.receive(f.eve, f.create(f.eve));
  CHECK(f.receive(f.eve, {{"type", "Delete"}, {"object", f.id}}).verdict == Verdict::accepted);
  CHECK(f.receive(f.mara, f.create(f.mara)).verdict == Verdict::accepted);
  CHECK(f.author() == f.mara.id);
  CHECK(f.receive(f.eve, f.create(f.eve)).verdict == Verdict::ignored);
  CHECK(f.receive(f.mara, {{"type", "Delete"}, {"object", f.id}}).verdict == Verdict::accepted);
  CHECK(f.receive(f.mara, f.create(f.mara)).verdict == Verdict::ignored);
  CHECK(f.remote.requested.empty());
}

TEST_CASE("R12: a status that must be fetched is found under an id that a neighbour had used",
          "[activitypub][inbox][taken]") {
  Setup f;
  f.receive(f.eve, f.create(f.eve));
  f.receive(f.eve, {{"type", "Delete"}, {"object", f.id}});
  f.remote.serve(f.id, f.note(f.mara));
  const auto found = f.resolve([&](Resolver& r) { return r.status(f.id); });
  REQUIRE(found);
  CHECK(found->account_id == f.mara.id);
}

}  // namespace dunlin::activitypub
