#pragma once

#include "task.hpp"

#include "dunlin/net/client.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace dunlin::net {

/// Names to addresses on threads of its own: getaddrinfo blocks as long as it likes, and one dead name server must not
/// hold up the others. Answers are cached for a while, failures briefly; concurrent questions for one name are one.
/// Lives on the outgoing event loop.
class Resolver {
 public:
  using Addresses = std::vector<IpAddress>;
  using Lookup = std::function<Result<Addresses>(const std::string&)>;

  Resolver(asio::any_io_executor executor, int threads, std::chrono::milliseconds cache_time, Lookup lookup);
  /// Threads that still wait for a name server are left to end by themselves.
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// Calls back once, on the event loop or at once.
  void resolve(const std::string& host, std::move_only_function<void(Result<Addresses>)> done);
  /// Answers all open questions as cancelled.
  void stop();

 private:
  struct Shared;
  struct State;
  std::shared_ptr<Shared> shared_;
  std::shared_ptr<State> state_;
};

}  // namespace dunlin::net
