#pragma once

#include "support/postgres.hpp"

#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <thread>
#include <tuple>
#include <utility>

namespace dunlin::test {

/// A transaction of another session that has done something, until end() or undo().
class OpenTransaction {
 public:
  /// Returns when `first` is done, and throws what it throws.
  OpenTransaction(const Database& database, std::function<void(db::Tx&)> first)
      : session_(database.new_session()), thread_([this, first = std::move(first)] { run(first); }) {
    begun_.get_future().get();
  }
  ~OpenTransaction() { end(); }
  OpenTransaction(const OpenTransaction&) = delete;
  OpenTransaction& operator=(const OpenTransaction&) = delete;

  void end() { finish(true); }
  void undo() { finish(false); }

 private:
  void finish(bool kept) {
    if (!thread_.joinable()) return;
    ended_.set_value(kept);
    thread_.join();
  }
  void run(const std::function<void(db::Tx&)>& first) {
    bool begun = false;
    try {
      std::ignore = session_->write([&](db::Tx& tx) -> Result<void> {
        first(tx);
        begun = true;
        begun_.set_value();
        if (!ended_.get_future().get()) return fail(Errc::invalid, "undo it");
        return {};
      });
    } catch (...) {
      if (!begun) begun_.set_exception(std::current_exception());
    }
  }

  std::unique_ptr<db::Session> session_;
  std::promise<void> begun_;
  std::promise<bool> ended_;
  std::jthread thread_;
};

}  // namespace dunlin::test
