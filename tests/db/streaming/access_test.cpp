#include "db/streaming/station.hpp"

#include <catch2/catch.hpp>

using namespace dunlin;
using namespace dunlin::test;
using Lines = std::vector<std::string>;

TEST_CASE("a stream needs a user's token that holds the scope", "[streaming][access]") {
  Station s;
  const auto alice = s.world.local_account("alice");
  const auto refusal = [&](const std::string& token, const std::string& target) {
    const auto opened = s.try_open(token, target);
    return opened ? std::string() : opened.error().message;
  };
  CHECK(refusal("", "?stream=public") == "Missing access token");
  CHECK(refusal("nonsense", "?stream=public") == "Invalid access token");
  CHECK(refusal(s.api.token(std::nullopt, {"read"}), "?stream=public") == "Invalid access token");
  const auto scoped = s.token(alice, {"read:notifications"});
  CHECK(refusal(scoped, "?stream=user") == "Access token does not have the required scopes");
  CHECK(refusal(scoped, "?stream=user:notification").empty());
  CHECK(refusal(s.token(alice, {"read:statuses"}), "/user/notification") ==
        "Access token does not have the required scopes");
  const auto good = s.token(alice);
  CHECK(refusal(good, "").empty());
  CHECK(refusal(good, "?stream=everything") == "Unknown stream type");
  CHECK(refusal(good, "/everything") == "Unknown channel requested");
  CHECK(refusal(good, "/hashtag") == "Missing tag name parameter");
  CHECK(refusal(good, "?stream=list&list=1") == "Not authorized to stream this list");
  s.api.revoke(good);
  CHECK(refusal(good, "?stream=public") == "Invalid access token");
  CHECK(s.hub.empty());
}

TEST_CASE("the token may stand in the query or be a subprotocol, which is echoed", "[streaming][access]") {
  Station s;
  const auto token = s.token(s.world.local_account("alice"));
  CHECK(s.gateway.open(Station::request("/api/v1/streaming?access_token=" + token, ""), s.world.session()));
  auto request = Station::request("/api/v1/streaming/", "");
  request.headers.add("Sec-WebSocket-Protocol", token);
  const auto stream = s.gateway.open(request, s.world.session());
  REQUIRE(stream);
  CHECK((*stream)->subprotocol() == token);
}

TEST_CASE("a path without upgrade is a stream of events, the base alone is none", "[streaming][access]") {
  Station s;
  const auto token = s.token(s.world.local_account("alice"));
  const auto events = s.gateway.open(Station::request("/api/v1/streaming/public", token, false), s.world.session());
  REQUIRE(events);
  CHECK((*events)->protocol() == streaming::Protocol::server_sent);
  const auto base = s.gateway.open(Station::request("/api/v1/streaming", token, false), s.world.session());
  CHECK(base.error().code == Errc::not_found);
}

TEST_CASE("subscriptions come and go by message, and faults are told", "[streaming][access]") {
  Station s;
  const auto alice = s.world.local_account("alice");
  auto ear = s.listen(alice, "");
  ear.say(R"({"type":"subscribe","stream":"public:local"})");
  ear.say(R"({"type":"subscribe","stream":"nonsense"})");
  ear.say(R"({"type":"subscribe","stream":"hashtag"})");
  ear.say(R"({"type":"subscribe","stream":"list"})");
  ear.say(R"({"type":"subscribe","stream":"list","list":"5"})");
  for (const auto* malformed : {"", "no JSON", "[]", "{}", R"({"type":"subscribe"})", R"({"type":1,"stream":{}})"}) {
    ear.say(malformed);
  }
  CHECK(ear.summary() == Lines{"Unknown stream type", "Missing tag name parameter", "Missing list name parameter",
                               "Not authorized to stream this list"});
  const auto id = s.post(alice, {{"status", "heard"}});
  s.publish();
  CHECK(ear.summary() == Lines{"update " + id});
  ear.say(R"({"type":"unsubscribe","stream":"public:local"})");
  s.post(alice, {{"status", "not heard"}});
  s.publish();
  CHECK(ear.summary() == Lines{});
}

TEST_CASE("floods of streams and subscriptions are refused", "[streaming][access]") {
  Station s;
  const auto alice = s.world.local_account("alice");
  const auto token = s.token(alice);
  std::vector<std::shared_ptr<streaming::Stream>> open;
  for (int i = 0; i < 8; ++i) open.push_back(s.try_open(token, "").value());
  CHECK(s.try_open(token, "").error().message == "Too many open streams");
  open.clear();
  auto ear = s.listen(alice, "");
  for (int i = 0; i < 5; ++i) ear.say(R"({"type":"subscribe","stream":"hashtag","tag":"t)" + std::to_string(i) + "\"}");
  CHECK(ear.summary() == Lines{"Too many subscriptions"});
}

TEST_CASE("a stream ends with the right to listen", "[streaming][access]") {
  Station s;
  const auto alice = s.world.local_account("alice");
  const auto bob = s.world.local_account("bob");
  const auto token = s.token(alice);
  Ear revoked(s.try_open(token, "?stream=user").value(), s.world.session());
  auto suspended = s.listen(alice, "?stream=user");
  auto other = s.listen(bob, "?stream=public");
  const auto id = s.world.read([&](db::Tx& tx) { return store::find_access_token(tx, crypto::token_hash(token))->id; });
  s.api.revoke(token);
  s.publish(service::events::TokenRevoked{id});
  CHECK(revoked.heard().empty());
  CHECK(revoked.ending == streaming::Ending::revoked);
  CHECK(suspended.heard().empty());
  CHECK(suspended.ending == streaming::Ending::none);
  s.world.suspend(alice);
  s.publish(service::events::AccountSuspended{alice.id});
  CHECK(suspended.heard().empty());
  CHECK(suspended.ending == streaming::Ending::revoked);
  CHECK(other.heard().empty());
  CHECK(other.ending == streaming::Ending::none);
}

TEST_CASE("when others are not heard, everybody's right to listen is looked up", "[streaming][access]") {
  Station s;
  const auto alice = s.world.local_account("alice");
  const auto bob = s.world.local_account("bob");
  const auto carol = s.world.local_account("carol");
  const auto dora = s.world.local_account("dora");
  const auto emma = s.world.local_account("emma");
  const auto fred = s.world.local_account("fred");
  const auto token = s.token(alice);
  Ear revoked(s.try_open(token, "?stream=user").value(), s.world.session());
  auto kept = s.listen(alice, "?stream=user");
  auto suspended = s.listen(bob, "?stream=user");
  auto disabled = s.listen(carol, "?stream=user");
  auto other = s.listen(dora, "?stream=user");
  auto unconfirmed = s.listen(emma, "?stream=user");
  auto unapproved = s.listen(fred, "?stream=user");
  s.api.revoke(token);
  s.world.suspend(bob);
  s.world.db.run("UPDATE users SET confirmed_at = NULL WHERE account_id = " + emma.id.str());
  s.world.db.run("UPDATE users SET approved = false WHERE account_id = " + fred.id.str());
  s.world.db.run("UPDATE users SET disabled = true WHERE account_id = " + carol.id.str());
  s.publisher.judge(s.world.session());
  for (auto* ear : {&revoked, &kept, &suspended, &disabled, &other, &unconfirmed, &unapproved}) {
    CHECK(ear->heard().empty());
  }
  CHECK(revoked.ending == streaming::Ending::revoked);
  CHECK(suspended.ending == streaming::Ending::revoked);
  CHECK(disabled.ending == streaming::Ending::revoked);
  CHECK(unconfirmed.ending == streaming::Ending::revoked);
  CHECK(unapproved.ending == streaming::Ending::revoked);
  CHECK(kept.ending == streaming::Ending::none);
  CHECK(other.ending == streaming::Ending::none);
}
