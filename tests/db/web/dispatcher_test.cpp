#include "db/web/site.hpp"

#include "dunlin/crypto/digest.hpp"
#include "dunlin/store/oauth.hpp"

using namespace dunlin;
using namespace dunlin::test;
using api::Access;
using api::Auth;
using api::Body;
using http::Method;

namespace {

Result<http::Response> who(api::Call& call) {
  const auto viewer = call.viewer_id();
  return call.json(viewer ? "{\"viewer\":\"" + viewer->str() + "\"}" : call.bearer() ? "{\"app\":true}" : "{}");
}
Result<http::Response> refuse(api::Call&) {
  return fail(Errc::forbidden, "This action is not allowed", "secret cause");
}
Result<http::Response> broken(api::Call&) {
  return fail(Errc::internal, "secret text");
}
Result<http::Response> crash(api::Call&) {
  throw std::runtime_error("secret text");
}
Result<http::Response> gone_away(api::Call&) {
  throw db::Unavailable("secret text");
}
Result<http::Response> duplicate(api::Call&) {
  throw db::UniqueViolation("secret text", "users_email");
}
Result<http::Response> cached(api::Call& call) {
  return call.cacheable_when_anonymous(call.json("[1]"));
}
Result<http::Response> needs_remote(api::Call& call) {
  const auto document = TRY(call.documents().get({.url = "https://other.example/x"}));
  return call.json("\"" + document->body + "\"");
}
Result<http::Response> swallows_the_wish(api::Call& call) {
  store::touch_instance(call.tx(), "written.example");
  static_cast<void>(call.documents().get({.url = "https://other.example/x"}));
  return call.json("{}");
}
Result<http::Response> raw_body(api::Call& call) {
  return call.json("\"" + call.request().body + call.params().text("q").value_or("") + "\"");
}
Result<http::Response> echo(api::Call& call) {
  return call.json(call.params().text("x").value_or("null"));
}

constexpr api::Route kRoutes[] = {
    {Method::get, "/api/pub", Auth::pub, "", &who},
    {Method::get, "/api/optional", Auth::optional, "read:statuses", &who},
    {Method::get, "/api/user", Auth::user, "read:follows", &who},
    {Method::get, "/api/any_user", Auth::user, "", &who},
    {Method::get, "/api/app", Auth::app, "write:accounts", &who},
    {Method::get, "/api/any", Auth::any, "", &who},
    {Method::get, "/api/either", Auth::user, "profile read:accounts", &who},
    {Method::get, "/api/refuse", Auth::pub, "", &refuse},
    {Method::get, "/api/broken", Auth::pub, "", &broken},
    {Method::get, "/api/crash", Auth::pub, "", &crash},
    {Method::get, "/api/away", Auth::pub, "", &gone_away},
    {Method::post, "/api/duplicate", Auth::pub, "", &duplicate},
    {Method::get, "/api/cached", Auth::optional, "", &cached},
    {Method::post, "/api/remote", Auth::pub, "", &needs_remote},
    {Method::post, "/api/swallow", Auth::pub, "", &swallows_the_wish},
    {Method::post, "/inbox", Auth::pub, "", &raw_body, Access::own, 0, Body::raw},
    {Method::delete_, "/api/echo", Auth::pub, "", &echo, Access::own},
    {Method::get, "/page", Auth::pub, "", &refuse},
};
constexpr std::span<const api::Route> kTables[] = {kRoutes};

struct Tokens {
  explicit Tokens(Site& s) : site(s), alice(s.world.local_account("alice")) {
    site.world.write([&](db::Tx& tx) {
      store::insert_application(tx, {.id = application,
                                     .name = "App",
                                     .website = std::nullopt,
                                     .client_id = "app",
                                     .client_secret_hash = "x",
                                     .redirect_uris = {"urn:ietf:wg:oauth:2.0:oob"},
                                     .scopes = {"read"},
                                     .created_at = tx.now()});
    });
  }
  std::string make(bool user, std::vector<std::string> scopes) {
    const auto id = site.world.ids.next<TokenId>();
    const std::optional<UserId> owner = user ? std::optional(site.world.user_of(alice).id) : std::nullopt;
    site.world.write([&](db::Tx& tx) {
      store::insert_access_token(tx,
                                 {.id = id,
                                  .application_id = application,
                                  .user_id = owner,
                                  .scopes = std::move(scopes),
                                  .created_at = tx.now(),
                                  .revoked_at = std::nullopt},
                                 crypto::token_hash("t" + id.str()));
    });
    return "t" + id.str();
  }
  std::string revoked() {
    const auto token = make(true, {"read"});
    site.world.write([&](db::Tx& tx) {
      store::revoke_access_token(tx, store::find_access_token(tx, crypto::token_hash(token))->id);
    });
    return token;
  }
  Site& site;
  model::Account alice;
  ApplicationId application = site.world.ids.next<ApplicationId>();
};

}  // namespace

TEST_CASE("each kind of route knows who may call it", "[api][dispatcher]") {
  Site site(Site::default_config(), kTables);
  Tokens tokens(site);
  const std::string none;
  const std::string unknown = "nonsense";
  const std::string revoked = tokens.revoked();
  const std::string read = tokens.make(true, {"read"});
  const std::string write = tokens.make(true, {"write"});
  const std::string follow = tokens.make(true, {"follow"});
  const std::string profile = tokens.make(true, {"profile"});
  const std::string app_read = tokens.make(false, {"read"});
  const std::string app_write = tokens.make(false, {"write"});
  const std::string mine = R"({"viewer":")" + tokens.alice.id.str() + R"("})";
  const char* invalid = "The access token is invalid";
  const char* scope = "This action is outside the authorized scopes";
  const char* needs_user = "This method requires an authenticated user";
  struct Row {
    const char* path;
    std::string token;
    int status;
    std::string expected;  // the body, or the error
  };
  const Row rows[] = {
      {"/api/pub", none, 200, "{}"},
      {"/api/pub", revoked, 200, "{}"},
      {"/api/optional", none, 200, "{}"},
      {"/api/optional", unknown, 200, "{}"},
      {"/api/optional", revoked, 401, "The access token was revoked"},
      {"/api/optional", read, 200, mine},
      {"/api/optional", write, 403, scope},
      {"/api/optional", app_read, 200, R"({"app":true})"},
      {"/api/user", none, 401, invalid},
      {"/api/user", unknown, 401, invalid},
      {"/api/user", revoked, 401, "The access token was revoked"},
      {"/api/user", read, 200, mine},
      {"/api/user", follow, 200, mine},
      {"/api/user", write, 403, scope},
      {"/api/user", app_read, 422, needs_user},
      {"/api/user", app_write, 403, scope},
      {"/api/any_user", none, 422, needs_user},
      {"/api/any_user", unknown, 401, invalid},
      {"/api/any_user", profile, 200, mine},
      {"/api/any_user", app_read, 422, needs_user},
      {"/api/app", none, 401, invalid},
      {"/api/app", app_write, 200, R"({"app":true})"},
      {"/api/app", app_read, 403, scope},
      {"/api/app", write, 403, "This method requires an client credentials authentication"},
      {"/api/any", none, 401, invalid},
      {"/api/any", profile, 200, mine},
      {"/api/any", app_read, 200, R"({"app":true})"},
      {"/api/either", profile, 200, mine},
      {"/api/either", read, 200, mine},
      {"/api/either", follow, 403, scope},
  };
  for (const Row& row : rows) {
    CAPTURE(row.path, row.token, row.expected);
    const Reply reply = row.token.empty() ? site.get(row.path) : site.bearer(row.path, row.token);
    CHECK(reply.status() == row.status);
    if (row.status == 200) {
      CHECK(reply.body() == row.expected);
    } else {
      CHECK(reply.json().at("error") == row.expected);
    }
    CHECK(reply.header("Access-Control-Allow-Origin") == "*");
    CHECK(reply.header("Content-Type") == "application/json; charset=utf-8");
    const bool challenges = reply.header("WWW-Authenticate").starts_with("Bearer realm=");
    CHECK(challenges == (row.status == 401));
  }
  CHECK(site.bearer("/api/user", unknown).header("WWW-Authenticate") ==
        R"(Bearer realm="Dunlin", error="invalid_token", error_description="The access token is invalid")");
  CHECK(site.get("/api/user?access_token=" + read).body() == mine);
  CHECK(site.get("/api/user", {{"Authorization", "bearer " + read}}).body() == mine);
}

TEST_CASE("logins that may not act are told why", "[api][dispatcher]") {
  Site site(Site::default_config(), kTables);
  Tokens tokens(site);
  const std::string token = tokens.make(true, {"read"});
  const auto refusal = [&](const char* path) {
    const Reply reply = site.bearer(path, token);
    return reply.status() == 200 ? "fine" : reply.json().at("error").get<std::string>();
  };
  CHECK(refusal("/api/user") == "fine");
  site.change_user(tokens.alice, [](model::User& user) { user.approved = false; });
  CHECK(refusal("/api/user") == "Your login is currently pending approval");
  site.change_user(tokens.alice, [](model::User& user) { user.confirmed_at.reset(); });
  CHECK(refusal("/api/user") == "Your login is missing a confirmed e-mail address");
  CHECK(refusal("/api/optional") == "fine");
  site.change_user(tokens.alice, [&](model::User& user) {
    user.confirmed_at = site.world.clock.now();
    user.approved = true;
    user.disabled = true;
  });
  CHECK(refusal("/api/user") == "Your login is currently disabled");
  CHECK(refusal("/api/optional") == "Your login is currently disabled");
  site.change_user(tokens.alice, [](model::User& user) { user.disabled = false; });
  site.world.suspend(tokens.alice);
  CHECK(refusal("/api/user") == "Your login is currently disabled");
}

TEST_CASE("activity is noted once a day", "[api][dispatcher]") {
  Site site(Site::default_config(), kTables);
  Tokens tokens(site);
  const std::string token = tokens.make(true, {"read"});
  const auto cost = [&] {
    const auto before = site.world.session().statement_count();
    site.bearer("/api/user", token);
    return site.world.session().statement_count() - before;
  };
  const auto first = cost();
  const auto second = cost();
  CHECK(second == 1);
  CHECK(first > second);
  site.world.clock.advance(std::chrono::hours(24));
  CHECK(cost() > 1);
}

TEST_CASE("errors show their public text only", "[api][dispatcher]") {
  Site site(Site::default_config(), kTables);
  struct Row {
    Method method;
    const char* path;
    int status;
    const char* error;
  };
  const Row rows[] = {
      {Method::get, "/api/nothing", 404, "Not Found"},
      {Method::get, "/nothing", 404, "Not Found"},
      {Method::delete_, "/api/pub", 405, "Method Not Allowed"},
      {Method::get, "/api/refuse", 403, "This action is not allowed"},
      {Method::get, "/api/broken", 500, "Something went wrong on our side"},
      {Method::get, "/api/crash", 500, "Something went wrong on our side"},
      {Method::get, "/api/away", 503, "There was a temporary problem serving your request, please try again"},
      {Method::post, "/api/duplicate", 422, "Duplicate record"},
      {Method::get, "/api/pub?x=%ff", 400, "Invalid UTF-8 in the request"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.path);
    const Reply reply = site.send(row.method, row.path);
    CHECK(reply.status() == row.status);
    CHECK(reply.json().at("error") == row.error);
    CHECK_FALSE(reply.shows("secret"));
    CHECK(reply.header("Cache-Control") == "private, no-store");
  }
  CHECK(site.send(Method::delete_, "/api/pub").header("Allow") == "GET");
  CHECK(site.get("/api/away").header("Retry-After") == "5");
  // A browser gets a page for a page's address, and JSON in the API all the same.
  const std::vector<http::Header> browser = {{"Accept", "text/html"}};
  CHECK(site.get("/page", browser).header("Content-Type") == "text/html; charset=utf-8");
  CHECK(site.get("/nothing", browser).status() == 404);
  CHECK(site.get("/nothing", browser).shows("<h1>Not Found</h1>"));
  CHECK(site.get("/api/refuse", browser).json().at("error") == "This action is not allowed");
}

TEST_CASE("bodies count for DELETE, and raw routes read their own", "[api][dispatcher]") {
  Site site(Site::default_config(), kTables);
  CHECK(site.send(Method::delete_, "/api/echo", "{\"x\":5}", {{"Content-Type", "application/json"}}).body() == "5");
  CHECK(site.send(Method::post, "/inbox?q=!", "not json", {{"Content-Type", "application/activity+json"}}).body() ==
        "\"not json!\"");
  CHECK(site.send(Method::delete_, "/api/echo", "x", {{"Content-Type", "text/plain"}}).status() == 415);
}

TEST_CASE("preflights need no token and no route", "[api][cors]") {
  Site site(Site::default_config(), kTables);
  const std::vector<http::Header> headers = {{"Origin", "https://elk.example"},
                                             {"Access-Control-Request-Method", "POST"},
                                             {"Access-Control-Request-Headers", "authorization,content-type"}};
  const Reply reply = site.send(Method::options, "/api/v1/anything", {}, headers);
  CHECK(reply.status() == 200);
  CHECK(reply.header("Access-Control-Allow-Origin") == "*");
  CHECK(reply.header("Access-Control-Allow-Headers") == "authorization,content-type");
  CHECK(reply.header("Access-Control-Allow-Methods").contains("PATCH"));
  CHECK(reply.header("Access-Control-Expose-Headers").contains("X-RateLimit-Reset"));
  CHECK(site.send(Method::options, "/oauth/token", {}, headers).header("Access-Control-Allow-Methods") ==
        "POST, OPTIONS");
  CHECK(site.send(Method::options, "/@alice", {}, headers).header("Access-Control-Allow-Methods") == "GET, OPTIONS");
  CHECK(site.send(Method::options, "/oauth/authorize", {}, headers).header("Access-Control-Allow-Origin").empty());
  CHECK(site.send(Method::options, "/@alice/1", {}, headers).header("Access-Control-Allow-Origin").empty());
}

TEST_CASE("anonymous answers may be cached and revalidated, others not", "[api][caching]") {
  Site site(Site::default_config(), kTables);
  Tokens tokens(site);
  const Reply open = site.get("/api/cached");
  CHECK(open.header("Cache-Control") == "max-age=15, public, stale-while-revalidate=30, stale-if-error=86400");
  CHECK(open.header("Vary") == "Authorization, Origin");
  REQUIRE(open.header("ETag").starts_with("W/\""));
  const Reply same = site.get("/api/cached", {{"If-None-Match", "\"x\", " + open.header("ETag")}});
  CHECK(same.status() == 304);
  CHECK(same.body().empty());
  CHECK(site.get("/api/cached", {{"If-None-Match", "W/\"other\""}}).status() == 200);
  const Reply mine = site.bearer("/api/cached", tokens.make(true, {"read"}));
  CHECK(mine.header("Cache-Control") == "private, no-store");
  CHECK(mine.header("ETag").empty());
  CHECK(site.bearer("/api/cached", "nonsense").header("Cache-Control") == "private, no-store");
}

TEST_CASE("a handler that wants a document runs again with it, and commits nothing before", "[api][dispatcher]") {
  Site site(Site::default_config(), kTables);
  http::Request request;
  request.method = Method::post;
  request.path = "/api/remote";
  service::RemoteDocuments documents;
  site.dispatcher.handle(request, site.world.session(), documents);
  REQUIRE(documents.wanted().has_value());
  service::RemoteDocument fetched;
  fetched.body = "fetched";
  documents.put(*documents.wanted(), fetched);
  CHECK(site.dispatcher.handle(request, site.world.session(), documents).body == "\"fetched\"");
  CHECK_FALSE(documents.wanted().has_value());

  request.path = "/api/swallow";
  service::RemoteDocuments fresh;
  site.dispatcher.handle(request, site.world.session(), fresh);
  CHECK(fresh.wanted().has_value());
  site.world.db.run("DO $$ BEGIN IF EXISTS (SELECT FROM instances) THEN RAISE 'was committed'; END IF; END $$");
}
