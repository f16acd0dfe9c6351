#include "stream_session.hpp"

#include "dunlin/base/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <exception>
#include <utility>

namespace dunlin::net {
namespace {

using websocket::CloseCode;
using websocket::Opcode;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kMaxMessageBytes = 4UL << 10U;
constexpr int kSendBufferBytes = 64 << 10;
/// How long the kernel keeps sending to somebody who does not acknowledge: server-sent events have no pongs.
constexpr unsigned kUnacknowledged = 60'000;  // ms
/// Pongs that a client asks for and does not read.
constexpr std::size_t kMaxControlBytes = 64UL << 10U;

/// What a loop reads into: nothing of it is kept from one read to the next.
std::array<char, 8192>& read_buffer() {
  thread_local std::array<char, 8192> buffer;
  return buffer;
}

/// Leaves what has not been sent.
void consume(std::vector<asio::const_buffer>& buffers, std::size_t sent) {
  auto first = buffers.begin();
  for (; first != buffers.end() && sent >= first->size(); ++first) sent -= first->size();
  buffers.erase(buffers.begin(), first);
  if (!buffers.empty()) buffers.front() += sent;
}

}  // namespace

Result<std::string> render_stream_head(const http::Request& request, const http::Response& response,
                                       streaming::Stream& stream, std::string_view date) {
  std::string head;
  if (stream.protocol() == streaming::Protocol::websocket) {
    const auto accept = TRY(websocket::accept_upgrade(request));
    head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
           accept + "\r\n";
    if (!stream.subprotocol().empty()) head += "Sec-WebSocket-Protocol: " + stream.subprotocol() + "\r\n";
  } else {
    head =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: private, no-store\r\n"
        "X-Accel-Buffering: no\r\nConnection: close\r\n";
  }
  for (const auto& header : response.headers.all()) head += header.name + ": " + header.value + "\r\n";
  head += "Date: ";
  head += date;
  head += "\r\n\r\n";
  if (stream.protocol() == streaming::Protocol::server_sent) head += ":)\n";
  return head;
}

StreamSession::StreamSession(Connection& connection, std::shared_ptr<streaming::Stream> stream)
    : connection_(connection), stream_(std::move(stream)), decoder_(kMaxMessageBytes) {}

asio::awaitable<void> StreamSession::run(std::string head, std::string received) {
  connection_.enter_streaming(this);
  control_ = std::move(head);
  const auto& options = connection_.shard.shared().options;
  next_beat_ = std::chrono::steady_clock::now() + (is_websocket() ? options.ping_interval : options.thump_interval);
  boost::system::error_code ignored;
  connection_.socket.non_blocking(true, ignored);
  // Of a client that does not read, the kernel must not hold megabytes either.
  connection_.socket.set_option(asio::socket_base::send_buffer_size(kSendBufferBytes), ignored);
  // Fails on unix sockets, where the proxy watches.
  ::setsockopt(connection_.socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &kUnacknowledged,
               sizeof kUnacknowledged);
  stream_->outbox().set_wake([weak = weak_from_this(), executor = connection_.shard.executor()] {
    asio::post(executor, [weak] {
      if (const auto session = weak.lock()) session->flush();
    });
  });
  flush();
  if (connection_.shard.stopping()) go_away();
  if (is_websocket()) decoder_.feed(std::exchange(received, {}));
  const bool more = co_await handle_messages();
  if (more) co_await read_loop();
  abort();
  stream_->outbox().set_wake({});
  stream_.reset();
  connection_.enter_streaming(nullptr);
}

asio::awaitable<void> StreamSession::read_loop() {
  for (;;) {
    const auto [waited] = co_await connection_.socket.async_wait(Socket::wait_read, kAwait);
    if (waited || dead_) co_return;
    boost::system::error_code ec;
    auto& buffer = read_buffer();
    const auto count = connection_.socket.read_some(asio::buffer(buffer), ec);
    if (ec == asio::error::would_block) continue;
    if (ec) co_return;
    awaiting_pong_ = false;
    if (!is_websocket()) continue;  // whatever it is, nobody asked for it
    decoder_.feed({buffer.data(), count});
    const bool more = co_await handle_messages();
    if (!more) co_return;
  }
}

/// False: the connection is over.
asio::awaitable<bool> StreamSession::handle_messages() {
  while (auto message = decoder_.next()) {
    switch (message->opcode) {
      case Opcode::text:
        if (!closing_) co_await hand_over(std::move(message->payload));
        break;
      case Opcode::ping:
        control_ += websocket::control_frame(Opcode::pong, message->payload);
        if (control_.size() > kMaxControlBytes) co_return false;
        flush();
        break;
      case Opcode::close:
        peer_closed_ = true;
        if (closing_) co_return false;
        begin_close(websocket::answer_to_close(message->payload), "");
        flush();
        break;
      default:
        break;
    }
    if (dead_) co_return false;
  }
  if (decoder_.failure() != CloseCode::none) {
    begin_close(decoder_.failure(), "");
    flush();
  }
  co_return !dead_;
}

asio::awaitable<void> StreamSession::hand_over(std::string text) {
  // One after the other: a client that asks faster than it is answered waits in its own socket.
  const bool ran = co_await run_on(connection_.shard.shared().workers, Lane::read, [&](Worker& worker) {
    try {
      stream_->receive(text, *worker.session);
    } catch (const std::exception& e) {
      log::warn("a message on a stream was not handled", {log::kv("error", e.what())});
      stream_->outbox().end(streaming::Ending::going_away);
    }
  });
  if (!ran) stream_->outbox().end(streaming::Ending::going_away);
}

void StreamSession::collect() {
  if (closing_) return;
  auto batch = stream_->outbox().take();
  sending_ = std::move(batch.texts);
  if (batch.ending != streaming::Ending::none) end_by(batch.ending);
}

void StreamSession::flush() {
  if (writing_ || dead_) return;
  collect();
  sending_control_ = std::exchange(control_, {});
  if (sending_control_.empty() && sending_.empty()) return finish();
  std::vector<asio::const_buffer> buffers;
  buffers.reserve(1 + 2 * sending_.size());
  buffers.emplace_back(asio::buffer(sending_control_));
  heads_.clear();
  heads_.reserve(sending_.size());
  for (const auto& text : sending_) {
    if (is_websocket()) {
      const auto& head = heads_.emplace_back(websocket::frame_head(Opcode::text, text->size()));
      buffers.emplace_back(head.bytes.data(), head.size);
    }
    buffers.emplace_back(asio::buffer(*text));
  }
  // Nearly always the socket takes all of it at once, which saves a turn of the event loop.
  boost::system::error_code ec;
  const std::size_t sent = connection_.socket.write_some(buffers, ec);
  if (ec && ec != asio::error::would_block) return abort();
  consume(buffers, sent);
  if (buffers.empty()) {
    forget_sent();
    return finish();
  }
  writing_ = true;
  write_began_ = std::chrono::steady_clock::now();
  asio::async_write(connection_.socket, buffers,
                    [self = shared_from_this()](const boost::system::error_code& failure, std::size_t /*count*/) {
                      self->written(failure.failed());
                    });
}

void StreamSession::forget_sent() {
  sending_control_ = {};
  sending_ = {};
  heads_ = {};
}

void StreamSession::written(bool failed) {
  writing_ = false;
  forget_sent();
  if (dead_) return;
  failed ? abort() : flush();
}

/// Nothing is left to say. Where we are the ones to end it, we wait for the other's goodbye for a moment, so that no
/// reset takes ours away.
void StreamSession::finish() {
  if (!closing_ || std::exchange(finished_, true)) return;
  if (peer_closed_) return abort();
  boost::system::error_code ignored;
  connection_.socket.shutdown(Socket::shutdown_send, ignored);
}

void StreamSession::begin_close(CloseCode code, std::string_view reason) {
  if (closing_) return;
  closing_ = true;
  if (is_websocket()) control_ += websocket::close_frame(code, reason);
  next_beat_ = std::chrono::steady_clock::now() + connection_.shard.shared().options.linger_timeout;
}

void StreamSession::end_by(streaming::Ending ending) {
  switch (ending) {
    case streaming::Ending::too_slow:
      return begin_close(CloseCode::try_again_later, "too slow");
    case streaming::Ending::revoked:
      return begin_close(CloseCode::policy, "the access token is no longer valid");
    case streaming::Ending::going_away:
      return begin_close(CloseCode::going_away, "");
    case streaming::Ending::none:
      return;
  }
}

void StreamSession::tick(SteadyTime now) {
  if (dead_) return;
  const auto& options = connection_.shard.shared().options;
  if (writing_ && now - write_began_ > options.write_timeout) return abort();
  if (now < next_beat_) return;
  if (closing_) return abort();
  if (!is_websocket()) {
    next_beat_ = now + options.thump_interval;
    control_ += ":thump\n";
    return flush();
  }
  if (std::exchange(awaiting_pong_, true)) return abort();
  next_beat_ = now + options.ping_interval;
  control_ += websocket::control_frame(Opcode::ping, "");
  flush();
}

void StreamSession::go_away() {
  end_by(streaming::Ending::going_away);
  flush();
}

void StreamSession::abort() {
  if (std::exchange(dead_, true)) return;
  boost::system::error_code ignored;
  connection_.socket.close(ignored);
}

}  // namespace dunlin::net
