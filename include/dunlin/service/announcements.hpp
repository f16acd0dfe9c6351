#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/store/announcements.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dunlin::service {

struct NewAnnouncement {
  std::string text;
  std::optional<Time> starts_at{};
  std::optional<Time> ends_at{};
  bool all_day = false;
  bool publish = true;
};

/// What the admins tell everybody who is signed in.
class AnnouncementService {
 public:
  explicit AnnouncementService(Environment& env) : env_(env) {}

  /// Links, mentions and hashtags of the text become such. Errors: invalid.
  Result<std::int64_t> create(db::Tx& tx, const NewAnnouncement& announcement);
  /// Errors: not_found.
  Result<void> set_published(db::Tx& tx, std::int64_t id, bool published);
  Result<void> remove(db::Tx& tx, std::int64_t id);
  Result<void> dismiss(db::Tx& tx, AccountId who, std::int64_t id);
  /// Errors: not_found; invalid (no emoji, or one too many).
  Result<void> react(db::Tx& tx, AccountId who, std::int64_t id, std::string_view name);
  Result<void> unreact(db::Tx& tx, AccountId who, std::int64_t id, std::string_view name);

 private:
  void tell_reaction(db::Tx& tx, std::int64_t id, std::string_view name);
  Environment& env_;
};

}  // namespace dunlin::service
