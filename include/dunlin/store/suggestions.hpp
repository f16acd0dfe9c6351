#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/suggestion.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace dunlin::store {

enum class DirectoryOrder : std::uint8_t { active, newest };
/// Accounts that agreed to be found, without those that `viewer` or who blocks him would not meet.
std::vector<AccountId> list_directory(db::Tx& tx, std::optional<AccountId> viewer, DirectoryOrder order,
                                      bool local_only, int limit, int offset);

/// Whom `who` may be advised to follow, best first. Never: himself, those he follows, has asked, blocks, mutes or has
/// dismissed, who blocks him, who did not agree to be found.
/// Followed by several of those that he follows.
std::vector<AccountId> list_friends_of_friends(db::Tx& tx, AccountId who, int limit);
/// Followed by others who follow those that he followed last.
std::vector<AccountId> list_similar_accounts(db::Tx& tx, AccountId who, int limit);
/// The popular ones, of one source.
std::vector<AccountId> list_recommended_accounts(db::Tx& tx, AccountId who, model::SuggestionSource source, int limit);
void dismiss_suggestion(db::Tx& tx, AccountId who, AccountId target);

/// For the job: whom active local users follow most, and with whose statuses of late they did something.
void replace_most_followed(db::Tx& tx, int limit);
void replace_most_interactions(db::Tx& tx, Time since, int limit);

}  // namespace dunlin::store
