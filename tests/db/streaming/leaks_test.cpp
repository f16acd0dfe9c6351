#include "db/streaming/station.hpp"

#include <catch2/catch.hpp>
#include <fmt/core.h>

#include <functional>
#include <stdexcept>
#include <utility>
#include <vector>

using namespace dunlin;
using namespace dunlin::test;
using Json = nlohmann::json;
using Lines = std::vector<std::string>;

namespace {

/// Somebody who listens to everything there is to listen to.
struct Eavesdropper {
  std::vector<Ear> ears;

  Eavesdropper(Station& s, const model::Account& who) {
    const auto list = Client(s.api, who).post("/api/v1/lists", {{"title", "x"}}).json().at("id").get<std::string>();
    // As many sockets and subscriptions as one may have here.
    const std::vector<std::vector<Json>> sockets{
        {{{"stream", "user"}}, {{"stream", "user:notification"}}, {{"stream", "direct"}}, {{"stream", "public"}}},
        {{{"stream", "public:media"}},
         {{"stream", "public:local"}},
         {{"stream", "public:local:media"}},
         {{"stream", "public:remote"}}},
        {{{"stream", "public:remote:media"}},
         {{"stream", "hashtag"}, {"tag", "wader"}},
         {{"stream", "hashtag:local"}, {"tag", "wader"}},
         {{"stream", "list"}, {"list", list}}}};
    for (const auto& subscriptions : sockets) {
      auto& ear = ears.emplace_back(s.listen(who, ""));
      for (auto subscription : subscriptions) {
        subscription["type"] = "subscribe";
        ear.say(subscription.dump());
      }
      if (ear.summary() != Lines{}) throw std::runtime_error("a subscription was refused");
    }
  }
  Lines heard() {
    Lines all;
    for (auto& ear : ears) {
      for (auto& line : ear.summary()) all.push_back(std::move(line));
    }
    return all;
  }
};

}  // namespace

// R21
TEST_CASE("what is for some is heard by nobody else, whatever the event", "[streaming][leak]") {
  Station s;
  const auto alice = s.world.local_account("alice");
  const auto bob = s.world.local_account("bob");  // follows alice
  const auto mallory = s.world.local_account("mallory");
  s.world.follow(bob, alice);
  Eavesdropper stranger(s, mallory);
  auto home = s.listen(bob, "?stream=user");
  const Client as_alice(s.api, alice);
  const Client as_bob(s.api, bob);
  s.publish();
  static_cast<void>(stranger.heard());

  const auto private_id = s.post(alice, {{"status", "for followers #wader"}, {"visibility", "private"}});
  const auto direct_id = s.post(alice, {{"status", "@bob #wader"}, {"visibility", "direct"}});
  const auto poll_id = s.post(
      alice,
      {{"status", "#wader?"}, {"visibility", "private"}, {"poll", {{"options", {"a", "b"}}, {"expires_in", 3600}}}});
  s.publish();
  CHECK(home.summary().size() >= 2);
  CHECK(stranger.heard() == Lines{});

  const auto poll = as_bob.get("/api/v1/statuses/" + poll_id).json().at("poll").at("id").get<std::string>();
  const std::vector<std::pair<std::string, std::function<void()>>> deeds{
      {"an edit", [&] { as_alice.put("/api/v1/statuses/" + private_id, {{"status", "another text #wader"}}); }},
      {"an edit of a direct one",
       [&] { as_alice.put("/api/v1/statuses/" + direct_id, {{"status", "@bob another #wader"}}); }},
      {"a vote", [&] { as_bob.post("/api/v1/polls/" + poll + "/votes", {{"choices", {0}}}); }},
      {"a notification", [&] { as_bob.post("/api/v1/statuses/" + private_id + "/favourite"); }},
      {"a reblog to oneself", [&] { as_alice.post("/api/v1/statuses/" + private_id + "/reblog"); }},
      {"its end", [&] { as_alice.post("/api/v1/statuses/" + private_id + "/unreblog"); }},
      {"a filter",
       [&] { as_alice.post("/api/v2/filters", {{"title", "x"}, {"context", {"home"}}, {"filter_action", "hide"}}); }},
      {"merged notifications", [&] { s.publish(service::events::NotificationsMerged{alice.id}); }},
      {"a follow", [&] { as_alice.post(fmt::format("/api/v1/accounts/{}/follow", bob.id.value)); }},
      {"a mute", [&] { as_alice.post(fmt::format("/api/v1/accounts/{}/mute", bob.id.value)); }},
      {"a list", [&] { as_bob.post("/api/v1/lists", {{"title", "y"}}); }},
      {"a deletion", [&] { as_alice.del("/api/v1/statuses/" + private_id); }},
      {"a deletion of a direct one", [&] { as_alice.del("/api/v1/statuses/" + direct_id); }},
      {"a block", [&] { as_alice.post(fmt::format("/api/v1/accounts/{}/block", bob.id.value)); }},
  };
  for (const auto& [name, deed] : deeds) {
    INFO(name);
    deed();
    s.publish();
    CHECK(stranger.heard() == Lines{});
  }
}

TEST_CASE("a limited account is heard by those who follow it", "[streaming][leak]") {
  Station s;
  const auto eve = s.world.remote_account("eve", "far.example");
  const auto follower = s.world.local_account("follower");
  const auto stranger = s.world.local_account("stranger");
  s.world.follow(follower, eve);
  Client(s.api, stranger).post("/api/v1/tags/wader/follow");
  s.world.db.run(fmt::format("UPDATE accounts SET silenced_at = now() WHERE id = {}", eve.id.value));
  auto known = s.listen(follower, "?stream=public");
  auto unknown = s.listen(stranger, "?stream=public:remote");
  auto unknown_tag = s.listen(stranger, "?stream=hashtag&tag=wader");
  auto unknown_home = s.listen(stranger, "?stream=user");
  const auto status = s.world.status(eve, {.tags = {"wader"}});
  s.publish(service::events::StatusCreated{status.id, eve.id});
  CHECK(known.summary() == Lines{"update " + status.id.str()});
  CHECK(unknown.summary() == Lines{});
  CHECK(unknown_tag.summary() == Lines{});
  CHECK(unknown_home.summary() == Lines{});
}

TEST_CASE("a blocked server is not heard, by name or by what it reblogs or is quoted", "[streaming][leak]") {
  Station s;
  const auto eve = s.world.remote_account("eve", "far.example");
  const auto alice = s.world.local_account("alice");
  const auto blocker = s.world.local_account("blocker");
  s.world.follow(blocker, alice);
  s.world.follow(blocker, eve);
  s.world.db.run(
      fmt::format("INSERT INTO account_domain_blocks (id, account_id, domain, created_at) VALUES ({}, {}, "
                  "'far.example', now())",
                  s.world.ids.next<FollowId>().value, blocker.id.value));
  auto home = s.listen(blocker, "?stream=user");
  auto everything = s.listen(blocker, "?stream=public");
  auto tag = s.listen(blocker, "?stream=hashtag&tag=wader");
  const auto status = s.world.status(eve, {.tags = {"wader"}});
  s.publish(service::events::StatusCreated{status.id, eve.id});
  Client(s.api, alice).post(fmt::format("/api/v1/statuses/{}/reblog", status.id.value));
  s.publish();
  CHECK(home.summary() == Lines{});
  CHECK(everything.summary() == Lines{});
  CHECK(tag.summary() == Lines{});
}

TEST_CASE("a quote is shown to each as the author of what it quotes allows", "[streaming][leak]") {
  Station s;
  const auto quoted = s.world.local_account("quoted");
  const auto alice = s.world.local_account("alice");
  const auto bob = s.world.local_account("bob");
  const auto blocker = s.world.local_account("blocker");
  const auto blocked = s.world.local_account("blocked");
  for (const auto& who : {bob, blocker, blocked}) s.world.follow(who, alice);
  s.world.block(blocker, quoted);
  s.world.block(quoted, blocked);
  auto open = s.listen(bob, "?stream=user");
  auto marked = s.listen(blocker, "?stream=user");
  auto closed = s.listen(blocked, "?stream=user");
  const auto original = s.post(quoted, {{"status", "quote me"}});
  s.post(alice, {{"status", "look"}, {"quoted_status_id", original}});
  s.publish();
  const auto quote_of = [](const Json& message) {
    return Json::parse(message.at("payload").get<std::string>()).at("quote");
  };
  CHECK(quote_of(open.heard().at(0)).at("quoted_status").at("id") == original);
  CHECK(quote_of(marked.heard().at(0)).at("state") == "blocked_account");
  const auto hidden = quote_of(closed.heard().at(0));
  CHECK(hidden.at("state") == "unauthorized");
  CHECK(hidden.at("quoted_status").is_null());
}

TEST_CASE("filters read in streams what they read in timelines", "[streaming][leak]") {
  Station s;
  const auto alice = s.world.local_account("alice");
  const auto bob = s.world.local_account("bob");
  s.world.follow(bob, alice);
  Client(s.api, bob)
      .post("/api/v2/filters", {{"title", "x"},
                                {"context", {"home"}},
                                {"filter_action", "hide"},
                                {"keywords_attributes", {{{"keyword", "spoon"}}}}});
  auto home = s.listen(bob, "?stream=user");
  s.publish();
  CHECK(home.summary() == Lines{"filters_changed"});
  s.post(alice, {{"status", "which?"}, {"poll", {{"options", {"spoon", "fork"}}, {"expires_in", 3600}}}});
  const auto original = s.post(alice, {{"status", "one spoon"}});
  s.post(alice, {{"status", "as I said"}, {"quoted_status_id", original}});
  s.post(alice, {{"status", "a knife"}});
  s.publish();
  std::vector<bool> caught;
  for (const auto& message : home.heard()) {
    caught.push_back(!nlohmann::json::parse(message.at("payload").get<std::string>()).at("filtered").empty());
  }
  CHECK(caught == std::vector{true, true, true, false});
}

TEST_CASE("members of an exclusive list are heard there, not at home", "[streaming][leak]") {
  Station s;
  const auto alice = s.world.local_account("alice");
  const auto bob = s.world.local_account("bob");
  s.world.follow(bob, alice);
  const Client as_bob(s.api, bob);
  const auto list =
      as_bob.post("/api/v1/lists", {{"title", "x"}, {"exclusive", true}}).json().at("id").get<std::string>();
  as_bob.post("/api/v1/lists/" + list + "/accounts", {{"account_ids", {alice.id.str()}}});
  auto home = s.listen(bob, "?stream=user");
  auto members = s.listen(bob, "?stream=list&list=" + list);
  const auto id = s.post(alice, {{"status", "hello"}});
  s.publish();
  CHECK(home.summary() == Lines{});
  CHECK(members.summary() == Lines{"update " + id});
}
