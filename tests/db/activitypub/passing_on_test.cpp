#include "support/fediverse.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace dunlin::activitypub {

using test::Fediverse;
using test::Json;
using test::note_document;

namespace {

struct Setup : Fediverse {
  Setup() {
    world.follow(ben, anna);
    world.follow(neighbour, anna);
  }
  model::Account anna = world.local_account("anna");
  model::Account mara = world.remote_account("mara", "masto.example");
  model::Account neighbour = world.remote_account("neighbour", "masto.example");
  model::Account ben = world.remote_account("ben", "far.example");
  model::Status post = world.status(anna);

  Json reply(const Json& more = Json::object()) {
    auto note = note_document(mara, "r", {{"inReplyTo", post.uri}});
    note.update(more);
    return {{"type", "Create"}, {"object", note}, {"proof", {{"type", "DataIntegrityProof"}}}};
  }
  std::vector<Sent> passed_on() {
    std::vector<Sent> result;
    for (auto& sent : outgoing()) {
      if (sent.activity.value("actor", "") == mara.uri) result.push_back(std::move(sent));
    }
    return result;
  }
};

}  // namespace

TEST_CASE("a public reply to a post of ours is passed on to its author's followers, as it came",
          "[activitypub][inbox][forwarding]") {
  Setup f;
  CHECK(f.receive(f.mara, f.reply()).verdict == Verdict::accepted);
  const auto sent = f.passed_on();
  REQUIRE(sent.size() == 1);  // not to where it came from
  CHECK(sent[0].inbox == f.ben.preferred_inbox());
  CHECK(sent[0].activity.contains("proof"));
  CHECK(sent[0].priority == jobs::Priority::relay);
  SECTION("once") {
    auto again = f.reply();
    again["id"] = f.mara.uri + "/activities/again";
    CHECK(f.receive(f.mara, again).verdict == Verdict::duplicate);
    CHECK(f.passed_on().size() == 1);
  }
  SECTION("and its deletion") {
    CHECK(f.receive(
               f.mara,
               {{"type", "Delete"}, {"object", f.mara.uri + "/notes/r"}, {"signature", {{"type", "RsaSignature2017"}}}})
              .verdict == Verdict::accepted);
    CHECK(f.passed_on().size() == 2);
  }
}

TEST_CASE("some edits in a row are passed on, and not any number of them", "[activitypub][inbox][forwarding]") {
  Setup f;
  f.receive(f.mara, f.reply());
  const auto edit = [&](int n) {
    auto update = f.reply(
        {{"content", "edit " + std::to_string(n)}, {"updated", "2026-03-01T11:00:" + std::to_string(10 + n) + "Z"}});
    update["type"] = "Update";
    CHECK(f.receive(f.mara, update).verdict == Verdict::accepted);
  };
  for (int n = 0; n < 8; ++n) edit(n);
  CHECK(f.passed_on().size() == 1 + 6);
  f.world.clock.advance(std::chrono::minutes(5));
  edit(8);
  CHECK(f.passed_on().size() == 1 + 7);
}

TEST_CASE("that a reply is not boosted any more is passed on, too", "[activitypub][inbox][forwarding]") {
  Setup f;
  f.receive(f.mara, f.reply());
  f.world.follow(f.world.local_account("cleo"), f.mara);
  Json boost = {{"type", "Announce"}, {"actor", f.mara.uri}, {"id", f.mara.uri + "/boosts/1"}};
  boost["object"] = f.mara.uri + "/notes/r";
  REQUIRE(f.receive(f.mara, boost).verdict == Verdict::accepted);
  REQUIRE(f.passed_on().size() == 1);
  const Json undo = {{"type", "Undo"}, {"object", boost}, {"signature", {{"type", "RsaSignature2017"}}}};
  CHECK(f.receive(f.mara, undo).verdict == Verdict::accepted);
  CHECK(f.passed_on().size() == 2);
  CHECK(f.receive(f.mara, undo).verdict == Verdict::ignored);
  CHECK(f.passed_on().size() == 2);
}

TEST_CASE("what nobody could believe, or is not for everybody, is passed on to nobody",
          "[activitypub][inbox][forwarding]") {
  Setup f;
  SECTION("without a proof") {
    auto reply = f.reply();
    reply.erase("proof");
    CHECK(f.receive(f.mara, reply).verdict == Verdict::accepted);
  }
  SECTION("to followers only") {
    f.receive(f.mara, f.reply({{"to", Json::array({f.mara.uri + "/followers", f.anna.uri})}, {"cc", Json::array()}}));
  }
  SECTION("no reply to one of ours") {
    f.world.follow(f.anna, f.mara);
    CHECK(f.receive(f.mara, f.reply({{"inReplyTo", nullptr}})).verdict == Verdict::accepted);
  }
  SECTION("by somebody whom the author blocks") {
    f.world.block(f.anna, f.mara);
    f.receive(f.mara, f.reply());
  }
  CHECK(f.passed_on().empty());
}

}  // namespace dunlin::activitypub
