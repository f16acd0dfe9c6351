#include "support/fediverse.hpp"

#include "dunlin/activitypub/jobs.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
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

}  // namespace dunlin::activitypub
