#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/db/tx.hpp"

#include <cstdint>
#include <string_view>

namespace dunlin::store {

/// Of several processes, each with its number, one fetches a remote file.

/// `process` fetches it, until then at the latest, unless another does. Returns who.
std::uint8_t claim_media_fetch(db::Tx& tx, std::string_view name, std::uint8_t process, Time until);
/// From one that has died. false: somebody was faster.
bool take_media_fetch(db::Tx& tx, std::string_view name, std::uint8_t from, std::uint8_t process, Time until);
/// It has come, or it will not.
void end_media_fetch(db::Tx& tx, std::string_view name, std::uint8_t process);
/// What somebody of this number, who has died, had begun, and what nobody ended in time.
void end_media_fetches(db::Tx& tx, std::uint8_t process);

}  // namespace dunlin::store
