#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/store/status_search.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dunlin::service {

/// A search of statuses as a person wrote it, with Mastodon's operators (client-api.md 3.12). Accounts are still names.
struct ParsedSearch {
  store::StatusSearch search;
  std::vector<std::string> from;  // handles without '@', or "me"; several: nobody is all of them
  std::vector<std::string> not_from;
  bool contradicts_itself = false;  // nothing can match
};

/// What is no operator is a word. Errors: invalid "Invalid date supplied".
Result<ParsedSearch> parse_status_search(std::string_view text);

}  // namespace dunlin::service
