#include "dunlin/streaming/outbox.hpp"

#include <utility>

namespace dunlin::streaming {

void Outbox::set_wake(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
  if (wake_ && awake_) wake_();
}

void Outbox::push(Text text) {
  const std::lock_guard lock(mutex_);
  if (ending_ != Ending::none) return;
  bytes_ += text->size();
  if (bytes_ > max_bytes_) {
    ending_ = Ending::too_slow;
    texts_ = {};
  } else {
    texts_.push_back(std::move(text));
  }
  if (!std::exchange(awake_, true) && wake_) wake_();
}

void Outbox::end(Ending ending) {
  const std::lock_guard lock(mutex_);
  if (ending_ != Ending::none) return;
  ending_ = ending;
  texts_ = {};
  if (!std::exchange(awake_, true) && wake_) wake_();
}

Outbox::Batch Outbox::take() {
  const std::lock_guard lock(mutex_);
  awake_ = false;
  bytes_ = 0;
  return {std::exchange(texts_, {}), ending_};
}

}  // namespace dunlin::streaming
