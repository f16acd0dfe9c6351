#pragma once

#include "dunlin/net/workers.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace dunlin::net {

/// A bounded queue and the threads that empty it.
class TaskQueue {
 public:
  /// `make_session` may be empty.
  TaskQueue(const std::string& name, LaneOptions options, const SessionFactory& make_session);
  ~TaskQueue();

  bool push(Task&& task);
  [[nodiscard]] std::size_t waiting() const;
  void stop();

 private:
  void run(const std::string& name, const SessionFactory& make_session);

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<Task> tasks_;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace dunlin::net
