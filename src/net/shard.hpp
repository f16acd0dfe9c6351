#pragma once

#include "network_shares.hpp"
#include "task.hpp"

#include "dunlin/net/address.hpp"
#include "dunlin/net/server.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <string>

namespace dunlin::net {

/// One type for TCP and unix sockets: every session template exists once.
using Socket = asio::generic::stream_protocol::socket;
using SteadyTime = std::chrono::steady_clock::time_point;

/// What all event loops of one server share.
struct ServerShared {
  ServerOptions options;
  Application& application;
  Workers& workers;
  FetchFunction fetch;
  CidrSet trusted;
  std::atomic<int> connections{0};
  NetworkShares shares{};  // of strangers
  std::atomic<std::uint64_t> last_request{0};
  std::uint32_t run_tag = 0;  // tells request ids of different runs apart
};

class Shard;
class StreamSession;

enum class Phase : std::uint8_t { idle, head, body, working, writing, lingering };

/// One accepted connection; touched on its shard's thread only.
struct Connection {
  Connection(Shard& owner, Socket&& accepted, std::optional<IpAddress> address);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void enter(Phase next, std::chrono::milliseconds allowed);
  /// While work runs on a worker nothing is awaited from the peer.
  void enter_working();
  /// nullptr: it is no stream any more.
  void enter_streaming(StreamSession* session);

  Shard& shard;
  Socket socket;
  const std::optional<IpAddress> peer;  // empty on a unix socket
  bool peer_is_trusted = false;
  Phase phase = Phase::idle;
  bool expired = false;  // the deadline passed: the pending operation was cancelled
  SteadyTime deadline;
  StreamSession* stream = nullptr;  // watches its own deadlines
  std::list<Connection*>::iterator position;
};

/// One event loop's part of the server: its listening socket, its connections, their deadlines. A coarse sweep watches
/// all deadlines: a store per phase instead of two timer operations per request.
class Shard {
 public:
  Shard(ServerShared& shared, asio::io_context& context);

  /// Takes the descriptor.
  void start(int listening_descriptor, int family);
  /// On the shard's thread.
  void stop_accepting();
  void close_all();

  [[nodiscard]] bool stopping() const { return stopping_; }
  ServerShared& shared() { return shared_; }
  TaskGroup& tasks() { return tasks_; }
  asio::any_io_executor executor() { return context_.get_executor(); }
  /// The Date field's value, renewed once a second.
  const std::string& date();
  std::string next_request_id();

  std::list<Connection*>& connections() { return connections_; }
  void watch();

 private:
  asio::awaitable<void> accept_loop();
  bool accept_one();
  void sweep();

  ServerShared& shared_;
  asio::io_context& context_;
  TaskGroup tasks_;
  Socket listener_;
  asio::steady_timer pause_;
  asio::steady_timer sweep_timer_;
  const std::chrono::milliseconds tick_;
  std::list<Connection*> connections_;
  bool sweeping_ = false;
  bool stopping_ = false;
  std::chrono::sys_seconds date_second_{};
  std::string date_;
};

/// The life of one connection.
asio::awaitable<void> serve_connection(Shard& shard, Socket socket, std::optional<IpAddress> peer);

}  // namespace dunlin::net
