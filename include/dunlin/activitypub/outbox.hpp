#pragma once

#include "dunlin/activitypub/render.hpp"
#include "dunlin/config/config.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/status.hpp"

#include <span>

namespace dunlin::activitypub {

/// A local status with what its document needs, from what is at hand: for pages of them. The arguments must outlive the
/// result. Replies are without the id of their thread.
NoteParts note_parts(const config::Config& config, const model::Status& status, const model::Account& author,
                     std::span<const model::Mention> mentions);
/// The same with a look at the parent.
NoteParts note_parts(db::Tx& tx, const config::Config& config, const model::Status& status,
                     const model::Account& author, std::span<const model::Mention> mentions);

}  // namespace dunlin::activitypub
