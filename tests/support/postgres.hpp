#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/db/pool.hpp"
#include "dunlin/db/tx.hpp"

#include <memory>
#include <string>

namespace dunlin::test {

/// A migrated database of its own for one test case; with this object it is emptied for the next one (sessions of it
/// must be gone by then or are cut). All databases of a test process live in one throw-away cluster, which is removed
/// when the process ends, however it ends. DUNLIN_TEST_DATABASE, the URL of a server where databases may be created,
/// takes its place.
class Database {
 public:
  /// `clock` gives Tx::now(); it must outlive the sessions.
  explicit Database(const Clock& clock = system_clock());
  /// Without any table.
  static Database empty() { return Database(system_clock(), "template0"); }
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  [[nodiscard]] const std::string& url() const { return url_; }
  /// The first session; further ones as a second program or thread would open them.
  [[nodiscard]] db::Session& session() const { return *session_; }
  [[nodiscard]] std::unique_ptr<db::Session> new_session() const;
  /// SQL of the test's own, several statements at will, without parameters.
  void run(const std::string& sql) const;

  static const Clock& system_clock();

 private:
  Database(const Clock& clock, const std::string& template_name);

  const Clock& clock_;
  std::string name_;
  std::string url_;
  std::unique_ptr<db::Session> session_;
};

/// A new folder that is removed when this object, or the process, ends.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  int janitor_pipe_ = -1;
  int janitor_ = -1;
};

}  // namespace dunlin::test
