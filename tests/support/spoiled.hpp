#pragma once

#include <nlohmann/json.hpp>

#include <utility>
#include <vector>

namespace dunlin::test {

/// Every way to spoil one property of a document, also of the objects in it.
inline std::vector<nlohmann::json> spoiled(const nlohmann::json& document) {
  const nlohmann::json kInstead[] = {nullptr,
                                     nlohmann::json::array(),
                                     nlohmann::json::object(),
                                     17,
                                     true,
                                     "",
                                     "x",
                                     nlohmann::json::array({nlohmann::json::array(), 5, nullptr}),
                                     {{"type", "Note"}, {"type2", 1}}};
  std::vector<nlohmann::json> result;
  for (const auto& [name, value] : document.items()) {
    auto without = document;
    without.erase(name);
    result.push_back(std::move(without));
    for (const auto& instead : kInstead) {
      auto changed = document;
      changed[name] = instead;
      result.push_back(std::move(changed));
    }
    auto wrapped = document;
    wrapped[name] = nlohmann::json::array({value});
    result.push_back(std::move(wrapped));
    if (value.is_object()) {
      for (auto& inner : spoiled(value)) {
        auto changed = document;
        changed[name] = std::move(inner);
        result.push_back(std::move(changed));
      }
    }
  }
  return result;
}

}  // namespace dunlin::test
