#pragma once

#include "shard.hpp"
#include "websocket.hpp"

#include "dunlin/http/message.hpp"
#include "dunlin/streaming/gateway.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::net {

/// A connection that has become a stream.
struct Upgrade {
  std::shared_ptr<streaming::Stream> stream;
  std::string head;      // the answer to the request, to be sent first
  std::string received;  // what the client sent after the request
};

/// The head that begins a stream. Errors: the handshake is refused.
Result<std::string> render_stream_head(const http::Request& request, const http::Response& response,
                                       streaming::Stream& stream, std::string_view date);

/// A WebSocket or a stream of server-sent events, from its head to its end. One coroutine reads; writes are driven by
/// the outbox. Holds no buffer while nothing happens. Lives on its shard's thread.
class StreamSession : public std::enable_shared_from_this<StreamSession> {
 public:
  StreamSession(Connection& connection, std::shared_ptr<streaming::Stream> stream);

  asio::awaitable<void> run(std::string head, std::string received);
  /// Now and then: pings, deadlines.
  void tick(SteadyTime now);
  /// The server stops.
  void go_away();

 private:
  asio::awaitable<void> read_loop();
  asio::awaitable<bool> handle_messages();
  asio::awaitable<void> hand_over(std::string text);
  void flush();
  void collect();
  void written(bool failed);
  void forget_sent();
  void finish();
  void begin_close(websocket::CloseCode code, std::string_view reason);
  void end_by(streaming::Ending ending);
  void abort();
  [[nodiscard]] bool is_websocket() const { return stream_->protocol() == streaming::Protocol::websocket; }

  Connection& connection_;
  std::shared_ptr<streaming::Stream> stream_;
  websocket::Decoder decoder_;
  std::string control_;  // bytes that go before what the outbox holds
  // While a write is on its way:
  std::string sending_control_;
  std::vector<streaming::Text> sending_;
  std::vector<websocket::FrameHead> heads_;
  bool writing_ = false;
  bool closing_ = false;      // nothing more is said but what stands in control_
  bool peer_closed_ = false;  // it said goodbye first
  bool awaiting_pong_ = false;
  bool finished_ = false;  // all is said
  bool dead_ = false;      // the socket is closed: nothing is touched any more
  SteadyTime write_began_;
  SteadyTime next_beat_;  // ping or thump; while closing: the end of patience
};

}  // namespace dunlin::net
