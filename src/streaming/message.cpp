#include "dunlin/streaming/message.hpp"

#include "dunlin/json/writer.hpp"

#include <algorithm>

namespace dunlin::streaming {

const Text& Message::frame(const Topic& topic) {
  const auto known = std::ranges::find(frames_, topic, &std::pair<Topic, Text>::first);
  if (known != frames_.end()) return known->second;
  if (tail_.empty()) {
    json::Writer out;
    out.begin_object();
    out.field("event", event_);
    if (payload_) out.field("payload", *payload_);
    out.end_object();
    tail_ = out.take();
    tail_.front() = ',';
  }
  json::Writer stream;
  stream.begin_array();
  stream.value(to_string(topic.channel));
  if (!topic.parameter.empty()) stream.value(topic.parameter);
  stream.end_array();
  auto text = std::make_shared<const std::string>("{\"stream\":" + stream.str() + tail_);
  return frames_.emplace_back(topic, std::move(text)).second;
}

const Text& Message::server_sent() {
  if (!server_sent_) {
    // No line may hold a line break: JSON has none, and what is no JSON is an id. Mastodon.py reads JSON always.
    server_sent_ =
        std::make_shared<const std::string>("event: " + event_ + "\ndata: " + payload_.value_or("{}") + "\n\n");
  }
  return server_sent_;
}

std::string render_refusal(std::string_view error, int status) {
  json::Writer out;
  out.begin_object();
  out.field("error", error);
  out.field("status", status);
  out.end_object();
  return out.take();
}

}  // namespace dunlin::streaming
