#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/store/backfills.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace dunlin::activitypub {

/// What is not had by then is left for another time.
inline constexpr std::chrono::seconds kLongestBackfill{60};

/// Adds items with a job for each. Returns how many are new.
std::size_t add_items(service::Environment& env, db::Tx& tx, std::int64_t backfill, store::BackfillItemKind kind,
                      const std::vector<std::string>& uris);
/// A job for each of these items.
void enqueue_items(service::Environment& env, db::Tx& tx, const std::vector<std::int64_t>& items);

}  // namespace dunlin::activitypub
