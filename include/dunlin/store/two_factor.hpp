#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"
#include "dunlin/db/tx.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// `hash` parameters are raw SHA-256 digests.
namespace dunlin::store {

struct TwoFactor {
  std::string secret;
  std::optional<Time> confirmed_at{};  // nullopt: set up, not yet shown to work
  std::int64_t last_step = 0;
};
std::optional<TwoFactor> find_two_factor(db::Tx& tx, UserId user);
/// Starts anew, unconfirmed; does nothing where it is confirmed.
void start_two_factor(db::Tx& tx, UserId user, std::string_view secret);
void confirm_two_factor(db::Tx& tx, UserId user);
/// false: a code of this step or a later one was used meanwhile.
bool use_two_factor_step(db::Tx& tx, UserId user, std::int64_t step);
/// With its backup codes.
void delete_two_factor(db::Tx& tx, UserId user);

void replace_backup_codes(db::Tx& tx, UserId user, std::span<const std::string> hashes);
/// false: it is none, or was used.
bool take_backup_code(db::Tx& tx, UserId user, std::string_view hash);

void insert_pending_sign_in(db::Tx& tx, UserId user, std::string_view hash, Time expires_at);
std::optional<UserId> find_pending_sign_in(db::Tx& tx, std::string_view hash);
void delete_pending_sign_in(db::Tx& tx, std::string_view hash);
void purge_pending_sign_ins(db::Tx& tx);

}  // namespace dunlin::store
