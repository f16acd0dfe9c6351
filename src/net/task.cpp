#include "task.hpp"

#include "dunlin/base/log.hpp"

#include <boost/asio/co_spawn.hpp>

#include <condition_variable>
#include <exception>
#include <mutex>

namespace dunlin::net {

struct TaskGroup::State {
  mutable std::mutex mutex;
  std::condition_variable empty;
  std::size_t running = 0;

  void enter() {
    const std::lock_guard lock(mutex);
    ++running;
  }
  void leave() {
    const std::lock_guard lock(mutex);
    if (--running == 0) empty.notify_all();
  }
};

TaskGroup::TaskGroup() : state_(std::make_shared<State>()) {}
TaskGroup::~TaskGroup() = default;

std::size_t TaskGroup::running() const {
  const std::lock_guard lock(state_->mutex);
  return state_->running;
}

void TaskGroup::wait() {
  std::unique_lock lock(state_->mutex);
  state_->empty.wait(lock, [this] { return state_->running == 0; });
}

bool TaskGroup::wait_until(std::chrono::steady_clock::time_point until) {
  std::unique_lock lock(state_->mutex);
  return state_->empty.wait_until(lock, until, [this] { return state_->running == 0; });
}

void spawn(TaskGroup& group, const asio::any_io_executor& executor, const char* name, asio::awaitable<void> body) {
  group.state()->enter();
  asio::co_spawn(executor, std::move(body), [state = group.state(), name](const std::exception_ptr& escaped) {
    if (escaped) {
      try {
        std::rethrow_exception(escaped);
      } catch (const std::exception& e) {
        log::error("exception in a coroutine", {log::kv("name", name), log::kv("what", e.what())});
      }
    }
    state->leave();
  });
}

namespace {

/// `post` enqueues a Task; it leaves the task alone when it refuses. `call` gets the callback.
template <class Post, class Call>
asio::awaitable<bool> hop(Post post, Call call) {
  std::move_only_function<void(Done)> start = [post, call = std::move(call)](Done done) mutable {
    // Shared between the queue and this frame: a refused task gives its callback back.
    auto answer = std::make_shared<Done>(std::move(done));
    Task task = [answer, call = std::move(call)](Worker* worker) mutable {
      if (!worker) return (*answer)(false);
      call(*worker, std::move(*answer));
    };
    if (!post(std::move(task))) (*answer)(false);
  };
  return await_callback<bool>(std::move(start));
}

}  // namespace

asio::awaitable<bool> run_on_until_done(Workers& workers, Lane lane,
                                        std::move_only_function<void(Worker&, Done)> work) {
  return hop([&workers, lane](Task&& task) { return workers.post(lane, std::move(task)); }, std::move(work));
}

asio::awaitable<bool> run_on(Workers& workers, Lane lane, std::move_only_function<void(Worker&)> work) {
  return run_on_until_done(workers, lane, [work = std::move(work)](Worker& worker, Done done) mutable {
    work(worker);
    done(true);
  });
}

asio::awaitable<bool> run_on_crypto(Workers& workers, std::move_only_function<void()> work) {
  return hop([&workers](Task&& task) { return workers.post_crypto(std::move(task)); },
             [work = std::move(work)](Worker&, Done done) mutable {
               work();
               done(true);
             });
}

asio::awaitable<bool> run_on_files(Workers& workers, std::move_only_function<void()> work) {
  return hop([&workers](Task&& task) { return workers.post_file(std::move(task)); },
             [work = std::move(work)](Worker&, Done done) mutable {
               work();
               done(true);
             });
}

}  // namespace dunlin::net
