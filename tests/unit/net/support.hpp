#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/net/client.hpp"
#include "dunlin/net/server.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace dunlin::net::test {

using namespace std::chrono_literals;

/// No database here: a handler that touches it gets Unavailable.
class NoSession final : public db::Session {
 public:
  [[nodiscard]] std::uint64_t statement_count() const override { return 0; }

 protected:
  void run_read(const std::function<void(db::Tx&)>&) override { throw db::Unavailable("no database in this test"); }
  void run_write(const std::function<bool(db::Tx&)>&) override { throw db::Unavailable("no database in this test"); }
};
inline SessionFactory no_sessions() {
  return [] { return std::make_unique<NoSession>(); };
}

/// An application made of one function.
class FunctionApplication final : public Application {
 public:
  using Handler = std::function<http::Response(const http::Request&, db::Session&, service::RemoteDocuments&)>;
  explicit FunctionApplication(Handler handler) : handler_(std::move(handler)) {}

  BodyPolicy body_policy(const http::Request&) override { return policy; }
  Lane lane(const http::Request& request) override {
    return request.method == http::Method::get ? Lane::read : Lane::write;
  }
  std::optional<http::Response> try_fast(const http::Request& request) override {
    if (request.path == "/fast") return http::text_response(200, "text/plain", "fast");
    return std::nullopt;
  }
  Outcome handle(const http::Request& request, db::Session& session, service::RemoteDocuments& documents) override {
    return {handler_(request, session, documents)};
  }

  BodyPolicy policy;

 private:
  Handler handler_;
};

/// A running server with everything it needs, on a free port unless `options` says otherwise.
class TestServer {
 public:
  explicit TestServer(FunctionApplication::Handler handler, ServerOptions options = {}, FetchFunction fetch = {},
                      WorkersOptions workers = {});
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;
  [[nodiscard]] std::string url(std::string_view path) const;

  FunctionApplication application;
  Workers workers;
  Server server;
};

/// A blocking connection that says exactly what it is told to.
class RawConnection {
 public:
  explicit RawConnection(std::uint16_t port);
  explicit RawConnection(const std::string& unix_path);
  ~RawConnection();
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  void send(std::string_view bytes) const;
  /// One answer: head, and the body that Content-Length announces. Empty when the peer closed before.
  std::string read_answer(bool head_only = false);
  /// All that comes until the peer closes.
  std::string read_all();
  [[nodiscard]] bool is_open() const;

 private:
  bool fill();
  int fd_ = -1;
  std::string buffer_;
};

std::string body_of(const std::string& answer);
int status_of(const std::string& answer);

/// Listens on a free port of 127.0.0.1 and gives every accepted connection to `serve`, one after the other, on its own
/// thread; `serve` gets the descriptor and the count of connections before it, and does not close it.
class ScriptedServer {
 public:
  using Serve = std::function<void(int fd, int index)>;
  explicit ScriptedServer(Serve serve);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int accepted() const { return accepted_; }
  [[nodiscard]] std::string url(std::string_view path) const;

 private:
  int fd_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_{0};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<int> open_;
  std::vector<std::thread> connections_;
  std::thread thread_;
};
/// Reads one request (head and announced body) from a descriptor; empty when the peer closed.
std::string read_request(int fd);
void send_all(int fd, std::string_view bytes);

/// Something that happens once on another thread.
class Signal {
 public:
  void set();
  /// False: not within the time, which is only a guard against hanging.
  bool wait(std::chrono::milliseconds time = 10s);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

/// Looks again and again until it holds; false after 10 s.
bool eventually(const std::function<bool()>& holds);

Result<http::OutboundResponse> exchange(Exchanger& client, http::OutboundRequest request);
Result<http::OutboundResponse> get(Exchanger& client, const std::string& url);
ClientOptions loopback_client();

}  // namespace dunlin::net::test
