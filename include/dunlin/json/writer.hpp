#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace dunlin::json {

/// Appends JSON to a string: what renders API entities and ActivityPub documents (70 us for a page of statuses where a
/// document tree costs 550, docs/performance.md). Commas are its business; nesting is the caller's: each begin_* has
/// its end_*. Text must be valid UTF-8, which everything that was stored is.
class Writer {
 public:
  Writer() { out_.reserve(1024); }

  Writer& begin_object() { return open('{'); }
  Writer& end_object() { return close('}'); }
  Writer& begin_array() { return open('['); }
  Writer& end_array() { return close(']'); }
  Writer& key(std::string_view name);

  Writer& value(std::string_view text);
  Writer& value(const char* text) { return value(std::string_view(text)); }
  Writer& value(const std::string& text) { return value(std::string_view(text)); }
  Writer& value(bool flag);
  template <std::integral I>
    requires(!std::same_as<I, bool> && !std::same_as<I, char>)
  Writer& value(I number) {
    return integer(static_cast<std::int64_t>(number));
  }
  Writer& value(double number);
  Writer& value(std::nullptr_t);
  /// ISO 8601 with milliseconds.
  Writer& value(Time time);
  /// A decimal string.
  template <class Tag>
  Writer& value(Id<Tag> id) {
    return value(std::string_view(id.str()));
  }
  /// null when absent.
  template <class T>
  Writer& value(const std::optional<T>& v) {
    return v ? value(*v) : value(nullptr);
  }
  /// A finished JSON text.
  Writer& raw(std::string_view json);
  /// Finished members of an object, as the str() of another that wrote nothing else.
  Writer& members(std::string_view json) { return json.empty() ? *this : raw(json); }

  template <class T>
  Writer& field(std::string_view name, const T& v) {
    key(name);
    return value(v);
  }

  [[nodiscard]] const std::string& str() const { return out_; }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  Writer& open(char bracket);
  Writer& close(char bracket);
  Writer& integer(std::int64_t number);
  void separate();
  void append_escaped(std::string_view text);

  std::string out_;
  bool needs_comma_ = false;
};

}  // namespace dunlin::json
