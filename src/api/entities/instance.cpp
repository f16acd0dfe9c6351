#include "dunlin/api/entities/instance.hpp"

#include "instance_configuration.hpp"

#include "dunlin/api/version.hpp"
#include "dunlin/service/icons.hpp"
#include "dunlin/service/polls.hpp"
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

void render_text_or_null(json::Writer& out, const std::string& text) {
  if (text.empty()) {
    out.value(nullptr);
  } else {
    out.value(text);
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

void render_configuration(json::Writer& out, const InstanceView& view) {
  const auto& config = view.config;
  out.key("configuration").begin_object();
  out.key("urls").begin_object();
  out.field("streaming", streaming_origin(config));
  out.key("status");
  render_text_or_null(out, config.instance.status_url);
  out.field("about", config.origin() + "/about");
  out.field("privacy_policy", config.origin() + "/privacy-policy");
  out.key("terms_of_service");
  render_text_or_null(out, view.has_terms ? config.origin() + "/terms-of-service" : "");
  out.end_object();
  out.key("vapid").begin_object();
  out.field("public_key", view.vapid_key);
  out.end_object();
  render_account_limits(out);
  render_posting_limits(out, config);
  out.key("translation").begin_object();
  out.field("enabled", !config.translation.url.empty());
  out.end_object();
  out.key("timelines_access").begin_object();
  render_feed_access(out, "live_feeds", "public");
  render_feed_access(out, "hashtag_feeds", "public");
  render_feed_access(out, "trending_link_feeds", config.discovery.trends == "off" ? "disabled" : "public");
  out.end_object();
  out.field("limited_federation", config.federation.mode != "open");
  out.end_object();
}

void render_registrations(json::Writer& out, const config::Config& config) {
  out.key("registrations").begin_object();
  out.field("enabled", config.registrations.mode != "closed");
  out.field("approval_required", config.registrations.mode == "approval");
  out.field("reason_required", config.registrations.mode == "approval" && config.registrations.require_reason);
  out.key("message");
  render_text_or_null(out, config.registrations.mode == "closed" ? config.registrations.message : "");
  out.key("min_age");
  if (config.registrations.min_age > 0) {
    out.value(config.registrations.min_age);
  } else {
    out.value(nullptr);
  }
  out.key("url");
  render_text_or_null(out, config.registrations.url);
  out.end_object();
}

}  // namespace

void render_rules(json::Writer& out, std::span<const store::Rule> rules) {
  out.begin_array();
  for (const auto& rule : rules) {
    out.begin_object();
    out.field("id", std::to_string(rule.id));
    out.field("text", rule.text);
    out.field("hint", rule.hint);
    out.key("translations").raw(rule.translations);
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
  out.field("source_url", config.instance.source_url.empty() ? config.origin() : config.instance.source_url);
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
  out.key("icon").begin_array();
  for (const int size : service::kIconSizes) {
    const auto side = std::to_string(size);
    out.begin_object().field("src", service::icon_url(config, size)).field("size", side + "x" + side).end_object();
  }
  out.end_array();
  render_languages(out, config);
  render_configuration(out, view);
  render_registrations(out, config);
  out.key("api_versions").begin_object();
  out.field("mastodon", mastodon_api_version());
  out.end_object();
  out.field("wrapstodon", nullptr);
  out.key("contact").begin_object();
  out.field("email", config.instance.contact_email);
  out.key("account");
  render_contact(out, view.contact_account);
  out.end_object();
  out.key("rules");
  render_rules(out, view.rules);
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
  out.field("max_options", config.limits.max_poll_options);
  out.field("max_option_chars", config.limits.max_poll_option_characters);
  out.field("min_expiration", service::kMinPollSeconds);
  out.field("max_expiration", service::kMaxPollSeconds);
  out.end_object();
  out.key("configuration").begin_object();
  out.key("accounts").begin_object();
  out.field("max_featured_tags", kMaxFeaturedTags);
  out.end_object();
  render_posting_limits(out, config);
  out.end_object();
  out.key("contact_account");
  render_contact(out, view.contact_account);
  out.key("rules");
  render_rules(out, view.rules);
  out.end_object();
}

}  // namespace dunlin::api::entities
