#include "dunlin/media/processor.hpp"

#include "dunlin/json/parse.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <thread>
#include <utility>

namespace dunlin::media {

namespace {

using Json = nlohmann::json;
using Path = std::filesystem::path;
using model::MediaType;

constexpr const char* kUnverified = "File type of uploaded media could not be verified";
constexpr const char* kFfmpeg = "/usr/bin/ffmpeg";
constexpr const char* kFfprobe = "/usr/bin/ffprobe";
/// The decoders that uploads need: most holes of ffmpeg were found in those that nobody does.
constexpr const char* kDecoders =
    "h264,hevc,vp8,vp9,libdav1d,libaom-av1,av1,mpeg4,mpeg2video,mpeg1video,h263,mjpeg,prores,theora,gif,png,wmv1,wmv2,"
    "wmv3,vc1,rawvideo,aac,mp3float,mp3,mp2float,mp2,opus,libopus,vorbis,libvorbis,flac,alac,ac3,eac3,amrnb,amrwb,"
    "libopencore_amrnb,libopencore_amrwb,wmav1,wmav2,wmapro,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,"
    "pcm_s32be,pcm_f32le,pcm_f32be,pcm_f64le,pcm_f64be,pcm_u8,pcm_s8,pcm_alaw,pcm_mulaw,adpcm_ms,adpcm_ima_wav,"
    "adpcm_ima_qt";
constexpr int kMostProcesses = 64;
constexpr std::chrono::seconds kPatience{60};  // for a free process
constexpr std::chrono::seconds kPictureTime{30};
constexpr std::chrono::seconds kProbeTime{20};
/// One processor is left to those who read: a task that is woken goes to one that is free, but waits where all are
/// taken, even by what stands back.
int processes_at_once(int wanted) {
  const int processors = static_cast<int>(std::thread::hardware_concurrency());
  return std::clamp(wanted, 1, std::clamp(processors - 1, 1, kMostProcesses));
}

/// Silent films up to this length play in a loop.
constexpr double kLoopSeconds = 60;

struct Slot {
  explicit Slot(std::counting_semaphore<64>& semaphore) : semaphore_(semaphore) {}
  ~Slot() { semaphore_.release(); }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  std::counting_semaphore<64>& semaphore_;
};

int whole(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_integer() ? found->get<int>() : 0;
}

std::string text(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// A name that the child gave: one in the folder, nothing else.
Path named(const Path& folder, const Json& object, const char* name) {
  const auto file = text(object, name);
  return file.empty() || file.find('/') != std::string::npos ? Path() : folder / file;
}

std::string type_by_extension(const Path& file) {
  const auto extension = file.extension().string();
  if (extension == ".jpg") return "image/jpeg";
  if (extension == ".webp") return "image/webp";
  if (extension == ".png") return "image/png";
  return "application/octet-stream";
}

std::vector<std::string> ffmpeg(std::initializer_list<std::string_view> arguments) {
  // Only files, and of those only what is in the folder: playlists and subtitles name others.
  std::vector<std::string> task{"run",      kFfmpeg,
                                "-nostdin", "-hide_banner",
                                "-v",       "error",
                                "-y",       "-threads",
                                "2",        "-filter_threads",
                                "1",        "-protocol_whitelist",
                                "file",     "-codec_whitelist",
                                kDecoders};
  task.insert(task.end(), arguments.begin(), arguments.end());
  return task;
}

void append(std::vector<std::string>& task, std::initializer_list<std::string_view> more) {
  task.insert(task.end(), more.begin(), more.end());
}

/// Nothing of what the camera or the program wrote beside the picture, and the same bytes each time.
void append_clean(std::vector<std::string>& task) {
  append(task, {"-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn", "-fflags", "+bitexact", "-flags:v",
                "+bitexact", "-flags:a", "+bitexact"});
}

void append_h264(std::vector<std::string>& task) {
  append(task, {"-threads", "2", "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-maxrate", "5M", "-bufsize",
                "10M", "-pix_fmt", "yuv420p", "-fpsmax", "60", "-vf",
                "scale=w='min(1920,iw)':h='min(1920,ih)':force_original_aspect_ratio=decrease:force_divisible_by=2"});
}

struct SoundForm {
  std::string_view demuxer;
  std::string_view muxer;
  std::string_view file;
  std::string_view content_type;
};
constexpr SoundForm kSounds[] = {{"mp3", "mp3", "file.mp3", "audio/mpeg"},
                                 {"mov", "ipod", "file.m4a", "audio/mp4"},
                                 {"flac", "flac", "file.flac", "audio/flac"},
                                 {"ogg", "ogg", "file.ogg", "audio/ogg"},
                                 {"wav", "wav", "file.wav", "audio/wav"}};

SoundForm sound_form(std::string_view demuxer) {
  const auto found = std::ranges::find(kSounds, demuxer, &SoundForm::demuxer);
  return found == std::end(kSounds) ? kSounds[0] : *found;
}

void take_facts(const Probe& probe, Made& made) {
  if (probe.video) {
    made.width = probe.video->width;
    made.height = probe.video->height;
    made.frame_rate = probe.video->frame_rate;
  }
  made.duration = probe.duration;
  made.bitrate = probe.bitrate;
  if (probe.audio) made.audio = {probe.audio->codec, fmt::format("{} Hz", probe.audio->rate), probe.audio->channels};
}

/// Of what we have made.
std::string demuxer_of(const Path& file) {
  const auto extension = file.extension().string();
  if (extension == ".webm") return "matroska";
  if (extension == ".mp4" || extension == ".m4a") return "mov";
  return extension.substr(1);
}

MediaType film_type(const Probe& probe) {
  if (!probe.video) return MediaType::audio;
  return !probe.audio && probe.duration <= kLoopSeconds ? MediaType::gifv : MediaType::video;
}

}  // namespace

Processor::Processor(const config::Config& config, Path worker_program)
    : config_(config), worker_(std::move(worker_program)), slots_(processes_at_once(config.media.processes)) {}

Result<std::string> Processor::run(const Path& folder, const WorkLimits& limits,
                                   const std::vector<std::string>& task) const {
  if (!slots_.try_acquire_for(kPatience)) return fail(Errc::unavailable, "", "all media processes are busy");
  const Slot slot(slots_);
  return worker_.run(folder, limits, task);
}

Result<Made> Processor::picture(const Path& folder, std::vector<std::string> task) const {
  const WorkLimits limits{.time = kPictureTime};
  auto output = run(folder, limits, task);
  if (!output) {
    auto error = output.error();
    // Said by src/media_worker/pictures.cpp.
    if (error.detail.starts_with("too many pixels")) {
      error.message = fmt::format("Validation failed: File has too many pixels (maximum is {})", kMaxImagePixels);
    } else if (error.detail.starts_with("the file is no picture")) {
      error.message = kUnverified;
    }
    return std::unexpected(std::move(error));
  }
  const auto facts = json::parse(*output);
  if (!facts || !facts->is_object()) return fail(Errc::internal, "", "dunlin-media answered no JSON");
  Made made;
  made.type = MediaType::image;
  made.pages = std::max(whole(*facts, "pages"), 1);
  made.width = whole(*facts, "width");
  made.height = whole(*facts, "height");
  made.preview_width = whole(*facts, "preview_width");
  made.preview_height = whole(*facts, "preview_height");
  made.blurhash = text(*facts, "blurhash");
  constexpr std::size_t kLongestBlurhash = 100;
  if (made.blurhash.size() > kLongestBlurhash) return fail(Errc::internal, "", "dunlin-media answered nonsense");
  made.file = named(folder, *facts, "file");
  made.preview = named(folder, *facts, "preview");
  made.still = named(folder, *facts, "static");
  made.content_type = type_by_extension(made.file);
  return made;
}

Result<Made> Processor::image(const Path& folder, const Path& file) const {
  return picture(folder, {"attachment", file.filename().string(), std::to_string(kMaxImagePixels)});
}

Result<Made> Processor::preview(const Path& folder, const Path& file) const {
  return picture(folder, {"preview", file.filename().string(), std::to_string(kMaxImagePixels)});
}

Result<Made> Processor::cropped(const Path& folder, const Path& file, int width, int height) const {
  return picture(folder, {"crop", file.filename().string(), std::to_string(kMaxImagePixels), std::to_string(width),
                          std::to_string(height)});
}

Result<Made> Processor::fitting(const Path& folder, const Path& file, int side) const {
  return picture(folder, {"fit", file.filename().string(), std::to_string(kMaxImagePixels), std::to_string(side)});
}

Result<Probe> Processor::probe_any(const Path& folder, const Path& file, std::string_view demuxer) const {
  const WorkLimits limits{.time = kProbeTime};
  auto output =
      run(folder, limits,
          {"run", kFfprobe, "-v", "error", "-protocol_whitelist", "file", "-codec_whitelist", kDecoders, "-f",
           std::string(demuxer), "-show_format", "-show_streams", "-of", "json", "-i", file.filename().string()});
  if (!output) {
    auto error = output.error();
    if (error.code == Errc::invalid) error.message = kUnverified;
    return std::unexpected(std::move(error));
  }
  return parse_probe(*output);
}

Result<Probe> Processor::probe(const Path& folder, const Path& file, const FileType& type) const {
  auto probe = TRY(probe_any(folder, file, type.demuxer));
  if (!probe.video) return probe;
  const auto& video = *probe.video;
  if (video.width < 1 || video.height < 1) return fail(Errc::invalid, kUnverified, "a video without a size");
  if (static_cast<long>(video.width) * video.height > kMaxVideoPixels) {
    return fail(Errc::invalid,
                fmt::format("Validation failed: File {}x{} videos are not supported", video.width, video.height));
  }
  if (video.frames_per_second > kMaxFrameRate && type.content_type != "image/gif") {
    return fail(Errc::invalid, fmt::format("Validation failed: File {}fps videos are not supported",
                                           static_cast<int>(video.frames_per_second)));
  }
  return probe;
}

Result<Made> Processor::film(const Path& folder, const Path& file, const FileType& type,
                             std::chrono::seconds patience) const {
  if (!films_.try_acquire_for(patience)) return fail(Errc::unavailable, "", "other films are being converted");
  const Slot slot(films_);
  const auto found = TRY(probe(folder, file, type));
  const auto plan = plan_for(type, found);
  Made made;
  auto task = ffmpeg({"-f", type.demuxer, "-i", file.filename().string()});
  if (plan == VideoPlan::sound || plan == VideoPlan::convert_sound) {
    const auto form = plan == VideoPlan::sound ? sound_form(type.demuxer) : kSounds[0];
    append(task, {"-map", "0:a:0", "-vn"});
    append_clean(task);
    if (plan == VideoPlan::sound) {
      append(task, {"-c", "copy", "-f", form.muxer, form.file});
    } else {
      append(task, {"-c:a", "libmp3lame", "-q:a", "2", "-f", form.muxer, form.file});
    }
    made.file = folder / form.file;
    made.content_type = form.content_type;
  } else {
    const bool webm = plan == VideoPlan::copy && type.demuxer == "matroska";
    append(task, {"-map", "0:v:0", "-map", "0:a:0?"});
    append_clean(task);
    if (plan == VideoPlan::copy) {
      append(task, {"-c", "copy"});
    } else {
      append_h264(task);
      append(task, {"-c:a", "aac", "-b:a", "128k", "-ac", "2"});
    }
    if (webm) {
      append(task, {"-f", "webm", "file.webm"});
    } else {
      append(task, {"-movflags", "+faststart", "-f", "mp4", "file.mp4"});
    }
    made.file = folder / (webm ? "file.webm" : "file.mp4");
    made.content_type = webm ? "video/webm" : "video/mp4";
  }
  WorkLimits limits{.file_bytes = 2 * config_.media.video_size_bytes, .time = kPictureTime};
  if (plan == VideoPlan::convert || plan == VideoPlan::convert_sound) limits.time = config_.media.transcoding_timeout;
  // Beside the other processes, which are short: a film must not wait for them nor they for it.
  TRY(worker_.run(folder, limits, task));
  const std::string demuxer = demuxer_of(made.file);
  const auto result = TRY(probe_any(folder, made.file, demuxer));
  take_facts(result, made);
  made.type = film_type(result);
  if (result.video) TRY_VOID(add_poster(folder, made.file, demuxer, made));
  return made;
}

Result<Made> Processor::film_preview(const Path& folder, const Path& file, const FileType& type) const {
  const auto found = TRY(probe(folder, file, type));
  Made made;
  made.file = file;
  made.content_type = type.content_type;
  take_facts(found, made);
  made.type = film_type(found);
  if (found.video) TRY_VOID(add_poster(folder, file, type.demuxer, made));
  return made;
}

Result<void> Processor::add_poster(const Path& folder, const Path& file, std::string_view demuxer, Made& made) const {
  const WorkLimits limits{.time = kPictureTime};
  for (const double at : {std::min(1.0, made.duration / 10), 0.0}) {
    auto task = ffmpeg({"-ss", fmt::format("{:.3f}", at), "-f", demuxer, "-i", file.filename().string()});
    append(task, {"-map", "0:v:0", "-frames:v", "1", "-threads", "1", "-f", "image2", "-c:v", "png", "poster.png"});
    TRY(run(folder, limits, task));
    // Nothing comes out when the last frame lies before that moment.
    std::error_code ec;
    if (std::filesystem::file_size(folder / "poster.png", ec) > 0 && !ec) break;
  }
  const auto poster = TRY(preview(folder, folder / "poster.png"));
  made.preview = poster.preview;
  made.preview_width = poster.preview_width;
  made.preview_height = poster.preview_height;
  made.blurhash = poster.blurhash;
  return {};
}

}  // namespace dunlin::media
