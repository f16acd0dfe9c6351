#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::model {

/// Stored: append only.
enum class MediaType : std::uint8_t { unknown = 0, image = 1, gifv = 2, video = 3, audio = 4 };
/// "unknown", "image", "gifv", "video", "audio".
std::string_view to_string(MediaType type);
/// By "image/png" and the like; unknown for anything else.
MediaType media_type_of(std::string_view content_type);

/// Stored: append only.
enum class MediaState : std::uint8_t {
  processing = 0,  // uploaded, not ready to be shown
  done = 1,        // the files are here
  failed = 2,      // of no use: uploaded, or fetched and not worth asking for again
  remote = 3,      // of another server and not here (yet, or any more): fetched when somebody looks
  refused = 4,     // of another server whose files the admin does not want here
};

/// What a cropped view keeps in sight: -1 to 1 from the centre, y upwards.
struct FocalPoint {
  double x = 0;
  double y = 0;
  friend bool operator==(const FocalPoint&, const FocalPoint&) = default;
};

/// One file of a status, or an upload that none has yet.
struct MediaAttachment {
  MediaId id;
  AccountId account_id;
  std::optional<StatusId> status_id;
  std::optional<int> position;  // among the files shown; nullopt: not shown
  std::optional<std::int64_t> scheduled_id;
  MediaType type = MediaType::unknown;
  MediaState state = MediaState::remote;
  std::string description;  // plain text
  FocalPoint focus;
  std::string blurhash;  // "" = none
  std::string content_type;
  int width = 0;  // 0 = not known, or none
  int height = 0;
  int preview_width = 0;
  int preview_height = 0;
  double duration = 0;     // seconds
  std::string frame_rate;  // a fraction, "30/1"
  std::int64_t bitrate = 0;
  std::vector<std::string> audio;  // codec, rate, channels in words; empty without sound
  std::optional<std::string> file_key;
  std::optional<std::string> preview_key;
  std::int64_t bytes = 0;  // of both files
  std::optional<std::string> remote_url;
  std::string failure;
  int failures = 0;
  std::optional<Time> retry_at;
  Time last_viewed_at{};
  std::optional<Time> unattached_at;
  Time created_at{};
  Time updated_at{};

  [[nodiscard]] bool is_local() const { return !remote_url.has_value(); }
  /// Of another server and not to be had from here: what is left is a link to it.
  [[nodiscard]] bool is_link() const {
    return !is_local() && (state == MediaState::failed || state == MediaState::refused);
  }
  [[nodiscard]] MediaType shown_type() const { return is_link() ? MediaType::unknown : type; }
};

}  // namespace dunlin::model
