#pragma once

#include "child_process.hpp"

#include "dunlin/base/result.hpp"
#include "dunlin/db/managed_postgres.hpp"

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace dunlin::db {

/// The server process and its files. Used by one thread, which must live as long as the server: the kernel ties the
/// server's life to the thread that started it.
class Server {
 public:
  explicit Server(const ManagedPostgresOptions& options)
      : options_(options), data_(options.data_dir / "postgres"), log_(options.data_dir / "postgresql.log") {}

  /// Makes the cluster if there is none, joins the server that serves it or starts one.
  Result<void> bring_up(const std::stop_token& stop);
  [[nodiscard]] bool is_up() const;
  void shut_down();
  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  Result<void> prepare();
  Result<void> make_cluster(const std::filesystem::path& programs, const std::optional<UnixUser>& user);
  Result<void> launch(const std::stop_token& stop);
  [[nodiscard]] std::optional<std::string> why_silent() const;
  Result<void> make_database() const;
  [[nodiscard]] std::string url_of(std::string_view database) const;
  bool wait_for_exit(std::chrono::milliseconds limit);

  const ManagedPostgresOptions options_;
  const std::filesystem::path data_;
  const std::filesystem::path log_;
  std::filesystem::path programs_;
  std::filesystem::path sockets_;
  std::optional<UnixUser> user_;
  std::string url_;
  std::optional<pid_t> child_;  // nullopt: somebody else's server
};

}  // namespace dunlin::db
