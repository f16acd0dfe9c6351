#include "inbox_posts.hpp"

#include "dunlin/store/relationships.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace dunlin::activitypub {

using namespace std::chrono_literals;
using test::Json;

using Setup = InboxPosts;

TEST_CASE("a stranger who mentions many people is not heard for a while, but may answer",
          "[activitypub][inbox][create]") {
  Setup f;
  const auto mention = [&](const std::string& name, Json more = Json::object()) {
    more["published"] = "2026-03-01T12:00:00Z";
    more["tag"] = Json::array({f.mention(f.anna)});
    more["cc"] = Json::array({f.anna.uri});
    return f.receive(f.stranger, f.create(f.stranger, name, more)).verdict;
  };
  for (int i = 0; i < 5; ++i) CHECK(mention(std::to_string(i)) == Verdict::accepted);
  CHECK(mention("5") == Verdict::ignored);
  CHECK(mention("answer", {{"inReplyTo", f.world.status(f.anna).uri}}) == Verdict::accepted);
  f.world.follow(f.anna, f.stranger);
  CHECK(mention("6") == Verdict::accepted);
}

TEST_CASE("one status of a stranger names five of ours at most, by tag or by address", "[activitypub][inbox][create]") {
  Setup f;
  Json tags = Json::array();
  Json uris = Json::array();
  for (int i = 0; i < 6; ++i) {
    const auto local = f.world.local_account("local" + std::to_string(i));
    tags.push_back(f.mention(local));
    uris.push_back(local.uri);
  }
  const auto verdict = [&](const std::string& name, const Json& more) {
    return f.receive(f.stranger, f.create(f.stranger, name, more)).verdict;
  };
  CHECK(verdict("1", {{"tag", tags}, {"cc", uris}}) == Verdict::ignored);
  CHECK(verdict("2", {{"to", uris}, {"cc", Json::array()}}) == Verdict::ignored);
  CHECK(verdict("3", {{"tag", tags}, {"cc", uris}, {"inReplyTo", f.world.status(f.anna).uri}}) == Verdict::ignored);
  uris.erase(0);
  tags.erase(0);
  CHECK(verdict("4", {{"to", uris}, {"cc", Json::array()}, {"tag", tags}}) == Verdict::accepted);
  // Old dates are no way round it.
  CHECK(verdict("5", {{"cc", Json::array({f.anna.uri})},
                      {"tag", Json::array({f.mention(f.anna)})},
                      {"published", "2025-01-01T00:00:00Z"}}) == Verdict::ignored);
  f.world.clock.advance(1h);
  CHECK(verdict("6", {{"cc", Json::array({f.anna.uri})}, {"tag", Json::array({f.mention(f.anna)})}}) ==
        Verdict::accepted);
}

// R24
TEST_CASE("a stranger's answer may name whom it answers and whom that names, and no crowd beside them",
          "[activitypub][inbox][create]") {
  Setup f;
  std::vector<model::Account> crowd;
  for (int i = 0; i < 12; ++i) crowd.push_back(f.world.local_account("local" + std::to_string(i)));
  const auto answer = [&](const std::string& name, const std::string& parent, std::size_t from, std::size_t to) {
    Json tags = Json::array({f.mention(f.anna)});
    Json uris = Json::array({f.anna.uri});
    for (std::size_t i = from; i < to; ++i) {
      tags.push_back(f.mention(crowd[i]));
      uris.push_back(crowd[i].uri);
    }
    return f.receive(f.stranger, f.create(f.stranger, name, {{"tag", tags}, {"cc", uris}, {"inReplyTo", parent}}));
  };
  const auto parent =
      f.world.status(f.anna, {.mentions = {crowd[0], crowd[1], crowd[2], crowd[3], crowd[4], crowd[5]}});
  for (int i = 0; i < 10; ++i) CHECK(answer("a" + std::to_string(i), parent.uri, 0, 6).verdict == Verdict::accepted);
  CHECK(f.told(crowd[0]).size() == 10);
  CHECK(answer("b", parent.uri, 0, 12).why == Reason::flood);
  CHECK(f.told(crowd[11]).empty());
  // Its own answer is no conversation that others have let it into.
  const auto other = f.world.remote_account("jo", "near.example");
  const auto begin =
      f.create(other, "1", {{"tag", Json::array({f.mention(crowd[6])})}, {"cc", Json::array({crowd[6].uri})}});
  CHECK(f.receive(other, begin).verdict == Verdict::accepted);
  int heard = 0;
  for (int i = 0; i < 10; ++i) {
    const Json more = {{"tag", Json::array({f.mention(crowd[6])})},
                       {"cc", Json::array({crowd[6].uri})},
                       {"inReplyTo", other.uri + "/notes/1"}};
    heard += f.receive(other, f.create(other, "c" + std::to_string(i), more)).verdict == Verdict::accepted ? 1 : 0;
  }
  CHECK(heard == 4);
}

// R24
TEST_CASE("strangers of one domain get only so many people's attention, however many they are",
          "[activitypub][inbox][create]") {
  Setup f;
  int heard = 0;
  for (int i = 0; i < 310; ++i) {
    const auto number = std::to_string(i);
    const auto spammer = f.world.remote_account("s" + number, "h" + number + ".spam.example");
    const Json more = {{"tag", Json::array({f.mention(f.anna)})}, {"cc", Json::array({f.anna.uri})}};
    heard += f.receive(spammer, f.create(spammer, "1", more)).verdict == Verdict::accepted ? 1 : 0;
  }
  CHECK(heard == 300);
  const Json more = {{"tag", Json::array({f.mention(f.anna)})}, {"cc", Json::array({f.anna.uri})}};
  CHECK(f.receive(f.stranger, f.create(f.stranger, "1", more)).verdict == Verdict::accepted);
}

}  // namespace dunlin::activitypub
