#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::db {

/// One statement parameter in PostgreSQL's text form; NULL is nullopt.
class Param {
 public:
  Param(std::nullopt_t) {}
  Param(bool value) : text_(value ? "t" : "f") {}
  template <std::integral I>
    requires(!std::same_as<I, bool> && !std::same_as<I, char>)
  Param(I value) : text_(std::to_string(value)) {}
  Param(double value);
  Param(std::string_view value) : text_(std::string(value)) {}
  Param(const std::string& value) : text_(value) {}
  Param(const char* value) : text_(value) {}
  Param(Time value);
  template <class Tag>
  Param(Id<Tag> value) : text_(std::to_string(value.value)) {}
  template <class T>
  Param(const std::optional<T>& value) : Param(value ? Param(*value) : Param(std::nullopt)) {}

  template <class Tag>
  static Param ids(std::span<const Id<Tag>> values) {
    std::vector<std::int64_t> plain;
    plain.reserve(values.size());
    for (const auto id : values) plain.push_back(id.value);
    return bigints(plain);
  }
  template <class Tag>
  static Param ids(const std::vector<Id<Tag>>& values) {
    return ids(std::span<const Id<Tag>>(values));
  }
  /// `$1::bigint[]`
  static Param bigints(std::span<const std::int64_t> values);
  /// `$1::text[]`
  static Param texts(std::span<const std::string> values);
  /// `$1::bytea`
  static Param bytes(std::string_view bytes);

  /// nullptr for NULL.
  [[nodiscard]] const char* c_str() const { return text_ ? text_->c_str() : nullptr; }
  /// PostgreSQL stores no NUL, and c_str() would end there: such a value is refused when it is sent.
  [[nodiscard]] bool has_nul() const { return text_ && text_->find('\0') != std::string::npos; }

 private:
  std::optional<std::string> text_;
};

}  // namespace dunlin::db
