#include "support/world.hpp"

#include "dunlin/store/statuses.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace dunlin;
using test::World;

namespace {

bool sees(World& world, const std::optional<model::Account>& viewer, const model::Status& status) {
  return world.read([&](db::Tx& tx) {
    const auto id = viewer ? std::optional(viewer->id) : std::nullopt;
    const bool found = store::find_visible_status(tx, id, status.id).has_value();
    const std::vector<StatusId> ids{status.id};
    CHECK(store::list_visible_statuses(tx, id, ids).size() == (found ? 1U : 0U));
    return found;
  });
}

}  // namespace

TEST_CASE("a status is seen by those whom its visibility names", "[store][visibility]") {
  World world;
  const auto author = world.local_account("author");
  const auto follower = world.local_account("follower");
  const auto mentioned = world.local_account("mentioned");
  const auto stranger = world.local_account("stranger");
  const auto blocked = world.local_account("blocked");
  world.follow(follower, author);
  world.block(author, blocked);

  struct Case {
    model::Visibility visibility;
    bool nobody, stranger, follower, mentioned;
  };
  for (const auto& c : {Case{model::Visibility::public_, true, true, true, true},
                        Case{model::Visibility::unlisted, true, true, true, true},
                        Case{model::Visibility::private_, false, false, true, true},
                        Case{model::Visibility::direct, false, false, false, true}}) {
    CAPTURE(to_string(c.visibility));
    const auto status = world.status(author, {.visibility = c.visibility, .mentions = {mentioned, blocked}});
    CHECK(sees(world, std::nullopt, status) == c.nobody);
    CHECK(sees(world, stranger, status) == c.stranger);
    CHECK(sees(world, follower, status) == c.follower);
    CHECK(sees(world, mentioned, status) == c.mentioned);
    CHECK(sees(world, author, status));
    CHECK_FALSE(sees(world, blocked, status));
  }
}

TEST_CASE("nobody sees a deleted status or one of a suspended author", "[store][visibility]") {
  World world;
  const auto author = world.local_account("author");
  const auto deleted = world.status(author);
  const auto kept = world.status(author);
  world.write([&](db::Tx& tx) { store::delete_status(tx, deleted); });
  CHECK_FALSE(sees(world, author, deleted));
  CHECK(sees(world, std::nullopt, kept));
  world.suspend(author);
  CHECK_FALSE(sees(world, std::nullopt, kept));
  CHECK_FALSE(sees(world, author, kept));
}

TEST_CASE("a reblog is seen by who sees the wrapper and the original", "[store][visibility]") {
  World world;
  const auto author = world.local_account("author");
  const auto booster = world.local_account("booster");
  const auto viewer = world.local_account("viewer");
  const auto original = world.status(author);
  const auto wrapper = world.reblog(booster, original);
  CHECK(sees(world, viewer, wrapper));
  CHECK(sees(world, std::nullopt, wrapper));

  SECTION("not when the original's author blocks the viewer") {
    world.block(author, viewer);
    CHECK_FALSE(sees(world, viewer, wrapper));
    CHECK(sees(world, std::nullopt, wrapper));
  }
  SECTION("not when the reblogger blocks the viewer") {
    world.block(booster, viewer);
    CHECK_FALSE(sees(world, viewer, wrapper));
    CHECK(sees(world, viewer, original));
  }
  SECTION("not when the original's author is suspended") {
    world.suspend(author);
    CHECK_FALSE(sees(world, viewer, wrapper));
  }
  SECTION("a private wrapper only by followers of the reblogger") {
    const auto own = world.status(booster);
    const auto hidden = world.reblog(booster, own, model::Visibility::private_);
    CHECK_FALSE(sees(world, viewer, hidden));
    world.follow(viewer, booster);
    CHECK(sees(world, viewer, hidden));
  }
}

TEST_CASE("a thread shows what the viewer may see, oldest first", "[store][thread]") {
  World world;
  const auto alice = world.local_account("alice");
  const auto bob = world.local_account("bob");
  const auto root = world.status(alice);
  const auto reply = world.status(bob, {.reply_to = root});
  const auto whisper = world.status(bob, {.visibility = model::Visibility::direct, .reply_to = reply});
  const auto last = world.status(alice, {.reply_to = reply});
  const auto other = world.status(alice);
  CHECK(other.conversation_id != root.conversation_id);

  const auto thread = [&](std::optional<AccountId> viewer, int limit) {
    return world.read([&](db::Tx& tx) {
      std::vector<StatusId> ids;
      for (const auto& s : store::list_thread(tx, viewer, *root.conversation_id, limit)) ids.push_back(s.id);
      return ids;
    });
  };
  CHECK(thread(std::nullopt, 10) == std::vector{root.id, reply.id, last.id});
  CHECK(thread(bob.id, 10) == std::vector{root.id, reply.id, whisper.id, last.id});
  CHECK(thread(bob.id, 2) == std::vector{root.id, reply.id});
}
