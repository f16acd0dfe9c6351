#include "support/fediverse.hpp"

#include "dunlin/store/notifications.hpp"
#include "dunlin/store/polls.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace dunlin::activitypub {

using namespace std::chrono_literals;
using test::Fediverse;
using test::Json;
using test::note_document;

namespace {

struct Setup : Fediverse {
  model::Account anna = world.local_account("anna");
  model::User user = world.user_of(anna);
  model::Account mara = world.remote_account("mara", "masto.example");

  model::Status ask(bool multiple = false, std::vector<std::string> options = {"Tea & milk", "Coffee"}) {
    service::StatusDraft draft;
    draft.text = "which?";
    draft.poll = model::PollDraft{
        .options = std::move(options), .expires_in_seconds = 3600, .multiple = multiple, .hide_totals = false};
    service::RemoteDocuments documents;
    return world.write([&](db::Tx& tx) { return services.statuses.post(tx, documents, anna, user, draft).value(); });
  }
  Json vote(const model::Status& question, const std::string& name, const std::string& id = "1") {
    return {{"id", mara.uri + "#votes/" + id}, {"type", "Note"}, {"attributedTo", mara.uri}, {"name", name},
            {"inReplyTo", question.uri},       {"to", anna.uri}};
  }
  Outcome receive_vote(const Json& object) {
    return receive(mara, {{"type", "Create"}, {"to", anna.uri}, {"object", object}});
  }
  std::vector<std::int64_t> tallies(const model::Status& question) {
    return world.read([&](db::Tx& tx) { return store::find_poll_of(tx, question.id).value().tallies; });
  }
  Json question(const Json& more = Json::object()) {
    Json document = note_document(
        mara, "q",
        {{"type", "Question"},
         {"endTime", "2026-03-02T12:00:00Z"},
         {"votersCount", 3},
         {"oneOf",
          Json::array(
              {{{"type", "Note"}, {"name", "Yes"}, {"replies", {{"type", "Collection"}, {"totalItems", 2}}}},
               {{"type", "Note"}, {"name", "No"}, {"replies", {{"type", "Collection"}, {"totalItems", 1}}}}})}});
    document.update(more);
    return document;
  }
};

using Tallies = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("8.69: a vote is a Note with a name, counted once", "[activitypub][inbox][poll]") {
  Setup f;
  const auto question = f.ask();
  CHECK(f.receive_vote(f.vote(question, "Tea &amp; milk")).verdict == Verdict::accepted);
  CHECK(f.tallies(question) == Tallies{1, 0});
  CHECK(f.receive_vote(f.vote(question, "Tea &amp; milk")).verdict == Verdict::ignored);
  CHECK(f.receive_vote(f.vote(question, "Coffee", "2")).verdict == Verdict::ignored);
  CHECK(f.tallies(question) == Tallies{1, 0});
}

TEST_CASE("8.69: several choices come as several votes, or as an array in one Create", "[activitypub][inbox][poll]") {
  Setup f;
  const auto question = f.ask(true);
  const auto both = Json::array({f.vote(question, "Coffee", "1"), f.vote(question, "Tea & milk", "2")});
  CHECK(f.receive_vote(both).verdict == Verdict::accepted);
  CHECK(f.tallies(question) == Tallies{1, 1});
}

TEST_CASE("8.69: votes after the end, for no option, in one's own or another's name do not count",
          "[activitypub][inbox][poll]") {
  Setup f;
  const auto question = f.ask();
  CHECK(f.receive_vote(f.vote(question, "Water")).verdict == Verdict::ignored);
  auto forged = f.vote(question, "Coffee");
  forged["attributedTo"] = "https://masto.example/users/eve";
  CHECK(f.receive_vote(forged).verdict == Verdict::rejected);
  forged = f.vote(question, "Coffee");
  forged["id"] = "https://evil.example/votes/1";
  CHECK(f.receive_vote(forged).verdict == Verdict::rejected);
  f.world.block(f.anna, f.mara);
  CHECK(f.receive_vote(f.vote(question, "Coffee", "3")).verdict == Verdict::ignored);
  f.world.clock.advance(2h);
  const auto late = f.world.remote_account("late", "far.example");
  auto vote = f.vote(question, "Coffee", "4");
  vote["attributedTo"] = late.uri;
  vote["id"] = late.uri + "#votes/1";
  CHECK(f.receive(late, {{"type", "Create"}, {"object", vote}}).verdict == Verdict::ignored);
  CHECK(f.tallies(question) == Tallies{0, 0});
}

TEST_CASE("8.69: nobody votes in one's own poll", "[activitypub][inbox][poll]") {
  Setup f;
  const auto question = f.ask();
  using Received = service::PollService::Received;
  const auto vote = [&](const model::Account& voter) {
    return f.world.write(
        [&](db::Tx& tx) { return f.services.polls.receive_vote(tx, voter, question, "Coffee", std::nullopt); });
  };
  CHECK(vote(f.anna) == Received::refused);
  CHECK(f.tallies(question) == Tallies{0, 0});
  CHECK(vote(f.mara) == Received::counted);
  auto forged = f.vote(question, "Coffee");
  forged["attributedTo"] = f.anna.uri;  // as if by its author
  CHECK(f.receive_vote(forged).verdict == Verdict::rejected);
  CHECK(f.tallies(question) == Tallies{0, 1});
}

// federation.md 3.6: names are plain text.
TEST_CASE("8.69: what looks like a tag in the name of an option is a part of it", "[activitypub][inbox][poll]") {
  Setup f;
  const auto question = f.ask(true, {"List<int>", "List", "&lt;p&gt;", "two  blanks"});
  CHECK(f.receive_vote(f.vote(question, "List<int>", "1")).verdict == Verdict::accepted);
  CHECK(f.tallies(question) == Tallies{1, 0, 0, 0});
  CHECK(f.receive_vote(f.vote(question, "&lt;p&gt;", "2")).verdict == Verdict::accepted);  // no <p>
  CHECK(f.receive_vote(f.vote(question, " two  blanks\n", "3")).verdict == Verdict::accepted);
  CHECK(f.tallies(question) == Tallies{1, 0, 1, 1});
  const auto other = f.ask(false, {"List<int>", "List"});
  CHECK(f.receive_vote(f.vote(other, "List&lt;int&gt;", "4")).verdict == Verdict::accepted);
  CHECK(f.tallies(other) == Tallies{1, 0});
}

TEST_CASE("a vote in a remote poll says what its server calls the option", "[activitypub][outbox][poll]") {
  Setup f;
  f.world.follow(f.anna, f.mara);
  const std::string lengthy(600, 'x');
  const std::vector<std::string> names{"vector<A>", "vector<B>", "Tea &amp;\n milk", lengthy + "1", lengthy + "2"};
  auto document = f.question();
  document["anyOf"] = Json::array();
  document.erase("oneOf");
  for (const auto& name : names) document["anyOf"].push_back({{"type", "Note"}, {"name", name}});
  REQUIRE(f.receive(f.mara, {{"type", "Create"}, {"object", document}}).verdict == Verdict::accepted);
  const auto status = f.find_status(f.mara.uri + "/notes/q");
  REQUIRE(status);
  const auto poll = [&] { return f.world.read([&](db::Tx& tx) { return *store::find_poll_of(tx, status->id); }); };
  const std::string shortened(500, 'x');
  const std::vector<std::string> shown{"vector<A>", "vector<B>", "Tea &  milk", shortened, shortened};
  CHECK(poll().options == shown);
  document["anyOf"][0]["replies"] = {{"type", "Collection"}, {"totalItems", 1}};
  f.receive(f.mara, {{"type", "Update"}, {"object", document}});
  CHECK(poll().tallies == Tallies{1, 0, 0, 0, 0});

  const std::vector<std::size_t> all{0, 1, 2, 3, 4};
  const auto poll_id = poll().id;
  f.world.write([&](db::Tx& tx) { f.services.polls.vote(tx, f.anna, poll_id, all).value(); });
  std::vector<std::string> sent;
  for (const auto& delivery : f.outgoing()) {
    if (delivery.activity["type"] == "Create") sent.push_back(delivery.activity["object"]["name"]);
  }
  CHECK(sent == names);
}

TEST_CASE("a remote question is a poll, its numbers follow an Update that is no edit", "[activitypub][inbox][poll]") {
  Setup f;
  f.world.follow(f.anna, f.mara);
  f.receive(f.mara, {{"type", "Create"}, {"object", f.question()}});
  const auto status = f.find_status(f.mara.uri + "/notes/q");
  REQUIRE(status);
  CHECK(status->has(model::Part::poll));
  CHECK(f.tallies(*status) == Tallies{2, 1});
  auto more = f.question({{"votersCount", 9}});
  more["oneOf"][0]["replies"]["totalItems"] = 8;
  CHECK(f.receive(f.mara, {{"type", "Update"}, {"object", more}}).verdict == Verdict::ignored);
  CHECK(f.tallies(*status) == Tallies{8, 1});
  CHECK_FALSE(f.find_status(status->uri)->edited_at);
}

TEST_CASE("our question goes out as one, our vote to its author alone", "[activitypub][outbox][poll]") {
  Setup f;
  f.world.follow(f.mara, f.anna);
  const auto question = f.ask(true);
  f.run_jobs();
  const auto sent = f.outgoing().at(0).activity["object"];
  CHECK(sent["type"] == "Question");
  CHECK(sent["anyOf"][0]["name"] == "Tea & milk");
  CHECK(sent["anyOf"][0]["replies"]["totalItems"] == 0);
  CHECK(sent.contains("endTime"));
  CHECK_FALSE(sent.contains("closed"));

  f.world.follow(f.anna, f.mara);
  f.receive(f.mara, {{"type", "Create"}, {"object", f.question()}});
  const auto theirs = f.find_status(f.mara.uri + "/notes/q");
  const auto poll = f.world.read([&](db::Tx& tx) { return store::find_poll_of(tx, theirs->id).value(); });
  const std::vector<std::size_t> choices{1};
  f.world.write([&](db::Tx& tx) { return f.services.polls.vote(tx, f.anna, poll.id, choices).value(); });
  const auto vote = f.outgoing().back();
  CHECK(vote.inbox == f.mara.inbox_url);
  CHECK(vote.activity["type"] == "Create");
  CHECK(vote.activity["object"]["name"] == "No");
  CHECK(vote.activity["object"]["inReplyTo"] == theirs->uri);
  CHECK_FALSE(vote.activity["object"].contains("content"));
  CHECK(vote.activity["to"] == Json::array({f.mara.uri}));
}

// federation.md 3.6
TEST_CASE("of a remote poll that has ended the last numbers are fetched, then its voters told",
          "[activitypub][poll][job]") {
  Setup f;
  f.world.follow(f.anna, f.mara);
  f.receive(f.mara, {{"type", "Create"}, {"object", f.question()}});
  const auto asked = f.find_status(f.mara.uri + "/notes/q");
  REQUIRE(asked);
  const auto poll = [&] { return f.world.read([&](db::Tx& tx) { return *store::find_poll_of(tx, asked->id); }); };
  const auto poll_id = poll().id;
  const std::vector<std::size_t> first{0};
  f.world.write([&](db::Tx& tx) { f.services.polls.vote(tx, f.anna, poll_id, first).value(); });
  const auto due = [&] {
    return f.world.write([](db::Tx& tx) {
      auto claimed = jobs::claim(tx, jobs::Lane::feed, 50, 30s);
      for (const auto& job : claimed) jobs::finish(tx, job);
      return claimed;
    });
  };
  const auto told = [&] {
    return f.world.read([&](db::Tx& tx) { return store::list_notifications(tx, f.anna.id, {}, {}); }).size();
  };
  const auto end = [&] {
    return f.remote.run_with([&](service::RemoteDocuments& documents) {
      return f.world.session().write([&](db::Tx& tx) { return f.services.polls.end(tx, documents, poll_id); });
    });
  };
  f.world.clock.advance(*poll().expires_at - f.world.clock.now() + 30s);
  CHECK(due().empty());  // its server is still counting
  f.world.clock.advance(5min);
  REQUIRE(due().size() == 1);
  SECTION("numbers") {
    f.remote.serve(
        f.mara.uri + "/notes/q",
        f.question(
            {{"votersCount", 9},
             {"oneOf",
              Json::array(
                  {{{"type", "Note"}, {"name", "Yes"}, {"replies", {{"type", "Collection"}, {"totalItems", 7}}}},
                   {{"type", "Note"}, {"name", "No"}, {"replies", {{"type", "Collection"}, {"totalItems", 2}}}}})}}));
    CHECK(end());
    CHECK(poll().tallies == Tallies{7, 2});
    CHECK(told() == 1);
    CHECK(end());
    CHECK(std::ranges::count(f.remote.requested, f.mara.uri + "/notes/q") == 1);
    CHECK(told() == 1);
  }
  SECTION("its server is silent") {
    f.remote.break_down(f.mara.uri + "/notes/q");
    CHECK(end());
    CHECK(told() == 1);
  }
  SECTION("it was given more time") {
    f.remote.serve(f.mara.uri + "/notes/q", f.question({{"endTime", "2026-03-05T12:00:00Z"}}));
    CHECK(end());
    CHECK(told() == 0);
    f.world.clock.advance(24h * 4);
    CHECK(due().size() == 1);
  }
  SECTION("it is deleted") {
    f.remote.answer_status(f.mara.uri + "/notes/q", 410);
    CHECK(end());
    CHECK(told() == 0);
  }
}

TEST_CASE("the numbers of our poll go out to those who follow or have voted, now and then and at its end",
          "[activitypub][outbox][poll]") {
  Setup f;
  const auto follower =
      f.world.remote_account("f", "follow.example", {.shared_inbox_url = "https://follow.example/inbox"});
  f.world.follow(follower, f.anna);
  const auto question = f.ask();
  f.run_jobs();
  const auto updates = [&] {
    std::map<std::string, Json> newest;
    std::size_t count = 0;
    for (const auto& sent : f.outgoing()) {
      if (sent.activity["type"] != "Update") continue;
      newest[sent.inbox] = sent.activity;
      ++count;
    }
    return std::pair(newest, count);
  };
  REQUIRE(f.receive_vote(f.vote(question, "Coffee")).verdict == Verdict::accepted);
  f.run_jobs();
  CHECK(updates().second == 0);  // not with every vote
  f.world.clock.advance(3min);
  f.run_jobs();
  const auto [told, count] = updates();
  CHECK(count == 2);
  REQUIRE(told.contains("https://follow.example/inbox"));
  REQUIRE(told.contains(f.mara.preferred_inbox()));  // who only voted
  const auto& update = told.at(f.mara.preferred_inbox());
  const auto& object = update["object"];
  CHECK(object["id"] == question.uri);
  CHECK(object["type"] == "Question");
  CHECK(object["oneOf"][0]["replies"]["totalItems"] == 0);
  CHECK(object["oneOf"][1]["replies"]["totalItems"] == 1);
  CHECK(object["votersCount"] == 1);
  CHECK_FALSE(object.contains("updated"));  // no edit
  CHECK_FALSE(object.contains("closed"));

  f.world.clock.advance(1h);
  f.world.write([&](db::Tx& tx) { f.federation.poll_ended(tx, question); });
  f.run_jobs();
  const auto last = updates();
  CHECK(last.second == 2);  // in the place of the first ones, which nobody needs any more
  CHECK(last.first.at(f.mara.preferred_inbox())["object"]["closed"] == object["endTime"]);
  CHECK(last.first.at(f.mara.preferred_inbox())["id"] != update["id"]);
}

}  // namespace dunlin::activitypub
