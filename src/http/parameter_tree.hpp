#pragma once

#include "dunlin/base/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace dunlin::http {

inline constexpr std::size_t kMaxParameters = 1'000;
inline constexpr std::size_t kMaxParameterDepth = 8;

/// Collects `a[b][]=value` pairs of one source (query, form or multipart body) into one JSON object, as Rails reads
/// them: `[]` appends, `[name]` nests, and in `a[][x]=1&a[][y]=2&a[][x]=3` a repeated key starts the next element.
class ParameterTree {
 public:
  explicit ParameterTree(nlohmann::json& root) : root_(root) {}

  /// Decoded name and value. A later value replaces an earlier one of another shape. Errors: bad_request.
  Result<void> add(std::string_view name, std::string value);
  /// `a=1&b%5B%5D=2`, percent-encoded. Errors: bad_request.
  Result<void> add_form(std::string_view encoded);

 private:
  nlohmann::json& root_;
  std::size_t count_ = 0;
};

/// Valid UTF-8 without NUL, which PostgreSQL does not store. Errors: bad_request.
Result<void> check_text(std::string_view text);

}  // namespace dunlin::http
