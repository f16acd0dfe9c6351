#include "entity_fixtures.hpp"
#include "support/api_shape.hpp"

#include "dunlin/api/entities/account.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using Json = nlohmann::json;

namespace {

Json account_json(const model::Account& account, const model::Account* moved_to = nullptr,
                  std::vector<store::CustomEmoji> emojis = {}) {
  const auto config = test::instance_config();
  api::entities::EmojiLookup lookup(std::move(emojis));
  json::Writer out;
  api::entities::render_account(out, {config, lookup}, account, moved_to);
  return Json::parse(out.str());
}

}  // namespace

TEST_CASE("a local account has every key of the entity", "[api][account]") {
  const auto json = account_json(test::local_account());
  CHECK(test::Shapes().problems(json, "Account") == std::vector<std::string>{});
  CHECK(json == Json::parse(R"json({
    "id": "100", "username": "alice", "acct": "alice", "display_name": "Alice", "locked": false, "bot": false,
    "group": false, "discoverable": false, "indexable": false, "created_at": "2026-03-04T00:00:00.000Z",
    "note": "<p>Wader</p>", "url": "https://example.org/@alice", "uri": "https://example.org/ap/users/100",
    "avatar": "https://example.org/static/avatar.png", "avatar_static": "https://example.org/static/avatar.png",
    "avatar_description": "", "header": "https://example.org/static/header.png",
    "header_static": "https://example.org/static/header.png", "header_description": "",
    "followers_count": 2, "following_count": 1, "statuses_count": 3, "last_status_at": "2026-05-06",
    "hide_collections": false, "show_media": true, "show_media_replies": true, "show_featured": true,
    "feature_approval": {"automatic": [], "manual": [], "current_user": "denied"},
    "emojis": [], "fields": [], "noindex": false, "roles": []
  })json"));
}

TEST_CASE("a remote account has its domain in acct and no members of local ones", "[api][account]") {
  const auto json = account_json(test::remote_account());
  CHECK(json["acct"] == "bob@remote.example");
  CHECK_FALSE(json.contains("roles"));
  CHECK_FALSE(json.contains("noindex"));
  CHECK_FALSE(json.contains("invalid_handle"));
  SECTION("its url falls back to its uri") {
    CHECK(json["url"] == "https://remote.example/users/bob");
  }
  SECTION("a handle that no longer points to it is marked") {
    auto lost = test::remote_account();
    lost.handle_verified = false;
    CHECK(account_json(lost)["invalid_handle"] == true);
  }
}

TEST_CASE("a suspended account keeps its name only", "[api][account]") {
  auto account = test::local_account();
  account.suspended_at = account.created_at;
  account.locked = account.discoverable = account.indexable = true;
  account.actor_type = model::ActorType::service;
  account.avatar_url = "https://example.org/media/a.png";
  account.fields = {{"Site", "here", "here", std::nullopt}};
  const auto moved = test::remote_account();
  const auto json = account_json(account, &moved);
  CHECK(json["suspended"] == true);
  CHECK(json["username"] == "alice");
  CHECK(json["display_name"] == "");
  CHECK(json["note"] == "");
  CHECK(json["avatar"] == "https://example.org/static/avatar.png");
  CHECK(json["fields"].empty());
  CHECK(json["locked"] == false);
  CHECK(json["bot"] == false);
  CHECK(json["discoverable"] == false);
  CHECK(json["indexable"] == false);
  CHECK_FALSE(json.contains("moved"));
}

TEST_CASE("an account that moved shows its new account, which shows no further one", "[api][account]") {
  auto account = test::local_account();
  auto target = test::remote_account();
  account.moved_to_id = target.id;
  target.moved_to_id = AccountId{300};
  const auto json = account_json(account, &target);
  CHECK(json["moved"]["acct"] == "bob@remote.example");
  CHECK_FALSE(json["moved"].contains("moved"));
}

TEST_CASE("flags that are rare are there only when true", "[api][account]") {
  auto account = test::local_account();
  account.silenced_at = account.created_at;
  account.memorial = true;
  account.actor_type = model::ActorType::group;
  account.last_status_at.reset();
  const auto json = account_json(account);
  CHECK(json["limited"] == true);
  CHECK(json["memorial"] == true);
  CHECK(json["group"] == true);
  CHECK(json["last_status_at"].is_null());
  CHECK(test::Shapes().problems(json, "Account") == std::vector<std::string>{});
}

TEST_CASE("profile fields show HTML in the account and their source to the owner", "[api][account]") {
  auto account = test::local_account();
  account.fields = {{"Site", "<a href=\"https://a.example\">a.example</a>", "https://a.example",
                     test::at("2026-01-02T03:04:05.006Z")}};
  account.hide_collections = true;
  model::User user;
  user.role = model::Role::owner;
  user.default_visibility = model::Visibility::unlisted;
  user.default_language = "de";
  const auto config = test::instance_config();
  api::entities::EmojiLookup lookup(std::vector<store::CustomEmoji>{});
  json::Writer out;
  api::entities::render_credential_account(out, {config, lookup}, account, nullptr, user, 7);
  const auto json = Json::parse(out.str());
  CHECK(test::Shapes().problems(json, "CredentialAccount") == std::vector<std::string>{});
  CHECK(json["fields"][0] == Json::parse(R"json({"name": "Site",
      "value": "<a href=\"https://a.example\">a.example</a>", "verified_at": "2026-01-02T03:04:05.006Z"})json"));
  CHECK(json["source"] == Json::parse(R"json({"privacy": "unlisted", "sensitive": false, "language": "de",
      "note": "Wader", "follow_requests_count": 7, "hide_collections": true, "discoverable": false,
      "indexable": false, "attribution_domains": [], "quote_policy": "public",
      "fields": [{"name": "Site", "value": "https://a.example", "verified_at": "2026-01-02T03:04:05.006Z"}]})json"));
  CHECK(json["role"]["name"] == "Owner");
  CHECK(json["role"]["permissions"] == "8388607");
}

TEST_CASE("an ordinary user has the role of everyone", "[api][account]") {
  const auto config = test::instance_config();
  api::entities::EmojiLookup lookup(std::vector<store::CustomEmoji>{});
  json::Writer out;
  api::entities::render_credential_account(out, {config, lookup}, test::local_account(), nullptr, model::User{}, 0);
  CHECK(Json::parse(out.str())["role"] == Json::parse(R"json({"id": "-99", "name": "", "color": "",
      "permissions": "0", "highlighted": false, "collection_limit": 10})json"));
}

TEST_CASE("custom emojis of the instance are listed with the local account that uses them", "[api][account][emoji]") {
  auto account = test::local_account();
  account.display_name = "Alice :blob:";
  const auto json = account_json(account, nullptr, {test::blob_emoji()});
  CHECK(json["emojis"] == Json::parse(R"json([{"shortcode": "blob", "url": "https://example.org/emoji/blob.gif",
      "static_url": "https://example.org/emoji/blob.png", "visible_in_picker": true}])json"));
  SECTION("a remote account's shortcodes are of its own server") {
    auto remote = test::remote_account();
    remote.display_name = ":blob:";
    CHECK(account_json(remote, nullptr, {test::blob_emoji()})["emojis"].empty());
  }
}

TEST_CASE("preferences are the user's", "[api][preferences]") {
  model::User user;
  user.default_visibility = model::Visibility::private_;
  user.default_sensitive = true;
  json::Writer out;
  api::entities::render_preferences(
      out, user, {.expand_media = model::ExpandMedia::show_all, .expand_spoilers = true, .autoplay_gifs = false});
  const auto json = Json::parse(out.str());
  CHECK(test::Shapes().problems(json, "Preferences") == std::vector<std::string>{});
  CHECK(json == Json::parse(R"json({"posting:default:visibility": "private", "posting:default:sensitive": true,
      "posting:default:language": null, "posting:default:quote_policy": "public", "reading:expand:media": "show_all",
      "reading:expand:spoilers": true, "reading:autoplay:gifs": false})json"));
}
