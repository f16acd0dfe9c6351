#pragma once

#include "dunlin/base/error.hpp"

#include <expected>
#include <source_location>
#include <string>
#include <utility>

namespace dunlin {

/// For outcomes that may well happen. Faults (database gone, broken invariant) are exceptions; docs/adr/0002.
template <class T>
using Result = std::expected<T, Error>;

/// `return fail(Errc::forbidden, "This action is not allowed", "blocked by target");`
[[nodiscard]] inline std::unexpected<Error> fail(Errc code, std::string message, std::string detail = {},
                                                 std::source_location where = std::source_location::current()) {
  return std::unexpected<Error>(Error{code, std::move(message), std::move(detail), where});
}

}  // namespace dunlin

#define DUNLIN_JOIN_(a, b) a##b
#define DUNLIN_JOIN(a, b) DUNLIN_JOIN_(a, b)
#define DUNLIN_TRY_(name, expr)                                                  \
  __extension__({                                                                \
    auto name = (expr);                                                          \
    if (!name) return std::unexpected<::dunlin::Error>(std::move(name).error()); \
    std::move(*name);                                                            \
  })
/// The value of a Result, or return its error from this function. Contains `return`: not for coroutines, by intent.
#define TRY(expr) DUNLIN_TRY_(DUNLIN_JOIN(dunlin_try_, __COUNTER__), expr)
/// The same for Result<void>.
#define TRY_VOID(expr)                                                             \
  do {                                                                             \
    if (auto dunlin_try_void = (expr); !dunlin_try_void)                           \
      return std::unexpected<::dunlin::Error>(std::move(dunlin_try_void).error()); \
  } while (false)
