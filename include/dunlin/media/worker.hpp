#pragma once

#include "dunlin/base/result.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace dunlin::media {

/// What one child process may use.
struct WorkLimits {
  std::uint64_t memory_bytes = 2ULL << 30U;
  std::uint64_t file_bytes = 512ULL << 20U;  // a large picture waits in a file while it is decoded
  std::chrono::seconds time{60};             // on the clock; of the processor twice as much, for two threads
};

/// Runs the program dunlin-media: everything that decodes a stranger's bytes happens in there, one process for each
/// file, confined as src/media_worker/confine.hpp says. Any thread.
class Worker {
 public:
  explicit Worker(std::filesystem::path program) : program_(std::move(program)) {}

  /// The program's output, at most 1 MiB. `task`: see src/media_worker/run.hpp. Errors: invalid (the file is at fault:
  /// refused, crashed, took too long), unavailable (the disk is full, the processor busy), internal (the program cannot
  /// be run).
  Result<std::string> run(const std::filesystem::path& folder, const WorkLimits& limits,
                          const std::vector<std::string>& task) const;

 private:
  std::filesystem::path program_;
};

/// dunlin-media beside the program that runs now.
std::filesystem::path default_worker_program();

}  // namespace dunlin::media
