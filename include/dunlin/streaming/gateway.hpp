#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/feed/feeds.hpp"
#include "dunlin/http/message.hpp"
#include "dunlin/streaming/hub.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace dunlin::streaming {

struct GatewayOptions {
  int max_per_user = 64;        // streams open at a time
  std::size_t max_topics = 64;  // of one WebSocket
  std::size_t max_outbox_bytes = 256UL << 10U;
};

class Gateway;

/// An open stream: what the edge holds while the connection lasts. Closing is the destructor's business.
class Stream {
 public:
  Stream(Gateway& gateway, std::shared_ptr<Listener> listener, std::string subprotocol)
      : gateway_(gateway), listener_(std::move(listener)), subprotocol_(std::move(subprotocol)) {}
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  [[nodiscard]] Protocol protocol() const { return listener_->protocol(); }
  [[nodiscard]] Outbox& outbox() { return listener_->outbox(); }
  /// What the handshake must echo; "" = nothing.
  [[nodiscard]] const std::string& subprotocol() const { return subprotocol_; }
  /// A text that the client sent over its WebSocket. On a worker thread. Throws db::Unavailable.
  void receive(std::string_view text, db::Session& session);

 private:
  Gateway& gateway_;
  std::shared_ptr<Listener> listener_;
  const std::string subprotocol_;
};

/// Lets clients in: from a request or a message to subscriptions (client-api.md 4.1, 4.2). Any thread may call.
class Gateway {
 public:
  Gateway(Hub& hub, feed::Feeds& feeds, GatewayOptions options) : hub_(hub), feeds_(feeds), options_(options) {}

  /// The request is for a stream, not for a page.
  static bool concerns(const http::Request& request);
  /// On a worker thread. Errors: unauthorized, bad_request, not_found, too_many_requests, with client-api.md's texts.
  Result<std::shared_ptr<Stream>> open(const http::Request& request, db::Session& session);

 private:
  friend class Stream;
  Result<void> subscribe(const std::shared_ptr<Listener>& listener, const Topic& topic, db::Session& session);
  Result<void> pin_list(AccountId owner, const Topic& topic, db::Session& session);
  void let_go(const Topic& topic);
  void receive(const std::shared_ptr<Listener>& listener, std::string_view text, db::Session& session);
  void close(const std::shared_ptr<Listener>& listener);

  Hub& hub_;
  feed::Feeds& feeds_;
  const GatewayOptions options_;
};

}  // namespace dunlin::streaming
