#include "hung_domains.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace dunlin::daemon;
using namespace std::chrono_literals;

TEST_CASE("a domain is slow when three files in a row have hung, for ten minutes", "[daemon][media]") {
  HungDomains domains;
  const HungDomains::Time now{1h};
  for (int i = 0; i < 5; ++i) domains.hung("a.example", "always the same", now);
  CHECK_FALSE(domains.is_slow("a.example", now));
  domains.hung("a.example", "2", now + 1min);
  CHECK_FALSE(domains.is_slow("a.example", now + 1min));
  domains.hung("a.example", "3", now + 2min);
  CHECK(domains.is_slow("a.example", now + 2min));
  CHECK_FALSE(domains.is_slow("b.example", now + 2min));
  CHECK(domains.is_slow("a.example", now + 11min));
  CHECK_FALSE(domains.is_slow("a.example", now + 12min));
  // What was so long ago does not count with what hangs now.
  domains.hung("a.example", "4", now + 1h);
  CHECK_FALSE(domains.is_slow("a.example", now + 1h));
}

TEST_CASE("a domain that answers is not slow, whatever hung before", "[daemon][media]") {
  HungDomains domains;
  const HungDomains::Time now{1h};
  domains.hung("a.example", "1", now);
  domains.hung("a.example", "2", now);
  domains.answered("a.example");
  domains.hung("a.example", "3", now);
  CHECK_FALSE(domains.is_slow("a.example", now));
  domains.hung("a.example", "4", now);
  domains.hung("a.example", "5", now);
  CHECK(domains.is_slow("a.example", now));
  domains.answered("a.example");
  CHECK_FALSE(domains.is_slow("a.example", now));
}

TEST_CASE("only so many domains that hang are remembered", "[daemon][media]") {
  HungDomains domains;
  const HungDomains::Time now{1h};
  const auto slow = [&](const std::string& domain, HungDomains::Time at) {
    for (const char* file : {"1", "2", "3"}) domains.hung(domain, file, at);
  };
  for (int i = 0; i < 999; ++i) slow(std::to_string(i), now);
  slow("lately", now + 9min);
  slow("more", now + 10min);  // those before have had their time
  CHECK(domains.is_slow("lately", now + 10min));
  CHECK(domains.is_slow("more", now + 10min));
}
