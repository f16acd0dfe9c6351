#include "dunlin/activitypub/documents.hpp"

#include "dunlin/activitypub/vocabulary.hpp"

#include <algorithm>

namespace dunlin::activitypub {

bool Audience::includes(std::string_view id) const {
  return std::ranges::find(to, id) != to.end() || std::ranges::find(cc, id) != cc.end();
}

model::Visibility Audience::visibility(std::string_view followers_url) const {
  if (direct_message) return model::Visibility::direct;
  if (std::ranges::find(to, kPublic) != to.end()) return model::Visibility::public_;
  if (std::ranges::find(cc, kPublic) != cc.end()) return model::Visibility::unlisted;
  if (!followers_url.empty() && includes(followers_url)) return model::Visibility::private_;
  return model::Visibility::direct;
}

const std::string& Activity::object_id() const {
  static const std::string none;
  return objects.empty() ? none : objects.front().id;
}

}  // namespace dunlin::activitypub
