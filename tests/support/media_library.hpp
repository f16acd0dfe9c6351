#pragma once

#include "support/samples.hpp"

#include "dunlin/config/config.hpp"
#include "dunlin/media/library.hpp"
#include "dunlin/service/services.hpp"

#include <filesystem>
#include <memory>

namespace dunlin::test {

/// A library over a folder of its own, with the real dunlin-media beside this test.
struct MediaLibrary {
  explicit MediaLibrary(const config::Config& config)
      : library(with_folder(config), media::default_worker_program(),
                std::make_unique<media::LocalStorage>(samples.folder() / "store")) {}

  Samples samples;
  config::Config settings;
  media::Library library;

  /// Files in the store, temporary ones included.
  [[nodiscard]] int stored() const { return count(samples.folder() / "store"); }
  [[nodiscard]] std::int64_t stored_bytes() const {
    std::int64_t bytes = 0;
    if (!std::filesystem::exists(samples.folder() / "store")) return bytes;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(samples.folder() / "store")) {
      if (entry.is_regular_file()) bytes += static_cast<std::int64_t>(entry.file_size());
    }
    return bytes;
  }
  /// What is being worked on: nothing, when all is done.
  [[nodiscard]] int at_work() const { return count(samples.folder() / "data" / "media" / "work"); }

 private:
  const config::Config& with_folder(const config::Config& config) {
    settings = config;
    settings.server.data_dir = samples.folder() / "data";
    return settings;
  }
  static int count(const std::filesystem::path& folder) {
    if (!std::filesystem::exists(folder)) return 0;
    int files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) files += entry.is_regular_file();
    return files;
  }
};

}  // namespace dunlin::test
