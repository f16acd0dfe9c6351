#include "support/fediverse.hpp"

#include "dunlin/store/blocks.hpp"
#include "dunlin/store/quotes.hpp"
#include "dunlin/store/status_receivers.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace dunlin::activitypub {

using model::Visibility;
using test::Fediverse;

namespace {

using Inboxes = std::vector<std::string>;

constexpr model::QuotePolicy kAnybody{.automatic = model::QuotePolicy::public_, .manual = 0};
const db::Statement kClear{"who_hears_test.clear", "DELETE FROM deliveries"};

/// anna is read at read.example, bob at fan.example.
struct Setup : Fediverse {
  Setup() {
    world.follow(reader, anna);
    world.follow(fan, bob);
  }

  model::Account anna = world.local_account("anna");
  model::Account bob = world.local_account("bob");
  model::Account reader = world.remote_account("r", "read.example", {.shared_inbox_url = "https://read.example/inbox"});
  model::Account fan = world.remote_account("f", "fan.example", {.shared_inbox_url = "https://fan.example/inbox"});

  model::Status post(const model::Account& who, service::StatusDraft draft) {
    draft.text = "text";
    const auto user = world.user_of(who);
    service::RemoteDocuments documents;
    const auto status =
        world.write([&](db::Tx& tx) { return services.statuses.post(tx, documents, who, user, draft).value(); });
    run_jobs();
    return status;
  }
  model::Status reply(const model::Account& who, const model::Status& parent,
                      Visibility visibility = Visibility::public_) {
    service::StatusDraft draft;
    draft.in_reply_to_id = parent.id;
    draft.visibility = visibility;
    return post(who, draft);
  }
  model::Status quote(const model::Account& who, const model::Status& quoted,
                      Visibility visibility = Visibility::public_) {
    service::StatusDraft draft;
    draft.quoted_status_id = quoted.id;
    draft.visibility = visibility;
    return post(who, draft);
  }
  void clear() {
    world.write([](db::Tx& tx) { tx.exec(kClear); });
  }
  Inboxes inboxes(const std::string& type) {
    Inboxes result;
    for (const auto& sent : outgoing()) {
      if (sent.activity["type"] == type) result.push_back(sent.inbox);
    }
    std::ranges::sort(result);
    return result;
  }
  void remove(const model::Account& who, const model::Status& status) {
    world.write([&](db::Tx& tx) { services.statuses.remove(tx, who, status.id).value(); });
    run_jobs();
  }
};

}  // namespace

// federation.md 4.9
TEST_CASE("a public reply in a thread of ours reaches those who follow the thread's author, and so does its end",
          "[activitypub][outbox]") {
  Setup f;
  const auto root = f.post(f.anna, {});
  f.clear();
  SECTION("to the author") {
    const auto reply = f.reply(f.bob, root);
    CHECK(f.inboxes("Create") == Inboxes{"https://fan.example/inbox", "https://read.example/inbox"});
    f.clear();
    f.remove(f.bob, reply);
    CHECK(f.inboxes("Delete") == Inboxes{"https://fan.example/inbox", "https://read.example/inbox"});
  }
  SECTION("of somebody whom nobody follows elsewhere") {
    f.reply(f.world.local_account("carl"), root);
    CHECK(f.inboxes("Create") == Inboxes{"https://read.example/inbox"});
  }
  SECTION("but not those on a domain that the one who answers has blocked") {
    f.world.write([&](db::Tx& tx) { store::insert_domain_block(tx, f.bob.id, "read.example", 1); });
    f.reply(f.bob, root);
    CHECK(f.inboxes("Create") == Inboxes{"https://fan.example/inbox"});
  }
  SECTION("to a stranger's reply there") {
    const auto theirs = f.world.status(f.fan, {.reply_to = root});
    f.reply(f.bob, theirs);
    CHECK(f.inboxes("Create") == Inboxes{"https://fan.example/inbox", "https://read.example/inbox"});
  }
  SECTION("not what is for bob's followers alone") {
    f.reply(f.bob, root, Visibility::private_);
    CHECK(f.inboxes("Create") == Inboxes{"https://fan.example/inbox"});
  }
  SECTION("not where the thread is not public") {
    service::StatusDraft quiet;
    quiet.visibility = Visibility::private_;
    f.world.follow(f.bob, f.anna);
    const auto hidden = f.post(f.anna, quiet);
    f.clear();
    f.reply(f.bob, hidden);
    CHECK(f.inboxes("Create") == Inboxes{"https://fan.example/inbox"});
  }
}

TEST_CASE("who is quoted gets the quote itself, not only the request", "[activitypub][outbox][quote]") {
  Setup f;
  const auto mara = f.world.remote_account("mara", "mis.example");
  const auto theirs = f.world.status(mara);
  f.world.write([&](db::Tx& tx) { store::set_quote_policy(tx, theirs.id, kAnybody); });
  SECTION("public") {
    f.quote(f.bob, theirs);
    CHECK(f.inboxes("Create") == Inboxes{"https://fan.example/inbox", mara.preferred_inbox()});
  }
  SECTION("of somebody whom nobody follows") {
    f.quote(f.world.local_account("carl"), theirs);
    CHECK(f.inboxes("Create") == Inboxes{mara.preferred_inbox()});
  }
}

TEST_CASE("a revocation is not taken for the quote: later those who had that hear of it, and no others",
          "[activitypub][outbox][quote]") {
  Setup f;
  service::StatusDraft open;
  open.quote_policy = kAnybody;
  const auto quoted = f.post(f.anna, open);
  const auto quoting = f.quote(f.bob, quoted);
  f.clear();
  f.world.write([&](db::Tx& tx) { REQUIRE(f.services.quotes.revoke(tx, f.anna, quoted.id, quoting.id)); });
  f.run_jobs();
  CHECK(f.inboxes("Delete") == Inboxes{"https://fan.example/inbox", "https://read.example/inbox"});
  f.clear();
  f.remove(f.bob, quoting);
  CHECK(f.inboxes("Delete") == Inboxes{"https://fan.example/inbox"});
}

TEST_CASE("who takes back the consent to a quote that is not public tells only its receivers",
          "[activitypub][outbox][quote]") {
  Setup f;
  service::StatusDraft open;
  open.quote_policy = kAnybody;
  const auto quoted = f.post(f.anna, open);
  const auto quoting = f.quote(f.bob, quoted, Visibility::private_);
  f.clear();
  f.world.write([&](db::Tx& tx) { REQUIRE(f.services.quotes.revoke(tx, f.anna, quoted.id, quoting.id)); });
  f.run_jobs();
  CHECK(f.inboxes("Delete") == Inboxes{"https://fan.example/inbox"});
  for (const auto& sent : f.outgoing()) {
    if (sent.activity["type"] != "Delete") continue;
    CHECK(sent.activity.value("cc", test::Json::array()).empty());
    CHECK_FALSE(sent.activity.contains("proof"));
  }
}

}  // namespace dunlin::activitypub
