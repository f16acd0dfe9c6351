#pragma once

#include "dunlin/api/call.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dunlin::web {

/// How often one visitor may send us to fetch keys in vain: a signature costs its sender nothing, and each could name
/// another key on a victim's host. Keys that then verify cost nobody anything (federation.md 2.7).
class KeyLookups {
 public:
  KeyLookups(const api::Call& call, std::string_view key_id);

  /// Nothing was fetched for this request yet, and its sender, or all strangers together, have had their share.
  [[nodiscard]] bool exhausted() const;
  /// The signature did not verify. Counts when something was fetched for it.
  void failed() const;

 private:
  [[nodiscard]] bool has_fetched() const;

  const api::Call& call_;
  std::string key_id_;
  std::string host_;
  std::optional<std::string> visitor_;  // by all his lookups
};

/// It was signed by this key: what strangers do to the key's host does not count against who sends for it.
void note_proven(const service::Environment& env, const http::Request& request, std::string_view key_id);

}  // namespace dunlin::web
