#include "server_support.hpp"

#include "dunlin/net/server.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

using namespace dunlin;
using namespace dunlin::net;
using namespace dunlin::net::test;
using namespace std::string_literals;

namespace {

std::filesystem::path scratch() {
  char name[] = "/tmp/dunlin-net-XXXXXX";
  return ::mkdtemp(name);
}

}  // namespace

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
