#pragma once

#include <cstddef>
#include <unordered_map>
#include <utility>

namespace dunlin {

/// A bounded map that keeps what was used lately. Two generations: what is asked for moves into the young one; when
/// that has half of what is allowed, it becomes the old one, and what was left in the old one is forgotten.
template <class Key, class Value>
class RecentMap {
 public:
  /// `max_cost` in the caller's unit.
  explicit RecentMap(std::size_t max_cost) : half_(max_cost / 2) {}

  /// nullptr: not there. Valid until the next call.
  Value* find(const Key& key) {
    if (const auto at = young_.find(key); at != young_.end()) return &at->second.value;
    auto node = old_.extract(key);
    if (node.empty()) return nullptr;
    const auto cost = node.mapped().cost;
    old_cost_ -= cost;
    make_room(cost);
    young_cost_ += cost;
    return &young_.insert(std::move(node)).position->second.value;
  }
  void put(const Key& key, Value value, std::size_t cost) {
    erase(key);
    if (cost > half_) return;
    make_room(cost);
    young_cost_ += cost;
    young_.emplace(key, Entry{std::move(value), cost});
  }
  void erase(const Key& key) {
    if (const auto at = young_.find(key); at != young_.end()) {
      young_cost_ -= at->second.cost;
      young_.erase(at);
    } else if (const auto older = old_.find(key); older != old_.end()) {
      old_cost_ -= older->second.cost;
      old_.erase(older);
    }
  }
  template <class F>
  void erase_if(F&& condemned) {
    erase_in(young_, young_cost_, condemned);
    erase_in(old_, old_cost_, condemned);
  }
  void clear() {
    young_.clear();
    old_.clear();
    young_cost_ = old_cost_ = 0;
  }
  [[nodiscard]] std::size_t cost() const { return young_cost_ + old_cost_; }
  [[nodiscard]] std::size_t size() const { return young_.size() + old_.size(); }

 private:
  struct Entry {
    Value value;
    std::size_t cost;
  };
  using Map = std::unordered_map<Key, Entry>;

  void make_room(std::size_t cost) {
    if (young_cost_ + cost <= half_) return;
    old_ = std::exchange(young_, {});
    old_cost_ = std::exchange(young_cost_, 0);
  }
  template <class F>
  static void erase_in(Map& map, std::size_t& total, F& condemned) {
    std::erase_if(map, [&](const auto& item) {
      if (!condemned(item.second.value)) return false;
      total -= item.second.cost;
      return true;
    });
  }

  const std::size_t half_;
  Map young_;
  Map old_;
  std::size_t young_cost_ = 0;
  std::size_t old_cost_ = 0;
};

}  // namespace dunlin
