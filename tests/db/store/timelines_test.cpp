#include "dunlin/store/timelines.hpp"

#include "support/world.hpp"

#include "dunlin/store/statuses.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <string>
#include <vector>

using namespace dunlin;
using test::World;

namespace {

using List = std::function<std::vector<StatusId>(db::Tx&, const model::Page&)>;

/// `all` (newest first, at least 6) comes back whole and by pages of two in every direction, one statement each.
void check_pages(World& world, const std::vector<StatusId>& all, const List& list) {
  const auto get = [&](const model::Page& page) {
    const auto before = world.session().statement_count();
    auto ids = world.read([&](db::Tx& tx) { return list(tx, page); });
    CHECK(world.session().statement_count() - before == 1);
    return ids;
  };
  CHECK(get({}) == all);
  REQUIRE(all.size() >= 6);
  CHECK(get(test::newest(2)) == std::vector(all.begin(), all.begin() + 2));
  CHECK(get(test::below(all[1].value, 2)) == std::vector(all.begin() + 2, all.begin() + 4));
  CHECK(get(test::above(all[4].value, 2)) == std::vector(all.begin(), all.begin() + 2));
  CHECK(get(test::right_above(all[4].value, 2)) == std::vector(all.begin() + 2, all.begin() + 4));
  CHECK(get(test::below(all.back().value)).empty());
  CHECK(get(test::right_above(all.front().value)).empty());
  auto window = test::below(all[0].value);
  window.since_id = all[3].value;
  CHECK(get(window) == std::vector(all.begin() + 1, all.begin() + 3));
}

std::vector<StatusId> reversed(std::vector<StatusId> ids) {
  return {ids.rbegin(), ids.rend()};
}

}  // namespace

TEST_CASE("the public timeline has public originals by origin", "[store][timelines][paging]") {
  World world;
  const auto local = world.local_account("local");
  const auto remote = world.remote_account("remote", "a.test");
  std::vector<StatusId> all, locals, remotes;
  for (int i = 0; i < 6; ++i) {
    locals.push_back(world.status(local).id);
    remotes.push_back(world.status(remote).id);
    all.push_back(locals.back());
    all.push_back(remotes.back());
  }
  const auto hidden = world.status(local, {.visibility = model::Visibility::unlisted});
  world.status(local, {.visibility = model::Visibility::private_});
  world.status(local, {.visibility = model::Visibility::direct});
  world.reblog(remote, hidden);
  const auto deleted = world.status(local);
  world.write([&](db::Tx& tx) { store::delete_status(tx, deleted); });

  const auto list = [](store::PublicTimelineFilter filter) -> List {
    return [filter](db::Tx& tx, const model::Page& page) {
      return store::list_public_timeline(tx, std::nullopt, filter, page);
    };
  };
  check_pages(world, reversed(all), list({}));
  check_pages(world, reversed(locals), list({.local_only = true}));
  check_pages(world, reversed(remotes), list({.remote_only = true}));
  world.read([&](db::Tx& tx) {
    CHECK(store::list_public_timeline(tx, std::nullopt, {.local_only = true, .remote_only = true}, {}).empty());
  });
}

TEST_CASE("public and tag timelines leave out whom the viewer cannot stand", "[store][timelines]") {
  World world;
  const auto viewer = world.local_account("viewer");
  const auto author = world.local_account("author");
  const auto s = world.status(author, {.tags = {"birds"}});
  const auto check = [&](bool there) {
    world.read([&](db::Tx& tx) {
      CHECK(store::list_public_timeline(tx, viewer.id, {}, {}).size() == (there ? 1U : 0U));
      CHECK(store::list_tag_timeline(tx, viewer.id, "birds", {}, {}).size() == (there ? 1U : 0U));
      CHECK(store::list_public_timeline(tx, std::nullopt, {}, {}) == std::vector{s.id});
      CHECK(store::list_tag_timeline(tx, std::nullopt, "birds", {}, {}) == std::vector{s.id});
    });
  };
  check(true);
  SECTION("blocked") {
    world.block(viewer, author);
    check(false);
  }
  SECTION("blocking") {
    world.block(author, viewer);
    check(false);
  }
  SECTION("muted for a while") {
    world.mute(viewer, author, false, std::chrono::hours(1));
    check(false);
    world.clock.advance(std::chrono::hours(1));
    check(true);
  }
  SECTION("suspended: for everybody") {
    world.suspend(author);
    world.read([&](db::Tx& tx) {
      CHECK(store::list_public_timeline(tx, std::nullopt, {}, {}).empty());
      CHECK(store::list_tag_timeline(tx, std::nullopt, "birds", {}, {}).empty());
    });
  }
}

TEST_CASE("a tag's timeline has public statuses with the tag by origin", "[store][timelines][paging]") {
  World world;
  const auto local = world.local_account("local");
  const auto remote = world.remote_account("remote", "a.test");
  std::vector<StatusId> all, locals;
  for (int i = 0; i < 6; ++i) {
    locals.push_back(world.status(local, {.tags = {"Birds"}}).id);
    all.push_back(locals.back());
    all.push_back(world.status(remote, {.tags = {"birds", "other"}}).id);
    world.status(local, {.tags = {"other"}});
  }
  check_pages(world, reversed(all), [](db::Tx& tx, const model::Page& page) {
    return store::list_tag_timeline(tx, std::nullopt, "birds", {}, page);
  });
  check_pages(world, reversed(locals), [](db::Tx& tx, const model::Page& page) {
    return store::list_tag_timeline(tx, std::nullopt, "birds", {.local_only = true}, page);
  });
  world.read([&](db::Tx& tx) {
    CHECK(store::list_tag_timeline(tx, std::nullopt, "birds", {.remote_only = true}, {}).size() == 6);
    CHECK(store::list_tag_timeline(tx, std::nullopt, "none", {}, {}).empty());
  });
}

TEST_CASE("an account's timeline shows each viewer what he may see", "[store][timelines]") {
  World world;
  const auto author = world.local_account("author");
  const auto follower = world.local_account("follower");
  const auto friend_ = world.local_account("friend");
  const auto other = world.local_account("other");
  world.follow(follower, author);
  const auto of_other = world.status(other);
  const auto plain = world.status(author, {.tags = {"birds"}});
  const auto quiet = world.status(author, {.visibility = model::Visibility::private_, .tags = {"Birds"}});
  const auto whisper = world.status(author, {.visibility = model::Visibility::direct, .mentions = {friend_}});
  const auto self_reply = world.status(author, {.reply_to = plain});
  const auto reply = world.status(author, {.reply_to = of_other});
  const auto orphan = world.status(author, {.reply_to_uri = "https://nowhere.test/1"});
  const auto wrapper = world.reblog(author, of_other);

  const auto list = [&](std::optional<AccountId> viewer, const store::AccountTimelineFilter& filter = {}) {
    return world.read([&](db::Tx& tx) { return store::list_account_timeline(tx, viewer, author.id, filter, {}); });
  };
  CHECK(list(std::nullopt) == std::vector{wrapper.id, orphan.id, reply.id, self_reply.id, plain.id});
  CHECK(list(follower.id) == std::vector{wrapper.id, orphan.id, reply.id, self_reply.id, quiet.id, plain.id});
  CHECK(list(friend_.id) == std::vector{wrapper.id, orphan.id, reply.id, self_reply.id, whisper.id, plain.id});
  CHECK(list(author.id).size() == 7);
  CHECK(list(author.id, {.exclude_replies = true}) ==
        std::vector{wrapper.id, self_reply.id, whisper.id, quiet.id, plain.id});
  CHECK(list(author.id, {.exclude_replies = true, .exclude_reblogs = true, .exclude_direct = true}) ==
        std::vector{self_reply.id, quiet.id, plain.id});
  CHECK(list(author.id, {.tagged = "birds"}) == std::vector{quiet.id, plain.id});
  CHECK(list(std::nullopt, {.tagged = "birds"}) == std::vector{plain.id});

  SECTION("a blocked viewer sees nothing") {
    world.block(author, follower);
    CHECK(list(follower.id).empty());
  }
  SECTION("a muted author is still there, a muted account that he reblogs is not") {
    world.mute(follower, author);
    world.mute(follower, other);
    CHECK(list(follower.id) == std::vector{orphan.id, reply.id, self_reply.id, quiet.id, plain.id});
  }
  SECTION("a suspended author has none") {
    world.suspend(author);
    CHECK(list(author.id).empty());
  }
}

TEST_CASE("an account's timeline and outbox are paged", "[store][timelines][paging]") {
  World world;
  const auto author = world.local_account("author");
  const auto other = world.local_account("other");
  std::vector<StatusId> all;
  for (int i = 0; i < 6; ++i) {
    all.push_back(world.status(author).id);
    world.status(other);
  }
  all.push_back(world.reblog(author, world.status(other)).id);
  world.status(author, {.visibility = model::Visibility::private_});
  check_pages(world, reversed(all), [&](db::Tx& tx, const model::Page& page) {
    return store::list_account_timeline(tx, std::nullopt, author.id, {}, page);
  });
  check_pages(world, reversed(all),
              [&](db::Tx& tx, const model::Page& page) { return store::list_outbox(tx, author.id, page); });
}
