#include "instance_configuration.hpp"

#include <string>

namespace dunlin::api::entities {

namespace {

void render_status_limits(json::Writer& out, const config::Config& config) {
  out.key("statuses").begin_object();
  out.field("max_characters", config.limits.max_status_characters);
  out.field("max_media_attachments", 0);
  out.field("characters_reserved_per_url", 23);
  out.end_object();
}

void render_media_limits(json::Writer& out) {
  out.key("media_attachments").begin_object();
  out.field("description_limit", 0);
  out.key("supported_mime_types").begin_array().end_array();
  out.field("image_size_limit", 0);
  out.field("image_matrix_limit", 0);
  out.field("video_size_limit", 0);
  out.field("video_frame_rate_limit", 0);
  out.field("video_matrix_limit", 0);
  out.end_object();
}

void render_poll_limits(json::Writer& out) {
  out.key("polls").begin_object();
  out.field("max_options", 0);
  out.field("max_characters_per_option", 0);
  out.field("min_expiration", 0);
  out.field("max_expiration", 0);
  out.end_object();
}

}  // namespace

void render_account_limits(json::Writer& out) {
  out.key("accounts").begin_object();
  out.field("max_display_name_length", 30);
  out.field("max_note_length", 500);
  out.field("max_avatar_description_length", 0);
  out.field("max_header_description_length", 0);
  out.field("max_featured_tags", 0);
  out.field("max_pinned_statuses", 0);
  out.field("max_profile_fields", 4);
  out.field("profile_field_name_limit", 255);
  out.field("profile_field_value_limit", 255);
  out.end_object();
}

void render_posting_limits(json::Writer& out, const config::Config& config) {
  render_status_limits(out, config);
  render_media_limits(out);
  render_poll_limits(out);
}

std::string streaming_origin(const config::Config& config) {
  // "http" becomes "ws", and so "https" "wss".
  return "ws" + config.origin().substr(4);
}

}  // namespace dunlin::api::entities
