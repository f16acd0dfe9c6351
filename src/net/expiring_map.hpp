#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <utility>

namespace dunlin::net {

/// What is known for a while, and of so many at most: when it is full of what still holds, all is forgotten, and found
/// out anew. Of one thread.
template <class Key, class Value>
class ExpiringMap {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  explicit ExpiringMap(std::size_t most) : most_(most) {}

  void put(Key key, Value value, TimePoint until, TimePoint now) {
    if (entries_.size() >= most_) {
      std::erase_if(entries_, [now](const auto& entry) { return entry.second.until <= now; });
      if (entries_.size() >= most_) entries_.clear();
    }
    entries_.insert_or_assign(std::move(key), Entry{std::move(value), until});
  }

  /// nullptr: not known, or no more. Good until the next call.
  const Value* find(const Key& key, TimePoint now) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return nullptr;
    if (found->second.until > now) return &found->second.value;
    entries_.erase(found);
    return nullptr;
  }

 private:
  struct Entry {
    Value value;
    TimePoint until;
  };

  std::size_t most_;
  std::map<Key, Entry> entries_;
};

}  // namespace dunlin::net
