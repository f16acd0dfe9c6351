#include "support/fediverse.hpp"

#include "dunlin/activitypub/lost_actors.hpp"
#include "dunlin/store/federation.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <string>

namespace dunlin::activitypub {

using namespace std::chrono_literals;
using test::actor_document;
using test::Fediverse;
using test::Json;

namespace {

struct Setup : Fediverse {
  Setup() {
    publish_actor("masto.example", "mara");
    world.follow(anna, mara);
  }
  model::Account anna = world.local_account("anna");
  model::Account mara = world.remote_account("mara", "masto.example");

  void publish(const Json& more, const crypto::PrivateKey& key = test::test_key()) {
    auto document = actor_document("masto.example", "mara", key);
    document.update(more);
    remote.serve(mara.uri, document);
  }
  Verdict update() { return receive(mara, {{"type", "Update"}, {"object", mara.uri}}).verdict; }
  auto times_asked() { return std::ranges::count(remote.requested, mara.uri); }
  /// The jobs of this lane that are due.
  std::vector<jobs::Job> due() {
    return world.write([](db::Tx& tx) { return jobs::claim(tx, jobs::Lane::maintenance, 50, 30s); });
  }
};

}  // namespace

// 8.73
TEST_CASE("an Update of an actor brings its key and picture", "[activitypub][inbox][update]") {
  Setup f;
  f.publish({{"icon", {{"type", "Image"}, {"url", "https://masto.example/a.png"}}}});
  CHECK(f.update() == Verdict::accepted);
  CHECK(f.world.reload(f.mara).avatar_url == "https://masto.example/a.png");
  const auto key = [&] {
    return f.world.read([&](db::Tx& tx) { return store::find_key(tx, f.mara.uri + "#main-key")->public_pem; });
  };
  CHECK(key() == test::test_key().public_key().to_pem());
  f.world.clock.advance(1min);
  f.publish({{"image", {{"type", "Image"}, {"url", "https://masto.example/h.png"}}}}, test::other_test_key());
  CHECK(f.update() == Verdict::accepted);
  CHECK(f.world.reload(f.mara).avatar_url.empty());
  CHECK(f.world.reload(f.mara).header_url == "https://masto.example/h.png");
  CHECK(key() == test::other_test_key().public_key().to_pem());
}

TEST_CASE("Updates of an actor make us ask once a minute, and the last one counts", "[activitypub][inbox][update]") {
  Setup f;
  f.publish({{"name", "One"}});
  CHECK(f.update() == Verdict::accepted);
  for (int i = 0; i < 20; ++i) CHECK(f.update() == Verdict::accepted);
  CHECK(f.times_asked() == 1);
  f.publish({{"name", "Two"}});
  CHECK(f.update() == Verdict::accepted);
  CHECK(f.world.reload(f.mara).display_name == "One");
  CHECK(f.due().empty());
  f.world.clock.advance(2min);
  const auto jobs = f.due();
  REQUIRE(jobs.size() == 1);
  REQUIRE(jobs[0].kind == kCheckActor.name);
  CHECK(f.remote.run_with([&](service::RemoteDocuments& documents) {
    return f.world.session().write(
        [&](db::Tx& tx) { return run_check_actor(f.env, f.services, tx, documents, jobs[0].payload); });
  }));
  CHECK(f.world.reload(f.mara).display_name == "Two");
  // A forwarded one is no way round it.
  const auto sam = f.world.remote_account("sam", "far.example");
  f.update();
  const auto before = f.times_asked();
  f.receive(sam,
            {{"id", f.mara.uri + "#updates/9"}, {"type", "Update"}, {"actor", f.mara.uri}, {"object", f.mara.uri}});
  CHECK(f.times_asked() == before);
}

// 8.76
TEST_CASE("the handle of a deleted actor is another's when its domain says so, not before",
          "[activitypub][inbox][delete]") {
  Setup f;
  CHECK(f.receive(f.mara, {{"type", "Delete"}, {"object", f.mara.uri}}).verdict == Verdict::accepted);
  const std::string heir = "https://masto.example/users/heir";
  auto document = actor_document("masto.example", "heir");
  document["preferredUsername"] = "mara";
  f.remote.serve(heir, document);
  const auto claimed = f.resolve([&](Resolver& r) { return r.actor(heir); });
  REQUIRE(claimed);
  CHECK_FALSE(claimed->handle_verified);
  f.remote.webfinger("mara@masto.example", heir);
  const auto bound = f.resolve([&](Resolver& r) { return r.refresh(*claimed); });
  REQUIRE(bound);
  CHECK(bound->handle_verified);
  CHECK(bound->acct() == "mara@masto.example");
  CHECK(bound->id != f.mara.id);
  CHECK(f.world.reload(f.anna).following_count == 0);
}

}  // namespace dunlin::activitypub
