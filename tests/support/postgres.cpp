#include "support/postgres.hpp"

#include "dunlin/db/managed_postgres.hpp"
#include "dunlin/db/migrate.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

namespace dunlin::test {

namespace {

void run_at(const std::string& url, const std::string& sql) {
  pqxx::connection connection(url);
  pqxx::nontransaction(connection).exec(sql);
}

/// `url` with another database name.
std::string with_database(const std::string& url, const std::string& name) {
  const auto scheme = url.find("://");
  if (scheme == std::string::npos) return fmt::format("{} dbname={}", url, name);
  const auto path = url.find('/', scheme + 3);
  const auto query = url.find('?');
  const auto tail = query == std::string::npos ? std::string() : url.substr(query);
  return fmt::format("{}/{}{}", url.substr(0, std::min(path, query)), name, tail);
}

/// What the migrations themselves put into tables is kept beside them, in schema test_seeds.
constexpr const char* kKeepSeeds = R"(
DO $$
DECLARE t record; filled boolean;
BEGIN
  CREATE SCHEMA test_seeds;
  FOR t IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', t.relname) INTO filled;
    IF filled THEN EXECUTE format('CREATE TABLE test_seeds.%I AS TABLE public.%I', t.relname, t.relname); END IF;
  END LOOP;
END $$)";

/// Equal as long as nobody created, changed or dropped anything, nor stored more than 32 MB.
constexpr const char* kShape = R"(
SELECT concat_ws(' ',
  (SELECT concat(count(*), ':', max(oid)) FROM pg_class WHERE relpersistence <> 't' AND oid >= 16384
     AND relnamespace IN ('public'::regnamespace, 'test_seeds'::regnamespace)),
  (SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
   WHERE c.relnamespace = 'public'::regnamespace AND NOT a.attisdropped),
  (SELECT concat(count(*), ':', max(oid)) FROM pg_constraint WHERE connamespace = 'public'::regnamespace),
  (SELECT concat(count(*), ':', max(oid)) FROM pg_trigger),
  (SELECT concat(count(*), ':', max(oid)) FROM pg_proc WHERE pronamespace = 'public'::regnamespace),
  pg_database_size(current_database()) < 48 << 20))";

constexpr const char* kCutOthers = R"(
SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid())";

constexpr const char* kEmpty = R"(
DO $$
DECLARE t record;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR t IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP
    EXECUTE format('DELETE FROM public.%I', t.relname);
  END LOOP;
  FOR t IN SELECT relname FROM pg_class WHERE relnamespace = 'test_seeds'::regnamespace AND relkind = 'r' LOOP
    EXECUTE format('INSERT INTO public.%I OVERRIDING SYSTEM VALUE SELECT * FROM test_seeds.%I', t.relname, t.relname);
  END LOOP;
  PERFORM setval(seqrelid, seqstart, false) FROM pg_sequence;
END $$)";

/// The cluster of this process and the migrated database that all others are copies of.
class Cluster {
 public:
  static Cluster& instance() {
    static Cluster cluster;
    return cluster;
  }
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;
  ~Cluster() {
    if (!server_) drop(template_);
  }

  [[nodiscard]] std::string url_of(const std::string& name) const { return with_database(url_, name); }
  std::string unique_name() { return fmt::format("dunlin_test_{}_{}", getpid(), ++count_); }
  void create(const std::string& name, const std::string& from) const {
    run_at(url_, fmt::format("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'", name, from));
  }
  std::string create_from(const std::string& from) {
    auto name = unique_name();
    create(name, from);
    return name;
  }
  /// A migrated database: one that a former case gave back, or a new one.
  std::string borrow() {
    {
      const std::lock_guard lock(mutex_);
      if (!clean_.empty()) {
        auto name = std::move(clean_.back());
        clean_.pop_back();
        return name;
      }
    }
    return create_from(template_);
  }
  /// Empties the database for the next case: ten times faster than to drop it and copy the template again. One whose
  /// tables the case has changed, or has filled to the brim, is dropped.
  void give_back(const std::string& name) noexcept {
    try {
      pqxx::connection connection(url_of(name));
      pqxx::nontransaction work(connection);
      work.exec(kCutOthers);
      if (work.exec(kShape).at(0).at(0).as<std::string>() == shape_) {
        work.exec(kEmpty);
        const std::lock_guard lock(mutex_);
        clean_.push_back(name);
        return;
      }
    } catch (const std::exception&) {
      // Whatever it was: the next case gets a new one.
    }
    drop(name);
  }
  void drop(const std::string& name) const noexcept {
    try {
      run_at(url_, fmt::format("DROP DATABASE IF EXISTS {} WITH (FORCE)", name));
    } catch (const std::exception&) {
      // The server is gone, and its databases are about to go with it.
    }
  }

 private:
  Cluster() {
    if (const char* url = std::getenv("DUNLIN_TEST_DATABASE"); url != nullptr && *url != '\0') {
      url_ = url;
    } else {
      folder_ = std::make_unique<TemporaryFolder>();
      auto server = db::ManagedPostgres::start({.data_dir = folder_->path(), .durable = false});
      if (!server) throw std::runtime_error(server.error().message);
      server_ = std::move(*server);
      url_ = server_->url();
    }
    template_ = unique_name();
    create(template_, "template0");
    if (const auto migrated = db::migrate({.url = url_of(template_)}); !migrated) {
      throw std::runtime_error(migrated.error().message);
    }
    pqxx::connection connection(url_of(template_));
    pqxx::nontransaction work(connection);
    work.exec(kKeepSeeds);
    shape_ = work.exec(kShape).at(0).at(0).as<std::string>();
  }

  std::unique_ptr<TemporaryFolder> folder_;
  std::unique_ptr<db::ManagedPostgres> server_;
  std::string url_;
  std::string template_;
  std::string shape_;
  std::atomic<int> count_{0};
  std::mutex mutex_;
  std::vector<std::string> clean_;
};

}  // namespace

const Clock& Database::system_clock() {
  static const SystemClock clock;
  return clock;
}

Database::Database(const Clock& clock)
    : clock_(clock),
      name_(Cluster::instance().borrow()),
      url_(Cluster::instance().url_of(name_)),
      session_(new_session()) {}

Database::Database(const Clock& clock, const std::string& template_name)
    : clock_(clock),
      name_(Cluster::instance().create_from(template_name)),
      url_(Cluster::instance().url_of(name_)),
      session_(new_session()) {}

Database::~Database() {
  session_.reset();
  Cluster::instance().give_back(name_);
}

std::unique_ptr<db::Session> Database::new_session() const {
  return db::make_session({.url = url_}, clock_);
}

void Database::run(const std::string& sql) const {
  run_at(url_, sql);
}

TemporaryFolder::TemporaryFolder() {
  std::string path = std::filesystem::temp_directory_path() / "dunlin-test-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) throw std::runtime_error("mkdtemp failed: " + path);
  path_ = path;
  chmod(path_.c_str(), 0711);  // as root the server runs as another user, who must get through

  // The janitor outlives us by a moment: its input ends when we do, also by a signal that nobody can catch.
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe failed");
  static constexpr const char* kScript =
      "read -r x; i=0; while [ -e \"$0/postgres/postmaster.pid\" ] && [ $i -lt 100 ]; do sleep 0.1; i=$((i+1)); done; "
      "rm -rf -- \"$0\"";
  janitor_ = fork();
  if (janitor_ < 0) throw std::runtime_error("fork failed");
  if (janitor_ == 0) {
    setsid();
    const int null = open("/dev/null", O_WRONLY);
    dup2(null, STDOUT_FILENO);  // so that nobody who reads our output waits for it
    dup2(null, STDERR_FILENO);
    dup2(ends[0], STDIN_FILENO);
    close_range(3, ~0U, 0);
    execl("/bin/sh", "sh", "-c", kScript, path_.c_str(), nullptr);
    _exit(127);
  }
  close(ends[0]);
  janitor_pipe_ = ends[1];
}

TemporaryFolder::~TemporaryFolder() {
  close(janitor_pipe_);
  waitpid(janitor_, nullptr, 0);
}

}  // namespace dunlin::test
