#pragma once

#include "dunlin/base/result.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string_view>
#include <utility>

namespace dunlin::media {

/// A folder for the work on one file; gone with all that is in it when its owner goes.
class WorkFolder {
 public:
  /// Errors: internal (disk full, ...).
  static Result<WorkFolder> make(const std::filesystem::path& parent);
  ~WorkFolder();
  WorkFolder(WorkFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  WorkFolder& operator=(WorkFolder&&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// A part of another file as a file in here. Errors: unavailable (disk full, ...).
  Result<std::filesystem::path> copy(const std::filesystem::path& from, std::size_t offset, std::size_t size,
                                     std::string_view name) const;
  Result<std::filesystem::path> write(std::string_view bytes, std::string_view name) const;

 private:
  explicit WorkFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

/// Removes what processes that died have left behind.
void sweep_work_folders(const std::filesystem::path& parent, std::chrono::hours older_than);

}  // namespace dunlin::media
