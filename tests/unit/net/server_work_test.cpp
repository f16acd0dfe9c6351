#include "server_support.hpp"

#include "dunlin/net/server.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <future>

using namespace dunlin;
using namespace dunlin::net;
using namespace dunlin::net::test;
using namespace std::string_literals;

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
