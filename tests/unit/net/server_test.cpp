#include "dunlin/net/server.hpp"

#include "server_support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <fstream>
#include <vector>

using namespace dunlin;
using namespace dunlin::net;
using namespace dunlin::net::test;
using namespace std::string_literals;

TEST_CASE("a connection is kept for the next request", "[net][server]") {
  TestServer server(echo);
  RawConnection client(server.server.port());
  for (int i = 0; i < 3; ++i) {
    client.send(get_request(fmt::format("/{}?q=1", i)));
    const auto answer = client.read_answer();
    CHECK(status_of(answer) == 200);
    CHECK(body_of(answer) == fmt::format("GET /{}?q=1 ", i));
    CHECK(answer.find("Connection: close") == std::string::npos);
  }
  client.send(get_request("/last", "Connection: close\r\n"));
  CHECK(client.read_all().find("Connection: close\r\n") != std::string::npos);
}

TEST_CASE("pipelined requests are answered one by one, in order", "[net][server]") {
  TestServer server(echo);
  RawConnection client(server.server.port());
  std::string all;
  for (int i = 0; i < 20; ++i) {
    all += i % 2 == 0 ? get_request(fmt::format("/{}", i))
                      : fmt::format("\r\nPOST /{} HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", i);
  }
  client.send(all);
  for (int i = 0; i < 20; ++i) {
    CHECK(body_of(client.read_answer()) == (i % 2 == 0 ? fmt::format("GET /{} ", i) : fmt::format("POST /{} abc", i)));
  }
}

TEST_CASE("every answer carries the edge's fields", "[net][server]") {
  TestServer server([](const auto&, auto&, auto&) {
    auto response = http::text_response(200, "text/html", "x");
    response.headers.add("Content-Security-Policy", "default-src 'self'");
    response.headers.add("X-Broken", "a\r\nX-Injected: 1");
    return response;
  });
  RawConnection client(server.server.port());
  client.send(get_request("/"));
  const auto answer = client.read_answer();
  CHECK(answer.find("\r\nDate: ") != std::string::npos);
  CHECK(answer.find("\r\nX-Request-Id: ") != std::string::npos);
  CHECK(answer.find("\r\nX-Content-Type-Options: nosniff\r\n") != std::string::npos);
  CHECK(answer.find("\r\nReferrer-Policy: ") != std::string::npos);
  CHECK(answer.find("Content-Security-Policy: default-src 'self'\r\n") != std::string::npos);
  CHECK(answer.find("form-action 'none'") == std::string::npos);
  CHECK(answer.find("X-Injected") == std::string::npos);
}

TEST_CASE("HEAD is answered as GET without the body", "[net][server]") {
  TestServer server([](const auto&, auto&, auto&) { return http::text_response(200, "text/plain", "12345"); });
  RawConnection client(server.server.port());
  client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto head = client.read_answer(true);
  CHECK(head.find("Content-Length: 5\r\n") != std::string::npos);
  client.send(get_request("/"));
  CHECK(body_of(client.read_answer()) == "12345");
}

TEST_CASE("answers without a body announce none", "[net][server]") {
  TestServer server([](const auto& request, auto&, auto&) {
    http::Response response;
    response.status = request.path == "/304" ? 304 : 204;
    response.body = "must not be sent";
    return response;
  });
  RawConnection client(server.server.port());
  client.send(get_request("/304") + get_request("/204"));
  const auto first = client.read_answer();
  CHECK(status_of(first) == 304);
  CHECK(first.find("Content-Length") == std::string::npos);
  CHECK(status_of(client.read_answer()) == 204);
}

TEST_CASE("HTTP/1.0 closes unless keep-alive is asked for", "[net][server]") {
  TestServer server(echo);
  RawConnection plain(server.server.port());
  plain.send("GET /old HTTP/1.0\r\n\r\n");
  CHECK(body_of(plain.read_all()) == "GET /old ");
  RawConnection kept(server.server.port());
  for (int i = 0; i < 2; ++i) {
    kept.send("GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(kept.read_answer().find("Connection: keep-alive\r\n") != std::string::npos);
  }
}

TEST_CASE("an absolute target is read as its path", "[net][server]") {
  TestServer server(echo);
  RawConnection client(server.server.port());
  client.send("GET http://x/path?q HTTP/1.1\r\nHost: x\r\n\r\n" +
              std::string("GET https://x HTTP/1.1\r\nHost: x\r\n\r\n"));
  CHECK(body_of(client.read_answer()) == "GET /path?q ");
  CHECK(body_of(client.read_answer()) == "GET / ");
}

TEST_CASE("text is compressed for who takes it", "[net][server]") {
  TestServer server([](const http::Request& request, auto&, auto&) {
    auto response = http::text_response(200, request.path == "/png" ? "image/png" : "application/json; charset=utf-8",
                                        std::string(request.path == "/short" ? 100 : 5000, 'j'));
    response.headers.add("ETag", "\"tag\"");
    response.headers.add("Vary", "Origin");
    return response;
  });
  RawConnection client(server.server.port());
  const auto ask = [&](const char* path, const char* coding) {
    client.send(get_request(path, fmt::format("Accept-Encoding: {}\r\n", coding)));
    return client.read_answer();
  };
  const auto packed = ask("/", "br, gzip;q=0.5");
  CHECK(packed.find("Content-Encoding: gzip\r\n") != std::string::npos);
  CHECK(packed.find("Vary: Origin, Accept-Encoding\r\n") != std::string::npos);
  CHECK(packed.find("ETag: W/\"tag\"\r\n") != std::string::npos);
  CHECK(body_of(packed).size() < 200);
  for (const char* refusing : {"identity", "gzip;q=0", "*;q=0", "br", "gzip; q=0.000"}) {
    INFO(refusing);
    const auto plain = ask("/", refusing);
    CHECK(plain.find("Content-Encoding") == std::string::npos);
    CHECK(plain.find("Vary: Origin, Accept-Encoding\r\n") != std::string::npos);
    CHECK(body_of(plain).size() == 5000);
  }
  CHECK(ask("/short", "gzip").find("Content-Encoding") == std::string::npos);
  CHECK(ask("/png", "gzip").find("Content-Encoding") == std::string::npos);
}

TEST_CASE("many connections on several threads are all served", "[net][server]") {
  ServerOptions options;
  options.io_threads = 3;
  TestServer server(echo, options);
  std::vector<std::unique_ptr<RawConnection>> clients;
  for (int i = 0; i < 60; ++i) clients.push_back(std::make_unique<RawConnection>(server.server.port()));
  for (int round = 0; round < 3; ++round) {
    for (auto& client : clients) client->send(get_request("/x"));
    for (auto& client : clients) CHECK(body_of(client->read_answer()) == "GET /x ");
  }
  CHECK(server.server.connections() == 60);
}

// On request: counts the memory of this process, which sanitizers and other tests disturb.

TEST_CASE("an idle kept connection costs at most 4 KB", "[.][bench][net]") {
  const auto resident = [] {
    std::ifstream file("/proc/self/statm");
    std::size_t total = 0;
    std::size_t pages = 0;
    file >> total >> pages;
    return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  };
  constexpr std::size_t kConnections = 4000;
  ServerOptions options;
  options.max_connections_per_network = 2 * kConnections;
  TestServer server(echo, options);
  std::vector<std::unique_ptr<RawConnection>> clients(kConnections);
  const auto before = resident();
  for (auto& client : clients) {
    client = std::make_unique<RawConnection>(server.server.port());
    client->send(get_request("/"));
    REQUIRE(status_of(client->read_answer()) == 200);
  }
  const auto each = (resident() - before) / kConnections;
  WARN(each << " bytes for each connection");
  CHECK(each <= 4096);
}
