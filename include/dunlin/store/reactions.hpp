#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/reaction.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dunlin::store {

/// Marks its status as one with reactions. false: it was there.
bool insert_reaction(db::Tx& tx, const model::Reaction& reaction);
/// The removed row.
std::optional<model::Reaction> delete_reaction(db::Tx& tx, AccountId who, StatusId status, std::string_view name);
/// `by`'s own: others of its host may have used the id.
std::optional<model::Reaction> find_reaction_by_uri(db::Tx& tx, std::string_view uri, AccountId by);
std::int64_t count_reactions(db::Tx& tx, AccountId who, StatusId status);
/// Oldest first; `name` nullopt: all.
std::vector<model::Reaction> list_reactions(db::Tx& tx, StatusId status, const std::optional<std::string>& name,
                                            int limit);
std::vector<model::Reaction> list_reactions_of(db::Tx& tx, AccountId who, StatusId status);
/// For notifications: the newest reaction of each (account, status), in one statement.
std::map<std::pair<AccountId, StatusId>, model::Reaction> list_newest_reactions(
    db::Tx& tx, std::span<const std::pair<AccountId, StatusId>> pairs);

struct ReactionCount {
  std::string name;
  std::optional<std::string> url;
  std::optional<std::string> static_url;
  std::optional<std::int64_t> emoji{};  // as of model::Reaction
  std::int64_t count = 0;
  bool me = false;  // the viewer is among them
};
/// Each emoji on these statuses, the first used first, in one statement.
std::map<StatusId, std::vector<ReactionCount>> count_reactions(db::Tx& tx, std::optional<AccountId> viewer,
                                                               std::span<const StatusId> statuses);

}  // namespace dunlin::store
