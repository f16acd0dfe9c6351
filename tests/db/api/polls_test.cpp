#include "dunlin/store/polls.hpp"

#include "support/api_client.hpp"
#include "support/api_shape.hpp"
#include "support/status_jobs.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Json = nlohmann::json;

namespace {

struct Asked {
  World world;
  Api api{world};
  model::Account alice = world.local_account("alice");
  model::Account bob = world.local_account("bob");
  Client client{api, alice};
  Client voter{api, bob};

  Json ask(Json poll = {{"options", {"Knot", "Dunlin", "Ruff"}}, {"expires_in", 600}}) {
    return client.post("/api/v1/statuses", {{"status", "Which?"}, {"poll", std::move(poll)}}).json();
  }
  static std::string votes(const Json& status) {
    return "/api/v1/polls/" + status["poll"]["id"].get<std::string>() + "/votes";
  }
  static std::string path(const Json& status) { return "/api/v1/statuses/" + status["id"].get<std::string>(); }
};

std::vector<std::string> types(const Client& who) {
  std::vector<std::string> out;
  for (const auto& one : who.get("/api/v1/notifications").json()) out.push_back(one["type"]);
  return out;
}

}  // namespace

TEST_CASE("a status may ask a question, with or without text", "[api][poll]") {
  Asked asked;
  const auto status = asked.ask();
  CHECK(test::Shapes().problems(status, "Status") == std::vector<std::string>{});
  const auto& poll = status["poll"];
  CHECK(poll["options"] == Json::parse(R"([{"title": "Knot", "votes_count": 0},
    {"title": "Dunlin", "votes_count": 0}, {"title": "Ruff", "votes_count": 0}])"));
  CHECK(poll["expired"] == false);
  CHECK(poll["multiple"] == false);
  CHECK(poll["voted"] == true);  // its author
  CHECK(poll["own_votes"] == Json::array());
  CHECK(poll["voters_count"] == 0);
  CHECK(asked.client.get("/api/v1/polls/" + poll["id"].get<std::string>()).json() == poll);
  const auto anonymous = Client(asked.api).get("/api/v1/polls/" + poll["id"].get<std::string>()).json();
  CHECK_FALSE(anonymous.contains("voted"));
  CHECK(anonymous["own_votes"] == Json::array());
  const auto form = asked.client.send(http::Method::post, "/api/v1/statuses",
                                      "poll[options][]=a&poll[options][]=b&poll[options][]=&poll[expires_in]=300",
                                      "application/x-www-form-urlencoded");
  CHECK(form.json()["poll"]["options"].size() == 2);
  CHECK(form.json()["content"] == "");
}

TEST_CASE("bad polls are refused with their reason", "[api][poll]") {
  Asked asked;
  struct Row {
    Json poll;
    std::string error;
  };
  const Row rows[] = {
      {{{"options", {"a"}}, {"expires_in", 600}}, "Poll options must have more than one item"},
      {{{"options", {"a", " "}}, {"expires_in", 600}}, "Poll options must have more than one item"},
      {{{"options", {"a", "b", "c", "d", "e"}}, {"expires_in", 600}}, "Poll options can't contain more than 4 items"},
      {{{"options", {"a", std::string(51, 'x')}}, {"expires_in", 600}},
       "Poll options cannot be longer than 50 characters each"},
      {{{"options", {"a", "a "}}, {"expires_in", 600}}, "Poll options contain duplicate items"},
      {{{"options", {"a", "b"}}}, "Poll expires at can't be blank"},
      {{{"options", {"a", "b"}}, {"expires_in", 299}}, "Poll expires at is too soon"},
      {{{"options", {"a", "b"}}, {"expires_in", 2'629'747}}, "Poll expires at is too far into the future"},
  };
  for (const auto& row : rows) {
    INFO(row.poll.dump());
    const auto answer = asked.client.post("/api/v1/statuses", {{"status", "x"}, {"poll", row.poll}});
    CHECK(answer.status() == 422);
    CHECK(answer.error() == "Validation failed: " + row.error);
  }
  CHECK(asked.client.get("/api/v1/accounts/" + asked.alice.id.str() + "/statuses").json().empty());
}

TEST_CASE("a vote counts once and shows to the voter", "[api][poll]") {
  Asked asked;
  const auto status = asked.ask();
  const auto poll = asked.voter.post(Asked::votes(status), {{"choices", {"1"}}}).json();
  CHECK(test::Shapes().problems(poll, "Poll") == std::vector<std::string>{});
  CHECK(poll["options"][1]["votes_count"] == 1);
  CHECK(poll["votes_count"] == 1);
  CHECK(poll["voters_count"] == 1);
  CHECK(poll["voted"] == true);
  CHECK(poll["own_votes"] == Json({1}));
  CHECK(asked.voter.get(Asked::path(status)).json()["poll"] == poll);
  CHECK(asked.voter.post(Asked::votes(status), {{"choices", {0}}}).error() ==
        "Validation failed: You have already voted on this poll");
  CHECK(asked.api.federation.told == std::vector<std::string>{"status_created", "poll_tallied"});
  const auto changed = asked.api.events.of<service::events::StatusChanged>();
  REQUIRE(changed.size() == 1);
  CHECK(changed[0].part == service::events::StatusPart::poll);
  SECTION("several where the poll allows it") {
    const auto many =
        asked.ask({{"options", {"a", "b", "c"}}, {"expires_in", 600}, {"multiple", true}, {"hide_totals", true}});
    const auto after = asked.voter.post(Asked::votes(many), {{"choices", {2, 0, 2}}}).json();
    CHECK(after["own_votes"] == Json({0, 2}));
    CHECK(after["votes_count"] == 2);
    CHECK(after["voters_count"] == 1);
    CHECK(after["options"][0]["votes_count"].is_null());
    asked.world.clock.advance(std::chrono::minutes(10));
    const auto over = asked.voter.get("/api/v1/polls/" + after["id"].get<std::string>()).json();
    CHECK(over["expired"] == true);
    CHECK(over["options"][0]["votes_count"] == 1);
  }
}

TEST_CASE("votes that break the rules are refused with Mastodon's words", "[api][poll]") {
  Asked asked;
  const auto status = asked.ask();
  const auto error = [&](const Client& who, const Json& choices) {
    return who.post(Asked::votes(status), {{"choices", choices}}).error();
  };
  CHECK(error(asked.client, {0}) == "Validation failed: You cannot vote in your own polls");
  CHECK(error(asked.voter, {3}) == "Validation failed: The chosen vote option does not exist");
  CHECK(error(asked.voter, {"x"}) == "Validation failed: The chosen vote option does not exist");
  CHECK(error(asked.voter, {-1}) == "Validation failed: The chosen vote option does not exist");
  CHECK(error(asked.voter, Json::array()) == "Validation failed: The chosen vote option does not exist");
  CHECK(error(asked.voter, {0, 1}) == "Validation failed: You have already voted on this poll");
  CHECK(asked.voter.post("/api/v1/polls/999/votes", {{"choices", {0}}}).status() == 404);
  const auto carol = asked.world.local_account("carol");
  const auto dave = asked.world.local_account("dave");
  asked.world.block(carol, asked.alice);
  asked.world.block(asked.alice, dave);
  CHECK(Client(asked.api, carol).post(Asked::votes(status), {{"choices", {0}}}).status() == 403);
  CHECK(Client(asked.api, dave).post(Asked::votes(status), {{"choices", {0}}}).status() == 404);
  asked.world.clock.advance(std::chrono::minutes(10));
  CHECK(error(asked.voter, {0}) == "Validation failed: The poll has already ended");
}

TEST_CASE("the end of a poll is told to its author and to whoever has voted, once", "[api][poll][job]") {
  Asked asked;
  const auto status = asked.ask();
  const Client bystander(asked.api, asked.world.local_account("carol"));
  asked.voter.post(Asked::votes(status), {{"choices", {1}}});
  CHECK(test::run_status_jobs(asked.api) == 0);
  asked.world.clock.advance(std::chrono::minutes(10));
  CHECK(test::run_status_jobs(asked.api) == 1);
  CHECK(types(asked.client) == std::vector<std::string>{"poll"});
  CHECK(types(asked.voter) == std::vector<std::string>{"poll"});
  CHECK(types(bystander).empty());
  CHECK(asked.voter.get("/api/v1/notifications").json()[0]["status"]["poll"]["expired"] == true);
  CHECK(asked.api.federation.told.back() == "poll_ended");
  const auto id = *PollId::parse(status["poll"]["id"].get<std::string>());
  asked.world.write([&](db::Tx& tx) {
    service::RemoteDocuments documents;
    CHECK(asked.api.services().polls.end(tx, documents, id));
  });
  CHECK(types(asked.voter).size() == 1);
}

TEST_CASE("an edit of a poll resets the votes only when the question is another one", "[api][poll][edit]") {
  Asked asked;
  const auto status = asked.ask();
  asked.voter.post(Asked::votes(status), {{"choices", {1}}});
  asked.world.clock.advance(std::chrono::minutes(1));
  const auto edit = [&](const Json& poll) {
    return asked.client.put(Asked::path(status), {{"status", "Which?"}, {"poll", poll}}).json()["poll"];
  };
  SECTION("hidden totals keep them") {
    const auto poll = edit({{"options", {"Knot", "Dunlin", "Ruff"}}, {"expires_in", 600}, {"hide_totals", true}});
    CHECK(poll["votes_count"] == 1);
    CHECK(poll["options"][1]["votes_count"].is_null());
  }
  SECTION("more time counts from now, keeps them and is no new version") {
    const auto poll = edit({{"options", {"Knot", "Dunlin", "Ruff"}}, {"expires_in", 1200}});
    CHECK(poll["votes_count"] == 1);
    CHECK(poll["expires_at"] != status["poll"]["expires_at"]);
    CHECK(asked.client.get(Asked::path(status)).json()["edited_at"].is_null());
    asked.world.clock.advance(std::chrono::minutes(10));
    CHECK(test::run_status_jobs(asked.api) == 1);  // the first end: too early by now
    CHECK(types(asked.voter).empty());
    asked.world.clock.advance(std::chrono::minutes(10));
    CHECK(test::run_status_jobs(asked.api) == 1);
    CHECK(types(asked.voter) == std::vector<std::string>{"poll"});
  }
  SECTION("other options end them") {
    const auto poll = edit({{"options", {"Knot", "Dunlin", "Stint"}}, {"expires_in", 600}});
    CHECK(poll["id"] == status["poll"]["id"]);
    CHECK(poll["votes_count"] == 0);
    CHECK(poll["voters_count"] == 0);
    CHECK(asked.voter.post(Asked::votes(status), {{"choices", {2}}}).json()["own_votes"] == Json({2}));
  }
  SECTION("without one it is gone") {
    const auto json = asked.client.put(Asked::path(status), {{"status", "Which?"}}).json();
    CHECK(json["poll"].is_null());
    CHECK_FALSE(json["edited_at"].is_null());
    CHECK(asked.voter.post(Asked::votes(status), {{"choices", {0}}}).status() == 404);
  }
}

TEST_CASE("the answer to a delete has the poll; afterwards it is gone", "[api][poll]") {
  Asked asked;
  const auto status = asked.ask();
  const auto deleted = asked.client.del(Asked::path(status)).json();
  CHECK(deleted["poll"]["options"] == status["poll"]["options"]);
  CHECK(deleted["text"] == "Which?");
  CHECK(asked.voter.get("/api/v1/polls/" + status["poll"]["id"].get<std::string>()).status() == 404);
}

TEST_CASE("a page with polls costs one statement more than one without, however many there are", "[api][poll]") {
  Asked asked;
  asked.client.post("/api/v1/statuses", {{"status", "plain"}});
  const std::string page = "/api/v1/accounts/" + asked.alice.id.str() + "/statuses";
  const auto plain = asked.voter.get(page).statements;
  for (int i = 0; i < 3; ++i) asked.ask();
  const auto answer = asked.voter.get(page);
  CHECK(answer.json().size() == 4);
  CHECK(answer.statements == plain + 1);
}

TEST_CASE("votes from other servers count by the rules", "[api][poll][remote]") {
  using Received = service::PollService::Received;
  Asked asked;
  const auto posted = asked.ask();
  const auto eve = asked.world.remote_account("eve", "remote.example");
  const auto find = [&] {
    return asked.world.read(
        [&](db::Tx& tx) { return store::find_status(tx, *StatusId::parse(posted["id"].get<std::string>())).value(); });
  };
  const auto status = find();
  const auto vote = [&](const model::Account& who, const std::string& option) {
    return asked.world.write(
        [&](db::Tx& tx) { return asked.api.services().polls.receive_vote(tx, who, status, option, std::nullopt); });
  };
  CHECK(vote(eve, "Knot, please") == Received::not_a_vote);
  CHECK(vote(eve, "Knot") == Received::counted);
  CHECK(vote(eve, "Knot") == Received::duplicate);
  CHECK(vote(eve, "Ruff") == Received::duplicate);
  CHECK(vote(asked.alice, "Ruff") == Received::refused);
  const auto blocked = asked.world.remote_account("troll", "remote.example");
  asked.world.block(asked.alice, blocked);
  CHECK(vote(blocked, "Ruff") == Received::refused);
  CHECK(asked.voter.get(Asked::path(posted)).json()["poll"]["options"][0]["votes_count"] == 1);
  asked.world.clock.advance(std::chrono::minutes(10));
  CHECK(vote(asked.world.remote_account("late", "remote.example"), "Ruff") == Received::refused);
}

TEST_CASE("a remote poll shows its server's numbers; a vote is sent there and kept", "[api][poll][remote]") {
  Asked asked;
  const auto bob = asked.world.remote_account("rob", "remote.example");
  const auto status = asked.world.status(bob);
  auto& polls = asked.api.services().polls;
  const auto receive = [&](std::vector<std::string> options, std::vector<std::int64_t> tallies) {
    asked.world.write([&](db::Tx& tx) {
      polls.receive(tx, status,
                    {.options = options,
                     .names = options,
                     .tallies = std::move(tallies),
                     .voters_count = 7,
                     .multiple = false,
                     .expires_at = asked.world.clock.now() + std::chrono::hours(1)});
    });
  };
  receive({"a", "b"}, {3, 4});
  const auto path = "/api/v1/statuses/" + status.id.str();
  const auto shown = asked.voter.get(path).json()["poll"];
  CHECK(shown["votes_count"] == 7);
  CHECK(shown["options"][1]["votes_count"] == 4);
  const auto poll_path = "/api/v1/polls/" + shown["id"].get<std::string>();
  const auto voted = asked.voter.post(poll_path + "/votes", {{"choices", {0}}}).json();
  CHECK(voted["options"][0]["votes_count"] == 4);
  CHECK(asked.api.federation.told == std::vector<std::string>{"voted"});
  SECTION("numbers that are a minute old are asked for again, for people who are signed in") {
    asked.voter.get(poll_path);
    CHECK(asked.api.federation.told.size() == 1);
    asked.world.clock.advance(std::chrono::seconds(61));
    Client(asked.api).get(poll_path);
    CHECK(asked.api.federation.told.size() == 1);
    asked.voter.get(poll_path);
    CHECK(asked.api.federation.told.back() == "refresh_status");
  }
  SECTION("an update keeps the vote") {
    receive({"a", "b"}, {10, 4});
    CHECK(asked.voter.get(path).json()["poll"]["own_votes"] == Json::array({0}));
    CHECK(asked.voter.get(path).json()["poll"]["options"][0]["votes_count"] == 10);
  }
  SECTION("another question ends it") {
    receive({"a", "c"}, {0, 0});
    CHECK(asked.voter.get(path).json()["poll"]["own_votes"] == Json::array());
  }
  SECTION("its end is told to who voted here, once its server has had the time to count") {
    asked.world.clock.advance(std::chrono::hours(1) + std::chrono::minutes(5));
    CHECK(test::run_status_jobs(asked.api) == 1);
    CHECK(types(asked.voter) == std::vector<std::string>{"poll"});
  }
}
