#include "dunlin/service/domain_policies.hpp"

#include "support/world.hpp"

#include "dunlin/store/accounts.hpp"
#include "dunlin/store/relationships.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace dunlin::service {

using model::DomainPolicy;
using model::DomainSeverity;

namespace {

struct Setup {
  Setup() {
    config.server.domain = "example.org";
    config.server.public_url = "https://example.org";
  }
  test::World world;
  config::Config config;
  jobs::Queue queue{nullptr};
  DomainService domains{config, world.ids, queue};
  DomainPolicies policies{config, world.clock};

  void set(const std::string& domain, DomainSeverity severity, bool reject_media = false) {
    DomainPolicy policy;
    policy.domain = domain;
    policy.severity = severity;
    policy.reject_media = reject_media;
    world.write([&](db::Tx& tx) { domains.block(tx, policy).value(); });
    carry_out();
  }
  void lift(const std::string& domain) {
    world.write([&](db::Tx& tx) { domains.unblock(tx, domain).value(); });
    carry_out();
  }
  void carry_out() {
    for (;;) {
      const auto claimed = world.write(
          [](db::Tx& tx) { return jobs::claim(tx, jobs::Lane::maintenance, 50, std::chrono::seconds(30)); });
      if (claimed.empty()) return;
      for (const jobs::Job& job : claimed) {
        world.write([&](db::Tx& tx) {
          // What it does to files: tests/db/web/refused_media_test.cpp.
          if (job.kind == kApplyDomainPolicy.name) domains.run_apply(tx, policies, job.payload).value();
          jobs::finish(tx, job);
        });
      }
    }
  }
  bool follows(const model::Account& who, const model::Account& target) {
    return world.read([&](db::Tx& tx) { return store::find_follow(tx, who.id, target.id).has_value(); });
  }
};

}  // namespace

TEST_CASE("8.107: a block covers subdomains, whatever the spelling", "[domain][policy]") {
  Setup f;
  f.set("BAD.example.", DomainSeverity::suspend);
  f.set("bücher.example", DomainSeverity::suspend);
  for (const char* host :
       {"bad.example", "x.BAD.example.", "a.b.bad.example", "bad.example:8443", "xn--bcher-kva.example",
        "B\xc3\xbc"
        "cher.example"}) {
    CAPTURE(host);
    CHECK_FALSE(f.policies.may_federate(host));
  }
  for (const char* host : {"notbad.example", "bad.example.org.test", "example", "cher.example"}) {
    CAPTURE(host);
    CHECK(f.policies.may_federate(host));
  }
}

TEST_CASE("the nearest policy wins: a subdomain may be an exception", "[domain][policy]") {
  Setup f;
  f.set("bad.example", DomainSeverity::suspend);
  f.set("good.bad.example", DomainSeverity::none, true);
  CHECK(f.policies.may_federate("good.bad.example"));
  CHECK(f.policies.find("x.good.bad.example").reject_media);
  CHECK_FALSE(f.policies.may_federate("other.bad.example"));
}

TEST_CASE("mode allowlist takes the table beside the configuration", "[domain][policy]") {
  Setup f;
  f.config.federation.mode = "allowlist";
  f.config.federation.allowlist = {"friend.example"};
  CHECK(f.policies.may_federate("friend.example"));
  CHECK_FALSE(f.policies.may_federate("new.example"));
  f.world.write([&](db::Tx& tx) { f.domains.allow(tx, "new.example").value(); });
  f.carry_out();
  CHECK(f.policies.may_federate("new.example"));
  CHECK_FALSE(f.policies.may_federate("x.new.example"));
  f.set("friend.example", DomainSeverity::suspend);
  CHECK_FALSE(f.policies.may_federate("friend.example"));
  f.world.write([&](db::Tx& tx) { f.domains.disallow(tx, "new.example").value(); });
  f.carry_out();
  CHECK_FALSE(f.policies.may_federate("new.example"));
}

TEST_CASE("a suspension hides the accounts and cuts their follows; lifting it puts both back", "[domain][policy]") {
  Setup f;
  const auto anna = f.world.local_account("anna");
  const auto mara = f.world.remote_account("mara", "bad.example");
  const auto sub = f.world.remote_account("sub", "x.bad.example");
  const auto good = f.world.remote_account("good", "good.example");
  f.world.follow(anna, mara);
  f.world.follow(sub, anna);
  f.world.follow(good, anna);
  const auto reach = f.world.read([&](db::Tx& tx) { return f.domains.reach(tx, "*.bad.example").value(); });
  CHECK(reach.accounts == 2);
  CHECK(reach.followers == 1);
  CHECK(reach.following == 1);

  f.set("bad.example", DomainSeverity::suspend);
  CHECK(f.world.reload(mara).suspended_at);
  CHECK(f.world.reload(sub).suspended_at);
  CHECK_FALSE(f.world.reload(good).suspended_at);
  CHECK_FALSE(f.follows(anna, mara));
  CHECK_FALSE(f.follows(sub, anna));
  CHECK(f.follows(good, anna));
  CHECK(f.world.reload(anna).followers_count == 1);

  f.lift("bad.example");
  CHECK_FALSE(f.world.reload(mara).suspended_at);
  CHECK(f.follows(anna, mara));
  CHECK(f.follows(sub, anna));
  CHECK(f.world.reload(anna).followers_count == 2);
}

TEST_CASE("what a moderator suspended stays so when a domain's policy goes", "[domain][policy]") {
  Setup f;
  const auto mara = f.world.remote_account("mara", "bad.example");
  f.world.suspend(mara);
  f.set("bad.example", DomainSeverity::suspend);
  f.lift("bad.example");
  CHECK(f.world.reload(mara).suspended_at);
}

TEST_CASE("limit silences, a changed severity takes the former effect back", "[domain][policy]") {
  Setup f;
  const auto mara = f.world.remote_account("mara", "loud.example");
  f.set("loud.example", DomainSeverity::limit);
  CHECK(f.world.reload(mara).silenced_at);
  CHECK_FALSE(f.world.reload(mara).suspended_at);
  f.set("loud.example", DomainSeverity::suspend);
  CHECK(f.world.reload(mara).suspended_at);
  CHECK_FALSE(f.world.reload(mara).silenced_at);
  f.set("loud.example", DomainSeverity::none);
  CHECK_FALSE(f.world.reload(mara).suspended_at);
}

TEST_CASE("our own domain and what is no domain are refused", "[domain][policy]") {
  Setup f;
  for (const char* domain : {"example.org", "EXAMPLE.org.", "", "not a domain", "https://x.example/"}) {
    CAPTURE(domain);
    DomainPolicy policy;
    policy.domain = domain;
    const auto made = f.world.session().write([&](db::Tx& tx) { return f.domains.block(tx, policy); });
    CHECK_FALSE(made);
    CHECK(made.error().code == Errc::invalid);
  }
  const auto lifted = f.world.session().write([&](db::Tx& tx) { return f.domains.unblock(tx, "never.example"); });
  CHECK(lifted.error().code == Errc::not_found);
}

TEST_CASE("another process's change is seen within seconds", "[domain][policy]") {
  Setup f;
  f.world.read([&](db::Tx& tx) { f.policies.refresh(tx); });
  DomainPolicy policy;
  policy.domain = "bad.example";
  policy.severity = DomainSeverity::suspend;
  f.world.write([&](db::Tx& tx) { f.domains.block(tx, policy).value(); });
  f.world.read([&](db::Tx& tx) { f.policies.refresh(tx); });
  CHECK(f.policies.may_federate("bad.example"));
  f.world.clock.advance(std::chrono::seconds(6));
  f.world.read([&](db::Tx& tx) { f.policies.refresh(tx); });
  CHECK_FALSE(f.policies.may_federate("bad.example"));
}

}  // namespace dunlin::service
