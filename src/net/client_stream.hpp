#pragma once

#include "task.hpp"

#include "dunlin/net/client.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::net {

using TcpSocket = asio::ip::tcp::socket;
using SteadyTime = std::chrono::steady_clock::time_point;

/// One outgoing connection, plain or TLS; lives on the outgoing event loop. Every operation runs under the deadline
/// that was set last: when it passes the socket is closed and the operation fails with `timed_out()` set.
class ClientStream : public std::enable_shared_from_this<ClientStream> {
 public:
  explicit ClientStream(const asio::any_io_executor& executor);
  virtual ~ClientStream();
  ClientStream(const ClientStream&) = delete;
  ClientStream& operator=(const ClientStream&) = delete;

  struct Read {
    boost::system::error_code error;
    std::size_t count = 0;
  };

  asio::awaitable<boost::system::error_code> connect(const IpAddress& address, std::uint16_t port);
  /// The TLS handshake; nothing for plain connections. Empty: done. Otherwise why not.
  virtual asio::awaitable<std::string> handshake() = 0;
  virtual asio::awaitable<Read> read_some(char* data, std::size_t size) = 0;
  virtual asio::awaitable<boost::system::error_code> write(std::string_view head, std::string_view body) = 0;

  void set_deadline(SteadyTime deadline);
  void clear_deadline();
  [[nodiscard]] bool timed_out() const { return timed_out_; }
  /// What is pending fails at once.
  void abort();
  /// A kept connection that has something to read was closed, or is out of step.
  [[nodiscard]] bool is_stale();

 protected:
  TcpSocket socket_;

 private:
  asio::steady_timer timer_;
  SteadyTime deadline_{};
  bool timed_out_ = false;
};

std::shared_ptr<ClientStream> make_tcp_stream(const asio::any_io_executor& executor);

/// Certificates, protocol versions and resumable sessions of all outgoing TLS. One per client.
class TlsClientContext;
struct TlsClientContextDeleter {
  void operator()(TlsClientContext* context) const;
};
using TlsClientContextPtr = std::unique_ptr<TlsClientContext, TlsClientContextDeleter>;

/// Throws when `ca_file` cannot be read.
TlsClientContextPtr make_tls_context(const std::string& ca_file);
/// `host` is what the certificate must name; sessions are kept under `key`. The context outlives the stream.
std::shared_ptr<ClientStream> make_tls_stream(const asio::any_io_executor& executor, TlsClientContext& context,
                                              const std::string& host, const std::string& key);

}  // namespace dunlin::net
