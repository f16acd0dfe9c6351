#include "dunlin/service/filter_matcher.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/base/words.hpp"
#include "dunlin/html/sanitize.hpp"
#include "dunlin/store/filters.hpp"

#include <algorithm>

namespace dunlin::service {

std::string filter_text(const model::Status& status, std::span<const std::string_view> further) {
  std::string text = html::to_plain_text(status.content);
  const auto append = [&text](std::string_view part) {
    if (part.empty()) return;
    if (!text.empty()) text += "\n\n";
    text += part;
  };
  append(status.spoiler_text);
  for (const auto part : further) append(part);
  return text::fold(text);
}

FilterMatcher::FilterMatcher(std::vector<model::Filter> filters, Time now) : filters_(std::move(filters)) {
  std::erase_if(filters_, [now](const model::Filter& filter) { return !filter.is_active(now); });
  for (const auto& filter : filters_) valid_until_ = std::min(valid_until_, filter.expires_at.value_or(Time::max()));
  for (std::size_t f = 0; f < filters_.size(); ++f) {
    const auto& keywords = filters_[f].keywords;
    for (std::size_t k = 0; k < keywords.size(); ++k) {
      Needle needle{.folded = text::fold(keywords[k].keyword), .filter = f, .keyword = k};
      if (needle.folded.empty()) continue;
      if (keywords[k].whole_word) {
        // Boundaries are asked for only where the keyword itself begins or ends with a part of a word.
        needle.word_begin = text::is_word_boundary(needle.folded, 0);
        needle.word_end = text::is_word_boundary(needle.folded, needle.folded.size());
      }
      needles_.push_back(std::move(needle));
    }
  }
  std::ranges::sort(needles_, {}, &Needle::folded);
  for (const auto& needle : needles_) ++by_first_byte_.at(static_cast<unsigned char>(needle.folded.front()) + 1U);
  for (std::size_t b = 1; b < by_first_byte_.size(); ++b) by_first_byte_.at(b) += by_first_byte_.at(b - 1);
}

std::vector<bool> FilterMatcher::find_needles(std::string_view text) const {
  std::vector<bool> found(needles_.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto first = static_cast<unsigned char>(text[at]);
    const std::size_t end = by_first_byte_.at(first + 1U);
    for (std::size_t n = by_first_byte_.at(first); n < end; ++n) {
      const auto& needle = needles_[n];
      if (found[n] || !text.substr(at).starts_with(needle.folded)) continue;
      if (needle.word_begin && !text::is_word_boundary(text, at)) continue;
      if (needle.word_end && !text::is_word_boundary(text, at + needle.folded.size())) continue;
      found[n] = true;
    }
  }
  return found;
}

std::vector<FilterMatch> FilterMatcher::match(std::span<const StatusId> ids, std::string_view text) const {
  std::vector<std::vector<std::size_t>> keywords(filters_.size());
  if (reads_text()) {
    const auto found = find_needles(text);
    for (std::size_t n = 0; n < needles_.size(); ++n) {
      if (found[n]) keywords[needles_[n].filter].push_back(needles_[n].keyword);
    }
  }
  std::vector<FilterMatch> matches;
  for (std::size_t f = 0; f < filters_.size(); ++f) {
    const auto& filter = filters_[f];
    FilterMatch match{.filter = &filter, .keywords = {}, .statuses = {}};
    std::ranges::sort(keywords[f]);
    for (const auto k : keywords[f]) match.keywords.push_back(filter.keywords[k].keyword);
    for (const auto& status : filter.statuses) {
      if (std::ranges::find(ids, status.status_id) != ids.end()) match.statuses.push_back(status.status_id);
    }
    if (!match.keywords.empty() || !match.statuses.empty()) matches.push_back(std::move(match));
  }
  return matches;
}

FilterMatcher load_filter_matcher(db::Tx& tx, AccountId viewer) {
  return {store::list_filters(tx, viewer), tx.now()};
}

}  // namespace dunlin::service
