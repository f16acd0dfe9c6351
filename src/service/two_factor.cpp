#include "dunlin/service/two_factor.hpp"

#include "dunlin/base/random.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/crypto/digest.hpp"
#include "dunlin/crypto/totp.hpp"
#include "dunlin/store/two_factor.hpp"

#include <fmt/core.h>

#include <chrono>

namespace dunlin::service {

namespace {

constexpr std::size_t kSecretBytes = 20;
constexpr std::size_t kBackupCodes = 10;
constexpr std::size_t kBackupBytes = 8;
constexpr std::chrono::minutes kPendingLife{10};

/// As people type it: spaces and dashes do not matter, nor does case.
std::string typed(std::string_view code) {
  std::string out;
  for (const char c : text::to_lower_ascii(code)) {
    if (c != ' ' && c != '-') out += c;
  }
  return out;
}

}  // namespace

bool TwoFactorService::is_on(db::Tx& tx, UserId user) {
  const auto factor = store::find_two_factor(tx, user);
  return factor && factor->confirmed_at;
}

std::string TwoFactorService::begin(db::Tx& tx, UserId user) {
  store::start_two_factor(tx, user, random_bytes(kSecretBytes));
  const auto factor = store::find_two_factor(tx, user);
  return crypto::base32_encode(factor->secret);
}

std::string TwoFactorService::provisioning_uri(std::string_view username, std::string_view secret) const {
  const auto& domain = env_.config.server.domain;
  return fmt::format("otpauth://totp/{}:{}?secret={}&issuer={}", text::percent_encode(domain),
                     text::percent_encode(username), secret, text::percent_encode(domain));
}

Result<std::vector<std::string>> TwoFactorService::enable(db::Tx& tx, UserId user, std::string_view code) {
  const auto factor = store::find_two_factor(tx, user);
  if (!factor || factor->confirmed_at) return fail(Errc::invalid, "There is nothing to confirm");
  const auto step = crypto::match_totp(factor->secret, typed(code), tx.now(), factor->last_step);
  if (!step || !store::use_two_factor_step(tx, user, *step)) return fail(Errc::invalid, "The code is not right");
  store::confirm_two_factor(tx, user);
  std::vector<std::string> codes;
  std::vector<std::string> hashes;
  for (std::size_t i = 0; i < kBackupCodes; ++i) {
    codes.push_back(text::hex_encode(random_bytes(kBackupBytes)));
    hashes.push_back(crypto::token_hash(codes.back()));
  }
  store::replace_backup_codes(tx, user, hashes);
  return codes;
}

void TwoFactorService::disable(db::Tx& tx, UserId user) {
  store::delete_two_factor(tx, user);
}

bool TwoFactorService::check(db::Tx& tx, UserId user, std::string_view code) {
  const auto factor = store::find_two_factor(tx, user);
  if (!factor || !factor->confirmed_at) return false;
  const std::string given = typed(code);
  if (const auto step = crypto::match_totp(factor->secret, given, tx.now(), factor->last_step)) {
    return store::use_two_factor_step(tx, user, *step);
  }
  return store::take_backup_code(tx, user, crypto::token_hash(given));
}

bool TwoFactorService::may_try(UserId user) {
  if (!env_.config.limits.rate_limits) return true;
  return attempts_.allow(user.str(), 10, std::chrono::hours(1));
}

std::string TwoFactorService::start_sign_in(db::Tx& tx, UserId user) {
  const std::string cookie = random_token();
  store::insert_pending_sign_in(tx, user, crypto::token_hash(cookie), tx.now() + kPendingLife);
  return cookie;
}

std::optional<UserId> TwoFactorService::find_sign_in(db::Tx& tx, std::string_view cookie) {
  return store::find_pending_sign_in(tx, crypto::token_hash(cookie));
}

void TwoFactorService::end_sign_in(db::Tx& tx, std::string_view cookie) {
  store::delete_pending_sign_in(tx, crypto::token_hash(cookie));
}

}  // namespace dunlin::service
