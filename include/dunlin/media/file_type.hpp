#pragma once

#include "dunlin/model/media.hpp"

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace dunlin::media {

/// What a file is by its first bytes; its name and what was said of it do not count.
struct FileType {
  model::MediaType kind = model::MediaType::unknown;  // image, video or audio
  std::string_view content_type;
  std::string_view extension;  // without a dot
  std::string_view demuxer;    // ffmpeg's; "" for pictures
};

/// nullopt: nothing that is taken.
std::optional<FileType> sniff(std::string_view first_bytes);
/// The same of a file. nullopt also when it cannot be read.
std::optional<FileType> sniff_file(const std::filesystem::path& path);

/// What may be uploaded, as clients are told.
const std::vector<std::string_view>& supported_types();

}  // namespace dunlin::media
