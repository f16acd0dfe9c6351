#include "delivery_queue.hpp"

#include "support/captured_log.hpp"
#include "support/fediverse.hpp"
#include "support/pending_jobs.hpp"

#include "dunlin/activitypub/followers_sync.hpp"
#include "dunlin/activitypub/lost_actors.hpp"
#include "dunlin/service/domain_policies.hpp"
#include "dunlin/service/suspension.hpp"
#include "dunlin/store/relationships.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace dunlin::daemon {

using model::Visibility;
using test::Fediverse;

namespace {

struct Setup : Fediverse {
  Setup() {
    world.write([&](db::Tx& tx) {
      store::insert_key(tx, {.key_id = anna.uri + "#main-key",
                             .account_id = anna.id,
                             .algorithm = model::KeyAlgorithm::rsa,
                             .public_pem = test::test_key().public_key().to_pem(),
                             .private_pem = test::test_key().to_pem(),
                             .fetched_at = std::nullopt});
    });
  }

  model::Account anna = world.local_account("anna");
  model::User user = world.user_of(anna);
  model::Account near1 = world.remote_account("n1", "near.example", {.shared_inbox_url = "https://near.example/inbox"});
  model::Account near2 = world.remote_account("n2", "near.example", {.shared_inbox_url = "https://near.example/inbox"});
  model::Account far = world.remote_account("f", "far.example");
  SigningKeys keys{Fediverse::keys, world.clock};
  DeliveryQueue deliveries_queue{keys, federation.policies(), queue, world.clock, config.delivery};

  model::Status post(const std::string& text, Visibility visibility) {
    service::StatusDraft draft;
    draft.text = text;
    draft.visibility = visibility;
    service::RemoteDocuments documents;
    auto status =
        world.write([&](db::Tx& tx) { return services.statuses.post(tx, documents, anna, user, draft).value(); });
    run_jobs();
    return status;
  }
  std::vector<net::PendingDelivery> claimed() {
    std::vector<net::PendingDelivery> all;
    for (auto& lane : deliveries_queue.claim_hosts(world.session(), 100, false)) {
      std::ranges::move(lane.due, std::back_inserter(all));
      conclude({}, lane.host);
    }
    return all;
  }
  net::PendingDelivery only() {
    auto all = claimed();
    REQUIRE(all.size() == 1);
    return std::move(all[0]);
  }
  Result<http::OutboundRequest> prepared(const net::PendingDelivery& delivery) {
    return deliveries_queue.prepare(delivery, net::SignatureScheme::cavage);
  }
  /// "" when it may go.
  std::string refusal(const net::PendingDelivery& delivery) {
    const auto request = prepared(delivery);
    return request ? "" : request.error().detail;
  }
  net::Conclusion conclude(const std::vector<net::DeliveryResult>& results, const std::string& leaving) {
    const std::vector<net::LeavingHost> hosts{{leaving, false}};
    return deliveries_queue.conclude(world.session(), results, hosts);
  }
  void answered(const net::PendingDelivery& delivery, int status) {
    const jobs::Attempt attempt{.number = 1, .allowed = 16, .shared_inbox = delivery.shared_inbox};
    const auto judgement = jobs::judge({.status = status}, attempt, world.clock.now(), 0.0);
    conclude({{delivery.row, judgement, std::nullopt}}, delivery.row.host);
  }
  void follow(const model::Account& who) { world.follow(who, anna); }
  void unfollow(const model::Account& who) {
    world.write([&](db::Tx& tx) { store::delete_follow(tx, who.id, anna.id); });
  }
  Result<void> check_actor(const std::string& payload) {
    return remote.run_with([&](service::RemoteDocuments& documents) {
      return world.session().write([&](db::Tx& tx) -> Result<void> {
        return activitypub::run_check_actor(env, services, tx, documents, payload);
      });
    });
  }
};

const std::string kNobodyFollows = "nobody whom it is for is there any more";
const std::string kNobodyNamed = "nobody whom it is for may have it any more";

}  // namespace

// 8.96
TEST_CASE("a private post carries the digest of the followers on the receiver's origin", "[daemon][delivery]") {
  Setup f;
  f.follow(f.near1);
  f.follow(f.near2);
  f.follow(f.far);
  f.post("for you", Visibility::private_);
  const auto before = f.world.session().statement_count();
  const auto all = f.claimed();
  REQUIRE(all.size() == 2);
  CHECK(f.world.session().statement_count() - before < 16);
  for (const auto& delivery : all) {
    const bool near = delivery.row.host == "near.example";
    const auto there = near ? std::vector{f.near1.uri, f.near2.uri} : std::vector{f.far.uri};
    const auto request = f.prepared(delivery);
    REQUIRE(request);
    CHECK(request->headers.get("Collection-Synchronization") ==
          "collectionId=\"" + f.anna.uri + "/followers\", url=\"" + f.anna.uri +
              "/followers_synchronization\", digest=\"" + activitypub::followers_digest(there) + "\"");
    CHECK_FALSE(request->headers.get("Signature").empty());
    CHECK(request->body->find("for you") != std::string::npos);
  }
}

TEST_CASE("what is for all carries no digest of followers", "[daemon][delivery]") {
  Setup f;
  f.follow(f.near1);
  f.post("for all", Visibility::public_);
  CHECK(f.prepared(f.only())->headers.find(std::string(activitypub::kSynchronizationHeader)) == nullptr);
}

// 8.93, R31
TEST_CASE("a private post is not sent where nobody follows by the time it would be", "[daemon][delivery]") {
  Setup f;
  f.follow(f.near1);
  f.follow(f.near2);
  f.post("for you", Visibility::private_);
  f.unfollow(f.near1);
  CHECK(f.refusal(f.only()).empty());
  SECTION("unfollowed") {
    f.unfollow(f.near2);
  }
  SECTION("suspended") {
    f.world.suspend(f.near2);
  }
  CHECK(f.refusal(f.only()) == kNobodyFollows);
}

// 8.93
TEST_CASE("a private post reaches who is mentioned and does not follow, unless blocked", "[daemon][delivery]") {
  Setup f;
  f.post("you, @n1@near.example", Visibility::private_);
  CHECK(f.refusal(f.only()).empty());
  f.world.block(f.anna, f.near1);
  CHECK(f.refusal(f.only()) == kNobodyFollows);
}

// 8.93
TEST_CASE("a direct post is not sent to whom the author has blocked, or who was suspended, meanwhile",
          "[daemon][delivery]") {
  Setup f;
  f.post("psst, @n1@near.example and @n2@near.example", Visibility::direct);
  f.world.block(f.anna, f.near1);
  CHECK(f.refusal(f.only()).empty());  // one POST for both: the other may still have it
  SECTION("blocked") {
    f.world.block(f.anna, f.near2);
  }
  SECTION("blocking") {
    f.world.block(f.near2, f.anna);
  }
  SECTION("suspended") {
    f.world.suspend(f.near2);
  }
  CHECK(f.refusal(f.only()) == kNobodyNamed);
}

TEST_CASE("a public post goes to a server with followers, whoever else was mentioned there", "[daemon][delivery]") {
  Setup f;
  f.follow(f.near2);
  f.post("hello @n1@near.example", Visibility::public_);
  f.world.block(f.anna, f.near1);
  CHECK(f.refusal(f.only()).empty());
}

// 8.93, 8.94
TEST_CASE("a Delete goes to those who got the post, also when they are blocked", "[daemon][delivery]") {
  Setup f;
  const auto status = f.post("psst, @n1@near.example", Visibility::direct);
  f.world.block(f.anna, f.near1);
  f.world.write([&](db::Tx& tx) { f.services.statuses.remove(tx, f.anna, status.id).value(); });
  f.run_jobs();
  const auto deletion = f.only();
  CHECK(deletion.body->find("\"Delete\"") != std::string::npos);
  CHECK(f.refusal(deletion).empty());
}

// 8.107
TEST_CASE("what waits for a domain is not sent once its policy forbids it", "[daemon][delivery]") {
  Setup f;
  f.follow(f.near1);
  f.follow(f.far);
  f.post("for all", Visibility::public_);
  auto loaded = f.claimed();
  REQUIRE(loaded.size() == 2);
  service::DomainService domains(f.config, f.world.ids, f.queue);
  f.world.write([&](db::Tx& tx) {
    model::DomainPolicy policy;
    policy.domain = "near.example";
    policy.severity = model::DomainSeverity::suspend;
    domains.block(tx, policy).value();
  });
  // Another process' decision: seen with the next load, a few seconds later, by what was loaded before as well.
  f.world.clock.advance(std::chrono::seconds(6));
  f.claimed();
  for (const auto& delivery : loaded) CHECK(f.refusal(delivery).empty() == (delivery.row.host == "far.example"));
  // The job that applies it ends what waits, and leaves the others.
  f.world.write([&](db::Tx& tx) { domains.run_apply(tx, f.federation.policies(), "near.example 0").value(); });
  CHECK(f.only().row.host == "far.example");
  const auto given_up = f.world.read([](db::Tx& tx) { return jobs::list_given_up_deliveries(tx, 10); });
  REQUIRE(given_up.size() == 1);
  CHECK(given_up[0].last_error == "the domain's policy forbids it");
}

TEST_CASE("a suspended account says nothing but what is essential", "[daemon][delivery]") {
  Setup f;
  f.follow(f.near1);
  f.post("for all", Visibility::public_);
  f.world.write([&](db::Tx& tx) { service::suspend_local_account(tx, f.env, f.anna, true); });
  f.run_jobs();
  const auto all = f.claimed();
  REQUIRE(all.size() == 2);
  for (const auto& delivery : all) {
    const bool is_update = delivery.body->find("\"Update\"") != std::string::npos;
    CHECK(f.refusal(delivery) == (is_update ? "" : "its account is suspended or gone"));
  }
}

TEST_CASE("what an account had to say is not sent when it is gone, but for its end", "[daemon][delivery]") {
  Setup f;
  f.follow(f.near1);
  f.post("for all", Visibility::public_);
  f.world.write([&](db::Tx& tx) {
    const std::vector<std::string> inboxes{"https://near.example/inbox"};
    f.federation.deliveries().enqueue(
        tx, {.account_id = AccountId{77}, .body = "post", .object_key = "o", .essential = false}, inboxes);
    f.federation.deliveries().enqueue(
        tx, {.account_id = AccountId{77}, .body = "delete", .object_key = "o", .essential = true}, inboxes);
    f.federation.deliveries().enqueue(tx, {.account_id = {}, .body = "ours", .object_key = "o"}, inboxes);
  });
  for (const auto& delivery : f.claimed()) {
    CAPTURE(*delivery.body);
    CHECK(delivery.refusal == (*delivery.body == "post" ? "its account is suspended or gone" : ""));
  }
}

TEST_CASE("a delivery keeps the key that it was loaded with, however many others are loaded", "[daemon][delivery]") {
  Setup f;
  const auto bob = f.world.local_account("bob");
  f.world.write([&](db::Tx& tx) {
    store::insert_key(tx, {.key_id = bob.uri + "#main-key",
                           .account_id = bob.id,
                           .algorithm = model::KeyAlgorithm::rsa,
                           .public_pem = test::other_test_key().public_key().to_pem(),
                           .private_pem = test::other_test_key().to_pem(),
                           .fetched_at = std::nullopt});
    const std::vector<std::string> inboxes{"https://near.example/inbox"};
    for (const auto& account : {f.anna.id, bob.id})
      f.federation.deliveries().enqueue(tx, {.account_id = account, .body = "b", .object_key = "o"}, inboxes);
  });
  SigningKeys few(f.Fediverse::keys, f.world.clock, 1);
  DeliveryQueue queue(few, f.federation.policies(), f.queue, f.world.clock, f.config.delivery);
  const auto lanes = queue.claim_hosts(f.world.session(), 10, false);
  REQUIRE(lanes.size() == 1);
  REQUIRE(lanes[0].due.size() == 2);
  for (const auto& delivery : lanes[0].due) CHECK(queue.prepare(delivery, net::SignatureScheme::cavage));
}

TEST_CASE("a key that cannot be opened is no reason to give up, one that is gone is", "[daemon][delivery]") {
  Setup f;
  f.follow(f.near1);
  f.post("for all", Visibility::public_);
  const std::string key_id = f.anna.uri + "#main-key";
  SECTION("sealed with a secret that this process does not know") {
    const auto box = crypto::SecretBox::from_text("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=").value();
    f.world.write([&](db::Tx& tx) { store::set_private_key(tx, key_id, box.seal(test::test_key().to_pem())); });
    CHECK(f.prepared(f.only()).error().code == Errc::internal);
  }
  SECTION("gone") {
    f.world.write([&](db::Tx& tx) { store::delete_other_keys(tx, f.anna.id, {}); });
    CHECK(f.prepared(f.only()).error().code == Errc::not_found);
  }
}

TEST_CASE("a refusal of ours says nothing of the host", "[daemon][delivery]") {
  Setup f;
  f.post("psst, @f@far.example", Visibility::direct);
  const auto delivery = f.only();
  jobs::Judgement judgement{.verdict = jobs::Verdict::drop, .sign = jobs::HostSign::none, .reason = "refused"};
  f.conclude({{delivery.row, judgement, std::nullopt}}, "far.example");
  f.post("psst again, @f@far.example", Visibility::direct);
  const auto lanes = f.deliveries_queue.claim_hosts(f.world.session(), 10, false);
  REQUIRE(lanes.size() == 1);
  CHECK_FALSE(lanes[0].proven);
  CHECK(lanes[0].allowed == 1);
}

// 8.90
TEST_CASE("a host that asks for time gets nothing of anybody, whatever else it has just taken", "[daemon][delivery]") {
  Setup f;
  const auto bob = f.world.local_account("bob");
  f.world.write([&](db::Tx& tx) {
    for (const auto& account : {f.anna.id, AccountId{}, bob.id}) {
      const std::vector<std::string> inboxes{"https://near.example/inbox"};
      f.federation.deliveries().enqueue(tx, {.account_id = account, .body = "b", .object_key = "o"}, inboxes);
    }
  });
  const auto due = f.claimed();
  REQUIRE(due.size() == 3);
  const auto busy = jobs::judge({.status = 429, .retry_after = std::chrono::minutes(2)}, {}, f.world.clock.now(), 0.0);
  const auto taken = jobs::judge({.status = 202}, {}, f.world.clock.now(), 0.0);
  SECTION("the refusal comes first") {
    const auto concluded =
        f.conclude({{due[0].row, busy, std::nullopt}, {due[1].row, taken, std::nullopt}}, "near.example");
    CHECK(concluded.allowed == std::vector{std::pair{std::string("near.example"), 0}});
  }
  SECTION("it comes last") {
    const auto concluded =
        f.conclude({{due[1].row, taken, std::nullopt}, {due[0].row, busy, std::nullopt}}, "near.example");
    CHECK(concluded.allowed == std::vector{std::pair{std::string("near.example"), 0}});
  }
  SECTION("the others' results come later") {
    CHECK(f.conclude({{due[0].row, busy, std::nullopt}}, "near.example").allowed.at(0).second == 0);
    f.conclude({{due[1].row, taken, std::nullopt}}, "near.example");
    CHECK(f.conclude({{due[2].row, jobs::judge({.status = 503}, {}, f.world.clock.now(), 0.0), std::nullopt}},
                     "near.example")
              .allowed.at(0)
              .second == 0);
  }
  CHECK(f.claimed().empty());
  f.world.clock.advance(std::chrono::minutes(2));
  CHECK_FALSE(f.claimed().empty());
}

TEST_CASE("a failure counts, also when another delivery to the host succeeded beside it", "[daemon][delivery]") {
  Setup f;
  f.follow(f.far);
  f.post("one", Visibility::public_);
  f.post("two", Visibility::public_);
  const auto due = f.claimed();
  REQUIRE(due.size() == 2);
  const auto gone = jobs::Judgement{.verdict = jobs::Verdict::host_gone, .status = 410, .reason = "gone"};
  const auto taken = jobs::judge({.status = 202}, {}, f.world.clock.now(), 0.0);
  f.conclude({{due[1].row, gone, std::nullopt}, {due[0].row, taken, std::nullopt}}, "far.example");
  f.post("three", Visibility::public_);
  CHECK(f.claimed().empty());
}

TEST_CASE("of a delivery that failed the pump tells, once", "[daemon][delivery]") {
  Setup f;
  f.follow(f.far);
  f.post("hello", Visibility::public_);
  const auto delivery = f.only();
  const test::CapturedLog log(log::Level::info);
  f.answered(delivery, 500);
  CHECK(log.text().find("delivery failed") == std::string::npos);
}

TEST_CASE("of a host that is not known to answer few deliveries are loaded", "[daemon][delivery]") {
  Setup f;
  f.follow(f.far);
  for (int i = 0; i < 6; ++i) f.post("number " + std::to_string(i), Visibility::public_);
  CHECK(f.claimed().size() == 4);
  f.answered(f.claimed()[0], 202);
  const auto lanes = f.deliveries_queue.claim_hosts(f.world.session(), 10, true);
  REQUIRE(lanes.size() == 1);
  CHECK(lanes[0].proven);
  CHECK(lanes[0].allowed == f.config.delivery.per_host);
  CHECK(lanes[0].due.size() == 5);
}

// 8.90
TEST_CASE("a personal inbox that is gone, or is not found three times in a day, has its owner looked at",
          "[daemon][delivery]") {
  Setup f;
  f.follow(f.far);
  f.follow(f.near1);
  const auto looked_at = [&] { return test::pending_jobs(f.world, activitypub::kCheckActor); };
  const auto answer_far = [&](int status) {
    f.post("hello", Visibility::public_);
    for (const auto& delivery : f.claimed()) {
      f.answered(delivery, delivery.row.host == "far.example" ? status : 404);  // shared: of no actor
    }
  };
  SECTION("410") {
    answer_far(410);
    CHECK(looked_at() == std::vector{f.far.id.str() + " first"});
  }
  SECTION("404") {
    answer_far(404);
    answer_far(404);
    CHECK(looked_at().empty());
    f.world.clock.advance(std::chrono::hours(25));
    answer_far(404);
    answer_far(404);
    CHECK(looked_at().empty());
    answer_far(404);
    CHECK(looked_at() == std::vector{f.far.id.str() + " first"});
  }
}

// 8.90, federation.md 1.8
TEST_CASE("an actor that is gone twice, an hour apart, is removed", "[daemon][delivery]") {
  Setup f;
  f.follow(f.far);
  f.remote.answer_status(f.far.uri, 410);
  REQUIRE(f.check_actor(f.far.id.str() + " first"));
  CHECK(f.find_account(f.far.uri));
  CHECK(test::pending_jobs(f.world, activitypub::kCheckActor) == std::vector{f.far.id.str() + " again"});
  SECTION("still gone") {
    REQUIRE(f.check_actor(f.far.id.str() + " again"));
    CHECK_FALSE(f.find_account(f.far.uri));
  }
  SECTION("only not found: some say so of whom they have suspended") {
    f.remote.answer_status(f.far.uri, 404);
    REQUIRE(f.check_actor(f.far.id.str() + " again"));
    CHECK(f.find_account(f.far.uri));
  }
  SECTION("back again") {
    f.publish_actor("far.example", "f");
    REQUIRE(f.check_actor(f.far.id.str() + " again"));
    CHECK(f.find_account(f.far.uri));
  }
}

}  // namespace dunlin::daemon
