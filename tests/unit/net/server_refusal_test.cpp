#include "server_support.hpp"

#include "dunlin/net/server.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <atomic>
#include <vector>

using namespace dunlin;
using namespace dunlin::net;
using namespace dunlin::net::test;
using namespace std::string_literals;

TEST_CASE("malformed requests get their 4xx as JSON and the connection ends", "[net][server]") {
  struct Case {
    const char* name;
    std::string bytes;
    int status;
  };
  const std::vector<Case> cases{
      {"noise", "\x16\x03\x01\x02garbage", 400},
      {"no version", "GET /\r\nHost: x\r\n\r\n", 400},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"bare line feeds", "GET / HTTP/1.1\nHost: x\n\n", 400},
      {"NUL in a field", "GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n"s, 400},
      {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"folded field", "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", 400},
      {"folded first field", "GET / HTTP/1.1\r\n Host: x\r\n\r\n", 400},
      {"space before colon", "GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400},
      {"length and chunked",
       "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"chunked and length",
       "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400},
      {"two equal lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400},
      {"length list", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3, 3\r\n\r\nabc", 400},
      {"signed length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc", 400},
      {"hex length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x3\r\n\r\nabc", 400},
      {"endless length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\nabc", 400},
      {"other coding", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
      {"chunked twice",
       "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"chunked in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"bad chunk size", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n", 400},
      {"bad chunk end", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n",
       400},
      {"relative target", "GET foo HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"other expectation", "POST / HTTP/1.1\r\nHost: x\r\nExpect: magic\r\nContent-Length: 1\r\n\r\na", 417},
      {"long target", "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 414},
      {"large header", "GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(20000, 'a') + "\r\n\r\n", 431},
      {"large body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n", 413},
      {"large chunk", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1E8480\r\n", 413},
  };
  std::atomic<int> handled{0};
  TestServer server([&](const auto& request, auto& session, auto& documents) {
    ++handled;
    return echo(request, session, documents);
  });
  for (const Case& c : cases) {
    INFO(c.name);
    RawConnection client(server.server.port());
    client.send(c.bytes);
    const auto answer = client.read_all();
    CHECK(status_of(answer) == c.status);
    CHECK(answer.find("Connection: close\r\n") != std::string::npos);
    CHECK(body_of(answer).starts_with("{\"error\":\""));
  }
  CHECK(handled == 0);
}

TEST_CASE("more header fields than allowed are refused", "[net][server]") {
  TestServer server(echo);
  const auto with = [](int count) {
    std::string fields;
    for (int i = 0; i < count; ++i) fields += fmt::format("A{}: b\r\n", i);
    return get_request("/", fields);
  };
  RawConnection client(server.server.port());
  client.send(with(99));
  CHECK(status_of(client.read_answer()) == 200);
  client.send(with(100));
  CHECK(status_of(client.read_all()) == 431);
}

TEST_CASE("a header that trickles in is cut off with 408", "[net][server]") {
  ServerOptions options;
  options.header_timeout = 60ms;
  TestServer server(echo, options);
  RawConnection slow(server.server.port());
  slow.send("GET / HT");
  CHECK(status_of(slow.read_all()) == 408);
  RawConnection silent(server.server.port());
  CHECK(silent.read_all().empty());
}

TEST_CASE("an idle kept connection is closed without a word", "[net][server]") {
  ServerOptions options;
  options.idle_timeout = 40ms;
  TestServer server(echo, options);
  RawConnection client(server.server.port());
  client.send(get_request("/"));
  CHECK(status_of(client.read_answer()) == 200);
  CHECK(client.read_all().empty());
}

TEST_CASE("a client that does not read its answer is cut off", "[net][server]") {
  ServerOptions options;
  options.write_timeout = 60ms;
  TestServer server(
      [](const auto&, auto&, auto&) { return http::text_response(200, "text/plain", std::string(32U << 20U, 'x')); },
      options);
  RawConnection client(server.server.port());
  client.send(get_request("/"));
  CHECK(eventually([&] { return server.server.connections() == 1; }));
  CHECK(eventually([&] { return server.server.connections() == 0; }));
}

TEST_CASE("connections beyond the limit are refused with 503", "[net][server]") {
  ServerOptions options;
  options.max_connections = 2;
  TestServer server(echo, options);
  RawConnection first(server.server.port());
  RawConnection second(server.server.port());
  first.send(get_request("/"));
  CHECK(status_of(first.read_answer()) == 200);
  second.send(get_request("/"));
  CHECK(status_of(second.read_answer()) == 200);
  RawConnection third(server.server.port());
  CHECK(status_of(third.read_all()) == 503);
}

TEST_CASE("one network cannot take all connections, a trusted proxy can", "[net][server]") {
  ServerOptions options;
  options.max_connections_per_network = 1;
  SECTION("a stranger") {
    TestServer server(echo, options);
    {
      RawConnection first(server.server.port());
      first.send(get_request("/"));
      CHECK(status_of(first.read_answer()) == 200);
      RawConnection second(server.server.port());
      CHECK(status_of(second.read_all()) == 503);
      first.send(get_request("/", "Connection: close\r\n"));
      CHECK(status_of(first.read_all()) == 200);
    }
    REQUIRE(eventually([&] { return server.server.connections() == 0; }));
    RawConnection next(server.server.port());
    next.send(get_request("/"));
    CHECK(status_of(next.read_answer()) == 200);
  }
  SECTION("a proxy") {
    options.trusted_proxies = {"127.0.0.1"};
    TestServer server(echo, options);
    RawConnection first(server.server.port());
    RawConnection second(server.server.port());
    for (auto* connection : {&first, &second}) {
      connection->send(get_request("/"));
      CHECK(status_of(connection->read_answer()) == 200);
    }
  }
}
