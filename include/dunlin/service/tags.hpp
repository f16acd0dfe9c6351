#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/store/tags.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace dunlin::service {

/// Hashtags that a user follows or shows on the profile. A name is taken with or without '#'; one that can be no
/// hashtag is not_found, in feature() invalid.
class TagService {
 public:
  explicit TagService(Environment& env) : env_(env) {}

  /// Also one that nobody has used yet: its id is 0 then.
  Result<store::Tag> get(db::Tx& tx, std::string_view name);
  /// Repeating these changes nothing.
  Result<store::Tag> follow(db::Tx& tx, AccountId who, std::string_view name);
  Result<store::Tag> unfollow(db::Tx& tx, AccountId who, std::string_view name);
  /// What is featured already comes back as it is. Errors: invalid (no hashtag, more than 10).
  Result<store::FeaturedTag> feature(db::Tx& tx, AccountId who, std::string_view name);
  Result<store::Tag> unfeature(db::Tx& tx, AccountId who, std::string_view name);
  /// Errors: not_found.
  Result<void> remove_featured(db::Tx& tx, AccountId who, std::int64_t featured_tag);
  /// What the server of a remote account says that its profile shows, the first ten; all others go.
  void receive_featured(db::Tx& tx, AccountId who, std::span<const std::string> names);

 private:
  Environment& env_;
};

}  // namespace dunlin::service
