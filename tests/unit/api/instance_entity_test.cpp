#include "entity_fixtures.hpp"
#include "support/api_shape.hpp"

#include "dunlin/api/entities/instance.hpp"
#include "dunlin/api/version.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <iterator>

using namespace dunlin;
using api::entities::InstanceView;
using Json = nlohmann::json;

namespace {

Json instance_json(const config::Config& config, void (*render)(json::Writer&, const InstanceView&)) {
  const store::InstanceCounts counts{.users = 11, .active_month = 7, .local_statuses = 222, .domains = 3};
  json::Writer out;
  const std::vector<store::Rule> rules{{.id = 1, .text = "Be kind"}, {.id = 2, .text = "No herons"}};
  render(out, {.config = config, .counts = counts, .contact_account = {}, .rules = rules, .vapid_key = "BKey"});
  return Json::parse(out.str());
}

}  // namespace

TEST_CASE("the instance document has the shape that clients decode", "[api][instance]") {
  const auto json = instance_json(test::instance_config(), &api::entities::render_instance);
  CHECK(test::Shapes().problems(json, "Instance") == std::vector<std::string>{});
  CHECK(json["domain"] == "example.org");
  CHECK(json["title"] == "Mudflat");
  CHECK(json["usage"]["users"]["active_month"] == 7);
  CHECK(json["contact"] == Json::parse(R"json({"email": "warden@example.org", "account": null})json"));
  CHECK(json["rules"][1] == Json::parse(R"json({"id": "2", "text": "No herons", "hint": "", "translations": {}})json"));
  CHECK(json["configuration"]["urls"]["streaming"] == "wss://example.org");
  CHECK(json["configuration"]["statuses"]["max_characters"] == 500);
  CHECK(json["configuration"]["limited_federation"] == false);
}

TEST_CASE("the version begins with a plain Mastodon version and promises what is offered", "[api][instance]") {
  const auto json = instance_json(test::instance_config(), &api::entities::render_instance);
  CHECK_THAT(json["version"].get<std::string>(), Catch::Matches(R"(4\.\d\.\d+ \(compatible; Dunlin \d+\.\d+\.\d+\))"));
  CHECK(json["api_versions"]["mastodon"] == api::mastodon_api_version());
  const auto gates = api::feature_gates();
  const auto missing = std::ranges::find(gates, false, &api::FeatureGate::offered);
  REQUIRE(missing != gates.begin());
  CHECK(api::mastodon_api_version() == std::prev(missing)->version);
  CHECK(json["version"].get<std::string>().starts_with(std::prev(missing)->mastodon));
}

TEST_CASE("the old instance document has the shape that clients decode", "[api][instance]") {
  const auto json = instance_json(test::instance_config(), &api::entities::render_v1_instance);
  CHECK(test::Shapes().problems(json, "V1Instance") == std::vector<std::string>{});
  CHECK(json["uri"] == "example.org");
  CHECK(json["stats"] == Json::parse(R"json({"user_count": 11, "status_count": 222, "domain_count": 3})json"));
  CHECK(json["max_toot_chars"] == 500);
  CHECK(json["urls"]["streaming_api"] == "wss://example.org");
}

TEST_CASE("registrations are told as they are configured", "[api][instance]") {
  auto config = test::instance_config();
  CHECK(instance_json(config, &api::entities::render_instance)["registrations"]["enabled"] == false);
  config.registrations.mode = "approval";
  const auto json = instance_json(config, &api::entities::render_instance);
  CHECK(json["registrations"]["enabled"] == true);
  CHECK(json["registrations"]["approval_required"] == true);
  config.registrations.mode = "open";
  CHECK(instance_json(config, &api::entities::render_v1_instance)["approval_required"] == false);
}
