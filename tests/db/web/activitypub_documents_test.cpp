#include "activitypub_site.hpp"

#include "dunlin/activitypub/parse.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace dunlin::web {

using model::Visibility;
using test::FederatedSite;
using test::Json;

namespace {

struct Setup : FederatedSite {
  Setup() {
    world.write([&](db::Tx& tx) {
      services.accounts.ensure_instance_actor(tx);
      store::insert_key(tx, {.key_id = anna.uri + "#main-key",
                             .account_id = anna.id,
                             .algorithm = model::KeyAlgorithm::rsa,
                             .public_pem = test::test_key().public_key().to_pem(),
                             .private_pem = test::test_key().to_pem(),
                             .fetched_at = std::nullopt});
    });
  }
  model::Account anna = world.local_account("anna");
  std::string base = "/ap/users/" + anna.id.str();

  std::string path(const model::Status& status) { return base + "/statuses/" + status.id.str(); }
  int signed_get(const std::string& target, const std::string& name, const std::string& host = "masto.example") {
    auto request = FederatedSite::request(http::Method::get, target);
    request.headers.add("Accept", "application/activity+json");
    sign(request, {.key_id = "https://" + host + "/users/" + name + "#main-key"});
    return handle(request).status;
  }
};

}  // namespace

// 8.3, 8.4
TEST_CASE("an actor is served to whoever asks for a document, a page to a browser", "[web][activitypub]") {
  Setup f;
  for (const char* accept :
       {"application/activity+json", "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
        "application/json", "*/*", ""}) {
    CAPTURE(accept);
    const auto response = f.get(f.base, accept);
    CHECK(response.status == 200);
    CHECK(response.headers.get("Content-Type") == "application/activity+json; charset=utf-8");
    CHECK(response.headers.get("Vary") == "Accept");
    CHECK(response.headers.get("Cache-Control") == "public, max-age=180");
    CHECK(f.json(response)["id"] == f.anna.uri);
    CHECK(f.json(response)["publicKey"]["id"] == f.anna.uri + "#main-key");
  }
  const auto page = f.get(f.base, "text/html,application/xhtml+xml,*/*;q=0.8");
  CHECK(page.status == 302);
  CHECK(page.headers.get("Location") == f.anna.url);
  CHECK(page.headers.get("Vary") == "Accept");
}

TEST_CASE("no document for who is not here or not ours", "[web][activitypub]") {
  Setup f;
  const auto mara = f.world.remote_account("mara", "masto.example");
  for (const std::string& id : std::vector<std::string>{"99", "1", "0", "-1", "x", mara.id.str()}) {
    CAPTURE(id);
    for (const char* rest : {"", "/outbox", "/followers", "/statuses/1"})
      CHECK(f.get("/ap/users/" + id + rest).status == 404);
  }
}

TEST_CASE("the instance actor is open to everybody", "[web][activitypub]") {
  Setup f;
  const auto actor = f.json(f.get("/actor"));
  CHECK(actor["type"] == "Application");
  CHECK(actor["id"] == "https://example.org/actor");
  CHECK(actor["publicKey"]["owner"] == "https://example.org/actor");
  CHECK(f.json(f.get("/actor/outbox"))["totalItems"] == 0);
}

TEST_CASE("public and unlisted statuses are served, and their activity", "[web][activitypub]") {
  Setup f;
  for (const auto visibility : {Visibility::public_, Visibility::unlisted}) {
    const auto status = f.world.status(f.anna, {.visibility = visibility});
    const auto note = f.json(f.get(f.path(status)));
    CHECK(note["id"] == status.uri);
    CHECK(note["type"] == "Note");
    const auto create = f.json(f.get(f.path(status) + "/activity"));
    CHECK(create["type"] == "Create");
    CHECK(create["object"]["id"] == status.uri);
    CHECK(f.get(f.path(status), "text/html").status == 302);
  }
  const auto theirs = f.world.status(f.world.remote_account("mara", "masto.example"));
  CHECK(f.get(f.path(theirs)).status == 404);
  const auto boost = f.world.reblog(f.anna, theirs);
  CHECK(f.get(f.path(boost)).status == 404);
  const auto announce = f.json(f.get(f.path(boost) + "/activity"));
  CHECK(announce["type"] == "Announce");
  CHECK(announce["object"] == theirs.uri);
}

TEST_CASE("a deleted status is a Tombstone if it was public, else it never was", "[web][activitypub]") {
  Setup f;
  const auto shown = f.world.status(f.anna);
  const auto hidden = f.world.status(f.anna, {.visibility = Visibility::private_});
  f.world.write([&](db::Tx& tx) {
    store::delete_status(tx, shown);
    store::delete_status(tx, hidden);
  });
  const auto response = f.get(f.path(shown));
  CHECK(response.status == 410);
  CHECK(f.json(response)["type"] == "Tombstone");
  CHECK(f.json(response)["id"] == shown.uri);
  CHECK(f.get(f.path(hidden)).status == 404);
}

TEST_CASE("what is not public is for whom it is addressed to, by signature", "[web][activitypub]") {
  Setup f;
  f.publish_actor("masto.example", "mara");
  f.publish_actor("masto.example", "eve");
  auto instance = test::actor_document("masto.example", "instance");
  instance["type"] = "Application";
  f.remote.serve("https://masto.example/users/instance", instance);
  auto other = test::actor_document("far.example", "instance");
  other["type"] = "Application";
  f.remote.serve("https://far.example/users/instance", other);
  const auto mara =
      f.resolve([](activitypub::Resolver& r) { return r.actor("https://masto.example/users/mara"); }).value();

  const auto direct = f.world.status(f.anna, {.visibility = Visibility::direct, .mentions = {mara}});
  for (const std::string rest : {"", "/activity"}) {
    CHECK(f.get(f.path(direct) + rest).status == 404);
    CHECK(f.signed_get(f.path(direct) + rest, "mara") == 200);
    CHECK(f.signed_get(f.path(direct) + rest, "instance") == 200);
    CHECK(f.signed_get(f.path(direct) + rest, "eve") == 404);
    CHECK(f.signed_get(f.path(direct) + rest, "instance", "far.example") == 404);
    CHECK(f.signed_get(f.path(direct) + rest, "unknown") == 404);
  }
  for (const char* rest : {"/replies", "/likes", "/shares"}) CHECK(f.get(f.path(direct) + rest).status == 404);

  const auto followers_only = f.world.status(f.anna, {.visibility = Visibility::private_});
  CHECK(f.signed_get(f.path(followers_only), "mara") == 404);
  f.world.follow(mara, f.anna);
  CHECK(f.signed_get(f.path(followers_only), "mara") == 200);
  f.world.suspend(mara);
  CHECK(f.signed_get(f.path(followers_only), "mara") == 404);

  auto request = FederatedSite::request(http::Method::get, f.path(direct));
  f.sign(request, {.key_id = "https://masto.example/users/instance#main-key"});
  const auto response = f.handle(request);
  CHECK(response.headers.get("Cache-Control") == "private, no-store");
  CHECK_THAT(std::string(response.headers.get("Vary")), Catch::Contains("Signature"));
}

TEST_CASE("a suspended account shows that it is, and nothing else", "[web][activitypub]") {
  Setup f;
  const auto status = f.world.status(f.anna);
  f.world.suspend(f.anna);
  CHECK(f.json(f.get(f.base))["suspended"] == true);
  CHECK(f.get(f.path(status)).status == 404);
  for (const char* collection : {"/outbox", "/followers", "/following"})
    CHECK(f.get(f.base + collection).status == 403);
}

TEST_CASE("the outbox pages through what is public, newest first", "[web][activitypub]") {
  Setup f;
  std::vector<std::string> expected;
  for (int i = 0; i < 25; ++i) expected.insert(expected.begin(), f.world.status(f.anna).uri + "/activity");
  f.world.status(f.anna, {.visibility = Visibility::private_});
  f.world.status(f.anna, {.visibility = Visibility::direct});
  const auto theirs = f.world.status(f.world.remote_account("mara", "masto.example"));
  expected.insert(expected.begin(), f.world.reblog(f.anna, theirs).uri);

  const auto head = f.json(f.get(f.base + "/outbox"));
  CHECK(head["type"] == "OrderedCollection");
  CHECK(head["first"] == f.anna.uri + "/outbox?page=true");
  std::vector<std::string> seen;
  std::string query = "?page=true";
  while (!query.empty()) {
    const auto page = f.json(f.get(f.base + "/outbox" + query));
    for (const auto& item : page["orderedItems"]) {
      seen.push_back(item["id"]);
      CHECK_FALSE(item.contains("@context"));
    }
    const std::string next = page.value("next", "");
    query = next.empty() ? "" : next.substr(next.find('?'));
  }
  CHECK(seen == expected);
  const auto oldest = f.json(f.get(f.base + "/outbox?min_id=0&page=true"));
  CHECK(oldest["orderedItems"].back()["id"] == expected.back());
}

TEST_CASE("an outbox page costs a fixed number of statements", "[web][activitypub]") {
  Setup f;
  const auto cost = [&] {
    const auto before = f.world.session().statement_count();
    f.get(f.base + "/outbox?page=true");
    return f.world.session().statement_count() - before;
  };
  const auto first = f.world.status(f.anna);
  f.world.status(f.anna, {.reply_to = first});
  cost();
  const auto one = cost();
  const auto root = f.world.status(f.anna);
  for (int i = 0; i < 18; ++i) f.world.status(f.anna, {.reply_to = root});
  CHECK(cost() == one);
}

TEST_CASE("replies, likes and shares of a public status", "[web][activitypub]") {
  Setup f;
  const auto mara = f.world.remote_account("mara", "masto.example");
  const auto status = f.world.status(f.anna);
  const auto reply = f.world.status(mara, {.reply_to = status});
  f.world.status(mara, {.visibility = Visibility::private_, .reply_to = status});
  f.world.favourite(mara, status);
  f.world.reblog(mara, status);
  CHECK(f.json(f.get(f.path(status) + "/replies"))["first"] == status.uri + "/replies?page=true");
  const auto page = f.json(f.get(f.path(status) + "/replies?page=true&only_other_accounts=true"));
  CHECK(page["items"] == Json::array({reply.uri}));
  CHECK_FALSE(page.contains("next"));
  CHECK(f.json(f.get(f.path(status) + "/likes"))["totalItems"] == 1);
  CHECK(f.json(f.get(f.path(status) + "/shares"))["totalItems"] == 1);
}

TEST_CASE("nobody hears of an account before its owner is let in", "[web][activitypub]") {
  Setup f;
  const auto status = f.world.status(f.anna);
  for (const char* change : {"confirmed_at = NULL", "approved = false"}) {
    INFO(change);
    f.world.db.run("UPDATE users SET confirmed_at = now(), approved = true");
    f.world.db.run(std::string("UPDATE users SET ") + change);
    for (const auto& path : {f.base, f.base + "/outbox", f.base + "/followers", f.path(status)}) {
      auto request = FederatedSite::request(http::Method::get, path);
      request.headers.add("Accept", "application/activity+json");
      CHECK(f.handle(request).status == 404);
    }
  }
}

}  // namespace dunlin::web
