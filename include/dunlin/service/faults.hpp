#pragma once

#include "dunlin/base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dunlin::service {

/// What is wrong with a form, field by field: `details` of a 422 (client-api.md 1.5).
struct Fault {
  std::string field;        // as the API names it: "username"
  std::string code;         // "ERR_TAKEN"
  std::string description;  // "has already been taken"
  std::string label;        // the field for people: "Username"
};

class Faults {
 public:
  void add(std::string_view field, std::string_view label, std::string_view code, std::string_view description) {
    all_.push_back({std::string(field), std::string(code), std::string(description), std::string(label)});
  }
  [[nodiscard]] bool empty() const { return all_.empty(); }
  [[nodiscard]] const std::vector<Fault>& all() const { return all_; }
  /// "Validation failed: Username has already been taken, Email is invalid"
  [[nodiscard]] std::string message() const {
    std::string text = "Validation failed: ";
    for (const auto& fault : all_) {
      if (&fault != &all_.front()) text += ", ";
      text += fault.label + " " + fault.description;
    }
    return text;
  }

 private:
  std::vector<Fault> all_;
};

}  // namespace dunlin::service
