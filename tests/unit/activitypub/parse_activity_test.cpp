#include "fixtures.hpp"
#include "support/spoiled.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <string>

namespace dunlin::activitypub {

namespace {

const char* const kFixtures[] = {"mastodon/create_note.json",
                                 "mastodon/actor.json",
                                 "pleroma/create_note.json",
                                 "gotosocial/create_note.json",
                                 "gotosocial/actor_stub.json",
                                 "misskey/create_note.json",
                                 "misskey/vote.json",
                                 "lemmy/announce_create_page.json",
                                 "lemmy/page.json",
                                 "peertube/video.json",
                                 "pixelfed/create_note.json",
                                 "wordpress/article.json",
                                 "friendica/note.json",
                                 "odd/prefixed_and_expanded.json",
                                 "odd/everything_wrong.json",
                                 "odd/maps_only.json"};

std::string follow(const std::string& actor, const std::string& object, const std::string& rest = "") {
  return R"({"id":"https://a.example/f/1","type":"Follow","actor":)" + actor + R"(,"object":)" + object + rest + "}";
}

}  // namespace

// 8.63, 8.64
TEST_CASE("references are read in every shape", "[activitypub][parse]") {
  const char* const kShapes[] = {R"("https://a.example/x")",          R"({"id":"https://a.example/x","type":"Person"})",
                                 R"({"@id":"https://a.example/x"})",  R"(["https://a.example/x"])",
                                 R"([{"id":"https://a.example/x"}])", R"({"type":"Link","href":"https://a.example/x"})",
                                 R"([null,"https://a.example/x"])"};
  for (const std::string shape : kShapes) {
    CAPTURE(shape);
    const auto activity = parse_activity(follow(shape, shape));
    REQUIRE(activity);
    CHECK(activity->type == ActivityType::follow);
    CHECK(activity->actor == "https://a.example/x");
    CHECK(activity->object_id() == "https://a.example/x");
  }
}

TEST_CASE("an activity without type or actor is refused", "[activitypub][parse]") {
  const char* const kBad[] = {"",
                              "null",
                              "[]",
                              "17",
                              "{}",
                              R"({"type":"Like"})",
                              R"({"actor":"https://a.example/x"})",
                              R"({"type":"Like","actor":""})",
                              R"({"type":"Like","actor":"ap://did:key/x"})",
                              R"({"type":"Like","actor":null})",
                              R"({"type":17,"actor":"https://a.example/x"})",
                              R"({"type":"Like","actor":"https://a.example/x","type":"Like"})",
                              "{\"type\":\"Like\",\"actor\":\"https://a.example/x\",\"summary\":\"\xff\"}"};
  for (const std::string text : kBad) {
    CAPTURE(text);
    const auto activity = parse_activity(text);
    REQUIRE_FALSE(activity);
    CHECK(activity.error().code == Errc::bad_request);
  }
  const auto deep = std::string(40, '[') + std::string(40, ']');
  CHECK_FALSE(parse_activity(follow("\"https://a.example/x\"", deep)));
}

TEST_CASE("an unknown activity is no error", "[activitypub][parse]") {
  const auto bite = parse_activity(
      R"({"type":"Bite","actor":"https://a.example/x","id":"https://a.example/b","target":"https://b.example/y"})");
  REQUIRE(bite);
  CHECK(bite->type == ActivityType::other);
  CHECK(bite->type_name == "Bite");
  CHECK(bite->target == "https://b.example/y");
}

TEST_CASE("inner activities keep their own actor and object", "[activitypub][parse]") {
  const auto announce = parse_activity(fixture("lemmy/announce_create_page.json")).value();
  CHECK(announce.type == ActivityType::announce);
  const auto& create = announce.objects.at(0).activity.value();
  CHECK(create.actor == "https://lemmy.example/u/leo");
  CHECK(create.objects.at(0).note.value().id == "https://lemmy.example/post/7");
}

TEST_CASE("actors are read with what may be believed of them", "[activitypub][parse]") {
  const auto object = parse_document(fixture("mastodon/actor.json")).value();
  const Actor& actor = object.actor.value();
  CHECK(actor.preferred_username == "mara");
  CHECK(actor.shared_inbox == "https://masto.example/inbox");
  CHECK(actor.manually_approves_followers);
  CHECK(actor.discoverable);
  CHECK_FALSE(actor.indexable);
  CHECK(actor.summary.find("script") == std::string::npos);
  CHECK(actor.keys.at(0).id == "https://masto.example/users/mara#main-key");
  CHECK(actor.keys.at(0).owner == actor.id);
  CHECK(actor.icon_url == "https://files.masto.example/a.png");
  CHECK(actor.fields.at(0).name == "Home");
  CHECK(actor.also_known_as == std::vector<std::string>{"https://old.example/users/mara"});

  auto named = nlohmann::json::parse(fixture("mastodon/actor.json"));
  named["attributionDomains"] = {"News.Example", "news.example", "https://no.example/", 7, "blog.example."};
  CHECK(parse_document(named.dump()).value().actor.value().attribution_domains ==
        std::vector<std::string>{"news.example", "blog.example"});
  named["attributionDomains"] = "news.example";
  CHECK(parse_document(named.dump()).value().actor.value().attribution_domains.size() == 1);
  named["attributionDomains"] = nlohmann::json::array();
  for (int i = 0; i < 1000; ++i) named["attributionDomains"].push_back(std::to_string(i) + ".example");
  CHECK(parse_document(named.dump()).value().actor.value().attribution_domains.size() == 256);

  auto forged = nlohmann::json::parse(fixture("mastodon/actor.json"));
  forged["endpoints"]["sharedInbox"] = "https://evil.example/inbox";
  forged["followers"] = "https://evil.example/followers";
  forged["inbox"] = "https://evil.example/inbox";
  const auto read = parse_document(forged.dump()).value().actor.value();
  CHECK(read.shared_inbox.empty());
  CHECK(read.followers.empty());
  CHECK(read.inbox.empty());
}

TEST_CASE("keys are read as object, list, bare id and Multikey", "[activitypub][parse]") {
  auto actor = nlohmann::json::parse(fixture("mastodon/actor.json"));
  const auto key = actor["publicKey"];
  actor["publicKey"] = nlohmann::json::array({key, "https://masto.example/users/mara/other-key"});
  actor["assertionMethod"] =
      nlohmann::json::array({{{"id", "https://masto.example/users/mara#ed25519-key"},
                              {"type", "Multikey"},
                              {"controller", "https://masto.example/users/mara"},
                              {"publicKeyMultibase", "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"}}});
  const auto keys = parse_document(actor.dump()).value().actor.value().keys;
  REQUIRE(keys.size() == 3);
  CHECK(keys[1].pem.empty());
  CHECK(keys[2].algorithm == model::KeyAlgorithm::ed25519);
  CHECK(keys[2].owner == "https://masto.example/users/mara");
  const auto stub = parse_document(fixture("gotosocial/actor_stub.json")).value().actor.value();
  CHECK(stub.inbox.empty());
  CHECK(stub.keys.size() == 1);
}

TEST_CASE("a fetched document needs a context and an id, an activity in the inbox does not", "[activitypub][parse]") {
  CHECK_FALSE(parse_document(R"({"id":"https://a.example/1","type":"Note","content":"x"})"));
  CHECK_FALSE(parse_document(
      R"({"@context":"https://evil.example/ns","id":"https://a.example/1","type":"Note","content":"x"})"));
  CHECK_FALSE(parse_document(R"({"@context":"https://www.w3.org/ns/activitystreams","type":"Note","content":"x"})"));
  CHECK(parse_activity(R"({"type":"Like","actor":"https://a.example/x","object":"https://b.example/y"})"));
}

// 8.64
TEST_CASE("plain names win over aliases of the same property", "[activitypub][parse]") {
  const auto activity = parse_activity(
      R"({"type":"Like","as:actor":"https://evil.example/x","actor":"https://a.example/x","@id":"https://evil.example/1","id":"https://a.example/1"})");
  REQUIRE(activity);
  CHECK(activity->actor == "https://a.example/x");
  CHECK(activity->id == "https://a.example/1");
}

// 8.105
TEST_CASE("no spoiled document makes the parser throw", "[activitypub][parse][fuzz]") {
  std::size_t read = 0;
  for (const std::string name : kFixtures) {
    for (const auto& [kind, document] : test::spoiled(nlohmann::json::parse(fixture(name)))) {
      const auto text = document.dump();
      INFO(text);
      REQUIRE_NOTHROW(parse_document(text));
      REQUIRE_NOTHROW(parse_activity(text));
      ++read;
    }
  }
  CHECK(read > 1000);
}

TEST_CASE("WebFinger answers name one actor, a person before a group", "[activitypub][parse]") {
  const auto answer = parse_webfinger(R"({"subject":"acct:Mara@Masto.example","links":[
    {"rel":"http://webfinger.net/rel/profile-page","type":"text/html","href":"https://masto.example/@mara"},
    {"rel":"self","type":"application/activity+json","href":"https://masto.example/c/mara","properties":{"https://www.w3.org/ns/activitystreams#type":"Group"}},
    {"rel":"self","type":"application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"","href":"https://masto.example/u/mara","properties":{"https://www.w3.org/ns/activitystreams#type":"Person"}}]})");
  REQUIRE(answer);
  CHECK(answer->subject == "Mara@Masto.example");
  CHECK(answer->self == "https://masto.example/u/mara");

  CHECK_FALSE(parse_webfinger("{}"));
  CHECK_FALSE(parse_webfinger("<html>"));
  CHECK_FALSE(parse_webfinger(R"({"subject":"https://masto.example/u","links":[]})"));
  CHECK_FALSE(
      parse_webfinger(R"({"subject":"acct:a@b","links":[{"rel":"self","type":"text/html","href":"https://b/u"}]})"));
  CHECK_FALSE(parse_webfinger(
      R"({"subject":"acct:a@b","links":[{"rel":"self","type":"application/activity+json","href":"/u"}]})"));
}

// 8.10, R28
TEST_CASE("host-meta names a template in XML and JSON, never with a DTD", "[activitypub][parse]") {
  const std::string expected = "https://masto.example/.well-known/webfinger?resource={uri}";
  CHECK(
      parse_host_meta(
          R"(<?xml version="1.0"?><XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0"><Link rel='lrdd' type="application/json"
    template='https://masto.example/.well-known/webfinger?resource={uri}'/></XRD>)")
          .value() == expected);
  CHECK(parse_host_meta(
            R"({"links":[{"rel":"lrdd","template":"https://masto.example/.well-known/webfinger?resource={uri}"}]})")
            .value() == expected);
  CHECK(parse_host_meta(R"(<XRD><Link rel="lrdd" template="https://m.example/wf?a=1&amp;r={uri}"/></XRD>)").value() ==
        "https://m.example/wf?a=1&r={uri}");
  CHECK_FALSE(parse_host_meta(
      R"(<!DOCTYPE x [<!ENTITY a "b">]><XRD><Link rel="lrdd" template="https://m.example/{uri}"/></XRD>)"));
  CHECK_FALSE(parse_host_meta(R"(<XRD><Link rel="lrdd" template="https://m.example/"/></XRD>)"));
  CHECK_FALSE(parse_host_meta(""));
}

TEST_CASE("the envelope says what the activity says", "[activitypub][parse]") {
  const std::string head = R"({"id":"https://a.example/1","type":"Create","actor":"https://a.example/u")";
  const std::string texts[] = {
      head + R"(,"object":"https://a.example/n"})",
      head + R"(,"object":{"id":"https://a.example/n","type":"Note","tag":[{"id":"https://a.example/t"}]}})",
      head + R"(,"object":{"type":"Note","tag":{"id":"https://a.example/t"},"id":"https://a.example/n"}})",
      head + R"(,"object":{"type":"Note"}})",
      head + R"(,"object":[{"id":"https://a.example/n"},"https://a.example/m"]})",
      head + R"(,"object":null})",
      head + R"(,"cc":[{"id":"https://a.example/x","object":"https://a.example/y"}],"object":"https://a.example/n"})",
      head + "}",
      R"({"type":["Create"],"id":"https://a.example/1","actor":{"id":"https://a.example/u"},"object":"https://a.example/n"})",
      R"({"@id":"https://a.example/1","@type":"as:Create","as:actor":"https://a.example/u","object":"https://a.example/n"})",
      R"({"id":"x","type":"Create","actor":"https://a.example/u","object":"javascript:1"})",
      R"({"id":"https://a.example/1","type":"as:Like","actor":"https://a.example/u","object":"https://a.example/n"})",
  };
  for (const std::string& text : texts) {
    CAPTURE(text);
    const auto envelope = parse_envelope(text);
    const auto whole = parse_activity(text);
    REQUIRE(envelope);
    REQUIRE(whole);
    CHECK(envelope->id == whole->id);
    CHECK(envelope->type == whole->type);
    CHECK(envelope->type_name == whole->type_name);
    CHECK(envelope->actor == whole->actor);
    CHECK(envelope->object_id() == whole->object_id());
  }
}

TEST_CASE("what reads differently to two readers has no envelope", "[activitypub][parse]") {
  const std::string rest = R"("type":"Create","object":"https://a.example/n")";
  CHECK_FALSE(parse_envelope(R"({"id":"https://a.example/1","actor":"https://a.example/u",)" + rest +
                             R"(,"actor":"https://b.example/u"})"));
  CHECK_FALSE(
      parse_envelope(R"({"id":"https://a.example/1","actor":"https://a.example/u",)" + rest + R"(,"x":1,"x":2})"));
  CHECK_FALSE(parse_envelope(R"({"id":"https://a.example/1","actor":"https://a.example/u","type":"Create",)"
                             R"("object":{"id":"https://a.example/n","id":"https://a.example/m"}})"));
  CHECK_FALSE(parse_envelope(R"({"id":"https://a.example/1","actor":"https://a.example/u",)" + rest + "} x"));
  std::string deep = R"({"id":"https://a.example/1","actor":"https://a.example/u",)" + rest + R"(,"x":)";
  deep += std::string(40, '[') + std::string(40, ']') + "}";
  CHECK_FALSE(parse_envelope(deep));
}

}  // namespace dunlin::activitypub
