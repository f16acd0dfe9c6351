#pragma once

#include "dunlin/config/config.hpp"
#include "dunlin/model/collection.hpp"

#include <optional>
#include <string>
#include <string_view>

/// The page of a collection, for people (its ActivityPub id is Collection::uri).
namespace dunlin::service {

inline std::string collection_url(const config::Config& config, model::CollectionId id) {
  return config.origin() + "/collections/" + id.str();
}

/// Which collection has its page at `url`.
inline std::optional<model::CollectionId> parse_collection_url(const config::Config& config, std::string_view url) {
  const std::string base = config.origin() + "/collections/";
  return url.starts_with(base) ? model::CollectionId::parse(url.substr(base.size())) : std::nullopt;
}

}  // namespace dunlin::service
