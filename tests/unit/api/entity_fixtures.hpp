#pragma once

#include "dunlin/api/entities/emojis.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/config/config.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/status.hpp"

#include <nlohmann/json.hpp>

#include <string_view>

namespace dunlin::test {

inline Time at(std::string_view text) {
  return *parse_iso8601(text);
}

inline config::Config instance_config() {
  config::Config config;
  config.server.domain = "example.org";
  config.server.public_url = "https://example.org";
  config.instance.title = "Mudflat";
  config.instance.description = "Birds of the shore";
  config.instance.contact_email = "warden@example.org";
  return config;
}

inline store::CustomEmoji blob_emoji() {
  return {.shortcode = "blob",
          .domain = std::nullopt,
          .url = "https://example.org/emoji/blob.gif",
          .static_url = "https://example.org/emoji/blob.png",
          .category = std::nullopt,
          .visible_in_picker = true};
}

inline model::Account local_account() {
  model::Account account;
  account.id = AccountId{100};
  account.username = "alice";
  account.uri = "https://example.org/ap/users/100";
  account.url = "https://example.org/@alice";
  account.display_name = "Alice";
  account.note = "<p>Wader</p>";
  account.note_source = "Wader";
  account.created_at = at("2026-03-04T15:06:07.890Z");
  account.updated_at = account.created_at;
  account.statuses_count = 3;
  account.followers_count = 2;
  account.following_count = 1;
  account.last_status_at = at("2026-05-06T23:59:59.999Z");
  return account;
}

inline model::Account remote_account() {
  auto account = local_account();
  account.id = AccountId{200};
  account.username = "bob";
  account.domain = "remote.example";
  account.uri = "https://remote.example/users/bob";
  account.url = "";
  account.note_source = "";
  return account;
}

inline model::Status local_status() {
  model::Status status;
  status.id = StatusId{1000};
  status.uri = "https://example.org/ap/users/100/statuses/1000";
  status.url = "https://example.org/@alice/1000";
  status.account_id = AccountId{100};
  status.content = "<p>Hello</p>";
  status.source = "Hello";
  status.language = "en";
  status.created_at = at("2026-05-06T07:08:09.010Z");
  status.replies_count = 1;
  status.reblogs_count = 2;
  status.favourites_count = 3;
  return status;
}

}  // namespace dunlin::test
