#include "db/web/site.hpp"

using namespace dunlin;
using namespace dunlin::test;

namespace {

config::Config without_limits() {
  auto config = Site::default_config();
  config.limits.rate_limits = false;
  return config;
}

}  // namespace

TEST_CASE("an application is registered from a form, a list or JSON", "[web][apps]") {
  Site site(without_limits());
  const auto form = site.post("/api/v1/apps", {{"client_name", "Sandpiper"},
                                               {"redirect_uris", "https://a.example/x\nurn:ietf:wg:oauth:2.0:oob"}});
  REQUIRE(form.status() == 200);
  const auto json = form.json();
  CHECK(json.at("id").is_string());
  CHECK(json.at("redirect_uris") == nlohmann::json::array({"https://a.example/x", "urn:ietf:wg:oauth:2.0:oob"}));
  CHECK(json.at("redirect_uri") == "https://a.example/x\nurn:ietf:wg:oauth:2.0:oob");
  CHECK(json.at("scopes") == nlohmann::json::array({"read"}));
  CHECK(json.at("website").is_null());
  CHECK(json.at("client_secret_expires_at") == 0);
  CHECK(json.at("client_id").get<std::string>().size() == 43);

  const nlohmann::json body = {{"client_name", "S"},
                               {"redirect_uris", {"icecubesapp://", "https://b.example"}},
                               {"scopes", "read  write read"},
                               {"website", ""}};
  const auto reply = site.send(http::Method::post, "/api/v1/apps", body.dump(), {{"Content-Type", "application/json"}});
  REQUIRE(reply.status() == 200);
  CHECK(reply.json().at("scopes") == nlohmann::json::array({"read", "write"}));
  CHECK(site.post("/api/v1/apps?client_name=Q&redirect_uris=https://c.example&scopes[]=read&scopes[]=push", {})
            .json()
            .at("scopes") == nlohmann::json::array({"read", "push"}));
}

TEST_CASE("bad registrations are refused in Mastodon's words", "[web][apps]") {
  Site site(without_limits());
  struct Row {
    const char* what;
    Fields fields;
    const char* error;
  };
  const std::string good = "https://a.example";
  const Row rows[] = {
      {"no name", {{"redirect_uris", good}}, "Application name can't be blank"},
      {"long name",
       {{"client_name", std::string(61, 'x')}, {"redirect_uris", good}},
       "Application name is too long (maximum is 60 characters)"},
      {"no redirect", {{"client_name", "S"}}, "Redirect URI can't be blank"},
      {"relative", {{"client_name", "S"}, {"redirect_uris", "/back"}}, "Redirect URI must be an absolute URI."},
      {"script",
       {{"client_name", "S"}, {"redirect_uris", "JavaScript:alert(1)"}},
       "Redirect URI is forbidden by the server."},
      {"data",
       {{"client_name", "S"}, {"redirect_uris", "data:text/html,x"}},
       "Redirect URI is forbidden by the server."},
      {"fragment", {{"client_name", "S"}, {"redirect_uris", good + "/#x"}}, "Redirect URI cannot contain a fragment."},
      {"space", {{"client_name", "S"}, {"redirect_uris", "https://a example"}}, "Redirect URI must be a valid URI."},
      {"quote", {{"client_name", "S"}, {"redirect_uris", "app:\"'x"}}, "Redirect URI must be a valid URI."},
      {"no host", {{"client_name", "S"}, {"redirect_uris", "https://"}}, "Redirect URI must be a valid URI."},
      {"too long",
       {{"client_name", "S"}, {"redirect_uris", "app:" + std::string(2000, 'x')}},
       "Redirect URI is too long (maximum is 2000 characters)"},
      {"website",
       {{"client_name", "S"}, {"redirect_uris", good}, {"website", "javascript:x"}},
       "Website must be a valid URL"},
      {"scope",
       {{"client_name", "S"}, {"redirect_uris", good}, {"scopes", "read everything"}},
       "Scopes doesn't match configured on the server."},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const auto reply = site.post("/api/v1/apps", row.fields);
    CHECK(reply.status() == 422);
    CHECK(reply.json().at("error") == std::string("Validation failed: ") + row.error);
  }
}

TEST_CASE("one address registers five applications in ten minutes", "[web][apps]") {
  Site site;
  for (int i = 0; i < 5; ++i) App::make(site);
  const Fields fields = {{"client_name", "S"}, {"redirect_uris", "https://a.example"}};
  CHECK(site.post("/api/v1/apps", fields).status() == 429);
  site.world.clock.advance(std::chrono::minutes(11));
  CHECK(site.post("/api/v1/apps", fields).status() == 200);
}
