#include "server_support.hpp"

#include "dunlin/net/server.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

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

TEST_CASE("a body that trickles in is cut off with 408", "[net][server]") {
  ServerOptions options;
  options.body_timeout = 60ms;
  options.min_body_bytes_per_second = 1'000'000;
  TestServer server(echo, options);
  RawConnection client(server.server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  CHECK(status_of(client.read_all()) == 408);
}
