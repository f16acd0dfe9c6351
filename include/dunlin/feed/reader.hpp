#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/store/feeds.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace dunlin::feed {

/// One local account as a reader: its relations in the form in which they are asked. Never changed once made, so that
/// threads share it.
struct Reader {
  AccountId id;
  struct Follow {
    bool show_reblogs = true;
    std::vector<std::string> languages;  // empty: all
  };
  std::unordered_map<AccountId, Follow> follows;
  std::unordered_set<AccountId> unwelcome;  // blocked either way, or muted
  std::unordered_set<std::string> blocked_domains;
  std::unordered_set<AccountId> exclusive;  // members of exclusive lists: read there, not at home
  std::unordered_set<std::string> followed_tags;
  Time valid_until = Time::max();  // the first mute ends then

  /// About how much memory it takes.
  [[nodiscard]] std::size_t bytes() const;
};

Reader load_reader(db::Tx& tx, AccountId id);

/// The author has a place in what the reader is shown: the C++ form of DUNLIN_WELCOME (store/sight.hpp).
bool welcomes(const Reader& reader, AccountId author, const std::optional<std::string>& domain);

/// Welcome, and in timelines of many: silenced authors only of whom the reader follows.
bool lists(const Reader& reader, const store::FeedStatus& status);

/// A list of the reader, as it is asked.
struct List {
  AccountId owner;
  model::RepliesPolicy replies_policy = model::RepliesPolicy::list;
  std::unordered_set<AccountId> members;
};
/// The rule of who finds a status in a list: DUNLIN_LIST_ADMITS (store/list_timeline.cpp).
bool admits(const Reader& owner, const List& list, const store::FeedStatus& status);

/// The one rule of who finds a status at home, for rings that grow, rings that are rebuilt, and streams. The C++ form
/// of DUNLIN_HOME_ADMITS (store/home_timeline.cpp); a property test compares them.
bool admits(const Reader& reader, const store::FeedStatus& status);

}  // namespace dunlin::feed
