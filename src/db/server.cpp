#include "server.hpp"

#include "cluster.hpp"
#include "connect.hpp"

#include "dunlin/base/log.hpp"
#include "dunlin/base/text.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <pqxx/connection>
#include <pqxx/except>
#include <pqxx/nontransaction>
#include <pqxx/result>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <system_error>
#include <thread>
#include <utility>

namespace dunlin::db {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr auto kPollInterval = 20ms;
constexpr auto kHandoverTimeout = 60s;   // another server on the way down, or backends that outlived theirs
constexpr auto kRecoveryTimeout = 600s;  // replaying the log after a crash
constexpr auto kFastShutdown = 30s;
constexpr auto kImmediateShutdown = 5s;
constexpr std::uintmax_t kLogRotationBytes = 8U << 20U;

/// For a small server that runs this daemon as well. Appended once, so that an admin's changes stay.
constexpr const char* kSettings = R"conf(
# Set by Dunlin when it made this cluster; yours to change.
max_connections = 60
shared_buffers = 128MB
effective_cache_size = 512MB
max_wal_size = 512MB
checkpoint_timeout = 15min
wal_compression = on
random_page_cost = 1.1
jit = off
max_parallel_workers_per_gather = 0
autovacuum_max_workers = 2
idle_in_transaction_session_timeout = 60s
log_checkpoints = off
timezone = 'UTC'
log_timezone = 'UTC'
)conf";

/// Held while a cluster is made or a server started: two programs on one data folder take turns.
class StartLock {
 public:
  static Result<StartLock> take(const fs::path& file) {
    const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return fail(Errc::internal, fmt::format("{}: {}", file.string(), std::strerror(errno)));
    while (flock(fd, LOCK_EX) != 0 && errno == EINTR) {
    }
    return StartLock(fd);
  }
  ~StartLock() {
    if (fd_ >= 0) close(fd_);
  }
  StartLock(StartLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  StartLock& operator=(StartLock&&) = delete;

 private:
  explicit StartLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace

Result<void> Server::bring_up(const std::stop_token& stop) {
  child_.reset();
  try {
    fs::create_directories(options_.data_dir);
    const auto lock = TRY(StartLock::take(options_.data_dir / "postgres.lock"));
    TRY_VOID(prepare());
    const auto deadline = std::chrono::steady_clock::now() + kHandoverTimeout;
    while (!stop.stop_requested()) {
      const auto running = cluster::find_postmaster(data_);
      std::string obstacle;
      if (running) {
        auto silent = why_silent();
        if (!silent) return make_database();
        obstacle = fmt::format("the PostgreSQL with pid {} serves {} but does not answer: {}", *running, data_.string(),
                               *silent);
      } else {
        auto launched = launch(stop);
        if (launched) return make_database();
        // Backends of a killed server need a moment to notice.
        if (launched.error().code != Errc::conflict) return launched;
        obstacle = launched.error().message;
      }
      if (std::chrono::steady_clock::now() > deadline) return fail(Errc::internal, obstacle);
      std::this_thread::sleep_for(kPollInterval * 5);
    }
    return fail(Errc::unavailable, "stopped while PostgreSQL was starting");
  } catch (const std::system_error& error) {  // fs::filesystem_error too
    return fail(Errc::internal, fmt::format("cannot start PostgreSQL: {}", error.what()));
  } catch (const pqxx::failure& error) {
    return fail(Errc::internal, fmt::format("cannot start PostgreSQL: {}", one_line(error.what())));
  }
}

Result<void> Server::prepare() {
  programs_ = TRY(cluster::find_programs(data_));
  user_ = TRY(cluster::server_user(data_));
  if (user_) TRY_VOID(cluster::check_reachable(data_, *user_));
  if (!fs::exists(data_ / "PG_VERSION")) {
    if (access(data_.c_str(), X_OK) != 0 && errno == EACCES) {
      return fail(Errc::internal,
                  fmt::format("{} belongs to another user: run as that user, or as root", data_.string()));
    }
    if (fs::exists(data_))
      return fail(Errc::internal, fmt::format("{} is in the way: it is no PostgreSQL cluster", data_.string()));
    TRY_VOID(make_cluster(programs_, user_));
  }
  sockets_ = TRY(cluster::make_socket_folder(data_, user_));
  url_ = url_of("dunlin");
  return {};
}

/// In a folder beside the final one, so that a half-made cluster is never taken for one.
Result<void> Server::make_cluster(const fs::path& programs, const std::optional<UnixUser>& user) {
  log::info("making a PostgreSQL cluster", {log::kv("folder", data_.string()), log::kv("programs", programs.string())});
  const auto draft = options_.data_dir / "postgres.new";
  const auto output = options_.data_dir / "postgres.new.log";
  fs::remove_all(draft);
  fs::remove(output);
  fs::create_directory(draft);
  fs::permissions(draft, fs::perms::owner_all);
  if (user && chown(draft.c_str(), user->uid, user->gid) != 0)
    throw std::system_error(errno, std::generic_category(), draft);
  ChildOptions initdb{.command = {programs / "initdb", "-D", draft, "-U", "dunlin", "-E", "UTF8", "--locale=C",
                                  "--data-checksums", "--auth-local=trust", "--auth-host=reject", "--no-instructions"},
                      .user = user,
                      .output = output,
                      .death_signal = SIGTERM};
  if (!options_.durable) initdb.command.emplace_back("--no-sync");
  if (wait_child(spawn_child(initdb)) != 0) {
    const auto reason = cluster::last_error(output);
    fs::remove(output);
    fs::remove_all(draft);
    return fail(Errc::internal, fmt::format("initdb failed: {}", reason));
  }
  fs::remove(output);
  std::ofstream settings(draft / "postgresql.conf", std::ios::app);
  if (!(settings << kSettings).flush())
    throw std::system_error(errno, std::generic_category(), draft / "postgresql.conf");
  fs::rename(draft, data_);
  return {};
}

/// Errors: conflict while processes of an earlier server are still there; internal.
Result<void> Server::launch(const std::stop_token& stop) {
  if (fs::exists(log_) && fs::file_size(log_) > kLogRotationBytes) fs::rename(log_, log_.native() + ".1");
  const auto log_start = fs::exists(log_) ? fs::file_size(log_) : 0;
  ChildOptions postgres{.command = {programs_ / "postgres", "-D", data_, "-c", "listen_addresses=", "-c", "port=5432",
                                    "-c", fmt::format("unix_socket_directories=\"{}\"", sockets_.string()), "-c",
                                    "unix_socket_permissions=0700"},
                        .user = user_,
                        .output = log_,
                        .death_signal = SIGINT};
  if (!options_.durable) {
    for (const char* setting : {"fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB"}) {
      postgres.command.insert(postgres.command.end(), {"-c", setting});
    }
  }
  child_ = spawn_child(postgres);
  const auto deadline = std::chrono::steady_clock::now() + kRecoveryTimeout;
  while (true) {
    if (poll_child(*child_)) {
      child_.reset();
      const auto reason = cluster::last_error(log_, log_start);
      const bool leftovers = reason.contains("pre-existing shared memory") || reason.contains("lock file");
      return fail(leftovers ? Errc::conflict : Errc::internal, fmt::format("PostgreSQL does not start: {}", reason));
    }
    const auto silent = why_silent();
    if (!silent) return {};
    if (stop.stop_requested() || std::chrono::steady_clock::now() > deadline) {
      shut_down();
      return fail(Errc::internal, fmt::format("PostgreSQL started but does not answer: {}", *silent));
    }
    std::this_thread::sleep_for(kPollInterval);
  }
}

/// nullopt: it answers.
std::optional<std::string> Server::why_silent() const {
  try {
    connect({.url = url_of("postgres"), .connect_timeout = 2s});
    return std::nullopt;
  } catch (const pqxx::failure& error) {
    return one_line(error.what());
  }
}

Result<void> Server::make_database() const {
  const auto connection = connect({.url = url_of("postgres")});
  pqxx::nontransaction tx(*connection);
  if (!tx.exec("SELECT 1 FROM pg_database WHERE datname = 'dunlin'").empty()) return {};
  tx.exec("SET default_transaction_read_only = off");
  tx.exec("CREATE DATABASE dunlin");
  return {};
}

bool Server::wait_for_exit(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!poll_child(*child_)) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(kPollInterval);
  }
  return true;
}

void Server::shut_down() {
  if (!child_) return;
  kill(*child_, SIGINT);
  if (!wait_for_exit(kFastShutdown)) {
    log::warn("PostgreSQL is slow to stop: it will recover at its next start");
    kill(*child_, SIGQUIT);
    if (!wait_for_exit(kImmediateShutdown)) {
      kill(*child_, SIGKILL);
      wait_child(*child_);
    }
  }
  child_.reset();
}

bool Server::is_up() const {
  return child_ ? !poll_child(*child_) : cluster::find_postmaster(data_).has_value();
}

std::string Server::url_of(std::string_view database) const {
  return fmt::format("postgresql://dunlin@/{}?host={}", database, text::percent_encode(sockets_.native()));
}

}  // namespace dunlin::db
