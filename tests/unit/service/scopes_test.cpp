#include "dunlin/service/attempt_limiter.hpp"
#include "dunlin/service/oauth.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <chrono>

using namespace dunlin;
namespace scopes = service::scopes;

TEST_CASE("a scope is held by itself, its parent, or follow where it counts", "[oauth][scopes]") {
  struct Row {
    std::vector<std::string> granted;
    const char* wanted;
    bool held;
  };
  const Row rows[] = {
      {{"read"}, "read", true},
      {{"read"}, "read:statuses", true},
      {{"read:statuses"}, "read:statuses", true},
      {{"read:statuses"}, "read", false},
      {{"read"}, "write:statuses", false},
      {{"read"}, "profile", false},
      {{"profile"}, "read:accounts", false},
      {{"follow"}, "read:follows", true},
      {{"follow"}, "write:blocks", true},
      {{"follow"}, "write:mutes", true},
      {{"follow"}, "read:accounts", false},
      {{"follow"}, "write", false},
      {{"read", "write"}, "follow", false},
      {{"read"}, "admin:read", false},
      {{"admin:read"}, "admin:read:accounts", true},
      {{"admin:write"}, "admin:read:accounts", false},
      {{"push"}, "push", true},
      {{}, "read", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.granted, row.wanted);
    CHECK(scopes::satisfies(row.granted, row.wanted) == row.held);
  }
}

TEST_CASE("scope strings are parsed strictly", "[oauth][scopes]") {
  using List = std::vector<std::string>;
  CHECK(scopes::parse("") == List{"read"});
  CHECK(scopes::parse("  ") == List{"read"});
  CHECK(scopes::parse("read write read") == List{"read", "write"});
  CHECK(scopes::parse("write  follow push") == List{"write", "follow", "push"});
  CHECK(scopes::parse("read admin") == std::nullopt);
  CHECK(scopes::parse("read:push") == std::nullopt);
  CHECK(scopes::parse("Read") == std::nullopt);
  CHECK(scopes::all().size() == 47);
}

TEST_CASE("a request may narrow what was registered, never widen it", "[oauth][scopes]") {
  CHECK(scopes::subset({"read:statuses", "write"}, {"read", "write"}));
  CHECK_FALSE(scopes::subset({"read"}, {"read:statuses"}));
  CHECK_FALSE(scopes::subset({"follow"}, {"read", "write"}));
  CHECK(scopes::subset({}, {"read"}));
}

struct Steps final : Clock {
  Time time{std::chrono::hours(1)};
  [[nodiscard]] Time now() const override { return time; }
};

TEST_CASE("attempts are counted by key and window", "[oauth][limits]") {
  Steps clock;
  service::AttemptLimiter limiter(clock);
  using namespace std::chrono_literals;
  for (int i = 0; i < 3; ++i) CHECK(limiter.allow("a", 3, 60s));
  CHECK_FALSE(limiter.allow("a", 3, 60s));
  CHECK(limiter.allow("b", 3, 60s));
  clock.time += 59s;
  CHECK_FALSE(limiter.allow("a", 3, 60s));
  clock.time += 1s;
  CHECK(limiter.allow("a", 3, 60s));
  // R14: whoever makes up keys does not reset what others have used up.
  for (int i = 0; i < 4; ++i) limiter.allow("full", 3, 60s);
  for (int i = 0; i < 50'000; ++i) CHECK(limiter.allow(std::to_string(i), 1, 60s));
  CHECK_FALSE(limiter.allow("full", 3, 60s));
}

TEST_CASE("what counts against several limits counts against all or none", "[service][limits]") {
  using namespace std::chrono_literals;
  Steps clock;
  service::AttemptLimiter limiter(clock);
  const std::array<service::AttemptLimiter::Limit, 2> both{{{"one", 2, 60s}, {"all", 3, 120s, 2}}};
  CHECK_FALSE(limiter.count_all(both));
  CHECK(limiter.left("one", 2) == 1);
  CHECK(limiter.left("all", 3) == 1);
  CHECK(limiter.count_all(both) == clock.now() + 120s);
  CHECK(limiter.left("one", 2) == 1);
  clock.time += 120s;
  CHECK_FALSE(limiter.count_all(both));
  CHECK(limiter.left("never", 7) == 7);
  const std::string longest(5000, 'x');
  CHECK(limiter.allow(longest, 1, 60s));
  CHECK(limiter.left(longest, 1) == 0);
  CHECK(limiter.left(longest + "x", 1) == 1);
}
