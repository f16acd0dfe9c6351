#include "support/fediverse.hpp"

#include "dunlin/base/text.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace dunlin::activitypub {

using namespace std::chrono_literals;
using test::actor_document;
using test::Fediverse;
using test::Json;

namespace {

const std::string kMara = "https://masto.example/users/mara";

auto find_actor(Fediverse& f, const std::string& uri) {
  return f.resolve([&](Resolver& resolver) { return resolver.actor(uri); });
}
auto find_handle(Fediverse& f, const std::string& username, const std::string& domain) {
  return f.resolve([&](Resolver& resolver) { return resolver.handle(username, domain); });
}

}  // namespace

TEST_CASE("an unknown actor is fetched, stored with its handle and key, and not fetched again",
          "[activitypub][resolve]") {
  Fediverse f;
  f.publish_actor("masto.example", "mara");
  const auto found = find_actor(f, kMara);
  REQUIRE(found);
  CHECK(found->acct() == "mara@masto.example");
  CHECK(found->handle_verified);
  CHECK(found->inbox_url == kMara + "/inbox");
  CHECK(f.world.read([&](db::Tx& tx) { return store::find_key(tx, kMara + "#main-key"); })->account_id == found->id);

  const auto fetches = f.remote.requested.size();
  CHECK(find_actor(f, kMara)->id == found->id);
  CHECK(find_actor(f, kMara + "#main-key")->id == found->id);
  CHECK(f.remote.requested.size() == fetches);
}

// 8.11, 8.12, 8.13, R2, R3, R4, R6
TEST_CASE("what is no document of the id asked for is refused, and nothing is stored", "[activitypub][resolve]") {
  struct Attack {
    const char* name;
    void (*set_up)(Fediverse&);
  };
  const Attack kAttacks[] = {
      {"another host's id", [](Fediverse& f) { f.remote.serve(kMara, actor_document("victim.example", "mara")); }},
      {"redirected to another host's copy of it",
       [](Fediverse& f) {
         f.remote.serve("https://evil.example/copy", actor_document("masto.example", "mara"));
         f.remote.redirect(kMara, "https://evil.example/copy");
       }},
      {"HTML", [](Fediverse& f) { f.remote.serve(kMara, actor_document("masto.example", "mara"), "text/html"); }},
      {"plain JSON, as uploads may be",
       [](Fediverse& f) { f.remote.serve(kMara, actor_document("masto.example", "mara"), "application/json"); }},
      {"a picture", [](Fediverse& f) { f.remote.serve(kMara, actor_document("masto.example", "mara"), "image/png"); }},
      {"ld+json of another profile",
       [](Fediverse& f) {
         f.remote.serve(kMara, actor_document("masto.example", "mara"),
                        "application/ld+json; profile=\"https://x.example\"");
       }},
      {"no context",
       [](Fediverse& f) {
         auto document = actor_document("masto.example", "mara");
         document.erase("@context");
         f.remote.serve(kMara, document);
       }},
      {"no id",
       [](Fediverse& f) {
         auto document = actor_document("masto.example", "mara");
         document.erase("id");
         f.remote.serve(kMara, document);
       }},
      {"an id on the host that answers with yet another id",
       [](Fediverse& f) {
         f.remote.serve(kMara, actor_document("masto.example", "other"));
         f.remote.serve("https://masto.example/users/other", actor_document("masto.example", "third"));
       }},
      {"an id on the host that redirects",
       [](Fediverse& f) {
         f.remote.serve(kMara, actor_document("masto.example", "other"));
         f.remote.serve("https://masto.example/real", actor_document("masto.example", "other"));
         f.remote.redirect("https://masto.example/users/other", "https://masto.example/real");
       }},
      {"a Note",
       [](Fediverse& f) {
         f.remote.serve(kMara, {{"@context", test::kAsNamespace}, {"id", kMara}, {"type", "Note"}, {"content", "x"}});
       }},
      {"an inbox on another host",
       [](Fediverse& f) {
         auto document = actor_document("masto.example", "mara");
         document["inbox"] = "https://evil.example/inbox";
         f.remote.serve(kMara, document);
       }},
      {"a duplicate key",
       [](Fediverse& f) {
         auto text = actor_document("masto.example", "mara").dump();
         text.insert(1, R"("id":"https://evil.example/x",)");
         f.remote.serve_text(kMara, text, "application/activity+json");
       }},
      {"nonsense", [](Fediverse& f) { f.remote.serve_text(kMara, "<html>", "application/activity+json"); }},
      {"404", [](Fediverse& f) { f.remote.answer_status(kMara, 404); }},
      {"401", [](Fediverse& f) { f.remote.answer_status(kMara, 401); }},
      {"500", [](Fediverse& f) { f.remote.answer_status(kMara, 500); }},
      {"a timeout", [](Fediverse& f) { f.remote.break_down(kMara); }},
  };
  Fediverse f;
  for (const Attack& attack : kAttacks) {
    CAPTURE(attack.name);
    f.remote = {};
    attack.set_up(f);
    CHECK_FALSE(find_actor(f, kMara));
    CHECK_FALSE(f.find_account(kMara));
    CHECK_FALSE(f.find_account("https://victim.example/users/mara"));
    CHECK_FALSE(f.find_account("https://masto.example/users/other"));
  }
}

TEST_CASE("temporary failures are told apart from final ones", "[activitypub][resolve]") {
  Fediverse f;
  f.remote.answer_status(kMara, 503);
  CHECK(find_actor(f, kMara).error().code == Errc::remote_failed);
  f.remote.answer_status(kMara, 410);
  CHECK(find_actor(f, kMara).error().code == Errc::gone);
  f.remote.answer_status(kMara, 403);
  CHECK(find_actor(f, kMara).error().code == Errc::forbidden);
}

// 8.12
TEST_CASE("another path on the same host is asked once more, at the id it names", "[activitypub][resolve]") {
  Fediverse f;
  f.publish_actor("masto.example", "mara");
  f.remote.serve("https://masto.example/@mara", actor_document("masto.example", "mara"));
  const auto found = find_actor(f, "https://masto.example/@mara");
  REQUIRE(found);
  CHECK(found->uri == kMara);
}

// 8.17
TEST_CASE("our own ids and plain http are never fetched", "[activitypub][resolve]") {
  Fediverse f;
  const auto anna = f.world.local_account("anna");
  CHECK(find_actor(f, anna.uri)->id == anna.id);
  CHECK(find_actor(f, "https://example.org/users/nobody").error().code == Errc::not_found);
  CHECK_FALSE(find_actor(f, "http://masto.example/users/mara"));
  CHECK_FALSE(find_actor(f, "ftp://masto.example/users/mara"));
  CHECK(f.remote.requested.empty());
}

TEST_CASE("a handle finds its actor", "[activitypub][resolve]") {
  Fediverse f;
  f.publish_actor("masto.example", "mara");
  f.remote.webfinger("Mara@masto.example", kMara, "mara@masto.example");
  const auto found = find_handle(f, "Mara", "MASTO.example");
  REQUIRE(found);
  CHECK(found->uri == kMara);
  CHECK(found->username == "mara");
  CHECK(find_handle(f, "nobody", "masto.example").error().code == Errc::not_found);
}

// 8.6
TEST_CASE("a split domain gives its handle from either side", "[activitypub][resolve]") {
  const std::string actor = "https://social.split.example/users/a";
  for (const std::string asked : {"split.example", "social.split.example"}) {
    CAPTURE(asked);
    Fediverse f;
    f.remote.serve(actor, actor_document("social.split.example", "a"));
    f.remote.webfinger("a@split.example", actor);
    f.remote.webfinger("a@social.split.example", actor, "a@split.example");
    const auto found = find_handle(f, "a", asked);
    REQUIRE(found);
    CHECK(found->acct() == "a@split.example");
  }
}

// 8.7, 8.8, R29
TEST_CASE("no domain gives its handles to foreign actors, no actor takes a foreign domain's",
          "[activitypub][resolve]") {
  Fediverse f;
  f.publish_actor("masto.example", "mara");
  f.remote.webfinger("mara@evil.example", kMara);
  CHECK_FALSE(find_handle(f, "mara", "evil.example"));
  CHECK(find_handle(f, "mara", "masto.example")->acct() == "mara@masto.example");

  auto claiming = actor_document("evil.example", "mara");
  claiming["webfinger"] = "mara@bank.example";
  f.remote.serve("https://evil.example/users/mara", claiming);
  f.remote.webfinger("mara@bank.example", "https://bank.example/users/mara");
  const auto found = find_actor(f, "https://evil.example/users/mara");
  REQUIRE(found);
  CHECK_FALSE(found->handle_verified);
  CHECK(found->domain == "evil.example");
}

// R29
TEST_CASE("a username that is more than a name is shown as less", "[activitypub][resolve]") {
  const std::vector<std::pair<std::string, std::string>> kNames = {{"mara@masto.example", "mara_masto.example"},
                                                                   {"mara\n\nadmin", "mara_admin"},
                                                                   {"a b", "a_b"},
                                                                   {"\u202Earam", "_aram"},
                                                                   {"mar\u0430", "mar_"},
                                                                   {"../../x", "_./../x"},
                                                                   {"<b>x</b>", "_b_x_b_"},
                                                                   {"jane.doe-1", "jane.doe-1"},
                                                                   {"example.org", "example.org"},
                                                                   {"-dash-", "-dash-"},
                                                                   {"_Under_9", "_Under_9"}};
  for (const auto& [said, shown] : kNames) {
    CAPTURE(said);
    Fediverse f;
    auto document = actor_document("evil.example", "x");
    document["preferredUsername"] = said;
    f.remote.serve("https://evil.example/users/x", document);
    const auto found = find_actor(f, "https://evil.example/users/x");
    REQUIRE(found);
    CHECK(found->acct() == text::replace_all(shown, "/", "_") + "@evil.example");
    CHECK_FALSE(found->handle_verified);
  }
}

// R14
TEST_CASE("actors of one server do not send us to any number of names", "[activitypub][resolve]") {
  Fediverse f;
  const auto claim = [&](int n, const std::string& handle) {
    const std::string id = "https://evil.example/users/u" + std::to_string(n);
    auto document = actor_document("evil.example", "u" + std::to_string(n));
    document["webfinger"] = handle;
    f.remote.serve(id, document);
    return find_actor(f, id);
  };
  const auto asked = [&](const std::string& part) {
    return std::ranges::count_if(f.remote.requested,
                                 [&](const std::string& url) { return url.find(part) != std::string::npos; });
  };
  SECTION("of servers nobody has heard of, WebFinger and host-meta alike") {
    for (int i = 0; i < 30; ++i) REQUIRE(claim(i, "x@n" + std::to_string(i) + ".victim.example"));
    CHECK(asked(".victim.example/.well-known/webfinger") == 10);
    CHECK(asked(".victim.example/.well-known/host-meta") == 10);
  }
  SECTION("by a template of host-meta") {
    for (int i = 0; i < 15; ++i) {
      const auto host = "h" + std::to_string(i) + "x.example";
      f.remote.serve_text(
          "https://" + host + "/.well-known/host-meta",
          "<XRD><Link rel='lrdd' template='https://n" + std::to_string(i) + ".victim.example/?q={uri}'/></XRD>",
          "application/xrd+xml");
      CHECK_FALSE(find_handle(f, "a", host));
    }
    CHECK(asked(".victim.example/?q=") == 10);
  }
  SECTION("of one server that is known") {
    f.world.remote_account("mara", "victim.example");
    for (int i = 0; i < 310; ++i) REQUIRE(claim(i, "u" + std::to_string(i) + "@victim.example"));
    CHECK(asked("victim.example/.well-known/") == 300);
  }
}

TEST_CASE("WebFinger is followed one hop, not in circles", "[activitypub][resolve]") {
  Fediverse f;
  f.publish_actor("masto.example", "mara");
  f.remote.webfinger("a@one.example", kMara, "a@two.example");
  f.remote.webfinger("a@two.example", kMara, "a@one.example");
  CHECK_FALSE(find_handle(f, "a", "one.example"));
}

// 8.10
TEST_CASE("host-meta says where WebFinger lives when it is not at its place", "[activitypub][resolve]") {
  Fediverse f;
  const std::string actor = "https://social.split.example/users/a";
  f.remote.serve(actor, actor_document("social.split.example", "a"));
  f.remote.webfinger("a@social.split.example", actor, "a@split.example");
  f.remote.serve_text("https://split.example/.well-known/host-meta",
                      R"(<XRD><Link rel="lrdd" template="https://social.split.example/wf?r={uri}"/></XRD>)",
                      "application/xrd+xml");
  f.remote.serve("https://social.split.example/wf?r=acct%3Aa%40split.example",
                 {{"subject", "acct:a@split.example"},
                  {"links", Json::array({{{"rel", "self"}, {"type", "application/activity+json"}, {"href", actor}}})}},
                 "application/json");
  const auto found = find_handle(f, "a", "split.example");
  REQUIRE(found);
  CHECK(found->acct() == "a@split.example");
}

TEST_CASE("an actor whose WebFinger is silent is kept with an unconfirmed handle", "[activitypub][resolve]") {
  Fediverse f;
  f.remote.serve(kMara, actor_document("masto.example", "mara"));
  const auto found = find_actor(f, kMara);
  REQUIRE(found);
  CHECK_FALSE(found->handle_verified);
  // Once confirmed, silence does not take it away; a denial does.
  f.publish_actor("masto.example", "mara");
  CHECK(f.resolve([&](Resolver& r) { return r.refresh(*found); })->handle_verified);
  f.remote.break_down(test::FakeRemote::webfinger_url("mara@masto.example", "masto.example"));
  f.remote.break_down("https://masto.example/.well-known/host-meta");
  CHECK(f.resolve([&](Resolver& r) { return r.refresh(*found); })->handle_verified);
  f.remote.webfinger("mara@masto.example", "https://masto.example/users/other");
  CHECK_FALSE(f.resolve([&](Resolver& r) { return r.refresh(*found); })->handle_verified);
}

TEST_CASE("which sites may name an account is what its own document says", "[activitypub][resolve]") {
  Fediverse f;
  f.publish_actor("masto.example", "mara");
  auto document = actor_document("masto.example", "mara");
  document["attributionDomains"] = Json::array({"news.example"});
  f.remote.serve(kMara, document);
  const auto found = find_actor(f, kMara);
  REQUIRE(found);
  CHECK(f.find_account(kMara)->attribution_domains == std::vector<std::string>{"news.example"});
  f.remote.serve(kMara, actor_document("masto.example", "mara"));
  REQUIRE(f.resolve([&](Resolver& r) { return r.refresh(*found); }));
  CHECK(f.find_account(kMara)->attribution_domains.empty());
}

TEST_CASE("a handle that moves to a new actor leaves the old one", "[activitypub][resolve]") {
  Fediverse f;
  f.publish_actor("masto.example", "mara");
  const auto old_actor = find_actor(f, kMara);
  REQUIRE(old_actor);
  auto document = actor_document("masto.example", "mara");
  document["id"] = "https://masto.example/ap/9";
  for (const char* name : {"inbox", "outbox"}) document[name] = std::string("https://masto.example/ap/9/") + name;
  document["publicKey"] = {{"id", "https://masto.example/ap/9#k"},
                           {"owner", "https://masto.example/ap/9"},
                           {"publicKeyPem", test::test_key().public_key().to_pem()}};
  f.remote.serve("https://masto.example/ap/9", document);
  f.remote.webfinger("mara@masto.example", "https://masto.example/ap/9");
  const auto new_actor = find_actor(f, "https://masto.example/ap/9");
  REQUIRE(new_actor);
  CHECK(new_actor->handle_verified);
  CHECK(new_actor->id != old_actor->id);
  CHECK_FALSE(f.world.reload(*old_actor).handle_verified);
}

// 8.9
TEST_CASE("a renamed actor keeps its id and gets its new handle when it is looked up", "[activitypub][resolve]") {
  Fediverse f;
  f.publish_actor("masto.example", "mara");
  const auto before = find_actor(f, kMara);
  REQUIRE(before);
  auto document = actor_document("masto.example", "mara");
  document["preferredUsername"] = "marlene";
  f.remote.serve(kMara, document);
  f.remote.webfinger("marlene@masto.example", kMara);
  const auto after = find_handle(f, "marlene", "masto.example");
  REQUIRE(after);
  CHECK(after->id == before->id);
  CHECK(after->acct() == "marlene@masto.example");
}

TEST_CASE("a stored profile is read again when it is old, and stays when that fails", "[activitypub][resolve]") {
  Fediverse f;
  f.publish_actor("masto.example", "mara");
  REQUIRE(find_handle(f, "mara", "masto.example"));
  auto document = actor_document("masto.example", "mara");
  document["name"] = "Mara Two";
  f.remote.serve(kMara, document);
  CHECK(find_handle(f, "mara", "masto.example")->display_name.empty());
  f.world.clock.advance(25h);
  CHECK(find_handle(f, "mara", "masto.example")->display_name == "Mara Two");
  f.world.clock.advance(25h);
  f.remote.break_down(kMara);
  CHECK(find_handle(f, "mara", "masto.example")->display_name == "Mara Two");
}

// 8.28, 8.32, R9
TEST_CASE("keys are bound only to the actor that lists them", "[activitypub][resolve][key]") {
  const std::string key_id = kMara + "#main-key";
  const auto find_key = [](Fediverse& f, const std::string& id) {
    return f.resolve([&](Resolver& r) { return r.key(id); });
  };

  SECTION("an actor's own key") {
    Fediverse f;
    f.publish_actor("masto.example", "mara");
    const auto found = find_key(f, key_id);
    REQUIRE(found);
    CHECK(found->owner.uri == kMara);
    CHECK_FALSE(found->was_known);
    CHECK(f.remote.requested == std::vector<std::string>{kMara});  // the handle is left to the job
    CHECK_FALSE(found->owner.fetched_at);
    CHECK(find_key(f, key_id)->was_known);
  }
  SECTION("a standalone key document, and a stub, both lead to the whole actor") {
    for (const bool stub : {false, true}) {
      Fediverse f;
      auto actor = actor_document("gts.example", "gwen");
      const std::string id = "https://gts.example/users/gwen";
      const std::string standalone = id + "/main-key";
      actor["publicKey"]["id"] = standalone;
      f.remote.serve(id, actor);
      Json shown =
          stub ? Json{{"id", id}, {"type", "Person"}, {"preferredUsername", "gwen"}, {"publicKey", actor["publicKey"]}}
               : actor["publicKey"];
      shown["@context"] = Json::array({test::kAsNamespace, "https://w3id.org/security/v1"});
      f.remote.serve(standalone, shown);
      const auto found = find_key(f, standalone);
      REQUIRE(found);
      CHECK(found->owner.uri == id);
    }
  }
  SECTION("lists of keys") {
    Fediverse f;
    auto actor = actor_document("masto.example", "mara");
    actor["publicKey"] = Json::array(
        {{{"id", kMara + "#old"}, {"owner", kMara}, {"publicKeyPem", test::other_test_key().public_key().to_pem()}},
         actor["publicKey"]});
    f.remote.serve(kMara, actor);
    CHECK(find_key(f, key_id));
  }

  struct Attack {
    const char* name;
    std::string key_id;
    void (*set_up)(Fediverse&);
  };
  const Attack kAttacks[] = {
      {"the actor does not list it", kMara + "#other-key",
       [](Fediverse& f) { f.publish_actor("masto.example", "mara"); }},
      {"the owner is somebody else", key_id,
       [](Fediverse& f) {
         auto actor = actor_document("masto.example", "mara");
         actor["publicKey"]["owner"] = "https://masto.example/users/victim";
         f.remote.serve(kMara, actor);
       }},
      {"a key on a foreign host speaks for the victim", "https://evil.example/key",
       [](Fediverse& f) {
         f.publish_actor("masto.example", "mara");
         f.remote.serve("https://evil.example/key", {{"@context", test::kAsNamespace},
                                                     {"id", "https://evil.example/key"},
                                                     {"owner", kMara},
                                                     {"publicKeyPem", test::test_key().public_key().to_pem()}});
       }},
      {"the document is reached by a redirect", key_id,
       [](Fediverse& f) {
         f.remote.serve("https://masto.example/real", actor_document("masto.example", "mara"));
         f.remote.redirect(kMara, "https://masto.example/real");
       }},
      {"the key is unreadable", key_id,
       [](Fediverse& f) {
         auto actor = actor_document("masto.example", "mara");
         actor["publicKey"]["publicKeyPem"] = "-----BEGIN PUBLIC KEY-----\nQQ==\n-----END PUBLIC KEY-----\n";
         f.remote.serve(kMara, actor);
       }},
      {"acct: is no key", "acct:mara@masto.example", [](Fediverse&) {}},
      {"our own host", "https://example.org/users/anna#main-key", [](Fediverse& f) { f.world.local_account("anna"); }},
  };
  Fediverse f;
  for (const Attack& attack : kAttacks) {
    CAPTURE(attack.name);
    f.remote = {};
    attack.set_up(f);
    CHECK_FALSE(find_key(f, attack.key_id));
    CHECK_FALSE(f.world.read([&](db::Tx& tx) { return store::find_key(tx, attack.key_id); }));
  }
}

// 8.28
TEST_CASE("a key that is bound to one actor is not taken over by another", "[activitypub][resolve][key]") {
  Fediverse f;
  f.publish_actor("masto.example", "mara");
  const auto mara = find_actor(f, kMara);
  REQUIRE(mara);
  auto thief = actor_document("masto.example", "thief", test::other_test_key());
  thief["publicKey"] = {{"id", kMara + "#main-key"},
                        {"owner", "https://masto.example/users/thief"},
                        {"publicKeyPem", test::other_test_key().public_key().to_pem()}};
  f.remote.serve("https://masto.example/users/thief", thief);
  REQUIRE(find_actor(f, "https://masto.example/users/thief"));
  const auto key = f.world.read([&](db::Tx& tx) { return store::find_key(tx, kMara + "#main-key"); });
  CHECK(key->account_id == mara->id);
  CHECK(key->public_pem == test::test_key().public_key().to_pem());
}

}  // namespace dunlin::activitypub
