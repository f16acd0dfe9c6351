#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/oauth.hpp"
#include "dunlin/service/actor_keys.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/faults.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::service {

struct NewLocalAccount {
  std::string username;
  std::string email;
  std::string password;
  model::Role role = model::Role::user;
  bool confirmed = false;
  bool approved = true;
  std::string locale = "en";
};

/// A change of one's own profile; absent members stay as they are.
struct ProfileChange {
  std::optional<std::string> display_name;
  std::optional<std::string> note;  // plain text
  std::optional<bool> locked;
  std::optional<bool> bot;
  std::optional<bool> discoverable;
  std::optional<bool> indexable;
  std::optional<bool> hide_collections;
  struct FieldText {
    std::string name;
    std::string value;
  };
  std::optional<std::vector<FieldText>> fields;
  std::optional<std::vector<std::string>> attribution_domains;
  std::optional<std::string> avatar_description;
  std::optional<std::string> header_description;
  std::optional<bool> show_media;
  std::optional<bool> show_media_replies;
  std::optional<bool> show_featured;
  std::optional<model::Visibility> default_visibility;
  std::optional<bool> default_sensitive;
  std::optional<std::string> default_language;
  std::optional<std::string> default_quote_policy;
};

class AccountService {
 public:
  explicit AccountService(Environment& env) : env_(env) {}

  /// `password_hash` is made by the caller outside the transaction (argon2id takes 20 ms and memory).
  /// Errors: invalid (username, email, taken) with Mastodon's "Validation failed: ..." texts.
  Result<model::Account> create_local(db::Tx& tx, const NewLocalAccount& account, const std::string& password_hash);
  static Faults check(const ProfileChange& change);
  /// Errors: invalid, as check() says. Tells the federation.
  Result<model::Account> update_profile(db::Tx& tx, model::Account account, UserId user, const ProfileChange& change);
  /// The `default_*` members alone. Errors: invalid.
  Result<void> set_posting_defaults(db::Tx& tx, UserId user, const ProfileChange& change);
  /// New keys, told to others beforehand and once more when they come into use. Errors: not_found.
  Result<void> rotate_keys(db::Tx& tx, const model::Account& account, KeyRotation how = KeyRotation::planned);
  /// The instance actor's row and key; made at the first call.
  model::Account ensure_instance_actor(db::Tx& tx);
  /// Keeps `wanted` spare RSA keys; makes at most one a call. true: made one. Call it from a crypto thread.
  bool top_up_spare_keys(db::Session& session, int wanted);

  struct UsernameFault {
    std::string_view code;
    std::string description;
  };
  /// What is wrong with a name: it is to be 1 to 30 of [A-Za-z0-9_] and not reserved.
  static std::optional<UsernameFault> username_fault(std::string_view username);
  static bool is_email(std::string_view text);

 private:
  Environment& env_;
};

}  // namespace dunlin::service
