#include "support/api_client.hpp"
#include "support/api_shape.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Json = nlohmann::json;

namespace {

struct Owner {
  World world;
  Api api{world};
  model::Account alice = world.local_account("alice");
  model::Account bob = world.local_account("bob");
  Client client{api, alice};
  Client other{api, bob};

  [[nodiscard]] Json create(const Json& changes = Json::object()) const {
    Json request{{"title", "Herons"}, {"context", {"home", "public"}}};
    request.update(changes);
    return client.post("/api/v2/filters", request).json();
  }
  [[nodiscard]] test::Answer put(const std::string& target, const Json& body) const {
    return client.send(http::Method::put, target, body.dump(), "application/json");
  }
};

std::string id_of(const Json& json) {
  return json["id"].get<std::string>();
}

}  // namespace

TEST_CASE("a filter is made, read, changed and deleted", "[api][filter]") {
  const Owner o;
  const auto made =
      o.create({{"filter_action", "hide"},
                {"expires_in", 3600},
                {"keywords_attributes", {{{"keyword", "heron"}}, {{"keyword", "egret"}, {"whole_word", false}}}}});
  CHECK(test::Shapes().problems(made, "Filter") == std::vector<std::string>{});
  CHECK(made["title"] == "Herons");
  CHECK(made["context"] == Json({"home", "public"}));
  CHECK(made["filter_action"] == "hide");
  CHECK(made["expires_at"] != nullptr);
  REQUIRE(made["keywords"].size() == 2);
  CHECK(made["keywords"][0]["whole_word"] == true);
  CHECK(made["keywords"][1]["whole_word"] == false);
  CHECK(made["statuses"] == Json::array());
  const auto path = "/api/v2/filters/" + id_of(made);
  CHECK(o.client.get(path).json() == made);
  CHECK(o.client.get("/api/v2/filters").json() == Json::array({made}));

  SECTION("only what is given changes") {
    const auto renamed = o.put(path, {{"title", "Birds"}}).json();
    auto expected = made;
    expected["title"] = "Birds";
    CHECK(renamed == expected);
    CHECK(o.put(path, {{"expires_in", ""}}).json()["expires_at"] == nullptr);
    CHECK(o.put(path, {{"expires_in", 60}}).json()["expires_at"] != nullptr);
    CHECK(o.put(path, {{"expires_in", nullptr}}).json()["expires_at"] == nullptr);
    CHECK(o.client.patch(path, {{"filter_action", "blur"}, {"context", {"thread"}}}).json()["context"] ==
          Json({"thread"}));
    CHECK(o.client.get(path).json()["filter_action"] == "blur");
  }
  SECTION("keywords are added, changed and taken away with it") {
    const auto first = id_of(made["keywords"][0]);
    const auto second = id_of(made["keywords"][1]);
    const auto changed =
        o.put(path,
              {{"keywords_attributes",
                {{{"id", first}, {"keyword", "Heron"}}, {{"id", second}, {"_destroy", true}}, {{"keyword", "stork"}}}}})
            .json();
    REQUIRE(changed["keywords"].size() == 2);
    CHECK(changed["keywords"][0] == Json({{"id", first}, {"keyword", "Heron"}, {"whole_word", true}}));
    CHECK(changed["keywords"][1]["keyword"] == "stork");
    CHECK(o.put(path, {{"keywords_attributes", {{{"id", second}, {"keyword", "x"}}}}}).status() == 404);
  }
  SECTION("as a form with indices, as some clients send it") {
    const auto form = o.client.send(http::Method::post, "/api/v2/filters",
                                    "title=Form&context[]=home&context[]=&keywords_attributes[0][keyword]=gull"
                                    "&keywords_attributes[0][whole_word]=false&expires_in=",
                                    "application/x-www-form-urlencoded");
    CHECK(form.json()["keywords"][0]["whole_word"] == false);
    CHECK(form.json()["expires_at"] == nullptr);
  }
  SECTION("it is deleted with its keywords, once") {
    CHECK(o.client.del(path).json() == Json::object());
    CHECK(o.client.del(path).status() == 404);
    CHECK(o.client.get("/api/v2/filters/keywords/" + id_of(made["keywords"][0])).status() == 404);
  }
  SECTION("nobody else sees or touches it") {
    CHECK(o.other.get("/api/v2/filters").json().empty());
    CHECK(o.other.get(path).error() == "Record not found");
    CHECK(o.other.del(path).status() == 404);
    CHECK(o.other.post(path + "/keywords", {{"keyword", "x"}}).status() == 404);
    CHECK(o.other.get("/api/v2/filters/keywords/" + id_of(made["keywords"][0])).status() == 404);
    CHECK(o.other.del("/api/v2/filters/keywords/" + id_of(made["keywords"][0])).status() == 404);
    CHECK(o.other.get("/api/v1/filters/" + id_of(made["keywords"][0])).status() == 404);
  }
}

TEST_CASE("a filter without title, context or sense is refused", "[api][filter]") {
  const Owner o;
  const auto refused = [&](const Json& changes) {
    Json request{{"title", "x"}, {"context", {"home"}}};
    request.update(changes);
    const auto answer = o.client.post("/api/v2/filters", request);
    CHECK(answer.status() == 422);
    return answer.error();
  };
  CHECK(refused({{"title", " "}}) == "Validation failed: Title can't be blank");
  CHECK(refused({{"title", std::string(257, 'x')}}) ==
        "Validation failed: Title is too long (maximum is 256 characters)");
  CHECK(refused({{"context", Json::array()}}) ==
        "Validation failed: Context can't be blank, Context None or invalid context supplied");
  CHECK(refused({{"context", {"home", "lunch"}}}) == "Validation failed: Context None or invalid context supplied");
  CHECK(refused({{"filter_action", "explode"}}) == "Validation failed: Filter action is not included in the list");
  CHECK(refused({{"expires_in", "soon"}}) == "Validation failed: Expires in is not a number");
  CHECK(refused({{"keywords_attributes", {{{"keyword", ""}}}}}) == "Validation failed: Keyword can't be blank");
  CHECK(refused({{"keywords_attributes", {{{"keyword", std::string(513, 'x')}}}}}) ==
        "Validation failed: Keyword is too long (maximum is 512 characters)");
  CHECK(o.client.post("/api/v2/filters").error() ==
        "Validation failed: Title can't be blank, Context can't be blank, Context None or invalid context supplied");
  CHECK(o.client.get("/api/v2/filters").json().empty());  // a refused one leaves nothing behind
  CHECK(o.client.get("/api/v2/filters/x").status() == 404);
  CHECK(o.create({{"expires_in", 99'999'999'999'999}})["expires_at"] != nullptr);
}

TEST_CASE("the number of filters of an account is bounded", "[api][filter]") {
  Owner o;
  o.world.db.run("INSERT INTO filters (id, account_id, title, contexts, action, created_at) SELECT n, " +
                 o.alice.id.str() + ", 'x', '{home}', 0, now() FROM generate_series(1, 200) n");
  const auto answer = o.client.post("/api/v2/filters", {{"title", "x"}, {"context", {"home"}}});
  CHECK(answer.error() == "Validation failed: There can be at most 200 filters");
}

TEST_CASE("keywords of a filter have endpoints of their own", "[api][filter]") {
  const Owner o;
  const auto path = "/api/v2/filters/" + id_of(o.create());
  const auto made = o.client.post(path + "/keywords", {{"keyword", "gull"}}).json();
  CHECK(test::Shapes().problems(made, "FilterKeyword") == std::vector<std::string>{});
  CHECK(made["whole_word"] == true);
  CHECK(o.client.get(path + "/keywords").json() == Json::array({made}));
  const auto one = "/api/v2/filters/keywords/" + id_of(made);
  CHECK(o.client.get(one).json() == made);
  const auto changed = o.put(one, {{"whole_word", false}}).json();
  CHECK(changed == Json({{"id", id_of(made)}, {"keyword", "gull"}, {"whole_word", false}}));
  CHECK(o.put(one, {{"keyword", ""}}).error() == "Validation failed: Keyword can't be blank");
  CHECK(o.client.post(path + "/keywords").error() == "Validation failed: Keyword can't be blank");
  CHECK(o.client.del(one).json() == Json::object());
  CHECK(o.client.del(one).status() == 404);
  CHECK(o.client.get(path + "/keywords").json().empty());
  CHECK(o.client.get("/api/v2/filters/1/keywords").status() == 404);
}

TEST_CASE("statuses of a filter have endpoints of their own", "[api][filter]") {
  Owner o;
  const auto path = "/api/v2/filters/" + id_of(o.create());
  const auto status = o.world.status(o.bob);
  const auto secret = o.world.status(o.bob, {.visibility = model::Visibility::direct});
  const auto made = o.client.post(path + "/statuses", {{"status_id", status.id.str()}}).json();
  CHECK(test::Shapes().problems(made, "FilterStatus") == std::vector<std::string>{});
  CHECK(made["status_id"] == status.id.str());
  CHECK(o.client.get(path + "/statuses").json() == Json::array({made}));
  CHECK(o.client.get("/api/v2/filters/statuses/" + id_of(made)).json() == made);
  CHECK(o.client.post(path + "/statuses", {{"status_id", status.id.str()}}).error() ==
        "Validation failed: Status has already been taken");
  for (const auto& unseen : {secret.id.str(), std::string("12345"), std::string("x"), std::string()}) {
    CHECK(o.client.post(path + "/statuses", {{"status_id", unseen}}).error() == "Validation failed: Status must exist");
  }
  CHECK(o.other.get("/api/v2/filters/statuses/" + id_of(made)).status() == 404);
  CHECK(o.other.del("/api/v2/filters/statuses/" + id_of(made)).status() == 404);
  CHECK(o.client.del("/api/v2/filters/statuses/" + id_of(made)).json() == Json::object());
  CHECK(o.client.del("/api/v2/filters/statuses/" + id_of(made)).status() == 404);
}

TEST_CASE("in the old version each keyword is a filter", "[api][filter]") {
  const Owner o;
  const auto made =
      o.client.post("/api/v1/filters", {{"phrase", "gull"}, {"context", {"home"}}, {"irreversible", true}});
  CHECK(made.header("Deprecation") == "@1668384000");
  const auto json = made.json();
  CHECK(test::Shapes().problems(json, "V1Filter") == std::vector<std::string>{});
  CHECK(json["whole_word"] == true);
  CHECK(json["irreversible"] == true);
  const auto path = "/api/v1/filters/" + id_of(json);
  CHECK(o.client.get(path).json() == json);
  CHECK(o.client.get("/api/v1/filters").json() == Json::array({json}));
  const auto v2 = o.client.get("/api/v2/filters").json();
  REQUIRE(v2.size() == 1);
  CHECK(v2[0]["title"] == "gull");
  CHECK(v2[0]["filter_action"] == "hide");

  SECTION("changing it changes the new one, title and all") {
    const auto changed =
        o.put(path, {{"phrase", "tern"}, {"context", {"thread"}}, {"irreversible", false}, {"whole_word", false}})
            .json();
    CHECK(changed["phrase"] == "tern");
    CHECK(changed["irreversible"] == false);
    const auto now = o.client.get("/api/v2/filters").json()[0];
    CHECK(now["title"] == "tern");
    CHECK(now["filter_action"] == "warn");
    CHECK(now["context"] == Json({"thread"}));
    CHECK(now["keywords"][0]["whole_word"] == false);
  }
  SECTION("what blurs stays so") {
    CHECK(o.put("/api/v2/filters/" + id_of(v2[0]), {{"filter_action", "blur"}}).status() == 200);
    CHECK(o.put(path, {{"phrase", "tern"}, {"irreversible", false}}).json()["irreversible"] == false);
    CHECK(o.client.get("/api/v2/filters").json()[0]["filter_action"] == "blur");
  }
  SECTION("what would change other keywords is refused") {
    o.client.post("/api/v2/filters/" + id_of(v2[0]) + "/keywords", {{"keyword", "skua"}});
    CHECK(o.put(path, {{"phrase", "gull"}, {"context", {"public"}}}).status() == 422);
    CHECK(o.put(path, {{"irreversible", false}}).status() == 422);
    CHECK(o.put(path, {{"phrase", "tern"}, {"context", {"home"}}, {"irreversible", true}}).json()["phrase"] == "tern");
    CHECK(o.client.get("/api/v2/filters").json()[0]["title"] == "gull");
    CHECK(o.client.del(path).json() == Json::object());
    CHECK(o.client.get("/api/v2/filters").json().size() == 1);
  }
  SECTION("with its last keyword the filter goes") {
    CHECK(o.client.del(path).json() == Json::object());
    CHECK(o.client.del(path).status() == 404);
    CHECK(o.client.get("/api/v2/filters").json().empty());
  }
  SECTION("bad input") {
    CHECK(o.client.post("/api/v1/filters", {{"context", {"home"}}}).error() ==
          "Validation failed: Title can't be blank");
    CHECK(o.client.post("/api/v1/filters", {{"phrase", "x"}}).error() ==
          "Validation failed: Context can't be blank, Context None or invalid context supplied");
    CHECK(o.put(path, {{"phrase", ""}}).status() == 422);
    CHECK(o.put("/api/v1/filters/12", {{"phrase", "x"}}).status() == 404);
  }
}
