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
  std::int64_t id = 0;
  std::string shortcode;
  std::optional<std::string> domain{};
  std::string url;  // what its server names; of ours the key of the file
  std::string static_url;
  std::optional<std::string> category{};
  bool visible_in_picker = true;
  Time updated_at{};
};
/// Local, enabled ones by shortcode.
std::vector<CustomEmoji> list_custom_emojis(db::Tx& tx);

/// Tags whose folded name begins with `prefix`, most used first.
struct Tag {
  std::int64_t id = 0;
  std::string name;
  std::string display_name;
};
std::vector<Tag> search_tags(db::Tx& tx, std::string_view prefix, int limit, int offset);

}  // namespace dunlin::store
