#include "support/fediverse.hpp"

#include "dunlin/activitypub/jobs.hpp"
#include "dunlin/store/notifications.hpp"
#include "dunlin/store/reactions.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

namespace dunlin::activitypub {

using test::Fediverse;
using test::Json;
using test::note_document;

namespace {

struct Setup : Fediverse {
  Setup() {
    auto document = test::actor_document("lemmy.example", "birds");
    document["type"] = "Group";
    remote.serve("https://lemmy.example/users/birds", document);
    remote.webfinger("birds@lemmy.example", "https://lemmy.example/users/birds");
    group = resolve([](Resolver& r) { return r.actor("https://lemmy.example/users/birds"); }).value();
    world.follow(anna, group);
    remote.serve(uri(), page());
  }
  model::Account anna = world.local_account("anna");
  model::Account group;
  model::Account sam = world.remote_account("sam", "kbin.example");
  std::string uri() { return sam.uri + "/notes/1"; }
  Json page(const Json& more = Json::object()) {
    auto note = note_document(sam, "1", {{"type", "Page"}, {"name", "A heron"}});
    note.update(more);
    return note;
  }
  Json inner(const std::string& type, const Json& object) {
    return {{"id", sam.uri + "/activities/" + type}, {"type", type}, {"actor", sam.uri}, {"object", object}};
  }
  Json announce(const Json& object) {
    return {{"type", "Announce"}, {"object", object}, {"to", Json::array({test::kAsPublic})}};
  }
};

}  // namespace

TEST_CASE("8.66: a group's Announce of a Create, and of the Page itself, are one boost",
          "[activitypub][inbox][group]") {
  Setup f;
  CHECK(f.receive(f.group, f.announce(f.inner("Create", f.page()))).verdict == Verdict::accepted);
  CHECK(f.receive(f.group, f.announce(f.uri())).verdict == Verdict::duplicate);
  const auto status = f.find_status(f.uri());
  REQUIRE(status);
  CHECK(status->reblogs_count == 1);
  CHECK_THAT(status->content, Catch::Contains("A heron"));
}

TEST_CASE("a group that passes on a post of ours tells its author nothing new", "[activitypub][inbox][group]") {
  Setup f;
  const auto status = f.world.status(f.anna);
  CHECK(f.receive(f.group, f.announce(f.inner("Create", status.uri))).verdict == Verdict::accepted);
  const auto told =
      f.world.read([&](db::Tx& tx) { return store::list_notifications(tx, f.anna.id, {}, test::newest(10)); });
  CHECK(told.empty());
  CHECK(f.world.read([&](db::Tx& tx) { return store::find_status(tx, status.id); })->reblogs_count == 1);
}

TEST_CASE("what no text can hold in another server's words spoils no verdict", "[activitypub][inbox][group]") {
  Setup f;
  const std::string strange = "https://far.example/notes/1";
  f.remote.serve_text(strange, "{}", "text/\xff\xfe");
  CHECK(f.receive(f.group, f.announce(strange)).verdict == Verdict::rejected);
}

// R7
TEST_CASE("what a group embeds is a pointer: the origin says what was written", "[activitypub][inbox][group]") {
  Setup f;
  auto forged = f.page({{"content", "<p>never written</p>"}});
  f.receive(f.group, f.announce(f.inner("Create", forged)));
  REQUIRE(f.find_status(f.uri()));
  CHECK_THAT(f.find_status(f.uri())->content, !Catch::Contains("never written"));
}

TEST_CASE("a group's Update counts as the author's origin shows it", "[activitypub][inbox][group]") {
  Setup f;
  f.receive(f.group, f.announce(f.inner("Create", f.page())));
  const auto edited = f.page({{"content", "<p>two herons</p>"}, {"updated", "2026-03-01T11:00:00Z"}});
  f.remote.serve(f.uri(), edited);
  CHECK(f.receive(f.group, f.announce(f.inner("Update", f.page({{"content", "<p>forged</p>"}})))).verdict ==
        Verdict::accepted);
  CHECK_THAT(f.find_status(f.uri())->content, Catch::Contains("two herons"));
}

TEST_CASE("a group's Delete removes what is gone, else only its own boost", "[activitypub][inbox][group]") {
  Setup f;
  f.receive(f.group, f.announce(f.inner("Create", f.page())));
  f.receive(f.group, f.announce(f.inner("Delete", f.uri())));
  REQUIRE(f.find_status(f.uri()));
  CHECK(f.find_status(f.uri())->reblogs_count == 0);
  f.remote.answer_status(f.uri(), 410);
  f.receive(f.group, f.announce(f.inner("Delete", f.uri())));
  CHECK_FALSE(f.find_status(f.uri()));
}

// 8.75: Mastodon answers 404 for what is not for the asker.
TEST_CASE("a group's Delete of what answers 404 ends the group's boost, and is looked at again when it is public",
          "[activitypub][inbox][group]") {
  Setup f;
  const auto looks = [&] {
    const auto jobs = f.world.read([](db::Tx& tx) { return jobs::list(tx, jobs::JobState::pending, 100); });
    return std::ranges::count(jobs, std::string(kCheckDeletion.name), &jobs::Job::kind);
  };
  SECTION("public") {
    f.receive(f.group, f.announce(f.inner("Create", f.page())));
    f.remote.answer_status(f.uri(), 404);
    CHECK(f.receive(f.group, f.announce(f.inner("Delete", f.uri()))).verdict == Verdict::accepted);
    REQUIRE(f.find_status(f.uri()));
    CHECK(f.find_status(f.uri())->reblogs_count == 0);
    CHECK(looks() == 1);
  }
  SECTION("for one of us") {
    const auto note = note_document(f.sam, "2", {{"to", Json::array({f.anna.uri})}, {"cc", Json::array()}});
    f.receive(f.sam, {{"type", "Create"}, {"object", note}});
    REQUIRE(f.find_status(f.sam.uri + "/notes/2"));
    f.receive(f.group, f.announce(f.inner("Delete", f.sam.uri + "/notes/2")));
    CHECK(f.find_status(f.sam.uri + "/notes/2"));
    CHECK(looks() == 0);
  }
}

TEST_CASE("an address that leads to somebody else's actor does not vote as them in a group",
          "[activitypub][inbox][group]") {
  Setup f;
  const auto status = f.world.status(f.anna);
  const std::string alias = "https://evil.example/r";
  f.remote.serve(f.sam.uri, test::actor_document("kbin.example", "sam"));
  f.remote.redirect(alias, f.sam.uri);
  auto like = f.inner("Like", status.uri);
  like["@context"] = test::kAsNamespace;
  like["actor"] = alias;
  like["id"] = "https://evil.example/likes/1";
  f.remote.serve(like["id"], like);
  CHECK(f.receive(f.group, f.announce(like)).verdict == Verdict::rejected);
  CHECK(f.find_status(status.uri)->favourites_count == 0);
}

TEST_CASE("a group's Deletes and Updates make us ask only so often", "[activitypub][inbox][group]") {
  Setup f;
  f.receive(f.group, f.announce(f.inner("Create", f.page())));
  f.remote.requested.clear();
  const auto type = GENERATE(std::string("Delete"), std::string("Update"));
  Outcome last;
  for (int i = 0; i < 10; ++i) last = f.receive(f.group, f.announce(f.inner(type, f.uri())));
  CHECK(f.remote.requested.size() == 3);
  CHECK(last.why == Reason::flood);
}

// R14
TEST_CASE("nobody is asked without end for what a group names by ids alone", "[activitypub][inbox][group]") {
  Setup f;
  f.remote.requested.clear();
  Outcome last;
  for (int i = 0; i < 310; ++i) last = f.receive(f.group, f.announce(f.sam.uri + "/creates/" + std::to_string(i)));
  CHECK(f.remote.requested.size() == 300);
  CHECK(last.why == Reason::flood);
}

TEST_CASE("a group's Delete waits while the origin cannot say what is true", "[activitypub][inbox][group]") {
  Setup f;
  f.receive(f.group, f.announce(f.inner("Create", f.page())));
  f.remote.break_down(f.uri());
  const auto outcome = f.try_receive(f.group, f.announce(f.inner("Delete", f.uri())));
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == Errc::remote_failed);
  CHECK(f.find_status(f.uri())->reblogs_count == 1);
}

TEST_CASE("what a group has removed it can show again", "[activitypub][inbox][group]") {
  Setup f;
  f.receive(f.group, f.announce(f.inner("Create", f.page())));
  f.receive(f.group, f.announce(f.inner("Delete", f.uri())));
  REQUIRE(f.find_status(f.uri())->reblogs_count == 0);
  CHECK(f.receive(f.group, f.announce(f.inner("Undo", f.inner("Delete", f.uri())))).verdict == Verdict::accepted);
  CHECK(f.find_status(f.uri())->reblogs_count == 1);
}

TEST_CASE("only a Group may announce activities, only followed ones are heard, votes are not counted",
          "[activitypub][inbox][group]") {
  Setup f;
  CHECK(f.receive(f.sam, f.announce(f.inner("Create", f.page()))).verdict == Verdict::ignored);
  for (const char* type : {"Like", "Dislike", "Lock", "Add", "Block", "Flag"}) {
    CAPTURE(type);
    CHECK(f.receive(f.group, f.announce(f.inner(type, f.uri()))).verdict == Verdict::ignored);
  }
  CHECK_FALSE(f.find_status(f.uri()));
}

TEST_CASE("a vote that a group passes on counts on posts of ours, when its voter's server shows it",
          "[activitypub][inbox][group]") {
  Setup f;
  const auto status = f.world.status(f.anna);
  auto like = f.inner("Like", status.uri);
  const auto likes = [&] { return f.find_status(status.uri)->favourites_count; };
  SECTION("shown") {
    auto document = like;
    document["@context"] = test::kAsNamespace;
    f.remote.serve(like["id"], document);
    CHECK(f.receive(f.group, f.announce(like)).verdict == Verdict::accepted);
    CHECK(likes() == 1);
  }
  SECTION("of another voter") {
    auto document = like;
    document["@context"] = test::kAsNamespace;
    document["actor"] = "https://kbin.example/users/eve";
    f.remote.serve(like["id"], document);
    CHECK(f.receive(f.group, f.announce(like)).verdict == Verdict::rejected);
    CHECK(likes() == 0);
  }
  SECTION("not shown") {
    CHECK(f.receive(f.group, f.announce(like)).verdict == Verdict::rejected);
    CHECK(likes() == 0);
  }
  SECTION("as a reaction") {
    auto react = f.inner("EmojiReact", status.uri);
    react["content"] = "\U0001F98A";
    auto document = react;
    document["@context"] = test::kAsNamespace;
    f.remote.serve(react["id"], document);
    CHECK(f.receive(f.group, f.announce(react)).verdict == Verdict::accepted);
    CHECK(likes() == 0);
    CHECK(f.world.read(
        [&](db::Tx& tx) { return store::find_reaction_by_uri(tx, react["id"].get<std::string>(), f.sam.id); }));
  }
  SECTION("and taken back when it is gone there") {
    auto document = like;
    document["@context"] = test::kAsNamespace;
    f.remote.serve(like["id"], document);
    f.receive(f.group, f.announce(like));
    const auto undo = f.inner("Undo", like);
    CHECK(f.receive(f.group, f.announce(undo)).verdict == Verdict::rejected);
    CHECK(likes() == 1);
    f.remote.answer_status(like["id"], 410);
    CHECK(f.receive(f.group, f.announce(undo)).verdict == Verdict::accepted);
    CHECK(likes() == 0);
    CHECK(f.receive(f.group, f.announce(undo)).verdict == Verdict::ignored);
  }
  SECTION("on others' posts nobody is asked") {
    f.receive(f.group, f.announce(f.inner("Create", f.page())));
    f.remote.requested.clear();
    CHECK(f.receive(f.group, f.announce(f.inner("Like", f.uri()))).verdict == Verdict::ignored);
    CHECK(f.remote.requested.empty());
  }
}

// federation.md 3.8
TEST_CASE("a group may name what happened by its id alone", "[activitypub][inbox][group]") {
  Setup f;
  const auto by_id = [&](const std::string& type, const Json& object) {
    auto activity = f.inner(type, object);
    activity["@context"] = test::kAsNamespace;
    f.remote.serve(activity["id"], activity);
    return f.receive(f.group, f.announce(activity["id"])).verdict;
  };
  CHECK(by_id("Create", f.page()) == Verdict::accepted);
  REQUIRE(f.find_status(f.uri()));
  CHECK(f.find_status(f.uri())->reblogs_count == 1);
  SECTION("Update") {
    f.remote.serve(f.uri(), f.page({{"content", "<p>two herons</p>"}, {"updated", "2026-03-01T11:00:00Z"}}));
    CHECK(by_id("Update", f.uri()) == Verdict::accepted);
    CHECK_THAT(f.find_status(f.uri())->content, Catch::Contains("two herons"));
  }
  SECTION("Delete") {
    f.remote.answer_status(f.uri(), 410);
    CHECK(by_id("Delete", f.uri()) == Verdict::accepted);
    CHECK_FALSE(f.find_status(f.uri()));
  }
  SECTION("Like") {
    const auto ours = f.world.status(f.anna);
    CHECK(by_id("Like", ours.uri) == Verdict::accepted);
    CHECK(f.find_status(ours.uri)->favourites_count == 1);
    const auto like = f.inner("Like", ours.uri);
    f.remote.answer_status(like["id"], 410);
    CHECK(by_id("Undo", like) == Verdict::accepted);
    CHECK(f.find_status(ours.uri)->favourites_count == 0);
  }
  SECTION("by another's server, in its author's name") {
    auto forged = f.inner("Update", f.page({{"content", "<p>forged</p>"}}));
    forged["@context"] = test::kAsNamespace;
    forged["id"] = "https://lemmy.example/activities/1";
    f.remote.serve(forged["id"], forged);
    f.receive(f.group, f.announce(forged["id"]));
    CHECK_THAT(f.find_status(f.uri())->content, !Catch::Contains("forged"));
  }
  SECTION("and nobody but a group") {
    auto document = f.inner("Delete", f.uri());
    document["@context"] = test::kAsNamespace;
    f.remote.serve(document["id"], document);
    f.world.follow(f.anna, f.sam);
    CHECK(f.receive(f.sam, f.announce(document["id"])).verdict == Verdict::rejected);
    CHECK(f.find_status(f.uri()));
  }
}

}  // namespace dunlin::activitypub
