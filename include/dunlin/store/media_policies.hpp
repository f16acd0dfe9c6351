#pragma once

#include "dunlin/db/tx.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::store {

/// Whether the files of a server and those below it are fetched ahead of who looks, or not before.
struct MediaPolicy {
  std::string domain;  // normalised
  bool ahead = false;
};
/// The nearest of this domain and its parents.
std::optional<bool> find_media_policy(db::Tx& tx, std::string_view domain);
std::vector<MediaPolicy> list_media_policies(db::Tx& tx);
void save_media_policy(db::Tx& tx, const MediaPolicy& policy);
/// false: there was none.
bool delete_media_policy(db::Tx& tx, std::string_view domain);

}  // namespace dunlin::store
