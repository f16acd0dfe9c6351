#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"
#include "dunlin/db/tx.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::store {

struct InstanceCounts {
  std::int64_t users = 0;
  std::int64_t active_month = 0;
  std::int64_t active_half_year = 0;
  std::int64_t local_statuses = 0;
  std::int64_t local_replies = 0;
  std::int64_t domains = 0;
};
InstanceCounts count_instance(db::Tx& tx);

struct CustomEmoji {
  std::string shortcode;
  std::optional<std::string> domain{};
  std::string url;
  std::string static_url;
  std::optional<std::string> category{};
  bool visible_in_picker = true;
};
/// Local, enabled ones by shortcode.
std::vector<CustomEmoji> list_custom_emojis(db::Tx& tx);

struct Filter {
  FilterId id;
  std::string title;
  std::vector<std::string> contexts;
  int action = 0;  // 0 warn, 1 hide, 2 blur
  std::optional<Time> expires_at{};
  struct Keyword {
    std::int64_t id;
    std::string keyword;
    bool whole_word;
  };
  std::vector<Keyword> keywords;
  struct Status {
    std::int64_t id;
    StatusId status_id;
  };
  std::vector<Status> statuses;
};
/// With keywords and statuses; a fixed number of statements.
std::vector<Filter> list_filters(db::Tx& tx, AccountId who);

/// Tags whose folded name begins with `prefix`, most used first.
struct Tag {
  std::int64_t id = 0;
  std::string name;
  std::string display_name;
};
std::vector<Tag> search_tags(db::Tx& tx, std::string_view prefix, int limit, int offset);

}  // namespace dunlin::store
