#include "dunlin/db/managed_postgres.hpp"

#include "support/postgres.hpp"

#include "dunlin/db/pool.hpp"

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

using namespace dunlin;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

const db::Statement kOne{"managed_test.one", "SELECT 1"};
const db::Statement kSetting{"managed_test.setting", "SELECT current_setting($1)"};
const db::Statement kRead{"managed_test.read", "SELECT count(*) FROM kept"};
const db::Statement kMake{"managed_test.make", "CREATE TABLE kept (id bigint)"};

std::unique_ptr<db::ManagedPostgres> start(const fs::path& folder, bool durable = false) {
  auto server = db::ManagedPostgres::start({.data_dir = folder, .durable = durable});
  INFO((server ? std::string() : server.error().message));
  REQUIRE(server);
  return std::move(*server);
}

/// The pid in the cluster's lock file; 0 without one.
pid_t postmaster_of(const fs::path& folder) {
  std::ifstream file(folder / "postgres/postmaster.pid");
  pid_t pid = 0;
  file >> pid;
  return pid;
}

bool answers(db::Session& session) {
  try {
    return session.read([](db::Tx& tx) -> Result<bool> { return tx.exec(kOne)[0].i64(0) == 1; }).value();
  } catch (const db::Unavailable&) {
    return false;
  }
}

template <class F>
bool eventually(F&& condition) {
  for (const auto deadline = std::chrono::steady_clock::now() + 30s; std::chrono::steady_clock::now() < deadline;) {
    if (condition()) return true;
    std::this_thread::sleep_for(20ms);
  }
  return false;
}

std::string setting(db::Session& session, const std::string& name) {
  return session
      .read([&](db::Tx& tx) -> Result<std::string> { return std::string(tx.exec(kSetting, {name})[0].text(0)); })
      .value();
}

void make_table(const db::ManagedPostgres& server) {
  const auto session = db::make_session({.url = server.url()}, test::Database::system_clock());
  REQUIRE(session->write([](db::Tx& tx) -> Result<void> {
    tx.exec(kMake);
    return {};
  }));
}

bool has_table(const db::ManagedPostgres& server) {
  const auto session = db::make_session({.url = server.url()}, test::Database::system_clock());
  return session->read([](db::Tx& tx) -> Result<bool> { return tx.exec(kRead)[0].i64(0) == 0; }).value();
}

}  // namespace

TEST_CASE("the private cluster is made, stopped and started again with its data", "[db][managed]") {
  const test::TemporaryFolder folder;
  {
    const auto server = start(folder.path());
    const auto session = db::make_session({.url = server->url()}, test::Database::system_clock());
    CHECK(setting(*session, "listen_addresses").empty());
    CHECK(setting(*session, "server_encoding") == "UTF8");
    CHECK(setting(*session, "lc_collate") == "C");
    CHECK(setting(*session, "data_checksums") == "on");
    CHECK(setting(*session, "jit") == "off");
    struct stat sockets{};
    REQUIRE(stat((fs::path(folder.path()) / "postgres/socket").c_str(), &sockets) == 0);
    CHECK((sockets.st_mode & 0777) == 0700);
    make_table(*server);
  }
  CHECK(postmaster_of(folder.path()) == 0);
  const auto again = start(folder.path());
  CHECK(has_table(*again));
}

TEST_CASE("a second user of the folder joins the running server and leaves it running", "[db][managed]") {
  const test::TemporaryFolder folder;
  const auto first = start(folder.path());
  const auto pid = postmaster_of(folder.path());
  {
    const auto second = start(folder.path());
    CHECK(second->url() == first->url());
    CHECK(postmaster_of(folder.path()) == pid);
  }
  const auto session = db::make_session({.url = first->url()}, test::Database::system_clock());
  CHECK(answers(*session));
}

TEST_CASE("a killed server is started again, recovers, and sessions come back by themselves", "[db][managed]") {
  const test::TemporaryFolder folder;
  const auto server = start(folder.path(), true);
  const auto session = db::make_session({.url = server->url()}, test::Database::system_clock());
  make_table(*server);
  REQUIRE(answers(*session));
  const auto killed = postmaster_of(folder.path());
  REQUIRE(kill(killed, SIGKILL) == 0);
  CHECK(eventually([&] { return postmaster_of(folder.path()) != killed && answers(*session); }));
  CHECK(has_table(*server));
}

TEST_CASE("when the server's starter ends, the one that had joined starts its own", "[db][managed]") {
  const test::TemporaryFolder folder;
  auto first = start(folder.path());
  const auto second = start(folder.path());
  const auto session = db::make_session({.url = second->url()}, test::Database::system_clock());
  REQUIRE(answers(*session));
  first.reset();
  CHECK(eventually([&] { return answers(*session); }));
}

TEST_CASE("a lock file whose pid belongs to another program now does not stop the start", "[db][managed]") {
  const test::TemporaryFolder folder;
  start(folder.path()).reset();
  std::ofstream(fs::path(folder.path()) / "postgres/postmaster.pid")
      << getpid() << '\n'
      << folder.path() << "/postgres\n1700000000\n5432\n\n\n  1 1\nready\n";
  const auto server = start(folder.path());
  CHECK(postmaster_of(folder.path()) != getpid());
}

TEST_CASE("a folder too long for a socket gets its socket elsewhere", "[db][managed]") {
  const test::TemporaryFolder folder;
  const auto deep = fs::path(folder.path()) / std::string(120, 'x');
  fs::create_directory(deep);
  const auto server = start(deep);
  const auto session = db::make_session({.url = server->url()}, test::Database::system_clock());
  CHECK(answers(*session));
  const auto sockets = setting(*session, "unix_socket_directories");
  CHECK(sockets.size() < 90);
  fs::remove_all(sockets.substr(sockets.find('/'), sockets.rfind('"') - sockets.find('/')));
}

TEST_CASE("what stops the cluster is one clear line", "[db][managed]") {
  const test::TemporaryFolder folder;
  const auto data = fs::path(folder.path()) / "postgres";
  const auto refusal = [&] {
    const auto server = db::ManagedPostgres::start({.data_dir = folder.path(), .durable = false});
    REQUIRE(!server);
    CHECK(server.error().code == Errc::internal);
    CHECK(server.error().message.find('\n') == std::string::npos);
    return server.error().message;
  };
  SECTION("something else lies there") {
    fs::create_directory(data);
    std::ofstream(data / "readme.txt") << "mine\n";
    CHECK_THAT(refusal(), Catch::Contains("is in the way"));
    CHECK(fs::exists(data / "readme.txt"));
  }
  SECTION("data of another version") {
    start(folder.path()).reset();
    std::ofstream(data / "PG_VERSION") << "9\n";
    CHECK_THAT(refusal(), Catch::Contains("PostgreSQL 9") || Catch::Contains("not compatible"));
  }
  SECTION("a broken configuration") {
    start(folder.path()).reset();
    std::ofstream(data / "postgresql.conf", std::ios::app) << "no_such_setting = 1\n";
    CHECK_THAT(refusal(), Catch::Contains("PostgreSQL does not start"));
  }
  SECTION("as root, a folder that the server's user may not enter") {
    if (geteuid() != 0) return;
    fs::permissions(folder.path(), fs::perms::owner_all);
    CHECK_THAT(refusal(), Catch::Contains("chmod o+x " + folder.path()));
  }
}
