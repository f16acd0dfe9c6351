#include "entity_fixtures.hpp"
#include "support/api_shape.hpp"

#include "dunlin/api/entities/filter.hpp"
#include "dunlin/api/entities/marker.hpp"
#include "dunlin/api/entities/notification.hpp"
#include "dunlin/api/entities/relationship.hpp"
#include "dunlin/api/entities/tag.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
namespace entities = api::entities;
using Json = nlohmann::json;

TEST_CASE("a relationship has every boolean, whatever is known", "[api][relationship]") {
  json::Writer out;
  entities::render_relationship(
      out, {.account_id = AccountId{5}, .languages = std::nullopt, .muting_expires_at = {}, .note = {}});
  const auto json = Json::parse(out.str());
  CHECK(test::Shapes().problems(json, "Relationship") == std::vector<std::string>{});
  CHECK(json == Json::parse(R"json({"id": "5", "following": false, "showing_reblogs": false, "notifying": false,
      "languages": null, "followed_by": false, "blocking": false, "blocked_by": false, "muting": false,
      "muting_notifications": false, "muting_expires_at": null, "requested": false, "requested_by": false,
      "domain_blocking": false, "endorsed": false, "note": ""})json"));
}

TEST_CASE("a relationship tells languages and states", "[api][relationship]") {
  json::Writer out;
  entities::render_relationship(out, {.account_id = AccountId{5},
                                      .following = true,
                                      .showing_reblogs = true,
                                      .languages = std::vector<std::string>{"en", "de"},
                                      .muting_expires_at = test::at("2026-01-01T00:00:00.000Z"),
                                      .requested_by = true,
                                      .note = {}});
  const auto json = Json::parse(out.str());
  CHECK(json["following"] == true);
  CHECK(json["languages"] == Json({"en", "de"}));
  CHECK(json["muting_expires_at"] == "2026-01-01T00:00:00.000Z");
  CHECK(json["requested_by"] == true);
}

TEST_CASE("a notification carries a status only where it has one", "[api][notification]") {
  const model::Notification follow{.id = NotificationId{7},
                                   .account_id = AccountId{1},
                                   .type = model::NotificationType::follow,
                                   .from_account_id = AccountId{2},
                                   .status_id = std::nullopt,
                                   .created_at = test::at("2026-01-01T00:00:00.001Z")};
  json::Writer out;
  entities::render_notification(out, follow, {.account = R"({"id":"2"})"});
  CHECK(Json::parse(out.str()) == Json::parse(R"json({"id": "7", "type": "follow",
      "created_at": "2026-01-01T00:00:00.001Z", "group_key": "ungrouped-7", "account": {"id": "2"}})json"));
  CHECK(entities::has_status(model::NotificationType::mention));
  CHECK(entities::has_status(model::NotificationType::reblog));
  CHECK_FALSE(entities::has_status(model::NotificationType::follow_request));
}

TEST_CASE("a filter in both versions", "[api][filter]") {
  const model::Filter filter{
      .id = FilterId{3},
      .title = "Herons",
      .contexts = {model::FilterContext::home, model::FilterContext::public_},
      .action = model::FilterAction::hide,
      .expires_at = std::nullopt,
      .keywords = {{model::FilterKeywordId{31}, "heron", true}, {model::FilterKeywordId{32}, "egret", false}},
      .statuses = {{model::FilterStatusId{41}, StatusId{99}}}};
  json::Writer v2;
  entities::render_filter(v2, filter);
  const auto json = Json::parse(v2.str());
  CHECK(test::Shapes().problems(json, "Filter") == std::vector<std::string>{});
  CHECK(json == Json::parse(R"json({"id": "3", "title": "Herons", "context": ["home", "public"], "expires_at": null,
      "filter_action": "hide", "keywords": [{"id": "31", "keyword": "heron", "whole_word": true},
      {"id": "32", "keyword": "egret", "whole_word": false}], "statuses": [{"id": "41", "status_id": "99"}]})json"));

  json::Writer v1;
  v1.begin_array();
  for (const auto& keyword : filter.keywords) entities::render_v1_filter(v1, filter, keyword);
  v1.end_array();
  const auto old = Json::parse(v1.str());
  CHECK(test::Shapes().problems_of_each(old, "V1Filter") == std::vector<std::string>{});
  CHECK(old[1] == Json::parse(R"json({"id": "32", "phrase": "egret", "context": ["home", "public"],
      "whole_word": false, "expires_at": null, "irreversible": true})json"));
}

TEST_CASE("a tag shows its display name and the page of its folded one", "[api][tag]") {
  const auto config = test::instance_config();
  json::Writer out;
  model::UseHistory history{.today = Time(std::chrono::seconds(1'772'323'200))};
  history.days[1] = {.uses = 12, .accounts = 3};
  const store::TagMarks marks{.following = true};
  entities::render_tag(out, config, {.id = 9, .name = "shorebirds", .display_name = "ShoreBirds"}, history, &marks);
  auto tag = Json::parse(out.str());
  REQUIRE(tag.at("history").size() == 7);
  CHECK(tag.at("history")[0] == Json::parse(R"({"day": "1772323200", "uses": "0", "accounts": "0"})"));
  CHECK(tag.at("history")[1] == Json::parse(R"({"day": "1772236800", "uses": "12", "accounts": "3"})"));
  tag.erase("history");
  CHECK(tag == Json::parse(R"json({"id": "9", "name": "ShoreBirds", "url": "https://example.org/tags/shorebirds",
      "following": true, "featuring": false})json"));
  json::Writer anonymous;
  entities::render_tag(anonymous, config, {.id = 9, .name = "a", .display_name = "a"}, {}, nullptr);
  CHECK_FALSE(Json::parse(anonymous.str()).contains("following"));
}

TEST_CASE("a marker's id is a string and its version a number", "[api][marker]") {
  json::Writer out;
  out.begin_object();
  entities::render_marker(out, {"home", 123, 4, test::at("2026-01-01T00:00:00.000Z")});
  out.end_object();
  const auto json = Json::parse(out.str());
  CHECK(test::Shapes().problems(json["home"], "Marker") == std::vector<std::string>{});
  CHECK(json["home"] ==
        Json::parse(R"json({"last_read_id": "123", "version": 4, "updated_at": "2026-01-01T00:00:00.000Z"})json"));
}
