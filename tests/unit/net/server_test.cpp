#include "dunlin/net/server.hpp"

#include "support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>

using namespace dunlin;
using namespace dunlin::net;
using namespace dunlin::net::test;
using namespace std::string_literals;

namespace {

http::Response echo(const http::Request& request, db::Session&, service::RemoteDocuments&) {
  return http::text_response(200, "text/plain", request.method_text + " " + request.target + " " + request.body);
}

std::string get_request(std::string_view target, std::string_view more = "") {
  return fmt::format("GET {} HTTP/1.1\r\nHost: x\r\n{}\r\n", target, more);
}

std::filesystem::path scratch() {
  char name[] = "/tmp/dunlin-net-XXXXXX";
  return ::mkdtemp(name);
}

}  // namespace

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

TEST_CASE("bodies arrive by length and in chunks", "[net][server]") {
  TestServer server(echo);
  RawConnection client(server.server.port());
  client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe");
  client.send("llo");
  CHECK(body_of(client.read_answer()) == "POST /a hello");
  client.send("POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  client.send("2;ext=1\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n");
  CHECK(body_of(client.read_answer()) == "POST /b abcde");
  client.send(get_request("/after"));
  CHECK(body_of(client.read_answer()) == "GET /after ");
}

TEST_CASE("Expect: 100-continue is answered before the body is read", "[net][server]") {
  TestServer server(echo);
  server.application.policy.max_bytes = 100;
  RawConnection client(server.server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.read_answer() == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  CHECK(body_of(client.read_answer()) == "POST / ok");
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200\r\nExpect: 100-continue\r\n\r\n");
  CHECK(status_of(client.read_all()) == 413);
}

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

TEST_CASE("an absolute target is read as its path", "[net][server]") {
  TestServer server(echo);
  RawConnection client(server.server.port());
  client.send("GET http://x/path?q HTTP/1.1\r\nHost: x\r\n\r\n" +
              std::string("GET https://x HTTP/1.1\r\nHost: x\r\n\r\n"));
  CHECK(body_of(client.read_answer()) == "GET /path?q ");
  CHECK(body_of(client.read_answer()) == "GET / ");
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

TEST_CASE("a body that trickles in is cut off with 408", "[net][server]") {
  ServerOptions options;
  options.body_timeout = 60ms;
  options.min_body_bytes_per_second = 1'000'000;
  TestServer server(echo, options);
  RawConnection client(server.server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  CHECK(status_of(client.read_all()) == 408);
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

TEST_CASE("a long body is streamed to a file that goes with the request", "[net][server]") {
  const auto folder = scratch();
  ServerOptions options;
  options.spool_dir = folder;
  std::filesystem::path seen;
  TestServer server(
      [&](const http::Request& request, auto&, auto&) {
        if (!request.body_file) return http::text_response(200, "text/plain", "memory " + request.body);
        seen = request.body_file->path();
        std::ifstream file(seen, std::ios::binary);
        std::stringstream content;
        content << file.rdbuf();
        const std::string text = content.str();
        const bool right = std::ranges::count(text, 'z') == static_cast<std::ptrdiff_t>(text.size());
        return http::text_response(200, "text/plain",
                                   fmt::format("file {} {} {}", text.size(), right, request.body.size()));
      },
      options);
  server.application.policy = {.max_bytes = 8U << 20U, .spool_above = 1000};
  RawConnection client(server.server.port());
  const std::size_t size = 3'000'000;
  client.send(fmt::format("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", size) + std::string(size, 'z'));
  CHECK(body_of(client.read_answer()) == fmt::format("file {} true 0", size));
  client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n7D0\r\n" + std::string(2000, 'z') +
              "\r\n0\r\n\r\n");
  CHECK(body_of(client.read_answer()) == "file 2000 true 0");
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab");
  CHECK(body_of(client.read_answer()) == "memory ab");
  CHECK(seen.parent_path() == folder);
  CHECK(std::filesystem::is_empty(folder));
  std::filesystem::remove_all(folder);
}

TEST_CASE("a body that cannot be stored is answered 503", "[net][server]") {
  ServerOptions options;
  options.spool_dir = "/nonexistent/folder";
  TestServer server(echo, options);
  server.application.policy.spool_above = 10;
  RawConnection client(server.server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n01234567890123456789");
  CHECK(status_of(client.read_all()) == 503);
}

TEST_CASE("a unix socket serves, replaces a stale one and is removed at the end", "[net][server]") {
  const auto folder = scratch();
  const std::string path = folder / "socket";
  ServerOptions options;
  options.listen = "unix:" + path;
  options.io_threads = 2;
  {
    TestServer server(
        [](const http::Request& request, auto&, auto&) {
          return http::text_response(200, "text/plain",
                                     fmt::format("{} {}", request.remote_address, request.peer_is_trusted));
        },
        options);
    struct stat info{};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    CHECK((info.st_mode & 0777U) == 0666U);
    for (int i = 0; i < 8; ++i) {
      RawConnection client(path);
      client.send(get_request("/") + get_request("/", "X-Forwarded-For: 203.0.113.5\r\n"));
      CHECK(body_of(client.read_answer()) == " true");
      CHECK(body_of(client.read_answer()) == "203.0.113.5 false");
    }
    FunctionApplication other(echo);
    Server second(options, other, server.workers, {});
    const auto started = second.start();
    REQUIRE_FALSE(started);
    CHECK(started.error().code == Errc::conflict);
  }
  CHECK_FALSE(std::filesystem::exists(path));
  {  // what a killed server leaves behind
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    ::close(fd);
  }
  {
    TestServer server(echo, options);
    RawConnection client(path);
    client.send(get_request("/again"));
    CHECK(body_of(client.read_answer()) == "GET /again ");
  }
  std::ofstream(path) << "not a socket";
  FunctionApplication application(echo);
  Workers workers({}, no_sessions());
  CHECK_FALSE(Server(options, application, workers, {}).start());
  CHECK(std::filesystem::exists(path));
  std::filesystem::remove_all(folder);
}

TEST_CASE("a port that is taken and a listen text that is none are clear errors", "[net][server]") {
  TestServer first(echo);
  FunctionApplication application(echo);
  const auto start = [&](const std::string& listen) {
    ServerOptions options;
    options.listen = listen;
    return Server(options, application, first.workers, {}).start();
  };
  const auto taken = start(first.server.address());
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == Errc::conflict);
  CHECK(taken.error().message.find(first.server.address()) != std::string::npos);
  for (const char* listen : {"", "8080", "localhost:80", "127.0.0.1:99999", "127.0.0.1:", "unix:"}) {
    INFO(listen);
    const auto bad = start(listen);
    REQUIRE_FALSE(bad);
    CHECK(bad.error().code == Errc::invalid);
  }
}

TEST_CASE("the client's address is believed from trusted proxies only", "[net][server]") {
  struct Case {
    std::vector<std::string> trusted;
    const char* fields;
    const char* expected;
  };
  const std::vector<Case> cases{
      {{}, "X-Forwarded-For: 1.2.3.4\r\n", "127.0.0.1"},
      {{"127.0.0.1"}, "", "127.0.0.1"},
      {{"127.0.0.1"}, "X-Forwarded-For: 1.2.3.4\r\n", "1.2.3.4"},
      {{"127.0.0.0/8"}, "X-Forwarded-For: 6.6.6.6, 1.2.3.4\r\n", "1.2.3.4"},
      {{"127.0.0.1", "10.0.0.0/8"}, "X-Forwarded-For: 6.6.6.6, 1.2.3.4\r\nX-Forwarded-For: 10.1.1.1\r\n", "1.2.3.4"},
      {{"127.0.0.1"}, "X-Forwarded-For: [2001:db8::1]:4711\r\n", "2001:db8::1"},
      {{"127.0.0.1"}, "X-Forwarded-For: 1.2.3.4:99\r\n", "1.2.3.4"},
      {{"127.0.0.1"}, "X-Forwarded-For: 1.2.3.4, unknown\r\n", "127.0.0.1"},
  };
  for (const Case& c : cases) {
    INFO(c.fields);
    ServerOptions options;
    options.trusted_proxies = c.trusted;
    TestServer server([](const http::Request& request, auto&,
                         auto&) { return http::text_response(200, "text/plain", request.remote_address); },
                      options);
    RawConnection client(server.server.port());
    client.send(get_request("/", c.fields));
    CHECK(body_of(client.read_answer()) == c.expected);
  }
}

TEST_CASE("a peer is trusted only when the client it speaks for is, too", "[net][server]") {
  ServerOptions options;
  options.trusted_proxies = {"127.0.0.1", "10.0.0.0/8"};
  TestServer server(
      [](const http::Request& request, auto&, auto&) {
        return http::text_response(200, "text/plain", request.peer_is_trusted ? "trusted" : "stranger");
      },
      options);
  RawConnection client(server.server.port());
  client.send(get_request("/") + get_request("/", "X-Forwarded-For: 10.1.2.3\r\n") +
              get_request("/", "X-Forwarded-For: 203.0.113.5\r\n"));
  CHECK(body_of(client.read_answer()) == "trusted");
  CHECK(body_of(client.read_answer()) == "trusted");
  CHECK(body_of(client.read_answer()) == "stranger");
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

TEST_CASE("a full queue answers 503 with Retry-After at once, other lanes go on", "[net][server]") {
  WorkersOptions workers;
  workers[Lane::read] = {1, 1};
  Signal entered;
  Signal release;
  TestServer server(
      [&](const http::Request& request, auto& session, auto& documents) {
        if (request.path == "/slow") {
          entered.set();
          release.wait();
        }
        return echo(request, session, documents);
      },
      {}, {}, workers);
  RawConnection running(server.server.port());
  running.send(get_request("/slow"));
  REQUIRE(entered.wait());
  RawConnection queued(server.server.port());
  queued.send(get_request("/queued"));
  REQUIRE(eventually([&] { return server.workers.waiting(Lane::read) == 1; }));
  RawConnection refused(server.server.port());
  refused.send(get_request("/refused"));
  const auto answer = refused.read_answer();
  CHECK(status_of(answer) == 503);
  CHECK(answer.find("Retry-After: ") != std::string::npos);
  refused.send(get_request("/fast"));
  CHECK(body_of(refused.read_answer()) == "fast");
  refused.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  CHECK(status_of(refused.read_answer()) == 200);
  release.set();
  CHECK(status_of(running.read_answer()) == 200);
  CHECK(status_of(queued.read_answer()) == 200);
}

TEST_CASE("work that starts after its deadline is answered 503", "[net][server]") {
  WorkersOptions workers;
  workers[Lane::read] = {1, 8};
  ServerOptions options;
  options.request_timeout = 30ms;
  Signal entered;
  Signal release;
  TestServer server(
      [&](const http::Request& request, auto& session, auto& documents) {
        if (request.path == "/slow") {
          entered.set();
          release.wait();
        }
        return echo(request, session, documents);
      },
      options, {}, workers);
  RawConnection running(server.server.port());
  running.send(get_request("/slow"));
  REQUIRE(entered.wait());
  RawConnection late(server.server.port());
  late.send(get_request("/late"));
  REQUIRE(eventually([&] { return server.workers.waiting(Lane::read) == 1; }));
  const auto queued_at = std::chrono::steady_clock::now();
  eventually([&] { return std::chrono::steady_clock::now() > queued_at + options.request_timeout; });
  release.set();
  CHECK(status_of(running.read_answer()) == 200);
  CHECK(status_of(late.read_answer()) == 503);
}

TEST_CASE("exceptions become answers and the worker lives on", "[net][server]") {
  TestServer server([](const http::Request& request, auto&, auto&) -> http::Response {
    if (request.path == "/database") throw db::Unavailable("secret host name");
    if (request.path == "/fault") throw std::runtime_error("secret cause");
    if (request.path == "/odd") throw 42;
    return http::text_response(200, "text/plain", "fine");
  });
  RawConnection client(server.server.port());
  client.send(get_request("/database"));
  const auto unavailable = client.read_answer();
  CHECK(status_of(unavailable) == 503);
  CHECK(unavailable.find("Retry-After: ") != std::string::npos);
  client.send(get_request("/fault"));
  const auto fault = client.read_answer();
  CHECK(status_of(fault) == 500);
  CHECK(body_of(fault) == R"({"error":"internal error"})");
  client.send(get_request("/odd"));
  CHECK(status_of(client.read_answer()) == 500);
  CHECK((unavailable + fault).find("secret") == std::string::npos);
  client.send(get_request("/"));
  CHECK(body_of(client.read_answer()) == "fine");
}

TEST_CASE("a wanted document is fetched and the request runs again", "[net][server]") {
  std::atomic<int> fetched{0};
  const FetchFunction fetch = [&](service::RemoteRequest request, auto done) {
    ++fetched;
    service::RemoteDocument document;
    document.body = "<" + request.url + ">";
    done(std::move(document));
  };
  TestServer server(
      [](const http::Request&, auto&, service::RemoteDocuments& documents) {
        std::string all;
        for (int i = 0; i < 100; ++i) {
          const auto document = documents.get({.url = std::to_string(i)});
          if (!document && document.error().code == Errc::need_remote) return http::json_error(500, "not seen");
          if (!document) break;
          all += (*document)->body;
        }
        return http::text_response(200, "text/plain", all.substr(0, 9));
      },
      {}, fetch);
  RawConnection client(server.server.port());
  client.send(get_request("/"));
  CHECK(body_of(client.read_answer()) == "<0><1><2>");
  CHECK(fetched == 24);
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

TEST_CASE("a drain lets the running answer out and closes the idle ones", "[net][server]") {
  Signal entered;
  Signal release;
  TestServer server([&](const http::Request& request, auto& session, auto& documents) {
    if (request.path == "/slow") {
      entered.set();
      release.wait();
    }
    return echo(request, session, documents);
  });
  RawConnection idle(server.server.port());
  idle.send(get_request("/"));
  CHECK(status_of(idle.read_answer()) == 200);
  RawConnection busy(server.server.port());
  busy.send(get_request("/slow"));
  REQUIRE(entered.wait());
  const auto port = server.server.port();
  server.server.stop_accepting();
  CHECK(idle.read_all().empty());
  CHECK_THROWS(RawConnection(port));
  CHECK_FALSE(server.server.drain(10ms));
  release.set();
  const auto answer = busy.read_all();
  CHECK(status_of(answer) == 200);
  CHECK(answer.find("Connection: close\r\n") != std::string::npos);
  CHECK(server.server.drain(10s));
}

TEST_CASE("a stop ends stuck connections and waits for their work", "[net][server]") {
  Signal entered;
  Signal release;
  std::atomic<bool> finished{false};
  TestServer server([&](const http::Request& request, auto& session, auto& documents) {
    entered.set();
    release.wait();
    finished = true;
    return echo(request, session, documents);
  });
  RawConnection half(server.server.port());
  half.send("GET / HT");
  RawConnection busy(server.server.port());
  busy.send(get_request("/"));
  REQUIRE(entered.wait());
  auto stopped = std::async(std::launch::async, [&] { server.server.stop(); });
  CHECK(half.read_all().empty());
  release.set();
  stopped.get();
  CHECK(finished);
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
  TestServer server(echo);
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
