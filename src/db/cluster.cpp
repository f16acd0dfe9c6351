#include "cluster.hpp"

#include "dunlin/base/text.hpp"

#include <fmt/core.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <vector>

namespace dunlin::db::cluster {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLongestSocketPath = 107;
constexpr std::string_view kSocketName = "/.s.PGSQL.5432";

/// 0: not a number.
int to_number(std::string_view text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string first_line(const fs::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

bool has_programs(const fs::path& folder) {
  return access((folder / "postgres").c_str(), X_OK) == 0 && access((folder / "initdb").c_str(), X_OK) == 0;
}

std::optional<fs::path> programs_on_path() {
  const char* path = std::getenv("PATH");
  for (const auto folder : text::split(path != nullptr ? path : "", ':')) {
    if (!folder.empty() && has_programs(fs::path(folder)))
      return fs::canonical(fs::path(folder) / "postgres").parent_path();
  }
  return std::nullopt;
}

bool may_enter(const struct stat& folder, const UnixUser& user) {
  if (folder.st_uid == user.uid) return (folder.st_mode & S_IXUSR) != 0;
  if (folder.st_gid == user.gid) return (folder.st_mode & S_IXGRP) != 0;
  return (folder.st_mode & S_IXOTH) != 0;
}

bool serves(pid_t pid, const fs::path& data) {
  std::error_code ignored;
  const auto process = fs::path("/proc") / std::to_string(pid);
  if (!first_line(process / "comm").starts_with("postgres")) return false;
  const auto folder = fs::read_symlink(process / "cwd", ignored);
  return ignored || folder == fs::weakly_canonical(data, ignored);  // a container may forbid the look: believe the name
}

/// Does any process of this cluster (a backend that outlived its postmaster) still run?
bool has_processes(const fs::path& data) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
    const int pid = to_number(entry.path().filename().native());
    if (pid > 0 && serves(pid, data)) return true;
  }
  return false;
}

}  // namespace

Result<fs::path> find_programs(const fs::path& data) {
  const int wanted = to_number(first_line(data / "PG_VERSION"));
  std::error_code ignored;
  int best = 0;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
    const int major = to_number(entry.path().filename().native());
    if ((wanted == 0 ? major > best : major == wanted) && has_programs(entry.path() / "bin")) best = major;
  }
  if (best > 0) return fs::path(fmt::format("/usr/lib/postgresql/{}/bin", best));
  // Elsewhere the folder does not tell the version; with a wrong one the server says so itself.
  if (auto programs = programs_on_path()) return *programs;
  if (wanted > 0) {
    return fail(Errc::internal, fmt::format("{} holds data of PostgreSQL {}, whose programs are not installed (Debian: "
                                            "package postgresql-{})",
                                            data.string(), wanted, wanted));
  }
  return fail(
      Errc::internal,
      "the PostgreSQL server programs (initdb, postgres) are not installed (Debian: package postgresql); or set "
      "database.url");
}

Result<std::optional<UnixUser>> server_user(const fs::path& data) {
  if (geteuid() != 0) return std::optional<UnixUser>{};
  const passwd* entry = nullptr;
  struct stat info{};
  if (stat((data / "PG_VERSION").c_str(), &info) == 0 && info.st_uid != 0) {
    entry = getpwuid(info.st_uid);
    if (entry == nullptr) return UnixUser{.uid = info.st_uid, .gid = info.st_gid, .name = std::to_string(info.st_uid)};
  }
  if (entry == nullptr) entry = getpwnam("postgres");
  if (entry == nullptr) entry = getpwnam("nobody");
  if (entry == nullptr) {
    return fail(Errc::internal,
                "PostgreSQL refuses to run as root, and there is no user 'postgres' or 'nobody' to run it as");
  }
  return UnixUser{.uid = entry->pw_uid, .gid = entry->pw_gid, .name = entry->pw_name};
}

Result<void> check_reachable(const fs::path& data, const UnixUser& user) {
  fs::path folder = "/";
  for (const auto& part : fs::weakly_canonical(data).parent_path().relative_path()) {
    folder /= part;
    struct stat info{};
    if (stat(folder.c_str(), &info) != 0)
      return fail(Errc::internal, fmt::format("{}: {}", folder.string(), std::strerror(errno)));
    if (!may_enter(info, user)) {
      return fail(Errc::internal,
                  fmt::format("PostgreSQL runs as user '{}' (it refuses to run as root), who may not enter {}: "
                              "run 'chmod o+x {}', or choose another server.data_dir",
                              user.name, folder.string(), folder.string()));
    }
  }
  return {};
}

Result<fs::path> make_socket_folder(const fs::path& data, const std::optional<UnixUser>& user) {
  auto folder = data / "socket";
  const uid_t owner = user ? user->uid : geteuid();
  if (folder.native().size() + kSocketName.size() > kLongestSocketPath) {
    const char* const base = access("/run", W_OK) == 0 ? "/run" : "/tmp";
    folder = fmt::format("{}/dunlin-{}-{:016x}", base, owner, std::hash<std::string>{}(data.native()));
  }
  const bool made = mkdir(folder.c_str(), 0700) == 0;
  if (!made && errno != EEXIST)
    return fail(Errc::internal, fmt::format("{}: {}", folder.string(), std::strerror(errno)));
  if (made && user && chown(folder.c_str(), user->uid, user->gid) != 0) {
    return fail(Errc::internal, fmt::format("{}: {}", folder.string(), std::strerror(errno)));
  }
  // Whoever enters it is the database's superuser: believe only a folder that is nobody else's.
  struct stat info{};
  if (lstat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode) || info.st_uid != owner ||
      (info.st_mode & 0077) != 0) {
    return fail(Errc::internal,
                fmt::format("{} is not a private folder of PostgreSQL's user: remove it", folder.string()));
  }
  return folder;
}

std::optional<pid_t> find_postmaster(const fs::path& data) {
  const auto file = data / "postmaster.pid";
  const pid_t pid = to_number(first_line(file));
  if (pid <= 0 || kill(pid, 0) != 0) return std::nullopt;  // also EPERM: another user's program, never our server
  if (serves(pid, data)) return pid;
  std::error_code ignored;
  if (!has_processes(data)) fs::remove(file, ignored);
  return std::nullopt;
}

std::string last_error(const fs::path& log, std::uintmax_t from) {
  std::ifstream stream(log);
  stream.seekg(static_cast<std::streamoff>(from));
  std::string line;
  std::string last;
  std::string last_marked;
  while (std::getline(stream, line)) {
    if (!text::trim(line).empty()) last = line;
    if (const auto at = line.find("DETAIL:"); at != std::string::npos && !last_marked.empty()) {
      last_marked += fmt::format(" ({})", text::trim(std::string_view(line).substr(at + 7)));
    }
    for (const std::string_view mark : {"FATAL:", "PANIC:", "error:", "ERROR:"}) {
      if (const auto at = line.find(mark); at != std::string::npos)
        last_marked = text::trim(std::string_view(line).substr(at + mark.size()));
    }
  }
  return last_marked.empty() ? std::string(text::trim(last)) : last_marked;
}

}  // namespace dunlin::db::cluster
