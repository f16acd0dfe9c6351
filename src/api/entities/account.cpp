#include "dunlin/api/entities/account.hpp"

#include "dunlin/base/time_format.hpp"
#include "dunlin/service/uris.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::api::entities {

namespace {

/// Highest first: owner, admin, moderator, everyone (client-api.md 3.17.2).
struct RoleFacts {
  std::string_view id;
  std::string_view name;
  std::int64_t permissions;
};
RoleFacts facts_of(model::Role role) {
  constexpr std::int64_t kAll = 0x7fffff;
  switch (role) {
    case model::Role::owner:
      return {"3", "Owner", kAll};
    case model::Role::admin:
      return {"2", "Admin", kAll & ~0x3};
    case model::Role::moderator:
      return {"1", "Moderator", 0x4 | 0x8 | 0x10 | 0x100 | 0x400};
    case model::Role::user:
      break;
  }
  return {"-99", "", 0};
}

void render_role(json::Writer& out, model::Role role) {
  const auto facts = facts_of(role);
  out.begin_object();
  out.field("id", facts.id);
  out.field("name", facts.name);
  out.field("color", "");
  out.field("permissions", std::to_string(facts.permissions));
  out.field("highlighted", false);
  out.field("collection_limit", 0);
  out.end_object();
}

/// An approval that nobody gets: quoting and featuring by others are not offered.
void render_nobody(json::Writer& out) {
  out.begin_object();
  out.key("automatic").begin_array().end_array();
  out.key("manual").begin_array().end_array();
  out.field("current_user", "denied");
  out.end_object();
}

void render_fields(json::Writer& out, const model::Account& account) {
  out.begin_array();
  for (const auto& field : account.fields) {
    out.begin_object();
    out.field("name", field.name);
    out.field("value", field.value);
    out.field("verified_at", field.verified_at);
    out.end_object();
  }
  out.end_array();
}

void render_account_emojis(json::Writer& out, const EntityContext& context, const model::Account& account) {
  // Remote servers' emojis come with their own documents, and none of those are kept.
  if (!account.is_local()) {
    out.begin_array().end_array();
    return;
  }
  std::vector<std::string_view> texts{account.display_name, account.note_source};
  for (const auto& field : account.fields) {
    texts.emplace_back(field.name);
    texts.emplace_back(field.source);
  }
  render_emojis_used(out, context.emojis, texts);
}

/// The members without the braces, for Account and what extends it.
void render_members(json::Writer& out, const EntityContext& context, const model::Account& account,
                    const model::Account* moved_to) {
  // A suspended account keeps its name only (Mastodon).
  const bool shown = !account.suspended_at.has_value();
  const auto avatar =
      shown && !account.avatar_url.empty() ? account.avatar_url : service::uris::default_avatar(context.config);
  const auto header =
      shown && !account.header_url.empty() ? account.header_url : service::uris::default_header(context.config);
  out.field("id", account.id);
  out.field("username", account.username);
  out.field("acct", account.acct());
  out.field("display_name", shown ? std::string_view(account.display_name) : "");
  out.field("locked", shown && account.locked);
  out.field("bot", shown && account.is_bot());
  out.field("group", account.actor_type == model::ActorType::group);
  out.field("discoverable", shown && account.discoverable);
  out.field("indexable", shown && account.indexable);
  out.field("created_at", Time(std::chrono::floor<std::chrono::days>(account.created_at)));
  out.field("note", shown ? std::string_view(account.note) : "");
  out.field("url", account.url.empty() ? account.uri : account.url);
  out.field("uri", account.uri);
  out.field("avatar", avatar);
  out.field("avatar_static", avatar);
  out.field("avatar_description", "");
  out.field("header", header);
  out.field("header_static", header);
  out.field("header_description", "");
  out.field("followers_count", account.followers_count);
  out.field("following_count", account.following_count);
  out.field("statuses_count", account.statuses_count);
  out.key("last_status_at");
  if (account.last_status_at) {
    out.value(format_date(*account.last_status_at));
  } else {
    out.value(nullptr);
  }
  out.field("hide_collections", account.hide_collections);
  out.field("show_media", true);
  out.field("show_media_replies", true);
  out.field("show_featured", true);
  out.key("feature_approval");
  render_nobody(out);
  out.key("emojis");
  if (shown) {
    render_account_emojis(out, context, account);
  } else {
    out.begin_array().end_array();
  }
  out.key("fields");
  if (shown) {
    render_fields(out, account);
  } else {
    out.begin_array().end_array();
  }
  if (account.is_local()) {
    out.field("noindex", false);
    // No role is highlighted.
    out.key("roles").begin_array().end_array();
  } else if (!account.handle_verified) {
    out.field("invalid_handle", true);
  }
  if (account.memorial) out.field("memorial", true);
  if (!shown) out.field("suspended", true);
  if (account.silenced_at) out.field("limited", true);
  if (shown && moved_to != nullptr) {
    out.key("moved");
    render_account(out, context, *moved_to);
  }
}

}  // namespace

void render_account(json::Writer& out, const EntityContext& context, const model::Account& account,
                    const model::Account* moved_to) {
  out.begin_object();
  render_members(out, context, account, moved_to);
  out.end_object();
}

void render_credential_account(json::Writer& out, const EntityContext& context, const model::Account& account,
                               const model::Account* moved_to, const model::User& user,
                               std::int64_t follow_requests_count) {
  out.begin_object();
  render_members(out, context, account, moved_to);
  out.key("source").begin_object();
  out.field("privacy", model::to_string(user.default_visibility));
  out.field("sensitive", user.default_sensitive);
  out.field("language", user.default_language);
  out.field("note", account.note_source);
  out.key("fields").begin_array();
  for (const auto& field : account.fields) {
    out.begin_object();
    out.field("name", field.name);
    out.field("value", field.source);
    out.field("verified_at", field.verified_at);
    out.end_object();
  }
  out.end_array();
  out.field("follow_requests_count", follow_requests_count);
  out.field("hide_collections", account.hide_collections);
  out.field("discoverable", account.discoverable);
  out.field("indexable", account.indexable);
  out.key("attribution_domains").begin_array().end_array();
  out.field("quote_policy", "nobody");
  out.end_object();
  out.key("role");
  render_role(out, user.role);
  out.end_object();
}

void render_preferences(json::Writer& out, const model::User& user) {
  out.begin_object();
  out.field("posting:default:visibility", model::to_string(user.default_visibility));
  out.field("posting:default:sensitive", user.default_sensitive);
  out.field("posting:default:language", user.default_language);
  out.field("posting:default:quote_policy", "nobody");
  out.field("reading:expand:media", "default");
  out.field("reading:expand:spoilers", false);
  out.field("reading:autoplay:gifs", false);
  out.end_object();
}

}  // namespace dunlin::api::entities
