#include "dunlin/web/express_inbox.hpp"

#include "activitypub_site.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <chrono>
#include <string>

namespace dunlin::web {

using namespace std::chrono_literals;
using test::FederatedSite;
using test::Json;

namespace {

const std::string kMara = "https://masto.example/users/mara";

/// Mara has been here before.
struct Setup : FederatedSite {
  Setup() {
    publish_actor("masto.example", "mara");
    post("/inbox", like("0"), mara);
  }
  model::Account anna = world.local_account("anna");
  Signing mara{.key_id = kMara + "#main-key"};
  ExpressInbox express{env};

  Json like(const std::string& name) {
    return {{"@context", test::kAsNamespace},
            {"id", kMara + "#likes/" + name},
            {"type", "Like"},
            {"actor", kMara},
            {"object", anna.uri + "/statuses/1"}};
  }
  http::Request signed_like(const std::string& name, const std::string& target = "/inbox") {
    auto message = request(http::Method::post, target, like(name).dump());
    sign(message, mara);
    return message;
  }
  std::vector<activitypub::Taken> store(std::initializer_list<activitypub::Intake> intakes) {
    return world.write(
        [&](db::Tx& tx) { return activitypub::store_intakes(env, tx, std::span(intakes.begin(), intakes.size())); });
  }
  std::int64_t waiting() {
    return world.read([](db::Tx& tx) { return store::count_waiting_activities(tx); });
  }
};

}  // namespace

TEST_CASE("who is known needs no statement to be believed", "[web][inbox]") {
  Setup f;
  const auto before = f.world.session().statement_count();
  const auto intake = f.express.open(f.signed_like("1"));
  REQUIRE(intake);
  CHECK(f.world.session().statement_count() == before);
  CHECK(intake->row.uri == kMara + "#likes/1");
  CHECK(intake->row.host == "masto.example");
  CHECK(f.store({*intake}) == std::vector{activitypub::Taken::stored});
  CHECK(f.waiting() == 1);
  CHECK(f.remote.requested.size() == 1);
}

TEST_CASE("who is known is believed, whoever else sends from the same address", "[web][inbox]") {
  Setup f;
  auto request = f.signed_like("1");
  request.remote_address = "198.51.100.7";
  for (int i = 0; i < 100; ++i) f.federation.inbox_limiter().count("failed 198.51.100.7", 100, 300s);
  CHECK(f.express.open(request));
}

TEST_CASE("the short way into the inbox refuses nobody: what is not plain goes the long way", "[web][inbox]") {
  Setup f;
  CHECK_FALSE(f.express.open(f.signed_like("1", "/ap/users/" + f.anna.id.str() + "/inbox")));
  auto request = f.signed_like("1");
  request.body.insert(1, " ");
  CHECK_FALSE(f.express.open(request));
  request = f.signed_like("1");
  request.headers.remove("Signature");
  CHECK_FALSE(f.express.open(request));
  request = f.signed_like("1");
  request.headers.add("Collection-Synchronization", "collectionId=\"x\"");
  CHECK_FALSE(f.express.open(request));
  auto forged = f.mara;
  forged.key = &test::other_test_key();
  request = f.request(http::Method::post, "/inbox", f.like("1").dump());
  f.sign(request, forged);
  CHECK_FALSE(f.express.open(request));
  auto unknown = f.mara;
  unknown.key_id = "https://far.example/users/x#main-key";
  f.sign(request, unknown);
  CHECK_FALSE(f.express.open(request));
  const Json deletion = {{"id", kMara + "#delete"}, {"type", "Delete"}, {"actor", kMara}, {"object", kMara}};
  request = f.request(http::Method::post, "/inbox", deletion.dump());
  f.sign(request, f.mara);
  CHECK_FALSE(f.express.open(request));
  f.config.federation.mode = "off";
  CHECK_FALSE(f.express.open(f.signed_like("1")));
}

TEST_CASE("a key that was replaced or an owner that was suspended meanwhile stores nothing", "[web][inbox]") {
  Setup f;
  const auto first = f.express.open(f.signed_like("1"));
  const auto second = f.express.open(f.signed_like("2"));
  REQUIRE(first);
  REQUIRE(second);
  const auto account = *f.find_account(kMara);
  SECTION("replaced") {
    f.world.clock.advance(1min);
    f.world.write([&](db::Tx& tx) { store::replace_keys(tx, account.id, store::list_keys(tx, account.id)); });
  }
  SECTION("suspended") {
    f.world.suspend(account);
  }
  SECTION("gone") {
    f.world.write([&](db::Tx& tx) { store::delete_account(tx, account.id); });
  }
  using activitypub::Taken;
  CHECK(f.store({*first, *second}) == std::vector{Taken::stale, Taken::stale});
  CHECK(f.waiting() == 0);
}

TEST_CASE("each is stored with its own body, whatever is in those beside it", "[web][inbox]") {
  Setup f;
  const auto first = f.express.open(f.signed_like("1"));
  auto spoiled = f.express.open(f.signed_like("2"));
  const auto third = f.express.open(f.signed_like("3"));
  REQUIRE(first);
  REQUIRE(spoiled);
  REQUIRE(third);
  spoiled->row.body += "\x1e{}";  // what stands between two bodies on their way
  using activitypub::Taken;
  CHECK(f.store({*first, *spoiled, *third}) == std::vector{Taken::stored, Taken::stale, Taken::stored});
  const auto taken = f.world.write([](db::Tx& tx) { return store::take_waiting_activities(tx, 10); });
  REQUIRE(taken.size() == 2);
  CHECK(taken[0].activity.body == first->row.body);
  CHECK(taken[1].activity.body == third->row.body);
}

}  // namespace dunlin::web
