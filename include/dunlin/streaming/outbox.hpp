#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace dunlin::streaming {

/// A text that many clients are sent.
using Text = std::shared_ptr<const std::string>;

enum class Ending : std::uint8_t { none, too_slow, revoked, going_away };

/// What one client has still to be sent. Any thread fills it, the client's event loop empties it. A client that lets it
/// grow beyond its limit loses its stream, not the server its memory.
class Outbox {
 public:
  explicit Outbox(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// `wake` is called when there is something to take after there was nothing; it must not block. Empty: nobody takes
  /// any more, and none is running when this returns.
  void set_wake(std::function<void()> wake);
  void push(Text text);
  /// What waits is dropped; the first ending stays.
  void end(Ending ending);

  struct Batch {
    std::vector<Text> texts;
    Ending ending = Ending::none;
  };
  Batch take();

 private:
  const std::size_t max_bytes_;
  std::mutex mutex_;
  std::function<void()> wake_;
  std::vector<Text> texts_;
  std::size_t bytes_ = 0;
  Ending ending_ = Ending::none;
  bool awake_ = false;  // wake was called, nobody has taken since
};

}  // namespace dunlin::streaming
