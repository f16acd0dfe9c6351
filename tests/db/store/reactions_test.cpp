#include "support/world.hpp"

#include "dunlin/store/statuses.hpp"

#include <catch2/catch.hpp>

#include <future>
#include <string>
#include <vector>

using namespace dunlin;
using test::World;

namespace {

std::vector<AccountId> accounts(const std::vector<store::AccountRef>& refs) {
  std::vector<AccountId> out;
  for (const auto& ref : refs) out.push_back(ref.account_id);
  return out;
}

}  // namespace

TEST_CASE("a favourite counts once and is taken back once", "[store][favourites]") {
  World world;
  const auto alice = world.local_account("alice");
  const auto s = world.status(alice);
  const store::Favourite like{
      .id = world.ids.next<FavouriteId>(), .account_id = alice.id, .status_id = s.id, .uri = "https://x.test/like"};
  const auto insert = [&](store::Favourite f) {
    return world.write([&](db::Tx& tx) { return store::insert_favourite(tx, f); });
  };
  CHECK(insert(like));
  auto again = like;
  again.id = world.ids.next<FavouriteId>();
  CHECK_FALSE(insert(again));
  CHECK(world.reload(s).favourites_count == 1);
  world.read([&](db::Tx& tx) {
    CHECK(store::find_favourite_by_uri(tx, "https://x.test/like", like.account_id)->id == like.id);
  });

  const auto remove = [&] {
    return world.write([&](db::Tx& tx) { return store::delete_favourite(tx, alice.id, s.id); });
  };
  const auto removed = remove();
  REQUIRE(removed);
  CHECK(removed->id == like.id);
  CHECK(removed->uri == like.uri);
  CHECK_FALSE(remove());
  CHECK(world.reload(s).favourites_count == 0);
}

TEST_CASE("who favourited and who reblogged is listed by row, newest first, both ways", "[store][favourites][paging]") {
  World world;
  const auto author = world.local_account("author");
  const auto s = world.status(author);
  std::vector<model::Account> people;
  for (const auto* name : {"a", "b", "c", "d", "e"}) {
    people.push_back(world.local_account(name));
    world.favourite(people.back(), s);
    world.reblog(people.back(), s);
  }
  world.suspend(people[2]);

  const auto check = [&](auto list) {
    const auto all = list(model::Page{});
    CHECK(accounts(all) == std::vector{people[4].id, people[3].id, people[1].id, people[0].id});
    CHECK(accounts(list(test::below(all[1].row_id, 1))) == std::vector{people[1].id});
    CHECK(accounts(list(test::above(all[3].row_id, 2))) == std::vector{people[4].id, people[3].id});
    CHECK(accounts(list(test::right_above(all[3].row_id, 2))) == std::vector{people[3].id, people[1].id});
    CHECK(list(test::newest(0)).empty());
  };
  check([&](const model::Page& page) {
    return world.read([&](db::Tx& tx) { return store::list_favouriting_accounts(tx, s.id, std::nullopt, page); });
  });
  check([&](const model::Page& page) {
    return world.read([&](db::Tx& tx) { return store::list_reblogging_accounts(tx, s.id, std::nullopt, page); });
  });
}

TEST_CASE("a reblog for followers only is not listed to strangers", "[store][reblog]") {
  World world;
  const auto alice = world.local_account("alice");
  const auto s = world.status(alice);
  world.reblog(alice, s, model::Visibility::private_);
  world.read([&](db::Tx& tx) {
    CHECK(store::list_reblogging_accounts(tx, s.id, std::nullopt, {}).empty());
    CHECK(store::list_reblogging_accounts(tx, s.id, alice.id, {}).size() == 1);
  });
}

TEST_CASE("every remote server that may hold a copy is involved, once", "[store][statuses]") {
  World world;
  const auto alice = world.local_account("alice");
  const auto fan = world.remote_account("fan", "a.test", {.shared_inbox_url = "https://a.test/inbox"});
  const auto booster = world.remote_account("booster", "a.test", {.shared_inbox_url = "https://a.test/inbox"});
  const auto replier = world.remote_account("replier", "b.test");
  const auto mentioned = world.remote_account("mentioned", "c.test");
  world.remote_account("bystander", "d.test");
  const auto local = world.local_account("local");
  const auto s = world.status(alice, {.mentions = {mentioned, local}});
  world.favourite(fan, s);
  world.favourite(local, s);
  world.reblog(booster, s);
  world.status(replier, {.reply_to = s});
  const std::vector<std::string> expected{"https://a.test/inbox", replier.inbox_url, mentioned.inbox_url};
  const auto inboxes = [&] { return world.read([&](db::Tx& tx) { return store::list_involved_inboxes(tx, s.id); }); };
  CHECK(inboxes() == expected);
  world.write([&](db::Tx& tx) { store::delete_status(tx, s); });
  CHECK(inboxes() == expected);
}

TEST_CASE("a viewer's marks on a page come in one statement", "[store][statuses]") {
  World world;
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const auto a = world.status(bob);
  const auto b = world.status(bob);
  const auto c = world.status(bob);
  world.favourite(alice, a);
  world.reblog(alice, b);
  world.reblog(bob, c);
  const std::vector ids{a.id, b.id, c.id};
  const auto before = world.session().statement_count();
  const auto flags = world.read([&](db::Tx& tx) { return store::list_viewer_flags(tx, alice.id, ids); });
  CHECK(world.session().statement_count() - before == 1);
  CHECK((flags.at(a.id).favourited && !flags.at(a.id).reblogged));
  CHECK((!flags.at(b.id).favourited && flags.at(b.id).reblogged));
  CHECK((!flags.at(c.id).favourited && !flags.at(c.id).reblogged));
}

TEST_CASE("an idempotency key belongs to its first status for an hour", "[store][idempotency]") {
  World world;
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const auto claim = [&](const model::Account& who, std::int64_t id) {
    return world.write([&](db::Tx& tx) { return store::claim_idempotency_key(tx, who.id, "key", StatusId{id}); });
  };
  CHECK_FALSE(claim(alice, 1));
  CHECK(claim(alice, 2) == StatusId{1});
  CHECK_FALSE(claim(bob, 3));
  world.clock.advance(std::chrono::minutes(59));
  CHECK(claim(alice, 4) == StatusId{1});
  world.clock.advance(std::chrono::minutes(1));
  CHECK_FALSE(claim(alice, 5));
  CHECK(claim(alice, 6) == StatusId{5});
  CHECK(world.write([&](db::Tx& tx) { return store::purge_idempotency_keys(tx, world.clock.now()); }) == 1);
  CHECK_FALSE(claim(bob, 7));
}

TEST_CASE("a second claim of a key waits for the first to end", "[store][idempotency]") {
  World world;
  const auto alice = world.local_account("alice");
  const auto other = world.db.new_session();
  const auto claim_later = [&](std::int64_t id) {
    return std::async(std::launch::async, [&, id] {
      return other->write([&](db::Tx& tx) -> Result<std::optional<StatusId>> {
        return store::claim_idempotency_key(tx, alice.id, "key", StatusId{id});
      });
    });
  };
  std::future<Result<std::optional<StatusId>>> second;

  SECTION("committed: it learns the status") {
    world.write([&](db::Tx& tx) {
      CHECK_FALSE(store::claim_idempotency_key(tx, alice.id, "key", StatusId{1}));
      second = claim_later(2);
      CHECK(second.wait_for(std::chrono::milliseconds(100)) == std::future_status::timeout);
    });
    CHECK(second.get().value() == StatusId{1});
  }
  SECTION("rolled back: the key is its own") {
    const auto failed = world.session().write([&](db::Tx& tx) -> Result<void> {
      CHECK_FALSE(store::claim_idempotency_key(tx, alice.id, "key", StatusId{1}));
      second = claim_later(2);
      CHECK(second.wait_for(std::chrono::milliseconds(100)) == std::future_status::timeout);
      return fail(Errc::invalid, "no");
    });
    CHECK_FALSE(failed);
    CHECK_FALSE(second.get().value());
  }
}

TEST_CASE("a page of statuses is loaded whole in three statements", "[store][bundle]") {
  World world;
  const auto alice = world.local_account("alice");
  const auto bob = world.remote_account("bob", "b.test");
  const auto carol = world.local_account("carol");
  world.db.run(
      "INSERT INTO applications (id, name, website, client_id, client_secret_hash, redirect_uris, scopes, created_at) "
      "VALUES (7, 'app', 'https://app.test', 'c', '', '{}', '{}', now())");
  const auto plain = world.status(alice, {.mentions = {bob, carol}});
  world.db.run("UPDATE statuses SET application_id = 7 WHERE id = " + plain.id.str());
  const auto original = world.status(bob, {.mentions = {alice}});
  const auto wrapper = world.reblog(carol, original);
  const auto deleted = world.status(alice);
  const auto lost = world.status(bob);
  const auto wrapper_of_lost = world.reblog(carol, lost);
  world.write([&](db::Tx& tx) { store::delete_status(tx, deleted); });
  world.db.run("UPDATE statuses SET deleted_at = now() WHERE id = " + lost.id.str());

  const std::vector ids{wrapper.id, StatusId{5}, plain.id, deleted.id, wrapper_of_lost.id};
  const auto before = world.session().statement_count();
  const auto bundle = world.read([&](db::Tx& tx) { return store::load_status_bundle(tx, ids); });
  CHECK(world.session().statement_count() - before == 3);
  REQUIRE(bundle.statuses.size() == 2);
  CHECK(bundle.statuses[0].id == wrapper.id);
  CHECK(bundle.statuses[1].id == plain.id);
  REQUIRE(bundle.originals.size() == 1);
  CHECK(bundle.originals.at(original.id).reblogs_count == 1);
  CHECK(bundle.accounts.size() == 3);
  CHECK(bundle.accounts.at(bob.id).acct() == "bob@b.test");
  CHECK(bundle.mentions.at(plain.id).size() == 2);
  CHECK(bundle.mentions.at(original.id).size() == 1);
  REQUIRE(bundle.applications.size() == 1);
  CHECK(bundle.applications.at(plain.id).name == "app");
  CHECK(bundle.applications.at(plain.id).website == "https://app.test");

  const auto nothing = world.read([&](db::Tx& tx) { return store::load_status_bundle(tx, {}); });
  CHECK(nothing.statuses.empty());
}
