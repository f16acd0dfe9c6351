#pragma once

#include "dunlin/base/result.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace dunlin::db {

struct ManagedPostgresOptions {
  std::filesystem::path data_dir;  // the cluster is data_dir/postgres
  bool durable = true;             // false only in tests: fsync off
};

/// A private PostgreSQL of this program's own: cluster in data_dir/postgres, unix socket only, UTF-8, C collation,
/// checksums. Runs as an unprivileged child. When one of ours already serves this directory (a command line beside the
/// running daemon), it is used and left running.
class ManagedPostgres {
 public:
  virtual ~ManagedPostgres() = default;  // stops a server that this object started (fast shutdown)

  /// The connection URL of the database "dunlin" in the cluster.
  [[nodiscard]] virtual const std::string& url() const = 0;

  /// Makes the cluster at first use, recovers it after a crash, starts it and waits until it answers.
  /// Errors: internal with one clear line (programs missing, wrong permissions, disk full, another version's data).
  static Result<std::unique_ptr<ManagedPostgres>> start(const ManagedPostgresOptions& options);
};

}  // namespace dunlin::db
