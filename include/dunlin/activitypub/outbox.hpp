#pragma once

#include "dunlin/activitypub/render.hpp"
#include "dunlin/config/config.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/status.hpp"

#include <span>
#include <vector>

namespace dunlin::activitypub {

/// A local status with what its document needs, from what is at hand: for pages of them. The arguments must outlive the
/// result. fill_parts() adds the rest.
NoteParts note_parts(const config::Config& config, const model::Status& status, const model::Account& author,
                     std::span<const model::Mention> mentions);
/// What a look at the database adds, for a whole page at once: threads, files, polls, quotes, emoji.
void fill_parts(db::Tx& tx, const config::Config& config, std::span<NoteParts> notes);
/// Both, for one status.
NoteParts note_parts(db::Tx& tx, const config::Config& config, const model::Status& status,
                     const model::Account& author, std::span<const model::Mention> mentions);

/// Our custom emojis in the texts of a local account.
std::vector<store::CustomEmoji> profile_emojis(db::Tx& tx, const model::Account& account);

}  // namespace dunlin::activitypub
