#include "dunlin/activitypub/outbox.hpp"

#include "support/fediverse.hpp"

#include "dunlin/activitypub/delivery.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/crypto/http_signature.hpp"
#include "dunlin/model/picture.hpp"
#include "dunlin/store/custom_emojis.hpp"
#include "dunlin/store/federation.hpp"
#include "dunlin/store/notifications.hpp"
#include "dunlin/store/relationships.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace dunlin::activitypub {

using model::Visibility;
using test::Fediverse;
using test::Json;

namespace {

struct Setup : Fediverse {
  model::Account anna = world.local_account("anna");
  model::User user = world.user_of(anna);
  model::Account near1 = world.remote_account("n1", "near.example", {.shared_inbox_url = "https://near.example/inbox"});
  model::Account near2 = world.remote_account("n2", "near.example", {.shared_inbox_url = "https://near.example/inbox"});
  model::Account far = world.remote_account("f", "far.example");

  model::Status post(const std::string& text, Visibility visibility = Visibility::public_,
                     std::optional<StatusId> parent = std::nullopt) {
    world.clock.advance(std::chrono::seconds(1));
    service::StatusDraft draft;
    draft.text = text;
    draft.visibility = visibility;
    draft.in_reply_to_id = parent;
    service::RemoteDocuments documents;
    return world.write([&](db::Tx& tx) { return services.statuses.post(tx, documents, anna, user, draft).value(); });
  }
  std::vector<std::string> inboxes() {
    std::vector<std::string> result;
    for (const auto& sent : outgoing()) result.push_back(sent.inbox);
    std::ranges::sort(result);
    return result;
  }
};

using Inboxes = std::vector<std::string>;

}  // namespace

// 8.87
TEST_CASE("a post reaches each server of the followers once", "[activitypub][outbox]") {
  Setup f;
  f.world.follow(f.near1, f.anna);
  f.world.follow(f.near2, f.anna);
  f.world.follow(f.far, f.anna);
  const auto status = f.post("hello");
  CHECK(f.outgoing().empty());  // one job, whatever the number of followers
  CHECK(f.run_jobs() == 1);
  const auto sent = f.outgoing();
  CHECK(f.inboxes() == Inboxes{f.far.inbox_url, "https://near.example/inbox"});
  CHECK(sent[0].activity["type"] == "Create");
  CHECK(sent[0].activity["object"]["id"] == status.uri);
  CHECK(sent[0].activity["object"]["context"].get<std::string>().starts_with("https://example.org/contexts/"));
}

TEST_CASE("a post that concerns nobody elsewhere costs no job", "[activitypub][outbox]") {
  Setup f;
  f.post("hello");
  f.post("to myself", Visibility::direct);
  CHECK(f.run_jobs() == 0);
}

TEST_CASE("mentioned people hear it first, also those who do not follow", "[activitypub][outbox]") {
  Setup f;
  f.world.follow(f.near1, f.anna);
  f.post("hi @f@far.example");
  f.run_jobs();
  for (const auto& sent : f.outgoing()) {
    CHECK(sent.priority == (sent.inbox == f.far.inbox_url ? jobs::Priority::direct : jobs::Priority::post));
  }
  CHECK(f.inboxes().size() == 2);
}

// 8.53
TEST_CASE("a direct post goes to the mentioned alone, a private one not to who only asks", "[activitypub][outbox]") {
  Setup f;
  f.world.follow(f.near1, f.anna);
  f.post("psst @f@far.example", Visibility::direct);
  f.run_jobs();
  CHECK(f.inboxes() == Inboxes{f.far.inbox_url});
}

// 8.93, R31
TEST_CASE("whom the author blocks gets nothing, even mentioned", "[activitypub][outbox]") {
  Setup f;
  f.post("hi @f@far.example");
  f.world.block(f.anna, f.far);
  f.run_jobs();
  CHECK(f.outgoing().empty());
}

TEST_CASE("a reply reaches the author of its parent", "[activitypub][outbox]") {
  Setup f;
  const auto parent = f.world.status(f.far);
  f.post("indeed", Visibility::public_, parent.id);
  f.run_jobs();
  const auto sent = f.outgoing();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].inbox == f.far.inbox_url);
  CHECK(sent[0].activity["object"]["inReplyTo"] == parent.uri);
}

// 8.94
TEST_CASE("a Delete goes wherever a copy may be", "[activitypub][outbox]") {
  Setup f;
  f.world.follow(f.near1, f.anna);
  const auto status = f.post("hello");
  f.run_jobs();
  f.world.favourite(f.far, status);
  f.world.write([&](db::Tx& tx) { f.services.statuses.remove(tx, f.anna, status.id).value(); });
  f.run_jobs();
  const auto sent = f.outgoing();
  // The Create that had not gone yet is pointless now.
  CHECK(f.inboxes() == Inboxes{f.far.inbox_url, "https://near.example/inbox"});
  for (const auto& one : sent) {
    CHECK(one.activity["type"] == "Delete");
    CHECK(one.activity["object"]["id"] == status.uri);
    CHECK(one.essential);
  }
}

// 8.88
TEST_CASE("a post deleted before its job ran is not sent", "[activitypub][outbox]") {
  Setup f;
  f.world.follow(f.near1, f.anna);
  const auto status = f.post("hello");
  f.world.write([&](db::Tx& tx) { f.services.statuses.remove(tx, f.anna, status.id).value(); });
  CHECK(f.run_jobs() == 2);
  const auto sent = f.outgoing();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].activity["type"] == "Delete");
}

TEST_CASE("a boost reaches the followers and the author, its Undo the same", "[activitypub][outbox]") {
  Setup f;
  f.world.follow(f.near1, f.anna);
  const auto theirs = f.world.status(f.far);
  f.world.write([&](db::Tx& tx) { f.services.statuses.reblog(tx, f.anna, theirs.id, std::nullopt).value(); });
  f.run_jobs();
  CHECK(f.inboxes() == Inboxes{f.far.inbox_url, "https://near.example/inbox"});
  const auto announce = f.outgoing()[0].activity;
  CHECK(announce["type"] == "Announce");
  CHECK(announce["object"] == theirs.uri);
  f.world.write([&](db::Tx& tx) { f.services.statuses.unreblog(tx, f.anna, theirs.id).value(); });
  f.run_jobs();
  for (const auto& one : f.outgoing()) {
    if (one.activity["type"] != "Undo") continue;
    CHECK(one.activity["object"]["id"] == announce["id"]);
    CHECK(one.essential);
  }
}

TEST_CASE("likes, follows and blocks go to the one they are about, at once", "[activitypub][outbox]") {
  Setup f;
  const auto theirs = f.world.status(f.near1);
  f.world.write([&](db::Tx& tx) {
    f.services.statuses.favourite(tx, f.anna, theirs.id).value();
    f.services.statuses.unfavourite(tx, f.anna, theirs.id).value();
    f.services.follows.follow(tx, f.anna, f.near1.id, {}).value();
    f.services.follows.unfollow(tx, f.anna, f.near1.id).value();
    f.services.relationships.block(tx, f.anna, f.near1.id).value();
    f.services.relationships.unblock(tx, f.anna, f.near1.id).value();
  });
  const auto sent = f.outgoing();
  REQUIRE(sent.size() == 6);
  for (const auto& one : sent) CHECK(one.inbox == f.near1.inbox_url);  // the personal inbox
  std::vector<std::string> types;
  for (const auto& one : sent) types.push_back(one.activity["type"]);
  CHECK(std::ranges::count(types, "Like") == 1);
  CHECK(std::ranges::count(types, "Follow") == 1);
  CHECK(std::ranges::count(types, "Block") == 1);
  CHECK(std::ranges::count(types, "Undo") == 3);
}

TEST_CASE("several edits of a profile are one Update to who shows it", "[activitypub][outbox]") {
  Setup f;
  f.world.follow(f.near1, f.anna);
  f.world.follow(f.anna, f.far);
  for (int i = 0; i < 3; ++i) f.world.write([&](db::Tx& tx) { f.federation.profile_updated(tx, f.anna); });
  CHECK(f.run_jobs() == 1);
  CHECK(f.inboxes() == Inboxes{f.far.inbox_url, "https://near.example/inbox"});
  CHECK(f.outgoing()[0].activity["object"]["type"] == "Person");
}

// federation.md 4.9
TEST_CASE("a profile is told to those who have met the account, though nobody follows", "[activitypub][outbox]") {
  Setup f;
  const auto peer = [&](const std::string& name) { return f.world.remote_account(name, name + ".example"); };
  const auto asked = peer("asked");
  const auto asking = peer("asking");
  const auto mentioned = peer("mentioned");
  const auto answered = peer("answered");
  const auto boosted = peer("boosted");
  const auto favoured = peer("favoured");
  const auto heard = peer("heard");
  const auto blocked = peer("blocked");
  const auto blocking = peer("blocking");
  peer("stranger");
  f.world.status(f.anna, {.mentions = {mentioned, blocked, blocking}});
  f.world.status(f.anna, {.reply_to = f.world.status(answered)});
  f.world.reblog(f.anna, f.world.status(boosted));
  f.world.favourite(f.anna, f.world.status(favoured));
  f.world.block(f.anna, blocked);
  f.world.block(blocking, f.anna);
  f.world.write([&](db::Tx& tx) {
    for (const auto& [who, whom] : {std::pair{f.anna.id, asked.id}, {asking.id, f.anna.id}}) {
      store::upsert_follow_request(tx, {.id = f.world.ids.next<FollowId>(),
                                        .account_id = who,
                                        .target_account_id = whom,
                                        .uri = std::nullopt,
                                        .languages = std::nullopt,
                                        .created_at = tx.now()});
    }
    store::insert_notification(tx, {.id = f.world.ids.next<NotificationId>(),
                                    .account_id = f.anna.id,
                                    .from_account_id = heard.id,
                                    .created_at = tx.now()});
    f.federation.profile_updated(tx, f.anna);
  });
  f.run_jobs();
  CHECK(f.inboxes() == Inboxes{answered.inbox_url, asked.inbox_url, asking.inbox_url, boosted.inbox_url,
                               favoured.inbox_url, heard.inbox_url, mentioned.inbox_url});
  f.world.clock.advance(std::chrono::hours(30 * 24));
  auto later = f.world.read([&](db::Tx& tx) {
    return store::list_acquainted_inboxes(tx, f.anna.id, tx.now() - std::chrono::hours(30 * 24));
  });
  std::ranges::sort(later);
  CHECK(later == Inboxes{asked.inbox_url, asking.inbox_url});  // they wait still
}

// 8.36, 8.39
TEST_CASE("a delivery is signed so that the peer can verify it, anew for each attempt", "[activitypub][outbox][sign]") {
  Setup f;
  f.world.write([&](db::Tx& tx) {
    store::insert_key(tx, {.key_id = f.anna.uri + "#main-key",
                           .account_id = f.anna.id,
                           .algorithm = model::KeyAlgorithm::rsa,
                           .public_pem = test::test_key().public_key().to_pem(),
                           .private_pem = test::test_key().to_pem(),
                           .fetched_at = std::nullopt});
  });
  const auto key = f.world.session().read([&](db::Tx& tx) { return find_signing_key(tx, f.keys, f.anna.id); });
  REQUIRE(key);
  CHECK_FALSE(f.world.session().read([&](db::Tx& tx) { return find_signing_key(tx, f.keys, f.far.id); }));
  CHECK_FALSE(sign_delivery("nonsense", nullptr, *key, crypto::SignatureScheme::cavage, f.world.clock.now()));

  const auto body = std::make_shared<const std::string>("{}");
  for (const auto scheme : {crypto::SignatureScheme::cavage, crypto::SignatureScheme::rfc9421}) {
    const auto request = sign_delivery("https://near.example/inbox?x=1", body, *key, scheme, f.world.clock.now());
    REQUIRE(request);
    CHECK(request->headers.get("Content-Type") == "application/activity+json");
    crypto::SignedRequest received{.method = "post",
                                   .target = "/inbox?x=1",
                                   .scheme = "https",
                                   .authority = "near.example",
                                   .headers = {},
                                   .body = *body};
    for (const auto& field : request->headers.all()) received.headers.emplace_back(field.name, field.value);
    received.headers.emplace_back("Host", "near.example");
    const std::array<std::string, 1> hosts{"near.example"};
    const auto signatures = crypto::parse_signatures(received);
    REQUIRE(signatures);
    CHECK(signatures->at(0).key_id == f.anna.uri + "#main-key");
    CHECK(crypto::verify(signatures->at(0), received, test::test_key().public_key(),
                         {.own_hosts = hosts, .now = f.world.clock.now()}));
  }
  const auto first =
      sign_delivery("https://near.example/inbox", body, *key, crypto::SignatureScheme::cavage, f.world.clock.now());
  f.world.clock.advance(std::chrono::minutes(10));
  const auto second =
      sign_delivery("https://near.example/inbox", body, *key, crypto::SignatureScheme::cavage, f.world.clock.now());
  CHECK(first->headers.get("Date") != second->headers.get("Date"));
  CHECK(first->headers.get("Signature") != second->headers.get("Signature"));

  http::OutboundRequest fetch;
  fetch.url = "https://near.example/users/n1";
  REQUIRE(sign_fetch(fetch, *key, crypto::SignatureScheme::cavage, f.world.clock.now()));
  CHECK_FALSE(fetch.headers.find("Digest"));
}

TEST_CASE("a profile and a poll name the emojis of ours that stand in them", "[activitypub][outbox][emoji]") {
  Setup f;
  f.world.write([&](db::Tx& tx) {
    for (const char* shortcode : {"gull", "wader", "unused"}) {
      store::save_emoji(tx, {.id = f.world.ids.next<model::PictureId>().value,
                             .shortcode = shortcode,
                             .url = std::string(40, 'a') + ".png",
                             .static_url = std::string(40, 'a') + ".png"});
    }
  });
  auto anna = f.anna;
  anna.display_name = "Anna :wader:";
  anna.fields = {{.name = "birds", .value = "<p>:gull:</p>", .source = ":gull:", .verified_at = {}}};
  const auto emojis = f.world.read([&](db::Tx& tx) { return profile_emojis(tx, anna); });
  const auto actor = Json::parse(render_actor(f.config, anna, {}, Context::with, {}, emojis));
  REQUIRE(actor["tag"].size() == 2);
  CHECK(actor["tag"][0]["name"] == ":gull:");
  CHECK(actor["tag"][1]["type"] == "Emoji");
  CHECK(actor["tag"][1]["icon"]["url"].get<std::string>().ends_with(".png"));
  CHECK(actor["tag"][1]["updated"] == format_iso8601(f.world.clock.now()));  // so that others fetch a new picture
  CHECK(f.world.read([&](db::Tx& tx) { return profile_emojis(tx, f.anna); }).empty());

  service::StatusDraft draft;
  draft.text = "which?";
  draft.poll.emplace();
  draft.poll->options = {":wader:", "none"};
  draft.poll->expires_in_seconds = 3600;
  service::RemoteDocuments documents;
  f.world.follow(f.far, f.anna);
  f.world.write([&](db::Tx& tx) { return f.services.statuses.post(tx, documents, f.anna, f.user, draft).value(); });
  f.run_jobs();
  const auto question = f.outgoing().back().activity["object"];
  CHECK(question["type"] == "Question");
  REQUIRE(question["tag"].size() == 1);
  CHECK(question["tag"][0]["name"] == ":wader:");
}

}  // namespace dunlin::activitypub
