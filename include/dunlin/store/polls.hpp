#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/poll.hpp"

#include <map>
#include <optional>
#include <span>
#include <vector>

namespace dunlin::store {

void insert_poll(db::Tx& tx, const model::Poll& poll);
std::optional<model::Poll> find_poll(db::Tx& tx, PollId id);
/// Locked until the transaction ends: votes and edits of one poll take turns.
std::optional<model::Poll> lock_poll(db::Tx& tx, PollId id);
std::optional<model::Poll> find_poll_of(db::Tx& tx, StatusId status);
/// Everything but identity and age.
void update_poll(db::Tx& tx, const model::Poll& poll);
void delete_poll(db::Tx& tx, StatusId status);

/// New votes of one account in a locked poll, with their effect on the tallies; those that are there already change
/// nothing. Returns how many are new.
std::size_t insert_votes(db::Tx& tx, const model::Poll& poll, std::span<const model::PollVote> votes);
void delete_votes(db::Tx& tx, PollId poll);
/// The options that `who` has chosen, ascending.
std::vector<std::size_t> list_choices(db::Tx& tx, PollId poll, AccountId who);
/// Everyone with an account here who has voted.
std::vector<AccountId> list_local_voters(db::Tx& tx, PollId poll);
/// Personal and shared inboxes (shared where there is one) of the servers whose people have voted.
std::vector<std::string> list_voter_inboxes(db::Tx& tx, PollId poll);

struct PollView {
  model::Poll poll;
  std::vector<std::size_t> own_votes;  // of the viewer
};
/// The polls of these statuses, in one statement.
std::map<StatusId, PollView> list_polls(db::Tx& tx, std::optional<AccountId> viewer,
                                        std::span<const StatusId> statuses);

}  // namespace dunlin::store
