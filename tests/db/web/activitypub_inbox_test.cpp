#include "inbox_site.hpp"
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
using test::kMara;
using Setup = test::InboxSite;

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
