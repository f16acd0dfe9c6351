#include "dunlin/store/accounts.hpp"

#include "support/world.hpp"

#include "dunlin/store/relationships.hpp"
#include "dunlin/store/statuses.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace dunlin;
using test::World;

TEST_CASE("every field of a profile comes back as it was stored", "[store][accounts]") {
  World world;
  const auto friend_ = world.local_account("friend");
  auto a = world.remote_account("Sandra", "birds.test");
  const auto check_same = [&] {
    const auto b = world.reload(a);
    CHECK(b.username == a.username);
    CHECK(b.domain == a.domain);
    CHECK(b.url == a.url);
    CHECK(b.actor_type == a.actor_type);
    CHECK(b.display_name == a.display_name);
    CHECK(b.note == a.note);
    CHECK(b.note_source == a.note_source);
    REQUIRE(b.fields.size() == a.fields.size());
    for (std::size_t i = 0; i < a.fields.size(); ++i) {
      CHECK(b.fields[i].name == a.fields[i].name);
      CHECK(b.fields[i].value == a.fields[i].value);
      CHECK(b.fields[i].source == a.fields[i].source);
      CHECK(b.fields[i].verified_at == a.fields[i].verified_at);
    }
    CHECK(b.locked == a.locked);
    CHECK(b.discoverable == a.discoverable);
    CHECK(b.indexable == a.indexable);
    CHECK(b.hide_collections == a.hide_collections);
    CHECK(b.memorial == a.memorial);
    CHECK(b.handle_verified == a.handle_verified);
    CHECK(b.avatar_url == a.avatar_url);
    CHECK(b.header_url == a.header_url);
    CHECK(b.inbox_url == a.inbox_url);
    CHECK(b.shared_inbox_url == a.shared_inbox_url);
    CHECK(b.outbox_url == a.outbox_url);
    CHECK(b.followers_url == a.followers_url);
    CHECK(b.following_url == a.following_url);
    CHECK(b.featured_url == a.featured_url);
    CHECK(b.also_known_as == a.also_known_as);
    CHECK(b.moved_to_id == a.moved_to_id);
    CHECK(b.silenced_at == a.silenced_at);
    CHECK(b.created_at == a.created_at);
    CHECK(b.updated_at == a.updated_at);
    CHECK(b.fetched_at == a.fetched_at);
    CHECK(b.attribution_domains == a.attribution_domains);
    CHECK(b.avatar_description == a.avatar_description);
    CHECK(b.header_description == a.header_description);
    CHECK(b.show_media == a.show_media);
    CHECK(b.show_media_replies == a.show_media_replies);
    CHECK(b.show_featured == a.show_featured);
  };
  check_same();

  a.username = "sandra";
  a.url = "https://birds.test/@sandra";
  a.attribution_domains = {"news.test"};
  a.avatar_description = "A bird";
  a.header_description = "The sea";
  a.show_media = false;
  a.show_featured = false;
  a.actor_type = model::ActorType::group;
  a.display_name = "S\xC3\xA4ndra \"the\" dunlin";
  a.note = "<p>note</p>";
  a.note_source = "note";
  a.fields = {{.name = "web \\ \"", .value = "<a>x</a>", .source = "x", .verified_at = world.clock.now()},
              {.name = "", .value = "\n", .source = "", .verified_at = std::nullopt}};
  a.locked = a.discoverable = a.indexable = a.hide_collections = a.memorial = true;
  a.handle_verified = false;
  a.avatar_url = "https://birds.test/avatar";
  a.header_url = "https://birds.test/header";
  a.inbox_url = "https://birds.test/in";
  a.shared_inbox_url = "https://birds.test/shared";
  a.outbox_url = "https://birds.test/out";
  a.followers_url = "https://birds.test/followers";
  a.following_url = "https://birds.test/following";
  a.featured_url = "https://birds.test/featured";
  a.also_known_as = {"https://old.test/{1,2}", "x \"y\""};
  a.moved_to_id = friend_.id;
  a.silenced_at = world.clock.now();
  world.clock.advance(std::chrono::hours(1));
  a.updated_at = world.clock.now();
  a.fetched_at = world.clock.now();
  world.write([&](db::Tx& tx) { store::update_account(tx, a); });
  check_same();
}

TEST_CASE("an account's address is looked up on its own host only", "[store][accounts]") {
  World world;
  auto mara = world.remote_account("mara", "a.test");
  const auto find = [&](const std::string& url) {
    mara.url = url;
    world.write([&](db::Tx& tx) { store::update_account(tx, mara); });
    return world.read([&](db::Tx& tx) { return store::find_account_by_url(tx, url).has_value(); });
  };
  CHECK(find("https://a.test/@mara"));
  CHECK_FALSE(find("https://example.org/@alice"));
  CHECK_FALSE(find("https://victim.test/@bob"));
  CHECK(find("https://www.a.test/@mara"));
  CHECK_FALSE(find("https://www.victim.test/@bob"));
  CHECK_FALSE(find("https://www.a.test.victim.test/@bob"));
}

TEST_CASE("accounts are found by uri, address and handle", "[store][accounts]") {
  World world;
  auto local = world.local_account("Alice");
  const auto remote = world.remote_account("Alice", "a.test");
  local.url = "https://example.org/@Alice";
  world.write([&](db::Tx& tx) { store::update_account(tx, local); });
  world.read([&](db::Tx& tx) {
    CHECK(store::find_account_by_uri(tx, local.uri)->id == local.id);
    CHECK_FALSE(store::find_account_by_uri(tx, local.url));
    CHECK(store::find_account_by_url(tx, local.url)->id == local.id);
    CHECK(store::find_account_by_url(tx, local.uri)->id == local.id);
    CHECK_FALSE(store::find_account_by_url(tx, "https://example.org/nobody"));
    CHECK(store::find_account_by_handle(tx, "aLICE", std::nullopt)->id == local.id);
    CHECK(store::find_account_by_handle(tx, "ALICE", "A.test")->id == remote.id);
    CHECK_FALSE(store::find_account_by_handle(tx, "alice", "b.test"));
    const std::vector ids{remote.id, AccountId{99}, local.id};
    CHECK(store::list_accounts(tx, ids).size() == 2);
    const std::vector<std::string> uris{remote.uri, "https://nobody.test", local.uri};
    CHECK(store::list_accounts_by_uri(tx, uris).size() == 2);
    CHECK(store::list_accounts(tx, {}).empty());
  });
}

TEST_CASE("a handle has one holder; the old one loses it to another actor", "[store][accounts]") {
  World world;
  const auto old_holder = world.remote_account("alice", "a.test");
  auto other = old_holder;
  other.id = world.ids.next<AccountId>();
  other.uri += "2";
  const auto insert = [&] { world.write([&](db::Tx& tx) { store::insert_account(tx, other); }); };
  CHECK_THROWS_AS(insert(), db::UniqueViolation);
  world.write([&](db::Tx& tx) { store::unverify_handle(tx, old_holder.id); });
  insert();
  world.read([&](db::Tx& tx) { CHECK(store::find_account_by_handle(tx, "alice", "a.test")->id == other.id); });

  auto local = world.local_account("bob");
  local.id = world.ids.next<AccountId>();
  local.uri += "2";
  local.username = "BOB";
  CHECK_THROWS_AS(world.write([&](db::Tx& tx) { store::insert_account(tx, local); }), db::UniqueViolation);
}

TEST_CASE("the instance actor is no handle and no search result", "[store][accounts]") {
  World world;
  model::Account actor;
  actor.id = model::kInstanceActorId;
  actor.username = "example.org";
  actor.uri = "https://example.org/actor";
  actor.created_at = actor.updated_at = world.clock.now();
  world.write([&](db::Tx& tx) { store::insert_account(tx, actor); });
  world.read([&](db::Tx& tx) {
    CHECK(store::find_account(tx, model::kInstanceActorId));
    CHECK_FALSE(store::find_account_by_handle(tx, "example.org", std::nullopt));
    CHECK(store::search_accounts(tx, std::nullopt, "exam", std::nullopt, 10, 0, false).empty());
    CHECK(store::list_local_accounts(tx).empty());
  });
}

TEST_CASE("suspending keeps its first date and can be undone", "[store][accounts]") {
  World world;
  const auto a = world.local_account("alice");
  world.suspend(a);
  const auto since = world.reload(a).suspended_at;
  CHECK(since == world.clock.now());
  world.suspend(a);
  CHECK(world.reload(a).suspended_at == since);
  world.write([&](db::Tx& tx) { store::set_suspended(tx, a.id, false); });
  CHECK_FALSE(world.reload(a).suspended_at);
}

TEST_CASE("deleting an account leaves the counters of others right", "[store][accounts][counters]") {
  World world;
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const auto s = world.status(alice);
  const auto of_bob = world.status(bob);
  world.follow(bob, alice);
  world.follow(alice, bob);
  world.favourite(bob, s);
  world.reblog(bob, s);
  world.reblog(alice, of_bob);
  const auto reply = world.status(bob, {.reply_to = s});
  const auto answer = world.status(alice, {.reply_to = reply});
  CHECK(world.reload(alice).statuses_count == 3);
  world.write([&](db::Tx& tx) { store::delete_account(tx, bob.id); });

  const auto after = world.reload(alice);
  CHECK(after.followers_count == 0);
  CHECK(after.following_count == 0);
  CHECK(after.statuses_count == 2);
  const auto status = world.reload(s);
  CHECK(status.replies_count == 0);
  CHECK(status.reblogs_count == 0);
  CHECK(status.favourites_count == 0);
  CHECK_FALSE(world.reload(answer).in_reply_to_id);
  world.read([&](db::Tx& tx) {
    CHECK_FALSE(store::find_account(tx, bob.id));
    CHECK_FALSE(store::find_user_by_login(tx, "bob"));
  });
}

TEST_CASE("accounts are searched by the beginning of name, handle or display name, and by its words",
          "[store][accounts][search]") {
  World world;
  const auto viewer = world.local_account("viewer");
  const auto anna = world.local_account("Anna", {.display_name = "\xC3\x89mile"});
  const auto annika = world.remote_account("annika", "a.test", {.display_name = "Zoe"});
  const auto ann = world.remote_account("ann", "b.test", {.display_name = "100% Anna_"});
  world.follow(viewer, annika);

  const auto search = [&](std::string_view query, std::optional<std::string> domain = std::nullopt, int limit = 10,
                          int offset = 0, bool following_only = false) {
    return world.read([&](db::Tx& tx) {
      std::vector<AccountId> ids;
      for (const auto& a : store::search_accounts(tx, viewer.id, query, domain, limit, offset, following_only))
        ids.push_back(a.id);
      return ids;
    });
  };
  CHECK(search("ann") == std::vector{annika.id, ann.id, anna.id});
  CHECK(search("ann", std::nullopt, 1, 1) == std::vector{ann.id});
  CHECK(search("ann", "b.test") == std::vector{ann.id});
  CHECK(search("ann", std::nullopt, 10, 0, true) == std::vector{annika.id});
  CHECK(search("\xC3\xA9mi") == std::vector{anna.id});
  CHECK(search("100% anna_") == std::vector{ann.id});
  CHECK(search("annika@a.t") == std::vector{annika.id});
  CHECK(search("ann@a.test").empty());
  CHECK(search("%").empty());
  CHECK(search("_nn").empty());
  CHECK(search("").empty());
  const auto heron = world.local_account("h", {.display_name = "Dr. Emmeline Heron"});
  CHECK(search("heron") == std::vector{heron.id});
  CHECK(search("heron emm") == std::vector{heron.id});
  CHECK(search("emmeline her") == std::vector{heron.id});
  CHECK(search("eron").empty());
  CHECK(search("heron", std::nullopt, 10, 0, true).empty());
  world.suspend(annika);
  CHECK(search("anni").empty());
  world.read([&](db::Tx& tx) {
    CHECK(store::search_accounts(tx, std::nullopt, "ann", std::nullopt, 10, 0, false).size() == 2);
    CHECK(store::search_accounts(tx, std::nullopt, "ann", std::nullopt, 10, 0, true).empty());
  });
}
