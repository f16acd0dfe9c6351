#include "support/api_client.hpp"
#include "support/api_shape.hpp"

#include "dunlin/model/domain_policy.hpp"
#include "dunlin/service/privacy_text.hpp"
#include "dunlin/store/domain_policies.hpp"
#include "dunlin/store/instance_activity.hpp"
#include "dunlin/store/instance_texts.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Json = nlohmann::json;

TEST_CASE("known servers are listed and searched, unless that is switched off", "[api][instance]") {
  World world;
  Api api(world);
  world.remote_account("a", "birds.example");
  world.remote_account("b", "boats.example");
  world.remote_account("c", "boats.example");
  const Client client(api);
  CHECK(client.get("/api/v1/instance/peers").json() == Json({"birds.example", "boats.example"}));
  CHECK(client.get("/api/v1/peers/search?q=B").json() == Json({"boats.example", "birds.example"}));
  CHECK(client.get("/api/v1/peers/search?q=bir").json() == Json::array({"birds.example"}));
  CHECK(client.get("/api/v1/peers/search").json() == Json::array());
  auto config = Api::default_config();
  config.instance.publish_peers = false;
  config.instance.publish_activity = false;
  Api quiet(world, config);
  for (const char* path : {"/api/v1/instance/peers", "/api/v1/peers/search?q=b", "/api/v1/instance/activity"}) {
    CHECK(Client(quiet).get(path).status() == 404);
    CHECK(Client(quiet).get(path).error() == "Not Found");
  }
}

TEST_CASE("the activity of twelve weeks is counted", "[api][instance]") {
  World world;  // a Sunday
  Api api(world);
  const auto alice = world.local_account("alice");
  world.local_account("bob");
  world.status(alice);
  world.status(alice, {.visibility = model::Visibility::direct});
  world.status(world.remote_account("far", "remote.example"));
  Client(api, alice).get("/api/v1/preferences");
  const auto count = [&] { world.write([](db::Tx& tx) { store::count_weekly_activity(tx); }); };
  count();
  const Client client(api);
  auto weeks = client.get("/api/v1/instance/activity").json();
  REQUIRE(weeks.size() == 12);
  CHECK(weeks[0] == Json{{"week", "1771804800"}, {"statuses", "2"}, {"logins", "1"}, {"registrations", "2"}});
  CHECK(weeks[11]["statuses"] == "0");

  world.clock.advance(std::chrono::hours(24));  // Monday
  world.status(alice);
  count();
  weeks = client.get("/api/v1/instance/activity").json();
  CHECK(weeks[0]["statuses"] == "1");
  CHECK(weeks[0]["logins"] == "0");
  CHECK(weeks[1]["statuses"] == "2");
}

TEST_CASE("decisions about servers are published to whom the admin wants", "[api][instance]") {
  World world;
  world.write([&](db::Tx& tx) {
    store::save_domain_policy(tx, {.id = 1,
                                   .domain = "loud.example",
                                   .severity = model::DomainSeverity::limit,
                                   .private_comment = {},
                                   .public_comment = "noise",
                                   .created_at = tx.now()});
    store::save_domain_policy(tx, {.id = 2,
                                   .domain = "verybad.example",
                                   .severity = model::DomainSeverity::suspend,
                                   .private_comment = {},
                                   .public_comment = {},
                                   .obfuscate = true,
                                   .created_at = tx.now()});
    store::save_domain_policy(tx, {.id = 3,
                                   .domain = "pics.example",
                                   .severity = model::DomainSeverity::none,
                                   .reject_media = true,
                                   .private_comment = {},
                                   .public_comment = {},
                                   .created_at = tx.now()});
  });
  auto config = Api::default_config();
  Api closed(world, config);
  const auto alice = world.local_account("alice");
  CHECK(Client(closed, alice).get("/api/v1/instance/domain_blocks").status() == 404);
  config.instance.publish_domain_blocks = "users";
  Api members(world, config);
  CHECK(Client(members).get("/api/v1/instance/domain_blocks").status() == 404);
  CHECK(Client(members, alice).get("/api/v1/instance/domain_blocks").status() == 200);
  config.instance.publish_domain_blocks = "all";
  config.instance.publish_domain_block_reasons = true;
  Api open(world, config);
  const auto list = Client(open).get("/api/v1/instance/domain_blocks").json();
  REQUIRE(list.size() == 2);
  CHECK(list[0]["domain"] == "loud.example");
  CHECK(list[0]["severity"] == "silence");
  CHECK(list[0]["comment"] == "noise");
  CHECK(list[1]["domain"] == "v*****d.example");
  CHECK(list[1]["severity"] == "suspend");
  CHECK(list[1]["digest"].get<std::string>().size() == 64);
}

TEST_CASE("long texts are what the admin wrote, made clean", "[api][instance]") {
  World world;
  Api api(world);
  const Client client(api);
  CHECK(client.get("/api/v1/instance/extended_description").json() == Json{{"updated_at", nullptr}, {"content", ""}});
  const auto built_in = client.get("/api/v1/instance/privacy_policy").json();
  CHECK(built_in["updated_at"] == "2026-11-26T00:00:00.000Z");
  CHECK(built_in["content"].get<std::string>().contains("example.org"));
  const std::string source = "**Birds** <script>alert(1)</script>\n\n- one\n";
  world.write([&](db::Tx& tx) {
    const auto html = service::render_long_text(source);
    store::save_instance_text(tx, store::InstanceText::about, source, html);
    store::save_instance_text(tx, store::InstanceText::privacy_policy, source, html);
  });
  for (const char* path : {"/api/v1/instance/extended_description", "/api/v1/instance/privacy_policy"}) {
    const auto json = client.get(path).json();
    CHECK(json["updated_at"] == "2026-03-01T12:00:00.000Z");
    CHECK(json["content"].get<std::string>().contains("<strong>Birds</strong>"));
    CHECK(json["content"].get<std::string>().contains("<li>"));
    CHECK_FALSE(json["content"].get<std::string>().contains("script"));
  }
}

TEST_CASE("terms of service hold from their date until the next", "[api][instance]") {
  World world;  // 2026-03-01
  Api api(world);
  const Client client(api);
  const std::string path = "/api/v1/instance/terms_of_service";
  CHECK(client.get(path).status() == 404);
  world.write([](db::Tx& tx) {
    store::save_terms(tx, "2025-01-01", "old", "<p>old</p>");
    store::save_terms(tx, "2026-01-01", "now", "<p>now</p>");
    store::save_terms(tx, "2026-06-01", "next", "<p>next</p>");
  });
  CHECK(client.get(path).json() == Json{{"effective_date", "2026-01-01"},
                                        {"effective", true},
                                        {"content", "<p>now</p>"},
                                        {"succeeded_by", "2026-06-01"}});
  const auto old = client.get(path + "/2025-01-01").json();
  CHECK(old["effective"] == false);
  CHECK(old["succeeded_by"] == "2026-01-01");
  CHECK(client.get(path + "/2026-06-01").json()["succeeded_by"].is_null());
  CHECK(client.get(path + "/2024-01-01").status() == 404);
  const auto bad = client.get(path + "/tomorrow");
  CHECK(bad.status() == 422);
  CHECK(bad.error() == "Invalid date supplied");
}

TEST_CASE("the languages of posts have names", "[api][instance]") {
  World world;
  Api api(world);
  const auto list = Client(api).get("/api/v1/instance/languages").json();
  CHECK(list.size() > 200);
  const auto name = [&](const std::string& code) {
    for (const auto& entry : list) {
      if (entry["code"] == code) return entry["name"].get<std::string>();
    }
    return std::string();
  };
  CHECK(name("de") == "German");
  CHECK(name("is") == "Icelandic");
  CHECK_FALSE(name("zh-TW").empty());
}

TEST_CASE("features that are off answer as such", "[api][instance]") {
  World world;
  Api api(world);
  const auto alice = world.local_account("alice");
  const Client client(api, alice);
  const auto donations = client.get("/api/v1/donation_campaigns");
  CHECK(donations.status() == 204);
  CHECK(donations.body().empty());
  CHECK(client.get("/api/v1/annual_reports").json() ==
        Json{{"annual_reports", Json::array()}, {"accounts", Json::array()}, {"statuses", Json::array()}});
  CHECK(client.get("/api/v1/annual_reports/2025").status() == 404);
  CHECK(client.get("/api/v1/annual_reports/2025/state").json() == Json{{"state", "ineligible"}});
  CHECK(client.post("/api/v1/annual_reports/2025/generate").json() == Json::object());
  CHECK(client.post("/api/v1/annual_reports/2025/read").status() == 404);
  CHECK(client.get("/api/v1/accounts/" + alice.id.str() + "/identity_proofs").json() == Json::array());
  CHECK(client.post("/api/v1/accounts/" + alice.id.str() + "/email_subscriptions").status() == 404);
}

TEST_CASE("a post is embedded elsewhere if everybody may see it", "[api][oembed]") {
  World world;
  Api api(world);
  auto alice = world.local_account("alice", {.display_name = "Alice <3"});
  const auto open = world.status(alice);
  const auto quiet = world.status(alice, {.visibility = model::Visibility::unlisted});
  const auto secret = world.status(alice, {.visibility = model::Visibility::private_});
  const auto far = world.status(world.remote_account("far", "remote.example"));
  const Client client(api);
  const auto ask = [&](const model::Status& status, const std::string& more = "") {
    return client.get("/api/oembed?url=https://example.org/@alice/" + status.id.str() + more);
  };
  const auto json = ask(open).json();
  CHECK(json["type"] == "rich");
  CHECK(json["version"] == "1.0");
  CHECK(json["author_name"] == "Alice <3");
  CHECK(json["width"] == 400);
  CHECK(json["height"].is_null());
  CHECK(json["html"].get<std::string>().starts_with("<iframe src=\"https://example.org/@alice/" + open.id.str() +
                                                    "/embed\""));
  CHECK(json["html"].get<std::string>().contains("Alice &lt;3"));
  CHECK(ask(open, "&maxwidth=5").json()["width"] == 100);
  CHECK(ask(quiet).status() == 200);
  CHECK(ask(secret).status() == 404);
  CHECK(ask(far).status() == 404);
  CHECK(client.get("/api/oembed?url=https://elsewhere.example/1").status() == 404);
  CHECK(client.get("/api/oembed").error() == "param is missing or the value is empty: url");
}
