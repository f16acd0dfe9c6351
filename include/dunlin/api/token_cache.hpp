#pragma once

#include "dunlin/api/change_log.hpp"
#include "dunlin/base/clock.hpp"
#include "dunlin/base/recent_map.hpp"
#include "dunlin/store/oauth.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>

namespace dunlin::api {

/// Whom the tokens in use speak for. It holds exactly what the database says: revocations, suspensions and all else
/// that changes a login drop it with their commit (db/change.hpp). Any thread may call.
class TokenCache {
 public:
  explicit TokenCache(std::size_t max_tokens) : bearers_(max_tokens) {}

  ChangeLog::Ticket ticket();
  std::optional<store::Bearer> find(const std::string& hash, Time now);
  /// Read after `ticket` was taken.
  void put(ChangeLog::Ticket ticket, const std::string& hash, const store::Bearer& bearer, Time now);

  void changed(std::span<const db::Change> changes);
  /// From then on nothing is found, until this is called again: changes may not have been heard of.
  void believe_until(std::chrono::steady_clock::time_point time);
  void clear();

 private:
  struct Known {
    store::Bearer bearer;
    std::int64_t day = 0;  // of Bearer::active_today
  };
  static bool concerns(const store::Bearer& bearer, const db::Change& change);

  std::mutex mutex_;
  std::chrono::steady_clock::time_point believed_until_ = std::chrono::steady_clock::time_point::max();
  ChangeLog log_;
  RecentMap<std::string, Known> bearers_;
  std::unordered_set<std::int64_t> ids_;  // of tokens, users and accounts that may be among them
};

}  // namespace dunlin::api
