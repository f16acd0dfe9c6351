#pragma once

#include "dunlin/base/id.hpp"
#include "dunlin/model/page.hpp"
#include "dunlin/store/timelines.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace dunlin::feed {

/// The newest statuses of one home feed. Below its last entry it knows nothing, unless it is complete.
class Ring {
 public:
  /// `newest_first`: at most `capacity` entries, all there are when it is fewer.
  Ring(std::vector<store::HomeEntry> newest_first, std::size_t capacity);

  /// Keeps the order; what is older than a full ring reaches is left out, what is there already too.
  void insert(store::HomeEntry entry);
  /// The status, and every reblog of it.
  void erase(StatusId id);
  /// This entry alone.
  void erase_entry(StatusId id);
  [[nodiscard]] bool contains(StatusId id) const;
  /// nullopt: the page reaches below what the ring knows.
  [[nodiscard]] std::optional<std::vector<store::HomeEntry>> page(const model::Page& page) const;

  [[nodiscard]] std::span<const store::HomeEntry> entries() const { return entries_; }
  [[nodiscard]] std::size_t bytes() const { return entries_.capacity() * sizeof(store::HomeEntry); }

 private:
  std::size_t capacity_;
  bool complete_;
  std::vector<store::HomeEntry> entries_;  // oldest first: new ones come at the end
};

}  // namespace dunlin::feed
