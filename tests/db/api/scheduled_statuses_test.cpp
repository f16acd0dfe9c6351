#include "support/api_client.hpp"
#include "support/status_jobs.hpp"

#include "dunlin/base/time_format.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Json = nlohmann::json;

namespace {

struct Planned {
  World world;
  Api api{world};
  model::Account alice = world.local_account("alice");
  Client client{api, alice};

  std::string in(std::chrono::seconds ahead) const { return format_iso8601(world.clock.now() + ahead); }
  test::Answer plan(std::chrono::seconds ahead, Json draft = {{"status", "Later"}}) const {
    draft["scheduled_at"] = in(ahead);
    return client.post("/api/v1/statuses", draft);
  }
  std::vector<std::string> posted() const {
    return client.get("/api/v1/accounts/" + alice.id.str() + "/statuses").ids();
  }
};

std::string path_of(const Json& scheduled) {
  return "/api/v1/scheduled_statuses/" + scheduled["id"].get<std::string>();
}

}  // namespace

TEST_CASE("a post for later is answered with what it will say and shows up nowhere", "[api][scheduled]") {
  Planned planned;
  const auto parent = planned.world.status(planned.alice);
  const auto at = planned.in(std::chrono::hours(1));
  const auto json = planned
                        .plan(std::chrono::hours(1), {{"status", "Later"},
                                                      {"visibility", "unlisted"},
                                                      {"spoiler_text", "cw"},
                                                      {"in_reply_to_id", parent.id.str()},
                                                      {"poll", {{"options", {"a", "b"}}, {"expires_in", 600}}}})
                        .json();
  CHECK(json["scheduled_at"] == at);
  CHECK(json["media_attachments"] == Json::array());
  const auto& params = json["params"];
  CHECK(params["text"] == "Later");
  CHECK(params["visibility"] == "unlisted");
  CHECK(params["spoiler_text"] == "cw");
  CHECK(params["in_reply_to_id"] == parent.id.value);
  CHECK(params["application_id"].is_number());
  CHECK(params["scheduled_at"].is_null());
  CHECK(params["poll"] ==
        Json::parse(R"({"options": ["a", "b"], "expires_in": 600, "multiple": false, "hide_totals": false})"));
  CHECK(planned.client.get(path_of(json)).json() == json);
  CHECK(planned.client.get("/api/v1/scheduled_statuses").json() == Json::array({json}));
  CHECK(planned.posted() == std::vector{parent.id.str()});
  CHECK(planned.api.federation.told.empty());
}

TEST_CASE("when its time has come it is posted once, however often the job runs", "[api][scheduled][job]") {
  Planned planned;
  const auto json =
      planned
          .plan(std::chrono::hours(1), {{"status", "Later"}, {"poll", {{"options", {"a", "b"}}, {"expires_in", 600}}}})
          .json();
  CHECK(test::run_status_jobs(planned.api) == 0);
  planned.world.clock.advance(std::chrono::hours(1));
  CHECK(test::run_status_jobs(planned.api) == 1);
  CHECK(planned.posted().size() == 1);
  const auto posted = planned.client.get("/api/v1/statuses/" + planned.posted()[0]).json();
  CHECK(posted["content"] == "<p>Later</p>");
  CHECK(posted["created_at"] == format_iso8601(planned.world.clock.now()));
  CHECK(posted["poll"]["expires_at"] == planned.in(std::chrono::seconds(600)));
  CHECK(posted["application"]["name"] == "Sandpiper");
  CHECK(planned.client.get(path_of(json)).status() == 404);
  const auto id = *StatusId::parse(json["id"].get<std::string>());
  planned.world.write([&](db::Tx& tx) {
    service::RemoteDocuments documents;
    CHECK(planned.api.services().scheduled_statuses.publish(tx, documents, id));
  });
  CHECK(planned.posted().size() == 1);
}

TEST_CASE("another time moves it; the earlier one finds nothing to do", "[api][scheduled]") {
  Planned planned;
  const auto json = planned.plan(std::chrono::hours(1)).json();
  const auto moved = planned.client.put(path_of(json), {{"scheduled_at", planned.in(std::chrono::hours(2))}}).json();
  CHECK(moved["id"] == json["id"]);
  CHECK(moved["scheduled_at"] == planned.in(std::chrono::hours(2)));
  planned.world.clock.advance(std::chrono::hours(1));
  CHECK(test::run_status_jobs(planned.api) == 1);
  CHECK(planned.posted().empty());
  planned.world.clock.advance(std::chrono::hours(1));
  CHECK(test::run_status_jobs(planned.api) == 1);
  CHECK(planned.posted().size() == 1);
}

TEST_CASE("a cancelled one never comes", "[api][scheduled]") {
  Planned planned;
  const auto json = planned.plan(std::chrono::hours(1)).json();
  CHECK(planned.client.del(path_of(json)).json() == Json::object());
  CHECK(planned.client.del(path_of(json)).status() == 404);
  planned.world.clock.advance(std::chrono::hours(1));
  test::run_status_jobs(planned.api);
  CHECK(planned.posted().empty());
}

TEST_CASE("the past is now, and the near future too soon", "[api][scheduled]") {
  Planned planned;
  CHECK(planned.plan(std::chrono::seconds(-1)).json()["content"] == "<p>Later</p>");
  CHECK(planned.plan(std::chrono::seconds(299)).error() == "Validation failed: Scheduled at must be in the future");
  CHECK(planned.plan(std::chrono::seconds(300)).status() == 200);
  CHECK(planned.plan(std::chrono::hours(1), {{"status", ""}}).error() == "Validation failed: Text can't be blank");
  const auto json = planned.plan(std::chrono::hours(1)).json();
  CHECK(planned.client.put(path_of(json)).status() == 400);
  CHECK(planned.client.put(path_of(json), {{"scheduled_at", "soon"}}).error() == "Invalid date supplied");
  CHECK(planned.client.put(path_of(json), {{"scheduled_at", planned.in(std::chrono::seconds(10))}}).error() ==
        "Validation failed: Scheduled at must be in the future");
}

TEST_CASE("no more than 25 a day and 300 in all", "[api][scheduled]") {
  Planned planned;
  const auto plan = [&](int day) { return planned.plan(std::chrono::days(day)); };
  for (int i = 0; i < 25; ++i) REQUIRE(plan(1).status() == 200);
  CHECK(plan(1).error() == "Validation failed: You have exceeded the limit of 25 scheduled posts for today");
  CHECK(plan(2).status() == 200);
  planned.world.db.run("INSERT INTO scheduled_statuses (id, account_id, scheduled_at, draft, created_at) SELECT n, " +
                       planned.alice.id.str() +
                       ", now() + n * interval '1 day', '{}', now() FROM generate_series(1000, 1273) AS n");
  CHECK(plan(3).error() == "Validation failed: You have exceeded the limit of 300 scheduled posts");
}

TEST_CASE("scheduled posts are their author's alone, in pages", "[api][scheduled][paging]") {
  Planned planned;
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    planned.world.clock.advance(std::chrono::seconds(1));
    ids.insert(ids.begin(), planned.plan(std::chrono::hours(1)).json()["id"].get<std::string>());
  }
  const Client other(planned.api, planned.world.local_account("bob"));
  const auto path = "/api/v1/scheduled_statuses/" + ids[0];
  CHECK(other.get("/api/v1/scheduled_statuses").json().empty());
  CHECK(other.get(path).status() == 404);
  CHECK(other.del(path).status() == 404);
  CHECK(other.put(path, {{"scheduled_at", planned.in(std::chrono::hours(2))}}).status() == 404);
  const auto first = planned.client.get("/api/v1/scheduled_statuses?limit=2");
  CHECK(first.ids() == std::vector{ids[0], ids[1]});
  CHECK(planned.client.get(first.link("next")).ids() == std::vector{ids[2]});
}

TEST_CASE("a repeated idempotency key gives the same scheduled post", "[api][scheduled][idempotency]") {
  Planned planned;
  const auto post = [&] {
    return planned.client
        .send(http::Method::post, "/api/v1/statuses",
              Json({{"status", "Later"}, {"scheduled_at", planned.in(std::chrono::hours(1))}}).dump(),
              "application/json", {{"Idempotency-Key", "k"}})
        .json();
  };
  const auto first = post();
  CHECK(post()["id"] == first["id"]);
  CHECK(planned.client.get("/api/v1/scheduled_statuses").json().size() == 1);
}
