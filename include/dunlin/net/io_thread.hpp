#pragma once

#include <functional>
#include <memory>
#include <string>

namespace dunlin::net {

/// One thread that runs an event loop; all state of what lives on it is touched there only. The outgoing side (client,
/// fetcher, pumps) shares one such thread.
class IoThread {
 public:
  explicit IoThread(const std::string& name);
  /// Stops the loop and destroys what still waits in it.
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  /// From any thread.
  void post(std::move_only_function<void()> action);
  /// Runs `action` on the thread and returns when it is done. Not to be called from the thread itself.
  void run(const std::function<void()>& action);
  /// Ends the loop and joins the thread; everything on it has been stopped before.
  void stop();

  struct Impl;
  [[nodiscard]] Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace dunlin::net
