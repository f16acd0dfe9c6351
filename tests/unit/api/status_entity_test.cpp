#include "entity_fixtures.hpp"
#include "support/api_shape.hpp"

#include "dunlin/api/entities/status.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using api::entities::StatusBody;
using api::entities::StatusView;
using api::entities::ViewerMarks;
using Json = nlohmann::json;

namespace {

constexpr std::string_view kAuthor = R"({"id":"100"})";

Json status_json(const StatusView& view, const ViewerMarks* marks = nullptr, StatusBody body = StatusBody::content) {
  const auto config = test::instance_config();
  api::entities::EmojiLookup lookup(std::vector{test::blob_emoji()});
  json::Writer out;
  api::entities::render_status(out, {config, lookup}, view, marks, body);
  return Json::parse(out.str());
}

}  // namespace

TEST_CASE("an anonymous viewer's status has every shared key and no mark", "[api][status]") {
  const auto status = test::local_status();
  CHECK(status_json({.status = status, .account = kAuthor, .mentions = {}}) == Json::parse(R"json({
    "id": "1000", "uri": "https://example.org/ap/users/100/statuses/1000", "url": "https://example.org/@alice/1000",
    "created_at": "2026-05-06T07:08:09.010Z", "edited_at": null, "visibility": "public", "sensitive": false,
    "spoiler_text": "", "language": "en", "content": "<p>Hello</p>", "in_reply_to_id": null,
    "in_reply_to_account_id": null, "account": {"id": "100"}, "media_attachments": [], "mentions": [], "tags": [],
    "emojis": [], "poll": null, "card": null, "quote": null,
    "quote_approval": {"automatic": [], "manual": [], "current_user": "denied"}, "tagged_collections": [],
    "replies_count": 1, "reblogs_count": 2, "favourites_count": 3, "quotes_count": 0, "reblog": null
  })json"));
}

TEST_CASE("a signed-in viewer's status adds the viewer's marks and changes nothing else", "[api][status]") {
  const auto status = test::local_status();
  const StatusView view{.status = status, .account = kAuthor, .mentions = {}};
  const ViewerMarks marks{.flags = {.favourited = true, .reblogged = false, .muted = true, .bookmarked = false},
                          .own = false};
  auto json = status_json(view, &marks);
  CHECK(json["favourited"] == true);
  CHECK(json["reblogged"] == false);
  CHECK(json["muted"] == true);
  CHECK(json["bookmarked"] == false);
  CHECK(json["filtered"] == Json::array());
  CHECK_FALSE(json.contains("pinned"));
  for (const auto* key : {"favourited", "reblogged", "muted", "bookmarked", "filtered"}) json.erase(key);
  CHECK(json == status_json(view));
}

TEST_CASE("pinned is told of one's own statuses that can be pinned", "[api][status]") {
  auto status = test::local_status();
  const StatusView view{.status = status, .account = kAuthor, .mentions = {}};
  const ViewerMarks own{.flags = {.pinned = true}, .own = true};
  CHECK(status_json(view, &own)["pinned"] == true);
  status.visibility = model::Visibility::direct;
  CHECK_FALSE(status_json(view, &own).contains("pinned"));
}

TEST_CASE("mentions, tags, emojis, application and reply are rendered", "[api][status]") {
  auto status = test::local_status();
  status.source = "@bob :blob: #Grüße";
  status.tags = {"Grüße"};
  status.in_reply_to_id = StatusId{900};
  status.in_reply_to_account_id = AccountId{200};
  status.edited_at = test::at("2026-05-07T00:00:00.000Z");
  status.spoiler_text = "birds";
  status.sensitive = true;
  const std::vector<model::Mention> mentions{
      {AccountId{200}, "bob", "remote.example", "https://remote.example/users/bob", "https://remote.example/@bob",
       false},
      {AccountId{300}, "carol", std::nullopt, "https://example.org/ap/users/300", "https://example.org/@carol", true}};
  const store::StatusBundle::App application{"toot", std::nullopt};
  const auto json =
      status_json({.status = status, .account = kAuthor, .mentions = mentions, .application = &application});
  CHECK(json["mentions"] == Json::parse(R"json([{"id": "200", "username": "bob", "acct": "bob@remote.example",
      "url": "https://remote.example/@bob"}])json"));
  CHECK(json["tags"][0]["name"] == "Grüße");
  CHECK(json["tags"][0]["url"] == "https://example.org/tags/grusse");
  CHECK(json["emojis"][0]["shortcode"] == "blob");
  CHECK(json["application"] == Json::parse(R"json({"name": "toot", "website": null})json"));
  CHECK(json["in_reply_to_id"] == "900");
  CHECK(json["in_reply_to_account_id"] == "200");
  CHECK(json["edited_at"] == "2026-05-07T00:00:00.000Z");
  CHECK(json["spoiler_text"] == "birds");
  CHECK(json["sensitive"] == true);
}

TEST_CASE("a wrapper repeats its original under its own id, author and visibility", "[api][status]") {
  auto original = test::local_status();
  original.spoiler_text = "careful";
  auto wrapper = test::local_status();
  wrapper.id = StatusId{2000};
  wrapper.uri = "https://example.org/ap/users/200/statuses/2000/activity";
  wrapper.url.reset();
  wrapper.account_id = AccountId{200};
  wrapper.reblog_of_id = original.id;
  wrapper.content.clear();
  wrapper.visibility = model::Visibility::unlisted;
  wrapper.favourites_count = 0;
  const StatusView inner{.status = original, .account = kAuthor, .mentions = {}};
  const StatusView outer{.status = wrapper, .account = R"({"id":"200"})", .mentions = {}, .reblog = &inner};
  const ViewerMarks marks{.flags = {.reblogged = true}, .own = true};
  const auto json = status_json(outer, &marks);
  CHECK(json["id"] == "2000");
  CHECK(json["url"].is_null());
  CHECK(json["account"]["id"] == "200");
  CHECK(json["visibility"] == "unlisted");
  CHECK(json["content"] == "<p>Hello</p>");
  CHECK(json["spoiler_text"] == "careful");
  CHECK(json["favourites_count"] == 3);
  CHECK_FALSE(json.contains("pinned"));
  CHECK(json["reblogged"] == true);
  CHECK(json["reblog"]["id"] == "1000");
  CHECK(json["reblog"]["account"]["id"] == "100");
  CHECK(json["reblog"]["reblogged"] == true);
  CHECK(json["reblog"]["pinned"] == false);
  CHECK(json["reblog"]["reblog"].is_null());
}

TEST_CASE("the answer to a deletion carries the source and no content", "[api][status]") {
  const auto status = test::local_status();
  const auto json = status_json({.status = status, .account = kAuthor, .mentions = {}}, nullptr, StatusBody::source);
  CHECK(json["text"] == "Hello");
  CHECK(json["content_type"] == "text/plain");
  CHECK_FALSE(json.contains("content"));
}

TEST_CASE("a status has the shape that clients decode", "[api][status]") {
  auto status = test::local_status();
  const auto account = R"({"id":"100","username":"a","acct":"a","display_name":"","locked":false,"bot":false,
      "group":false,"indexable":false,"created_at":"2026-05-06T00:00:00.000Z","note":"","url":"https://a.example",
      "uri":"https://a.example","avatar":"https://a.example","avatar_static":"https://a.example",
      "header":"https://a.example","header_static":"https://a.example","followers_count":0,"following_count":0,
      "statuses_count":0,"emojis":[],"fields":[]})";
  const ViewerMarks marks{.flags = {}, .own = true};
  const auto json = status_json({.status = status, .account = account, .mentions = {}}, &marks);
  CHECK(test::Shapes().problems(json, "Status") == std::vector<std::string>{});
}
