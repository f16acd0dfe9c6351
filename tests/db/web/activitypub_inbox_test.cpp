#include "activitypub_site.hpp"
#include "support/spoiled.hpp"

#include "dunlin/service/account_deletion.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/relationships.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <fstream>
#include <functional>
#include <string>

namespace dunlin::web {

using namespace std::chrono_literals;
using crypto::SignatureScheme;
using test::FederatedSite;
using test::Json;

namespace {

const std::string kMara = "https://masto.example/users/mara";

struct Setup : FederatedSite {
  Setup() { publish_actor("masto.example", "mara"); }
  model::Account anna = world.local_account("anna");
  Signing mara{.key_id = kMara + "#main-key"};

  Json follow(const std::string& name = "1") {
    return {{"@context", test::kAsNamespace},
            {"id", kMara + "#follows/" + name},
            {"type", "Follow"},
            {"actor", kMara},
            {"object", anna.uri}};
  }
  Json like(const std::string& name = "1") {
    return {{"@context", test::kAsNamespace},
            {"id", kMara + "#likes/" + name},
            {"type", "Like"},
            {"actor", kMara},
            {"object", anna.uri + "/statuses/1"}};
  }
  int post_status(const Json& activity, const Signing& signing) { return post("/inbox", activity, signing).status; }
};

}  // namespace

TEST_CASE("a signed activity is in the queue before it is answered", "[web][inbox]") {
  Setup f;
  const auto response = f.post("/inbox", f.follow(), f.mara);
  CHECK(response.status == 202);
  CHECK(response.body.empty());
  const auto queued = f.queued();
  REQUIRE(queued.size() == 1);
  CHECK(queued[0].kind == "process_activity");

  const auto done = f.remote.run_with([&](service::RemoteDocuments& documents) {
    return f.world.session().write([&](db::Tx& tx) {
      return activitypub::run_process_activity(f.env, f.services, tx, documents, queued[0].payload);
    });
  });
  REQUIRE(done);
  const auto mara = f.find_account(kMara);
  REQUIRE(mara);
  CHECK(mara->acct() == "mara@masto.example");
  CHECK(mara->handle_verified);
  CHECK(f.world.read([&](db::Tx& tx) { return store::find_follow(tx, mara->id, f.anna.id); }));
}

// 8.18, 8.24, 8.33
TEST_CASE("both signature schemes and every inbox are taken", "[web][inbox]") {
  Setup f;
  auto rfc = f.mara;
  rfc.scheme = SignatureScheme::rfc9421;
  CHECK(f.post("/inbox", f.like("1"), rfc).status == 202);
  CHECK(f.post("/ap/users/" + f.anna.id.str() + "/inbox", f.like("2"), f.mara).status == 202);
  CHECK(f.post("/actor/inbox", f.like("3"), f.mara).status == 202);
  CHECK(f.post("/inbox?x=1", f.like("4"), f.mara).status == 202);
  CHECK(f.queued().size() == 4);
  CHECK(f.post("/ap/users/99/inbox", f.like("5"), f.mara).status == 404);
  CHECK(f.get("/inbox").status == 405);
}

// federation.md 3.1
TEST_CASE("the inbox of an account that was deleted is gone, that of a suspended one is there", "[web][inbox]") {
  Setup f;
  const std::string inbox = "/ap/users/" + f.anna.id.str() + "/inbox";
  SECTION("suspended") {
    auto account = f.world.reload(f.anna);
    account.suspended_at = f.world.clock.now();
    f.world.write([&](db::Tx& tx) { store::update_account(tx, account); });
    CHECK(f.post(inbox, f.like(), f.mara).status == 202);
  }
  SECTION("being deleted, then deleted") {
    auto account = f.world.reload(f.anna);
    account.uri = service::uris::actor(f.config, account.id);  // those of the test's world are others
    f.world.write([&](db::Tx& tx) { service::delete_local_account(tx, f.env, account); });
    CHECK(f.post(inbox, f.like(), f.mara).status == 410);
    CHECK(f.get("/ap/users/" + f.anna.id.str()).status == 410);
    f.world.write([&](db::Tx& tx) { store::delete_account(tx, f.anna.id); });
    CHECK(f.post(inbox, f.like(), f.mara).status == 410);
    CHECK(f.get("/ap/users/" + f.anna.id.str()).status == 410);
    CHECK(f.remote.requested.empty());
  }
}

TEST_CASE("8.26: an Ed25519 key that the actor lists among its assertion methods signs requests", "[web][inbox]") {
  Setup f;
  const auto key = crypto::PrivateKey::generate_ed25519();
  auto actor = test::actor_document("masto.example", "mara");
  actor["assertionMethod"] = Json::array({{{"id", kMara + "#ed25519"},
                                           {"type", "Multikey"},
                                           {"controller", kMara},
                                           {"publicKeyMultibase", key.public_key().to_multibase()}}});
  const FederatedSite::Signing by_cavage{.key = &key, .key_id = kMara + "#ed25519"};
  auto by_rfc = by_cavage;
  by_rfc.scheme = SignatureScheme::rfc9421;
  SECTION("listed") {
    f.remote.serve(kMara, actor);
    CHECK(f.post_status(f.like("1"), by_cavage) == 202);
    CHECK(f.post_status(f.like("2"), by_rfc) == 202);
    CHECK(f.queued().size() == 2);
    CHECK(f.remote.requested.size() == 1);
  }
  SECTION("another's") {
    actor["assertionMethod"][0]["controller"] = "https://masto.example/users/eve";
    f.remote.serve(kMara, actor);
    CHECK(f.post_status(f.like("1"), by_cavage) == 401);
    CHECK(f.post_status(f.like("2"), by_rfc) == 401);
  }
  SECTION("not listed") {
    CHECK(f.post_status(f.like("1"), by_cavage) == 401);
    CHECK(f.post_status(f.like("2"), by_rfc) == 401);
  }
}

// 8.34: that two at once share the fetch, tests/e2e/test_federation.py shows
TEST_CASE("the key is fetched once", "[web][inbox]") {
  Setup f;
  f.post_status(f.like("1"), f.mara);
  f.post_status(f.like("2"), f.mara);
  CHECK(f.remote.requested == std::vector<std::string>{kMara});
}

TEST_CASE("a second copy is answered and not queued", "[web][inbox]") {
  Setup f;
  CHECK(f.post_status(f.like(), f.mara) == 202);
  CHECK(f.post_status(f.like(), f.mara) == 202);
  CHECK(f.queued().size() == 1);
  // But a Follow: its Accept may have been lost.
  f.post_status(f.follow(), f.mara);
  f.world.clock.advance(1s);
  f.post_status(f.follow(), f.mara);
  CHECK(f.queued().size() == 3);
}

// R12
TEST_CASE("a request that somebody recorded counts once, also one that may come again", "[web][inbox]") {
  Setup f;
  auto follow = f.request(http::Method::post, "/inbox", f.follow().dump());
  f.sign(follow, f.mara);
  auto nameless = f.follow();
  nameless.erase("id");
  auto without_id = f.request(http::Method::post, "/inbox", nameless.dump());
  f.sign(without_id, f.mara);
  for (int i = 0; i < 3; ++i) {
    f.world.clock.advance(1min);
    CHECK(f.handle(follow).status == 202);
    CHECK(f.handle(without_id).status == 202);
  }
  CHECK(f.queued().size() == 2);
}

// 8.110
TEST_CASE("a victim's activity id cannot be used up by others", "[web][inbox]") {
  Setup f;
  f.publish_actor("evil.example", "eve", test::other_test_key());
  const FederatedSite::Signing eve{.key = &test::other_test_key(), .key_id = "https://evil.example/users/eve#main-key"};
  CHECK(f.post_status(f.like(), eve) == 202);
  auto hers = f.like();
  hers["actor"] = "https://evil.example/users/eve";
  CHECK(f.post_status(hers, eve) == 202);
  const auto before = f.queued().size();
  CHECK(f.post_status(f.like(), f.mara) == 202);
  CHECK(f.queued().size() == before + 1);
}

// 8.110: ids below one's own are one's own; those that lie beside are whose word they are.
TEST_CASE("a neighbour on the same server uses up no id of a victim's", "[web][inbox]") {
  Setup f;
  f.publish_actor("masto.example", "eve", test::other_test_key());
  const std::string uri = "https://masto.example/users/eve";
  const FederatedSite::Signing eve{.key = &test::other_test_key(), .key_id = uri + "#main-key"};
  const auto like = [&](const std::string& actor, const std::string& id) {
    auto activity = f.like();
    activity["actor"] = actor;
    activity["id"] = id;
    return activity;
  };
  const auto id = GENERATE(kMara + "#likes/7", std::string("https://masto.example/activities/7"));
  CHECK(f.post_status(like(uri, id), eve) == 202);
  CHECK(f.queued().size() == 1);
  CHECK(f.post_status(like(kMara, id), f.mara) == 202);
  CHECK(f.queued().size() == 2);
  // Each counts once.
  f.world.clock.advance(1s);
  CHECK(f.post_status(like(uri, id), eve) == 202);
  CHECK(f.post_status(like(kMara, id), f.mara) == 202);
  CHECK(f.queued().size() == 2);
}

// 8.20, 8.21, 8.22, 8.23, 8.25, R10, R11, R12
TEST_CASE("what is not what was signed is refused, and nothing is stored", "[web][inbox]") {
  struct Attack {
    const char* name;
    std::function<void(Setup&, http::Request&)> change;
    int status;
  };
  const Attack kAttacks[] = {
      {"no signature", [](Setup&, http::Request& r) { r.headers.remove("Signature"); }, 401},
      {"another body", [](Setup&, http::Request& r) { r.body.insert(1, " "); }, 401},
      {"no digest", [](Setup&, http::Request& r) { r.headers.remove("Digest"); }, 401},
      {"another key",
       [](Setup& f, http::Request& r) {
         auto signing = f.mara;
         signing.key = &test::other_test_key();
         f.sign(r, signing);
       },
       401},
      {"another inbox",
       [](Setup& f, http::Request& r) {
         auto signing = f.mara;
         signing.target = "/ap/users/1/inbox";
         f.sign(r, signing);
       },
       401},
      {"another host",
       [](Setup& f, http::Request& r) {
         auto signing = f.mara;
         signing.host = "evil.example";
         f.sign(r, signing);
       },
       401},
      {"an old date",
       [](Setup& f, http::Request& r) {
         auto signing = f.mara;
         signing.at = f.world.clock.now() - 70min;
         f.sign(r, signing);
       },
       401},
      {"a future date",
       [](Setup& f, http::Request& r) {
         auto signing = f.mara;
         signing.at = f.world.clock.now() + 70min;
         f.sign(r, signing);
       },
       401},
      {"a key that the actor does not list",
       [](Setup& f, http::Request& r) {
         auto signing = f.mara;
         signing.key_id = kMara + "#other";
         f.sign(r, signing);
       },
       401},
      {"a key of ours",
       [](Setup& f, http::Request& r) {
         auto signing = f.mara;
         signing.key_id = f.anna.uri + "#main-key";
         f.sign(r, signing);
       },
       401},
      {"two signatures",
       [](Setup&, http::Request& r) { r.headers.add("Signature", std::string(r.headers.get("Signature"))); }, 400},
      {"a broken signature", [](Setup&, http::Request& r) { r.headers.set("Signature", "keyId="); }, 400},
      {"no type of ours", [](Setup&, http::Request& r) { r.headers.set("Content-Type", "text/plain"); }, 415},
      {"encoded", [](Setup&, http::Request& r) { r.headers.set("Content-Encoding", "gzip"); }, 415},
      {"no JSON",
       [](Setup& f, http::Request& r) {
         r.body = "{";
         f.sign(r, f.mara);
       },
       400},
      {"no actor",
       [](Setup& f, http::Request& r) {
         r.body = R"({"type":"Like"})";
         f.sign(r, f.mara);
       },
       400},
  };
  Setup f;
  for (const Attack& attack : kAttacks) {
    CAPTURE(attack.name);
    auto request = f.request(http::Method::post, "/inbox", f.like().dump());
    f.sign(request, f.mara);
    attack.change(f, request);
    const auto response = f.handle(request);
    CHECK(response.status == attack.status);
    CHECK(f.json(response).contains("error"));
  }
  CHECK(f.queued().empty());
}

// 8.21
TEST_CASE("dates within the hour pass", "[web][inbox]") {
  Setup f;
  for (const auto skew : {-50min, 50min}) {
    auto signing = f.mara;
    signing.at = f.world.clock.now() + skew;
    CHECK(f.post_status(f.like(std::to_string(skew.count())), signing) == 202);
  }
}

// 8.29
TEST_CASE("a changed key is fetched once, a wrong one not again for five minutes", "[web][inbox]") {
  Setup f;
  f.post_status(f.like("1"), f.mara);
  f.world.clock.advance(10min);
  f.publish_actor("masto.example", "mara", test::other_test_key());
  auto fresh = f.mara;
  fresh.key = &test::other_test_key();
  CHECK(f.post_status(f.like("2"), fresh) == 202);
  CHECK(f.remote.requested.size() == 2);
  // The old key is void now, and asking again at once would tell nothing new.
  CHECK(f.post_status(f.like("3"), f.mara) == 401);
  CHECK(f.remote.requested.size() == 2);
  f.world.clock.advance(10min);
  CHECK(f.post_status(f.like("4"), f.mara) == 401);
  CHECK(f.remote.requested.size() == 3);
  CHECK(f.post_status(f.like("5"), f.mara) == 401);
  CHECK(f.remote.requested.size() == 3);
}

TEST_CASE("a failed refresh of a key is not tried again at once either", "[web][inbox]") {
  Setup f;
  f.post_status(f.like("1"), f.mara);
  f.world.clock.advance(10min);
  f.remote.answer_status(kMara, 404);
  auto forged = f.mara;
  forged.key = &test::other_test_key();
  for (int i = 0; i < 3; ++i) CHECK(f.post_status(f.like("2"), forged) == 401);
  CHECK(f.remote.requested.size() == 2);
  CHECK(f.post_status(f.like("3"), f.mara) == 202);  // the known key still holds
}

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
  SECTION("by many visitors") {
    for (int i = 0; i < 60; ++i) {
      for (int n = 0; n < 10; ++n)
        forge("victim.example", "v" + std::to_string(i) + "x" + std::to_string(n), "198.51.100." + std::to_string(i));
    }
    CHECK(f.remote.requested.size() == 300);
    CHECK(forge("victim.example", "w", "198.51.100.99").status == 503);
    CHECK(forge("other.example", "w", "198.51.100.99").status == 401);
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
TEST_CASE("a network whose signatures fail is soon not read any more", "[web][inbox]") {
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
  const auto refused = send("/inbox", f.like("1").dump(), test::test_key(), "2001:db8:1:2::99");
  CHECK(refused.status == 429);
  CHECK(refused.headers.get("Retry-After") == "300");
  const auto before = f.world.session().statement_count();
  CHECK(send("/inbox", "not even JSON", test::test_key(), "2001:db8:1:2::99").status == 429);
  CHECK(send("/ap/users/" + f.anna.id.str() + "/inbox", "{}", test::test_key(), "2001:db8:1:2::99").status == 429);
  CHECK(f.world.session().statement_count() == before);
  CHECK(send("/inbox", f.like("2").dump(), test::test_key(), "2001:db8:1:3::1").status == 202);
  f.world.clock.advance(301s);
  CHECK(send("/inbox", f.like("3").dump(), test::test_key(), "2001:db8:1:2::99").status == 202);
  // What verifies does not count, and neither does a proxy that does not say for whom it speaks.
  for (int i = 0; i < 120; ++i)
    CHECK(send("/inbox", f.like("4").dump(), test::test_key(), "198.51.100.7").status == 202);
  for (int i = 0; i < 120; ++i) CHECK(forge("") == 401);
}

// 8.30
TEST_CASE("a key that cannot be had now is told apart from one that does not exist", "[web][inbox]") {
  Setup f;
  f.remote.break_down(kMara);
  const auto response = f.post("/inbox", f.like(), f.mara);
  CHECK(response.status == 503);
  CHECK(response.headers.get("Retry-After") == "300");
  f.remote.answer_status(kMara, 404);
  CHECK(f.post_status(f.like(), f.mara) == 401);
  f.remote.answer_status(kMara, 410);
  CHECK(f.post_status(f.like(), f.mara) == 401);
  const Json deletion = {
      {"id", kMara + "/notes/1#delete"}, {"type", "Delete"}, {"actor", kMara}, {"object", kMara + "/notes/1"}};
  CHECK(f.post_status(deletion, f.mara) == 202);
  CHECK(f.queued().empty());
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

TEST_CASE("a suspended actor is refused but for taking back", "[web][inbox]") {
  Setup f;
  f.post_status(f.like("1"), f.mara);
  f.world.suspend(*f.find_account(kMara));
  CHECK(f.post_status(f.like("2"), f.mara) == 403);
  const Json undo = {{"id", kMara + "#undo/1"}, {"type", "Undo"}, {"actor", kMara}, {"object", f.like("1")}};
  CHECK(f.post_status(undo, f.mara) == 202);
}

TEST_CASE("8.105: no spoiled document in a signed request is an error of ours", "[web][inbox][fuzz]") {
  Setup f;
  Json create = {{"@context", Json::array({test::kAsNamespace, {{"toot", "http://joinmastodon.org/ns#"}}})},
                 {"id", kMara + "/notes/1/activity"},
                 {"type", "Create"},
                 {"actor", kMara},
                 {"to", Json::array({test::kAsPublic})},
                 {"object",
                  {{"id", kMara + "/notes/1"},
                   {"type", "Note"},
                   {"attributedTo", kMara},
                   {"content", "<p>hello</p>"},
                   {"to", Json::array({test::kAsPublic})}}}};
  std::size_t sent = 0;
  for (const Json& document : {create, f.follow(), f.like()}) {
    for (const auto& [kind, changed] : test::spoiled(document)) {
      INFO(changed.dump());
      const int status = f.post_status(changed, f.mara);
      CHECK(status < 500);
      ++sent;
    }
  }
  CHECK(sent > 200);
}

TEST_CASE("without federation there is no inbox", "[web][inbox]") {
  Setup f;
  f.config.federation.mode = "off";
  CHECK(f.post_status(f.like(), f.mara) == 404);
}

TEST_CASE("a large body is read from its file", "[web][inbox]") {
  Setup f;
  const test::TemporaryFolder folder;
  auto request = f.request(http::Method::post, "/inbox", f.like().dump());
  f.sign(request, f.mara);
  const std::string path = folder.path() + "/body";
  std::ofstream(path, std::ios::binary) << request.body;
  request.body_file = std::make_shared<http::TemporaryFile>(path);
  request.body.clear();
  CHECK(f.handle(request).status == 202);
  CHECK(f.queued().size() == 1);
}

}  // namespace dunlin::web
