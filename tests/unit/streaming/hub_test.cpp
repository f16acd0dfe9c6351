#include "dunlin/streaming/hub.hpp"

#include "dunlin/base/text.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace dunlin;
using namespace dunlin::streaming;

namespace {

std::shared_ptr<Listener> listener(std::int64_t user, Protocol protocol = Protocol::websocket,
                                   std::size_t max_outbox = 1000) {
  return std::make_shared<Listener>(Identity{.account = AccountId{user}, .user = UserId{user}},
                                    std::vector<std::string>{"read"}, protocol, max_outbox);
}

Text letters(const std::string& content) {
  return std::make_shared<const std::string>(content);
}

}  // namespace

TEST_CASE("a listener is found where it has subscribed, until it leaves", "[streaming][hub]") {
  Hub hub;
  const auto alice = listener(1);
  const auto bob = listener(2);
  REQUIRE(hub.add(alice, 10));
  REQUIRE(hub.add(bob, 10));
  hub.subscribe(alice, {Channel::user}, 10);
  hub.subscribe(bob, {Channel::user}, 10);
  hub.subscribe(alice, {Channel::hashtag, "Wader"}, 10);
  CHECK(hub.of_account(Channel::user, AccountId{1}).size() == 1);
  CHECK(hub.of_tag(Channel::hashtag, "wader").at(0).topic.parameter == "Wader");
  CHECK(hub.of_tag(Channel::hashtag_local, "wader").empty());
  hub.unsubscribe(alice, {Channel::hashtag, "Wader"});
  CHECK(hub.of_tag(Channel::hashtag, "wader").empty());
  hub.remove(alice);
  CHECK(hub.of_account(Channel::user, AccountId{1}).empty());
  CHECK(hub.size() == 1);
}

TEST_CASE("whoever leaves leaves the others where they are", "[streaming][hub]") {
  Hub hub;
  std::mt19937 random(7);
  std::vector<std::shared_ptr<Listener>> present;
  std::map<std::pair<Listener*, std::string>, Topic> subscriptions;
  const std::vector<Topic> topics{
      {Channel::public_}, {Channel::hashtag, "Wader"}, {Channel::hashtag, "wader"}, {Channel::list, "12"},
      {Channel::user},    {Channel::hashtag, "x"}};
  const auto key = [](const std::shared_ptr<Listener>& one, const Topic& topic) {
    return std::pair(one.get(), std::string(to_string(topic.channel)) + topic.parameter);
  };
  const auto expected = [&](const Topic& topic, std::string_view parameter) {
    return std::ranges::count_if(subscriptions, [&](const auto& one) {
      return one.second.channel == topic.channel && text::fold(one.second.parameter) == parameter;
    });
  };
  for (int step = 0; step < 3000; ++step) {
    const auto choice = random() % 5;
    if (present.empty() || choice == 0) {
      present.push_back(listener(static_cast<std::int64_t>(1 + random() % 5)));
      REQUIRE(hub.add(present.back(), 1000));
      continue;
    }
    const auto at = random() % present.size();
    const auto one = present[at];
    const auto& topic = topics[random() % topics.size()];
    if (choice < 3) {
      const bool is_new = subscriptions.emplace(key(one, topic), topic).second;
      REQUIRE((hub.subscribe(one, topic, 100) == Hub::Added::yes) == is_new);
    } else if (choice == 3) {
      REQUIRE(hub.unsubscribe(one, topic) == (subscriptions.erase(key(one, topic)) == 1));
    } else {
      const auto gone = static_cast<std::ptrdiff_t>(
          std::erase_if(subscriptions, [&](const auto& held) { return held.first.first == one.get(); }));
      REQUIRE(std::ssize(hub.remove(one)) == gone);
      REQUIRE(hub.remove(one).empty());
      present.erase(present.begin() + static_cast<std::ptrdiff_t>(at));
    }
    REQUIRE(hub.size() == present.size());
    REQUIRE(std::ssize(hub.of_channel(Channel::public_)) == expected({Channel::public_}, ""));
    REQUIRE(std::ssize(hub.of_tag(Channel::hashtag, "wader")) == expected({Channel::hashtag}, "wader"));
    REQUIRE(std::ssize(hub.of_list("12")) == expected({Channel::list}, "12"));
  }
}

TEST_CASE("listeners come and go while they are sent to", "[streaming][hub][threads]") {
  Hub hub;
  std::atomic<bool> done{false};
  std::atomic<int> taken{0};
  const auto client = [&](std::int64_t user) {
    for (int i = 0; i < 300; ++i) {
      const auto me = listener(user, Protocol::websocket, 1U << 20U);
      if (!hub.add(me, 1000)) continue;
      me->outbox().set_wake([&taken] { ++taken; });
      hub.subscribe(me, {Channel::public_}, 10);
      hub.subscribe(me, {Channel::hashtag, i % 2 == 0 ? "wader" : "Wader"}, 10);
      static_cast<void>(me->outbox().take());
      if (i % 3 == 0) hub.unsubscribe(me, {Channel::public_});
      me->outbox().set_wake({});
      hub.remove(me);
    }
  };
  const auto publisher = [&] {
    while (!done) {
      Message message("update", "{}");
      for (const auto& [one, topic] : hub.of_channel(Channel::public_)) one->send(message, topic);
      for (const auto& [one, topic] : hub.of_tag(Channel::hashtag, "wader")) one->send(message, topic);
      for (const auto& one : hub.listeners([](const Identity& who) { return who.user == UserId{2}; })) {
        one->outbox().end(Ending::revoked);
      }
      hub.begin_judgement();
    }
  };
  {
    const std::jthread telling(publisher);
    {
      std::vector<std::jthread> clients;
      for (std::int64_t user = 1; user <= 4; ++user) clients.emplace_back(client, user);
    }
    done = true;
  }
  CHECK(hub.empty());
  CHECK(hub.of_channel(Channel::public_).empty());
  CHECK(hub.of_tag(Channel::hashtag, "wader").empty());
}

TEST_CASE("streams of a user and subscriptions of a stream are limited", "[streaming][hub]") {
  Hub hub;
  const auto first = listener(1);
  CHECK(hub.add(first, 1));
  CHECK_FALSE(hub.add(listener(1), 1));
  CHECK(hub.add(listener(2), 1));
  CHECK(hub.subscribe(first, {Channel::user}, 1) == Hub::Added::yes);
  CHECK(hub.subscribe(first, {Channel::user}, 1) == Hub::Added::already);
  CHECK(hub.subscribe(first, {Channel::direct}, 1) == Hub::Added::too_many);
}

TEST_CASE("a client that does not read loses its stream and what waited", "[streaming][outbox]") {
  Outbox outbox(10);
  int woken = 0;
  outbox.set_wake([&] { ++woken; });
  outbox.push(letters("12345"));
  outbox.push(letters("12345"));
  CHECK(woken == 1);
  CHECK(outbox.take().texts.size() == 2);
  outbox.push(letters("1234567890"));
  outbox.push(letters("1"));
  const auto batch = outbox.take();
  CHECK(batch.texts.empty());
  CHECK(batch.ending == Ending::too_slow);
  outbox.end(Ending::revoked);
  outbox.push(letters("x"));
  CHECK(outbox.take().ending == Ending::too_slow);
}

TEST_CASE("the texts of an event are those of client-api.md 4.1", "[streaming][message]") {
  Message update("update", R"({"id":"1"})");
  CHECK(*update.frame({Channel::user}) == R"({"stream":["user"],"event":"update","payload":"{\"id\":\"1\"}"})");
  CHECK(*update.frame({Channel::hashtag_local, "x"}) ==
        R"({"stream":["hashtag:local","x"],"event":"update","payload":"{\"id\":\"1\"}"})");
  CHECK(*update.server_sent() == "event: update\ndata: {\"id\":\"1\"}\n\n");
  CHECK(update.frame({Channel::user}) == update.frame({Channel::user}));
  Message bare("filters_changed", std::nullopt);
  CHECK(*bare.frame({Channel::user}) == R"({"stream":["user"],"event":"filters_changed"})");
  CHECK(*bare.server_sent() == "event: filters_changed\ndata: {}\n\n");
  CHECK(render_refusal("Unknown stream type", 400) == R"({"error":"Unknown stream type","status":400})");
}
