#include "dunlin/api/entities/media.hpp"

#include "dunlin/service/media_urls.hpp"

#include <fmt/core.h>

#include <cmath>
#include <cstdlib>
#include <string>
#include <string_view>

namespace dunlin::api::entities {

namespace {

using model::MediaAttachment;
using model::MediaType;

/// "1:02:03.45", as ffmpeg writes it.
std::string length_text(double seconds) {
  const auto hundredths = std::llround(seconds * 100);
  return fmt::format("{}:{:02}:{:02}.{:02}", hundredths / 360'000, hundredths / 6'000 % 60, hundredths / 100 % 60,
                     hundredths % 100);
}

double rate_of(std::string_view fraction) {
  const std::string text(fraction);
  const auto slash = text.find('/');
  const double above = std::atof(text.c_str());
  const double below = slash == std::string::npos ? 1 : std::atof(text.c_str() + slash + 1);
  return below > 0 ? above / below : 0;
}

void render_size(json::Writer& out, int width, int height) {
  out.field("width", width).field("height", height);
  out.field("size", fmt::format("{}x{}", width, height));
  out.field("aspect", static_cast<double>(width) / height);
}

/// What moves or sounds says so twice: clients read one or the other.
void render_moving(json::Writer& out, const MediaAttachment& media) {
  out.field("length", length_text(media.duration)).field("duration", media.duration);
  if (media.type != MediaType::audio && media.width > 0) {
    out.field("fps", static_cast<std::int64_t>(std::llround(rate_of(media.frame_rate))));
    render_size(out, media.width, media.height);
  }
  if (media.audio.size() == 3) {
    out.field("audio_encode", media.audio[0]);
    out.field("audio_bitrate", media.audio[1]);
    out.field("audio_channels", media.audio[2]);
  }
}

void render_original(json::Writer& out, const MediaAttachment& media) {
  const bool moves = media.type != MediaType::image && media.type != MediaType::unknown;
  out.key("original").begin_object();
  if (moves) {
    if (media.type != MediaType::audio && media.width > 0) {
      out.field("width", media.width).field("height", media.height).field("frame_rate", media.frame_rate);
    }
    out.field("duration", media.duration).field("bitrate", media.bitrate);
  } else {
    render_size(out, media.width, media.height);
  }
  out.end_object();
}

void render_meta(json::Writer& out, const MediaAttachment& media) {
  const bool known = media.width > 0 || media.duration > 0;
  if (!known && media.focus == model::FocalPoint{}) {
    out.value(nullptr);
    return;
  }
  out.begin_object();
  if (media.duration > 0) render_moving(out, media);
  if (known) render_original(out, media);
  if (media.preview_width > 0) {
    out.key("small").begin_object();
    render_size(out, media.preview_width, media.preview_height);
    out.end_object();
  }
  if (media.type == MediaType::image || media.focus != model::FocalPoint{}) {
    out.key("focus").begin_object().field("x", media.focus.x).field("y", media.focus.y).end_object();
  }
  out.end_object();
}

}  // namespace

void render_media_attachment(json::Writer& out, const config::Config& config, const MediaAttachment& media) {
  namespace urls = service::media_urls;
  out.begin_object();
  out.field("id", media.id);
  out.field("type", model::to_string(media.shown_type()));
  out.field("url", urls::original(config, media));
  out.field("preview_url", urls::preview(config, media));
  out.field("remote_url", media.remote_url);
  out.field("preview_remote_url", nullptr);
  out.field("text_url", nullptr);
  out.key("meta");
  render_meta(out, media);
  out.key("description");
  if (media.description.empty()) {
    out.value(nullptr);
  } else {
    out.value(media.description);
  }
  out.key("blurhash");
  if (media.blurhash.empty()) {
    out.value(nullptr);
  } else {
    out.value(media.blurhash);
  }
  out.end_object();
}

void render_media_attachments(json::Writer& out, const config::Config& config, std::span<const MediaAttachment> media) {
  out.begin_array();
  for (const auto& one : media) render_media_attachment(out, config, one);
  out.end_array();
}

}  // namespace dunlin::api::entities
