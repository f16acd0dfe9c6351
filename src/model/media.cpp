#include "dunlin/model/media.hpp"

namespace dunlin::model {

std::string_view to_string(MediaType type) {
  switch (type) {
    case MediaType::image:
      return "image";
    case MediaType::gifv:
      return "gifv";
    case MediaType::video:
      return "video";
    case MediaType::audio:
      return "audio";
    case MediaType::unknown:
      break;
  }
  return "unknown";
}

MediaType media_type_of(std::string_view content_type) {
  if (content_type.starts_with("image/") && !content_type.starts_with("image/svg")) return MediaType::image;
  if (content_type.starts_with("video/")) return MediaType::video;
  if (content_type.starts_with("audio/")) return MediaType::audio;
  return MediaType::unknown;
}

}  // namespace dunlin::model
