#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/http/message.hpp"
#include "dunlin/net/address.hpp"
#include "dunlin/net/io_thread.hpp"
#include "dunlin/net/workers.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::net {

/// Why there is no HTTP answer. The name is the first word of Error::detail ("timeout: no answer in 15000 ms").
enum class ExchangeFailure : std::uint8_t {
  timeout,          // DNS, connect, TLS, first byte or the whole exchange
  dns,              // no such name, or the resolver failed
  refused,          // connection refused, host or network unreachable
  refused_address,  // our rules: scheme, port, host form or address range
  tls,              // handshake or certificate
  too_large,        // body, headers or compression ratio
  protocol,         // not HTTP as we speak it
  closed,           // hung up before the answer was complete
  overloaded,       // no room here: our own resolver queue is full, say
  cancelled,        // we are stopping
};
std::string_view to_string(ExchangeFailure failure);
/// remote_failed with "<failure>: <why>" as detail.
Error exchange_error(ExchangeFailure failure, const std::string& why);
/// What exchange_error() was made with; `closed` for other errors.
ExchangeFailure failure_of(const Error& error);
/// A timeout before anything was asked of the server: while its name was looked up, or for want of a free connection.
bool is_timeout_before_asking(const Error& error);

using ExchangeCallback = std::move_only_function<void(Result<http::OutboundResponse>)>;

/// The seam between what decides on outgoing requests and what performs them.
class Exchanger {
 public:
  virtual ~Exchanger() = default;
  /// One request, one answer, no redirect. From any thread; calls back once, from any thread.
  virtual void exchange(http::OutboundRequest request, ExchangeCallback done) = 0;
  /// False: what needs a new connection there would be refused as overloaded now. From any thread, never blocks for
  /// long.
  [[nodiscard]] virtual bool has_room(const std::string& /*url*/) { return true; }
};

struct ClientOptions {
  std::string user_agent = "Dunlin";
  bool allow_http = false;  // and ports other than the default one
  CidrSet allowed_private;  // exceptions from is_public(); ports there are free
  std::string ca_file;      // beside the system's certificates
  std::size_t max_connections = 512;
  std::size_t max_idle_connections = 512;
  std::size_t max_connections_per_host = 8;
  std::size_t max_header_bytes = 32UL << 10U;
  std::chrono::milliseconds dns_timeout{5'000};
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds tls_timeout{5'000};
  std::chrono::milliseconds first_byte_timeout{10'000};
  std::chrono::milliseconds idle_timeout{30'000};  // of a kept connection
  std::chrono::milliseconds dns_cache_time{60'000};
  int resolver_threads = 16;
  /// Writes OutboundRequest::body_file, so that no disk is waited for on the loop; outlives the client. nullptr:
  /// nothing is fetched to files.
  Workers* files = nullptr;
  /// Name to addresses, blocking; empty = the system's resolver. Errors: as exchange().
  std::function<Result<std::vector<IpAddress>>(const std::string&)> lookup;
  /// The part of a name that has an owner: names below one of them wait for each other. Empty = its last two labels.
  std::function<std::string(std::string_view)> owner_of;
};

/// The HTTP/1.1 client for everything that we send: https only unless allowed, every address judged after the one DNS
/// lookup and exactly that address connected to, certificates verified, connections kept per origin.
class Client final : public Exchanger {
 public:
  /// Throws when ca_file cannot be read. The thread outlives the client.
  Client(IoThread& thread, ClientOptions options);
  ~Client() override;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void exchange(http::OutboundRequest request, ExchangeCallback done) override;
  /// Whether one more name below the same domain may wait to be looked up.
  [[nodiscard]] bool has_room(const std::string& url) override;

  /// Ends all exchanges as cancelled, refuses new ones, waits for the last callback. Idempotent.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dunlin::net
