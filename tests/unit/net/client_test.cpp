#include "dunlin/net/client.hpp"

#include "outgoing.hpp"
#include "tls_server.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <future>
#include <map>
#include <mutex>
#include <set>

using namespace dunlin;
using namespace dunlin::net;
using namespace dunlin::net::test;

namespace {

std::string gzip(const std::string& plain) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, plain.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

}  // namespace

TEST_CASE("the client talks to our own server over one kept connection", "[net][client]") {
  TestServer server([](const http::Request& request, auto&, auto&) {
    auto response = http::text_response(
        202, "text/plain",
        fmt::format("{} {} {} {}", request.method_text, request.target, request.body, request.headers.get("X-A")));
    response.headers.add("X-Seen-Host", std::string(request.headers.get("Host")));
    response.headers.add("X-Seen-Agent", std::string(request.headers.get("User-Agent")));
    return response;
  });
  Outgoing out;
  for (int i = 0; i < 3; ++i) {
    http::OutboundRequest request;
    request.method = http::Method::post;
    request.url = server.url("/inbox?x=%20y#fragment");
    request.headers.add("X-A", "b");
    request.headers.add("Host", "liar.example");
    request.headers.add("Content-Length", "999");
    request.body = std::make_shared<const std::string>("payload");
    const auto answer = exchange(out.client, request);
    REQUIRE(answer);
    CHECK(answer->status == 202);
    CHECK(answer->body == "POST /inbox?x=%20y payload b");
    CHECK(answer->headers.get("X-Seen-Host") == server.server.address());
    CHECK(answer->headers.get("X-Seen-Agent") == "Dunlin");
  }
  CHECK(server.server.connections() == 1);
  const auto page = get(out.client, server.url("/page"));
  REQUIRE(page);
  CHECK(page->body == "GET /page  ");
}

TEST_CASE("a compressed answer of our own server is unpacked", "[net][client]") {
  TestServer server([](const auto&, auto&, auto&) {
    std::string varied;
    for (int i = 0; i < 3000; ++i) varied += std::to_string(i * 7919);
    return http::text_response(200, "application/json", varied);
  });
  Outgoing out;
  const auto answer = get(out.client, server.url("/"));
  REQUIRE(answer);
  CHECK(answer->headers.get("Content-Encoding") == "gzip");
  CHECK(answer->body.starts_with("0791915838"));
  CHECK(answer->body.size() > 20'000);
}

// 8.14, R1
TEST_CASE("what the rules refuse is never connected to", "[net][client]") {
  std::atomic<int> lookups{0};
  ClientOptions options;
  options.lookup = [&](const std::string& host) -> Result<std::vector<IpAddress>> {
    ++lookups;
    if (host == "private.example") return std::vector{*IpAddress::parse("10.0.0.1"), *IpAddress::parse("::1")};
    if (host == "mapped.example") return std::vector{*IpAddress::parse("::ffff:127.0.0.1")};
    if (host == "metadata.example") return std::vector{*IpAddress::parse("169.254.169.254")};
    return std::unexpected(exchange_error(ExchangeFailure::dns, "no such name"));
  };
  Outgoing out(options);
  for (const char* url : {"http://example.org/",
                          "https://127.0.0.1/",
                          "https://[::1]/",
                          "https://[::ffff:10.0.0.1]/",
                          "https://[64:ff9b::7f00:1]/",
                          "https://[2002:7f00:1::]/",
                          "https://169.254.169.254/latest",
                          "https://0.0.0.0/",
                          "https://2130706433/",
                          "https://0x7f.1/",
                          "https://127.1/",
                          "https://localhost/",
                          "https://intranet/",
                          "https://example.org:8443/",
                          "https://user@example.org/",
                          "ftp://example.org/",
                          "not a url",
                          "https://private.example/",
                          "https://mapped.example/",
                          "https://metadata.example/"}) {
    INFO(url);
    CHECK(failure(get(out.client, url)) == "refused address");
  }
  CHECK(lookups == 3);
  CHECK(failure(get(out.client, "https://missing.example/")) == "dns");
}

TEST_CASE("an exception for one private range opens that range only", "[net][client]") {
  ScriptedServer server(always(answer_with("hello")));
  ClientOptions options = loopback_client();
  options.allowed_private = CidrSet::parse({"127.0.0.2"}).value();
  Outgoing out(options);
  CHECK(failure(get(out.client, server.url("/"))) == "refused address");
}

// 8.15, R5
TEST_CASE("each way to fail has its name", "[net][client]") {
  struct Case {
    const char* name;
    ScriptedServer::Serve serve;
    const char* expected;
  };
  const std::string head = "HTTP/1.1 200 OK\r\n";
  const std::vector<Case> cases{
      {"no HTTP", once("SSH-2.0-OpenSSH\r\n\r\n"), "protocol"},
      {"closed at once", [](int, int) {}, "closed"},
      {"closed in the head", once(head + "Content-Le"), "closed"},
      {"closed in the body", once(head + "Content-Length: 10\r\n\r\nhalf"), "closed"},
      {"closed in a chunk", once(head + "Transfer-Encoding: chunked\r\n\r\n5\r\nab"), "closed"},
      {"bad chunk", once(head + "Transfer-Encoding: chunked\r\n\r\nxx\r\n"), "protocol"},
      {"silent",
       [](int fd, int) {
         while (!read_request(fd).empty()) {
         }
       },
       "timeout"},
      {"announced too large", once(head + "Content-Length: 2000000\r\n\r\n"), "too large"},
      {"chunks too large", once(head + "Transfer-Encoding: chunked\r\n\r\n1E8480\r\n" + std::string(2'000'000, 'x')),
       "too large"},
      {"endless body", once(head + "\r\n" + std::string(2'000'000, 'x')), "too large"},
      {"large header", once(head + "A: " + std::string(40'000, 'x') + "\r\n\r\n"), "too large"},
      {"gzip bomb", once(answer_with(gzip(std::string(900'000, 'b')), "Content-Encoding: gzip\r\n")), "too large"},
      {"gzip too large", once(answer_with(gzip(std::string(5'000'000, 'b')), "Content-Encoding: gzip\r\n")),
       "too large"},
      {"broken gzip", once(answer_with("not gzip at all", "Content-Encoding: gzip\r\n")), "protocol"},
      {"cut gzip", once(answer_with(gzip(std::string(5000, 'c')).substr(0, 20), "Content-Encoding: gzip\r\n")),
       "protocol"},
      {"other coding", once(answer_with("x", "Content-Encoding: br\r\n")), "protocol"},
  };
  ClientOptions options = loopback_client();
  options.first_byte_timeout = 80ms;
  Outgoing out(options);
  for (const Case& c : cases) {
    INFO(c.name);
    ScriptedServer server(c.serve);
    CHECK(failure(get(out.client, server.url("/"))) == c.expected);
  }
  std::string nobody;
  {
    ScriptedServer gone([](int, int) {});
    nobody = gone.url("/");
  }
  CHECK(failure(get(out.client, nobody)) == "refused");
  http::OutboundRequest injected;
  injected.url = nobody;
  injected.headers.add("X-A", "b\r\nX-C: d");
  CHECK(failure(exchange(out.client, injected)) == "protocol");
}

TEST_CASE("where the beginning is enough, a body that is too large is cut", "[net][client]") {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  std::string text;
  for (std::uint32_t n = 1; text.size() < 2'000'000; n = n * 1'664'525 + 1'013'904'223) text += "etaoinsh"[n >> 29U];
  const std::vector<std::string> answers{head + "Content-Length: 2000000\r\n\r\n" + text,
                                         head + "Transfer-Encoding: chunked\r\n\r\n1E8480\r\n" + text,
                                         head + "\r\n" + text, answer_with(gzip(text), "Content-Encoding: gzip\r\n")};
  Outgoing out;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    CAPTURE(i);
    ScriptedServer server(always(answers[i]));
    http::OutboundRequest request;
    request.url = server.url("/");
    request.max_body_bytes = 100'000;
    request.cut_body = true;
    for (int again = 0; again < 2; ++again) {
      const auto answer = exchange(out.client, request);
      REQUIRE(answer);
      CHECK(answer->body == text.substr(0, 100'000));
    }
    CHECK(server.accepted() == 2);  // what was not read spoils the connection
  }
}

// 8.15
TEST_CASE("a body that drips ends with the whole exchange's time", "[net][client]") {
  Signal done;
  ScriptedServer server([&](int fd, int) {
    read_request(fd);
    send_all(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    for (int i = 0; i < 1000 && !done.wait(5ms); ++i) send_all(fd, "x");
  });
  Outgoing out;
  http::OutboundRequest request;
  request.url = server.url("/");
  request.timeout = 80ms;
  CHECK(failure(exchange(out.client, request)) == "timeout");
  done.set();
}

TEST_CASE("odd but right answers are understood", "[net][client]") {
  Outgoing out;
  const auto body = [&](const std::string& bytes) {
    ScriptedServer server(once(bytes));
    const auto answer = get(out.client, server.url("/"));
    return answer ? answer->body : answer.error().detail;
  };
  CHECK(body("HTTP/1.1 200 OK\r\n\r\nto the end") == "to the end");
  CHECK(body("HTTP/1.0 200 OK\r\n\r\nold") == "old");
  CHECK(body("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nT: x\r\n\r\n") == "abc");
  CHECK(body("HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") == "ok");
  CHECK(body("HTTP/1.1 204 No Content\r\n\r\n").empty());
  const std::string packed = gzip("small and packed");
  CHECK(body(answer_with(packed, "Content-Encoding: GZip\r\n")) == "small and packed");
  ScriptedServer redirect(once("HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"));
  const auto moved = get(out.client, redirect.url("/"));
  REQUIRE(moved);
  CHECK(moved->status == 302);
  CHECK(redirect.accepted() == 1);
}

TEST_CASE("connections are kept per origin, and not after Connection: close", "[net][client]") {
  ScriptedServer kept(always(answer_with("a")));
  ScriptedServer closing(always(answer_with("b", "Connection: close\r\n")));
  Outgoing out;
  for (int i = 0; i < 3; ++i) {
    CHECK(failure(get(out.client, kept.url("/"))) == "answer 200");
    CHECK(failure(get(out.client, closing.url("/"))) == "answer 200");
  }
  CHECK(kept.accepted() == 1);
  CHECK(closing.accepted() == 3);
}

TEST_CASE("bytes after an answer spoil the connection", "[net][client]") {
  ScriptedServer server(always(answer_with("a") + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"));
  Outgoing out;
  for (int i = 0; i < 2; ++i) {
    const auto answer = get(out.client, server.url("/"));
    REQUIRE(answer);
    CHECK(answer->body == "a");
  }
  CHECK(server.accepted() == 2);
}

TEST_CASE("a kept connection that was closed meanwhile is tried again on a new one", "[net][client]") {
  // The first connection answers once, takes the second request and hangs up without a byte.
  ScriptedServer server([](int fd, int index) {
    read_request(fd);
    send_all(fd, answer_with(std::to_string(index)));
    if (read_request(fd).empty() || index == 0) return;
    send_all(fd, answer_with("second on " + std::to_string(index)));
  });
  Outgoing out;
  CHECK(get(out.client, server.url("/"))->body == "0");
  const auto retried = get(out.client, server.url("/"));
  REQUIRE(retried);
  CHECK(retried->body == "1");
  CHECK(server.accepted() == 2);
}

TEST_CASE("a new connection that fails is not tried again, nor one that has begun to answer", "[net][client]") {
  ScriptedServer silent([](int fd, int) { read_request(fd); });
  Outgoing out;
  CHECK(failure(get(out.client, silent.url("/"))) == "closed");
  CHECK(silent.accepted() == 1);
  ScriptedServer half([](int fd, int) {
    read_request(fd);
    send_all(fd, answer_with("whole"));
    read_request(fd);
    send_all(fd, "HTTP/1.1 200 OK\r\nContent-Le");
  });
  CHECK(failure(get(out.client, half.url("/"))) == "answer 200");
  CHECK(failure(get(out.client, half.url("/"))) == "closed");
  CHECK(half.accepted() == 1);
}

TEST_CASE("an idle kept connection is closed after its time", "[net][client]") {
  Signal closed;
  ScriptedServer server([&](int fd, int) {
    read_request(fd);
    send_all(fd, answer_with("a"));
    if (read_request(fd).empty()) closed.set();
  });
  ClientOptions options = loopback_client();
  options.idle_timeout = 20ms;
  Outgoing out(options);
  CHECK(failure(get(out.client, server.url("/"))) == "answer 200");
  CHECK(closed.wait());
}

TEST_CASE("no more connections to a host than allowed; who waits gets its turn", "[net][client]") {
  Signal release;
  ScriptedServer server([&](int fd, int) {
    while (!read_request(fd).empty()) {
      release.wait();
      send_all(fd, answer_with("a"));
    }
  });
  ClientOptions options = loopback_client();
  options.max_connections_per_host = 2;
  Outgoing out(options);
  std::vector<std::future<std::string>> answers;
  for (int i = 0; i < 6; ++i) {
    answers.push_back(std::async(std::launch::async, [&] { return failure(get(out.client, server.url("/"))); }));
  }
  CHECK(eventually([&] { return server.accepted() == 2; }));
  http::OutboundRequest impatient;
  impatient.url = server.url("/");
  impatient.timeout = 30ms;
  CHECK(failure(exchange(out.client, impatient)) == "timeout");
  release.set();
  for (auto& answer : answers) CHECK(answer.get() == "answer 200");
  CHECK(server.accepted() == 2);
}

TEST_CASE("a stop ends what runs as cancelled", "[net][client]") {
  Signal asked;
  ScriptedServer server([&](int fd, int) {
    read_request(fd);
    asked.set();
    read_request(fd);
  });
  Outgoing out;
  auto answer = std::async(std::launch::async, [&] { return failure(get(out.client, server.url("/"))); });
  REQUIRE(asked.wait());
  out.client.stop();
  CHECK(answer.get() == "cancelled");
  CHECK(failure(get(out.client, server.url("/"))) == "cancelled");
}

TEST_CASE("certificates are verified: authority, name, dates, version", "[net][client][tls]") {
  const TestAuthority authority;
  ClientOptions options;
  options.allowed_private = CidrSet::parse({"127.0.0.1"}).value();
  options.ca_file = authority.file();
  options.lookup = [](const std::string&) { return std::vector{*IpAddress::parse("127.0.0.1")}; };
  Outgoing out(options);

  TlsServer good(authority.issue("DNS:good.example,IP:127.0.0.1"));
  const auto answer = get(out.client, good.url("good.example"));
  REQUIRE(answer);
  CHECK(answer->body == "secure");
  CHECK(good.server_name() == "good.example");
  CHECK(failure(get(out.client, good.url("127.0.0.1"))) == "answer 200");

  const auto wrong_name = get(out.client, good.url("other.example"));
  CHECK(failure(wrong_name) == "tls");
  CHECK(wrong_name.error().detail.find("mismatch") != std::string::npos);

  TlsServer partial(authority.issue("DNS:g*.example"));
  CHECK(failure(get(out.client, partial.url("good.example"))) == "tls");
  TlsServer wildcard(authority.issue("DNS:*.example.org"));
  CHECK(failure(get(out.client, wildcard.url("any.example.org"))) == "answer 200");

  TlsServer expired(authority.issue("DNS:good.example", -1));
  CHECK(failure(get(out.client, expired.url("good.example"))) == "tls");

  const TestAuthority stranger;
  TlsServer unknown(stranger.issue("DNS:good.example"));
  CHECK(failure(get(out.client, unknown.url("good.example"))) == "tls");

  TlsServer old(authority.issue("DNS:good.example"), TLS1_1_VERSION);
  CHECK(failure(get(out.client, old.url("good.example"))) == "tls");

  ScriptedServer plain([](int fd, int) { send_all(fd, "HTTP/1.1 400 Bad Request\r\n\r\n"); });
  CHECK(failure(get(out.client, fmt::format("https://good.example:{}/", plain.port()))) == "tls");
}

TEST_CASE("TLS connections are kept, and their sessions resumed", "[net][client][tls]") {
  const TestAuthority authority;
  ClientOptions options;
  options.allowed_private = CidrSet::parse({"127.0.0.1"}).value();
  options.ca_file = authority.file();
  options.lookup = [](const std::string&) { return std::vector{*IpAddress::parse("127.0.0.1")}; };
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    Outgoing out(options);
    TlsServer server(authority.issue("DNS:good.example"), version);
    for (int i = 0; i < 3; ++i) CHECK(failure(get(out.client, server.url("good.example"))) == "answer 200");
    CHECK(server.accepted() == 1);
    CHECK(server.resumed() == 0);
    server.close_after_answer = true;
    CHECK(failure(get(out.client, server.url("good.example"))) == "answer 200");
    CHECK(failure(get(out.client, server.url("good.example"))) == "answer 200");
    CHECK(server.accepted() == 2);
    CHECK(server.resumed() == 1);
  }
}

TEST_CASE("a TLS handshake that hangs is a timeout", "[net][client][tls]") {
  ScriptedServer server([](int fd, int) { read_request(fd); });
  ClientOptions options = loopback_client();
  options.tls_timeout = 40ms;
  Outgoing out(options);
  CHECK(failure(get(out.client, fmt::format("https://127.0.0.1:{}/", server.port()))) == "timeout");
}

TEST_CASE("a certificate file that cannot be read is told at once", "[net][client][tls]") {
  IoThread thread("outgoing");
  ClientOptions options;
  options.ca_file = "/nonexistent/ca.pem";
  CHECK_THROWS_WITH(Client(thread, options), Catch::Contains("/nonexistent/ca.pem"));
}
