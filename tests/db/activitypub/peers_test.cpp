#include "peer_fixture.hpp"

#include "dunlin/store/media.hpp"
#include "dunlin/store/notifications.hpp"
#include "dunlin/store/polls.hpp"
#include "dunlin/store/quotes.hpp"
#include "dunlin/store/reactions.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/reports.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

/// What other software sends, each in its own manner, and what is to come of it: tests/fixtures/federation.
namespace dunlin::activitypub {

namespace {

void check_attachments(Peer& peer, const model::Status& status, const Json& expected) {
  const auto media = peer.world.read([&](db::Tx& tx) { return store::list_status_media(tx, status.id); });
  REQUIRE(media.size() == expected.size());
  for (std::size_t i = 0; i < media.size(); ++i) {
    INFO("attachment " << i);
    CHECK(media[i].remote_url == expected[i]["url"].get<std::string>());
    CHECK(to_string(media[i].type) == expected[i]["type"].get<std::string>());
    CHECK(media[i].description == expected[i].value("description", ""));
    CHECK(media[i].blurhash == expected[i].value("blurhash", ""));
    CHECK(media[i].width == expected[i].value("width", 0));
    CHECK(media[i].height == expected[i].value("height", 0));
    CHECK(media[i].focus.y == expected[i].value("focus_y", 0.0));
  }
}

/// `expected`: [option, votes] each.
void check_poll(Peer& peer, const model::Status& status, const Json& expected) {
  const auto poll = peer.world.read([&](db::Tx& tx) { return store::find_poll_of(tx, status.id); });
  REQUIRE(poll.has_value() == !expected.empty());
  if (!poll) return;
  REQUIRE(poll->options.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(poll->options[i] == expected[i][0].get<std::string>());
    CHECK(poll->tallies[i] == expected[i][1].get<std::int64_t>());
  }
}

/// "" = none.
std::string quote_of(Peer& peer, const model::Status& status) {
  const auto quote = peer.world.read([&](db::Tx& tx) { return store::find_quote_of(tx, status.id); });
  if (!quote) return "";
  CHECK(quote->quoted_uri == peer.status.uri);
  return quote->state == model::QuoteState::accepted ? "accepted" : "not accepted";
}

void check_status(Peer& peer, const Json& expected) {
  INFO(expected["uri"]);
  const auto status = peer.find_status(expected["uri"]);
  REQUIRE(status);
  for (const std::string part : expected.value("contains", Json::array()))
    CHECK_THAT(status->content, Catch::Contains(part));
  for (const std::string part : expected.value("lacks", Json::array()))
    CHECK_THAT(status->content, !Catch::Contains(part));
  CHECK(to_string(status->visibility) == expected["visibility"].get<std::string>());
  CHECK(status->spoiler_text == expected.value("spoiler", ""));
  CHECK(status->sensitive == expected.value("sensitive", false));
  if (expected.contains("url")) CHECK(status->url == expected["url"].get<std::string>());
  if (expected.contains("language")) CHECK(status->language == expected["language"].get<std::string>());
  CHECK(status->edited_at.has_value() == expected.value("edited", false));
  CHECK((status->in_reply_to_id == peer.status.id) == expected.value("reply", false));
  const auto author = peer.find_account(expected.value("author", peer.fixture["sender"]["id"].get<std::string>()));
  REQUIRE(author);
  CHECK(status->account_id == author->id);
  CHECK(quote_of(peer, *status) == expected.value("quote", ""));
  CHECK(status->reblogs_count == expected.value("boosts", 0));
  CHECK(status->favourites_count == expected.value("favourites", 0));
  check_attachments(peer, *status, expected.value("attachments", Json::array()));
  check_poll(peer, *status, expected.value("poll", Json::array()));
  if (expected.contains("may_be_quoted")) {
    const bool by_all = status->quote_policy && (status->quote_policy->automatic & model::QuotePolicy::public_) != 0;
    CHECK(by_all == expected["may_be_quoted"].get<bool>());
  }
}

/// What became of our own posts: [reaction, ...], counts, votes for each option.
void check_ours(Peer& peer, const Json& expected) {
  const auto ours = peer.world.reload(peer.status);
  CHECK(ours.favourites_count == expected.value("favourites", 0));
  CHECK(ours.reblogs_count == expected.value("boosts", 0));
  std::vector<std::string> reactions;
  for (const auto& reaction :
       peer.world.read([&](db::Tx& tx) { return store::list_reactions(tx, ours.id, std::nullopt, 100); })) {
    reactions.push_back(reaction.name);
  }
  CHECK(reactions == expected.value("reactions", std::vector<std::string>{}));
  if (!peer.poll) return;
  const auto poll = peer.world.read([&](db::Tx& tx) { return store::find_poll_of(tx, peer.poll->id).value(); });
  CHECK(poll.tallies == expected["votes"].get<std::vector<std::int64_t>>());
}

/// What Anna has been told, oldest first, as "mention https://far.example/users/mara"; "filtered ..." waits for her
/// word.
std::vector<std::string> notifications(Peer& peer) {
  return peer.world.read([&](db::Tx& tx) {
    std::vector<std::string> told;
    for (const auto& one : store::list_notifications(tx, peer.anna.id, {.include_filtered = true}, {})) {
      told.push_back((one.filtered ? "filtered " : "") + std::string(to_string(one.type)) + " " +
                     store::find_account(tx, one.from_account_id).value().uri);
    }
    std::ranges::reverse(told);
    return told;
  });
}

/// Who follows Anna, whom she follows, and whom she has asked to.
void check_follows(Peer& peer, const Json& expected) {
  const auto anna = peer.world.reload(peer.anna);
  const std::string sender = peer.fixture["sender"]["id"];
  const auto before = peer.fixture["followed"] == true ? Json::array({sender}) : Json::array();
  const auto followers = expected.value("followers", std::vector<std::string>{});
  const auto following = expected.value("following", before).get<std::vector<std::string>>();
  const auto asked = expected.value("asked", std::vector<std::string>{});
  CHECK(anna.followers_count == static_cast<std::int64_t>(followers.size()));
  CHECK(anna.following_count == static_cast<std::int64_t>(following.size()));
  const auto id = [&](const std::string& uri) { return peer.find_account(uri).value().id; };
  const auto follows = [&](AccountId who, AccountId whom) {
    return peer.world.read([&](db::Tx& tx) { return store::find_follow(tx, who, whom).has_value(); });
  };
  const auto has_asked = [&](AccountId whom) {
    return peer.world.read([&](db::Tx& tx) { return store::find_follow_request(tx, anna.id, whom).has_value(); });
  };
  for (const auto& uri : followers) CHECK(follows(id(uri), anna.id));
  for (const auto& uri : following) CHECK(follows(anna.id, id(uri)));
  for (const auto& uri : asked) CHECK(has_asked(id(uri)));
  CHECK(has_asked(id(sender)) == (std::ranges::find(asked, sender) != asked.end()));
  CHECK(peer.find_account(sender).value().moved_to_id ==
        (expected.contains("moved_to") ? std::optional(id(expected["moved_to"])) : std::nullopt));
}

/// What the moderators have been told, as [words, number of posts], oldest first.
std::vector<Json> reports(Peer& peer, AccountId moderator) {
  return peer.world.read([&](db::Tx& tx) {
    std::vector<Json> told;
    for (const auto& one : store::list_notifications(tx, moderator, {.include_filtered = true}, {})) {
      const std::vector ids{one.id};
      const auto report = store::list_notification_reports(tx, ids).at(one.id);
      CHECK(report.target_account_id == peer.anna.id);
      told.push_back(Json::array({report.comment, report.status_ids.size()}));
    }
    std::ranges::reverse(told);
    return told;
  });
}

/// What goes out in answer, as "Accept Follow https://far.example/inbox".
std::vector<std::string> answers(Peer& peer) {
  std::vector<std::string> sent;
  for (const auto& one : peer.outgoing()) {
    const Json& object = one.activity["object"];
    sent.push_back(one.activity["type"].get<std::string>() + " " +
                   (object.is_object() ? object.value("type", "?") : "id") + " " + one.inbox);
  }
  return sent;
}

/// The verdict of each activity. What is to be `gone` must have been there at some time.
std::vector<std::string> play(Peer& peer, const model::Account& sender) {
  std::vector<std::string> verdicts;
  std::vector<std::string> gone = peer.fixture["expect"].value("gone", std::vector<std::string>{});
  std::vector<std::string> never_there = gone;
  for (const Json& step : peer.fixture["activities"]) {
    if (step.contains("gone")) peer.remote.answer_status(step["gone"], 410);
    if (step.contains("now")) peer.serve_document(step["now"]["id"], step["now"]);
    if (step.contains("gone") || step.contains("now")) continue;
    const auto outcome = peer.take(sender, step);
    verdicts.emplace_back(to_string(outcome.verdict));
    UNSCOPED_INFO(verdicts.back() << ": " << outcome.reason);
    std::erase_if(never_there, [&](const std::string& uri) { return peer.find_status(uri).has_value(); });
  }
  CHECK(never_there.empty());
  for (const auto& uri : gone) CHECK_FALSE(peer.find_status(uri));
  return verdicts;
}

}  // namespace

TEST_CASE("8.82: what each software sends comes out as it should", "[activitypub][peers]") {
  const auto files = peer_fixtures();
  REQUIRE(files.size() >= 25);
  for (const auto& file : files) {
    DYNAMIC_SECTION(file.stem().string()) {
      Peer peer(file);
      auto warden = peer.world.user_of(peer.world.local_account("warden"));
      warden.role = model::Role::moderator;
      peer.world.write([&](db::Tx& tx) { store::update_user(tx, warden); });
      const auto sender = peer.sender();
      const Json& expected = peer.fixture["expect"];
      CHECK(play(peer, sender) == expected["verdicts"].get<std::vector<std::string>>());
      for (const Json& status : expected["statuses"]) check_status(peer, status);
      for (const std::string uri : expected.value("absent", Json::array())) CHECK_FALSE(peer.find_status(uri));
      check_ours(peer, expected.value("ours", Json::object()));
      CHECK(notifications(peer) == expected["notifications"].get<std::vector<std::string>>());
      check_follows(peer, expected);
      CHECK(reports(peer, warden.account_id) == expected.value("reports", std::vector<Json>{}));
      CHECK(answers(peer) == expected.value("answers", std::vector<std::string>{}));
    }
  }
}

}  // namespace dunlin::activitypub
