#pragma once

#include <fmt/core.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

/// Logging: one event per line with key=value fields. error = someone must act; warn = degraded; info = lifecycle and
/// one line per failed job; debug = per request. No tokens, bodies or mail addresses.
namespace dunlin::log {

enum class Level : std::uint8_t { debug, info, warn, error, off };

struct Field {
  std::string_view key;
  std::string value;
};

template <class T>
Field kv(std::string_view key, const T& value) {
  if constexpr (std::convertible_to<T, std::string_view>) {
    return {key, std::string(std::string_view(value))};
  } else {
    return {key, fmt::format("{}", value)};
  }
}

/// Before the first line: where lines go ("stderr" or a file) and the least level shown. Throws when the file cannot be
/// opened.
void configure(Level least, const std::string& target = "stderr");
bool enabled(Level level);
void write(Level level, std::string_view event, std::initializer_list<Field> fields);

inline void debug(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::debug, event, fields);
}
inline void info(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::info, event, fields);
}
inline void warn(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::warn, event, fields);
}
inline void error(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::error, event, fields);
}

/// Every line of this thread carries `key=value` while the scope lives (request id, job id).
class Scope {
 public:
  Scope(std::string_view key, std::string_view value);
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  std::size_t previous_length_;
};

}  // namespace dunlin::log
