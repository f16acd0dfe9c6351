#include "parse/username.hpp"

#include <algorithm>

namespace dunlin::activitypub {

namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_allowed(char c) {
  return is_word(c) || c == '.' || c == '-';
}

}  // namespace

bool is_username(std::string_view name) {
  if (name.empty() || name.size() > 2048 || !is_word(name.front()) || !is_word(name.back())) return false;
  return std::ranges::all_of(name, is_allowed);
}

std::string to_username(std::string_view name) {
  std::string result;
  bool replaced = false;
  for (const char c : name) {
    if (is_allowed(c)) result += c;
    if (!is_allowed(c) && !replaced) result += '_';
    replaced = !is_allowed(c);
  }
  // "." and ".." mean something else in an address.
  if (!result.empty() && result.front() == '.') result.front() = '_';
  return result;
}

}  // namespace dunlin::activitypub
