#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace dunlin::media_worker {

/// What this process may use up.
struct Limits {
  std::uint64_t memory_bytes = 2ULL << 30U;  // of address space
  std::uint64_t cpu_seconds = 60;
  std::uint64_t file_bytes = 256ULL << 20U;  // of each file that it writes
  bool stands_back = true;                   // runs when nobody else wants to
};

/// Gives up, for this process and whatever it becomes: open files but the standard ones, a share of the processor that
/// others want, the network, all of the file system but programs and libraries to read and `folder` to write
/// (Landlock, where the kernel has it), privileges, other processes. Returns why it could not be done; "" = done.
std::string confine(const std::filesystem::path& folder, const Limits& limits);

}  // namespace dunlin::media_worker
