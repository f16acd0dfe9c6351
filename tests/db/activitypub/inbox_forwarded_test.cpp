#include "support/fediverse.hpp"

#include "dunlin/activitypub/jobs.hpp"
#include "dunlin/store/relationships.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>

namespace dunlin::activitypub {

using namespace std::chrono_literals;
using test::Fediverse;
using test::Json;
using test::note_document;

namespace {

struct Setup : Fediverse {
  Setup() { world.follow(anna, mara); }
  model::Account anna = world.local_account("anna");
  model::Account mara = world.remote_account("mara", "masto.example");
  model::Account eve = world.remote_account("eve", "masto.example");
  model::Account stranger = world.remote_account("sam", "far.example");

  Json create(const model::Account& author, const std::string& name, const Json& more = Json::object()) {
    auto note = note_document(author, name, more);
    return {{"type", "Create"}, {"to", note["to"]}, {"cc", note["cc"]}, {"object", note}};
  }
  std::string uri(const std::string& name) { return mara.uri + "/notes/" + name; }
};

}  // namespace

// 8.27, 8.75
TEST_CASE("forwarded Deletes of what is still there make us ask three times an hour",
          "[activitypub][inbox][forwarded]") {
  Setup f;
  f.receive(f.mara, f.create(f.mara, "1"));
  f.remote.serve(f.uri("1"), note_document(f.mara, "1"));
  f.remote.requested.clear();
  const Json deletion = {
      {"type", "Delete"}, {"actor", f.mara.uri}, {"id", f.uri("1") + "#delete"}, {"object", f.uri("1")}};
  for (int i = 0; i < 10; ++i) f.receive(f.stranger, deletion);
  CHECK(f.remote.requested.size() == 3);
  CHECK(f.find_status(f.uri("1")));
  // What could not be asked about is asked once more when that is over: it may have been true.
  const auto later = f.world.read([](db::Tx& tx) { return jobs::list(tx, jobs::JobState::pending, 100); });
  REQUIRE(std::ranges::count(later, std::string(kCheckDeletion.name), &jobs::Job::kind) == 1);
  const auto job = *std::ranges::find(later, std::string(kCheckDeletion.name), &jobs::Job::kind);
  CHECK(job.run_at > f.world.clock.now() + 59min);
  const auto check = [&] {
    return f.remote.run_with([&](service::RemoteDocuments& documents) {
      return f.world.session().write(
          [&](db::Tx& tx) { return run_check_deletion(f.env, f.services, tx, documents, job.payload); });
    });
  };
  CHECK(check());
  CHECK(f.find_status(f.uri("1")));
  f.remote.answer_status(f.uri("1"), 410);
  CHECK(check());
  CHECK_FALSE(f.find_status(f.uri("1")));
}

TEST_CASE("a forwarded Delete whose origin is away is one question, however often it is tried",
          "[activitypub][inbox][forwarded]") {
  Setup f;
  f.receive(f.mara, f.create(f.mara, "1"));
  f.remote.break_down(f.uri("1"));
  const Json deletion = {
      {"type", "Delete"}, {"actor", f.mara.uri}, {"id", f.uri("1") + "#delete"}, {"object", f.uri("1")}};
  const auto row = f.put(f.stranger, deletion);
  for (int i = 0; i < 10; ++i) CHECK(f.judge(row).error().code == Errc::remote_failed);
  f.remote.answer_status(f.uri("1"), 410);
  REQUIRE(f.judge(row));
  CHECK_FALSE(f.find_status(f.uri("1")));
}

TEST_CASE("what comes through others counts as its origin shows it", "[activitypub][inbox][forwarded]") {
  Setup f;
  auto create = f.create(f.mara, "1", {{"content", "<p>as forwarded</p>"}});
  create["actor"] = f.mara.uri;
  create["id"] = f.mara.uri + "/activities/1";
  SECTION("confirmed") {
    f.remote.serve(f.uri("1"), note_document(f.mara, "1"));
    CHECK(f.receive(f.stranger, create).verdict == Verdict::accepted);
    CHECK(f.find_status(f.uri("1"))->content == "<p>hello from afar</p>");
  }
  SECTION("not worth a fetch") {
    auto foreign = f.create(f.eve, "9");
    foreign["actor"] = f.eve.uri;
    foreign["id"] = f.eve.uri + "/activities/9";
    CHECK(f.receive(f.stranger, foreign).verdict == Verdict::ignored);
    CHECK(f.remote.requested.empty());
  }
  SECTION("not there") {
    CHECK(f.receive(f.stranger, create).verdict == Verdict::rejected);
    CHECK_FALSE(f.find_status(f.uri("1")));
  }
  SECTION("by somebody else") {
    f.remote.serve(f.uri("1"), note_document(f.mara, "1", {{"attributedTo", f.eve.uri}}));
    CHECK(f.receive(f.stranger, create).verdict == Verdict::rejected);
    CHECK_FALSE(f.find_status(f.uri("1")));
  }
  SECTION("a Delete is believed when the origin says so") {
    f.receive(f.mara, f.create(f.mara, "1"));
    const Json deletion = {
        {"type", "Delete"}, {"actor", f.mara.uri}, {"id", f.uri("1") + "#delete"}, {"object", f.uri("1")}};
    f.remote.serve(f.uri("1"), note_document(f.mara, "1"));
    CHECK(f.receive(f.stranger, deletion).verdict == Verdict::rejected);
    CHECK(f.find_status(f.uri("1")));
    f.remote.answer_status(f.uri("1"), 410);
    CHECK(f.receive(f.stranger, deletion).verdict == Verdict::accepted);
    CHECK_FALSE(f.find_status(f.uri("1")));
  }
  SECTION("anything else is dropped") {
    for (const char* type : {"Follow", "Undo", "Accept", "Reject", "Like"}) {
      const Json forged = {
          {"type", type}, {"actor", f.mara.uri}, {"id", f.mara.uri + "/activities/2"}, {"object", f.anna.uri}};
      CHECK(f.receive(f.stranger, forged).verdict == Verdict::ignored);
    }
    const Json ours = {{"type", "Delete"}, {"actor", f.anna.uri}, {"id", f.anna.uri + "/x"}, {"object", f.anna.uri}};
    CHECK(f.receive(f.stranger, ours).verdict == Verdict::rejected);
    CHECK(f.find_account(f.anna.uri));
  }
}

namespace {

/// The second look at what was not there the first time.
std::optional<jobs::Job> second_look(Setup& f) {
  const auto later = f.world.read([](db::Tx& tx) { return jobs::list(tx, jobs::JobState::pending, 100); });
  const auto found = std::ranges::find(later, std::string(kCheckDeletion.name), &jobs::Job::kind);
  return found == later.end() ? std::nullopt : std::optional(*found);
}

Result<void> run_look(Setup& f, const jobs::Job& job) {
  return f.remote.run_with([&](service::RemoteDocuments& documents) {
    return f.world.session().write(
        [&](db::Tx& tx) { return run_check_deletion(f.env, f.services, tx, documents, job.payload); });
  });
}

Json deletion_of(const model::Account& owner, const std::string& uri) {
  return {{"type", "Delete"}, {"actor", owner.uri}, {"id", uri + "#delete"}, {"object", uri}};
}

}  // namespace

// 8.75: Mastodon answers 404 for what is not for the asker.
TEST_CASE("a 404 deletes nothing private, and what is public only when it stays so",
          "[activitypub][inbox][forwarded]") {
  Setup f;
  SECTION("for followers, and no follower here any more") {
    f.receive(f.mara, f.create(f.mara, "1",
                               {{"to", Json::array({f.mara.uri + "/followers", f.anna.uri})}, {"cc", Json::array()}}));
    REQUIRE(f.find_status(f.uri("1")));
    f.world.write([&](db::Tx& tx) { store::delete_follow(tx, f.anna.id, f.mara.id); });
    CHECK(f.receive(f.stranger, deletion_of(f.mara, f.uri("1"))).verdict == Verdict::rejected);
    CHECK(f.find_status(f.uri("1")));
    CHECK_FALSE(second_look(f));
  }
  SECTION("for one of us") {
    f.receive(f.mara, f.create(f.mara, "1", {{"to", Json::array({f.anna.uri})}, {"cc", Json::array()}}));
    REQUIRE(f.find_status(f.uri("1")));
    CHECK(f.receive(f.stranger, deletion_of(f.mara, f.uri("1"))).verdict == Verdict::rejected);
    CHECK(f.find_status(f.uri("1")));
    CHECK_FALSE(second_look(f));
    f.remote.answer_status(f.uri("1"), 410);
    CHECK(f.receive(f.stranger, deletion_of(f.mara, f.uri("1"))).verdict == Verdict::accepted);
    CHECK_FALSE(f.find_status(f.uri("1")));
  }
  SECTION("for followers, who can see whether it is there") {
    const auto bea = f.world.write([&](db::Tx& tx) {
      store::delete_follow(tx, f.anna.id, f.mara.id);
      return f.services.accounts
          .create_local(tx, {.username = "bea", .email = "bea@example.org", .password = {}, .confirmed = true}, "hash")
          .value();
    });
    f.world.follow(bea, f.mara);
    const auto note =
        note_document(f.mara, "1", {{"to", Json::array({f.mara.uri + "/followers"})}, {"cc", Json::array()}});
    f.receive(f.mara, {{"type", "Create"}, {"object", note}});
    REQUIRE(f.find_status(f.uri("1")));
    SECTION("it is not, and stays so") {
      CHECK(f.receive(f.stranger, deletion_of(f.mara, f.uri("1"))).verdict == Verdict::ignored);
      CHECK(f.remote.signatures.size() == 1);
      const auto job = second_look(f);
      REQUIRE(job);
      CHECK(f.find_status(f.uri("1")));
      CHECK(run_look(f, *job));
      CHECK_FALSE(f.find_status(f.uri("1")));
      return;
    }
    f.remote.serve_followers(f.uri("1"), note);
    CHECK(f.receive(f.stranger, deletion_of(f.mara, f.uri("1"))).verdict == Verdict::rejected);
    CHECK(f.remote.signatures.size() == 1);
    CHECK(f.find_status(f.uri("1")));
    CHECK_FALSE(second_look(f));
  }
  SECTION("public") {
    f.receive(f.mara, f.create(f.mara, "1"));
    CHECK(f.receive(f.stranger, deletion_of(f.mara, f.uri("1"))).verdict == Verdict::ignored);
    CHECK(f.find_status(f.uri("1")));
    const auto job = second_look(f);
    REQUIRE(job);
    CHECK(job->run_at > f.world.clock.now() + 1h);
    SECTION("back by then") {
      f.remote.serve(f.uri("1"), note_document(f.mara, "1"));
      CHECK(run_look(f, *job));
      CHECK(f.find_status(f.uri("1")));
    }
    SECTION("still not there") {
      CHECK(run_look(f, *job));
      CHECK_FALSE(f.find_status(f.uri("1")));
    }
  }
  SECTION("the actor") {
    CHECK(f.receive(f.stranger, deletion_of(f.mara, f.mara.uri)).verdict == Verdict::rejected);
    CHECK(f.find_account(f.mara.uri));
    CHECK_FALSE(second_look(f));
  }
}

TEST_CASE("a Tombstone counts for its own id", "[activitypub][inbox][forwarded]") {
  Setup f;
  f.receive(f.mara, f.create(f.mara, "1"));
  const auto tombstone = [&](const std::string& id) {
    return Json{{"@context", test::kAsNamespace}, {"id", id}, {"type", "Tombstone"}};
  };
  f.remote.serve(f.uri("2"), tombstone(f.uri("2")));
  f.remote.redirect(f.uri("1"), f.uri("2"));
  CHECK(f.receive(f.stranger, deletion_of(f.mara, f.uri("1"))).verdict == Verdict::rejected);
  CHECK(f.find_status(f.uri("1")));
  f.remote.serve(f.uri("1"), tombstone(f.uri("1")));
  CHECK(f.receive(f.stranger, deletion_of(f.mara, f.uri("1"))).verdict == Verdict::accepted);
  CHECK_FALSE(f.find_status(f.uri("1")));
}

// R2, R6: who acts is named by the id, not by what a redirect leads to.
TEST_CASE("an address that leads to somebody else's actor does not act as them", "[activitypub][inbox][forwarded]") {
  Setup f;
  const auto evil = f.world.remote_account("a", "evil.example");
  const std::string alias = "https://evil.example/r";
  f.remote.serve(f.mara.uri, test::actor_document("masto.example", "mara"));
  f.remote.redirect(alias, f.mara.uri);
  const std::string note_id = "https://evil.example/notes/1";
  const Json note =
      note_document(evil, "1", {{"id", note_id}, {"attributedTo", alias}, {"cc", Json::array({f.anna.uri})}});

  SECTION("by a Create of several authors") {
    auto mixed = note;
    mixed["attributedTo"] = Json::array({{{"type", "Person"}, {"id", alias}}, evil.uri});
    CHECK(f.receive(evil, {{"type", "Create"}, {"object", mixed}}).verdict == Verdict::rejected);
    CHECK_FALSE(f.find_status(note_id));
  }
  SECTION("by a note that is fetched") {
    f.remote.serve(note_id, note);
    CHECK_FALSE(f.resolve([&](Resolver& r) { return r.status(note_id); }));
    CHECK_FALSE(f.find_status(note_id));
  }
  SECTION("by a forwarded Create") {
    f.remote.serve(note_id, note);
    const Json create = {{"type", "Create"}, {"actor", alias}, {"id", "https://evil.example/1"}, {"object", note}};
    CHECK(f.receive(f.stranger, create).verdict == Verdict::rejected);
    CHECK_FALSE(f.find_status(note_id));
  }
  SECTION("by a forwarded Announce") {
    const auto ours = f.world.status(f.anna);
    const Json announce = {{"@context", test::kAsNamespace},
                           {"type", "Announce"},
                           {"actor", alias},
                           {"id", "https://evil.example/2"},
                           {"to", Json::array({test::kAsPublic})},
                           {"object", ours.uri}};
    f.remote.serve("https://evil.example/2", announce);
    CHECK(f.receive(f.stranger, announce).verdict == Verdict::rejected);
    CHECK(f.find_status(ours.uri)->reblogs_count == 0);
  }
  SECTION("on the very same server, either") {
    const std::string near = "https://masto.example/go?to=mara";
    f.remote.redirect(near, f.mara.uri);
    CHECK(f.resolve([&](Resolver& r) { return r.actor(near); }));
    CHECK_FALSE(f.resolve([&](Resolver& r) { return r.actor_itself(near); }));
  }
}

TEST_CASE("a forwarded Announce counts as its own id shows it, on its actor's server",
          "[activitypub][inbox][forwarded]") {
  Setup f;
  const auto ours = f.world.status(f.anna);
  const auto announce = [&](const std::string& id) {
    return Json{{"@context", test::kAsNamespace},       {"type", "Announce"}, {"actor", f.mara.uri}, {"id", id},
                {"to", Json::array({test::kAsPublic})}, {"object", ours.uri}};
  };
  const auto boosts = [&] { return f.find_status(ours.uri)->reblogs_count; };
  SECTION("through an open redirect on the victim's server") {
    f.remote.serve("https://evil.example/1", announce("https://evil.example/1"));
    f.remote.redirect("https://masto.example/go?to=evil", "https://evil.example/1");
    CHECK(f.receive(f.stranger, announce("https://masto.example/go?to=evil")).verdict == Verdict::rejected);
    CHECK(boosts() == 0);
  }
  SECTION("with an id elsewhere") {
    f.remote.serve("https://evil.example/1", announce("https://evil.example/1"));
    CHECK(f.receive(f.stranger, announce("https://evil.example/1")).verdict == Verdict::rejected);
    CHECK(boosts() == 0);
  }
  SECTION("true") {
    f.remote.serve(f.mara.uri + "/a/1", announce(f.mara.uri + "/a/1"));
    CHECK(f.receive(f.stranger, announce(f.mara.uri + "/a/1")).verdict == Verdict::accepted);
    CHECK(boosts() == 1);
  }
  SECTION("of what concerns nobody here nobody is asked") {
    auto foreign = announce(f.eve.uri + "/a/1");
    foreign["actor"] = f.eve.uri;
    foreign["object"] = f.eve.uri + "/notes/5";
    CHECK(f.receive(f.stranger, foreign).verdict == Verdict::ignored);
    CHECK(f.remote.requested.empty());
  }
}

// R14
TEST_CASE("what others tell of makes us ask only so often: of one server, and through one",
          "[activitypub][inbox][forwarded]") {
  Setup f;
  int n = 0;
  const auto forward = [&](const model::Account& by) {
    const auto name = std::to_string(++n);
    auto create = f.create(f.mara, name);
    create["actor"] = f.mara.uri;
    create["id"] = f.uri(name) + "/activity";
    return f.receive(by, create);
  };
  const auto asked = [&] { return f.remote.requested.size(); };
  for (int i = 0; i < 310; ++i) forward(f.stranger);
  CHECK(asked() == 300);
  CHECK(forward(f.stranger).why == Reason::flood);
  // Another of its servers is the same party, and one of another's is not.
  CHECK(forward(f.world.remote_account("sub", "x.far.example")).why == Reason::flood);
  for (const char* name : {"one", "two", "three"}) {
    const auto other = f.world.remote_account("jo", std::string(name) + ".example");
    for (int i = 0; i < 300; ++i) forward(other);
  }
  CHECK(asked() == 1200);
  const auto late = f.world.remote_account("late", "late.example");
  CHECK(forward(late).why == Reason::flood);
  // Strangers do not use up what those may make us ask who are followed here.
  f.world.follow(f.anna, late);
  CHECK(forward(late).why != Reason::flood);
}

// R14
TEST_CASE("the same tale told over and over takes nothing from what others may make us ask",
          "[activitypub][inbox][forwarded]") {
  Setup f;
  f.receive(f.mara, f.create(f.mara, "1"));
  f.remote.serve(f.uri("1"), note_document(f.mara, "1"));
  f.remote.requested.clear();
  Json deletion = {{"type", "Delete"}, {"actor", f.mara.uri}, {"object", f.uri("1")}};
  for (int i = 0; i < 310; ++i) {
    deletion["id"] = f.uri("1") + "#delete" + std::to_string(i);
    f.receive(f.stranger, deletion);
  }
  CHECK(f.remote.requested.size() == 3);
  auto create = f.create(f.mara, "2");
  create["actor"] = f.mara.uri;
  create["id"] = f.uri("2") + "/activity";
  f.remote.serve(f.uri("2"), note_document(f.mara, "2"));
  f.remote.serve(f.mara.uri, test::actor_document("masto.example", "mara"));
  CHECK(f.receive(f.stranger, create).verdict == Verdict::accepted);
}

}  // namespace dunlin::activitypub
