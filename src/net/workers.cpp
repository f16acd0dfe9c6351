#include "dunlin/net/workers.hpp"

#include "task_queue.hpp"

#include <pthread.h>

#include <algorithm>
#include <utility>

namespace dunlin::net {

TaskQueue::TaskQueue(const std::string& name, LaneOptions options, const SessionFactory& make_session)
    : capacity_(options.queue) {
  for (int i = 0; i < options.threads; ++i) {
    threads_.emplace_back([this, name, make_session] { run(name, make_session); });
  }
}

TaskQueue::~TaskQueue() {
  stop();
}

bool TaskQueue::push(Task&& task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || tasks_.size() >= capacity_) return false;
    tasks_.push_back(std::move(task));
  }
  filled_.notify_one();
  return true;
}

std::size_t TaskQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return tasks_.size();
}

void TaskQueue::stop() {
  std::deque<Task> dropped;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    dropped.swap(tasks_);
  }
  filled_.notify_all();
  for (Task& task : dropped) task(nullptr);
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void TaskQueue::run(const std::string& name, const SessionFactory& make_session) {
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
  Worker worker;
  if (make_session) worker.session = make_session();
  std::unique_lock lock(mutex_);
  for (;;) {
    filled_.wait(lock, [this] { return stopped_ || !tasks_.empty(); });
    if (stopped_) return;
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task(&worker);
    task = nullptr;  // what it holds must not outlive its turn
    lock.lock();
  }
}

std::string_view to_string(Lane lane) {
  switch (lane) {
    case Lane::read:
      return "read";
    case Lane::write:
      return "write";
    case Lane::inbox:
      return "inbox";
    case Lane::jobs:
      return "jobs";
    case Lane::media:
      return "media";
    case Lane::fetched:
      return "fetched";
    case Lane::passing:
      return "passing";
  }
  return "?";
}

WorkersOptions share_workers(int request_workers) {
  WorkersOptions options;
  const int total = std::max(request_workers, 4);
  options[Lane::read].threads = total / 2;
  options[Lane::write].threads = total / 4;
  // They wait for pictures that are decoded elsewhere.
  options[Lane::media].threads = 3;
  // One may convert a film for minutes. Fewer than of people's own uploads, so that these find a decoder soon.
  options[Lane::fetched].threads = 2;
  options[Lane::inbox].threads = std::max(total - total / 2 - total / 4 - 1, 1);
  return options;
}

Workers::Workers(const WorkersOptions& options, const SessionFactory& make_session) {
  for (std::size_t i = 0; i < kLanes; ++i) {
    const std::string name = "work-" + std::string(to_string(static_cast<Lane>(i)));
    lanes_[i] = std::make_unique<TaskQueue>(name, options.lanes[i], make_session);
  }
  crypto_ = std::make_unique<TaskQueue>("crypto", options.crypto, SessionFactory{});
  files_ = std::make_unique<TaskQueue>("files", options.files, SessionFactory{});
}

Workers::~Workers() {
  stop();
}

bool Workers::post(Lane lane, Task&& task) {
  return lanes_[static_cast<std::size_t>(lane)]->push(std::move(task));
}
bool Workers::post_crypto(Task&& task) {
  return crypto_->push(std::move(task));
}
bool Workers::post_file(Task&& task) {
  return files_->push(std::move(task));
}

std::size_t Workers::waiting(Lane lane) const {
  return lanes_[static_cast<std::size_t>(lane)]->waiting();
}

void Workers::stop() {
  for (const auto& lane : lanes_) lane->stop();
  crypto_->stop();
  files_->stop();
}

}  // namespace dunlin::net
