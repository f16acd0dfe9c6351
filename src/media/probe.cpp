#include "dunlin/json/parse.hpp"
#include "dunlin/media/processor.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace dunlin::media {

namespace {

using Json = nlohmann::json;

constexpr const char* kUnverified = "File type of uploaded media could not be verified";

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// A number, or a number in a string, as ffprobe likes to write them; 0 for anything else.
double number_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return 0;
  if (found->is_number()) return found->get<double>();
  if (!found->is_string()) return 0;
  const auto& text = found->get_ref<const std::string&>();
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return std::isfinite(value) && value > 0 ? value : 0;
}

int whole_of(const Json& object, const char* name) {
  return static_cast<int>(std::clamp(number_of(object, name), 0.0, 1e9));
}

double rate_of(const std::string& fraction) {
  const auto slash = fraction.find('/');
  if (slash == std::string::npos) return 0;
  double above = 0;
  double below = 0;
  std::from_chars(fraction.data(), fraction.data() + slash, above);
  std::from_chars(fraction.data() + slash + 1, fraction.data() + fraction.size(), below);
  return below > 0 ? above / below : 0;
}

bool is_cover(const Json& stream) {
  const auto disposition = stream.find("disposition");
  return disposition != stream.end() && disposition->is_object() && number_of(*disposition, "attached_pic") > 0;
}

bool is_turned(const Json& stream) {
  const auto side_data = stream.find("side_data_list");
  if (side_data == stream.end() || !side_data->is_array()) return false;
  return std::ranges::any_of(*side_data, [](const Json& one) {
    const auto rotation = one.is_object() ? one.find("rotation") : one.end();
    return one.is_object() && rotation != one.end() && rotation->is_number() &&
           std::abs(std::lround(rotation->get<double>())) % 180 == 90;
  });
}

Probe::Video video_of(const Json& stream) {
  Probe::Video video{.codec = text_of(stream, "codec_name"),
                     .pixel_format = text_of(stream, "pix_fmt"),
                     .width = whole_of(stream, "width"),
                     .height = whole_of(stream, "height"),
                     .frame_rate = text_of(stream, "avg_frame_rate")};
  video.frames_per_second = rate_of(video.frame_rate);
  if (video.frames_per_second == 0) {
    video.frame_rate = text_of(stream, "r_frame_rate");
    video.frames_per_second = rate_of(video.frame_rate);
  }
  if (is_turned(stream)) std::swap(video.width, video.height);
  return video;
}

Probe::Audio audio_of(const Json& stream) {
  Probe::Audio audio{.codec = text_of(stream, "codec_name"),
                     .rate = whole_of(stream, "sample_rate"),
                     .channels = text_of(stream, "channel_layout")};
  if (audio.channels.empty()) audio.channels = fmt::format("{} channels", whole_of(stream, "channels"));
  return audio;
}

}  // namespace

Result<Probe> parse_probe(std::string_view text) {
  const auto document = json::parse(text);
  if (!document || !document->is_object()) return fail(Errc::invalid, kUnverified, "ffprobe's answer is no JSON");
  Probe probe;
  const auto streams = document->find("streams");
  if (streams != document->end() && streams->is_array()) {
    for (const Json& stream : *streams) {
      if (!stream.is_object()) continue;
      const auto type = text_of(stream, "codec_type");
      if (type == "video" && !probe.video && !is_cover(stream)) probe.video = video_of(stream);
      if (type == "audio" && !probe.audio) probe.audio = audio_of(stream);
      probe.duration = std::max(probe.duration, number_of(stream, "duration"));
    }
  }
  if (const auto format = document->find("format"); format != document->end() && format->is_object()) {
    if (const double whole = number_of(*format, "duration"); whole > 0) probe.duration = whole;
    probe.bitrate = static_cast<std::int64_t>(std::min(number_of(*format, "bit_rate"), 1e15));
  }
  if (!probe.video && !probe.audio) return fail(Errc::invalid, kUnverified, "neither picture nor sound in it");
  return probe;
}

VideoPlan plan_for(const FileType& type, const Probe& probe) {
  const auto is_one_of = [](const std::string& codec, std::initializer_list<std::string_view> known) {
    return std::ranges::find(known, codec) != known.end();
  };
  if (!probe.video) {
    const auto& codec = probe.audio->codec;
    const bool plays = (type.demuxer == "mp3" && codec == "mp3") || (type.demuxer == "mov" && codec == "aac") ||
                       (type.demuxer == "flac" && codec == "flac") ||
                       (type.demuxer == "ogg" && is_one_of(codec, {"opus", "vorbis"})) ||
                       (type.demuxer == "wav" && codec == "pcm_s16le");
    return plays ? VideoPlan::sound : VideoPlan::convert_sound;
  }
  const bool mp4 = type.demuxer == "mov" && probe.video->codec == "h264" &&
                   is_one_of(probe.video->pixel_format, {"yuv420p", "yuvj420p"}) &&
                   (!probe.audio || is_one_of(probe.audio->codec, {"aac", "mp3"}));
  const bool webm = type.demuxer == "matroska" && is_one_of(probe.video->codec, {"vp8", "vp9", "av1"}) &&
                    (!probe.audio || is_one_of(probe.audio->codec, {"opus", "vorbis"}));
  return mp4 || webm ? VideoPlan::copy : VideoPlan::convert;
}

}  // namespace dunlin::media
