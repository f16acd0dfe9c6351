#include "support/api_client.hpp"
#include "support/api_shape.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Json = nlohmann::json;

namespace {

/// Alice follows bob, who writes of herons and of gulls.
struct Reading {
  World world;
  Api api{world};
  model::Account alice = world.local_account("alice");
  model::Account bob = world.local_account("bob");
  Client client{api, alice};
  model::Status heron;
  model::Status gull;
  model::Status spoiled;

  Reading() {
    world.follow(alice, bob);
    heron = world.status(bob, {.content = "<p>A <b>Heron</b>!</p>"});
    gull = world.status(bob, {.content = "<p>A gull</p>"});
    spoiled = world.status(bob, {.content = "<p>A tern</p>", .spoiler_text = "Not a heron"});
  }
  std::string filter(const std::string& action, const Json& contexts, const std::string& keyword = "heron") const {
    return client
        .post("/api/v2/filters", {{"title", "No " + keyword},
                                  {"context", contexts},
                                  {"filter_action", action},
                                  {"keywords_attributes", {{{"keyword", keyword}}}}})
        .json()["id"];
  }
};

}  // namespace

TEST_CASE("what a filter catches says so to its owner, everywhere", "[api][filter]") {
  Reading r;
  const auto id = r.filter("warn", {"notifications"});
  const auto answer = r.client.get("/api/v1/timelines/home");
  const auto home = answer.json();
  REQUIRE(home.size() == 3);
  CHECK(home[0]["filtered"] == Json::array({{{"filter",
                                              {{"id", id},
                                               {"title", "No heron"},
                                               {"context", {"notifications"}},
                                               {"expires_at", nullptr},
                                               {"filter_action", "warn"}}},
                                             {"keyword_matches", {"heron"}},
                                             {"status_matches", nullptr}}}));
  CHECK(test::Shapes().problems(home[0]["filtered"][0], "FilterResult") == std::vector<std::string>{});
  CHECK(home[1]["filtered"] == Json::array());
  CHECK(home[2]["filtered"].size() == 1);
  CHECK(answer.statements == 7);
  const auto path = "/api/v1/statuses/" + r.heron.id.str();
  CHECK(r.client.get(path).json()["filtered"].size() == 1);
  CHECK_FALSE(Client(r.api).get(path).json().contains("filtered"));
  CHECK(Client(r.api, r.bob).get(path).json()["filtered"] == Json::array());
}

TEST_CASE("one's own statuses are not filtered, one's reblogs of others are", "[api][filter]") {
  Reading r;
  r.filter("warn", {"home"});
  const auto own = r.world.status(r.alice, {.content = "<p>My heron</p>"});
  const auto back = r.world.reblog(r.bob, own);
  const auto passed_on = r.world.reblog(r.alice, r.heron);
  const auto filtered = [&](const model::Status& status) {
    return r.client.get("/api/v1/statuses/" + status.id.str()).json();
  };
  CHECK(filtered(own)["filtered"].empty());
  CHECK(filtered(back)["filtered"].empty());
  CHECK(filtered(passed_on)["filtered"].size() == 1);
  CHECK(filtered(passed_on)["reblog"]["filtered"].size() == 1);
}

TEST_CASE("what a filter hides is sent with the mark, and the client hides it", "[api][filter]") {
  Reading r;
  r.filter("hide", {"home", "public", "account"});
  const auto account = "/api/v1/accounts/" + r.bob.id.str() + "/statuses";
  for (const auto& path : {std::string("/api/v1/timelines/home"), std::string("/api/v1/timelines/public"), account}) {
    INFO(path);
    const auto shown = r.client.get(path).json();
    REQUIRE(shown.size() == 3);
    CHECK(shown[0]["filtered"][0]["filter"]["filter_action"] == "hide");
    CHECK(shown[1]["filtered"].empty());
    CHECK(shown[2]["filtered"][0]["filter"]["filter_action"] == "hide");
  }
}

TEST_CASE("threads and notifications mark what is to be hidden there", "[api][filter]") {
  Reading r;
  const auto mine = r.world.status(r.alice);
  const Client bob(r.api, r.bob);
  const auto reply = [&](const std::string& text) {
    return bob.post("/api/v1/statuses", {{"status", "@alice " + text}, {"in_reply_to_id", mine.id.str()}}).json()["id"];
  };
  const auto caught = reply("a heron");
  reply("a gull");
  const auto context = [&] {
    return r.client.get("/api/v1/statuses/" + mine.id.str() + "/context").json()["descendants"];
  };
  CHECK(context().size() == 2);
  CHECK(r.client.get("/api/v1/notifications").json().size() == 2);
  r.filter("hide", {"thread", "notifications"});
  const auto marked = [&](const Json& statuses) {
    std::vector<Json> ids;
    for (const auto& status : statuses) {
      if (!status["filtered"].empty()) ids.push_back(status["id"]);
    }
    return ids;
  };
  CHECK(context().size() == 2);
  CHECK(marked(context()) == std::vector<Json>{caught});
  const auto told = r.client.get("/api/v1/notifications").json();
  REQUIRE(told.size() == 2);
  CHECK(marked({told[0]["status"], told[1]["status"]}) == std::vector<Json>{caught});
  CHECK(r.client.get("/api/v2/notifications").json()["notification_groups"].size() == 2);
}

TEST_CASE("a single status can be filtered, also when it is reblogged", "[api][filter]") {
  Reading r;
  const auto id = r.client.post("/api/v2/filters", {{"title", "One"}, {"context", {"home"}}, {"filter_action", "blur"}})
                      .json()["id"]
                      .get<std::string>();
  r.client.post("/api/v2/filters/" + id + "/statuses", {{"status_id", r.gull.id.str()}});
  const auto carol = r.world.local_account("carol");
  r.world.follow(r.alice, carol);
  const auto wrapper = r.world.reblog(carol, r.gull);
  const auto result = r.client.get("/api/v1/statuses/" + wrapper.id.str()).json()["filtered"];
  REQUIRE(result.size() == 1);
  CHECK(result[0]["filter"]["filter_action"] == "blur");
  CHECK(result[0]["keyword_matches"] == nullptr);
  CHECK(result[0]["status_matches"] == Json({r.gull.id.str()}));
}

TEST_CASE("an expired filter is listed and does nothing", "[api][filter]") {
  Reading r;
  const auto id = r.filter("hide", {"home"});
  r.client.send(http::Method::put, "/api/v2/filters/" + id, R"({"expires_in": 60})", "application/json");
  const auto path = "/api/v1/statuses/" + r.heron.id.str();
  CHECK(r.client.get(path).json()["filtered"].size() == 1);
  r.world.clock.advance(std::chrono::seconds(60));
  CHECK(r.client.get("/api/v2/filters").json().size() == 1);
  CHECK(r.client.get(path).json()["filtered"].empty());
}

TEST_CASE("filters read poll options and what is quoted", "[api][filter]") {
  Reading r;
  r.filter("warn", {"home"});
  const Client bob(r.api, r.bob);
  const auto filtered = [&](const Json& status) {
    return r.client.get("/api/v1/statuses/" + status["id"].get<std::string>()).json();
  };
  const auto poll = bob.post("/api/v1/statuses", {{"status", "Which?"},
                                                  {"poll", {{"options", {"a Heron", "a gull"}}, {"expires_in", 3600}}}})
                        .json();
  CHECK(filtered(poll)["filtered"].size() == 1);
  const auto quoted = bob.post("/api/v1/statuses", {{"status", "A heron of my own"}}).json();
  const auto quoting = bob.post("/api/v1/statuses", {{"status", "Look"}, {"quoted_status_id", quoted["id"]}}).json();
  CHECK(filtered(quoting)["filtered"].size() == 1);
  CHECK(filtered(quoting)["quote"]["quoted_status"]["filtered"].size() == 1);
  const auto plain = bob.post("/api/v1/statuses", {{"status", "Which gull?"}}).json();
  CHECK(filtered(plain)["filtered"].empty());
}
