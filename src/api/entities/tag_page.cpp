#include "dunlin/api/entities/tag_page.hpp"

#include "dunlin/api/entities/tag.hpp"
#include "dunlin/store/trends.hpp"

#include <vector>

namespace dunlin::api::entities {

TagPage::TagPage(db::Tx& tx, const config::Config& config, std::optional<AccountId> viewer,
                 std::span<const store::Tag> tags)
    : config_(config), signed_in_(viewer.has_value()) {
  std::vector<std::int64_t> ids;
  for (const auto& tag : tags) ids.push_back(tag.id);
  histories_ = store::load_tag_history(tx, ids);
  if (viewer) marks_ = store::list_tag_marks(tx, *viewer, ids);
}

void TagPage::render(json::Writer& out, const store::Tag& tag) const {
  const auto marks = marks_.find(tag.id);
  const auto of_viewer = marks == marks_.end() ? store::TagMarks{} : marks->second;
  render_tag(out, config_, tag, histories_.at(tag.id), signed_in_ ? &of_viewer : nullptr);
}

void TagPage::render_array(json::Writer& out, std::span<const store::Tag> tags) const {
  out.begin_array();
  for (const auto& tag : tags) render(out, tag);
  out.end_array();
}

}  // namespace dunlin::api::entities
