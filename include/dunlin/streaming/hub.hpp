#pragma once

#include "dunlin/base/id.hpp"
#include "dunlin/streaming/message.hpp"
#include "dunlin/streaming/outbox.hpp"
#include "dunlin/streaming/topic.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace dunlin::streaming {

enum class Protocol : std::uint8_t { websocket, server_sent };

/// Who listens, with which token. What does not change after it was made may be read by any thread.
struct Identity {
  AccountId account;
  UserId user;
  TokenId token{};
  bool hears_notifications = false;  // on the stream "user"
};

struct Subscription;

/// One client.
class Listener {
 public:
  Listener(Identity identity, std::vector<std::string> scopes, Protocol protocol, std::size_t max_outbox_bytes)
      : identity_(std::move(identity)), scopes_(std::move(scopes)), protocol_(protocol), outbox_(max_outbox_bytes) {}

  [[nodiscard]] const Identity& identity() const { return identity_; }
  [[nodiscard]] const std::vector<std::string>& scopes() const { return scopes_; }
  [[nodiscard]] Protocol protocol() const { return protocol_; }
  [[nodiscard]] Outbox& outbox() { return outbox_; }

  void send(Message& message, const Topic& topic) {
    outbox_.push(protocol_ == Protocol::websocket ? message.frame(topic) : message.server_sent());
  }

 private:
  friend class Hub;
  /// A subscription, and where it stands among those that hear the same.
  struct Held {
    Topic topic;
    std::vector<Subscription>* group;
    std::size_t position;
  };
  const Identity identity_;
  const std::vector<std::string> scopes_;
  const Protocol protocol_;
  Outbox outbox_;
  // The hub's, under its mutex:
  std::vector<Held> held_;
  std::size_t position_ = 0;  // among its user's
};

/// A listener and the words with which it asked for the stream.
struct Subscription {
  std::shared_ptr<Listener> listener;
  Topic topic;
};

/// Who listens to what. Any thread may call. Coming and going cost the same whatever the number of listeners.
class Hub {
 public:
  /// false: as many listeners of this user as may be.
  bool add(const std::shared_ptr<Listener>& listener, int max_per_user);
  /// With all its subscriptions, which are given back.
  std::vector<Topic> remove(const std::shared_ptr<Listener>& listener);
  enum class Added : std::uint8_t { yes, already, too_many };
  Added subscribe(const std::shared_ptr<Listener>& listener, const Topic& topic, std::size_t max_topics);
  /// false: it was not there.
  bool unsubscribe(const std::shared_ptr<Listener>& listener, const Topic& topic);

  /// Of the streams that belong to one account: user, user_notification, direct.
  std::vector<Subscription> of_account(Channel channel, AccountId account);
  /// Of the streams that everybody may hear.
  std::vector<Subscription> of_channel(Channel channel);
  /// `tag` folded.
  std::vector<Subscription> of_tag(Channel channel, std::string_view tag);
  std::vector<Subscription> of_list(std::string_view list);

  /// Of a stream that each account has of its own, all who listen to theirs.
  std::vector<std::shared_ptr<Listener>> listening_to(const Topic& topic);

  /// Cheap: whether anybody listens at all.
  [[nodiscard]] bool empty();
  [[nodiscard]] std::size_t size();
  [[nodiscard]] std::vector<std::shared_ptr<Listener>> listeners(const std::function<bool(const Identity&)>& concerned);

  /// How often somebody's right to listen was judged anew: before listeners() is asked for those concerned. Who checks
  /// a token, adds its listener and finds the number changed has to check again.
  [[nodiscard]] std::uint64_t judgements() const { return judgements_; }
  void begin_judgement() { ++judgements_; }

 private:
  using Topics = std::unordered_map<std::string, std::vector<Subscription>>;
  std::vector<Subscription> of_key(const std::string& key);
  void drop(const Listener& listener, const Listener::Held& held);

  std::mutex mutex_;
  Topics topics_;  // a group stays where it is while it has members
  std::unordered_map<UserId, std::vector<std::shared_ptr<Listener>>> users_;
  std::size_t size_ = 0;
  std::atomic<std::uint64_t> judgements_{0};
};

}  // namespace dunlin::streaming
