#include "dunlin/api/entities/profile.hpp"

#include "dunlin/service/media_urls.hpp"

#include <string>

namespace dunlin::api::entities {

namespace {

namespace urls = service::media_urls;

enum class Form : std::uint8_t { raw, formatted };

void render_fields(json::Writer& out, std::string_view name, const model::Account& account, Form form) {
  out.key(name).begin_array();
  for (const auto& field : account.fields) {
    out.begin_object();
    out.field("name", field.name);
    out.field("value", form == Form::raw ? field.source : field.value);
    out.field("verified_at", field.verified_at);
    out.end_object();
  }
  out.end_array();
}

/// null: the default picture.
void render_picture(json::Writer& out, std::string_view name, bool has_own, const std::string& url) {
  out.key(name);
  if (has_own) {
    out.value(url);
  } else {
    out.value(nullptr);
  }
}

}  // namespace

void render_profile(json::Writer& out, const config::Config& config, const model::Account& account,
                    std::string_view featured_tags) {
  out.begin_object();
  out.field("id", account.id);
  out.field("display_name", account.display_name);
  out.field("note", account.note_source);
  render_fields(out, "fields", account, Form::raw);
  out.field("formatted_note", account.note);
  render_fields(out, "formatted_fields", account, Form::formatted);
  const bool has_avatar = !account.avatar_url.empty();
  render_picture(out, "avatar", has_avatar, urls::avatar(config, account));
  render_picture(out, "avatar_static", has_avatar, urls::avatar(config, account, urls::Form::still));
  out.field("avatar_description", account.avatar_description);
  const bool has_header = !account.header_url.empty();
  render_picture(out, "header", has_header, urls::header(config, account));
  render_picture(out, "header_static", has_header, urls::header(config, account, urls::Form::still));
  out.field("header_description", account.header_description);
  out.field("locked", account.locked);
  out.field("bot", account.is_bot());
  out.field("hide_collections", account.hide_collections);
  out.field("discoverable", account.discoverable);
  out.field("indexable", account.indexable);
  out.field("show_media", account.show_media);
  out.field("show_media_replies", account.show_media_replies);
  out.field("show_featured", account.show_featured);
  out.key("attribution_domains").begin_array();
  for (const auto& domain : account.attribution_domains) out.value(domain);
  out.end_array();
  out.key("featured_tags").raw(featured_tags);
  out.end_object();
}

}  // namespace dunlin::api::entities
