#pragma once

#include "dunlin/streaming/outbox.hpp"
#include "dunlin/streaming/topic.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dunlin::streaming {

/// One event on its way to many clients, written once for all who get the same bytes (client-api.md 4.1). One thread.
class Message {
 public:
  /// `payload` nullopt: the event says all (filters_changed).
  Message(std::string_view event, std::optional<std::string> payload) : event_(event), payload_(std::move(payload)) {}

  /// `{"stream":["hashtag","x"],"event":"update","payload":"..."}`
  const Text& frame(const Topic& topic);
  /// `event: update`, `data: ...`, a blank line.
  const Text& server_sent();

 private:
  std::string event_;
  std::optional<std::string> payload_;
  std::string tail_;  // of a frame: the same for all topics
  std::vector<std::pair<Topic, Text>> frames_;
  Text server_sent_;
};

/// `{"error":"..","status":N}`: the answer to a subscription that is refused.
std::string render_refusal(std::string_view error, int status);

}  // namespace dunlin::streaming
