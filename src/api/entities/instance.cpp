#include "dunlin/api/entities/instance.hpp"

#include "instance_configuration.hpp"

#include "dunlin/api/version.hpp"
#include "dunlin/service/uris.hpp"

#include <string>

namespace dunlin::api::entities {

namespace {

void render_contact(json::Writer& out, std::string_view account) {
  if (account.empty()) {
    out.value(nullptr);
  } else {
    out.raw(account);
  }
}

void render_languages(json::Writer& out, const config::Config& config) {
  out.key("languages").begin_array();
  for (const auto& language : config.instance.languages) out.value(language);
  out.end_array();
}

void render_feed_access(json::Writer& out, std::string_view name, std::string_view access) {
  out.key(name).begin_object();
  out.field("local", access);
  out.field("remote", access);
  out.end_object();
}

void render_configuration(json::Writer& out, const config::Config& config) {
  out.key("configuration").begin_object();
  out.key("urls").begin_object();
  out.field("streaming", streaming_origin(config));
  out.field("status", nullptr);
  out.field("about", config.origin());
  out.field("privacy_policy", nullptr);
  out.field("terms_of_service", nullptr);
  out.end_object();
  out.key("vapid").begin_object();
  out.field("public_key", "");
  out.end_object();
  render_account_limits(out);
  render_posting_limits(out, config);
  out.key("translation").begin_object();
  out.field("enabled", false);
  out.end_object();
  out.key("timelines_access").begin_object();
  render_feed_access(out, "live_feeds", "public");
  render_feed_access(out, "hashtag_feeds", "public");
  render_feed_access(out, "trending_link_feeds", "disabled");
  out.end_object();
  out.field("limited_federation", config.federation.mode != "open");
  out.end_object();
}

void render_registrations(json::Writer& out, const config::Config& config) {
  out.key("registrations").begin_object();
  out.field("enabled", config.registrations.mode != "closed");
  out.field("approval_required", config.registrations.mode == "approval");
  out.field("reason_required", false);
  out.field("message", nullptr);
  out.field("min_age", nullptr);
  out.field("url", nullptr);
  out.end_object();
}

}  // namespace

void render_rules(json::Writer& out, const config::Config& config) {
  out.begin_array();
  int id = 0;
  for (const auto& rule : config.instance.rules) {
    out.begin_object();
    out.field("id", std::to_string(++id));
    out.field("text", rule);
    out.field("hint", "");
    out.key("translations").begin_object().end_object();
    out.end_object();
  }
  out.end_array();
}

void render_instance(json::Writer& out, const InstanceView& view) {
  const auto& config = view.config;
  out.begin_object();
  out.field("domain", config.server.domain);
  out.field("title", config.instance.title);
  out.field("version", instance_version());
  out.field("source_url", config.origin());
  out.field("description", config.instance.description);
  out.key("usage").begin_object();
  out.key("users").begin_object();
  out.field("active_month", view.counts.active_month);
  out.end_object();
  out.end_object();
  out.key("thumbnail").begin_object();
  out.field("url", service::uris::default_header(config));
  out.field("blurhash", nullptr);
  out.field("description", "");
  out.end_object();
  out.key("icon").begin_array().end_array();
  render_languages(out, config);
  render_configuration(out, config);
  render_registrations(out, config);
  out.key("api_versions").begin_object();
  out.field("mastodon", kMastodonApiVersion);
  out.end_object();
  out.field("wrapstodon", nullptr);
  out.key("contact").begin_object();
  out.field("email", config.instance.contact_email);
  out.key("account");
  render_contact(out, view.contact_account);
  out.end_object();
  out.key("rules");
  render_rules(out, config);
  out.end_object();
}

void render_v1_instance(json::Writer& out, const InstanceView& view) {
  const auto& config = view.config;
  out.begin_object();
  out.field("uri", config.server.domain);
  out.field("title", config.instance.title);
  out.field("short_description", config.instance.description);
  out.field("description", config.instance.description);
  out.field("email", config.instance.contact_email);
  out.field("version", instance_version());
  out.key("urls").begin_object();
  out.field("streaming_api", streaming_origin(config));
  out.end_object();
  out.key("stats").begin_object();
  out.field("user_count", view.counts.users);
  out.field("status_count", view.counts.local_statuses);
  out.field("domain_count", view.counts.domains);
  out.end_object();
  out.field("thumbnail", service::uris::default_header(config));
  render_languages(out, config);
  out.field("registrations", config.registrations.mode != "closed");
  out.field("approval_required", config.registrations.mode == "approval");
  out.field("invites_enabled", false);
  out.field("max_toot_chars", config.limits.max_status_characters);
  out.key("poll_limits").begin_object();
  out.field("max_options", 0);
  out.field("max_option_chars", 0);
  out.field("min_expiration", 0);
  out.field("max_expiration", 0);
  out.end_object();
  out.key("configuration").begin_object();
  out.key("accounts").begin_object();
  out.field("max_featured_tags", 0);
  out.end_object();
  render_posting_limits(out, config);
  out.end_object();
  out.key("contact_account");
  render_contact(out, view.contact_account);
  out.key("rules");
  render_rules(out, config);
  out.end_object();
}

}  // namespace dunlin::api::entities
