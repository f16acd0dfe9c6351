#pragma once

#include "checks.hpp"
#include "value.hpp"

#include "dunlin/config/config.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::config {

/// One setting: all that the program knows about it.
struct Field {
  std::string_view section;
  std::string_view key;
  Slot slot;
  std::string_view help;
  /// For texts, and for each element of a list.
  checks::Check check = nullptr;
  /// Closed set of texts; empty: any that `check` takes.
  std::vector<std::string_view> choices = {};
  /// Inclusive bounds in bytes, milliseconds or plain; equal: none.
  double least = 0;
  double most = 0;
  bool secret = false;
  /// In place of the struct's default in the documents.
  std::string_view default_note = {};

  [[nodiscard]] std::string name() const { return std::string(section) + "." + std::string(key); }
  [[nodiscard]] std::string variable() const;
};

struct Section {
  std::string_view name;
  std::string_view help;
};

/// Sections in the order of the documents.
std::span<const Section> sections();
/// The table, with slots that point into `config`.
std::vector<Field> fields_of(Config& config);

}  // namespace dunlin::config
