#include "dunlin/store/statuses.hpp"

#include "support/world.hpp"

#include "dunlin/store/timelines.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <vector>

using namespace dunlin;
using test::World;

namespace {

std::vector<StatusId> tagged(World& world, const std::string& tag) {
  return world.read([&](db::Tx& tx) { return store::list_tag_timeline(tx, std::nullopt, tag, {}, {}); });
}

}  // namespace

TEST_CASE("every field of a status comes back as it was stored", "[store][statuses]") {
  World world;
  const auto alice = world.local_account("alice");
  const auto bob = world.remote_account("bob", "remote.test");
  model::Status s;
  s.id = world.ids.next<StatusId>();
  s.uri = "https://example.org/users/alice/statuses/1";
  s.url = "https://example.org/@alice/1";
  s.account_id = alice.id;
  s.content = "<p>line\nbreak \\ \"quote\" {a,b} \xF0\x9F\x90\xA6</p>";
  s.source = "line";
  s.spoiler_text = "birds";
  s.sensitive = true;
  s.language = "is";
  s.visibility = model::Visibility::unlisted;
  s.tags = {"Dunlin", "a \"b\", c\\"};
  s.created_at = world.clock.now() - std::chrono::milliseconds(77);
  s.edited_at = world.clock.now();
  const std::vector<model::Mention> mentions{{.account_id = bob.id,
                                              .username = "bob",
                                              .domain = "remote.test",
                                              .uri = bob.uri,
                                              .url = bob.url,
                                              .silent = true}};
  CHECK(world.write([&](db::Tx& tx) { return store::insert_status(tx, s, mentions); }));

  const auto found = world.read([&](db::Tx& tx) { return store::find_status(tx, s.id); });
  REQUIRE(found);
  CHECK(found->uri == s.uri);
  CHECK(found->url == s.url);
  CHECK(found->account_id == alice.id);
  CHECK(found->local);
  CHECK(found->content == s.content);
  CHECK(found->source == s.source);
  CHECK(found->spoiler_text == s.spoiler_text);
  CHECK(found->sensitive);
  CHECK(found->language == s.language);
  CHECK(found->visibility == s.visibility);
  CHECK(found->tags == s.tags);
  CHECK(found->created_at == s.created_at);
  CHECK(found->edited_at == s.edited_at);
  CHECK_FALSE(found->deleted_at);
  CHECK_FALSE(found->in_reply_to_id);
  CHECK_FALSE(found->conversation_id);

  world.read([&](db::Tx& tx) {
    CHECK(store::find_status_by_uri(tx, s.uri)->id == s.id);
    CHECK(store::find_status_by_url(tx, *s.url)->id == s.id);
    CHECK_FALSE(store::find_status_by_url(tx, s.uri));
    const auto list = store::list_mentions(tx, s.id);
    REQUIRE(list.size() == 1);
    CHECK(list[0].acct() == "bob@remote.test");
    CHECK(list[0].uri == bob.uri);
    CHECK(list[0].silent);
  });
  CHECK_FALSE(world.write([&](db::Tx& tx) {
    s.id = world.ids.next<StatusId>();
    return store::insert_status(tx, s, mentions);
  }));
  CHECK(world.reload(alice).statuses_count == 1);
}

TEST_CASE("an address is looked up on its own host only", "[store][statuses]") {
  World world;
  const auto mara = world.remote_account("mara", "remote.test");
  auto forged = world.status(mara);
  const auto claim = [&](const std::string& url) {
    model::Status s = forged;
    s.id = world.ids.next<StatusId>();
    s.uri = mara.uri + "/claims/" + s.id.str();
    s.url = url;
    world.write([&](db::Tx& tx) { return store::insert_status(tx, s, {}); });
    return world.read([&](db::Tx& tx) { return store::find_status_by_url(tx, url).has_value(); });
  };
  CHECK(claim("https://remote.test/@mara/1"));
  CHECK(claim("https://remote.test"));
  CHECK(claim("https://remote.test?x=1"));
  CHECK_FALSE(claim("https://victim.test/@bob/1"));
  CHECK_FALSE(claim("https://victim.test"));
  CHECK_FALSE(claim("http://remote.test/@mara/1"));
  CHECK_FALSE(claim("https://remote.test.victim.test/@bob"));
  CHECK_FALSE(claim("https://remote.tes/@bob"));
  CHECK_FALSE(claim("remote.test"));
  CHECK(claim("https://www.remote.test/@mara/1"));
  CHECK_FALSE(claim("https://www.victim.test/@bob/1"));
  CHECK_FALSE(claim("https://wwwremote.test/@bob/1"));
}

TEST_CASE("an id that is taken is an error, not a lost status", "[store][statuses]") {
  World world;
  auto s = world.status(world.local_account("alice"));
  s.uri += "/other";
  CHECK_THROWS_AS(world.write([&](db::Tx& tx) { return store::insert_status(tx, s, {}); }), db::UniqueViolation);
}

TEST_CASE("statuses and replies are counted, direct ones are not", "[store][statuses][counters]") {
  World world;
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const auto root = world.status(alice);
  world.status(bob, {.reply_to = root});
  world.status(bob, {.visibility = model::Visibility::unlisted, .reply_to = root});
  world.status(bob, {.visibility = model::Visibility::private_, .reply_to = root});
  const auto before = world.reload(bob);
  world.status(bob, {.visibility = model::Visibility::direct, .reply_to = root});
  CHECK(world.reload(root).replies_count == 2);
  CHECK(world.reload(alice).statuses_count == 1);
  CHECK(world.reload(bob).statuses_count == 3);
  CHECK(world.reload(bob).last_status_at == before.last_status_at);
  CHECK(before.last_status_at > world.reload(alice).last_status_at);
}

TEST_CASE("replies that came before their parent are attached to it", "[store][statuses]") {
  World world;
  const auto alice = world.remote_account("alice", "a.test");
  const auto bob = world.remote_account("bob", "b.test");
  const std::string parent_uri = "https://a.test/parent";
  const auto early = world.status(bob, {.reply_to_uri = parent_uri});
  const auto deeper = world.status(alice, {.reply_to = early});
  const auto quiet = world.status(bob, {.visibility = model::Visibility::private_, .reply_to_uri = parent_uri});
  const auto unrelated = world.status(bob, {.reply_to_uri = "https://a.test/elsewhere"});
  CHECK(world.reload(early).replies_count == 1);

  model::Status parent;
  parent.id = world.ids.next<StatusId>();
  parent.uri = parent_uri;
  parent.account_id = alice.id;
  parent.local = false;
  parent.created_at = world.clock.now();
  parent.conversation_id = world.write(
      [&](db::Tx& tx) { return store::insert_conversation(tx, world.ids.next<ConversationId>(), "tag:a.test,1"); });
  CHECK(world.write([&](db::Tx& tx) { return store::insert_status(tx, parent, {}); }));

  const auto attached = world.reload(early);
  CHECK(attached.in_reply_to_id == parent.id);
  CHECK(attached.in_reply_to_account_id == alice.id);
  CHECK(attached.conversation_id == parent.conversation_id);
  CHECK(world.reload(deeper).in_reply_to_id == early.id);
  CHECK(world.reload(deeper).conversation_id == parent.conversation_id);
  CHECK(world.reload(quiet).in_reply_to_id == parent.id);
  CHECK(world.reload(parent).replies_count == 1);  // the private one does not count
  CHECK_FALSE(world.reload(unrelated).in_reply_to_id);
  CHECK(world.reload(unrelated).conversation_id == unrelated.conversation_id);

  const auto late = world.status(bob, {.reply_to_uri = parent_uri});
  CHECK(late.in_reply_to_id == parent.id);
  CHECK(late.in_reply_to_account_id == alice.id);
  CHECK(late.conversation_id == parent.conversation_id);
  CHECK(world.reload(parent).replies_count == 2);
}

TEST_CASE("a parent that comes late takes along what answers the reply, not the thread whose name that reply bears",
          "[store][statuses][conversations]") {
  World world;
  const auto alice = world.remote_account("alice", "a.test");
  const auto evil = world.remote_account("evil", "evil.test");
  const auto root = world.status(alice);
  const auto answer = world.status(alice, {.reply_to = root});
  const auto insert = [&](const std::string& uri, const std::optional<std::string>& parent, ConversationId thread) {
    model::Status status;
    status.id = world.ids.next<StatusId>();
    status.uri = uri;
    status.account_id = evil.id;
    status.local = false;
    status.created_at = world.clock.now();
    status.in_reply_to_uri = parent;
    status.conversation_id = thread;
    REQUIRE(world.write([&](db::Tx& tx) { return store::insert_status(tx, status, {}); }));
    return status;
  };
  const auto child = insert("https://evil.test/c", "https://evil.test/p", *root.conversation_id);
  const auto below = world.status(alice, {.reply_to = child});
  const auto own = world.write([&](db::Tx& tx) {
    return store::insert_conversation(tx, world.ids.next<ConversationId>(), "https://evil.test/context");
  });
  const auto parent = insert("https://evil.test/p", std::nullopt, own);
  CHECK(world.reload(child).in_reply_to_id == parent.id);
  CHECK(world.reload(child).conversation_id == own);
  CHECK(world.reload(below).conversation_id == own);
  CHECK(world.reload(root).conversation_id == root.conversation_id);
  CHECK(world.reload(answer).conversation_id == root.conversation_id);
}

TEST_CASE("a reply and its parent that arrive at the same moment find each other", "[store][statuses]") {
  World world;
  const auto alice = world.remote_account("alice", "a.test");
  const auto make = [&](std::string uri) {
    model::Status s;
    s.id = world.ids.next<StatusId>();
    s.uri = std::move(uri);
    s.account_id = alice.id;
    s.local = false;
    s.created_at = world.clock.now();
    return s;
  };
  const auto parent = make("https://a.test/1");
  auto reply = make("https://a.test/2");
  reply.in_reply_to_uri = parent.uri;
  const auto insert_both = [&](const model::Status& first, const model::Status& second) {
    const auto other = world.db.new_session();
    std::future<Result<bool>> later;
    world.write([&](db::Tx& tx) {
      CHECK(store::insert_status(tx, first, {}));
      later = std::async(std::launch::async, [&] {
        return other->write([&](db::Tx& tx2) -> Result<bool> { return store::insert_status(tx2, second, {}); });
      });
      CHECK(later.wait_for(std::chrono::milliseconds(100)) == std::future_status::timeout);
    });
    CHECK(later.get().value());
  };
  SECTION("parent first") {
    insert_both(parent, reply);
  }
  SECTION("reply first") {
    insert_both(reply, parent);
  }
  CHECK(world.reload(reply).in_reply_to_id == parent.id);
  CHECK(world.reload(parent).replies_count == 1);
}

TEST_CASE("tags are folded, stored once and listed for public statuses only", "[store][statuses][tags]") {
  World world;
  const auto alice = world.local_account("alice");
  const auto loud = world.status(alice, {.tags = {"Caf\xC3\x89", "caf\xC3\xA9", "birds"}});
  const auto quiet = world.status(alice, {.visibility = model::Visibility::unlisted, .tags = {"birds"}});
  CHECK(tagged(world, "cafe") == std::vector{loud.id});
  CHECK(tagged(world, "birds") == std::vector{loud.id});
  CHECK(quiet.tags == std::vector<std::string>{"birds"});
  CHECK(tagged(world, "unknown").empty());
}

TEST_CASE("an edit replaces text and tags and leaves former readers their sight", "[store][statuses][edit]") {
  World world;
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const auto carol = world.local_account("carol");
  auto s = world.status(alice, {.visibility = model::Visibility::public_, .mentions = {bob}, .tags = {"one", "two"}});
  s.content = "new";
  s.spoiler_text = "warned";
  s.tags = {"two", "three"};
  s.edited_at = world.clock.now();
  const std::vector<model::Mention> mentions{
      {.account_id = carol.id, .username = "carol", .domain = std::nullopt, .uri = carol.uri, .url = carol.url}};
  world.write([&](db::Tx& tx) { store::update_status(tx, s, mentions); });

  const auto after = world.reload(s);
  CHECK(after.content == "new");
  CHECK(after.spoiler_text == "warned");
  CHECK(after.tags == s.tags);
  CHECK(after.edited_at == s.edited_at);
  CHECK(tagged(world, "one").empty());
  CHECK(tagged(world, "two") == std::vector{s.id});
  CHECK(tagged(world, "three") == std::vector{s.id});
  world.read([&](db::Tx& tx) {
    const auto list = store::list_mentions(tx, s.id);
    REQUIRE(list.size() == 2);
    CHECK((list[0].account_id == bob.id && list[0].silent));
    CHECK((list[1].account_id == carol.id && !list[1].silent));
  });
}

TEST_CASE("a conversation is made once for its uri", "[store][conversations]") {
  World world;
  world.write([&](db::Tx& tx) {
    const ConversationId one{101};
    CHECK(store::insert_conversation(tx, one, "tag:x") == one);
    CHECK(store::insert_conversation(tx, ConversationId{102}, "tag:x") == one);
    CHECK(store::insert_conversation(tx, ConversationId{103}, std::nullopt) == ConversationId{103});
    CHECK(store::insert_conversation(tx, ConversationId{104}, std::nullopt) == ConversationId{104});
  });
}
