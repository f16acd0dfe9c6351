#include "status_material.hpp"

#include "dunlin/store/accounts.hpp"

#include <set>
#include <vector>

namespace dunlin::api::entities {

namespace {

using CachedStatus = StatusCache::CachedStatus;

const CachedStatus* find_status(const StatusMaterial& material, StatusId id) {
  const auto found = material.cached.statuses.find(id);
  return found == material.cached.statuses.end() ? nullptr : &found->second;
}

/// What is shown of a cached status, a wrapper's original; nullptr: the cache does not have all of it.
const CachedStatus* find_shown(const StatusMaterial& material, StatusId id) {
  const auto* status = find_status(material, id);
  if (status != nullptr && status->fragment->facts.reblog_of_id) {
    status = find_status(material, *status->fragment->facts.reblog_of_id);
  }
  if (status == nullptr) return nullptr;
  return material.needs_filter_text() && !status->fragment->filter_text ? nullptr : status;
}

void gather_filters(db::Tx& tx, AccountId viewer, StatusMaterial& material) {
  material.filters = material.cached.filters;
  if (material.filters) return;
  material.filters = std::make_shared<const service::FilterMatcher>(service::load_filter_matcher(tx, viewer));
  material.additions.filters = material.filters;
}

/// Counters that are not known any more.
void gather_counters(db::Tx& tx, std::span<const StatusId> served, StatusMaterial& material) {
  std::vector<StatusId> uncounted;
  for (const auto id : served) {
    const auto* shown = find_shown(material, id);
    if (!shown->counters) uncounted.push_back(shown->fragment->facts.id);
  }
  if (!uncounted.empty()) material.additions.counters = store::list_counters(tx, uncounted);
}

/// false: it has just gone.
bool take_counted(const CachedStatus& shown, StatusMaterial& material, model::Status& into) {
  into = shown.fragment->facts;
  const auto read = material.additions.counters.find(into.id);
  if (!shown.counters && read == material.additions.counters.end()) return false;
  (shown.counters ? *shown.counters : read->second).copy_to(into);
  material.fragments.emplace(into.id, shown.fragment);
  return true;
}

void take_served(std::span<const StatusId> served, StatusMaterial& material) {
  for (const auto id : served) {
    model::Status shown;
    if (!take_counted(*find_shown(material, id), material, shown)) continue;
    if (shown.id != id) {
      const auto& wrapper = find_status(material, id)->fragment;
      material.fragments.emplace(id, wrapper);
      material.bundle.statuses.push_back(wrapper->facts);
      material.bundle.originals.emplace(shown.id, std::move(shown));
    } else {
      material.bundle.statuses.push_back(std::move(shown));
    }
  }
}

void gather_authors(db::Tx& tx, StatusMaterial& material) {
  std::set<AccountId> unknown;
  for (const auto& [id, fragment] : material.fragments) {
    const auto author = fragment->facts.account_id;
    if (!material.cached.accounts.contains(author) && !material.bundle.accounts.contains(author))
      unknown.insert(author);
  }
  if (unknown.empty()) return;
  const std::vector<AccountId> ids(unknown.begin(), unknown.end());
  for (auto& account : store::list_accounts(tx, ids)) {
    const auto id = account.id;
    material.bundle.accounts.emplace(id, std::move(account));
  }
}

}  // namespace

StatusMaterial gather_statuses(db::Tx& tx, std::optional<AccountId> viewer, std::span<const StatusId> ids,
                               StatusCache* cache) {
  StatusMaterial material{.cache = cache};
  if (ids.empty()) return material;
  if (cache == nullptr) {
    material.bundle = store::load_status_bundle(tx, ids, viewer);
    return material;
  }
  material.cached = cache->find(ids, viewer, tx.now());
  if (viewer) gather_filters(tx, *viewer, material);
  std::vector<StatusId> served;
  std::vector<StatusId> missing;
  for (const auto id : ids) (find_shown(material, id) != nullptr ? served : missing).push_back(id);
  material.bundle = store::load_status_bundle(tx, missing, viewer);
  gather_counters(tx, served, material);
  take_served(served, material);
  gather_authors(tx, material);
  return material;
}

}  // namespace dunlin::api::entities
