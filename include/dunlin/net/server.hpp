#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/net/application.hpp"
#include "dunlin/net/workers.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace dunlin::net {

struct ServerOptions {
  std::string listen = "127.0.0.1:8080";  // "address:port", "[v6]:port", port 0 = any free one; "unix:/path"
  int io_threads = 1;
  int max_connections = 10'000;
  int max_connections_per_network = 1'000;  // of one IPv4 address or IPv6 /64; trusted proxies are exempt
  std::size_t max_header_bytes = 16UL << 10U;
  std::size_t max_header_fields = 100;
  std::size_t gzip_above = 4UL << 10U;  // text bodies from here on are compressed for who accepts it; 0 = never
  std::chrono::milliseconds header_timeout{10'000};  // first byte of a request (or connect) to the end of its head
  std::chrono::milliseconds body_timeout{60'000};    // whole body, and more at min_body_rate for what has arrived
  std::size_t min_body_bytes_per_second = 8UL << 10U;
  std::chrono::milliseconds idle_timeout{75'000};     // between requests
  std::chrono::milliseconds write_timeout{30'000};    // whole answer
  std::chrono::milliseconds request_timeout{30'000};  // work that has not started by then is answered 503
  std::chrono::milliseconds ping_interval{30'000};    // of WebSockets; who does not answer until the next is gone
  std::chrono::milliseconds thump_interval{15'000};   // of server-sent events
  std::chrono::milliseconds linger_timeout{2'000};    // reading on after an early refusal, so that it arrives
  std::vector<std::string> trusted_proxies;           // addresses or CIDR ranges; local sockets are always trusted
  std::filesystem::path spool_dir;                    // empty = the system's folder for temporary files
};

/// The HTTP/1.1 server: one event loop per io thread, each with its own listening socket (SO_REUSEPORT). Bodies are
/// read and answers written here; the work runs on `workers`.
class Server {
 public:
  /// `fetch` may be empty: a wanted document is then a failure. All references outlive the server; but `workers`, and
  /// whatever calls back for `fetch`, have been stopped when it is destroyed: their last answer still touches its
  /// loops.
  Server(ServerOptions options, Application& application, Workers& workers, FetchFunction fetch);
  /// Stops at once.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Errors: invalid (bad `listen` or `trusted_proxies`), conflict (address in use), internal (other system errors).
  Result<void> start();
  /// "127.0.0.1:41234" or "unix:/path", after start().
  [[nodiscard]] std::string address() const;
  /// 0 on a unix socket.
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] int connections() const;

  /// No new connections; idle ones close, busy ones after their answer. Returns at once.
  void stop_accepting();
  /// After stop_accepting(): waits until all connections are gone, at most `grace`. True: all are gone.
  bool drain(std::chrono::milliseconds grace);
  /// Closes what is left, waits for work that still runs for a connection, joins. Idempotent.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dunlin::net
