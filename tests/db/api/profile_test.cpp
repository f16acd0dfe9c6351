#include "support/api_client.hpp"
#include "support/api_shape.hpp"
#include "support/fake_remote.hpp"

#include "dunlin/jobs/queue.hpp"
#include "dunlin/service/profile_links.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Json = nlohmann::json;

namespace {

constexpr const char* kUpdate = "/api/v1/accounts/update_credentials";

struct Own {
  World world;
  Api api{world};
  model::Account alice = world.local_account("alice");
  Client client{api, alice};
};

}  // namespace

TEST_CASE("the defaults for quoting are kept and told", "[api][profile]") {
  Own f;
  CHECK(f.client.get("/api/v1/preferences").json()["posting:default:quote_policy"] == "public");
  const auto json = f.client.patch(kUpdate, {{"source", {{"quote_policy", "followers"}}}}).json();
  CHECK(json["source"]["quote_policy"] == "followers");
  CHECK(f.client.get("/api/v1/preferences").json()["posting:default:quote_policy"] == "followers");
  const auto refused = f.client.patch(kUpdate, {{"source", {{"quote_policy", "friends"}}}});
  CHECK(refused.status() == 422);
  CHECK(refused.error() == "Validation failed: Default quote policy is not included in the list");
}

TEST_CASE("sites that may name the account are kept in normal form", "[api][profile]") {
  Own f;
  const auto json =
      f.client.patch(kUpdate, {{"attribution_domains", {"News.Example", " blog.example ", "", "news.example"}}}).json();
  CHECK(json["source"]["attribution_domains"] == Json({"news.example", "blog.example"}));
  CHECK(f.client.patch(kUpdate, {{"attribution_domains", {"no host"}}}).status() == 422);
  CHECK(f.client.patch(kUpdate, {{"attribution_domains", std::vector<std::string>(101, "a.example")}}).status() == 422);
  CHECK(f.client.patch(kUpdate, {{"attribution_domains", Json::array()}})
            .json()["source"]["attribution_domains"]
            .empty());
}

TEST_CASE("each fault of a profile is named", "[api][profile]") {
  Own f;
  const auto answer =
      f.client.patch(kUpdate, {{"display_name", std::string(31, 'x')}, {"note", std::string(501, 'x')}});
  REQUIRE(answer.status() == 422);
  const auto json = Json::parse(answer.body());
  CHECK(json["error"] ==
        "Validation failed: Display name is too long (maximum is 30 characters), Note is too long (maximum is 500 "
        "characters)");
  CHECK(json["details"]["display_name"][0]["error"] == "ERR_TOO_LONG");
  CHECK(json["details"]["note"][0]["description"] == "is too long (maximum is 500 characters)");
  Json fields = Json::array();
  for (int i = 0; i < 5; ++i) fields.push_back({{"name", "a"}, {"value", "b"}});
  CHECK(f.client.patch(kUpdate, {{"fields_attributes", fields}}).status() == 422);
  CHECK(f.api.federation.told.empty());
}

TEST_CASE("pictures are described in words", "[api][profile]") {
  Own f;
  const auto json =
      f.client.patch(kUpdate, {{"avatar_description", "A dunlin"}, {"header_description", "The sea"}}).json();
  CHECK(json["avatar_description"] == "A dunlin");
  CHECK(json["header_description"] == "The sea");
  CHECK(f.client.patch(kUpdate, {{"avatar_description", std::string(151, 'x')}}).status() == 422);
}

TEST_CASE("the profile for editors has raw and formatted texts", "[api][profile]") {
  Own f;
  const auto changed =
      f.client.patch("/api/v1/profile", {{"note", "Counts *birds*\nhttps://birds.example"},
                                         {"fields_attributes", {{{"name", "Site"}, {"value", "https://a.example"}}}},
                                         {"show_media", false},
                                         {"show_featured", false}});
  REQUIRE(changed.status() == 200);
  const auto json = changed.json();
  CHECK(test::Shapes().problems(json, "Profile") == std::vector<std::string>{});
  CHECK(json["note"] == "Counts *birds*\nhttps://birds.example");
  CHECK(json["formatted_note"].get<std::string>().contains("<a href=\"https://birds.example\""));
  CHECK(json["fields"][0]["value"] == "https://a.example");
  CHECK(json["formatted_fields"][0]["value"].get<std::string>().starts_with("<a href=\"https://a.example\""));
  CHECK(json["avatar"].is_null());
  CHECK(json["show_media"] == false);
  CHECK(f.client.get("/api/v1/profile").json() == json);
  const auto account = f.client.get("/api/v1/accounts/" + f.alice.id.str()).json();
  CHECK(account["show_media"] == false);
  CHECK(account["show_media_replies"] == true);
  CHECK(account["show_featured"] == false);
  CHECK(Client(f.api, f.alice, {"profile"}).get("/api/v1/profile").status() == 200);
}

TEST_CASE("staff shows its role", "[api][profile]") {
  Own f;
  CHECK(f.client.get("/api/v1/accounts/" + f.alice.id.str()).json()["roles"] == Json::array());
  auto user = f.world.user_of(f.alice);
  user.role = model::Role::admin;
  f.world.write([&](db::Tx& tx) { store::update_user(tx, user); });
  const auto json = f.client.get("/api/v1/accounts/verify_credentials").json();
  CHECK(json["roles"] == Json::parse(R"([{"id": "2", "name": "Admin", "color": ""}])"));
  CHECK(json["role"]["highlighted"] == true);
  CHECK(json["role"]["collection_limit"] == 10);
}

TEST_CASE("a link is verified when its page links back with rel=me", "[api][profile][links]") {
  Own f;
  test::FakeRemote remote;
  remote.serve_text("https://good.example/",
                    "<p><a rel=\"nofollow ME\" href=\"https://example.org/users/alice\">I</a></p>",
                    "text/html; charset=utf-8");
  remote.serve_text("https://head.example/", "<html><head><link rel=me href='//example.org/users/alice'></head></html>",
                    "text/html; charset=utf-8");
  remote.serve_text("https://other.example/", "<a rel=\"me\" href=\"https://example.org/users/bob\">bob</a>",
                    "text/html; charset=utf-8");
  remote.serve_text("https://plain.example/", "<a href=\"https://example.org/users/alice\">she</a>",
                    "text/html; charset=utf-8");
  REQUIRE(f.client
              .patch(kUpdate, {{"fields_attributes",
                                {{{"name", "a"}, {"value", "https://good.example/"}},
                                 {{"name", "b"}, {"value", "https://head.example/"}},
                                 {{"name", "c"}, {"value", "https://other.example/"}},
                                 {{"name", "d"}, {"value", "https://plain.example/"}}}}})
              .status() == 200);
  f.world.clock.advance(std::chrono::seconds(5));
  const auto due =
      f.world.write([](db::Tx& tx) { return jobs::claim(tx, jobs::Lane::feed, 10, std::chrono::seconds(60)); });
  REQUIRE(due.size() == 1);
  CHECK(due[0].kind == service::kVerifyLinks.name);
  remote.run_with([&](service::RemoteDocuments& documents) {
    return f.world.session().write(
        [&](db::Tx& tx) { return service::run_verify_links(tx, f.api.environment(), documents, due[0].payload); });
  });
  const auto fields = f.client.get("/api/v1/accounts/verify_credentials").json()["fields"];
  CHECK(fields[0]["verified_at"].is_string());
  CHECK(fields[1]["verified_at"].is_string());
  CHECK(fields[2]["verified_at"].is_null());
  CHECK(fields[3]["verified_at"].is_null());

  // What was verified stays so while its text stays.
  f.client.patch(
      kUpdate,
      {{"fields_attributes",
        {{{"name", "z"}, {"value", "https://good.example/"}}, {{"name", "b"}, {"value", "https://head.example/2"}}}}});
  const auto after = f.client.get("/api/v1/accounts/verify_credentials").json()["fields"];
  CHECK(after[0]["verified_at"].is_string());
  CHECK(after[1]["verified_at"].is_null());
}
