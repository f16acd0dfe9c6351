#include "dunlin/net/io_thread.hpp"

#include "io_context.hpp"

#include "dunlin/base/log.hpp"

#include <boost/asio/post.hpp>
#include <pthread.h>

#include <exception>
#include <future>
#include <utility>

namespace dunlin::net {
namespace {

void run_loop(asio::io_context& context, const std::string& name) {
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
  for (;;) {
    try {
      context.run();
      return;
    } catch (const std::exception& e) {
      log::error("exception in an event loop", {log::kv("thread", name), log::kv("what", e.what())});
    }
  }
}

}  // namespace

IoThread::IoThread(const std::string& name) : impl_(std::make_unique<Impl>()) {
  impl_->thread = std::thread([&context = impl_->context, name] { run_loop(context, name); });
}

IoThread::~IoThread() {
  stop();
}

void IoThread::post(std::move_only_function<void()> action) {
  asio::post(impl_->context, [action = std::move(action)]() mutable { action(); });
}

void IoThread::run(const std::function<void()>& action) {
  std::promise<void> done;
  post([&] {
    action();
    done.set_value();
  });
  done.get_future().wait();
}

void IoThread::stop() {
  impl_->work.reset();
  impl_->context.stop();
  if (impl_->thread.joinable()) impl_->thread.join();
}

}  // namespace dunlin::net
