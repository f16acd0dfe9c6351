#include "dunlin/base/log.hpp"

#include "support/captured_log.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

using namespace dunlin;

namespace {

struct Capture : test::CapturedLog {
  using CapturedLog::CapturedLog;

  /// Everything after the time stamp of the only line.
  [[nodiscard]] std::string line() const {
    const std::string all = text();
    REQUIRE(std::count(all.begin(), all.end(), '\n') == 1);
    REQUIRE(all.size() > 26);
    CHECK(all[10] == 'T');
    CHECK(all[23] == 'Z');
    return all.substr(25, all.size() - 26);
  }
  [[nodiscard]] bool empty() const { return text().empty(); }
};

}  // namespace

TEST_CASE("a line has level, event and fields", "[base][log]") {
  const Capture capture(log::Level::debug);
  log::warn("delivery done",
            {log::kv("inbox", "https://a.example/inbox?x"), log::kv("attempt", 2), log::kv("empty", "")});
  CHECK(capture.line() == R"(warn delivery done inbox=https://a.example/inbox?x attempt=2 empty="")");
}

TEST_CASE("values with spaces, quotes or equals signs are quoted", "[base][log]") {
  const Capture capture(log::Level::debug);
  log::info("x", {log::kv("a", "b c"), log::kv("d", "say \"hi\""), log::kv("e", "k=v"), log::kv("f", "ü")});
  CHECK(capture.line() == R"(info x a="b c" d="say \"hi\"" e="k=v" f=ü)");
}

// R32
TEST_CASE("input cannot start a line or send control sequences", "[base][log]") {
  const Capture capture(log::Level::debug);
  log::info("e\nvent",
            {log::kv("a", "x\n2026 error forged\r\t\x1b[31m"), log::kv("b", "\u0085\u2028\x7f"), log::kv("c", "\xff")});
  CHECK(capture.line() == R"(info e\nvent a="x\n2026 error forged\r\t\x1b[31m" b="\xc2\x85\xe2\x80\xa8\x7f" c="\xff")");
}

TEST_CASE("long values are cut", "[base][log]") {
  const Capture capture(log::Level::debug);
  log::info("x", {log::kv("a", std::string(100'000, 'y'))});
  CHECK(capture.line().size() < 2100);
}

TEST_CASE("scopes add their fields to the lines of their time", "[base][log]") {
  const Capture capture(log::Level::debug);
  {
    const log::Scope gone("job", "1");
  }
  const log::Scope request("request", "r 1");
  {
    const log::Scope inner("inner", "2");
  }
  log::info("x", {log::kv("a", 1)});
  CHECK(capture.line() == R"(info x a=1 request="r 1")");
}

TEST_CASE("lines below the least level are dropped", "[base][log]") {
  const Capture capture(log::Level::warn);
  log::info("x");
  log::debug("x");
  CHECK(capture.empty());
  CHECK_FALSE(log::enabled(log::Level::info));
  CHECK(log::enabled(log::Level::error));
  CHECK_FALSE(log::enabled(log::Level::off));
}

TEST_CASE("a log file that cannot be opened is a fault", "[base][log]") {
  CHECK_THROWS(log::configure(log::Level::info, "/dev/null/x.log"));
}
