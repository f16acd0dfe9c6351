#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/config/config.hpp"
#include "dunlin/media/file_type.hpp"
#include "dunlin/media/worker.hpp"
#include "dunlin/model/media.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <semaphore>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::media {

// client-api.md 1.3.
inline constexpr long kMaxImagePixels = 33'177'600;
inline constexpr long kMaxVideoPixels = 8'294'400;
inline constexpr int kMaxFrameRate = 120;

/// What has been made of a file, in the folder of the work.
struct Made {
  model::MediaType type = model::MediaType::unknown;
  std::string content_type;
  std::filesystem::path file;
  std::filesystem::path preview;  // empty = none
  std::filesystem::path still;    // of a moving avatar or emoji; empty = it does not move
  int pages = 1;                  // more: it moves
  int width = 0;
  int height = 0;
  int preview_width = 0;
  int preview_height = 0;
  std::string blurhash;
  double duration = 0;
  std::string frame_rate;
  std::int64_t bitrate = 0;
  std::vector<std::string> audio;
};

/// What ffprobe says of a file.
struct Probe {
  struct Video {
    std::string codec;
    std::string pixel_format;
    int width = 0;
    int height = 0;
    std::string frame_rate;
    double frames_per_second = 0;
  };
  struct Audio {
    std::string codec;
    int rate = 0;
    std::string channels;
  };
  std::optional<Video> video;  // a cover picture is none
  std::optional<Audio> audio;
  double duration = 0;
  std::int64_t bitrate = 0;
};
/// Pure: the output of ffprobe. Errors: invalid.
Result<Probe> parse_probe(std::string_view json);

enum class VideoPlan : std::uint8_t {
  copy,     // the web plays it: only what the camera wrote beside it goes
  convert,  // to H.264 and AAC in MP4
  sound,    // no picture in it: the web plays it
  convert_sound,
};
VideoPlan plan_for(const FileType& type, const Probe& probe);

/// Turns uploads into what is shown. All decoding happens in child processes, a bounded number at once. Any thread; the
/// calls take as long as the work does. Errors of all: invalid (the file is at fault, with a text for its owner),
/// unavailable (too much to do), internal.
class Processor {
 public:
  Processor(const config::Config& config, std::filesystem::path worker_program);

  /// A picture for a status. A moving GIF is only recognised: `pages`.
  Result<Made> image(const std::filesystem::path& folder, const std::filesystem::path& file) const;
  /// A preview and a blurhash; the file stays as it is.
  Result<Made> preview(const std::filesystem::path& folder, const std::filesystem::path& file) const;
  /// A picture of exactly this size: avatars, headers.
  Result<Made> cropped(const std::filesystem::path& folder, const std::filesystem::path& file, int width,
                       int height) const;
  /// One that fits into a square of this size: emojis.
  Result<Made> fitting(const std::filesystem::path& folder, const std::filesystem::path& file, int side) const;

  /// With the limits of what may be uploaded.
  Result<Probe> probe(const std::filesystem::path& folder, const std::filesystem::path& file,
                      const FileType& type) const;
  /// Video, sound, or a moving GIF: to what the web plays, with a preview. May take minutes; two at once, others wait
  /// for `patience`.
  Result<Made> film(const std::filesystem::path& folder, const std::filesystem::path& file, const FileType& type,
                    std::chrono::seconds patience) const;
  /// What is shown of a film that stays as it is: sizes, a preview.
  Result<Made> film_preview(const std::filesystem::path& folder, const std::filesystem::path& file,
                            const FileType& type) const;

 private:
  Result<Made> picture(const std::filesystem::path& folder, std::vector<std::string> task) const;
  Result<std::string> run(const std::filesystem::path& folder, const WorkLimits& limits,
                          const std::vector<std::string>& task) const;
  Result<Probe> probe_any(const std::filesystem::path& folder, const std::filesystem::path& file,
                          std::string_view demuxer) const;
  Result<void> add_poster(const std::filesystem::path& folder, const std::filesystem::path& file,
                          std::string_view demuxer, Made& made) const;

  const config::Config& config_;
  Worker worker_;
  mutable std::counting_semaphore<64> slots_;
  mutable std::counting_semaphore<64> films_{2};
};

}  // namespace dunlin::media
