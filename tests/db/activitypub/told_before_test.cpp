#include "support/fediverse.hpp"
#include "support/pending_jobs.hpp"

#include "dunlin/service/suspension.hpp"
#include "dunlin/store/quotes.hpp"
#include "dunlin/store/reactions.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/status_receivers.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace dunlin::activitypub {

using model::Visibility;
using test::Fediverse;
using test::Json;

namespace {

using Inboxes = std::vector<std::string>;

const db::Statement kSets{"told_before_test.sets", "SELECT count(*) FROM receiver_sets"};
const db::Statement kClear{"told_before_test.clear", "DELETE FROM deliveries"};

struct Setup : Fediverse {
  model::Account anna = world.local_account("anna");
  model::User user = world.user_of(anna);
  model::Account near = world.remote_account("n", "near.example", {.shared_inbox_url = "https://near.example/inbox"});
  model::Account far = world.remote_account("f", "far.example", {.shared_inbox_url = "https://far.example/inbox"});

  service::StatusDraft draft(const std::string& text, Visibility visibility = Visibility::public_) const {
    service::StatusDraft result;
    result.text = text;
    result.visibility = visibility;
    return result;
  }
  /// Delivered, and nothing is left in the queue.
  model::Status posted(const service::StatusDraft& what) {
    service::RemoteDocuments documents;
    const auto status =
        world.write([&](db::Tx& tx) { return services.statuses.post(tx, documents, anna, user, what).value(); });
    delivered();
    return status;
  }
  void delivered() {
    run_jobs();
    world.write([](db::Tx& tx) { tx.exec(kClear); });
  }
  void unfollow(const model::Account& who, const model::Account& target) {
    world.write([&](db::Tx& tx) { store::delete_follow(tx, who.id, target.id); });
  }
  void remove(const model::Status& status) {
    world.write([&](db::Tx& tx) { services.statuses.remove(tx, anna, status.id).value(); });
    run_jobs();
  }
  void edit(const model::Status& status, const std::string& text) {
    world.clock.advance(std::chrono::seconds(1));
    service::StatusEdit change;
    change.text = text;
    world.write([&](db::Tx& tx) {
      service::RemoteDocuments documents;
      services.statuses.edit(tx, documents, anna, status.id, change).value();
    });
    run_jobs();
  }
  /// Of what waits, of one type.
  Inboxes inboxes(const std::string& type) {
    Inboxes result;
    for (const auto& sent : outgoing()) {
      if (sent.activity["type"] == type) result.push_back(sent.inbox);
    }
    std::ranges::sort(result);
    return result;
  }
  std::int64_t sets() {
    return world.read([](db::Tx& tx) { return tx.exec(kSets)[0].i64(0); });
  }
};

const Inboxes kBoth{"https://far.example/inbox", "https://near.example/inbox"};

}  // namespace

// 8.94
TEST_CASE("a Delete reaches the server of a follower who has left", "[activitypub][outbox]") {
  Setup f;
  f.world.follow(f.near, f.anna);
  f.world.follow(f.far, f.anna);
  const auto status = f.posted(f.draft("hello"));
  f.unfollow(f.far, f.anna);
  SECTION("when others are still there") {}
  SECTION("when none is") {
    f.unfollow(f.near, f.anna);
  }
  f.remove(status);
  CHECK(f.inboxes("Delete") == kBoth);
}

// 8.94
TEST_CASE("an edit reaches whoever got the post, what is for followers only those who still are",
          "[activitypub][outbox]") {
  Setup f;
  f.world.follow(f.near, f.anna);
  f.world.follow(f.far, f.anna);
  const bool is_public = GENERATE(true, false);
  const auto status = f.posted(f.draft("hello", is_public ? Visibility::public_ : Visibility::private_));
  f.unfollow(f.far, f.anna);
  f.edit(status, "hello again");
  CHECK(f.inboxes("Update") == (is_public ? kBoth : Inboxes{"https://near.example/inbox"}));
  f.world.write([](db::Tx& tx) { tx.exec(kClear); });
  // A follower that came with the edit is remembered as well.
  const auto third = f.world.remote_account("t", "third.example");
  f.world.follow(third, f.anna);
  f.edit(status, "and again");
  f.world.write([](db::Tx& tx) { tx.exec(kClear); });
  f.unfollow(third, f.anna);
  f.remove(status);
  CHECK(f.inboxes("Delete") == Inboxes{"https://far.example/inbox", "https://near.example/inbox", third.inbox_url});
}

// 8.94
TEST_CASE("a Delete reaches who quoted, reacted, voted, or was spoken to before an edit", "[activitypub][outbox]") {
  Setup f;
  const bool was_sent = GENERATE(true, false);
  auto question = f.draft(was_sent ? "which, @f@far.example?" : "which?");
  question.poll.emplace();
  question.poll->options = {"one", "two"};
  question.poll->expires_in_seconds = 3600;
  const auto status = f.posted(question);
  const auto quoter = f.world.remote_account("q", "quoter.example");
  const auto reactor = f.world.remote_account("r", "reactor.example");
  const auto voter = f.world.remote_account("v", "voter.example");
  const auto quoting = f.world.status(quoter);
  f.world.write([&](db::Tx& tx) {
    store::insert_quote(tx, {.id = f.world.ids.next<QuoteId>(),
                             .status_id = quoting.id,
                             .account_id = quoter.id,
                             .quoted_status_id = status.id,
                             .quoted_account_id = f.anna.id,
                             .quoted_uri = status.uri,
                             .created_at = tx.now()});
    store::insert_reaction(tx, {.id = f.world.ids.next<ReactionId>(),
                                .status_id = status.id,
                                .account_id = reactor.id,
                                .name = "👍",
                                .created_at = tx.now()});
    const auto counted = f.services.polls.receive_vote(tx, voter, status, "one", "https://voter.example/votes/1");
    CHECK(counted == service::PollService::Received::counted);
  });
  f.delivered();
  f.remove(status);
  Inboxes all{quoter.inbox_url, reactor.inbox_url, voter.inbox_url};
  if (was_sent) all.insert(all.begin(), "https://far.example/inbox");
  CHECK(f.inboxes("Delete") == all);
}

// 8.94
TEST_CASE("an undone boost is told to the server of a follower who has left", "[activitypub][outbox]") {
  Setup f;
  f.world.follow(f.near, f.anna);
  const auto theirs = f.world.status(f.far);
  f.world.write([&](db::Tx& tx) { f.services.statuses.reblog(tx, f.anna, theirs.id, std::nullopt).value(); });
  f.delivered();
  f.unfollow(f.near, f.anna);
  f.world.write([&](db::Tx& tx) { f.services.statuses.unreblog(tx, f.anna, theirs.id).value(); });
  f.run_jobs();
  CHECK(f.inboxes("Undo") == kBoth);
}

TEST_CASE("posts to the same followers share what is remembered of them", "[activitypub][outbox]") {
  Setup f;
  f.world.follow(f.near, f.anna);
  const auto first = f.posted(f.draft("one"));
  f.posted(f.draft("two, @f@far.example"));
  CHECK(f.sets() == 1);
  f.world.follow(f.far, f.anna);
  f.posted(f.draft("three"));
  CHECK(f.sets() == 2);
  const auto found = f.world.read([&](db::Tx& tx) { return store::list_status_receivers(tx, first.id); });
  CHECK(found.of_followers == Inboxes{"https://near.example/inbox"});
  CHECK(found.named.empty());
  f.world.follow(f.world.remote_account("t", "third.example"), f.anna);
  f.edit(first, "one, edited");
  f.edit(first, "one, edited again");
  CHECK(f.sets() == 3);
}

TEST_CASE("what is remembered of followers goes when no post went to them any more, step by step",
          "[activitypub][outbox]") {
  Setup f;
  f.world.follow(f.near, f.anna);
  const auto kept = f.posted(f.draft("one"));
  f.world.follow(f.far, f.anna);
  const auto gone = f.posted(f.draft("two"));
  f.remove(gone);
  const auto begun = f.world.clock.now();
  const auto purge = [&](Time before, store::ReceiverSetId after = {}, int limit = 10) {
    return f.world.write([&](db::Tx& tx) { return store::purge_receiver_sets(tx, before, after, limit); });
  };
  CHECK(purge(begun + std::chrono::hours(1)).gone == 0);  // whoever asks is told of it still
  f.world.write([&](db::Tx& tx) { store::purge_deleted_statuses(tx, begun + std::chrono::hours(1), 10); });
  CHECK(purge(begun - std::chrono::hours(1)).gone == 0);  // a job may be about to refer to it
  const auto first = purge(begun + std::chrono::hours(1), {}, 1);
  CHECK(first.gone == 0);
  REQUIRE(first.next);
  const auto second = purge(begun + std::chrono::hours(1), *first.next, 1);
  CHECK(second.gone == 1);
  REQUIRE(second.next);
  CHECK_FALSE(purge(begun + std::chrono::hours(1), *second.next, 1).next);
  CHECK(f.sets() == 1);
  CHECK(f.world.read([&](db::Tx& tx) { return store::has_status_receivers(tx, kept.id); }));
}

// 4.9
TEST_CASE("an edit does not reach whom the author has blocked since", "[activitypub][outbox]") {
  Setup f;
  const auto status = f.posted(f.draft("hi @f@far.example"));
  f.world.favourite(f.near, status);
  f.world.block(f.anna, f.near);
  f.world.block(f.anna, f.far);
  f.edit(status, "hi @f@far.example, once more");
  // The server that got the post gets its edit all the same; that of a stranger who liked it does not.
  CHECK(f.inboxes("Update") == Inboxes{"https://far.example/inbox"});
}

TEST_CASE("a suspended account's followers' servers are told, and lifting it, too", "[activitypub][outbox]") {
  Setup f;
  f.world.follow(f.near, f.anna);
  f.world.write([&](db::Tx& tx) {
    store::upsert_follow_request(tx, {.id = f.world.ids.next<FollowId>(),
                                      .account_id = f.far.id,
                                      .target_account_id = f.anna.id,
                                      .uri = "https://far.example/follows/1",
                                      .languages = std::nullopt});
    service::suspend_local_account(tx, f.env, f.anna, true);
    REQUIRE(service::run_refuse_follow_requests(tx, f.env, f.anna.id.str()));
  });
  f.run_jobs();
  CHECK(f.inboxes("Reject") == Inboxes{f.far.inbox_url});
  const auto told = f.outgoing();
  const auto update = std::ranges::find_if(told, [](const auto& sent) { return sent.activity["type"] == "Update"; });
  REQUIRE(update != told.end());
  CHECK(update->inbox == "https://near.example/inbox");
  CHECK(update->activity["object"]["suspended"] == true);
  CHECK(update->essential);  // all else that a suspended account has to say is not sent
  CHECK(jobs::attempts_allowed(update->priority, update->essential) == 43);
  f.world.write([](db::Tx& tx) { tx.exec(kClear); });

  f.world.write([&](db::Tx& tx) { service::suspend_local_account(tx, f.env, f.anna, false); });
  f.run_jobs();
  const auto lifted = f.outgoing();
  REQUIRE(lifted.size() == 1);
  CHECK_FALSE(lifted[0].activity["object"].contains("suspended"));
  CHECK(jobs::attempts_allowed(lifted[0].priority, lifted[0].essential) == 43);
}

TEST_CASE("who asked to follow a suspended account is refused in parts", "[activitypub][outbox]") {
  Setup f;
  f.world.write([&](db::Tx& tx) { service::suspend_local_account(tx, f.env, f.anna, true); });
  const auto jobs_of = [&] { return test::pending_jobs(f.world, service::kRefuseFollowRequests).size(); };
  const auto run = [&] {
    f.world.write([&](db::Tx& tx) { REQUIRE(service::run_refuse_follow_requests(tx, f.env, f.anna.id.str())); });
  };
  const auto waiting = [&] {
    return f.world.read([&](db::Tx& tx) { return store::count_follow_requests(tx, f.anna.id); });
  };
  for (int i = 0; i < 201; ++i) {
    const auto asks = f.world.remote_account("a" + std::to_string(i), "many.example");
    f.world.write([&](db::Tx& tx) {
      store::upsert_follow_request(tx, {.id = f.world.ids.next<FollowId>(),
                                        .account_id = asks.id,
                                        .target_account_id = f.anna.id,
                                        .uri = asks.uri + "#follow",
                                        .languages = std::nullopt});
    });
  }
  CHECK(jobs_of() == 1);
  SECTION("all of them") {
    run();
    CHECK(waiting() == 1);
    CHECK(jobs_of() == 2);  // the first one, which was not claimed here, and its successor
    run();
    CHECK(waiting() == 0);
    CHECK(jobs_of() == 2);
  }
  SECTION("unless the suspension is lifted before") {
    f.world.write([&](db::Tx& tx) { service::suspend_local_account(tx, f.env, f.anna, false); });
    run();
    CHECK(waiting() == 201);
  }
}

}  // namespace dunlin::activitypub
