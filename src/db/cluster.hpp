#pragma once

#include "child_process.hpp"

#include "dunlin/base/result.hpp"

#include <filesystem>
#include <optional>
#include <string>

/// What ManagedPostgres needs to know of the machine and of the files of a cluster; no processes are started here.
namespace dunlin::db::cluster {

/// The folder with `initdb` and `postgres`: of the major version of `data`, if that has a cluster, else the newest.
/// Errors: internal, naming what to install.
Result<std::filesystem::path> find_programs(const std::filesystem::path& data);

/// The user that the server runs as: nullopt as we do; for root, which PostgreSQL refuses, the cluster's owner, else
/// `postgres`, else `nobody`. Errors: internal.
Result<std::optional<UnixUser>> server_user(const std::filesystem::path& data);

/// Can `user` enter all folders above `data`? Errors: internal, naming the first one that is closed.
Result<void> check_reachable(const std::filesystem::path& data, const UnixUser& user);

/// The folder of the unix socket: in the cluster, or, as socket paths end at 107 bytes, a private one under /run or
/// /tmp. Makes it, mode 0700, and owned by the server's user. Errors: internal.
Result<std::filesystem::path> make_socket_folder(const std::filesystem::path& data,
                                                 const std::optional<UnixUser>& user);

/// The live postmaster of this cluster; removes a postmaster.pid that only looks alive because its pid was given to
/// another program since (PostgreSQL itself deals with all other stale ones).
std::optional<pid_t> find_postmaster(const std::filesystem::path& data);

/// The last error line of a server program's output; empty when there is none.
std::string last_error(const std::filesystem::path& log, std::uintmax_t from = 0);

}  // namespace dunlin::db::cluster
