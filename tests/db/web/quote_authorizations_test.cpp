#include "activitypub_site.hpp"

#include "dunlin/store/quotes.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace dunlin::web {

using model::QuoteState;
using test::FederatedSite;
using test::Json;
using test::note_document;

namespace {

constexpr model::QuotePolicy kAnybody{.automatic = model::QuotePolicy::public_, .manual = 0};
constexpr model::QuotePolicy kAsk{.automatic = 0, .manual = model::QuotePolicy::public_};

struct Setup : FederatedSite {
  Setup() { world.follow(anna, mara); }
  model::Account anna = world.local_account("anna");
  model::User user = world.user_of(anna);
  model::Account mara = world.remote_account("mara", "masto.example");
  std::string quoting_uri = mara.uri + "/notes/q";

  model::Status post(model::QuotePolicy policy) {
    service::StatusDraft draft;
    draft.text = "quote me";
    draft.quote_policy = policy;
    service::RemoteDocuments documents;
    return world.write([&](db::Tx& tx) { return services.statuses.post(tx, documents, anna, user, draft).value(); });
  }
  /// Mara asks whether she may quote it. Returns the quote.
  model::Quote ask(const model::Status& quoted) {
    const auto note = note_document(mara, "q", {{"quote", quoted.uri}});
    remote.serve(quoting_uri, note);
    receive(mara, {{"id", mara.uri + "#quote_requests/1"},
                   {"type", "QuoteRequest"},
                   {"object", quoted.uri},
                   {"instrument", note}});
    const StatusId quoting = find_status(quoting_uri).value().id;
    return world.read([&](db::Tx& tx) { return store::find_quote_of(tx, quoting).value(); });
  }
  static std::string path_of(const std::string& uri) { return uri.substr(std::string("https://example.org").size()); }
};

}  // namespace

TEST_CASE("8.80: what an Accept of a quote names can be fetched, until the consent is taken back", "[web][quote]") {
  Setup f;
  const auto quoted = f.post(kAnybody);
  const auto quote = f.ask(quoted);
  const Json accept = f.outgoing().back().activity;
  REQUIRE(accept["type"] == "Accept");
  const std::string uri = accept["result"];
  const auto response = f.get(Setup::path_of(uri));
  REQUIRE(response.status == 200);
  CHECK(response.headers.get("Content-Type") == "application/activity+json; charset=utf-8");
  auto authorization = f.json(response);
  CHECK(authorization["@context"][0] == test::kAsNamespace);
  authorization.erase("@context");
  CHECK(authorization == Json{{"id", uri},
                              {"type", "QuoteAuthorization"},
                              {"attributedTo", f.anna.uri},
                              {"interactingObject", f.quoting_uri},
                              {"interactionTarget", quoted.uri}});

  // Under another's name it is none.
  const auto other = f.world.local_account("other");
  CHECK(f.get("/ap/users/" + other.id.str() + "/quote_authorizations/" + quote.id.str()).status == 404);
  CHECK(f.get("/ap/users/" + f.anna.id.str() + "/quote_authorizations/1").status == 404);

  f.world.write([&](db::Tx& tx) { REQUIRE(f.services.quotes.revoke(tx, f.anna, quoted.id, quote.status_id)); });
  CHECK(f.get(Setup::path_of(uri)).status == 404);  // federation.md 3.7
}

TEST_CASE("8.80: there is no authorization before consent, nor for a quote that is gone", "[web][quote]") {
  Setup f;
  const auto quoted = f.post(kAsk);
  const auto quote = f.ask(quoted);
  CHECK(quote.state == QuoteState::pending);
  const std::string path = "/ap/users/" + f.anna.id.str() + "/quote_authorizations/" + quote.id.str();
  CHECK(f.get(path).status == 404);

  auto granted = quote;
  granted.state = QuoteState::accepted;
  granted.approval_uri = "https://example.org" + path;
  f.world.write([&](db::Tx& tx) { store::update_quote(tx, granted); });
  CHECK(f.get(path).status == 200);
  CHECK(f.receive(f.mara, {{"type", "Delete"}, {"object", f.quoting_uri}}).verdict == activitypub::Verdict::accepted);
  CHECK(f.get(path).status == 404);
}

TEST_CASE("8.80: who is blocked is shown no authorization", "[web][quote]") {
  Setup f;
  f.publish_actor("masto.example", "mara");
  REQUIRE(f.resolve([&](activitypub::Resolver& resolver) { return resolver.refresh(f.mara); }));  // with her key
  const auto quote = f.ask(f.post(kAnybody));
  const auto signed_get = [&] {
    auto request = FederatedSite::request(http::Method::get, Setup::path_of(*quote.approval_uri));
    request.headers.add("Accept", "application/activity+json");
    f.sign(request, {.key_id = f.mara.uri + "#main-key"});
    return f.handle(request).status;
  };
  CHECK(signed_get() == 200);
  f.world.block(f.anna, f.mara);
  CHECK(signed_get() == 404);
}

}  // namespace dunlin::web
