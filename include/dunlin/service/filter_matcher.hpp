#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/filter.hpp"
#include "dunlin/model/status.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::service {

/// The text of a status that filters look at (client-api.md 3.9): content without HTML, content warning, and
/// `further` (poll options, media descriptions, the text of what it quotes). Folded, and the same for every viewer.
std::string filter_text(const model::Status& status, std::span<const std::string_view> further = {});

/// Why a filter caught a status. The filter belongs to the matcher.
struct FilterMatch {
  const model::Filter* filter = nullptr;
  std::vector<std::string> keywords;  // as the user wrote them
  std::vector<StatusId> statuses;
};

/// All filters of one user, made once for a page or for a stream. Threads may share one that is not changed.
class FilterMatcher {
 public:
  FilterMatcher() = default;
  /// Those that have expired at `now` are left out.
  FilterMatcher(std::vector<model::Filter> filters, Time now);
  FilterMatcher(FilterMatcher&&) = default;
  FilterMatcher& operator=(FilterMatcher&&) = default;
  FilterMatcher(const FilterMatcher&) = delete;
  FilterMatcher& operator=(const FilterMatcher&) = delete;

  /// The first of its filters expires then.
  [[nodiscard]] Time valid_until() const { return valid_until_; }
  [[nodiscard]] bool empty() const { return filters_.empty(); }
  /// Otherwise match() needs no text.
  [[nodiscard]] bool reads_text() const { return !needles_.empty(); }
  /// `ids`: of the status and, for a reblog, of its wrapper. `text`: filter_text(status). The author's own statuses are
  /// the caller's business: filters do not apply to them.
  [[nodiscard]] std::vector<FilterMatch> match(std::span<const StatusId> ids, std::string_view text) const;

 private:
  struct Needle {
    std::string folded;
    bool word_begin = false;  // only where a word begins
    bool word_end = false;
    std::size_t filter = 0;   // index in filters_
    std::size_t keyword = 0;  // index in the filter's keywords
  };
  [[nodiscard]] std::vector<bool> find_needles(std::string_view text) const;

  Time valid_until_ = Time::max();
  std::vector<model::Filter> filters_;
  std::vector<Needle> needles_;                     // by text
  std::array<std::uint32_t, 257> by_first_byte_{};  // needles_ whose text begins with byte b: [b] .. [b + 1]
};

/// Of one viewer; one statement.
FilterMatcher load_filter_matcher(db::Tx& tx, AccountId viewer);

}  // namespace dunlin::service
