#include "shard.hpp"

#include "stream_session.hpp"

#include "dunlin/base/clock.hpp"
#include "dunlin/base/log.hpp"
#include "dunlin/base/time_format.hpp"

#include <boost/asio/as_tuple.hpp>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

namespace dunlin::net {
namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr int kAcceptBurst = 64;

std::chrono::milliseconds tick_for(const ServerOptions& o) {
  const auto shortest = std::min({o.header_timeout, o.body_timeout, o.idle_timeout, o.write_timeout, o.linger_timeout,
                                  o.ping_interval, o.thump_interval});
  return std::clamp(shortest / 4, std::chrono::milliseconds(5), std::chrono::milliseconds(1000));
}

std::optional<IpAddress> address_of(const sockaddr_storage& storage) {
  if (storage.ss_family == AF_INET) {
    std::array<std::uint8_t, 4> bytes{};
    std::memcpy(bytes.data(), reinterpret_cast<const char*>(&storage) + offsetof(sockaddr_in, sin_addr), 4);
    return IpAddress::v4(bytes);
  }
  if (storage.ss_family == AF_INET6) {
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), reinterpret_cast<const char*>(&storage) + offsetof(sockaddr_in6, sin6_addr), 16);
    return IpAddress::v6(bytes);
  }
  return std::nullopt;
}

/// Best effort, without waiting: the connection was never ours to keep.
void refuse(int fd) {
  constexpr std::string_view kAnswer =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json; charset=utf-8\r\nRetry-After: 5\r\n"
      "Content-Length: 45\r\nConnection: close\r\n\r\n"
      "{\"error\":\"The server has too many clients\"}\r\n";
  ::send(fd, kAnswer.data(), kAnswer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  ::shutdown(fd, SHUT_WR);
  char ignored[4096];
  while (::recv(fd, ignored, sizeof ignored, MSG_DONTWAIT) > 0) {
  }
  ::close(fd);
}

}  // namespace

Connection::Connection(Shard& owner, Socket&& accepted, std::optional<IpAddress> address)
    : shard(owner),
      socket(std::move(accepted)),
      peer(std::move(address)),
      peer_is_trusted(!peer || owner.shared().trusted.contains(*peer)) {
  position = shard.connections().insert(shard.connections().end(), this);
}

Connection::~Connection() {
  shard.connections().erase(position);
  if (!peer_is_trusted) shard.shared().shares.leave(*peer);
  --shard.shared().connections;
}

void Connection::enter(Phase next, std::chrono::milliseconds allowed) {
  phase = next;
  expired = false;
  deadline = std::chrono::steady_clock::now() + allowed;
}

void Connection::enter_working() {
  phase = Phase::working;
  expired = false;
  deadline = SteadyTime::max();
}

void Connection::enter_streaming(StreamSession* session) {
  enter_working();
  stream = session;
}

Shard::Shard(ServerShared& shared, asio::io_context& context)
    : shared_(shared),
      context_(context),
      listener_(context),
      pause_(context),
      sweep_timer_(context),
      tick_(tick_for(shared.options)) {}

void Shard::start(int listening_descriptor, int family) {
  listener_.assign(asio::generic::stream_protocol(family, 0), listening_descriptor);
  spawn(tasks_, executor(), "accept", accept_loop());
}

void Shard::stop_accepting() {
  stopping_ = true;
  boost::system::error_code ignored;
  listener_.close(ignored);
  pause_.cancel();
  for (Connection* connection : connections_) {
    if (connection->stream != nullptr) connection->stream->go_away();
    if (connection->phase != Phase::idle) continue;
    connection->expired = true;
    connection->socket.cancel(ignored);
  }
}

void Shard::close_all() {
  boost::system::error_code ignored;
  for (Connection* connection : connections_) connection->socket.close(ignored);
}

asio::awaitable<void> Shard::accept_loop() {
  while (!stopping_) {
    const auto [ec] = co_await listener_.async_wait(Socket::wait_read, kAwait);
    if (ec) break;
    int burst = 0;
    while (burst < kAcceptBurst && accept_one()) ++burst;
    if (burst == 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)) {
      log::warn("cannot accept connections", {log::kv("why", std::strerror(errno))});
      pause_.expires_after(std::chrono::milliseconds(200));
      static_cast<void>(co_await pause_.async_wait(kAwait));
    }
  }
}

/// False: nothing more to accept now, errno says why.
bool Shard::accept_one() {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  const int fd =
      ::accept4(listener_.native_handle(), reinterpret_cast<sockaddr*>(&storage), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return errno == ECONNABORTED || errno == EINTR || errno == EPROTO;
  if (++shared_.connections > shared_.options.max_connections) {
    --shared_.connections;
    refuse(fd);
    return true;
  }
  auto peer = address_of(storage);
  const bool is_stranger = peer && !shared_.trusted.contains(*peer);
  if (is_stranger && !shared_.shares.enter(*peer, shared_.options.max_connections_per_network)) {
    --shared_.connections;
    refuse(fd);
    return true;
  }
  if (peer) {
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  Socket socket(context_);
  boost::system::error_code ec;
  socket.assign(asio::generic::stream_protocol(storage.ss_family, 0), fd, ec);
  if (ec) {
    if (is_stranger) shared_.shares.leave(*peer);
    --shared_.connections;
    ::close(fd);
    return true;
  }
  spawn(tasks_, executor(), "http-session", serve_connection(*this, std::move(socket), std::move(peer)));
  return true;
}

void Shard::watch() {
  if (sweeping_) return;
  sweeping_ = true;
  sweep_timer_.expires_after(tick_);
  sweep_timer_.async_wait([this](const boost::system::error_code& ec) {
    sweeping_ = false;
    if (!ec) sweep();
  });
}

void Shard::sweep() {
  const auto now = std::chrono::steady_clock::now();
  boost::system::error_code ignored;
  for (Connection* connection : connections_) {
    if (connection->stream != nullptr) connection->stream->tick(now);
    if (connection->deadline > now || connection->expired) continue;
    connection->expired = true;
    connection->socket.cancel(ignored);
  }
  if (!connections_.empty()) watch();
}

const std::string& Shard::date() {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (now != date_second_) {
    date_second_ = now;
    date_ = format_http_date(Time(now));
  }
  return date_;
}

std::string Shard::next_request_id() {
  return fmt::format("{:08x}{:08x}", shared_.run_tag, ++shared_.last_request);
}

}  // namespace dunlin::net
