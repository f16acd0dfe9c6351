#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/deliveries.hpp"

#include <span>
#include <string>
#include <vector>

namespace dunlin::activitypub {

/// What became of a delivery since it was enqueued.
struct Reach {
  std::string refusal{};          // why it is not to be sent any more; "" = it may be
  std::string synchronization{};  // the value of the Collection-Synchronization field (FEP-8fcf); "" = none
};

/// Of each of these: what is for followers goes only where one still is, what is for somebody by name only while one of
/// those may have it (federation.md 8.93). A fixed number of statements; none where nothing is for followers.
std::vector<Reach> look_at_receivers(db::Tx& tx, std::span<const jobs::Delivery> rows);

}  // namespace dunlin::activitypub
