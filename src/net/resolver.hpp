#pragma once

#include "task.hpp"

#include "dunlin/net/client.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::net {

/// Names to addresses on threads of its own: getaddrinfo blocks as long as it likes, and dead name servers must not
/// hold up the others. So the names below one domain get two threads at most, and names that have not been found before
/// (they may be anybody's invention) half of all. Answers are cached for a while, failures briefly, and for a minute
/// when they took long; concurrent questions for one name are one. Lives on the outgoing event loop.
class Resolver {
 public:
  using Addresses = std::vector<IpAddress>;
  using Lookup = std::function<Result<Addresses>(const std::string&)>;

  /// The part of a name that has an owner; empty = its last two labels.
  using OwnerOf = std::function<std::string(std::string_view)>;
  struct Options {
    int threads = 16;
    std::chrono::milliseconds cache_time{60'000};
    std::chrono::milliseconds slow{5'000};              // a failure that took so long ...
    std::chrono::milliseconds slow_cache_time{60'000};  // ... is remembered for so long
    Lookup lookup{};                                    // empty = the system's
    OwnerOf owner_of{};
  };

  Resolver(asio::any_io_executor executor, Options options);
  /// Threads that still wait for a name server are left to end by themselves.
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// Calls back once, on the event loop or at once.
  void resolve(const std::string& host, std::move_only_function<void(Result<Addresses>)> done);
  /// False: a new question for it would be refused as overloaded. From any thread.
  [[nodiscard]] bool has_room(const std::string& host) const;
  /// Answers all open questions as cancelled.
  void stop();

 private:
  struct Shared;
  struct State;
  std::shared_ptr<Shared> shared_;
  std::shared_ptr<State> state_;
};

}  // namespace dunlin::net
