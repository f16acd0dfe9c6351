#include "outgoing.hpp"

#include "dunlin/net/client.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <future>
#include <map>
#include <mutex>
#include <set>

using namespace dunlin;
using namespace dunlin::net;
using namespace dunlin::net::test;

// 8.14
TEST_CASE("a name is resolved once and its checked address connected to", "[net][client]") {
  ScriptedServer server(always(answer_with("hello")));
  std::atomic<int> lookups{0};
  ClientOptions options = loopback_client();
  options.lookup = [&](const std::string&) -> Result<std::vector<IpAddress>> {
    ++lookups;
    // The first address is dead, a private one is in between: neither stops the good one.
    return std::vector{*IpAddress::parse("127.0.0.99"), *IpAddress::parse("10.0.0.1"), *IpAddress::parse("127.0.0.1")};
  };
  Outgoing out(options);
  const std::string url = fmt::format("http://name.example:{}/", server.port());
  CHECK(failure(get(out.client, url)) == "answer 200");
  CHECK(failure(get(out.client, url)) == "answer 200");
  CHECK(lookups == 1);
}

TEST_CASE("a name server that hangs costs the DNS limit, and other names nothing", "[net][client]") {
  ScriptedServer server(always(answer_with("hello")));
  Signal release;
  ClientOptions options = loopback_client();
  options.dns_timeout = 40ms;
  options.lookup = [&](const std::string& host) -> Result<std::vector<IpAddress>> {
    if (host == "hanging.example") release.wait();
    return std::vector{*IpAddress::parse("127.0.0.1")};
  };
  Outgoing out(options);
  const auto hanging = get(out.client, fmt::format("http://hanging.example:{}/", server.port()));
  CHECK(failure(hanging) == "timeout");
  CHECK(failure(get(out.client, fmt::format("http://good.example:{}/", server.port()))) == "answer 200");
  release.set();
}

// R14: whoever makes us ask for names of his invention.
TEST_CASE("names that hang leave room for others: below other domains, and for those that were found before",
          "[net][client]") {
  ScriptedServer server(always(answer_with("hello")));
  // Lookups may outlive the client.
  struct Names {
    Signal release;
    std::atomic<int> hanging{0};
    std::atomic<int> known{0};
  };
  const auto names = std::make_shared<Names>();
  ClientOptions options = loopback_client();
  options.dns_timeout = 60ms;
  options.dns_cache_time = 1ms;
  options.resolver_threads = 4;
  options.lookup = [names](const std::string& host) -> Result<std::vector<IpAddress>> {
    if (host.starts_with("hang")) {
      ++names->hanging;
      names->release.wait();
      return std::unexpected(exchange_error(ExchangeFailure::dns, "no answer"));
    }
    if (host.starts_with("known")) ++names->known;
    return std::vector{*IpAddress::parse("127.0.0.1")};
  };
  Outgoing out(options);
  const auto ask = [&](const std::string& host) {
    return failure(get(out.client, fmt::format("http://{}:{}/", host, server.port())));
  };
  REQUIRE(ask("known.example") == "answer 200");
  SECTION("below one domain") {
    options.resolver_threads = 8;
    Outgoing wider(options);
    for (int i = 0; i < 6; ++i)
      CHECK(failure(get(wider.client, fmt::format("http://hang{}.evil.example:{}/", i, server.port()))) == "timeout");
    CHECK(names->hanging == 2);
    CHECK(failure(get(wider.client, fmt::format("http://new.other.test:{}/", server.port()))) == "answer 200");
    names->release.set();
  }
  SECTION("below many") {
    for (int i = 0; i < 6; ++i) CHECK(ask(fmt::format("hang.evil{}.example", i)) == "timeout");
    for (int i = 0; i < 6; ++i) CHECK(ask(fmt::format("hang.evil{}.test", i)) == "timeout");
    CHECK(names->hanging == 2);
    ScriptedServer other(always(answer_with("hello")));  // no connection to it is open
    CHECK(failure(get(out.client, fmt::format("http://known.example:{}/", other.port()))) == "answer 200");
    CHECK(names->known == 2);
    names->release.set();
  }
}

TEST_CASE("a name that makes way for two others lets both go on", "[net][client]") {
  struct Names {
    std::mutex mutex;
    std::map<std::string, std::shared_ptr<Signal>> held;  // those that hang
    std::set<std::string> asked;

    std::size_t count() {
      const std::lock_guard lock(mutex);
      return asked.size();
    }
    void let_go(const std::string& host) {
      const std::lock_guard lock(mutex);
      held[host]->set();
    }
  };
  const auto names = std::make_shared<Names>();
  ClientOptions options = loopback_client();
  options.dns_timeout = 30s;
  options.dns_cache_time = 1ms;
  options.resolver_threads = 8;
  options.lookup = [names](const std::string& host) -> Result<std::vector<IpAddress>> {
    std::shared_ptr<Signal> signal;
    {
      const std::lock_guard lock(names->mutex);
      names->asked.insert(host);
      if (const auto found = names->held.find(host); found != names->held.end()) signal = found->second;
    }
    if (signal) signal->wait();
    return std::vector{*IpAddress::parse("127.0.0.1")};
  };
  Outgoing out(options);
  const auto ask = [&](const std::string& host) {
    http::OutboundRequest request;
    request.url = "http://" + host + ":1/";
    out.client.exchange(std::move(request), [](const auto&) {});
  };
  const std::vector<std::string> known{"1.a.example", "2.a.example", "3.a.example", "4.a.example"};
  for (const auto& host : known) get(out.client, "http://" + host + ":1/");
  const std::vector<std::string> strangers{"new.a.example", "new.c.example", "new.d.example", "new.e.example"};
  std::this_thread::sleep_for(5ms);  // what was found is asked for again
  {
    const std::lock_guard lock(names->mutex);
    names->asked.clear();
    for (const auto& host : known) names->held[host] = std::make_shared<Signal>();
    for (const auto& host : strangers) names->held[host] = std::make_shared<Signal>();
  }
  // Half of the threads are strangers', one of them below a.example, which has its four.
  for (const auto& host : strangers) ask(host);
  for (std::size_t i = 0; i < 3; ++i) ask(known[i]);
  REQUIRE(eventually([&] { return names->count() == 7; }));
  ask(known[3]);
  ask("new.b.example");
  std::this_thread::sleep_for(20ms);
  REQUIRE(names->count() == 7);
  names->let_go("new.a.example");
  CHECK(eventually([&] { return names->count() == 9; }));
  for (const auto& host : known) names->let_go(host);
  for (const auto& host : strangers) names->let_go(host);
}

TEST_CASE("whether one more name below a domain may wait is told", "[net][client]") {
  const auto release = std::make_shared<Signal>();
  ClientOptions options = loopback_client();
  options.lookup = [release](const std::string&) -> Result<std::vector<IpAddress>> {
    release->wait();
    return std::unexpected(exchange_error(ExchangeFailure::dns, "no answer"));
  };
  Outgoing out(options);
  CHECK(out.client.has_room("https://new.evil.example/"));
  std::atomic<int> refused{0};
  int asked = 0;
  REQUIRE(eventually([&] {
    http::OutboundRequest request;
    request.url = fmt::format("https://name{}.evil.example/", asked++);
    out.client.exchange(std::move(request), [&](const Result<http::OutboundResponse>& answer) {
      if (failure(answer) == "overloaded") ++refused;
    });
    return refused > 0 && !out.client.has_room("https://new.evil.example/");
  }));
  CHECK(out.client.has_room("https://new.other.example/"));
  CHECK(out.client.has_room("https://127.0.0.1/"));
  release->set();
  CHECK(eventually([&] { return out.client.has_room("https://new.evil.example/"); }));
  out.client.stop();
}

TEST_CASE("a name that hung is not asked for again for a minute", "[net][client]") {
  ScriptedServer server(always(answer_with("hello")));
  const auto lookups = std::make_shared<std::atomic<int>>(0);
  ClientOptions options = loopback_client();
  options.dns_timeout = 20ms;
  options.dns_cache_time = 1ms;
  options.lookup = [lookups](const std::string&) -> Result<std::vector<IpAddress>> {
    ++*lookups;
    std::this_thread::sleep_for(60ms);
    return std::unexpected(exchange_error(ExchangeFailure::dns, "no answer"));
  };
  Outgoing out(options);
  const auto url = fmt::format("http://hang.example:{}/", server.port());
  CHECK(failure(get(out.client, url)) == "timeout");
  std::this_thread::sleep_for(100ms);
  CHECK(failure(get(out.client, url)) == "dns");
  CHECK(*lookups == 1);
}
