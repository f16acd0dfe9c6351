#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

namespace dunlin {
using PollId = Id<struct PollTag>;
using PollVoteId = Id<struct PollVoteTag>;
}  // namespace dunlin

namespace dunlin::model {

/// The question of a status.
struct Poll {
  PollId id;
  StatusId status_id;
  std::vector<std::string> options;   // plain text, as shown
  std::vector<std::string> names;     // remote: what its server calls them where that is something else; else empty
  std::vector<std::int64_t> tallies;  // votes for each of them
  std::int64_t voters_count = 0;
  bool multiple = false;
  bool hide_totals = false;  // until it is over
  std::optional<Time> expires_at;
  std::optional<Time> fetched_at;  // remote: when its server was last asked
  Time created_at{};

  /// What a vote for the option says.
  [[nodiscard]] const std::string& name_of(std::size_t choice) const {
    return names.empty() ? options.at(choice) : names.at(choice);
  }
  [[nodiscard]] bool is_over(Time now) const { return expires_at && *expires_at <= now; }
  [[nodiscard]] bool shows_totals(Time now) const { return !hide_totals || is_over(now); }
  [[nodiscard]] std::int64_t votes_count() const {
    return std::accumulate(tallies.begin(), tallies.end(), std::int64_t{0});
  }
};

struct PollVote {
  PollVoteId id;
  PollId poll_id;
  AccountId account_id;
  std::size_t choice = 0;  // index of the option
  std::optional<std::string> uri;
};

/// What a client sends to ask a question.
struct PollDraft {
  std::vector<std::string> options;
  std::optional<std::int64_t> expires_in_seconds;
  bool multiple = false;
  bool hide_totals = false;
};

}  // namespace dunlin::model
