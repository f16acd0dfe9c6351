#include "support/fediverse.hpp"

#include "dunlin/activitypub/moves.hpp"
#include "dunlin/store/account_moves.hpp"
#include "dunlin/store/lists.hpp"
#include "dunlin/store/relationships.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

namespace dunlin::activitypub {

using namespace std::chrono_literals;
using test::Fediverse;
using test::Json;

namespace {

struct Setup : Fediverse {
  model::Account anna = world.local_account("anna");
  model::Account mara = world.remote_account("mara", "masto.example");

  bool follows(const model::Account& who, const model::Account& whom) {
    return world.read([&](db::Tx& tx) { return store::find_follow(tx, who.id, whom.id).has_value(); });
  }
  bool asked(const model::Account& who, const model::Account& whom) {
    return world.read([&](db::Tx& tx) { return store::find_follow_request(tx, who.id, whom.id).has_value(); });
  }
  bool blocked() {
    return world.read([&](db::Tx& tx) { return store::is_blocked(tx, mara.id, anna.id); });
  }
  Json block() { return {{"id", mara.uri + "#blocks/1"}, {"type", "Block"}, {"object", anna.uri}}; }

  /// What the accounts' servers show.
  void publish(const model::Account& account, const Json& more) {
    auto document = test::actor_document(*account.domain, account.username);
    document.update(more);
    remote.serve(account.uri, document);
    remote.webfinger(account.acct(), account.uri);
  }
  model::Account target = world.remote_account("new", "far.example");
  Json move() {
    return {{"id", mara.uri + "#moves/1"}, {"type", "Move"}, {"object", mara.uri}, {"target", target.uri}};
  }
  void agree() {
    publish(mara, {{"movedTo", target.uri}});
    publish(target, {{"alsoKnownAs", Json::array({mara.uri})}});
  }
  /// Runs what waits in the maintenance lane.
  void run_maintenance() {
    for (;;) {
      const auto claimed = world.write(
          [](db::Tx& tx) { return jobs::claim(tx, jobs::Lane::maintenance, 50, std::chrono::seconds(30)); });
      if (claimed.empty()) return;
      for (const jobs::Job& job : claimed) {
        last = remote.run_with([&](service::RemoteDocuments& documents) {
          return world.session().write([&](db::Tx& tx) -> Result<void> {
            TRY_VOID(job.kind == kMoveFollowers.name ? run_move_followers(env, services, tx, job.payload)
                                                     : run_move_account(env, services, tx, documents, job.payload));
            jobs::finish(tx, job);
            return {};
          });
        });
        if (!last) world.write([&](db::Tx& tx) { jobs::finish(tx, job); });
      }
    }
  }
  Result<void> last;
  void order(const model::Account& account, const std::string& what) {
    world.write(
        [&](db::Tx& tx) { queue.enqueue(tx, {.kind = kMoveAccount, .payload = account.id.str() + " " + what}); });
    run_maintenance();
  }
};

}  // namespace

TEST_CASE("8.52: a Block ends both follows and every delivery to its actor", "[activitypub][inbox][block]") {
  Setup f;
  f.world.follow(f.anna, f.mara);
  f.world.follow(f.mara, f.anna);
  CHECK(f.receive(f.mara, f.block()).verdict == Verdict::accepted);
  CHECK_FALSE(f.follows(f.anna, f.mara));
  CHECK_FALSE(f.follows(f.mara, f.anna));
  CHECK(f.blocked());
  CHECK(f.outgoing().empty());
  CHECK(f.receive(f.mara, f.block()).verdict == Verdict::duplicate);
  const auto again =
      f.world.session().write([&](db::Tx& tx) { return f.services.follows.follow(tx, f.anna, f.mara.id, {}); });
  CHECK_FALSE(again);
}

TEST_CASE("a Block is undone by id, embedded, or before it came", "[activitypub][inbox][block]") {
  Setup f;
  for (const Json& object : {f.block(), Json(f.mara.uri + "#blocks/1")}) {
    f.receive(f.mara, f.block());
    CHECK(f.receive(f.world.remote_account("eve" + std::to_string(object.size()), "far.example"),
                    {{"type", "Undo"}, {"object", object}})
              .verdict != Verdict::accepted);
    CHECK(f.blocked());
    CHECK(f.receive(f.mara, {{"type", "Undo"}, {"object", object}}).verdict == Verdict::accepted);
    CHECK_FALSE(f.blocked());
  }
  f.receive(f.mara, {{"type", "Undo"}, {"object", f.mara.uri + "#blocks/2"}});
  auto late = f.block();
  late["id"] = f.mara.uri + "#blocks/2";
  CHECK(f.receive(f.mara, late).verdict == Verdict::ignored);
  CHECK_FALSE(f.blocked());
}

TEST_CASE("a ban from a group and a block of nobody here are no blocks", "[activitypub][inbox][block]") {
  Setup f;
  auto ban = f.block();
  ban["target"] = "https://lemmy.example/c/birds";
  CHECK(f.receive(f.mara, ban).verdict == Verdict::ignored);
  auto stranger = f.block();
  stranger["object"] = f.target.uri;
  CHECK(f.receive(f.mara, stranger).verdict == Verdict::ignored);
  CHECK_FALSE(f.blocked());
}

TEST_CASE("8.77: a Move that both ends confirm takes the local followers along, once", "[activitypub][inbox][move]") {
  Setup f;
  f.world.follow(f.anna, f.mara, {.show_reblogs = false});
  const auto ben = f.world.local_account("ben");
  f.world.block(ben, f.mara);
  f.agree();
  CHECK(f.receive(f.mara, f.move()).verdict == Verdict::accepted);
  f.run_maintenance();
  CHECK_FALSE(f.follows(f.anna, f.mara));
  CHECK(f.asked(f.anna, f.target));
  CHECK(f.world.reload(f.mara).moved_to_id == f.target.id);
  CHECK(f.world.read([&](db::Tx& tx) { return store::is_blocked(tx, ben.id, f.target.id); }));
  const auto follow = f.world.read([&](db::Tx& tx) { return store::find_follow_request(tx, f.anna.id, f.target.id); });
  CHECK_FALSE(follow->show_reblogs);

  // Who comes back takes the word of it out of the document.
  auto back = test::actor_document("masto.example", "mara");
  f.remote.serve(f.mara.uri, back);
  f.world.clock.advance(1h);
  const auto moved = f.world.reload(f.mara);
  REQUIRE(f.resolve([&](Resolver& r) { return r.refresh(moved); }));
  CHECK_FALSE(f.world.reload(f.mara).moved_to_id);
  f.agree();

  auto second = f.move();
  second["id"] = f.mara.uri + "#moves/2";
  CHECK(f.receive(f.mara, second).verdict == Verdict::duplicate);
  f.world.clock.advance(24h * 8);
  second["id"] = f.mara.uri + "#moves/3";
  CHECK(f.receive(f.mara, second).verdict == Verdict::accepted);
}

TEST_CASE("8.77: who is taken along keeps the account in lists, and what is noted about it",
          "[activitypub][inbox][move]") {
  Setup f;
  const auto ben = f.world.local_account("ben");
  for (const auto& who : {f.anna, ben}) f.world.follow(who, f.mara);
  const auto lists_with = [&](const model::Account& owner, const model::Account& member) {
    return f.world.read([&](db::Tx& tx) { return store::list_lists_with(tx, owner.id, member.id); }).size();
  };
  const auto note = [&](const model::Account& who) {
    const std::array ids{f.target.id};
    return f.world.read([&](db::Tx& tx) { return store::list_relationships(tx, who.id, ids); }).at(0).note;
  };
  f.world.write([&](db::Tx& tx) {
    for (const char* title : {"birds", "friends"}) {
      const auto list = f.services.lists.create(tx, f.anna.id, {.title = title}).value();
      const std::array members{f.mara.id};
      REQUIRE(f.services.lists.add(tx, f.anna.id, list.id, members));
    }
    REQUIRE(f.services.lists.create(tx, f.anna.id, {.title = "others"}));
    REQUIRE(f.services.relationships.set_note(tx, f.anna, f.mara.id, "met in May"));
    REQUIRE(f.services.relationships.set_note(tx, ben, f.mara.id, "owes me tea"));
    REQUIRE(f.services.relationships.set_note(tx, ben, f.target.id, "the new one"));
    store::insert_block(tx, f.target.id, ben.id, f.world.ids.next<AccountId>().value, std::nullopt);
  });
  f.agree();
  REQUIRE(f.receive(f.mara, f.move()).verdict == Verdict::accepted);
  f.run_maintenance();
  CHECK(lists_with(f.anna, f.target) == 2);
  CHECK(lists_with(f.anna, f.mara) == 0);
  const std::string heading = "This user moved from mara@masto.example, here were your previous notes about them:\n";
  CHECK(note(f.anna) == heading + "met in May");
  CHECK(note(ben) == heading + "owes me tea\n\nthe new one");
  CHECK_FALSE(f.asked(ben, f.target));  // blocked there

  f.world.clock.advance(24h * 8);
  auto again = f.move();
  again["id"] = f.mara.uri + "#moves/2";
  REQUIRE(f.receive(f.mara, again).verdict == Verdict::accepted);
  CHECK(note(ben) == heading + "owes me tea\n\nthe new one");
}

TEST_CASE("Moves make us ask no more often than they may count", "[activitypub][inbox][move]") {
  Setup f;
  f.agree();
  SECTION("after one that was true") {
    CHECK(f.receive(f.mara, f.move()).verdict == Verdict::accepted);
    const auto before = f.remote.requested.size();
    CHECK(f.receive(f.mara, f.move()).verdict == Verdict::duplicate);
    CHECK(f.remote.requested.size() == before);
  }
  SECTION("after many that were not") {
    auto move = f.move();
    for (int i = 0; i < 50; ++i) {
      move["target"] = "https://victim.example/users/" + std::to_string(i);
      f.receive(f.mara, move);
    }
    CHECK(std::ranges::count_if(f.remote.requested,
                                [](const std::string& url) { return url.starts_with("https://victim.example"); }) == 5);
    f.world.clock.advance(1h);
    CHECK(f.receive(f.mara, f.move()).verdict == Verdict::accepted);
  }
}

TEST_CASE("8.77: a Move that one end does not confirm changes nothing", "[activitypub][inbox][move]") {
  Setup f;
  f.world.follow(f.anna, f.mara);
  SECTION("the target names others") {
    f.publish(f.mara, {{"movedTo", f.target.uri}});
    f.publish(f.target, {{"alsoKnownAs", Json::array({"https://masto.example/users/other"})}});
  }
  SECTION("the actor's document says nothing") {
    f.publish(f.mara, Json::object());
    f.publish(f.target, {{"alsoKnownAs", Json::array({f.mara.uri})}});
  }
  SECTION("the actor's document names another") {
    f.publish(f.mara, {{"movedTo", "https://evil.example/users/x"}});
    f.publish(f.target, {{"alsoKnownAs", Json::array({f.mara.uri})}});
  }
  CHECK(f.receive(f.mara, f.move()).verdict == Verdict::rejected);
  f.run_maintenance();
  CHECK(f.follows(f.anna, f.mara));
}

// federation.md 2.11
TEST_CASE("a Move that others tell of counts when both ends show it, of actors that are here",
          "[activitypub][inbox][move][forwarded]") {
  Setup f;
  f.world.follow(f.anna, f.mara);
  const auto sam = f.world.remote_account("sam", "relay.example");
  auto told = f.move();
  told["actor"] = f.mara.uri;
  SECTION("true") {
    f.agree();
    CHECK(f.receive(sam, told).verdict == Verdict::accepted);
    f.run_maintenance();
    CHECK(f.world.reload(f.mara).moved_to_id == f.target.id);
    CHECK(f.asked(f.anna, f.target));
    f.remote.requested.clear();
    CHECK(f.receive(sam, told).verdict == Verdict::duplicate);
    CHECK(f.remote.requested.empty());
  }
  SECTION("not so at home: nobody else is asked, nor often, and the actor's own word is heard all the same") {
    f.publish(f.mara, Json::object());
    f.publish(f.target, {{"alsoKnownAs", Json::array({f.mara.uri})}});
    for (int i = 0; i < 10; ++i) CHECK(f.receive(sam, told).verdict != Verdict::accepted);
    CHECK(f.remote.requested == std::vector<std::string>(3, f.mara.uri));
    CHECK_FALSE(f.world.reload(f.mara).moved_to_id);
    f.agree();
    CHECK(f.receive(f.mara, told).verdict == Verdict::accepted);
  }
  SECTION("of nobody here") {
    told["actor"] = told["object"] = "https://masto.example/users/stranger";
    CHECK(f.receive(sam, told).verdict == Verdict::ignored);
    CHECK(f.remote.requested.empty());
  }
}

TEST_CASE("nobody moves another's account", "[activitypub][inbox][move]") {
  Setup f;
  f.agree();
  const auto eve = f.world.remote_account("eve", "masto.example");
  CHECK(f.receive(eve, f.move()).verdict == Verdict::rejected);
}

TEST_CASE("a local account moves to who names it, tells its followers, and not again for 30 days",
          "[activitypub][move]") {
  Setup f;
  f.world.follow(f.mara, f.anna);
  const auto ben = f.world.local_account("ben");
  f.world.follow(ben, f.anna);
  const auto eve = f.world.local_account("eve");
  f.world.block(eve, f.anna);
  f.publish(f.target, Json::object());
  f.order(f.anna, "migrate " + f.target.acct());
  CHECK_FALSE(f.last);
  CHECK_FALSE(f.world.reload(f.anna).moved_to_id);

  f.publish(f.target, {{"alsoKnownAs", Json::array({f.anna.uri})}});
  f.order(f.anna, "migrate " + f.target.uri);
  CHECK(f.last);
  CHECK(f.world.reload(f.anna).moved_to_id == f.target.id);
  CHECK(f.asked(ben, f.target));
  CHECK_FALSE(f.follows(ben, f.anna));
  CHECK(f.world.read([&](db::Tx& tx) { return store::is_blocked(tx, eve.id, f.target.id); }));
  f.run_jobs();
  std::vector<std::string> types;
  for (const auto& sent : f.outgoing()) {
    if (sent.inbox != f.mara.inbox_url) continue;
    types.push_back(sent.activity["type"]);
    if (types.back() == "Move") CHECK(sent.activity["target"] == f.target.uri);
    if (types.back() == "Update") CHECK(sent.activity["object"]["movedTo"] == f.target.uri);
  }
  std::ranges::sort(types);
  CHECK(types == std::vector<std::string>{"Move", "Update"});
  CHECK(f.receive(f.mara, {{"type", "Follow"}, {"object", f.anna.uri}}).verdict == Verdict::rejected);
  f.order(f.anna, "migrate " + f.target.uri);
  CHECK_FALSE(f.last);
}

TEST_CASE("an alias is an actor that was found, and can be taken off again", "[activitypub][move]") {
  Setup f;
  f.publish(f.target, Json::object());
  f.order(f.anna, "alias @new@far.example");
  CHECK(f.world.reload(f.anna).also_known_as == std::vector{f.target.uri});
  f.order(f.anna, "alias nobody@far.example");
  CHECK_FALSE(f.last);
  f.order(f.anna, "unalias " + f.target.uri);
  CHECK(f.world.reload(f.anna).also_known_as.empty());
}

}  // namespace dunlin::activitypub
