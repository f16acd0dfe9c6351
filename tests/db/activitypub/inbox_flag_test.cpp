#include "support/fediverse.hpp"

#include "dunlin/service/domain_policies.hpp"
#include "dunlin/service/reports.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/notifications.hpp"
#include "dunlin/store/reports.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace dunlin::activitypub {

using test::Fediverse;
using test::Json;

namespace {

struct Setup : Fediverse {
  model::Account anna = world.local_account("anna");
  model::Account ben = world.local_account("ben");
  model::Account warden = world.local_account("warden");
  model::Status hers = world.status(anna);
  model::Status his = world.status(ben);
  model::Account peer = world.remote_account("instance", "masto.example");
  int count = 0;

  Setup() {
    auto user = world.user_of(warden);
    user.role = model::Role::moderator;
    world.write([&](db::Tx& tx) { store::update_user(tx, user); });
  }

  Outcome flag(const Json& object, const std::string& content = "spam") {
    return receive(peer, {{"id", peer.uri + "/flags/" + std::to_string(++count)},
                          {"type", "Flag"},
                          {"object", object},
                          {"content", content}});
  }
  /// What the moderator was told of last.
  std::optional<model::Report> newest() {
    return world.read([&](db::Tx& tx) -> std::optional<model::Report> {
      const auto told = store::list_notifications(tx, warden.id, {}, test::newest(1));
      if (told.empty()) return std::nullopt;
      const std::vector ids{told.front().id};
      return store::list_notification_reports(tx, ids).at(told.front().id);
    });
  }
};

}  // namespace

TEST_CASE("8.78: a Flag is one report with the reported account's own posts", "[activitypub][inbox][flag]") {
  Setup f;
  const auto expect_one = [&](const Json& object, const std::string& content, bool with_post) {
    CHECK(f.flag(object, content).verdict == Verdict::accepted);
    const auto report = f.newest();
    REQUIRE(report);
    CHECK(report->comment == content);
    CHECK(report->account_id == f.peer.id);
    CHECK(report->target_account_id == f.anna.id);
    CHECK(report->status_ids == (with_post ? std::vector{f.hers.id} : std::vector<StatusId>{}));
  };
  expect_one(f.anna.uri, "one", false);
  expect_one(Json::array({f.anna.uri, f.hers.uri, f.his.uri}), "two", true);
  expect_one(Json{{"id", f.anna.uri}, {"type", "Person"}}, "three", false);
  expect_one(f.hers.uri, "four", true);
  expect_one(f.anna.uri, "Note: " + f.hers.uri + "\nrude", true);
}

TEST_CASE("8.78: why Lemmy and its kin report something is in another place", "[activitypub][inbox][flag]") {
  Setup f;
  const auto expect = [&](const Json& words, const std::string& comment) {
    Json flag = {{"type", "Flag"}, {"object", f.hers.uri}};
    flag.update(words);
    CHECK(f.receive(f.peer, flag).verdict == Verdict::accepted);
    const auto report = f.newest();
    REQUIRE(report);
    CHECK(report->comment == comment);
  };
  expect({{"summary", "off topic"}}, "off topic");
  expect({{"summary", "rude"}, {"content", " "}}, "rude");
  expect({{"summary", "a heading"}, {"content", "spam"}}, "spam");
}

TEST_CASE("a Flag of nobody here is none", "[activitypub][inbox][flag]") {
  Setup f;
  CHECK(f.flag("https://far.example/users/x").verdict == Verdict::ignored);
  CHECK(f.flag(Json::array()).verdict == Verdict::ignored);
  CHECK_FALSE(f.newest());
}

TEST_CASE("a Flag or a note full of addresses costs few statements", "[activitypub][inbox][flag]") {
  Setup f;
  const auto cost = [&](const auto& work) {
    const auto before = f.world.session().statement_count();
    work();
    return f.world.session().statement_count() - before;
  };
  std::string text;
  for (int i = 0; i < 900; ++i) text += "https://far.example/" + std::to_string(i) + " ";
  CHECK(cost([&] { CHECK(f.flag(f.anna.uri, text).verdict == Verdict::accepted); }) < 60);
  auto people = Json::array();
  for (int i = 0; i < 900; ++i) people.push_back(f.anna.uri + std::to_string(i));
  const auto note = test::note_document(f.peer, "n", {{"to", people}});
  CHECK(cost([&] { CHECK(f.receive(f.peer, {{"type", "Create"}, {"object", note}}).verdict == Verdict::ignored); }) <
        30);
}

TEST_CASE("reports of a server can be refused", "[activitypub][inbox][flag]") {
  Setup f;
  f.world.write([&](db::Tx& tx) {
    service::DomainService domains(f.config, f.world.ids, f.queue);
    model::DomainPolicy policy;
    policy.domain = "masto.example";
    policy.reject_reports = true;
    domains.block(tx, policy).value();
    f.federation.policies().reload(tx);
  });
  CHECK(f.flag(f.anna.uri).verdict == Verdict::rejected);
  CHECK_FALSE(f.newest());
}

// federation.md 3.5
TEST_CASE("Flags that say the same within a day are one report, with all their posts", "[activitypub][inbox][flag]") {
  Setup f;
  const auto second = f.world.status(f.anna);
  CHECK(f.flag(Json::array({f.anna.uri, f.hers.uri})).verdict == Verdict::accepted);
  CHECK(f.flag(Json::array({f.anna.uri, second.uri, f.hers.uri})).verdict == Verdict::duplicate);
  CHECK(f.newest()->status_ids == std::vector{f.hers.id, second.id});
  const auto first = f.newest()->id;
  CHECK(f.flag(f.anna.uri, "other").verdict == Verdict::accepted);
  CHECK(f.flag(f.ben.uri).verdict == Verdict::accepted);
  CHECK(f.newest()->target_account_id == f.ben.id);
  f.world.clock.advance(std::chrono::hours(25));
  CHECK(f.flag(f.anna.uri).verdict == Verdict::accepted);
  CHECK(f.newest()->id != first);
}

TEST_CASE("one reporter fills nobody's day", "[activitypub][inbox][flag]") {
  Setup f;
  int filed = 0;
  for (int i = 0; i < 120; ++i) filed += f.flag(f.anna.uri, std::to_string(i)).verdict == Verdict::accepted ? 1 : 0;
  CHECK(filed == 100);
  CHECK(f.flag(f.anna.uri, "more").why == Reason::flood);
  f.world.clock.advance(std::chrono::hours(25));
  CHECK(f.flag(f.anna.uri, "more").verdict == Verdict::accepted);
}

TEST_CASE("a Flag that comes twice is one report", "[activitypub][inbox][flag]") {
  Setup f;
  CHECK(f.flag(f.anna.uri).verdict == Verdict::accepted);
  --f.count;
  CHECK(f.flag(f.anna.uri).verdict == Verdict::duplicate);
}

TEST_CASE("a report that is to be forwarded goes out in the name of the instance", "[activitypub][outbox][flag]") {
  Setup f;
  f.world.write([&](db::Tx& tx) { f.services.accounts.ensure_instance_actor(tx); });
  const auto eve = f.world.remote_account("eve", "masto.example", {.shared_inbox_url = "https://masto.example/inbox"});
  const auto theirs = f.world.status(eve);
  f.world.remote_account("x", "other.example", {.shared_inbox_url = "https://other.example/inbox"});
  service::NewReport report{.target = eve.id, .statuses = {theirs.id}, .comment = "rude <b>"};
  f.world.write([&](db::Tx& tx) { return f.services.reports.file(tx, f.anna, report).value(); });
  CHECK(f.outgoing().empty());

  report.forward = true;
  report.forward_to = {"other.example", "masto.example", "never.met.example"};
  f.world.write([&](db::Tx& tx) { return f.services.reports.file(tx, f.anna, report).value(); });
  const auto sent = f.outgoing();
  std::vector<std::string> inboxes;
  for (const auto& one : sent) inboxes.push_back(one.inbox);
  std::ranges::sort(inboxes);
  CHECK(inboxes == std::vector<std::string>{eve.inbox_url, "https://other.example/inbox"});
  CHECK(eve.inbox_url != eve.shared_inbox_url);
  const auto flag = sent.at(0).activity;
  CHECK(flag["type"] == "Flag");
  CHECK(flag["actor"] == "https://example.org/actor");
  CHECK(flag["object"] == Json::array({eve.uri, theirs.uri}));
  CHECK(flag["content"] == "rude <b>\n" + theirs.uri);  // Misskey reads no more than this
  CHECK(flag["to"] == Json::array({eve.uri}));
  CHECK(flag["cc"].empty());
  CHECK(flag["id"].get<std::string>().starts_with("https://example.org/actor#reports/"));
  CHECK(flag.dump().find(f.anna.uri) == std::string::npos);  // who reported stays here
  CHECK_FALSE(flag.contains("proof"));
  // Signed by the instance.
  f.world.write([&](db::Tx& tx) {
    for (const auto& host : jobs::claim_hosts(tx, "signer", 10)) {
      for (const auto& delivery : jobs::load_lane(tx, host.host, 10)) CHECK(delivery.account_id == AccountId{});
      jobs::release_host(tx, "signer", host.host);
    }
  });
}

}  // namespace dunlin::activitypub
