#include "dunlin/activitypub/proof.hpp"

#include "support/fediverse.hpp"

#include "dunlin/activitypub/render.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/store/relationships.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>

namespace dunlin::activitypub {

using test::Fediverse;
using test::Json;
using test::note_document;

namespace {

const crypto::PrivateKey& proof_key() {
  static const auto key = crypto::PrivateKey::generate_ed25519();
  return key;
}

struct Setup : Fediverse {
  Setup() {
    auto document = test::actor_document("masto.example", "mara");
    const std::string id = document["id"];
    document["assertionMethod"] = Json::array({{{"id", id + "#ed25519-key"},
                                                {"type", "Multikey"},
                                                {"controller", id},
                                                {"publicKeyMultibase", proof_key().public_key().to_multibase()}}});
    remote.serve(id, document);
    remote.webfinger("mara@masto.example", id);
    mara = resolve([&](Resolver& r) { return r.actor(id); }).value();
    world.follow(anna, mara);
    remote.requested.clear();
  }
  model::Account anna = world.local_account("anna");
  model::Account other = world.remote_account("other", "far.example");
  model::Account mara;

  Json create(const std::string& name) {
    return {{"@context", test::kAsNamespace},
            {"id", mara.uri + "/notes/" + name + "/activity"},
            {"type", "Create"},
            {"actor", mara.uri},
            {"to", Json::array({test::kAsPublic})},
            {"object", note_document(mara, name)}};
  }
  Json proven(const Json& activity, const crypto::PrivateKey& key = proof_key(), const std::string& key_id = {}) {
    return Json::parse(
        add_proof(activity.dump(), key_id.empty() ? mara.uri + "#ed25519-key" : key_id, key, world.clock.now()));
  }
};

}  // namespace

TEST_CASE("8.83: a forwarded Create with its actor's proof is stored without a fetch", "[activitypub][proof]") {
  Setup f;
  CHECK(f.receive(f.other, f.proven(f.create("1"))).verdict == Verdict::accepted);
  CHECK(f.find_status(f.mara.uri + "/notes/1"));
  CHECK(f.remote.requested.empty());
}

TEST_CASE("a key proves something only where its owner says so, and in its time", "[activitypub][proof][keys]") {
  Setup f;
  auto document = test::actor_document("masto.example", "mara");
  const std::string id = document["id"];
  Json key = {{"id", id + "#ed25519-key"},
              {"type", "Multikey"},
              {"controller", id},
              {"publicKeyMultibase", proof_key().public_key().to_multibase()}};
  const auto is_believed = [&](const Json& shown) {
    f.remote.serve(id, shown);
    f.world.clock.advance(std::chrono::minutes(10));
    REQUIRE(f.resolve([&](Resolver& r) { return r.refresh(f.mara); }));
    f.remote.requested.clear();
    const auto name = std::to_string(f.world.clock.now().time_since_epoch().count());
    f.receive(f.other, f.proven(f.create(name)));
    return f.find_status(f.mara.uri + "/notes/" + name).has_value();  // the origin shows none
  };
  const auto with = [&](const Json& proving) {
    auto shown = document;
    shown["assertionMethod"] = Json::array({proving});
    return shown;
  };
  CHECK(is_believed(with(key)));
  auto for_requests = document;
  for_requests["publicKey"] = Json::array({document["publicKey"], key});
  CHECK_FALSE(is_believed(for_requests));
  for_requests["assertionMethod"] = key["id"];  // by its name
  CHECK(is_believed(for_requests));
  for (const char* end : {"expires", "revoked"}) {
    auto ended = key;
    ended[end] = "2026-01-01T00:00:00Z";
    CHECK_FALSE(is_believed(with(ended)));
    ended[end] = "2027-01-01T00:00:00Z";
    CHECK(is_believed(with(ended)));
  }
}

TEST_CASE("a key that has ended signs nothing any more", "[activitypub][keys]") {
  Setup f;
  auto document = test::actor_document("ends.example", "eva");
  const std::string id = document["id"];
  document["publicKey"]["expires"] = "2026-03-02T00:00:00Z";
  f.remote.serve(id, document);
  const std::string key_id = document["publicKey"]["id"];
  const auto find = [&] { return f.resolve([&](Resolver& r) { return r.key(key_id); }); };
  REQUIRE(find());
  CHECK(find()->was_known);
  f.world.clock.advance(std::chrono::hours(48));
  CHECK_FALSE(find());
  document["publicKey"]["expires"] = "2027-03-02T00:00:00Z";
  f.remote.serve(id, document);
  CHECK(find());
}

TEST_CASE("8.83: with one bit changed the origin is asked", "[activitypub][proof]") {
  Setup f;
  auto forged = f.proven(f.create("1"));
  forged["object"]["content"] = "<p>not what she wrote</p>";
  f.receive(f.other, forged);
  CHECK_FALSE(f.find_status(f.mara.uri + "/notes/1"));
  f.remote.serve(f.mara.uri + "/notes/1", note_document(f.mara, "1"));
  forged["id"] = f.mara.uri + "/notes/1/again";
  f.receive(f.other, forged);
  REQUIRE(f.find_status(f.mara.uri + "/notes/1"));
  CHECK(f.find_status(f.mara.uri + "/notes/1")->content == "<p>hello from afar</p>");
}

TEST_CASE("a proof speaks for the owner of its key alone", "[activitypub][proof]") {
  Setup f;
  const auto mallory = crypto::PrivateKey::generate_ed25519();
  auto document = test::actor_document("evil.example", "mallory");
  const std::string id = document["id"];
  document["assertionMethod"] = Json::array({{{"id", id + "#k"},
                                              {"type", "Multikey"},
                                              {"controller", id},
                                              {"publicKeyMultibase", mallory.public_key().to_multibase()}}});
  f.remote.serve(id, document);
  f.receive(f.other, f.proven(f.create("1"), mallory));
  f.receive(f.other, f.proven(f.create("2"), mallory, id + "#k"));
  CHECK_FALSE(f.find_status(f.mara.uri + "/notes/1"));
  CHECK_FALSE(f.find_status(f.mara.uri + "/notes/2"));
}

TEST_CASE("what a proven activity may do is what its actor may do", "[activitypub][proof]") {
  Setup f;
  const auto follow = f.proven({{"@context", test::kAsNamespace},
                                {"id", f.mara.uri + "#follows/1"},
                                {"type", "Follow"},
                                {"actor", f.mara.uri},
                                {"object", f.anna.uri}});
  CHECK(f.receive(f.other, follow).verdict == Verdict::accepted);
  CHECK(f.world.read([&](db::Tx& tx) { return store::find_follow(tx, f.mara.id, f.anna.id); }));
  f.world.suspend(f.mara);
  CHECK(f.receive(f.other, f.proven(f.create("3"))).verdict == Verdict::rejected);
}

TEST_CASE("a proven activity counts once, whoever sends it again", "[activitypub][proof]") {
  Setup f;
  const auto status = f.world.status(f.anna);
  const auto like = f.proven({{"@context", test::kAsNamespace},
                              {"id", f.mara.uri + "/likes/1"},
                              {"type", "Like"},
                              {"actor", f.mara.uri},
                              {"object", status.uri}});
  const auto likes = [&] { return f.find_status(status.uri)->favourites_count; };
  CHECK(f.receive(f.other, like).verdict == Verdict::accepted);
  CHECK(likes() == 1);
  CHECK(f.receive(f.mara, {{"type", "Undo"}, {"object", like}}).verdict == Verdict::accepted);
  CHECK(likes() == 0);
  CHECK(f.receive(f.other, like).verdict == Verdict::duplicate);
  CHECK(likes() == 0);
}

// 8.110
TEST_CASE("what a neighbour proves under a victim's next id does not stop the victim's own", "[activitypub][proof]") {
  Setup f;
  auto document = test::actor_document("masto.example", "eve");
  const std::string eve = document["id"];
  document["assertionMethod"] = Json::array({{{"id", eve + "#ed25519-key"},
                                              {"type", "Multikey"},
                                              {"controller", eve},
                                              {"publicKeyMultibase", proof_key().public_key().to_multibase()}}});
  f.remote.serve(eve, document);
  const auto status = f.world.status(f.anna);
  const auto likes = [&] { return f.find_status(status.uri)->favourites_count; };
  f.receive(f.mara, {{"type", "Like"}, {"id", f.mara.uri + "/likes/1"}, {"object", status.uri}});
  REQUIRE(likes() == 1);
  const auto undo = [&](const std::string& actor) {
    return f.proven({{"@context", test::kAsNamespace},
                     {"id", f.mara.uri + "/undos/7"},
                     {"type", "Undo"},
                     {"actor", actor},
                     {"object", f.mara.uri + "/likes/1"}},
                    proof_key(), actor + "#ed25519-key");
  };
  f.receive(f.other, undo(eve));
  CHECK(f.receive(f.other, undo(eve)).verdict == Verdict::duplicate);
  CHECK(likes() == 1);
  CHECK(f.receive(f.other, undo(f.mara.uri)).verdict == Verdict::accepted);
  CHECK(likes() == 0);
}

// R12
TEST_CASE("a proven Update that is sent again brings back no numbers and no permission", "[activitypub][proof]") {
  Setup f;
  const auto update = [&](const Json& more) {
    auto activity = f.create("1");
    activity["type"] = "Update";
    activity["id"] = f.mara.uri + "/notes/1#updates/" + std::to_string(f.world.clock.now().time_since_epoch().count());
    activity["object"].update(more);
    return activity;
  };
  const Json open = {{"interactionPolicy", {{"canQuote", {{"automaticApproval", Json::array({test::kAsPublic})}}}}}};
  const Json closed = {{"interactionPolicy", {{"canQuote", {{"automaticApproval", Json::array({f.mara.uri})}}}}}};
  f.receive(f.mara, f.create("1"));
  const auto old = f.proven(update(open));
  const auto policy = [&] { return f.find_status(f.mara.uri + "/notes/1")->quote_policy; };
  f.receive(f.mara, old);
  REQUIRE(policy());
  REQUIRE(policy()->automatic != 0);
  f.world.clock.advance(std::chrono::minutes(1));
  f.receive(f.mara, update(closed));
  REQUIRE(policy()->automatic == 0);
  auto now = note_document(f.mara, "1");
  now.update(closed);
  f.remote.serve(f.mara.uri + "/notes/1", now);
  f.receive(f.other, old);
  CHECK(policy()->automatic == 0);
  // It makes us look, once in a minute.
  CHECK(f.remote.requested.size() == 1);
  f.receive(f.other, old);
  CHECK(f.remote.requested.size() == 1);
  now.update(open);
  f.remote.serve(f.mara.uri + "/notes/1", now);
  f.world.clock.advance(std::chrono::minutes(1));
  f.receive(f.other, old);
  CHECK(policy()->automatic != 0);
}

TEST_CASE("what was proven long ago does not count as new", "[activitypub][proof]") {
  Setup f;
  const auto follow = f.proven({{"@context", test::kAsNamespace},
                                {"id", f.mara.uri + "#follows/1"},
                                {"type", "Follow"},
                                {"actor", f.mara.uri},
                                {"object", f.anna.uri}});
  const auto create = f.proven(f.create("1"));
  f.world.clock.advance(std::chrono::hours{24 * 6 + 1});
  CHECK(f.receive(f.other, follow).verdict == Verdict::rejected);
  // The post may have been deleted since, and that forgotten: its origin is asked.
  SECTION("gone") {
    f.receive(f.other, create);
    CHECK(f.remote.requested == std::vector{f.mara.uri + "/notes/1"});
    CHECK_FALSE(f.find_status(f.mara.uri + "/notes/1"));
  }
  SECTION("still there") {
    f.remote.serve(f.mara.uri + "/notes/1", note_document(f.mara, "1"));
    CHECK(f.receive(f.other, create).verdict == Verdict::accepted);
    CHECK(f.find_status(f.mara.uri + "/notes/1"));
  }
}

// R13
TEST_CASE("8.84: a Linked Data Signature alone proves nothing", "[activitypub][proof]") {
  Setup f;
  auto activity = f.create("1");
  activity["signature"] = {{"type", "RsaSignature2017"},
                           {"creator", f.mara.uri + "#main-key"},
                           {"created", "2026-03-01T12:00:00Z"},
                           {"signatureValue", "AAAA"}};
  CHECK(f.receive(f.other, activity).verdict == Verdict::rejected);
  CHECK_FALSE(f.find_status(f.mara.uri + "/notes/1"));
}

TEST_CASE("8.85: our public activities carry a proof by a key that our actor lists", "[activitypub][proof]") {
  Setup f;
  f.world.follow(f.other, f.anna);
  const auto user = f.world.user_of(f.anna);
  service::StatusDraft draft;
  draft.text = "hello";
  service::RemoteDocuments documents;
  f.world.write([&](db::Tx& tx) { return f.services.statuses.post(tx, documents, f.anna, user, draft).value(); });
  f.run_jobs();
  const auto body = f.outgoing().at(0).activity;
  const auto proof = Proof::read(body.dump(), f.world.clock.now());
  REQUIRE(proof);
  REQUIRE(*proof);
  const auto keys = f.world.read([&](db::Tx& tx) { return store::list_keys(tx, f.anna.id); });
  const auto key = std::ranges::find(keys, (*proof)->key_id(), &model::AccountKey::key_id);
  REQUIRE(key != keys.end());
  CHECK((*proof)->verify(crypto::PublicKey::from_pem(key->public_pem).value()));
  const auto actor = Json::parse(render_actor(f.config, f.anna, keys));
  CHECK(actor["assertionMethod"][0]["id"] == key->key_id);
  CHECK(crypto::PublicKey::from_multibase(actor["assertionMethod"][0]["publicKeyMultibase"].get<std::string>()));
  // What Mastodon asks of the form before it looks at the signature.
  const auto& written = body["proof"];
  CHECK(written["type"] == "DataIntegrityProof");
  CHECK(written["cryptosuite"] == "eddsa-jcs-2022");
  CHECK(written["proofPurpose"] == "assertionMethod");
  CHECK(written["verificationMethod"] == key->key_id);
  CHECK(actor["assertionMethod"][0]["controller"] == body["actor"]);
  CHECK(written["@context"] == body["@context"]);
  const auto created = parse_iso8601(written["created"].get<std::string>());
  REQUIRE(created);
  CHECK(*created <= f.world.clock.now());
  CHECK(written["proofValue"].get<std::string>().starts_with('z'));
  CHECK_FALSE(body["object"].contains("proof"));
}

}  // namespace dunlin::activitypub
