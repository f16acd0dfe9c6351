#include "dunlin/activitypub/host_budget.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>

namespace dunlin::activitypub {

namespace {

class StepClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override { return now_; }
  Time now_{std::chrono::milliseconds(1'772'366'400'000)};
};

}  // namespace

TEST_CASE("8.102: five hundred names below one domain cost ten servers an hour", "[activitypub][budget]") {
  StepClock clock;
  HostBudget budget(clock);
  int allowed = 0;
  for (int i = 0; i < 500; ++i) allowed += budget.allow("h" + std::to_string(i) + ".evil.example") ? 1 : 0;
  CHECK(allowed == 10);
  CHECK(budget.allow("h3.evil.example"));         // one of the ten
  CHECK(budget.allow("other.example"));           // nobody's subdomain
  CHECK(budget.allow("a.good.example"));          // another owner
  CHECK_FALSE(budget.allow("x.y.evil.example"));  // deeper is no way out
  clock.now_ += std::chrono::hours(1);
  CHECK(budget.allow("new.evil.example"));
}

TEST_CASE("8.102: a short name is no public suffix", "[activitypub][budget]") {
  StepClock clock;
  HostBudget budget(clock);
  int allowed = 0;
  for (int i = 0; i < 50; ++i) allowed += budget.allow("h" + std::to_string(i) + ".abc.de") ? 1 : 0;
  CHECK(allowed == 10);
}

TEST_CASE("the owner of a name is found by the public suffix list", "[activitypub][budget]") {
  CHECK(HostBudget::registrable("a.b.example.org") == "example.org");
  CHECK(HostBudget::registrable("example.org") == "example.org");
  CHECK(HostBudget::registrable("a.example.co.uk") == "example.co.uk");
  CHECK(HostBudget::registrable("a.example.com.au:8443") == "example.com.au");
  CHECK(HostBudget::registrable("social.example.de") == "example.de");
  CHECK(HostBudget::registrable("h1.abc.de") == "abc.de");  // short, and no suffix
  CHECK(HostBudget::registrable("a.b.abc.io") == "abc.io");
  CHECK(HostBudget::registrable("a.b.someone.github.io") == "someone.github.io");  // names are given away below it
  CHECK(HostBudget::registrable("a.b.kawasaki.jp") == "a.b.kawasaki.jp");          // *.kawasaki.jp
  CHECK(HostBudget::registrable("x.a.b.kawasaki.jp") == "a.b.kawasaki.jp");
  CHECK(HostBudget::registrable("a.city.kawasaki.jp") == "city.kawasaki.jp");
  CHECK(HostBudget::registrable("a.b.xn--55qx5d.cn") == "b.xn--55qx5d.cn");
  CHECK(HostBudget::registrable("github.io") == "github.io");
  CHECK(HostBudget::registrable("") == "");
  CHECK(HostBudget::registrable("[2001:db8::1]:8080") == "[2001:db8::1]:8080");
  CHECK(HostBudget::registrable("localhost") == "localhost");
  CHECK(HostBudget::registrable("127.0.0.1:8080") == "127.0.0.1:8080");
}

// R14
TEST_CASE("whoever brings many domains does not reset the count of one that is used up", "[activitypub][budget]") {
  StepClock clock;
  HostBudget budget(clock);
  for (int i = 0; i < 20; ++i) budget.allow("h" + std::to_string(i) + ".evil.example");
  for (int i = 0; i < 25'000; ++i) CHECK(budget.allow("a.d" + std::to_string(i) + ".example"));
  CHECK_FALSE(budget.allow("new.evil.example"));
}

}  // namespace dunlin::activitypub
