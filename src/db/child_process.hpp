#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace dunlin::db {

/// Who a child runs as.
struct UnixUser {
  uid_t uid = 0;
  gid_t gid = 0;
  std::string name;
};

struct ChildOptions {
  std::vector<std::string> command;       // [0] is the program's path
  std::optional<UnixUser> user;           // nullopt: as we run
  std::filesystem::path directory = "/";  // its working directory
  std::filesystem::path output;           // stdout and stderr are appended to this file
  /// A process group of its own, so that Ctrl-C on the terminal is ours alone, and this signal when the thread that
  /// called dies (0: neither).
  int death_signal = 0;
};

/// Starts a program with a clean environment and no other open files. Throws std::system_error when it cannot fork or
/// open the output; a child that cannot exec exits with 127.
pid_t spawn_child(const ChildOptions& options);

/// The exit status as waitpid gives it; nullopt while it runs.
std::optional<int> poll_child(pid_t child);
/// Waits; 0 only when the program said so.
int wait_child(pid_t child);

}  // namespace dunlin::db
