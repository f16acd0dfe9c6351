#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace dunlin::test {

/// A document with one property spoiled, and in which way: one of kSpoilings.
struct Spoiled {
  std::size_t kind;
  nlohmann::json document;
};

/// A property can be missing, be something else (nine things), or stand in an array.
inline constexpr std::size_t kSpoilings = 11;

/// Every way to spoil one property of a document, also of the objects in it.
inline std::vector<Spoiled> spoiled(const nlohmann::json& document) {
  const nlohmann::json kInstead[kSpoilings - 2] = {nullptr,
                                                   nlohmann::json::array(),
                                                   nlohmann::json::object(),
                                                   17,
                                                   true,
                                                   "",
                                                   "x",
                                                   nlohmann::json::array({nlohmann::json::array(), 5, nullptr}),
                                                   {{"type", "Note"}, {"type2", 1}}};
  std::vector<Spoiled> result;
  for (const auto& [name, value] : document.items()) {
    std::size_t kind = 0;
    const auto add = [&](nlohmann::json changed) { result.push_back({kind++, std::move(changed)}); };
    const auto with = [&](nlohmann::json instead) {
      auto changed = document;
      changed[name] = std::move(instead);
      return changed;
    };
    auto without = document;
    without.erase(name);
    add(std::move(without));
    for (const auto& instead : kInstead) add(with(instead));
    add(with(nlohmann::json::array({value})));
    if (!value.is_object()) continue;
    for (auto& inner : spoiled(value)) result.push_back({inner.kind, with(std::move(inner.document))});
  }
  return result;
}

}  // namespace dunlin::test
