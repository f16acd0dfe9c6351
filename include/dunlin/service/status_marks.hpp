#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/status.hpp"
#include "dunlin/service/environment.hpp"

#include <span>

namespace dunlin::service {

inline constexpr std::size_t kMaxPins = 5;
inline constexpr std::size_t kMaxRemotePins = 50;

/// What people mark statuses with, for themselves or for visitors of their profile. A reblog stands for its original,
/// but cannot be pinned. Errors: not_found when the status is hidden; repeating changes nothing.
class StatusMarkService {
 public:
  explicit StatusMarkService(Environment& env) : env_(env) {}

  /// Errors: invalid with Mastodon's texts.
  Result<model::Status> pin(db::Tx& tx, const model::Account& who, StatusId id);
  Result<model::Status> unpin(db::Tx& tx, const model::Account& who, StatusId id);
  Result<model::Status> bookmark(db::Tx& tx, const model::Account& who, StatusId id);
  /// Also what has become invisible since.
  Result<model::Status> unbookmark(db::Tx& tx, const model::Account& who, StatusId id);
  /// The whole thread: it notifies no more.
  Result<model::Status> mute(db::Tx& tx, const model::Account& who, StatusId id);
  Result<model::Status> unmute(db::Tx& tx, const model::Account& who, StatusId id);

  /// The featured collection of a remote account as it is now, in its order; what is not its own is left out.
  void receive_pins(db::Tx& tx, const model::Account& who, std::span<const StatusId> featured);

 private:
  Environment& env_;
};

}  // namespace dunlin::service
