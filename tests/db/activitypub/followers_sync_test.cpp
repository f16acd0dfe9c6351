#include "dunlin/activitypub/followers_sync.hpp"

#include "support/fediverse.hpp"

#include "dunlin/store/relationships.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace dunlin::activitypub {

using test::Fediverse;
using test::Json;

namespace {

struct Setup : Fediverse {
  Setup() {
    publish_actor("masto.example", "mara");
    mara = resolve([](Resolver& r) { return r.actor("https://masto.example/users/mara"); }).value();
    world.follow(anna, mara);
  }
  model::Account anna = world.local_account("anna");
  model::Account ben = world.local_account("ben");
  model::Account mara;
  std::string url() { return mara.uri + "/sync"; }

  /// mara's server believes that these follow her, and says so.
  void say(const std::vector<std::string>& listed, const std::vector<std::string>& digest_of) {
    remote.serve(
        url(),
        {{"@context", test::kAsNamespace}, {"id", url()}, {"type", "OrderedCollection"}, {"orderedItems", listed}});
    receive_header("collectionId=\"" + mara.followers_url + "\", url=\"" + url() + "\", digest=\"" +
                   followers_digest(digest_of) + "\"");
  }
  void receive_header(const std::string& header) {
    world.write([&](db::Tx& tx) { receive_synchronization(env, tx, mara, header); });
    const auto claimed =
        world.write([](db::Tx& tx) { return jobs::claim(tx, jobs::Lane::maintenance, 50, std::chrono::seconds(30)); });
    asked = !claimed.empty();
    for (const jobs::Job& job : claimed) {
      const auto done = remote.run_with([&](service::RemoteDocuments& documents) {
        return world.session().write([&](db::Tx& tx) -> Result<void> {
          TRY_VOID(run_synchronize_followers(env, services, tx, documents, job.payload));
          jobs::finish(tx, job);
          return {};
        });
      });
      REQUIRE(done);
    }
  }
  bool asked = false;
  bool follows(const model::Account& who) {
    return world.read([&](db::Tx& tx) { return store::find_follow(tx, who.id, mara.id).has_value(); });
  }
};

}  // namespace

TEST_CASE("8.96: the digest is the XOR of the hashes, of none it is zero", "[activitypub][sync]") {
  CHECK(followers_digest({}) == std::string(64, '0'));
  const std::vector<std::string> one{"https://testing.example.org/users/1"};
  const std::vector<std::string> two{"https://testing.example.org/users/1", "https://testing.example.org/users/2"};
  // SHA-256 of the one id.
  CHECK(followers_digest(one) == "3a06e99569547f444c352ab7f52e4bab207abec5ca6f07b0045cfdc9723f8fa9");
  CHECK(followers_digest(two) == followers_digest(std::vector{two[1], two[0]}));
  CHECK(followers_digest(std::vector{one[0], one[0]}) == std::string(64, '0'));
}

TEST_CASE("8.96: a follower that the other side does not know is none any more", "[activitypub][sync]") {
  Setup f;
  f.world.follow(f.ben, f.mara);
  f.say({f.ben.uri}, {f.ben.uri});
  CHECK_FALSE(f.follows(f.anna));
  CHECK(f.follows(f.ben));
}

TEST_CASE("who is listed and does not follow says so again", "[activitypub][sync]") {
  Setup f;
  f.say({f.anna.uri, f.ben.uri}, {f.anna.uri, f.ben.uri});
  CHECK(f.follows(f.anna));
  const auto sent = f.outgoing();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].activity["type"] == "Undo");
  CHECK(sent[0].activity["actor"] == f.ben.uri);
}

// R27
TEST_CASE("whoever lists people of ours who do not follow makes us say so to few", "[activitypub][sync]") {
  Setup f;
  std::vector<std::string> listed{f.anna.uri};
  for (int i = 0; i < 60; ++i) listed.push_back(f.world.local_account("local" + std::to_string(i)).uri);
  f.say(listed, listed);
  CHECK(f.outgoing().size() == 50);
  // Nor does another account of that domain.
  f.publish_actor("sub.masto.example", "eve");
  f.mara = f.resolve([](Resolver& r) { return r.actor("https://sub.masto.example/users/eve"); }).value();
  f.say(listed, listed);
  CHECK(f.asked);
  CHECK(f.outgoing().size() == 50);
}

TEST_CASE("8.96: what does not fit changes nothing", "[activitypub][sync]") {
  Setup f;
  SECTION("equal digests: nobody is asked") {
    f.say({}, {f.anna.uri});
    CHECK_FALSE(f.asked);
  }
  SECTION("a list that is not the one of the digest") {
    f.say({}, {f.ben.uri});
    CHECK(f.asked);
  }
  SECTION("another's collection") {
    f.receive_header("collectionId=\"https://masto.example/users/eve/followers\", url=\"" + f.url() + "\", digest=\"" +
                     std::string(64, '0') + "\"");
    CHECK_FALSE(f.asked);
  }
  SECTION("an address on another host") {
    f.receive_header("collectionId=\"" + f.mara.followers_url + "\", url=\"https://evil.example/\", digest=\"" +
                     std::string(64, '0') + "\"");
    CHECK_FALSE(f.asked);
  }
  SECTION("nonsense") {
    for (const std::string& header :
         {std::string(), std::string("digest="), std::string("digest=\"xyz\""), std::string(10000, 'a')}) {
      f.receive_header(header);
      CHECK_FALSE(f.asked);
    }
  }
  CHECK(f.follows(f.anna));
}

TEST_CASE("an account is asked about at most every six hours", "[activitypub][sync]") {
  Setup f;
  f.say({}, {f.ben.uri});
  CHECK(f.asked);
  f.say({}, {f.ben.uri});
  CHECK_FALSE(f.asked);
  f.world.clock.advance(std::chrono::hours(7));
  f.say({}, {f.ben.uri});
  CHECK(f.asked);
}

}  // namespace dunlin::activitypub
