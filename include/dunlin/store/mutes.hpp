#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/page.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace dunlin::store {

struct Mute {
  std::int64_t row_id = 0;
  AccountId account_id;
  AccountId target_account_id;
  bool hide_notifications = true;
  std::optional<Time> expires_at{};  // nullopt: for ever
};
/// A second mute of the same account takes the place of the first.
void upsert_mute(db::Tx& tx, const Mute& mute);
bool delete_mute(db::Tx& tx, AccountId who, AccountId target);
/// Those that have not run out.
std::vector<Mute> list_mutes(db::Tx& tx, AccountId who, const model::Page& page);
std::size_t purge_expired_mutes(db::Tx& tx);

}  // namespace dunlin::store
