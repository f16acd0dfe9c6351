#pragma once

#include "dunlin/db/tx.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::store {

struct Rule {
  std::int64_t id = 0;
  std::string text;
  std::string hint{};
  std::string translations = "{}";  // a JSON object: language -> {text, hint}
};
/// Those in force, in order.
std::vector<Rule> list_rules(db::Tx& tx);
/// Also deleted ones: a report may name them. Any order; unknown ids are left out.
std::vector<Rule> list_rules_by_id(db::Tx& tx, std::span<const std::int64_t> ids);
/// Goes to the end; returns its id.
std::int64_t insert_rule(db::Tx& tx, std::string_view text, std::string_view hint);
/// false: there is no such rule in force.
bool update_rule(db::Tx& tx, const Rule& rule);
bool delete_rule(db::Tx& tx, std::int64_t id);

}  // namespace dunlin::store
