#pragma once

#include "support/samples.hpp"

#include "dunlin/config/config.hpp"
#include "dunlin/media/library.hpp"
#include "dunlin/service/services.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dunlin::test {

/// What happens to a store in a test.
struct StorageEvents {
  std::function<void(std::string_view key)> after_put;
  std::function<bool(std::string_view key)> full;            // whether there is no room for it
  std::function<Result<void>(std::string_view key)> remove;  // its failure, if any
  bool down = false;
  bool elsewhere = false;            // as a store that is no folder of this machine
  std::vector<std::string> reads{};  // what it was asked for then: "size", "all", "part 2 3"
};

class WatchedStorage final : public media::Storage {
 public:
  WatchedStorage(std::filesystem::path root, StorageEvents& events) : files_(std::move(root)), events_(events) {}

  Result<void> put(std::string_view key, const std::filesystem::path& file) override {
    if (events_.down) return fail(Errc::unavailable, "", "the store is down");
    if (events_.full && events_.full(key)) return fail(Errc::unavailable, "", "no space left on device");
    TRY_VOID(files_.put(key, file));
    if (events_.after_put) events_.after_put(key);
    return {};
  }
  Result<std::filesystem::path> get(std::string_view key, const std::filesystem::path& folder) override {
    if (events_.down) return fail(Errc::unavailable, "", "the store is down");
    if (events_.elsewhere) events_.reads.emplace_back("all");
    return files_.get(key, folder);
  }
  Result<std::uint64_t> size(std::string_view key) override {
    events_.reads.emplace_back("size");
    return files_.size(key);
  }
  Result<std::filesystem::path> get_part(std::string_view key, std::uint64_t first, std::uint64_t count,
                                         const std::filesystem::path& folder) override {
    events_.reads.push_back("part " + std::to_string(first) + " " + std::to_string(count));
    return files_.get_part(key, first, count, folder);
  }
  Result<void> remove(std::string_view key) override {
    if (events_.remove) TRY_VOID(events_.remove(key));
    return files_.remove(key);
  }
  Result<void> list(const std::function<void(std::string_view, std::uint64_t)>& seen) override {
    return files_.list(seen);
  }
  [[nodiscard]] std::optional<std::filesystem::path> local_path(std::string_view key) const override {
    return events_.elsewhere ? std::nullopt : files_.local_path(key);
  }
  [[nodiscard]] std::optional<std::string> public_url(std::string_view key) const override {
    return files_.public_url(key);
  }

 private:
  media::LocalStorage files_;
  StorageEvents& events_;
};

/// A library over a folder of its own, with the real dunlin-media beside this test.
struct MediaLibrary {
  explicit MediaLibrary(const config::Config& config)
      : library(with_folder(config), media::default_worker_program(),
                std::make_unique<WatchedStorage>(samples.folder() / "store", events)) {}

  Samples samples;
  StorageEvents events;
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
