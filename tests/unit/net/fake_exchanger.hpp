#pragma once

#include "dunlin/net/client.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace dunlin::net::test {

/// The network as one function; remembers what was asked. Answers given as nullopt are held until release().
class FakeExchanger final : public Exchanger {
 public:
  using Answer = Result<http::OutboundResponse>;
  using Behaviour = std::function<std::optional<Answer>(const http::OutboundRequest&)>;

  explicit FakeExchanger(Behaviour behaviour) : behaviour_(std::move(behaviour)) {}

  void exchange(http::OutboundRequest request, ExchangeCallback done) override {
    std::unique_lock lock(mutex_);
    asked_.push_back(request);
    auto answer = behaviour_(request);
    if (!answer) {
      held_.emplace_back(request.url, std::move(done));
      most_held_ = std::max(most_held_, held_.size());
      return;
    }
    lock.unlock();
    done(*std::move(answer));
  }

  bool has_room(const std::string& /*url*/) override {
    ++asked_for_room;
    return room;
  }

  std::atomic<bool> room{true};
  std::atomic<int> asked_for_room{0};

  /// Answers everything that is held.
  void release(const Answer& answer) {
    std::unique_lock lock(mutex_);
    auto held = std::exchange(held_, {});
    lock.unlock();
    for (auto& [url, done] : held) done(answer);
  }

  [[nodiscard]] std::vector<http::OutboundRequest> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  [[nodiscard]] std::size_t held() const {
    const std::lock_guard lock(mutex_);
    return held_.size();
  }
  /// At any time.
  [[nodiscard]] std::size_t most_held() const {
    const std::lock_guard lock(mutex_);
    return most_held_;
  }

 private:
  mutable std::mutex mutex_;
  Behaviour behaviour_;
  std::vector<http::OutboundRequest> asked_;
  std::vector<std::pair<std::string, ExchangeCallback>> held_;
  std::size_t most_held_ = 0;
};

inline http::OutboundResponse answer(int status, std::string body = {}, std::string name = {}, std::string value = {}) {
  http::OutboundResponse response;
  response.status = status;
  response.body = std::move(body);
  if (!name.empty()) response.headers.add(std::move(name), std::move(value));
  return response;
}

}  // namespace dunlin::net::test
