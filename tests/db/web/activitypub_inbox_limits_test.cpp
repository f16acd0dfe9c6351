#include "inbox_site.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>

/// What nobody may make the inbox do: ask strangers without end, keep what is worth nothing.
namespace dunlin::web {

using namespace std::chrono_literals;
using test::Json;
using test::kMara;
using Setup = test::InboxSite;

TEST_CASE("8.102: five hundred servers below one domain cost ten of them an hour", "[web][inbox]") {
  Setup f;
  int taken = 0;
  for (int i = 0; i < 500; ++i) {
    const std::string host = "h" + std::to_string(i) + ".evil.example";
    const std::string actor = "https://" + host + "/users/x";
    f.publish_actor(host, "x");
    const Json note = {{"id", actor + "/notes/1"}, {"type", "Note"}, {"attributedTo", actor}, {"content", "spam"}};
    const Json create = {{"@context", test::kAsNamespace},
                         {"id", actor + "/activities/1"},
                         {"type", "Create"},
                         {"actor", actor},
                         {"object", note}};
    auto message = f.request(http::Method::post, "/inbox", create.dump());
    message.remote_address = "198.51." + std::to_string(i % 250) + ".7";
    f.sign(message, {.key_id = actor + "#main-key"});
    const int status = f.handle(message).status;
    CHECK((status == 202 || status == 503));
    taken += status == 202 ? 1 : 0;
  }
  CHECK(taken == 10);
  CHECK(f.remote.requested.size() == 10);
  CHECK(f.queued().size() == 10);
}

// federation.md 3.1, step 4
TEST_CASE("one server's flood is told to wait, others are not", "[web][inbox]") {
  Setup f;
  CHECK(f.post_status(f.like("1"), f.mara) == 202);
  // As if it had sent all this in the last minute.
  for (int i = 0; i < 2998; ++i) f.federation.inbox_limiter().count("masto.example", 3000, 60s);
  CHECK(f.post_status(f.like("2"), f.mara) == 202);
  const auto refused = f.post("/inbox", f.like("3"), f.mara);
  CHECK(refused.status == 429);
  CHECK(refused.headers.get("Retry-After") == "60");
  CHECK(f.queued().size() == 2);
  f.publish_actor("other.example", "ola");
  auto like = f.like();
  like["actor"] = "https://other.example/users/ola";
  like["id"] = "https://other.example/users/ola#likes/1";
  CHECK(f.post_status(like, {.key_id = "https://other.example/users/ola#main-key"}) == 202);
  // A forged signature counts for nobody.
  auto forged = f.mara;
  forged.key = &test::other_test_key();
  f.world.clock.advance(61s);
  CHECK(f.post_status(f.like("4"), f.mara) == 202);
  for (int i = 0; i < 2998; ++i) f.federation.inbox_limiter().count("masto.example", 3000, 60s);
  for (int i = 0; i < 5; ++i) CHECK(f.post_status(f.like("5"), forged) == 401);
  CHECK(f.post_status(f.like("6"), f.mara) == 202);
  CHECK(f.post_status(f.like("7"), f.mara) == 429);
  f.config.limits.rate_limits = false;
  CHECK(f.post_status(f.like("7"), f.mara) == 202);
}

// federation.md 2.7
TEST_CASE("a visitor who names keys that do not verify soon makes us ask nobody", "[web][inbox]") {
  Setup f;
  const auto forge = [&](const std::string& host, const std::string& name, const std::string& from) {
    const std::string actor = "https://" + host + "/users/" + name;
    auto like = f.like(name);
    like["actor"] = actor;
    like["id"] = actor + "#likes/1";
    auto message = f.request(http::Method::post, "/inbox", like.dump());
    message.remote_address = from;
    f.sign(message, {.key = &test::other_test_key(), .key_id = actor + "#main-key"});
    return f.handle(message);
  };
  SECTION("of a victim's host, whose actors are real") {
    for (int i = 0; i < 40; ++i) {
      f.publish_actor("victim.example", "v" + std::to_string(i));
      CHECK(forge("victim.example", "v" + std::to_string(i), "198.51.100.7").status == (i < 10 ? 401 : 503));
    }
    CHECK(f.remote.requested.size() == 10);
    const auto refused = forge("victim.example", "w", "198.51.100.7");
    CHECK(refused.headers.get("Retry-After") == "300");
    // Neither other hosts nor other visitors suffer, nor who is known; and it passes.
    CHECK(forge("other.example", "x", "198.51.100.7").status == 401);
    CHECK(forge("victim.example", "x", "198.51.100.8").status == 401);
    CHECK(f.remote.requested.size() == 12);
    f.world.clock.advance(5min);
    CHECK(forge("victim.example", "x", "198.51.100.7").status == 401);
    CHECK(f.remote.requested.size() == 13);
  }
  SECTION("of many hosts") {
    for (int i = 0; i < 100; ++i) forge("h" + std::to_string(i) + ".example", "x", "198.51.100.7");
    CHECK(f.remote.requested.size() == 50);
  }
  SECTION("known keys are not asked for again without end either") {
    for (int i = 0; i < 40; ++i) {
      f.publish_actor("victim.example", "v" + std::to_string(i));
      f.resolve(
          [&](activitypub::Resolver& r) { return r.actor("https://victim.example/users/v" + std::to_string(i)); });
    }
    f.world.clock.advance(10min);
    f.remote.requested.clear();
    for (int i = 0; i < 40; ++i) CHECK(forge("victim.example", "v" + std::to_string(i), "198.51.100.7").status == 401);
    CHECK(f.remote.requested.size() == 10);
  }
  const auto send_well = [&](const std::string& host, const std::string& name, const std::string& from) {
    const std::string actor = "https://" + host + "/users/" + name;
    f.publish_actor(host, name);
    auto like = f.like(name);
    like["actor"] = actor;
    like["id"] = actor + "#likes/1";
    auto message = f.request(http::Method::post, "/inbox", like.dump());
    message.remote_address = from;
    f.sign(message, {.key_id = actor + "#main-key"});
    return f.handle(message).status;
  };
  SECTION("behind a proxy that names nobody, of whom one must not stop the others") {
    for (int i = 0; i < 60; ++i) {
      auto like = f.like(std::to_string(i));
      like["actor"] = "https://h" + std::to_string(i) + ".example/users/x";
      auto message = f.request(http::Method::post, "/inbox", like.dump());
      message.remote_address = "10.0.0.1";
      message.peer_is_trusted = true;
      f.sign(message, {.key = &test::other_test_key(), .key_id = like["actor"].get<std::string>() + "#main-key"});
      CHECK(f.handle(message).status == 401);
    }
    CHECK(f.remote.requested.size() == 60);
  }
  SECTION("by many visitors") {
    CHECK(send_well("victim.example", "old", "203.0.113.5") == 202);
    CHECK(send_well("victim.example", "known", "203.0.113.7") == 202);
    f.remote.requested.clear();
    for (int i = 0; i < 60; ++i) {
      for (int n = 0; n < 10; ++n)
        forge("victim.example", "v" + std::to_string(i) + "x" + std::to_string(n), "198.51.100." + std::to_string(i));
    }
    CHECK(f.remote.requested.size() == 300);
    CHECK(forge("victim.example", "w", "198.51.100.99").status == 503);
    CHECK(forge("other.example", "w", "198.51.100.99").status == 401);
    // Whoever has sent for it before is no stranger.
    CHECK(send_well("victim.example", "new", "203.0.113.5") == 202);
    CHECK(send_well("victim.example", "newer", "203.0.113.6") == 503);
    f.world.clock.advance(2min);
    CHECK(send_well("victim.example", "known", "203.0.113.6") == 202);
    CHECK(send_well("victim.example", "newer", "203.0.113.6") == 202);
  }
  SECTION("signatures that verify cost nothing") {
    for (int i = 0; i < 40; ++i) {
      const std::string name = "v" + std::to_string(i);
      f.publish_actor("busy.example", name, test::other_test_key());
      CHECK(forge("busy.example", name, "198.51.100.7").status == 202);
    }
  }
}

// federation.md 3.1, step 4
TEST_CASE("for a network whose signatures fail nothing is looked up any more", "[web][inbox]") {
  Setup f;
  REQUIRE(f.post_status(f.like("0"), f.mara) == 202);
  const auto send = [&](const std::string& target, const std::string& body, const crypto::PrivateKey& key,
                        const std::string& from) {
    auto message = f.request(http::Method::post, target, body);
    message.remote_address = from;
    f.sign(message, {.key = &key, .key_id = kMara + "#main-key"});
    return f.handle(message);
  };
  const auto forge = [&](const std::string& from) {
    return send("/inbox", f.like("1").dump(), test::other_test_key(), from).status;
  };
  for (int i = 0; i < 50; ++i) CHECK(forge("2001:db8:1:2::" + std::to_string(i + 1)) == 401);
  for (int i = 0; i < 50; ++i) CHECK(send("/inbox", "{", test::test_key(), "2001:db8:1:2::1").status == 400);
  const auto before = f.world.session().statement_count();
  const auto refused = send("/inbox", f.like("1").dump(), test::other_test_key(), "2001:db8:1:2::99");
  CHECK(refused.status == 429);
  CHECK(refused.headers.get("Retry-After") == "300");
  const std::string own = "/ap/users/" + f.anna.id.str() + "/inbox";
  CHECK(send(own, f.like("1").dump(), test::other_test_key(), "2001:db8:1:2::99").status == 429);
  auto unsigned_one = f.request(http::Method::post, "/inbox", f.like("1").dump());
  unsigned_one.remote_address = "2001:db8:1:2::99";
  CHECK(f.handle(unsigned_one).status == 429);
  f.publish_actor("other.example", "ola");
  auto stranger = f.request(http::Method::post, "/inbox", f.like("1").dump());
  stranger.remote_address = "2001:db8:1:2::99";
  f.sign(stranger, {.key_id = "https://other.example/users/ola#main-key"});
  CHECK(f.handle(stranger).status == 429);
  CHECK(f.world.session().statement_count() == before);
  // Another server behind the same address, whose key is remembered.
  CHECK(send("/inbox", f.like("5").dump(), test::test_key(), "2001:db8:1:2::99").status == 202);
  CHECK(send(own, f.like("6").dump(), test::test_key(), "2001:db8:1:2::99").status == 202);
  CHECK(send("/inbox", f.like("2").dump(), test::test_key(), "2001:db8:1:3::1").status == 202);
  f.world.clock.advance(301s);
  CHECK(send("/inbox", f.like("3").dump(), test::test_key(), "2001:db8:1:2::99").status == 202);
  // What verifies does not count, and neither does a proxy that does not say for whom it speaks.
  for (int i = 0; i < 120; ++i)
    CHECK(send("/inbox", f.like("4").dump(), test::test_key(), "198.51.100.7").status == 202);
  for (int i = 0; i < 120; ++i) CHECK(forge("") == 401);
}

// 8.31
TEST_CASE("the deletion of an account that we never met costs no fetch", "[web][inbox]") {
  Setup f;
  const Json deletion = {{"id", kMara + "#delete"}, {"type", "Delete"}, {"actor", kMara}, {"object", kMara}};
  CHECK(f.post_status(deletion, f.mara) == 202);
  CHECK(f.remote.requested.empty());
  CHECK(f.queued().empty());
}

const db::Statement kKept{"inbox_test.kept",
                          "SELECT (SELECT count(*) FROM inbound_activities) + (SELECT count(*) FROM accounts)"};

TEST_CASE("8.108: ten thousand deletions of accounts that we never met leave nothing and ask nobody", "[web][inbox]") {
  Setup f;
  const auto kept = [&] { return f.world.read([](db::Tx& tx) { return tx.exec(kKept, {})[0].i64(0); }); };
  const auto before = kept();
  int taken = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::string actor = "https://masto.example/users/u" + std::to_string(i);
    const Json deletion = {{"@context", test::kAsNamespace},
                           {"id", actor + "#delete"},
                           {"type", "Delete"},
                           {"actor", actor},
                           {"object", actor}};
    // Whose key is gone as well: there is nothing to check it by.
    auto request = f.request(http::Method::post, "/inbox", deletion.dump());
    request.headers.set("Signature", "keyId=\"" + actor + "#main-key\",headers=\"date\",signature=\"AAAA\"");
    if (f.handle(request).status == 202) ++taken;
  }
  CHECK(taken == 10'000);
  CHECK(f.remote.requested.empty());
  CHECK(f.queued().empty());
  CHECK(kept() == before);
}

}  // namespace dunlin::web
