#pragma once

#include "dunlin/api/entities/status_cache.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/service/filter_matcher.hpp"
#include "dunlin/store/statuses.hpp"

#include <map>
#include <memory>
#include <optional>
#include <span>

namespace dunlin::api::entities {

/// What a page of statuses is rendered from: what the cache has, and the rest from the database.
struct StatusMaterial {
  StatusCache* cache = nullptr;
  StatusCache::Page cached{};
  store::StatusBundle bundle{};  // what comes from the cache is among its statuses and originals, without texts
  std::map<StatusId, std::shared_ptr<const StatusFragment>> fragments{};  // of those
  std::shared_ptr<const service::FilterMatcher> filters{};                // nullptr: not read yet
  StatusCache::Additions additions{};

  [[nodiscard]] bool needs_filter_text() const { return filters && filters->reads_text(); }
};

StatusMaterial gather_statuses(db::Tx& tx, std::optional<AccountId> viewer, std::span<const StatusId> ids,
                               StatusCache* cache);

}  // namespace dunlin::api::entities
