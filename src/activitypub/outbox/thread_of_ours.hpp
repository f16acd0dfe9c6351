#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/status.hpp"

#include <optional>

namespace dunlin::activitypub {

/// Public or unlisted, no reblog.
bool is_public_post(const std::optional<model::Status>& status);
/// The status of ours that a reply hangs on: its parent, else the beginning of its thread. Only where all of it is
/// public.
std::optional<model::Status> find_ours_above(db::Tx& tx, const model::Status& reply);

}  // namespace dunlin::activitypub
