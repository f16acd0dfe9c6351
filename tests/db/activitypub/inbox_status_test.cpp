#include "inbox_posts.hpp"

#include "dunlin/store/conversations.hpp"
#include "dunlin/store/notifications.hpp"
#include "dunlin/store/relationships.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace dunlin::activitypub {

using namespace std::chrono_literals;
using model::Visibility;
using test::Json;
using test::note_document;

using Setup = InboxPosts;

// 8.54
TEST_CASE("a Create by somebody followed here is stored, once", "[activitypub][inbox][create]") {
  Setup f;
  CHECK(f.receive(f.mara, f.create(f.mara, "1")).verdict == Verdict::accepted);
  REQUIRE(f.find_status(f.uri("1")));
  CHECK(f.receive(f.mara, f.create(f.mara, "1")).verdict == Verdict::duplicate);
  CHECK(f.world.reload(f.mara).statuses_count == 1);
}

TEST_CASE("what was fetched in silence is told of when its author sends it, once", "[activitypub][inbox][create]") {
  Setup f;
  const Json named = {{"cc", Json::array({f.anna.uri})}, {"tag", Json::array({f.mention(f.anna)})}};
  const auto note = note_document(f.mara, "1", named);
  f.remote.serve(f.uri("1"), note);
  REQUIRE(f.resolve([&](Resolver& r) { return r.status(f.uri("1")); }));
  CHECK(f.told(f.anna).empty());
  const Json create = {{"type", "Create"}, {"object", note}};
  CHECK(f.receive(f.eve, create).verdict != Verdict::accepted);
  Json forwarded = create;
  forwarded["actor"] = f.mara.uri;
  forwarded["id"] = f.mara.uri + "/activities/1";
  CHECK(f.receive(f.stranger, forwarded).verdict == Verdict::duplicate);
  CHECK(f.told(f.anna).empty());
  CHECK(f.receive(f.mara, create).verdict == Verdict::accepted);
  REQUIRE(f.told(f.anna).size() == 1);
  CHECK(f.told(f.anna)[0].type == model::NotificationType::mention);
  f.world.write([&](db::Tx& tx) { store::clear_notifications(tx, f.anna.id); });
  CHECK(f.receive(f.mara, create).verdict == Verdict::duplicate);
  CHECK(f.told(f.anna).empty());
}

TEST_CASE("a direct status that was fetched first makes its conversation unread when it is sent",
          "[activitypub][inbox][create]") {
  Setup f;
  f.world.follow(f.anna, f.stranger);
  const Json direct = {
      {"to", Json::array({f.anna.uri})}, {"cc", Json::array()}, {"tag", Json::array({f.mention(f.anna)})}};
  const auto note = note_document(f.mara, "1", direct);
  f.remote.serve(f.uri("1"), note);
  REQUIRE(f.resolve([&](Resolver& r) { return r.status(f.uri("1")); }));
  const auto conversations = [&] {
    return f.world.read([&](db::Tx& tx) { return store::list_conversations(tx, f.anna.id, {}); });
  };
  REQUIRE(conversations().size() == 1);
  CHECK_FALSE(conversations()[0].unread);
  f.receive(f.mara, {{"type", "Create"}, {"object", note}});
  REQUIRE(conversations().size() == 1);
  CHECK(conversations()[0].unread);
}

// 8.57
TEST_CASE("a second Create changes neither text nor audience", "[activitypub][inbox][create]") {
  Setup f;
  f.receive(f.mara, f.create(f.mara, "1", {{"to", Json::array({f.mara.uri + "/followers"})}, {"cc", Json::array()}}));
  REQUIRE(f.find_status(f.uri("1"))->visibility == Visibility::private_);
  f.receive(f.mara, f.create(f.mara, "1", {{"content", "<p>wider</p>"}}));
  CHECK(f.find_status(f.uri("1"))->visibility == Visibility::private_);
  CHECK(f.find_status(f.uri("1"))->content == "<p>hello from afar</p>");
}

TEST_CASE("what concerns nobody here is not kept", "[activitypub][inbox][create]") {
  Setup f;
  CHECK(f.receive(f.stranger, f.create(f.stranger, "1")).verdict == Verdict::ignored);
  CHECK(f.receive(f.stranger, f.create(f.stranger, "2",
                                       {{"tag", Json::array({f.mention(f.anna)})}, {"cc", Json::array({f.anna.uri})}}))
            .verdict == Verdict::accepted);
  const auto parent = f.world.status(f.anna);
  CHECK(f.receive(f.stranger, f.create(f.stranger, "3", {{"inReplyTo", parent.uri}})).verdict == Verdict::accepted);
  f.receive(f.mara, f.create(f.mara, "4"));
  CHECK(f.receive(f.stranger, f.create(f.stranger, "5", {{"inReplyTo", f.uri("4")}})).verdict == Verdict::accepted);
  CHECK_FALSE(f.find_status(f.stranger.uri + "/notes/1"));
}

// 8.60
TEST_CASE("who is both named and addressed is told; one of the two is not enough", "[activitypub][inbox][create]") {
  Setup f;
  f.receive(f.mara, f.create(f.mara, "1", {{"tag", Json::array({f.mention(f.anna)})}}));
  CHECK(f.told(f.anna).empty());
  f.receive(f.mara, f.create(f.mara, "2", {{"to", Json::array({f.anna.uri})}, {"cc", Json::array()}}));
  CHECK(f.told(f.anna).empty());
  const auto silent = f.find_status(f.uri("2"));
  REQUIRE(silent);
  CHECK(f.world.read([&](db::Tx& tx) { return store::find_visible_status(tx, f.anna.id, silent->id); }));
  f.receive(f.mara,
            f.create(f.mara, "3", {{"cc", Json::array({f.anna.uri})}, {"tag", Json::array({f.mention(f.anna)})}}));
  CHECK(f.told(f.anna).size() == 1);
}

TEST_CASE("being named in what is addressed to others gives no sight of it", "[activitypub][inbox][create]") {
  Setup f;
  const auto ben = f.world.local_account("ben");
  f.receive(f.mara, f.create(f.mara, "1",
                             {{"to", Json::array({f.anna.uri})},
                              {"cc", Json::array()},
                              {"tag", Json::array({f.mention(f.anna), f.mention(ben)})}}));
  const auto status = f.find_status(f.uri("1"));
  REQUIRE(status);
  CHECK_FALSE(f.world.read([&](db::Tx& tx) { return store::find_visible_status(tx, ben.id, status->id); }));
}

// 8.55, R7
TEST_CASE("a Create must be by the note's author, of the note's host", "[activitypub][inbox][authority]") {
  struct Attack {
    const char* name;
    Json object;
  };
  Setup f;
  auto note = [&](const Json& more) { return note_document(f.mara, "1", more); };
  const Attack kAttacks[] = {
      {"another author of the same host", note({{"attributedTo", f.eve.uri}})},
      {"an author of another host", note({{"attributedTo", f.stranger.uri}})},
      {"one of ours", note({{"attributedTo", f.anna.uri}})},
      {"authors on two hosts", note({{"attributedTo", Json::array({f.mara.uri, f.stranger.uri})}})},
      {"an id on another host", note({{"id", "https://far.example/notes/1"}})},
      {"an id on our host", note({{"id", "https://example.org/users/anna/statuses/1"}})},
      {"an id on a host that looks alike", note({{"id", "https://masto.example.evil.example/notes/1"}})},
      {"no id",
       [&] {
         auto n = note(Json::object());
         n.erase("id");
         return n;
       }()},
      {"a bare id of another host", Json("https://far.example/notes/1")},
      {"an actor", Json{{"id", f.mara.uri + "/x"}, {"type", "Person"}, {"preferredUsername", "x"}}},
      {"nothing", nullptr},
  };
  f.remote.serve("https://far.example/notes/1", note_document(f.mara, "1", {{"id", "https://far.example/notes/1"}}));
  for (const Attack& attack : kAttacks) {
    CAPTURE(attack.name);
    CHECK(f.receive(f.mara, {{"type", "Create"}, {"object", attack.object}}).verdict == Verdict::rejected);
    CHECK_FALSE(f.find_status(f.uri("1")));
    CHECK_FALSE(f.find_status("https://far.example/notes/1"));
  }
}

TEST_CASE("an activity's id must be on its actor's host", "[activitypub][inbox][authority]") {
  Setup f;
  auto create = f.create(f.mara, "1");
  create["id"] = "https://far.example/activities/1";
  CHECK(f.receive(f.mara, create).verdict == Verdict::rejected);
  CHECK_FALSE(f.find_status(f.uri("1")));
}

TEST_CASE("a bare object is fetched from the actor's host only, wherever a redirect leads",
          "[activitypub][inbox][create]") {
  Setup f;
  f.remote.serve(f.uri("1"), note_document(f.mara, "1"));
  CHECK(f.receive(f.mara, {{"type", "Create"}, {"object", f.uri("1")}}).verdict == Verdict::accepted);
  auto forged = note_document(f.mara, "2", {{"id", "https://evil.example/2"}});
  f.remote.serve("https://evil.example/2", forged);
  f.remote.redirect(f.uri("2"), "https://evil.example/2");
  CHECK(f.receive(f.mara, {{"type", "Create"}, {"object", f.uri("2")}}).verdict == Verdict::rejected);
  CHECK_FALSE(f.find_status("https://evil.example/2"));
}

// 8.56
TEST_CASE("of a person and a channel, the person is the author", "[activitypub][inbox][create]") {
  Setup f;
  const auto note = note_document(f.mara, "1",
                                  {{"type", "Video"},
                                   {"name", "Waders"},
                                   {"url", "https://masto.example/w/1"},
                                   {"attributedTo", Json::array({{{"type", "Group"}, {"id", f.eve.uri}},
                                                                 {{"type", "Person"}, {"id", f.mara.uri}}})}});
  CHECK(f.receive(f.mara, {{"type", "Create"}, {"object", note}}).verdict == Verdict::accepted);
  CHECK(f.find_status(f.uri("1"))->account_id == f.mara.id);
}

TEST_CASE("a private message goes to the one it is for", "[activitypub][inbox][create]") {
  Setup f;
  CHECK(f.receive(f.stranger,
                  f.create(f.stranger, "1",
                           {{"type", "ChatMessage"}, {"to", Json::array({f.anna.uri})}, {"cc", Json::array()}}))
            .verdict == Verdict::accepted);
  CHECK(f.find_status(f.stranger.uri + "/notes/1")->visibility == Visibility::direct);
  CHECK(f.told(f.anna).size() == 1);
  CHECK(f.receive(
             f.stranger,
             f.create(f.stranger, "2",
                      {{"type", "ChatMessage"}, {"to", Json::array({f.anna.uri, f.mara.uri})}, {"cc", Json::array()}}))
            .verdict == Verdict::ignored);
}

TEST_CASE("8.73: an account that its own server suspends is hidden until that is over",
          "[activitypub][inbox][update]") {
  Setup f;
  const auto update = Json{
      {"type", "Update"},
      {"object", {{"id", f.mara.uri}, {"type", "Person"}, {"preferredUsername", "mara"}, {"inbox", f.mara.inbox_url}}}};
  auto document = test::actor_document("masto.example", "mara");
  document["suspended"] = true;
  f.remote.serve(f.mara.uri, document);
  f.remote.webfinger("mara@masto.example", f.mara.uri);
  CHECK(f.receive(f.mara, update).verdict == Verdict::accepted);
  CHECK(f.world.reload(f.mara).suspended_at);
  document["suspended"] = false;
  f.remote.serve(f.mara.uri, document);
  f.world.clock.advance(1min);
  CHECK(f.receive(f.world.reload(f.mara), update).verdict == Verdict::accepted);
  CHECK_FALSE(f.world.reload(f.mara).suspended_at);
}

// 8.106
TEST_CASE("a suspended actor adds nothing, but may take away", "[activitypub][inbox][authority]") {
  Setup f;
  f.receive(f.mara, f.create(f.mara, "1"));
  f.world.suspend(f.mara);
  CHECK(f.receive(f.mara, f.create(f.mara, "2")).verdict == Verdict::rejected);
  CHECK(f.receive(f.mara, {{"type", "Follow"}, {"object", f.anna.uri}}).verdict == Verdict::rejected);
  CHECK(f.receive(f.mara, {{"type", "Delete"}, {"object", f.uri("1")}}).verdict == Verdict::accepted);
  CHECK_FALSE(f.find_status(f.uri("1")));
}

// 8.71
TEST_CASE("an Update by the author edits, newer ones only", "[activitypub][inbox][update]") {
  Setup f;
  f.receive(f.mara,
            f.create(f.mara, "1", {{"cc", Json::array({f.anna.uri})}, {"tag", Json::array({f.mention(f.anna)})}}));
  const auto update = [&](const Json& more) {
    return f.receive(f.mara, {{"type", "Update"}, {"object", note_document(f.mara, "1", more)}});
  };
  CHECK(update({{"content", "<p>two</p>"}, {"updated", "2026-02-28T12:00:00Z"}}).verdict == Verdict::accepted);
  CHECK(f.find_status(f.uri("1"))->content == "<p>two</p>");
  CHECK(f.find_status(f.uri("1"))->edited_at);
  CHECK(update({{"content", "<p>one and a half</p>"}, {"updated", "2026-02-28T11:00:00Z"}}).verdict ==
        Verdict::ignored);
  CHECK(update({{"content", "<p>same</p>"}, {"updated", "2026-02-28T12:00:00Z"}}).verdict == Verdict::ignored);
  CHECK(update({{"content", "<p>no date</p>"}}).verdict == Verdict::ignored);
  CHECK(f.find_status(f.uri("1"))->content == "<p>two</p>");
  // Who was named keeps sight, in silence.
  const auto edited = f.find_status(f.uri("1"));
  const auto mentions = f.world.read([&](db::Tx& tx) { return store::list_mentions(tx, edited->id); });
  REQUIRE(mentions.size() == 1);
  CHECK(mentions[0].silent);
}

TEST_CASE("an Update never widens an audience", "[activitypub][inbox][update]") {
  Setup f;
  f.receive(f.mara, f.create(f.mara, "1", {{"to", Json::array({f.mara.uri + "/followers"})}, {"cc", Json::array()}}));
  f.receive(f.mara, {{"type", "Update"},
                     {"object",
                      note_document(f.mara, "1", {{"updated", "2026-02-28T12:00:00Z"}, {"content", "<p>wide</p>"}})}});
  CHECK(f.find_status(f.uri("1"))->edited_at);
  CHECK(f.find_status(f.uri("1"))->visibility == Visibility::private_);
}

// 8.72
TEST_CASE("nobody edits another's status, not even from the same host", "[activitypub][inbox][update]") {
  Setup f;
  f.receive(f.mara, f.create(f.mara, "1"));
  const auto forged = note_document(f.mara, "1", {{"content", "<p>forged</p>"}, {"updated", "2026-02-28T12:00:00Z"}});
  auto adopted = forged;
  adopted["attributedTo"] = f.eve.uri;
  for (const Json& object : {forged, adopted}) {
    CHECK(f.receive(f.eve, {{"type", "Update"}, {"object", object}}).verdict == Verdict::rejected);
    CHECK(f.receive(f.stranger, {{"type", "Update"}, {"object", object}}).verdict == Verdict::rejected);
  }
  CHECK(f.find_status(f.uri("1"))->content == "<p>hello from afar</p>");
}

TEST_CASE("an Update of an unknown status counts when it is young and concerns us", "[activitypub][inbox][update]") {
  Setup f;
  CHECK(f.receive(f.mara,
                  {{"type", "Update"}, {"object", note_document(f.mara, "1", {{"published", "2026-01-01T00:00:00Z"}})}})
            .verdict == Verdict::ignored);
  CHECK(f.receive(f.mara,
                  {{"type", "Update"}, {"object", note_document(f.mara, "2", {{"published", "2026-03-01T11:00:00Z"}})}})
            .verdict == Verdict::accepted);
  CHECK_FALSE(f.find_status(f.uri("1")));
  CHECK(f.find_status(f.uri("2")));
}

// 8.73
TEST_CASE("an Update of an actor shows its profile as its server does now", "[activitypub][inbox][update]") {
  Setup f;
  f.publish_actor("masto.example", "mara");
  auto document = test::actor_document("masto.example", "mara");
  document["name"] = "Mara the Second";
  f.remote.serve(f.mara.uri, document);
  auto lie = document;
  lie["name"] = "Not what its server says";
  CHECK(f.receive(f.mara, {{"type", "Update"}, {"object", lie}}).verdict == Verdict::accepted);
  CHECK(f.world.reload(f.mara).display_name == "Mara the Second");
  CHECK(f.receive(f.eve, {{"type", "Update"}, {"object", lie}}).verdict == Verdict::rejected);
}

// 8.74
TEST_CASE("a Delete removes the author's status in every shape, for good", "[activitypub][inbox][delete]") {
  Setup f;
  int n = 0;
  const auto id = [&] { return f.uri(std::to_string(n)); };
  const std::function<Json()> shapes[] = {[&] { return Json(id()); },
                                          [&] { return Json{{"id", id()}, {"type", "Tombstone"}}; },
                                          [&] { return note_document(f.mara, std::to_string(n)); }};
  for (const auto& shape : shapes) {
    const std::string name = std::to_string(++n);
    f.receive(f.mara, f.create(f.mara, name));
    REQUIRE(f.find_status(f.uri(name)));
    const Json object = shape();
    CHECK(f.receive(f.mara, {{"type", "Delete"}, {"object", object}}).verdict == Verdict::accepted);
    CHECK_FALSE(f.find_status(f.uri(name)));
    CHECK(f.receive(f.mara, f.create(f.mara, name)).verdict != Verdict::accepted);
    CHECK_FALSE(f.find_status(f.uri(name)));
    CHECK(f.receive(f.mara, {{"type", "Delete"}, {"object", object}}).verdict == Verdict::ignored);
  }
}

// 8.58, 8.74
TEST_CASE("a Delete that overtakes its Create holds", "[activitypub][inbox][delete]") {
  Setup f;
  CHECK(f.receive(f.mara, {{"type", "Delete"}, {"object", f.uri("1")}}).verdict == Verdict::ignored);
  CHECK(f.receive(f.mara, f.create(f.mara, "1")).verdict == Verdict::ignored);
  CHECK_FALSE(f.find_status(f.uri("1")));
  // However late it comes, and by whatever way.
  f.world.clock.advance(24h * 30);
  CHECK(f.receive(f.mara, f.create(f.mara, "1")).verdict == Verdict::ignored);
  f.remote.serve(f.uri("1"), note_document(f.mara, "1"));
  CHECK(f.resolve([&](Resolver& r) { return r.status(f.uri("1")); }).error().code == Errc::gone);
}

TEST_CASE("what is taken back before it was seen is one's own only", "[activitypub][inbox][delete]") {
  Setup f;
  // Eve, of the same host, foresees Mara's next status and boost.
  CHECK(f.receive(f.eve, {{"type", "Delete"}, {"object", f.uri("1")}}).verdict == Verdict::ignored);
  CHECK(f.receive(f.mara, f.create(f.mara, "1")).verdict == Verdict::accepted);
  CHECK(f.receive(f.eve, {{"type", "Delete"}, {"object", f.uri("2")}}).verdict == Verdict::ignored);
  f.remote.serve(f.uri("2"), note_document(f.mara, "2"));
  CHECK(f.resolve([&](Resolver& r) { return r.status(f.uri("2")); }));
  const auto own = f.world.status(f.anna);
  CHECK(f.receive(f.eve, {{"type", "Undo"}, {"object", f.mara.uri + "/boosts/1"}}).verdict != Verdict::accepted);
  CHECK(f.receive(f.mara, {{"id", f.mara.uri + "/boosts/1"}, {"type", "Announce"}, {"object", own.uri}}).verdict ==
        Verdict::accepted);
}

// 8.74
TEST_CASE("nobody deletes another's status or account", "[activitypub][inbox][delete]") {
  Setup f;
  f.receive(f.mara, f.create(f.mara, "1"));
  const auto own = f.world.status(f.anna);
  CHECK(f.receive(f.eve, {{"type", "Delete"}, {"object", f.uri("1")}}).verdict == Verdict::rejected);
  CHECK(f.receive(f.stranger, {{"type", "Delete"}, {"object", f.uri("1")}}).verdict == Verdict::rejected);
  CHECK(f.receive(f.mara, {{"type", "Delete"}, {"object", own.uri}}).verdict == Verdict::rejected);
  CHECK(f.receive(f.stranger, {{"type", "Delete"}, {"object", f.mara.uri}}).verdict == Verdict::rejected);
  // Nor does it keep a later one out by naming it first.
  CHECK(f.receive(f.stranger, {{"type", "Delete"}, {"object", f.uri("2")}}).verdict == Verdict::rejected);
  CHECK(f.receive(f.mara, f.create(f.mara, "2")).verdict == Verdict::accepted);
  CHECK(f.find_status(f.uri("1")));
  CHECK(f.find_status(own.uri));
}

// 8.76
TEST_CASE("an actor that deletes itself takes everything along and does not come back",
          "[activitypub][inbox][delete]") {
  Setup f;
  f.publish_actor("masto.example", "mara");
  f.receive(f.mara, f.create(f.mara, "1"));
  CHECK(f.receive(f.mara, {{"type", "Delete"}, {"object", f.mara.uri}}).verdict == Verdict::accepted);
  CHECK_FALSE(f.find_account(f.mara.uri));
  CHECK_FALSE(f.find_status(f.uri("1")));
  CHECK(f.world.reload(f.anna).following_count == 0);
  CHECK(f.resolve([&](Resolver& r) { return r.actor(f.mara.uri); }).error().code == Errc::gone);
}

// 8.70
TEST_CASE("an unknown activity is ignored with its name as the reason", "[activitypub][inbox]") {
  Setup f;
  const auto outcome = f.receive(f.mara, {{"type", "Bite"}, {"target", f.anna.uri}});
  CHECK(outcome.verdict == Verdict::ignored);
  CHECK_THAT(outcome.reason, Catch::Contains("Bite"));
}

TEST_CASE("a missing document that may come later leaves the activity for another try", "[activitypub][inbox]") {
  Setup f;
  f.remote.break_down(f.uri("1"));
  const Json create = {{"type", "Create"}, {"object", f.uri("1")}};
  CHECK(f.try_receive(f.mara, create).error().code == Errc::remote_failed);
  f.remote.serve(f.uri("1"), note_document(f.mara, "1"));
  CHECK(f.receive(f.mara, create).verdict == Verdict::accepted);
}

TEST_CASE("an activity without an id is none, but for those that always came so", "[activitypub][inbox]") {
  Setup f;
  auto create = f.create(f.mara, "1");
  create["id"] = nullptr;
  CHECK(f.receive(f.mara, create).verdict == Verdict::ignored);
  CHECK_FALSE(f.find_status(f.uri("1")));
}

}  // namespace dunlin::activitypub
