#include "dunlin/api/entities/account.hpp"

#include "dunlin/base/time_format.hpp"
#include "dunlin/service/media_urls.hpp"
#include "dunlin/service/uris.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::api::entities {

namespace {

constexpr int kCollectionLimit = 10;  // of collections per account (client-api.md 1.3)
namespace urls = service::media_urls;

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
  out.field("highlighted", model::is_staff(role));
  out.field("collection_limit", kCollectionLimit);
  out.end_object();
}

/// The roles that a profile shows.
void render_roles(json::Writer& out, model::Role role) {
  out.begin_array();
  if (model::is_staff(role)) {
    const auto facts = facts_of(role);
    out.begin_object();
    out.field("id", facts.id);
    out.field("name", facts.name);
    out.field("color", "");
    out.end_object();
  }
  out.end_array();
}

/// Who may feature the account in a collection: anybody here, if it can be found; accounts of other servers cannot be
/// asked (service/collections.hpp).
void render_feature_approval(json::Writer& out, const model::Account& account) {
  const bool anybody = account.is_local() && account.discoverable && !account.suspended_at;
  out.begin_object();
  out.key("automatic").begin_array();
  if (anybody) out.value("public");
  out.end_array();
  out.key("manual").begin_array().end_array();
  out.field("current_user", anybody ? "automatic" : "denied");
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

/// The members without the braces, for Account and what extends it.
void render_members(json::Writer& out, const EntityContext& context, const model::Account& account,
                    const model::Account* moved_to) {
  // A suspended account keeps its name only (Mastodon).
  const bool shown = !account.suspended_at.has_value();
  const auto picture = [&](auto of, auto by_default, urls::Form form) {
    return shown ? of(context.config, account, form) : by_default(context.config);
  };
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
  out.field("avatar", picture(urls::avatar, service::uris::default_avatar, urls::Form::whole));
  out.field("avatar_static", picture(urls::avatar, service::uris::default_avatar, urls::Form::still));
  out.field("avatar_description", shown ? std::string_view(account.avatar_description) : "");
  out.field("header", picture(urls::header, service::uris::default_header, urls::Form::whole));
  out.field("header_static", picture(urls::header, service::uris::default_header, urls::Form::still));
  out.field("header_description", shown ? std::string_view(account.header_description) : "");
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
  out.field("show_media", account.show_media);
  out.field("show_media_replies", account.show_media_replies);
  out.field("show_featured", account.show_featured);
  out.key("feature_approval");
  render_feature_approval(out, account);
  out.key("emojis");
  if (shown) {
    render_emojis_used(out, context.emojis, emoji_texts_of(account), account.domain);
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
    out.key("roles");
    render_roles(out, shown ? account.role : model::Role::user);
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

std::vector<std::string_view> emoji_texts_of(const model::Account& account) {
  // What a local user typed; HTML that others sent reads as well.
  std::vector<std::string_view> texts{account.display_name, account.is_local() ? account.note_source : account.note};
  for (const auto& field : account.fields) {
    texts.emplace_back(field.name);
    texts.emplace_back(account.is_local() ? field.source : field.value);
  }
  return texts;
}

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
  out.key("attribution_domains").begin_array();
  for (const auto& domain : account.attribution_domains) out.value(domain);
  out.end_array();
  out.field("quote_policy", user.default_quote_policy);
  out.end_object();
  out.key("role");
  render_role(out, user.role);
  out.end_object();
}

void render_preferences(json::Writer& out, const model::User& user, const model::ReadingPreferences& reading) {
  out.begin_object();
  out.field("posting:default:visibility", model::to_string(user.default_visibility));
  out.field("posting:default:sensitive", user.default_sensitive);
  out.field("posting:default:language", user.default_language);
  out.field("posting:default:quote_policy", user.default_quote_policy);
  out.field("reading:expand:media", model::to_string(reading.expand_media));
  out.field("reading:expand:spoilers", reading.expand_spoilers);
  out.field("reading:autoplay:gifs", reading.autoplay_gifs);
  out.end_object();
}

}  // namespace dunlin::api::entities
