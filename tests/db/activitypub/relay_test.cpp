#include "support/fediverse.hpp"

#include "dunlin/activitypub/relays.hpp"
#include "dunlin/store/notifications.hpp"
#include "dunlin/store/relays.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace dunlin::activitypub {

using model::RelayState;
using model::RelayStyle;
using test::Fediverse;
using test::Json;
using test::note_document;

namespace {

const std::string kInbox = "https://relay.example/inbox";
const std::string kActor = "https://relay.example/actor";

struct Setup : Fediverse {
  Setup() {
    world.write([&](db::Tx& tx) { services.accounts.ensure_instance_actor(tx); });
  }
  model::Account anna = world.local_account("anna");
  model::Account mara = world.remote_account("mara", "masto.example");

  /// The relay's actor, known here.
  model::Account relay_actor() {
    auto document = test::actor_document("relay.example", "relay");
    document["id"] = kActor;
    document["type"] = "Application";
    document["inbox"] = kInbox;
    document["outbox"] = document["followers"] = document["following"] = kActor + "/x";
    document["publicKey"] = {
        {"id", kActor + "#main-key"}, {"owner", kActor}, {"publicKeyPem", test::test_key().public_key().to_pem()}};
    remote.serve(kActor, document);
    return resolve([](Resolver& r) { return r.actor(kActor); }).value();
  }
  model::Relay subscribe(RelayStyle style = RelayStyle::mastodon) {
    const auto relay = world.write(
        [&](db::Tx& tx) { return add_relay(env, tx, style == RelayStyle::mastodon ? kInbox : kActor, style).value(); });
    ask(relay);
    return relay;
  }
  void ask(const model::Relay& relay) {
    const auto done = remote.run_with([&](service::RemoteDocuments& documents) {
      return world.session().write(
          [&](db::Tx& tx) { return run_ask_relay(env, services, tx, documents, std::to_string(relay.id)); });
    });
    REQUIRE(done);
  }
  /// ... and is let in.
  void join(const model::Account& actor, RelayStyle style = RelayStyle::mastodon) {
    const auto relay = subscribe(style);
    REQUIRE(receive(actor, {{"type", "Accept"}, {"object", relay.follow_uri}}).verdict == Verdict::accepted);
  }
  void make_indexable(const model::Account& account) {
    auto changed = account;
    changed.indexable = true;
    world.write([&](db::Tx& tx) { store::update_account(tx, changed); });
  }
  RelayState state() {
    return world.read([&](db::Tx& tx) { return store::list_relays(tx).at(0).state; });
  }
  Json create(const Json& more = Json::object()) {
    auto note = note_document(mara, "1", more);
    remote.serve(mara.uri + "/notes/1", note);
    return {{"type", "Create"}, {"id", mara.uri + "/notes/1/activity"}, {"actor", mara.uri}, {"object", note}};
  }
};

}  // namespace

TEST_CASE("8.86: a Mastodon-style relay is followed by way of Public and answers", "[activitypub][relay]") {
  Setup f;
  const auto relay = f.subscribe();
  const auto sent = f.outgoing();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].inbox == kInbox);
  CHECK(sent[0].activity["type"] == "Follow");
  CHECK(sent[0].activity["actor"] == "https://example.org/actor");
  CHECK(sent[0].activity["object"] == test::kAsPublic);
  const auto actor = f.relay_actor();
  // Nobody else's yes counts.
  f.receive(f.mara, {{"type", "Accept"}, {"object", relay.follow_uri}});
  CHECK(f.state() == RelayState::asked);
  CHECK(f.receive(actor, {{"type", "Accept"}, {"object", sent[0].activity}}).verdict == Verdict::accepted);
  CHECK(f.state() == RelayState::accepted);
  f.receive(actor, {{"type", "Reject"}, {"object", relay.follow_uri}});
  CHECK(f.state() == RelayState::refused);
}

TEST_CASE("a LitePub-style relay is followed as an actor, and followed back", "[activitypub][relay]") {
  Setup f;
  const auto actor = f.relay_actor();
  f.subscribe(RelayStyle::litepub);
  const auto sent = f.outgoing();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].inbox == kInbox);
  CHECK(sent[0].activity["object"] == kActor);
  f.receive(actor, {{"type", "Accept"}, {"object", sent[0].activity["id"]}});
  CHECK(f.receive(actor, {{"type", "Follow"}, {"object", "https://example.org/actor"}}).verdict == Verdict::accepted);
  CHECK(f.outgoing().back().activity["type"] == "Accept");
  // Anybody else's Follow of the instance actor is still refused.
  CHECK(f.receive(f.mara, {{"type", "Follow"}, {"object", "https://example.org/actor"}}).verdict == Verdict::rejected);
}

TEST_CASE("8.86: what a relay brings is fetched from its origin, public and new only, and tells nobody",
          "[activitypub][relay]") {
  Setup f;
  const auto actor = f.relay_actor();
  f.make_indexable(f.mara);
  const auto fresh = Json{{"published", "2026-03-01T11:00:00Z"},
                          {"tag", Json::array({{{"type", "Mention"}, {"href", f.anna.uri}}})},
                          {"cc", Json::array({f.anna.uri})}};
  const auto uri = f.mara.uri + "/notes/1";
  SECTION("not from who is no relay") {
    auto unrelated = fresh;
    unrelated["cc"] = unrelated["tag"] = Json::array();
    CHECK(f.receive(actor, f.create(unrelated)).verdict == Verdict::ignored);
    CHECK_FALSE(f.find_status(uri));
  }
  SECTION("the original activity") {
    f.join(actor);
    CHECK(f.receive(actor, f.create(fresh)).verdict == Verdict::accepted);
    CHECK(f.find_status(uri));
    CHECK(f.world.read([&](db::Tx& tx) { return store::list_notifications(tx, f.anna.id, {}, {}); }).empty());
  }
  SECTION("an Announce is no boost") {
    f.join(actor, RelayStyle::litepub);
    f.create(fresh);
    CHECK(f.receive(actor, {{"type", "Announce"}, {"object", uri}}).verdict == Verdict::accepted);
    CHECK(f.find_status(uri));
    CHECK(f.world.reload(*f.find_status(uri)).reblogs_count == 0);
  }
  SECTION("not what is for followers") {
    f.join(actor);
    auto hidden = fresh;
    hidden["to"] = Json::array({f.mara.uri + "/followers"});
    hidden["cc"] = hidden["tag"] = Json::array();
    CHECK(f.receive(actor, f.create(hidden)).verdict == Verdict::ignored);
    CHECK_FALSE(f.find_status(uri));
  }
  SECTION("not what is old") {
    f.join(actor);
    auto old = fresh;
    old["published"] = "2026-01-01T00:00:00Z";
    old["cc"] = old["tag"] = Json::array();
    CHECK(f.receive(actor, f.create(old)).verdict == Verdict::ignored);
  }
  SECTION("nothing before it has said yes") {
    f.subscribe();
    auto unrelated = fresh;
    unrelated["cc"] = unrelated["tag"] = Json::array();
    CHECK(f.receive(actor, f.create(unrelated)).verdict == Verdict::ignored);
    CHECK_FALSE(f.find_status(uri));
  }
  SECTION("nothing by way of somebody else on its host") {
    f.join(actor);
    const auto person = f.world.remote_account("p", "relay.example");
    auto unrelated = fresh;
    unrelated["cc"] = unrelated["tag"] = Json::array();
    CHECK(f.receive(person, f.create(unrelated)).verdict == Verdict::ignored);
    CHECK_FALSE(f.find_status(uri));
  }
  SECTION("not of who does not want to be found, unless somebody here follows") {
    auto shy = f.mara;
    shy.indexable = false;
    f.world.write([&](db::Tx& tx) { store::update_account(tx, shy); });
    f.join(actor, RelayStyle::litepub);
    f.create(fresh);
    const Json announce = {{"type", "Announce"}, {"object", uri}};
    CHECK(f.receive(actor, announce).why == Reason::not_allowed);
    CHECK_FALSE(f.find_status(uri));
    f.world.follow(f.anna, f.mara);
    CHECK(f.receive(actor, announce).verdict == Verdict::accepted);
  }
  SECTION("not more than its share") {
    f.join(actor, RelayStyle::litepub);
    f.create(fresh);
    for (int i = 0; i < 5000; ++i) f.federation.relay_limiter().count(kActor, 5000, std::chrono::hours(1));
    CHECK(f.receive(actor, {{"type", "Announce"}, {"object", uri}}).why == Reason::flood);
    CHECK(f.remote.requested.back() != uri);
    f.world.clock.advance(std::chrono::hours(1));
    CHECK(f.receive(actor, {{"type", "Announce"}, {"object", uri}}).verdict == Verdict::accepted);
  }
}

TEST_CASE("public posts go to relays, others do not, each style in its form", "[activitypub][relay]") {
  Setup f;
  const auto actor = f.relay_actor();
  f.subscribe();
  f.receive(actor, {{"type", "Accept"}, {"object", f.outgoing().at(0).activity}});
  const auto user = f.world.user_of(f.anna);
  const auto post = [&](model::Visibility visibility) {
    service::StatusDraft draft;
    draft.text = "hello";
    draft.visibility = visibility;
    service::RemoteDocuments documents;
    return f.world.write(
        [&](db::Tx& tx) { return f.services.statuses.post(tx, documents, f.anna, user, draft).value(); });
  };
  const auto status = post(model::Visibility::public_);
  post(model::Visibility::unlisted);
  post(model::Visibility::private_);
  f.run_jobs();
  const auto sent = f.outgoing();
  REQUIRE(sent.size() == 2);  // the Follow and one Create
  CHECK(sent[1].inbox == kInbox);
  CHECK(sent[1].activity["object"]["id"] == status.uri);
  CHECK(sent[1].activity["proof"]["cryptosuite"] == "eddsa-jcs-2022");
  CHECK(sent[1].priority == jobs::Priority::relay);
}

TEST_CASE("relays hear of profiles and moves, blockers of moves", "[activitypub][relay][move]") {
  Setup f;
  f.join(f.relay_actor());
  const auto before = f.outgoing().size();
  f.world.write([&](db::Tx& tx) { f.federation.profile_updated(tx, f.anna); });
  f.run_jobs();
  REQUIRE(f.outgoing().size() == before + 1);
  CHECK(f.outgoing().back().inbox == kInbox);
  CHECK(f.outgoing().back().activity["type"] == "Update");

  const auto blocker =
      f.world.remote_account("b", "block.example", {.shared_inbox_url = "https://block.example/inbox"});
  f.world.block(blocker, f.anna);
  f.world.write([&](db::Tx& tx) {
    auto moved = f.anna;
    moved.moved_to_id = f.mara.id;
    store::update_account(tx, moved);
    f.queue.enqueue(tx, {.kind = kDistribute, .payload = "move " + f.anna.id.str()});
  });
  f.run_jobs();
  std::vector<std::string> inboxes;
  for (const auto& sent : f.outgoing()) {
    if (sent.activity["type"] == "Move") inboxes.push_back(sent.inbox);
  }
  std::ranges::sort(inboxes);
  CHECK(inboxes == std::vector<std::string>{"https://block.example/inbox", kInbox});
}

TEST_CASE("leaving a relay undoes the Follow", "[activitypub][relay]") {
  Setup f;
  f.subscribe();
  f.world.write([&](db::Tx& tx) { remove_relay(f.env, tx, kInbox).value(); });
  const auto sent = f.outgoing();
  REQUIRE(sent.size() == 2);
  CHECK(sent[1].activity["type"] == "Undo");
  CHECK(sent[1].activity["object"] == [&] {
    auto follow = sent[0].activity;
    follow.erase("@context");
    return follow;
  }());
  for (const char* url : {"", "nonsense", "http://relay.example/inbox", "https://example.org/inbox"}) {
    const auto made =
        f.world.session().write([&](db::Tx& tx) { return add_relay(f.env, tx, url, RelayStyle::mastodon); });
    CHECK_FALSE(made);
  }
}

}  // namespace dunlin::activitypub
