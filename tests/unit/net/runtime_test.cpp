#include "dunlin/net/runtime.hpp"

#include "support.hpp"

#include <catch2/catch.hpp>

#include <future>

using namespace dunlin;
using namespace dunlin::net;
using namespace dunlin::net::test;

namespace {

RuntimeOptions loopback_options() {
  RuntimeOptions options;
  options.server.listen = "127.0.0.1:0";
  options.client = loopback_client();
  options.shutdown_grace = 5s;
  return options;
}

}  // namespace

TEST_CASE("a runtime serves, fetches from itself, and stops in order", "[net][runtime]") {
  const SystemClock clock;
  std::string own;
  FunctionApplication application([&](const http::Request& request, auto&, service::RemoteDocuments& documents) {
    if (request.path == "/document") return http::text_response(200, "application/activity+json", "document");
    const auto document = documents.get({.url = own + "/document"});
    if (!document) return http::json_error(503, document.error().message);
    return http::text_response(200, "text/plain", (*document)->body + (*document)->failure);
  });
  Runtime runtime(loopback_options(),
                  {.application = application, .make_session = no_sessions(), .sign = {}, .clock = clock});
  REQUIRE(runtime.start());
  own = "http://" + runtime.server().address();
  const auto answer = get(runtime.client(), own + "/fetch");
  REQUIRE(answer);
  CHECK(answer->body == "document");
  runtime.wake_up().deliveries_ready();
  runtime.wake_up().jobs_ready(jobs::Lane::feed);
  runtime.stop();
  CHECK_FALSE(get(runtime.client(), own + "/fetch"));
}

TEST_CASE("a stop waits for the running request up to its grace", "[net][runtime]") {
  const SystemClock clock;
  Signal entered;
  Signal release;
  FunctionApplication application([&](const auto&, auto&, auto&) {
    entered.set();
    release.wait();
    return http::text_response(200, "text/plain", "done");
  });
  Runtime runtime(loopback_options(),
                  {.application = application, .make_session = no_sessions(), .sign = {}, .clock = clock});
  REQUIRE(runtime.start());
  RawConnection client(runtime.server().port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(entered.wait());
  auto stopped = std::async(std::launch::async, [&] { runtime.stop(); });
  release.set();
  CHECK(test::body_of(client.read_all()) == "done");
  stopped.get();
}

TEST_CASE("a runtime whose port is taken does not start and can be thrown away", "[net][runtime]") {
  const SystemClock clock;
  FunctionApplication application([](const auto&, auto&, auto&) { return http::Response{}; });
  const RuntimeParts parts{.application = application, .make_session = no_sessions(), .sign = {}, .clock = clock};
  Runtime first(loopback_options(), parts);
  REQUIRE(first.start());
  RuntimeOptions options = loopback_options();
  options.server.listen = first.server().address();
  Runtime second(options, parts);
  const auto started = second.start();
  REQUIRE_FALSE(started);
  CHECK(started.error().code == Errc::conflict);
}
