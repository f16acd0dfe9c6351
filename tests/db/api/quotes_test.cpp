#include "dunlin/store/quotes.hpp"

#include "support/api_client.hpp"
#include "support/api_shape.hpp"

#include "dunlin/store/statuses.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using test::Api;
using test::Client;
using test::World;
using Json = nlohmann::json;

namespace {

struct Quoting {
  World world;
  Api api{world};
  model::Account alice = world.local_account("alice");
  model::Account bob = world.local_account("bob");
  Client author{api, alice};
  Client client{api, bob};

  Json post(const Client& who, Json draft) const { return who.post("/api/v1/statuses", draft).json(); }
  Json quote(const Json& target, Json draft = {{"status", "Look"}}) const {
    draft["quoted_status_id"] = target["id"];
    return post(client, draft);
  }
  static std::string path(const Json& status, const std::string& action = "") {
    return "/api/v1/statuses/" + status["id"].get<std::string>() + action;
  }
  std::string error(const Json& target, Json draft = {{"status", "Look"}}) const {
    draft["quoted_status_id"] = target["id"];
    const auto answer = client.post("/api/v1/statuses", draft);
    return std::to_string(answer.status()) + " " + answer.error();
  }
};

constexpr const char* kNone = "404 The post you are trying to quote does not appear to exist.";

}  // namespace

TEST_CASE("a quote of a post that is open to it is accepted, shown, counted and told", "[api][quote]") {
  Quoting q;
  const auto target = q.post(q.author, {{"status", "Original"}});
  CHECK(target["quote_approval"] ==
        Json::parse(R"({"automatic": ["public"], "manual": [], "current_user": "automatic"})"));
  const auto json = q.quote(target);
  CHECK(test::Shapes().problems(json, "Status") == std::vector<std::string>{});
  CHECK(json["quote"]["state"] == "accepted");
  CHECK(json["quote"]["quoted_status"]["id"] == target["id"]);
  CHECK(json["quote"]["quoted_status"]["quotes_count"] == 1);
  CHECK(json["content"].get<std::string>().starts_with("<p class=\"quote-inline\">RE: <a href="));
  CHECK(q.client.get(Quoting::path(json)).json() == json);
  CHECK(Client(q.api).get(Quoting::path(json)).json()["quote"]["state"] == "accepted");
  const auto told = q.author.get("/api/v1/notifications").json();
  REQUIRE(told.size() == 1);
  CHECK(told[0]["type"] == "quote");
  CHECK(told[0]["status"]["id"] == json["id"]);
  CHECK(q.client.get(Quoting::path(json, "/source")).json()["text"] == "Look");
  q.client.del(Quoting::path(json));
  CHECK(q.author.get(Quoting::path(target)).json()["quotes_count"] == 0);
}

TEST_CASE("a quote within a quote is only named", "[api][quote]") {
  Quoting q;
  const auto first = q.post(q.author, {{"status", "One"}});
  const auto second = q.quote(first);
  const auto third = q.quote(second, {{"status", "Three"}, {"quote_id", second["id"]}});
  const auto& nested = third["quote"]["quoted_status"]["quote"];
  CHECK(nested == Json({{"state", "accepted"}, {"quoted_status_id", first["id"]}}));
}

TEST_CASE("who may quote is the author's choice", "[api][quote]") {
  Quoting q;
  const auto closed = q.post(q.author, {{"status", "x"}, {"quote_approval_policy", "nobody"}});
  CHECK(q.error(closed) == kNone);
  CHECK(q.client.get(Quoting::path(closed)).json()["quote_approval"]["current_user"] == "denied");
  const auto followers = q.post(q.author, {{"status", "x"}, {"quote_approval_policy", "followers"}});
  CHECK(q.error(followers) == kNone);
  q.world.follow(q.bob, q.alice);
  CHECK(q.client.get(Quoting::path(followers)).json()["quote_approval"]["current_user"] == "automatic");
  CHECK(q.quote(followers)["quote"]["state"] == "accepted");
  // One's own are always open.
  CHECK(q.post(q.author, {{"status", "me"}, {"quoted_status_id", closed["id"]}})["quote"]["state"] == "accepted");
  // What the author chose for all posts.
  q.world.db.run("UPDATE users SET default_quote_policy = 'nobody'");
  CHECK(q.post(q.author, {{"status", "x"}})["quote_approval"]["automatic"] == Json::array());
  q.world.db.run("UPDATE users SET default_quote_policy = 'public'");
  const auto hidden = q.post(q.author, {{"status", "x"}, {"visibility", "private"}});
  CHECK(hidden["quote_approval"]["automatic"] == Json::array());
  CHECK(q.error(hidden) == kNone);
  const auto own = q.post(q.author, {{"status", "me"}, {"quoted_status_id", hidden["id"]}});
  CHECK(own["visibility"] == "private");
  CHECK(q.error({{"id", "999"}}) == kNone);
  CHECK(q.error({{"id", "x"}}) == kNone);
  const auto remote = q.world.status(q.world.remote_account("rob", "remote.example"));
  CHECK(q.error({{"id", remote.id.str()}}) == kNone);  // its server states no policy
}

TEST_CASE("a direct post quotes only those whom it names", "[api][quote]") {
  Quoting q;
  const auto target = q.post(q.author, {{"status", "x"}});
  CHECK(q.error(target, {{"status", "psst"}, {"visibility", "direct"}}).starts_with("422 "));
  CHECK(q.quote(target, {{"status", "psst @alice"}, {"visibility", "direct"}})["quote"]["state"] == "accepted");
}

TEST_CASE("the policy of a post can be changed by its author", "[api][quote]") {
  Quoting q;
  const auto target = q.post(q.author, {{"status", "x"}});
  const auto path = Quoting::path(target, "/interaction_policy");
  const auto json = q.author.put(path, {{"quote_approval_policy", "nobody"}}).json();
  CHECK(json["quote_approval"]["automatic"] == Json::array());
  CHECK(json["edited_at"].is_null());
  CHECK(q.error(target) == kNone);
  CHECK(q.api.federation.told == std::vector<std::string>{"status_created", "quote_policy_changed"});
  CHECK(q.client.put(path, {{"quote_approval_policy", "public"}}).status() == 404);
  CHECK(q.author.put(path, {{"quote_approval_policy", "friends"}}).status() == 422);
  CHECK(q.author.put(path).status() == 422);
  const auto direct = q.post(q.author, {{"status", "x"}, {"visibility", "direct"}});
  CHECK(q.author.put(Quoting::path(direct, "/interaction_policy"), {{"quote_approval_policy", "public"}})
            .json()["quote_approval"]["automatic"] == Json::array());
}

TEST_CASE("the author of a quoted post may take his consent back", "[api][quote]") {
  Quoting q;
  const auto target = q.post(q.author, {{"status", "x"}});
  const auto quoting = q.quote(target);
  const auto path = Quoting::path(target, "/quotes/" + quoting["id"].get<std::string>() + "/revoke");
  CHECK(q.client.post(path).status() == 403);
  CHECK(q.author.post(Quoting::path(target, "/quotes/999/revoke")).status() == 404);
  const auto json = q.author.post(path).json();
  CHECK(json["id"] == quoting["id"]);
  CHECK(json["quote"] == Json({{"state", "revoked"}, {"quoted_status", nullptr}}));
  CHECK_FALSE(json["content"].get<std::string>().contains("quote-inline"));
  CHECK(q.author.get(Quoting::path(target)).json()["quotes_count"] == 0);
  CHECK(q.author.get("/api/v1/notifications").json().empty());
  CHECK(q.api.federation.told.back() == "quote_revoked");
  CHECK(q.api.events.of<service::events::StatusChanged>().back().part == service::events::StatusPart::quote);
  CHECK(q.author.post(path).status() == 200);
  CHECK(q.api.federation.told.size() == 3);
}

TEST_CASE("quotes are listed for those who may see them", "[api][quote][paging]") {
  Quoting q;
  const auto target = q.post(q.author, {{"status", "x"}});
  const auto open = q.quote(target);
  q.world.clock.advance(std::chrono::seconds(1));
  const auto hidden = q.quote(target, {{"status", "for my followers"}, {"visibility", "private"}});
  const auto path = Quoting::path(target, "/quotes");
  const Client other(q.api, q.world.local_account("carol"));
  CHECK(other.get(path).ids() == std::vector{open["id"].get<std::string>()});
  CHECK(q.author.get(path).ids() == std::vector{hidden["id"].get<std::string>(), open["id"].get<std::string>()});
  const auto first = q.author.get(path + "?limit=1");
  CHECK(first.ids() == std::vector{hidden["id"].get<std::string>()});
  CHECK(q.author.get(first.link("next")).ids() == std::vector{open["id"].get<std::string>()});
  CHECK(Client(q.api).get(path).status() == 401);
}

TEST_CASE("what a viewer may not see of a quote is not shown", "[api][quote]") {
  Quoting q;
  const auto carol = q.world.local_account("carol");
  const Client viewer(q.api, carol);
  const auto target = q.post(q.author, {{"status", "Secret words"}});
  const auto quoting = q.quote(target);
  const auto state = [&](const Client& who) { return who.get(Quoting::path(quoting)).json()["quote"]; };
  SECTION("blocked by the viewer") {
    q.world.block(carol, q.alice);
    CHECK(state(viewer)["state"] == "blocked_account");
    CHECK(state(viewer)["quoted_status"]["id"] == target["id"]);
  }
  SECTION("of a server that the viewer blocks") {
    const auto rob = q.world.remote_account("rob", "remote.example");
    const auto remote = q.world.status(rob);
    q.world.write([&](db::Tx& tx) {
      store::set_quote_policy(tx, remote.id, {.automatic = model::QuotePolicy::public_, .manual = 0});
    });
    const auto by_bob = q.post(q.client, {{"status", "x"}, {"quoted_status_id", remote.id.str()}});
    q.world.write([&](db::Tx& tx) {
      const auto quote = store::find_quote_of(tx, *StatusId::parse(by_bob["id"].get<std::string>()));
      q.api.services().quotes.receive_approval(tx, quote.value(), "https://remote.example/auth/1");
    });
    CHECK(viewer.get(Quoting::path(by_bob)).json()["quote"]["state"] == "accepted");
    viewer.post("/api/v1/domain_blocks", {{"domain", "remote.example"}});
    CHECK(viewer.get(Quoting::path(by_bob)).json()["quote"]["state"] == "blocked_domain");
  }
  SECTION("muted by the viewer") {
    q.world.mute(carol, q.alice);
    CHECK(state(viewer)["state"] == "muted_account");
  }
  SECTION("the quoted author blocks the viewer") {
    q.world.block(q.alice, carol);
    CHECK(state(viewer) == Json({{"state", "unauthorized"}, {"quoted_status", nullptr}}));
    CHECK(state(q.client)["state"] == "accepted");
  }
  SECTION("deleted") {
    q.author.del(Quoting::path(target));
    CHECK(state(viewer) == Json({{"state", "deleted"}, {"quoted_status", nullptr}}));
    CHECK_FALSE(viewer.get(Quoting::path(quoting)).body().contains("Secret words"));
  }
  SECTION("suspended") {
    q.world.suspend(q.alice);
    CHECK(state(viewer)["state"] == "unauthorized");
  }
}

TEST_CASE("an edit is told to whoever quoted the post, and keeps a quote", "[api][quote][edit]") {
  Quoting q;
  const auto target = q.post(q.author, {{"status", "x"}});
  const auto quoting = q.quote(target);
  q.world.clock.advance(std::chrono::seconds(1));
  q.author.put(Quoting::path(target), {{"status", "y"}});
  const auto told = q.client.get("/api/v1/notifications").json();
  REQUIRE(told.size() == 1);
  CHECK(told[0]["type"] == "quoted_update");
  CHECK(told[0]["account"]["acct"] == "alice");
  CHECK(told[0]["status"]["id"] == quoting["id"]);
  CHECK(q.client.put(Quoting::path(quoting), {{"status", "Look again"}}).json()["quote"]["state"] == "accepted");
}

TEST_CASE("a page with quotes costs a fixed number of statements", "[api][quote]") {
  Quoting q;
  const auto page = "/api/v1/accounts/" + q.bob.id.str() + "/statuses";
  const auto target = q.post(q.author, {{"status", "x"}});
  q.post(q.client, {{"status", "plain"}});
  const auto plain = q.client.get(page).statements;
  q.quote(target);
  const auto one = q.client.get(page).statements;
  CHECK(one == plain + 2);
  for (int i = 0; i < 3; ++i) q.quote(target);
  CHECK(q.client.get(page).statements == one);
}

TEST_CASE("quotes from other servers show as their approval says", "[api][quote][remote]") {
  Quoting q;
  const auto rob = q.world.remote_account("rob", "remote.example");
  const auto quoting = q.world.status(rob);
  const auto target = q.post(q.author, {{"status", "x"}});
  auto& quotes = q.api.services().quotes;
  const auto find = [&](const Json& status) {
    return q.world.read(
        [&](db::Tx& tx) { return store::find_status(tx, *StatusId::parse(status["id"].get<std::string>())).value(); });
  };
  const auto quoted = find(target);
  const auto receive = [&](const service::RemoteQuote& remote) {
    q.world.write([&](db::Tx& tx) { quotes.receive(tx, quoting, remote); });
  };
  const auto state = [&] {
    return q.client.get("/api/v1/statuses/" + quoting.id.str()).json()["quote"]["state"].get<std::string>();
  };
  const auto of = [&] {
    return q.world.read([&](db::Tx& tx) { return store::find_quote_of(tx, quoting.id).value(); });
  };
  SECTION("without one it is pending until it comes") {
    receive({.quoted_uri = quoted.uri, .quoted = quoted, .approval_uri = std::nullopt});
    CHECK(state() == "pending");
    CHECK(q.author.get("/api/v1/notifications").json().empty());
    receive({.quoted_uri = quoted.uri, .quoted = quoted, .approval_uri = "https://example.org/auth/1"});
    CHECK(state() == "accepted");
    CHECK(q.author.get("/api/v1/notifications").json().size() == 1);
    CHECK(q.author.get(Quoting::path(target)).json()["quotes_count"] == 1);
    const auto shown = of();
    q.world.write([&](db::Tx& tx) { quotes.receive_revocation(tx, shown); });
    CHECK(state() == "revoked");
    CHECK(q.author.get(Quoting::path(target)).json()["quotes_count"] == 0);
  }
  SECTION("servers that know no approvals may quote what is open to all") {
    receive({.quoted_uri = quoted.uri, .quoted = quoted, .approval_uri = std::nullopt, .legacy = true});
    CHECK(state() == "accepted");
  }
  SECTION("a post that comes later is found") {
    const auto uri = "https://other.example/1";
    receive({.quoted_uri = uri, .quoted = std::nullopt, .approval_uri = "https://other.example/auth/1"});
    CHECK(state() == "pending");
    auto late = q.world.status(q.world.remote_account("eve", "other.example"));
    late.uri = uri;
    q.world.write([&](db::Tx& tx) { quotes.attach(tx, late); });
    CHECK(state() == "accepted");
  }
  SECTION("a request is granted as the policy says, and again the same") {
    const auto request = [&](const model::Status& by) {
      return q.world.write([&](db::Tx& tx) {
        const auto granted = quotes.receive_request(tx, rob, quoted, by, "https://remote.example/req/1");
        return granted ? granted->approval_uri.value_or("") : std::string("refused");
      });
    };
    const auto uri = request(quoting);
    CHECK(uri.starts_with("https://example.org/ap/users/" + q.alice.id.str() + "/quote_authorizations/"));
    CHECK(state() == "accepted");
    CHECK(request(quoting) == uri);
    q.author.post(Quoting::path(target, "/quotes/" + quoting.id.str() + "/revoke"));
    CHECK(request(quoting) == "refused");
    q.author.put(Quoting::path(target, "/interaction_policy"), {{"quote_approval_policy", "nobody"}});
    const auto closed = find(target);
    const auto another = q.world.status(rob);
    q.world.write([&](db::Tx& tx) {
      CHECK_FALSE(quotes.receive_request(tx, rob, closed, another, "https://remote.example/req/2").has_value());
    });
  }
}

TEST_CASE("a remote post whose policy is open is asked for its consent", "[api][quote][remote]") {
  Quoting q;
  const auto rob = q.world.remote_account("rob", "remote.example");
  const auto target = q.world.status(rob);
  q.world.write([&](db::Tx& tx) {
    store::set_quote_policy(tx, target.id, {.automatic = 0, .manual = model::QuotePolicy::public_});
  });
  const Json shown = q.client.get("/api/v1/statuses/" + target.id.str()).json();
  CHECK(shown["quote_approval"] == Json::parse(R"({"automatic": [], "manual": ["public"], "current_user": "manual"})"));
  const auto quoting = q.quote(shown);
  CHECK(quoting["quote"] == Json({{"state", "pending"}, {"quoted_status", nullptr}}));
  CHECK(q.api.federation.told == std::vector<std::string>{"quote_requested", "status_created"});
  const auto quote = q.world.read(
      [&](db::Tx& tx) { return store::find_quote_of(tx, *StatusId::parse(quoting["id"].get<std::string>())).value(); });
  auto& quotes = q.api.services().quotes;
  SECTION("granted") {
    q.world.write([&](db::Tx& tx) { quotes.receive_approval(tx, quote, "https://remote.example/auth/1"); });
    CHECK(q.client.get(Quoting::path(quoting)).json()["quote"]["state"] == "accepted");
  }
  SECTION("refused") {
    q.world.write([&](db::Tx& tx) { quotes.receive_rejection(tx, quote); });
    CHECK(q.client.get(Quoting::path(quoting)).json()["quote"]["state"] == "rejected");
  }
}
