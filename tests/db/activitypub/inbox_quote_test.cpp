#include "support/fediverse.hpp"
#include "support/pending_jobs.hpp"

#include "dunlin/store/quotes.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <future>
#include <string>
#include <vector>

namespace dunlin::activitypub {

using model::QuoteState;
using test::Fediverse;
using test::Json;
using test::note_document;

namespace {

constexpr model::QuotePolicy kAnybody{.automatic = model::QuotePolicy::public_, .manual = 0};

struct Setup : Fediverse {
  Setup() { world.follow(anna, mara); }
  model::Account anna = world.local_account("anna");
  model::User user = world.user_of(anna);
  model::Account mara = world.remote_account("mara", "masto.example");

  model::Status post(model::QuotePolicy policy) {
    service::StatusDraft draft;
    draft.text = "quote me";
    draft.quote_policy = policy;
    service::RemoteDocuments documents;
    return world.write([&](db::Tx& tx) { return services.statuses.post(tx, documents, anna, user, draft).value(); });
  }
  Json quoting(const model::Status& quoted, const Json& more = Json::object()) {
    auto note = note_document(mara, "q", {{"quote", quoted.uri}});
    note.update(more);
    return note;
  }
  Json request(const model::Status& quoted) {
    const auto note = quoting(quoted);
    remote.serve(mara.uri + "/notes/q", note);
    return {
        {"id", mara.uri + "#quote_requests/1"}, {"type", "QuoteRequest"}, {"object", quoted.uri}, {"instrument", note}};
  }
  /// Runs the jobs that answer those who wait, one after the other; returns how many there were.
  int decide_waiting() {
    for (int count = 0;; ++count) {
      const auto due = world.write(
          [](db::Tx& tx) { return jobs::claim(tx, jobs::Lane::feed, jobs::kClaimBatch, std::chrono::minutes(5)); });
      if (due.empty()) return count;
      for (const auto& job : due) {
        world.write([&](db::Tx& tx) {
          if (job.kind == service::kDecideQuotes.name) REQUIRE(services.quotes.decide_waiting(tx, job.payload));
          jobs::finish(tx, job);
        });
      }
    }
  }
  std::optional<model::Quote> quote() {
    const auto status = find_status(mara.uri + "/notes/q");
    if (!status) return std::nullopt;
    return world.read([&](db::Tx& tx) { return store::find_quote_of(tx, status->id); });
  }
};

}  // namespace

TEST_CASE("8.80: a request to quote is answered by the author's policy", "[activitypub][inbox][quote]") {
  Setup f;
  SECTION("anybody may") {
    const auto quoted = f.post(kAnybody);
    CHECK(f.receive(f.mara, f.request(quoted)).verdict == Verdict::accepted);
    const auto answer = f.outgoing().back().activity;
    CHECK(answer["type"] == "Accept");
    CHECK(answer["object"]["id"] == f.mara.uri + "#quote_requests/1");
    REQUIRE(f.quote());
    CHECK(answer["result"] == *f.quote()->approval_uri);
    CHECK(f.quote()->state == QuoteState::accepted);
    CHECK(f.receive(f.mara, f.request(quoted)).verdict == Verdict::accepted);
    CHECK(f.outgoing().back().activity["result"] == answer["result"]);
  }
  SECTION("nobody may") {
    CHECK(f.receive(f.mara, f.request(f.post({}))).verdict == Verdict::rejected);
    const auto answer = f.outgoing().back().activity;
    CHECK(answer["type"] == "Reject");
    CHECK_FALSE(answer.contains("result"));
  }
  SECTION("not one that was deleted before it came") {
    const auto quoted = f.post(kAnybody);
    f.receive(f.mara, {{"type", "Delete"}, {"object", f.mara.uri + "/notes/q"}});
    CHECK(f.receive(f.mara, f.request(quoted)).verdict != Verdict::accepted);
    CHECK_FALSE(f.quote());
  }
  SECTION("not what is another's, or on another host") {
    auto request = f.request(f.post(kAnybody));
    request["instrument"]["id"] = "https://evil.example/notes/1";
    CHECK(f.receive(f.mara, request).verdict == Verdict::rejected);
    CHECK_FALSE(f.quote());
  }
}

TEST_CASE("8.81: a quote of a third party's post is shown by an authorization from there",
          "[activitypub][inbox][quote]") {
  Setup f;
  f.publish_actor("far.example", "sam");
  const auto sam = f.resolve([](Resolver& r) { return r.actor("https://far.example/users/sam"); }).value();
  const auto policy = Json{{"canQuote", {{"automaticApproval", Json::array({test::kAsPublic})}}}};
  f.remote.serve(sam.uri + "/notes/1", note_document(sam, "1", {{"interactionPolicy", policy}}));
  const auto quoted = f.resolve([&](Resolver& r) { return r.status(sam.uri + "/notes/1"); }).value();
  const std::string stamp = sam.uri + "/stamps/1";
  const auto authorization = [&](const Json& more = Json::object()) {
    Json document = {{"@context", test::kAsNamespace},
                     {"id", stamp},
                     {"type", "QuoteAuthorization"},
                     {"attributedTo", sam.uri},
                     {"interactingObject", f.mara.uri + "/notes/q"},
                     {"interactionTarget", quoted.uri}};
    document.update(more);
    return document;
  };
  const auto receive = [&](const std::string& url) {
    f.receive(f.mara, {{"type", "Create"}, {"object", f.quoting(quoted, {{"quoteAuthorization", url}})}});
    REQUIRE(f.quote());
    return f.quote()->state;
  };
  SECTION("good") {
    f.remote.serve(stamp, authorization());
    CHECK(receive(stamp) == QuoteState::accepted);
    CHECK(f.receive(sam, {{"type", "Delete"}, {"object", stamp}}).verdict == Verdict::accepted);
    CHECK(f.quote()->state == QuoteState::revoked);
  }
  SECTION("none") {
    CHECK(receive("") == QuoteState::pending);
    // It may come later, by an Update that changes nothing else.
    f.remote.serve(stamp, authorization());
    f.receive(f.mara, {{"type", "Update"}, {"object", f.quoting(quoted, {{"quoteAuthorization", stamp}})}});
    CHECK(f.quote()->state == QuoteState::accepted);
  }
  SECTION("on another host") {
    const std::string elsewhere = "https://masto.example/stamps/1";
    f.remote.serve(elsewhere, authorization({{"id", elsewhere}}));
    CHECK(receive(elsewhere) == QuoteState::pending);
  }
  SECTION("for another post") {
    f.remote.serve(stamp, authorization({{"interactingObject", f.mara.uri + "/notes/other"}}));
    CHECK(receive(stamp) == QuoteState::pending);
  }
  SECTION("of another author") {
    f.remote.serve(stamp, authorization({{"attributedTo", "https://far.example/users/eve"}}));
    CHECK(receive(stamp) == QuoteState::pending);
  }
  SECTION("revoked by somebody else") {
    f.remote.serve(stamp, authorization());
    CHECK(receive(stamp) == QuoteState::accepted);
    f.receive(f.mara, {{"type", "Delete"}, {"object", stamp}});
    CHECK(f.quote()->state == QuoteState::accepted);
  }
}

TEST_CASE("8.81: the consent to one quote cannot be borrowed by another", "[activitypub][inbox][quote]") {
  Setup f;
  const auto quoted = f.post(kAnybody);
  REQUIRE(f.receive(f.mara, f.request(quoted)).verdict == Verdict::accepted);
  const std::string stamp = *f.quote()->approval_uri;
  f.world.write([&](db::Tx& tx) { store::set_quote_policy(tx, quoted.id, {}); });
  const auto eve = f.world.remote_account("eve", "evil.example");
  f.world.follow(f.anna, eve);
  f.receive(eve, {{"type", "Create"},
                  {"object", note_document(eve, "q", {{"quote", quoted.uri}, {"quoteAuthorization", stamp}})}});
  const auto hers = f.find_status(eve.uri + "/notes/q");
  REQUIRE(hers);
  const auto quote = f.world.read([&](db::Tx& tx) { return store::find_quote_of(tx, hers->id); });
  REQUIRE(quote);
  CHECK(quote->state != QuoteState::accepted);
}

TEST_CASE("the older names of a quote are read, a book's quotation is none", "[activitypub][inbox][quote]") {
  Setup f;
  const auto quoted = f.post(kAnybody);
  for (const char* name : {"quoteUrl", "quoteUri", "_misskey_quote"}) {
    CAPTURE(name);
    const std::string id = std::string("legacy-") + name;
    f.receive(f.mara, {{"type", "Create"}, {"object", note_document(f.mara, id, {{name, quoted.uri}})}});
    const auto status = f.find_status(f.mara.uri + "/notes/" + id);
    REQUIRE(status);
    const auto quote = f.world.read([&](db::Tx& tx) { return store::find_quote_of(tx, status->id); });
    REQUIRE(quote);
    CHECK(quote->state == QuoteState::accepted);
  }
  f.receive(f.mara, {{"type", "Create"}, {"object", note_document(f.mara, "book", {{"quote", "<p>All birds</p>"}})}});
  const auto book = f.find_status(f.mara.uri + "/notes/book");
  REQUIRE(book);
  CHECK_FALSE(f.world.read([&](db::Tx& tx) { return store::find_quote_of(tx, book->id); }));
}

// federation.md 3.3
TEST_CASE("a stranger's quote of ours, or of somebody followed here, is kept", "[activitypub][inbox][quote]") {
  Setup f;
  const auto sam = f.world.remote_account("sam", "far.example");
  const auto known = f.world.remote_account("ken", "far.example");
  const auto verdict = [&](const std::string& name, const Json& more) {
    return f.receive(sam, {{"type", "Create"}, {"object", note_document(sam, name, more)}}).verdict;
  };
  const auto ours = f.post(kAnybody);
  CHECK(verdict("1", {{"quote", ours.uri}}) == Verdict::accepted);
  CHECK(verdict("2", {{"quoteUrl", ours.uri}}) == Verdict::accepted);
  CHECK(verdict("3", {{"_misskey_quote", "https://example.org/@anna/" + ours.id.str()}}) == Verdict::accepted);
  CHECK(verdict("4", {{"quote", f.world.status(f.mara).uri}}) == Verdict::accepted);
  CHECK(verdict("5", {{"quote", f.world.status(known).uri}}) == Verdict::ignored);
  CHECK(verdict("6", {{"quote", "https://example.org/@anna/1"}}) == Verdict::ignored);
  CHECK(verdict("7", {{"quote", "https://far.example/unknown"}}) == Verdict::ignored);
}

TEST_CASE("our quote asks its author, and shows the consent once it has it", "[activitypub][outbox][quote]") {
  Setup f;
  f.publish_actor("masto.example", "mara");
  f.world.follow(f.mara, f.anna);
  const auto policy = Json{{"canQuote", {{"automaticApproval", Json::array({test::kAsPublic})}}}};
  f.remote.serve(f.mara.uri + "/notes/t", note_document(f.mara, "t", {{"interactionPolicy", policy}}));
  const auto theirs = f.resolve([&](Resolver& r) { return r.status(f.mara.uri + "/notes/t"); }).value();
  service::StatusDraft draft;
  draft.text = "look at this";
  draft.quoted_status_id = theirs.id;
  service::RemoteDocuments documents;
  const auto status =
      f.world.write([&](db::Tx& tx) { return f.services.statuses.post(tx, documents, f.anna, f.user, draft).value(); });
  Json request;
  for (const auto& sent : f.outgoing()) {
    if (sent.activity["type"] == "QuoteRequest") request = sent.activity;
  }
  REQUIRE(request.is_object());
  CHECK(request["object"] == theirs.uri);
  CHECK(request["instrument"]["quote"] == theirs.uri);
  const std::string stamp = f.mara.uri + "/stamps/1";
  f.remote.serve(stamp, {{"@context", test::kAsNamespace},
                         {"id", stamp},
                         {"type", "QuoteAuthorization"},
                         {"attributedTo", f.mara.uri},
                         {"interactingObject", status.uri},
                         {"interactionTarget", theirs.uri}});
  CHECK(f.receive(f.mara, {{"type", "Accept"}, {"object", request["id"]}, {"result", stamp}}).verdict ==
        Verdict::accepted);
  const auto quote = f.world.read([&](db::Tx& tx) { return store::find_quote_of(tx, status.id); });
  REQUIRE(quote);
  CHECK(quote->state == QuoteState::accepted);
  f.run_jobs();
  bool told = false;
  for (const auto& sent : f.outgoing()) {
    told = told || (sent.activity["type"] == "Update" && sent.activity["object"]["quoteAuthorization"] == stamp);
  }
  CHECK(told);
}

// 8.80
TEST_CASE("a request that the author has to be asked about waits for his policy", "[activitypub][inbox][quote]") {
  Setup f;
  const auto quoted = f.post({});
  const auto set_policy = [&](model::QuotePolicy policy) {
    f.world.write([&](db::Tx& tx) { return f.services.quotes.set_policy(tx, f.anna, quoted.id, policy).value(); });
    CHECK(f.decide_waiting() == 1);
  };
  f.world.write([&](db::Tx& tx) {
    store::set_quote_policy(tx, quoted.id, {.automatic = 0, .manual = model::QuotePolicy::public_});
  });
  CHECK(f.receive(f.mara, f.request(quoted)).verdict == Verdict::ignored);
  REQUIRE(f.quote());
  CHECK(f.quote()->state == QuoteState::pending);
  CHECK(f.outgoing().empty());
  SECTION("yes") {
    set_policy(kAnybody);
    CHECK(f.quote()->state == QuoteState::accepted);
    REQUIRE(f.outgoing().size() == 1);
    const auto answer = f.outgoing()[0].activity;
    CHECK(answer["type"] == "Accept");
    CHECK(answer["object"]["id"] == f.mara.uri + "#quote_requests/1");
    CHECK(answer["object"]["instrument"] == f.mara.uri + "/notes/q");
    CHECK(answer["result"] == *f.quote()->approval_uri);
  }
  SECTION("no") {
    set_policy({});
    CHECK(f.quote()->state == QuoteState::rejected);
    CHECK(f.outgoing().at(0).activity["type"] == "Reject");
  }
  SECTION("no, as the one who asks is blocked by now") {
    f.world.block(f.anna, f.mara);
    set_policy(kAnybody);
    CHECK(f.quote()->state == QuoteState::rejected);
  }
}

TEST_CASE("many who wait for the author's policy are answered in parts, whoever still waits", "[inbox][quote]") {
  Setup f;
  const auto quoted = f.post({.automatic = 0, .manual = model::QuotePolicy::public_});
  for (int i = 0; i < 51; ++i) {
    const auto quoting = f.world.status(f.mara);
    f.world.write([&](db::Tx& tx) {
      store::insert_quote(tx, {.id = f.world.ids.next<QuoteId>(),
                               .status_id = quoting.id,
                               .account_id = f.mara.id,
                               .quoted_status_id = quoted.id,
                               .quoted_account_id = f.anna.id,
                               .quoted_uri = quoted.uri,
                               .request_uri = f.mara.uri + "#quote_requests/" + std::to_string(i),
                               .created_at = tx.now()});
    });
  }
  const auto undecided = [&] {
    return f.world.write([&](db::Tx& tx) { return store::list_undecided_quotes(tx, quoted.id, {}, 100).size(); });
  };
  const auto set_policy = [&](model::QuotePolicy policy) {
    f.world.write([&](db::Tx& tx) { return f.services.quotes.set_policy(tx, f.anna, quoted.id, policy).value(); });
  };
  set_policy({.automatic = model::QuotePolicy::following, .manual = model::QuotePolicy::public_});  // anna follows mara
  CHECK(undecided() == 51);  // not in the request itself
  SECTION("yes") {
    CHECK(f.decide_waiting() == 2);
    CHECK(undecided() == 0);
    CHECK(f.world.reload(quoted).quotes_count == 51);
  }
  SECTION("not before the author is asked") {
    set_policy({.automatic = model::QuotePolicy::followers, .manual = model::QuotePolicy::public_});
    CHECK(f.decide_waiting() == 2);
    CHECK(undecided() == 51);
  }
}

TEST_CASE("a request that comes while the policy is changed is answered by the new one", "[inbox][quote]") {
  Setup f;
  const auto quoted = f.post({.automatic = 0, .manual = model::QuotePolicy::public_});
  const auto quoting = f.world.status(f.mara);
  const auto other = f.world.db.new_session();
  std::future<Result<void>> changed;
  f.world.write([&](db::Tx& tx) {
    f.services.quotes.receive_request(tx, f.mara, quoted, quoting, f.mara.uri + "#quote_requests/1");
    changed = std::async(std::launch::async, [&] {
      return other->write([&](db::Tx& rival) -> Result<void> {
        TRY(f.services.quotes.set_policy(rival, f.anna, quoted.id, kAnybody));
        return f.services.quotes.decide_waiting(rival, quoted.id.str());
      });
    });
    changed.wait_for(std::chrono::milliseconds(300));
  });
  REQUIRE(changed.get());
  const auto quote = f.world.read([&](db::Tx& tx) { return store::find_quote_of(tx, quoting.id); });
  REQUIRE(quote);
  CHECK(quote->state == QuoteState::accepted);
}

TEST_CASE("who was refused may ask again when the policy is another one", "[activitypub][inbox][quote]") {
  Setup f;
  const auto quoted = f.post({});
  CHECK(f.receive(f.mara, f.request(quoted)).verdict == Verdict::rejected);
  CHECK(f.receive(f.mara, f.request(quoted)).verdict == Verdict::rejected);
  f.world.write([&](db::Tx& tx) { store::set_quote_policy(tx, quoted.id, kAnybody); });
  CHECK(f.receive(f.mara, f.request(quoted)).verdict == Verdict::accepted);
  CHECK(f.outgoing().back().activity["type"] == "Accept");
  CHECK(f.quote()->state == QuoteState::accepted);
  // But consent that was taken back stays so.
  const auto quoting = *f.find_status(f.mara.uri + "/notes/q");
  f.world.write([&](db::Tx& tx) { REQUIRE(f.services.quotes.revoke(tx, f.anna, quoted.id, quoting.id)); });
  CHECK(f.receive(f.mara, f.request(quoted)).verdict == Verdict::rejected);
}

TEST_CASE("consent that is taken back is told to all who may have seen it", "[activitypub][outbox][quote]") {
  Setup f;
  const auto quoted = f.post(kAnybody);
  const auto far = f.world.remote_account("f", "far.example", {.shared_inbox_url = "https://far.example/inbox"});
  f.world.follow(far, f.anna);
  const auto liker = f.world.remote_account("l", "like.example", {.shared_inbox_url = "https://like.example/inbox"});
  SECTION("a quote from elsewhere") {
    REQUIRE(f.receive(f.mara, f.request(quoted)).verdict == Verdict::accepted);
    const auto quoting = *f.find_status(f.mara.uri + "/notes/q");
    f.world.favourite(liker, quoting);
    const std::string approval = *f.quote()->approval_uri;
    const auto before = f.outgoing().size();
    f.world.write([&](db::Tx& tx) { REQUIRE(f.services.quotes.revoke(tx, f.anna, quoted.id, quoting.id)); });
    f.run_jobs();
    std::vector<std::string> inboxes;
    for (const auto& sent : f.outgoing()) {
      if (sent.activity["type"] != "Delete") continue;
      inboxes.push_back(sent.inbox);
      CHECK(sent.activity["object"] == approval);
      CHECK(sent.activity["actor"] == f.anna.uri);
      CHECK(sent.activity["to"] == Json::array({f.mara.uri}));
      CHECK(sent.activity.contains("proof"));
      CHECK(sent.essential);
    }
    std::ranges::sort(inboxes);
    CHECK(inboxes == std::vector<std::string>{"https://far.example/inbox", "https://like.example/inbox",
                                              f.mara.preferred_inbox()});
    CHECK(f.outgoing().size() > before);
  }
  SECTION("a quote by one of ours") {
    const auto bob = f.world.local_account("bob");
    const auto reader = f.world.remote_account("r", "read.example", {.shared_inbox_url = "https://read.example/inbox"});
    f.world.follow(reader, bob);
    const auto user = f.world.user_of(bob);
    service::StatusDraft draft;
    draft.text = "look";
    draft.quoted_status_id = quoted.id;
    service::RemoteDocuments documents;
    const auto quoting =
        f.world.write([&](db::Tx& tx) { return f.services.statuses.post(tx, documents, bob, user, draft).value(); });
    f.run_jobs();
    f.world.write([&](db::Tx& tx) { REQUIRE(f.services.quotes.revoke(tx, f.anna, quoted.id, quoting.id)); });
    f.run_jobs();
    bool deleted = false;
    bool updated = false;
    for (const auto& sent : f.outgoing()) {
      if (sent.inbox != "https://read.example/inbox") continue;
      deleted = deleted || sent.activity["type"] == "Delete";
      updated =
          updated || (sent.activity["type"] == "Update" && !sent.activity["object"].contains("quoteAuthorization"));
    }
    CHECK(deleted);
    CHECK(updated);
  }
}

TEST_CASE("consent from elsewhere is looked at again after a week, when somebody opens the quote",
          "[activitypub][quote][recheck]") {
  Setup f;
  const auto sam = f.world.remote_account("sam", "far.example");
  const auto theirs = f.world.status(sam);
  f.world.write([&](db::Tx& tx) { store::set_quote_policy(tx, theirs.id, kAnybody); });
  const std::string stamp = sam.uri + "/stamps/1";
  const Json document = {{"@context", test::kAsNamespace},
                         {"id", stamp},
                         {"type", "QuoteAuthorization"},
                         {"attributedTo", sam.uri},
                         {"interactingObject", f.mara.uri + "/notes/q"},
                         {"interactionTarget", theirs.uri}};
  f.remote.serve(stamp, document);
  const auto note = note_document(f.mara, "q", {{"quote", theirs.uri}, {"quoteAuthorization", stamp}});
  REQUIRE(f.receive(f.mara, {{"type", "Create"}, {"object", note}}).verdict == Verdict::accepted);
  REQUIRE(f.quote());
  REQUIRE(f.quote()->state == QuoteState::accepted);
  const auto open = [&] {
    const auto opened = *f.find_status(f.mara.uri + "/notes/q");
    f.world.write([&](db::Tx& tx) {
      if (f.federation.may_complete_thread(tx, opened)) f.federation.thread_opened(tx, opened);
    });
    std::size_t rechecked = 0;
    for (const jobs::Job& job :
         f.world.write([](db::Tx& tx) { return jobs::claim(tx, jobs::Lane::crawl, 100, std::chrono::seconds(30)); })) {
      if (job.kind == kRecheckQuote.name) {
        ++rechecked;
        const auto done = f.remote.run_with([&](service::RemoteDocuments& documents) {
          return f.world.session().write(
              [&](db::Tx& tx) { return run_recheck_quote(f.env, f.services, tx, documents, job.payload); });
        });
        CHECK(done);
      }
      f.world.write([&](db::Tx& tx) { jobs::finish(tx, job); });
    }
    return rechecked;
  };
  CHECK(open() == 0);
  f.world.clock.advance(std::chrono::hours(7 * 24));
  SECTION("it stands") {
    CHECK(open() == 1);
    CHECK(f.quote()->state == QuoteState::accepted);
    CHECK(open() == 0);
    f.world.clock.advance(std::chrono::hours(7 * 24));
    CHECK(open() == 1);
  }
  SECTION("it is gone") {
    f.remote.answer_status(stamp, 404);
    CHECK(open() == 1);
    CHECK(f.quote()->state == QuoteState::revoked);
  }
  SECTION("it is for another quote now") {
    auto other = document;
    other["interactingObject"] = f.mara.uri + "/notes/other";
    f.remote.serve(stamp, other);
    CHECK(open() == 1);
    CHECK(f.quote()->state == QuoteState::revoked);
  }
  SECTION("its server is down") {
    f.remote.answer_status(stamp, 500);
    CHECK(open() == 1);
    CHECK(f.quote()->state == QuoteState::accepted);
    CHECK(open() == 0);
    f.world.clock.advance(std::chrono::hours(24));
    CHECK(open() == 1);
  }
}

}  // namespace dunlin::activitypub
