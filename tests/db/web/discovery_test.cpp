#include "db/web/site.hpp"
#include "support/api_shape.hpp"

#include <fstream>

using namespace dunlin;
using namespace dunlin::test;

namespace {

config::Config split_domain() {
  auto config = Site::default_config();
  config.server.domain = "handles.example";
  config.server.public_url = "https://web.example.org";
  return config;
}

std::string link_of(const nlohmann::json& document, const std::string& rel) {
  for (const auto& link : document.at("links")) {
    if (link.at("rel") == rel) return link.at("href");
  }
  return {};
}

}  // namespace

// 8.1, 8.2
TEST_CASE("WebFinger finds local people by handle and address", "[web][webfinger]") {
  Site site;
  const auto robin = site.world.local_account("Robin");
  site.world.remote_account("far", "other.example");
  struct Row {
    const char* resource;
    int status;
  };
  const std::string by_id = "https://example.org/ap/users/" + robin.id.str();
  const Row rows[] = {
      {"acct:Robin@example.org", 200},
      {"acct:robin@EXAMPLE.org", 200},
      {"ACCT:robin@example.org", 200},
      {"robin@example.org", 200},
      {"@robin@example.org", 200},
      {"https://example.org/@robin", 200},
      {"https://example.org/users/Robin", 200},
      {by_id.c_str(), 200},
      {"acct:nobody@example.org", 404},
      {"acct:robin@other.example", 404},
      {"acct:far@other.example", 404},
      {"https://example.org/@far@other.example", 404},
      {"https://other.example/@robin", 404},
      {"https://example.org/elsewhere", 404},
      {"https://example.org/ap/users/77", 404},
      {"", 400},
      {"robin", 400},
      {"acct:robin", 400},
      {"acct:@example.org", 400},
      {"mailto:robin@example.org", 400},
      {"https://", 400},
      {"acct:robin@exa mple", 400},
  };
  for (const Row& row : rows) {
    CAPTURE(row.resource);
    const Reply reply = site.get("/.well-known/webfinger?resource=" + text::percent_encode(row.resource));
    CHECK(reply.status() == row.status);
    CHECK(reply.header("Access-Control-Allow-Origin") == "*");
    if (row.status != 200) continue;
    const auto document = reply.json();
    CHECK(document.at("subject") == "acct:Robin@example.org");
    CHECK(link_of(document, "self") == robin.uri);
    CHECK(link_of(document, "http://webfinger.net/rel/avatar") == "https://example.org/static/avatar.png");
    CHECK(reply.header("Content-Type") == "application/jrd+json; charset=utf-8");
    CHECK(reply.header("Cache-Control") == "public, max-age=259200");
  }
  CHECK(site.get("/.well-known/webfinger").status() == 400);
  site.world.suspend(robin);
  CHECK(site.get("/.well-known/webfinger?resource=acct:robin@example.org").status() == 410);
}

// 8.2
TEST_CASE("WebFinger names the instance actor and keeps to the handle domain", "[web][webfinger]") {
  Site site(split_domain());
  site.world.local_account("robin");
  for (const char* resource :
       {"https://web.example.org", "https://web.example.org/", "acct:handles.example@handles.example",
        "acct:web.example.org@web.example.org", "https://web.example.org/actor"}) {
    CAPTURE(resource);
    const auto document = site.get("/.well-known/webfinger?resource=" + text::percent_encode(resource)).json();
    CHECK(document.at("subject") == "acct:handles.example@handles.example");
    CHECK(link_of(document, "self") == "https://web.example.org/actor");
  }
  const auto service = site.get("/.well-known/webfinger?resource=https://web.example.org/").json();
  CHECK(link_of(service, "https://www.w3.org/ns/activitystreams#Service") == "https://web.example.org/actor");
  for (const char* resource : {"acct:robin@handles.example", "acct:robin@web.example.org"}) {
    CHECK(site.get(std::string("/.well-known/webfinger?resource=") + resource).json().at("subject") ==
          "acct:robin@handles.example");
  }
}

// 8.5
TEST_CASE("host-meta, NodeInfo and the OAuth document lead to the right places", "[web][discovery]") {
  Site site;
  const Reply xrd = site.get("/.well-known/host-meta");
  CHECK(xrd.header("Content-Type") == "application/xrd+xml; charset=utf-8");
  CHECK(xrd.shows("template=\"https://example.org/.well-known/webfinger?resource={uri}\""));
  CHECK(site.get("/.well-known/host-meta", {{"Accept", "application/json"}}).json() ==
        site.get("/.well-known/host-meta.json").json());

  const auto links = site.get("/.well-known/nodeinfo").json().at("links");
  CHECK(links.at(0).at("href") == "https://example.org/nodeinfo/2.0");
  CHECK(links.at(1).at("rel") == "http://nodeinfo.diaspora.software/ns/schema/2.1");
  const Reply info = site.get("/nodeinfo/2.0");
  CHECK(info.header("Content-Type").contains("profile=\"http://nodeinfo.diaspora.software/ns/schema/2.0#\""));
  CHECK(info.header("Cache-Control") == "public, max-age=1800");
  CHECK(info.json().at("version") == "2.0");
  CHECK(info.json().at("software").at("name") == "dunlin");
  CHECK(info.json().at("usage").at("users").at("total").is_number());
  CHECK(info.json().at("openRegistrations") == false);
  CHECK(site.get("/nodeinfo/3.0").status() == 404);

  const auto server = site.get("/.well-known/oauth-authorization-server").json();
  CHECK(server.at("issuer") == "https://example.org/");
  CHECK(server.at("token_endpoint") == "https://example.org/oauth/token");
  CHECK(server.at("code_challenge_methods_supported") == nlohmann::json::array({"S256"}));
}

TEST_CASE("8.5: NodeInfo validates against the schema of its version, and leads to the instance actor",
          "[web][discovery]") {
  Site site;
  site.world.status(site.world.local_account("writer"));
  for (const std::string version : {"2.0", "2.1"}) {
    CAPTURE(version);
    std::ifstream file(std::string(DUNLIN_SOURCE_DIR) + "/tests/fixtures/nodeinfo/" + version + ".json");
    const auto info = site.get("/nodeinfo/" + version).json();
    CHECK(test::Shapes().problems_by(nlohmann::json::parse(file), info) == std::vector<std::string>{});
    CHECK(info.at("protocols") == nlohmann::json::array({"activitypub"}));
    const auto name = info.at("software").at("name").get<std::string>();
    CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos);
    for (const auto& [what, count] : info.at("usage").at("users").items()) CHECK(count.get<std::int64_t>() >= 0);
  }
  CHECK(link_of(site.get("/.well-known/nodeinfo").json(), "https://www.w3.org/ns/activitystreams#Application") ==
        "https://example.org/actor");
}

TEST_CASE("the server says when it is alive and when it is ready", "[web][health]") {
  Site site;
  CHECK(site.get("/health").body() == "OK\n");
  CHECK(site.get("/ready").status() == 200);
  site.world.db.run("DELETE FROM schema_migrations");
  CHECK(site.get("/ready").status() == 503);
  site.world.db.run("DROP TABLE schema_migrations");
  CHECK(site.get("/ready").status() == 503);
}

TEST_CASE("WebFinger does not know a user who is not confirmed or not approved", "[web][webfinger]") {
  Site site;
  const auto newcomer = site.world.local_account("newcomer");
  const std::string by_handle = "/.well-known/webfinger?resource=acct:newcomer@example.org";
  const std::string by_id =
      "/.well-known/webfinger?resource=" + text::percent_encode("https://example.org/ap/users/" + newcomer.id.str());
  CHECK(site.get(by_handle).status() == 200);
  for (const auto* state : {"confirmed_at = NULL", "confirmed_at = now(), approved = false"}) {
    CAPTURE(state);
    site.world.db.run("UPDATE users SET " + std::string(state) + " WHERE account_id = " + newcomer.id.str());
    CHECK(site.get(by_handle).status() == 404);
    CHECK(site.get(by_id).status() == 404);
    CHECK(site.get("/@newcomer").status() == 404);
  }
}
