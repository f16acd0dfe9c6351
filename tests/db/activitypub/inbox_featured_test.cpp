#include "support/fediverse.hpp"

#include "dunlin/store/status_marks.hpp"
#include "dunlin/store/tags.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace dunlin::activitypub {

using test::Fediverse;
using test::Json;
using test::note_document;

namespace {

struct Setup : Fediverse {
  Setup() {
    auto document = test::actor_document("masto.example", "mara");
    const std::string id = document["id"];
    document["featured"] = id + "/collections/featured";
    remote.serve(id, document);
    remote.webfinger("mara@masto.example", id);
    mara = resolve([&](Resolver& r) { return r.actor(id); }).value();
    remote.serve(mara.uri + "/notes/1", note_document(mara, "1"));
  }
  model::Account anna = world.local_account("anna");
  model::Account mara;

  Json activity(const std::string& type, const std::string& object) {
    return {{"type", type}, {"object", object}, {"target", mara.featured_url}};
  }
  std::size_t pins() {
    return world.read([&](db::Tx& tx) { return store::list_pins(tx, mara.id, std::nullopt, 50); }).size();
  }
};

}  // namespace

TEST_CASE("8.79: Add pins a status of the actor's own, Remove takes it off, also without ids",
          "[activitypub][inbox][featured]") {
  Setup f;
  auto add = f.activity("Add", f.mara.uri + "/notes/1");
  add["id"] = nullptr;  // Mastodon sends none
  CHECK(f.receive(f.mara, add).verdict == Verdict::accepted);
  CHECK(f.pins() == 1);
  CHECK(f.receive(f.mara, f.activity("Add", f.mara.uri + "/notes/1")).verdict == Verdict::duplicate);
  CHECK(f.receive(f.mara, f.activity("Remove", f.mara.uri + "/notes/1")).verdict == Verdict::accepted);
  CHECK(f.pins() == 0);
  CHECK(f.receive(f.mara, f.activity("Remove", f.mara.uri + "/notes/1")).verdict == Verdict::ignored);
}

TEST_CASE("8.79: a Remove that overtakes its Add wins, a later Add counts", "[activitypub][inbox][featured]") {
  Setup f;
  const auto add = f.put(f.mara, f.activity("Add", f.mara.uri + "/notes/1"));
  const auto remove = f.put(f.mara, f.activity("Remove", f.mara.uri + "/notes/1"));
  const auto again = f.put(f.mara, f.activity("Add", f.mara.uri + "/notes/1"));
  CHECK(f.judge(remove)->verdict == Verdict::ignored);
  CHECK(f.judge(add)->why == Reason::taken_back);
  CHECK(f.pins() == 0);
  CHECK(f.judge(again)->verdict == Verdict::accepted);
  CHECK(f.pins() == 1);
}

TEST_CASE("8.79: nothing is added to another's collection, nor another's or a hidden status",
          "[activitypub][inbox][featured]") {
  Setup f;
  auto elsewhere = f.activity("Add", f.mara.uri + "/notes/1");
  elsewhere["target"] = "https://masto.example/users/eve/collections/featured";
  CHECK(f.receive(f.mara, elsewhere).verdict == Verdict::ignored);
  const auto theirs = f.world.status(f.world.remote_account("sam", "far.example"));
  CHECK(f.receive(f.mara, f.activity("Add", theirs.uri)).verdict == Verdict::rejected);
  f.remote.serve(f.mara.uri + "/notes/2",
                 note_document(f.mara, "2", {{"to", Json::array({f.mara.followers_url})}, {"cc", Json::array()}}));
  CHECK(f.receive(f.mara, f.activity("Add", f.mara.uri + "/notes/2")).verdict == Verdict::rejected);
  CHECK(f.pins() == 0);
}

TEST_CASE("nobody is made to fetch another host's status by a pin", "[activitypub][inbox][featured]") {
  Setup f;
  const auto sam = f.world.remote_account("sam", "far.example");
  f.remote.serve(sam.uri + "/notes/1", note_document(sam, "1"));
  CHECK(f.receive(f.mara, f.activity("Add", sam.uri + "/notes/1")).verdict == Verdict::rejected);
  CHECK(std::ranges::find(f.remote.requested, sam.uri + "/notes/1") == f.remote.requested.end());
  CHECK_FALSE(f.find_status(sam.uri + "/notes/1"));
}

TEST_CASE("our pins are told with ids, and listed", "[activitypub][outbox][featured]") {
  Setup f;
  f.world.follow(f.mara, f.anna);
  const auto status = f.world.status(f.anna);
  f.world.write([&](db::Tx& tx) { return f.services.status_marks.pin(tx, f.anna, status.id).value(); });
  f.run_jobs();
  const auto add = f.outgoing().back().activity;
  CHECK(add["type"] == "Add");
  CHECK(add["object"] == status.uri);
  CHECK(add["target"] == f.anna.uri + "/collections/featured");
  CHECK(add["id"].get<std::string>().starts_with(f.anna.uri + "#pins/"));
  f.world.write([&](db::Tx& tx) { return f.services.status_marks.unpin(tx, f.anna, status.id).value(); });
  f.run_jobs();
  CHECK(f.outgoing().back().activity["type"] == "Remove");
}

TEST_CASE("a hashtag is shown on the profile that it is added to", "[activitypub][inbox][featured]") {
  Setup f;
  const auto tags = [&] {
    return f.world.read([&](db::Tx& tx) { return store::list_featured_tags(tx, f.mara.id).size(); });
  };
  auto activity = f.activity("Add", "");
  activity["object"] = {{"type", "Hashtag"}, {"href", "https://masto.example/@mara/tagged/birds"}, {"name", "#birds"}};
  CHECK(f.receive(f.mara, activity).verdict == Verdict::accepted);
  CHECK(tags() == 1);
  activity["type"] = "Remove";
  CHECK(f.receive(f.mara, activity).verdict == Verdict::accepted);
  CHECK(tags() == 0);
  activity["object"] = {{"type", "Hashtag"}, {"name", "two words"}};
  CHECK(f.receive(f.mara, activity).verdict == Verdict::ignored);
}

TEST_CASE("a hashtag that one of ours shows on the profile, or no longer, is told", "[activitypub][outbox][featured]") {
  Setup f;
  f.world.follow(f.mara, f.anna);
  const auto feature = [&](const std::string& name) {
    return f.world.write([&](db::Tx& tx) { return f.services.tags.feature(tx, f.anna.id, name).value(); });
  };
  const auto birds = feature("#Birds");
  CHECK(f.run_jobs() == 1);
  REQUIRE(f.outgoing().size() == 1);
  const auto add = f.outgoing().back().activity;
  CHECK(add["type"] == "Add");
  CHECK(add["object"]["type"] == "Hashtag");
  CHECK(add["object"]["name"] == "#Birds");
  CHECK(add["target"] == f.anna.uri + "/collections/featured");
  CHECK(add["id"].get<std::string>().starts_with(f.anna.uri + "#pins/tag-"));
  feature("birds");  // is there
  CHECK(f.run_jobs() == 0);
  f.world.write([&](db::Tx& tx) { REQUIRE(f.services.tags.remove_featured(tx, f.anna.id, birds.id)); });
  CHECK(f.run_jobs() == 1);
  CHECK(f.outgoing().back().activity["type"] == "Remove");
  CHECK(f.outgoing().back().activity["object"]["name"] == "#Birds");
  feature("lake");
  f.world.write([&](db::Tx& tx) { REQUIRE(f.services.tags.unfeature(tx, f.anna.id, "lake")); });
  CHECK(f.run_jobs() == 2);
  CHECK(f.outgoing().size() == 4);
}

TEST_CASE("hashtags are added to their own collection as well", "[activitypub][inbox][featured]") {
  Setup f;
  auto document = test::actor_document("tags.example", "tia");
  const std::string id = document["id"];
  document["featuredTags"] = id + "/collections/tags";
  f.remote.serve(id, document);
  f.remote.webfinger("tia@tags.example", id);
  const auto tia = f.resolve([&](Resolver& r) { return r.actor(id); }).value();
  const auto names = [&] {
    std::vector<std::string> result;
    for (const auto& featured : f.world.read([&](db::Tx& tx) { return store::list_featured_tags(tx, tia.id); }))
      result.push_back(featured.tag.name);
    std::ranges::sort(result);
    return result;
  };
  const Json add = {
      {"type", "Add"}, {"object", {{"type", "Hashtag"}, {"name", "#birds"}}}, {"target", id + "/collections/tags"}};
  CHECK(f.receive(tia, add).verdict == Verdict::accepted);
  CHECK(names() == std::vector<std::string>{"birds"});
  auto elsewhere = add;
  elsewhere["target"] = f.mara.uri + "/collections/tags";
  CHECK(f.receive(tia, elsewhere).verdict == Verdict::ignored);
  CHECK(f.receive(f.mara, elsewhere).verdict == Verdict::ignored);  // her document names no such collection

  // What the collection says is all there is.
  f.world.write([&](db::Tx& tx) {
    f.services.tags.receive_featured(tx, tia.id, std::vector<std::string>{"#Lake", "no tag", "#lake", "#boats"});
  });
  CHECK(names() == std::vector<std::string>{"boats", "lake"});
  std::vector<std::string> many;
  for (int i = 0; i < 30; ++i) many.push_back("#tag" + std::to_string(i));
  f.world.write([&](db::Tx& tx) { f.services.tags.receive_featured(tx, tia.id, many); });
  CHECK(names().size() == 10);
}

}  // namespace dunlin::activitypub
