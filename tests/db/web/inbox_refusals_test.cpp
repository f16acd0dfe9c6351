#include "activitypub_site.hpp"

#include "dunlin/service/domain_policies.hpp"
#include "dunlin/store/domain_policies.hpp"
#include "dunlin/store/refusals.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace dunlin::web {

using namespace std::chrono_literals;
using activitypub::Reason;
using test::FederatedSite;
using test::Json;

namespace {

struct Setup : FederatedSite {
  Setup() { publish_actor("masto.example", "mara"); }
  model::Account anna = world.local_account("anna");
  Signing mara{.key_id = "https://masto.example/users/mara#main-key"};

  static Json like(const std::string& name, const std::string& host = "masto.example") {
    const std::string actor = "https://" + host + "/users/mara";
    return {{"id", actor + "#likes/" + name},
            {"type", "Like"},
            {"actor", actor},
            {"object", "https://example.org/ap/users/1/statuses/1"}};
  }
  int send(const std::string& name) { return post("/inbox", like(name), mara).status; }
  std::vector<store::VerdictRow> told(const std::optional<std::string>& host = std::nullopt) {
    return world.read([&](db::Tx& tx) { return store::list_verdicts(tx, host, 3, std::nullopt, 1000); });
  }
  void block(const std::string& domain) {
    service::DomainService service(config, world.ids, queue);
    world.write([&](db::Tx& tx) {
      model::DomainPolicy policy;
      policy.domain = domain;
      policy.severity = model::DomainSeverity::suspend;
      REQUIRE(service.block(tx, policy));
      federation.policies().reload(tx);
    });
  }
};

}  // namespace

TEST_CASE("what the inbox refuses is found among the verdicts", "[web][inbox][policy]") {
  Setup f;
  auto forged = f.mara;
  forged.key = &test::other_test_key();
  CHECK(f.post("/inbox", Setup::like("1"), forged).status == 401);
  auto unsigned_request = FederatedSite::request(http::Method::post, "/inbox", Setup::like("2").dump());
  CHECK(f.handle(unsigned_request).status == 401);
  CHECK(f.send("3") == 202);
  const auto mara = *f.find_account("https://masto.example/users/mara");
  f.world.suspend(mara);
  CHECK(f.send("4") == 403);
  f.world.write([&](db::Tx& tx) { store::set_suspended(tx, mara.id, false); });
  for (int i = 0; i < 3000; ++i) f.federation.inbox_limiter().allow("masto.example", 3000, 60s);
  CHECK(f.send("5") == 429);
  f.block("masto.example");
  CHECK(f.send("6") == 403);

  const auto rows = f.told("masto.example");
  REQUIRE(rows.size() == 5);
  const std::vector expected{Reason::domain_policy, Reason::flood, Reason::suspended, Reason::bad_signature,
                             Reason::bad_signature};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CHECK(rows[i].why == static_cast<int>(expected[i]));
    CHECK(rows[i].type == "Like");
    CHECK_FALSE(rows[i].reason.empty());
  }
  CHECK(rows[0].uri == "https://masto.example/users/mara#likes/6");
  const auto counts = f.world.read([](db::Tx& tx) { return store::count_verdicts(tx, "masto.example", 10); });
  CHECK(counts.size() >= 5);
  CHECK(f.world.read([](db::Tx& tx) { return store::list_verdicts(tx, std::nullopt, 0, std::nullopt, 10); })
            .empty());  // none of them was accepted

  f.world.clock.advance(8 * 24h);
  CHECK(f.world.write([](db::Tx& tx) { return store::purge_refusals(tx, tx.now() - 7 * 24h); }) == 5);
}

TEST_CASE("a flood of refused requests leaves few rows, and hides no others", "[web][inbox][policy]") {
  Setup f;
  f.block("bad.example");
  const auto claim = [&](const std::string& host, const std::string& from) {
    auto message = f.request(http::Method::post, "/inbox", Setup::like("x", host).dump());
    message.remote_address = from;
    f.sign(message, {.key_id = "https://" + host + "/users/mara#main-key"});
    return f.handle(message).status;
  };
  const auto address = [](int i) { return "10." + std::to_string(i / 250) + "." + std::to_string(i % 250) + ".1"; };
  for (int i = 0; i < 30; ++i) CHECK(claim("h" + std::to_string(i) + ".bad.example", "10.9.9.9") == 403);
  CHECK(f.told().size() == 20);
  for (int i = 0; i < 400; ++i) claim("h" + std::to_string(i) + ".bad.example", address(i));
  CHECK(f.told().size() == 300);
  // One whose signature is good has a share of its own, whatever others have claimed.
  CHECK(f.send("1") == 202);
  f.world.suspend(*f.find_account("https://masto.example/users/mara"));
  for (int i = 0; i < 30; ++i) CHECK(f.send("s" + std::to_string(i)) == 403);
  CHECK(f.told("masto.example").size() == 20);
  f.world.clock.advance(1h);
  claim("bad.example", "10.9.9.9");
  CHECK(f.told().size() == 321);
}

}  // namespace dunlin::web
