#pragma once

#include "dunlin/net/workers.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

namespace dunlin::net {

namespace asio = boost::asio;

/// Counts the coroutines of one component, so that its stop can wait for the last of them. The owner outlives them.
class TaskGroup {
 public:
  TaskGroup();
  ~TaskGroup();
  [[nodiscard]] std::size_t running() const;
  /// Blocks the calling (foreign) thread until nothing runs.
  void wait();
  /// False: something still runs at `until`.
  bool wait_until(std::chrono::steady_clock::time_point until);

  struct State;
  [[nodiscard]] const std::shared_ptr<State>& state() const { return state_; }

 private:
  std::shared_ptr<State> state_;
};

/// Starts a coroutine of its own; what escapes it is logged under `name`, a literal.
void spawn(TaskGroup& group, const asio::any_io_executor& executor, const char* name, asio::awaitable<void> body);

/// Awaits one call of the callback that `start` receives. The callback may come from any thread, also from within
/// `start`; the coroutine resumes on its own executor.
template <class T>
asio::awaitable<T> await_callback(std::move_only_function<void(std::move_only_function<void(T)>)> start) {
  return asio::async_initiate<const asio::use_awaitable_t<>, void(T)>(
      [](auto handler, std::move_only_function<void(std::move_only_function<void(T)>)> begin) {
        // No work guard: our event loops run until they are stopped, and a callback may be kept longer than that.
        auto executor = asio::get_associated_executor(handler);
        begin([handler = std::move(handler), executor = std::move(executor)](T value) mutable {
          asio::post(executor, [handler = std::move(handler), value = std::move(value)]() mutable {
            std::move(handler)(std::move(value));
          });
        });
      },
      asio::use_awaitable, std::move(start));
}

using Done = std::move_only_function<void(bool)>;
/// Runs `work` on a worker of the lane and resumes here when the callback that it gets has been called, from any
/// thread: with true, or with false as below.
asio::awaitable<bool> run_on_until_done(Workers& workers, Lane lane, std::move_only_function<void(Worker&, Done)> work);
/// Runs `work` on a worker of the lane and resumes here. False: refused or dropped, `work` was not called.
/// `work` must not throw.
asio::awaitable<bool> run_on(Workers& workers, Lane lane, std::move_only_function<void(Worker&)> work);
asio::awaitable<bool> run_on_crypto(Workers& workers, std::move_only_function<void()> work);
asio::awaitable<bool> run_on_files(Workers& workers, std::move_only_function<void()> work);

}  // namespace dunlin::net
