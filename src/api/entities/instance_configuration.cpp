#include "instance_configuration.hpp"

#include "dunlin/media/processor.hpp"
#include "dunlin/model/status.hpp"
#include "dunlin/service/media.hpp"
#include "dunlin/service/polls.hpp"
#include "dunlin/service/status_marks.hpp"

#include <string>

namespace dunlin::api::entities {

namespace {

void render_status_limits(json::Writer& out, const config::Config& config) {
  out.key("statuses").begin_object();
  out.field("max_characters", config.limits.max_status_characters);
  out.field("max_media_attachments", service::kMaxMediaOfStatus);
  out.field("characters_reserved_per_url", 23);
  out.key("supported_mime_types").begin_array();
  for (const auto type : {model::ContentType::plain, model::ContentType::markdown, model::ContentType::html}) {
    out.value(model::to_string(type));
  }
  out.end_array();
  out.end_object();
}

void render_media_limits(json::Writer& out, const config::Config& config) {
  out.key("media_attachments").begin_object();
  out.field("description_limit", service::kMaxMediaDescription);
  out.key("supported_mime_types").begin_array();
  for (const auto type : media::supported_types()) out.value(type);
  out.end_array();
  out.field("image_size_limit", config.media.image_size_bytes);
  out.field("image_matrix_limit", media::kMaxImagePixels);
  out.field("video_size_limit", config.media.video_size_bytes);
  out.field("video_frame_rate_limit", media::kMaxFrameRate);
  out.field("video_matrix_limit", media::kMaxVideoPixels);
  out.end_object();
}

void render_poll_limits(json::Writer& out, const config::Config& config) {
  out.key("polls").begin_object();
  out.field("max_options", config.limits.max_poll_options);
  out.field("max_characters_per_option", config.limits.max_poll_option_characters);
  out.field("min_expiration", service::kMinPollSeconds);
  out.field("max_expiration", service::kMaxPollSeconds);
  out.end_object();
}

}  // namespace

void render_account_limits(json::Writer& out) {
  out.key("accounts").begin_object();
  out.field("max_display_name_length", 30);
  out.field("max_note_length", 500);
  out.field("max_avatar_description_length", 150);
  out.field("max_header_description_length", 150);
  out.field("max_featured_tags", kMaxFeaturedTags);
  out.field("max_pinned_statuses", service::kMaxPins);
  out.field("max_profile_fields", 4);
  out.field("profile_field_name_limit", 255);
  out.field("profile_field_value_limit", 255);
  out.end_object();
}

void render_posting_limits(json::Writer& out, const config::Config& config) {
  render_status_limits(out, config);
  render_media_limits(out, config);
  render_poll_limits(out, config);
}

std::string streaming_origin(const config::Config& config) {
  // "http" becomes "ws", and so "https" "wss".
  return "ws" + config.origin().substr(4);
}

}  // namespace dunlin::api::entities
