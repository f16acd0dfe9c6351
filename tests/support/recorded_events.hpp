#pragma once

#include "dunlin/service/events.hpp"

#include <utility>
#include <variant>
#include <vector>

namespace dunlin::test {

/// Remembers what was told by transactions that committed.
class RecordedEvents final : public service::Events {
 public:
  std::vector<service::Event> all;

  void tell(db::Tx& tx, service::Event event) override {
    tx.after_commit([this, event = std::move(event)] { all.push_back(event); });
  }

  /// Those of one kind, in order.
  template <class T>
  [[nodiscard]] std::vector<T> of() const {
    std::vector<T> out;
    for (const auto& event : all) {
      if (const auto* one = std::get_if<T>(&event)) out.push_back(*one);
    }
    return out;
  }
};

}  // namespace dunlin::test
