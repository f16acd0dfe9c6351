// One prepared read after the other through a session as the daemon has them: what pgbench does, in the same seconds.
// Prints how many.

#include "dunlin/base/clock.hpp"
#include "dunlin/db/pool.hpp"

#include <fmt/core.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>

namespace {

using namespace dunlin;
using Steady = std::chrono::steady_clock;

const db::Statement kRead{"bench.read",
                          "SELECT id, username, domain, uri, url, display_name FROM accounts WHERE id = $1"};

int run(const char* url, std::chrono::seconds seconds) {
  const SystemClock clock;
  const auto session = db::make_session({.url = url}, clock);
  std::uint64_t reads = 0;
  std::size_t bytes = 0;
  for (const auto until = Steady::now() + seconds; Steady::now() < until; ++reads) {
    const auto row = session->read([&](db::Tx& tx) -> Result<std::size_t> {
      const auto rows = tx.exec(kRead, {1'000'001});
      return rows[0].text(3).size() + rows[0].text(5).size();
    });
    if (!row) return 1;
    bytes += *row;
  }
  fmt::print("{}\n", bytes > 0 ? reads : 0);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: {} URL SECONDS\n", argv[0]);
    return 2;
  }
  try {
    return run(argv[1], std::chrono::seconds(std::atoi(argv[2])));
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}\n", e.what());
    return 1;
  }
}
