#pragma once

#include "dunlin/activitypub/delivery.hpp"
#include "dunlin/base/log.hpp"
#include "dunlin/model/account.hpp"

#include <memory>
#include <mutex>
#include <utility>

namespace dunlin::daemon {

/// The instance actor's key, which signs every fetch: at hand without a database, and looked at again now and then, as
/// an admin may rotate it. Any thread may call.
class InstanceKey {
 public:
  using Key = std::shared_ptr<const activitypub::SigningKey>;

  explicit InstanceKey(activitypub::SigningKey first)
      : key_(std::make_shared<const activitypub::SigningKey>(std::move(first))) {}

  [[nodiscard]] Key get() const {
    const std::lock_guard lock(mutex_);
    return key_;
  }
  /// One that cannot be read leaves the old one.
  void refresh(db::Session& session, crypto::KeyCache& keys) {
    auto found =
        session.read([&](db::Tx& tx) { return activitypub::find_signing_key(tx, keys, model::kInstanceActorId); });
    if (!found) {
      log::warn("the instance actor's key cannot be read", {log::kv("error", found.error().detail)});
      return;
    }
    auto key = std::make_shared<const activitypub::SigningKey>(std::move(*found));
    const std::lock_guard lock(mutex_);
    key_ = std::move(key);
  }

 private:
  mutable std::mutex mutex_;
  Key key_;
};

}  // namespace dunlin::daemon
