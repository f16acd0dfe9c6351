#include "activitypub_site.hpp"

#include "dunlin/service/domain_policies.hpp"
#include "dunlin/store/status_marks.hpp"
#include "dunlin/store/tags.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

namespace dunlin::web {

using model::Visibility;
using test::FederatedSite;
using test::Json;

namespace {

struct Setup : FederatedSite {
  Setup() {
    world.write([&](db::Tx& tx) { services.accounts.ensure_instance_actor(tx); });
    for (const char* name : {"mara", "eve"}) publish_actor("masto.example", name);
    publish_application("masto.example");
    publish_application("far.example");
  }
  model::Account anna = world.local_account("anna");
  std::string base = "/ap/users/" + anna.id.str();

  void publish_application(const std::string& host) {
    auto document = test::actor_document(host, "instance");
    document["type"] = "Application";
    remote.serve("https://" + host + "/users/instance", document);
  }
  model::Account actor(const std::string& name) {
    return resolve([&](activitypub::Resolver& r) { return r.actor("https://masto.example/users/" + name); }).value();
  }
  std::string path(const model::Status& status) { return base + "/statuses/" + status.id.str(); }
  http::Response signed_get(const std::string& target, const std::string& name,
                            const std::string& host = "masto.example") {
    auto request = FederatedSite::request(http::Method::get, target);
    request.headers.add("Accept", "application/activity+json");
    sign(request, {.key_id = "https://" + host + "/users/" + name + "#main-key"});
    return handle(request);
  }
  void block_domain(const std::string& domain) {
    service::DomainService service(config, world.ids, queue);
    model::DomainPolicy policy;
    policy.domain = domain;
    policy.severity = model::DomainSeverity::suspend;
    world.write([&](db::Tx& tx) {
      service.block(tx, policy).value();
      federation.policies().reload(tx);
    });
  }
};

}  // namespace

TEST_CASE("8.41: followers-only is for followers, and the instance actor of a server that has one",
          "[web][activitypub][access]") {
  Setup f;
  const auto mara = f.actor("mara");
  const auto status = f.world.status(f.anna, {.visibility = Visibility::private_});
  for (const std::string rest : {"", "/activity", "/replies", "/likes", "/shares"}) {
    CAPTURE(rest);
    CHECK(f.get(f.path(status) + rest).status == 404);
    CHECK(f.signed_get(f.path(status) + rest, "instance").status == 404);
  }
  f.world.follow(mara, f.anna);
  for (const std::string rest : {"", "/activity", "/replies", "/likes", "/shares"}) {
    CAPTURE(rest);
    CHECK(f.get(f.path(status) + rest).status == 404);
    CHECK(f.signed_get(f.path(status) + rest, "mara").status == 200);
    CHECK(f.signed_get(f.path(status) + rest, "instance").status == 200);
    CHECK(f.signed_get(f.path(status) + rest, "eve").status == 404);
    CHECK(f.signed_get(f.path(status) + rest, "instance", "far.example").status == 404);
  }
  CHECK_FALSE(f.json(f.signed_get(f.path(status) + "/likes", "mara")).contains("totalItems"));
}

TEST_CASE("8.41: a direct status is for whom it is addressed to, and the instance actor of a server of theirs",
          "[web][activitypub][access]") {
  Setup f;
  const auto mara = f.actor("mara");
  f.world.follow(f.actor("eve"), f.anna);
  const auto status = f.world.status(f.anna, {.visibility = Visibility::direct, .mentions = {mara}});
  for (const std::string rest : {"", "/activity", "/replies", "/likes", "/shares"}) {
    CAPTURE(rest);
    CHECK(f.get(f.path(status) + rest).status == 404);
    CHECK(f.signed_get(f.path(status) + rest, "mara").status == 200);
    CHECK(f.signed_get(f.path(status) + rest, "instance").status == 200);
    CHECK(f.signed_get(f.path(status) + rest, "eve").status == 404);
    CHECK(f.signed_get(f.path(status) + rest, "instance", "far.example").status == 404);
  }
}

// CVE-2025-67500
TEST_CASE("8.41: what is not there is answered as what may not be seen, the lookups included",
          "[web][activitypub][access]") {
  Setup f;
  const auto hidden = f.world.status(f.anna, {.visibility = Visibility::private_});
  for (const std::string rest : {"", "/activity", "/replies", "/likes", "/shares"}) {
    CAPTURE(rest);
    const auto look = [&](const std::string& path, const std::string& host) {
      f.remote.requested.clear();
      const auto answer = f.signed_get(path + rest, "nosy", host);
      return std::pair(answer.status, f.remote.requested);
    };
    const std::string host = "h" + std::to_string(rest.size()) + ".example";
    const auto there = look(f.path(hidden), host);
    const auto absent = look(f.base + "/statuses/12345", host);
    CHECK(there.first == 404);
    CHECK(absent == there);
    CHECK(absent.second == std::vector<std::string>{"https://" + host + "/users/nosy"});
  }
  f.remote.requested.clear();
  CHECK(f.get(f.base + "/statuses/12345").status == 404);
  CHECK(f.remote.requested.empty());
}

TEST_CASE("a direct status is not for the instance actor of a mere follower's server", "[web][activitypub][access]") {
  Setup f;
  f.world.follow(f.actor("mara"), f.anna);
  const auto direct = f.world.status(f.anna, {.visibility = Visibility::direct});
  CHECK(f.signed_get(f.path(direct), "instance").status == 404);
}

TEST_CASE("8.42: in secure mode an unsigned request gets what it takes to check a key", "[web][activitypub][access]") {
  Setup f;
  f.config.federation.authorized_fetch = true;
  const auto status = f.world.status(f.anna);
  const auto stub = f.get(f.base);
  CHECK(stub.status == 200);
  CHECK(stub.headers.get("Cache-Control") == "private, no-store");
  const auto actor = f.json(stub);
  for (const char* there : {"id", "type", "preferredUsername", "inbox", "outbox", "url", "manuallyApprovesFollowers"})
    CHECK(actor.contains(there));
  for (const char* hidden : {"name", "summary", "attachment", "followers", "published"})
    CHECK_FALSE(actor.contains(hidden));
  CHECK(f.json(f.get("/actor")).contains("published"));
  for (const std::string rest : {"/outbox", "/followers", "/following"}) CHECK(f.get(f.base + rest).status == 401);
  for (const std::string rest : {"", "/activity", "/replies", "/likes", "/shares"})
    CHECK(f.get(f.path(status) + rest).status == 401);

  CHECK(f.json(f.signed_get(f.base, "mara")).contains("followers"));
  CHECK(f.signed_get(f.path(status), "mara").status == 200);
  CHECK(f.signed_get(f.path(status), "nobody").status == 401);
}

TEST_CASE("pinned posts and hashtags of a profile are collections", "[web][activitypub][access]") {
  Setup f;
  const auto status = f.world.status(f.anna);
  f.world.write([&](db::Tx& tx) {
    store::insert_pin(tx, f.anna.id, status.id, 1);
    store::insert_featured_tag(tx, f.anna.id, store::ensure_tag(tx, "birds", "Birds").id, 1);
  });
  CHECK(f.json(f.get(f.base))["featuredTags"] == f.anna.uri + "/collections/tags");
  const auto pinned = f.json(f.get(f.base + "/collections/featured"));
  REQUIRE(pinned["orderedItems"].size() == 1);
  CHECK(pinned["orderedItems"][0]["id"] == status.uri);
  const auto tags = f.json(f.get(f.base + "/collections/tags"));
  REQUIRE(tags["orderedItems"].size() == 1);
  CHECK(tags["orderedItems"][0]["type"] == "Hashtag");
  CHECK(tags["orderedItems"][0]["name"] == "#Birds");
}

TEST_CASE("8.45: in secure mode no answer may be kept for others", "[web][activitypub][access]") {
  Setup f;
  f.config.federation.authorized_fetch = true;
  const auto status = f.world.status(f.anna);
  const auto response = f.signed_get(f.path(status), "mara");
  CHECK(response.headers.get("Cache-Control") == "private, no-store");
  CHECK(response.headers.get("Vary") == "Accept, Signature, Signature-Input");
}

TEST_CASE("8.45: what a signature opens may not be kept for others, what anybody gets is the same for all",
          "[web][activitypub][access]") {
  Setup f;
  f.world.follow(f.actor("mara"), f.anna);
  const auto shown = f.world.status(f.anna);
  const auto hidden = f.world.status(f.anna, {.visibility = Visibility::private_});
  for (const std::string rest : {"", "/activity", "/replies", "/likes", "/shares"}) {
    CAPTURE(rest);
    const auto secret = f.signed_get(f.path(hidden) + rest, "mara");
    REQUIRE(secret.status == 200);
    CHECK(secret.headers.get("Cache-Control") == "private, no-store");
    CHECK(secret.headers.get("Vary") == "Accept, Signature, Signature-Input");
    CHECK(f.get(f.path(hidden) + rest).status == 404);
    const auto open = f.signed_get(f.path(shown) + rest, "mara");
    if (open.headers.get("Cache-Control").starts_with("public")) CHECK(open.body == f.get(f.path(shown) + rest).body);
  }
}

TEST_CASE("8.43: in whatever way it spells its name", "[web][activitypub][access]") {
  Setup f;
  f.block_domain("B\u00dcCHER.example");
  const auto status = f.world.status(f.anna);
  for (const char* host :
       {"xn--bcher-kva.example", "XN--BCHER-KVA.Example", "xn--bcher-kva.example:443", "sub.xn--bcher-kva.example"}) {
    CAPTURE(host);
    CHECK(f.signed_get(f.path(status), "mara", host).status == 404);
    CHECK(f.signed_get(f.base + "/outbox", "mara", host).status == 404);
  }
  // Not as it is written for people: that is no address.
  f.config.federation.authorized_fetch = true;
  CHECK(f.signed_get(f.path(status), "mara", "b\u00fccher.example").status != 200);
  CHECK(f.remote.requested.empty());
}

TEST_CASE("8.43: a blocked domain gets nothing, and no key of it is fetched", "[web][activitypub][access]") {
  Setup f;
  f.block_domain("MASTO.example.");
  const auto status = f.world.status(f.anna);
  const auto before = f.remote.requested.size();
  for (const char* host : {"masto.example", "sub.masto.example"}) {
    CHECK(f.signed_get(f.path(status), "mara", host).status == 404);
    CHECK(f.signed_get(f.base, "mara", host).status == 404);
    CHECK(f.signed_get(f.base + "/outbox", "mara", host).status == 404);
    const Json like = {{"@context", test::kAsNamespace},
                       {"id", std::string("https://") + host + "/likes/1"},
                       {"type", "Like"},
                       {"actor", std::string("https://") + host + "/users/mara"},
                       {"object", status.uri}};
    CHECK(f.post("/inbox", like, {.key_id = std::string("https://") + host + "/users/mara#main-key"}).status == 403);
  }
  CHECK(f.remote.requested.size() == before);
}

TEST_CASE("whom an author blocks gets none of the author's documents", "[web][activitypub][access]") {
  Setup f;
  const auto mara = f.actor("mara");
  const auto status = f.world.status(f.anna);
  CHECK(f.signed_get(f.path(status), "mara").status == 200);
  f.world.block(f.anna, mara);
  CHECK(f.signed_get(f.path(status), "mara").status == 404);
  CHECK(f.signed_get(f.base + "/outbox", "mara").status == 404);
}

TEST_CASE("a wrong signature counts as none where none is needed", "[web][activitypub][access]") {
  Setup f;
  const auto status = f.world.status(f.anna);
  CHECK(f.signed_get(f.path(status), "nobody").status == 200);
}

TEST_CASE("8.44: who follows whom is listed, unless the account hides it", "[web][activitypub][access]") {
  Setup f;
  const auto mara = f.actor("mara");
  f.world.follow(mara, f.anna);
  const auto head = f.json(f.get(f.base + "/followers"));
  CHECK(head["totalItems"] == 1);
  CHECK(head["first"] == f.anna.uri + "/followers?page=true");
  const auto page = f.json(f.get(f.base + "/followers?page=true"));
  CHECK(page["orderedItems"] == Json::array({mara.uri}));
  CHECK_FALSE(page.contains("next"));
  auto account = f.world.reload(f.anna);
  account.hide_collections = true;
  f.world.write([&](db::Tx& tx) { store::update_account(tx, account); });
  CHECK_FALSE(f.json(f.get(f.base + "/followers")).contains("first"));
  CHECK(f.get(f.base + "/followers?page=true").status == 403);
}

TEST_CASE("8.96: the followers of a server are shown to that server alone", "[web][activitypub][access]") {
  Setup f;
  const auto mara = f.actor("mara");
  f.world.follow(mara, f.anna);
  f.world.follow(f.world.remote_account("far", "far.example"), f.anna);
  CHECK(f.get(f.base + "/followers_synchronization").status == 401);
  const auto shown = f.json(f.signed_get(f.base + "/followers_synchronization", "instance"));
  CHECK(shown["orderedItems"] == Json::array({mara.uri}));
  f.world.block(f.anna, f.actor("eve"));
  CHECK(f.signed_get(f.base + "/followers_synchronization", "eve").status == 404);
}

// R25
TEST_CASE("an unsigned request for what is private costs what one for nothing costs", "[web][activitypub][access]") {
  Setup f;
  const auto hidden = f.world.status(f.anna, {.visibility = Visibility::private_});
  const auto cost = [&](const std::string& target) {
    f.get(target);  // what is remembered is remembered
    const auto before = f.world.session().statement_count();
    CHECK(f.get(target).status == 404);
    return f.world.session().statement_count() - before;
  };
  const auto nothing = cost(f.base + "/statuses/999");
  CHECK(cost(f.path(hidden)) <= nothing + 1);
}

TEST_CASE("a thread that begins here is one collection of what is public in it", "[web][activitypub][access]") {
  Setup f;
  const auto mara = f.actor("mara");
  const auto root = f.world.status(f.anna);
  const auto reply = f.world.status(mara, {.reply_to = root});
  const auto deeper = f.world.status(f.anna, {.reply_to = reply});
  f.world.status(mara, {.visibility = Visibility::private_, .reply_to = reply});
  const auto note = f.json(f.get(f.path(deeper)));
  const std::string context = note["context"];
  CHECK(f.json(f.get(f.path(root)))["context"] == context);
  const auto target = context.substr(std::string("https://example.org").size());
  const auto head = f.json(f.get(target));
  CHECK(head["attributedTo"] == f.anna.uri);
  const auto page = f.json(f.get(target + "?page=true"));
  CHECK(page["orderedItems"] == Json::array({root.uri, reply.uri, deeper.uri}));
  CHECK(f.get("/contexts/999").status == 404);
  const auto hidden = f.world.status(f.anna, {.visibility = Visibility::private_});
  CHECK(f.get("/contexts/" + hidden.conversation_id->str()).status == 404);
}

TEST_CASE("replies list the author's own first, others on the pages after", "[web][activitypub][access]") {
  Setup f;
  const auto mara = f.actor("mara");
  const auto root = f.world.status(f.anna);
  const auto theirs = f.world.status(mara, {.reply_to = root});
  const auto own = f.world.status(f.anna, {.reply_to = root});
  const auto hidden = f.world.status(f.anna, {.visibility = Visibility::private_, .reply_to = root});
  const auto first = f.json(f.get(f.path(root) + "/replies?page=true"));
  CHECK(first["items"] == Json::array({own.uri}));
  // The first of them are in the document itself, which leads to those of others.
  auto inside = f.json(f.get(f.path(root)))["replies"]["first"];
  CHECK(inside["items"] == Json::array({own.uri}));
  CHECK(inside["next"] == root.uri + "/replies?page=true&only_other_accounts=true");
  CHECK(f.json(f.get(f.path(own)))["replies"]["first"]["items"].empty());
  std::vector<std::string> more{own.uri};
  for (int i = 0; i < 6; ++i) more.push_back(f.world.status(f.anna, {.reply_to = root}).uri);
  inside = f.json(f.get(f.path(root)))["replies"]["first"];
  more.resize(5);
  CHECK(inside["items"] == Json(more));
  CHECK(inside["next"] == root.uri + "/replies?page=true");
  const std::string next = first["next"];
  const auto second = f.json(f.get(f.path(root) + "/replies" + next.substr(next.find('?'))));
  CHECK(second["items"] == Json::array({theirs.uri}));
  CHECK_FALSE(second.contains("next"));
}

}  // namespace dunlin::web
