#include "dunlin/service/polls.hpp"

#include "poll_rules.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/html/sanitize.hpp"
#include "dunlin/service/events.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/service/search_index.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/polls.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/statuses.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

namespace dunlin::service {

using model::Account;
using model::Poll;
using model::PollDraft;
using model::PollVote;
using model::Status;

namespace {

constexpr std::chrono::seconds kStaleAfter{60};

Result<void> refuse(std::string_view reason) {
  return fail(Errc::invalid, "Validation failed: " + std::string(reason));
}

Result<void> check_choices(const Poll& poll, std::span<const std::size_t> choices, Time now) {
  if (poll.is_over(now)) return refuse("The poll has already ended");
  const bool known = std::ranges::all_of(choices, [&](std::size_t choice) { return choice < poll.options.size(); });
  if (choices.empty() || !known) return refuse("The chosen vote option does not exist");
  return {};
}

/// As it was sent, else as one who writes HTML sends it.
std::vector<std::string>::const_iterator find_option(const Poll& poll, std::string_view sent) {
  const auto exact = std::ranges::find(poll.options, sent);
  return exact != poll.options.end() ? exact
                                     : std::ranges::find(poll.options, html::clean_line(html::decode_entities(sent)));
}

}  // namespace

Result<PollDraft> check_poll(const config::Config& config, PollDraft draft) {
  const auto most_options = static_cast<std::size_t>(config.limits.max_poll_options);
  const auto most_characters = static_cast<std::size_t>(config.limits.max_poll_option_characters);
  std::vector<std::string> options;
  for (const auto& option : draft.options) {
    if (const auto trimmed = text::trim(option); !trimmed.empty()) options.emplace_back(trimmed);
  }
  if (options.size() < 2) return fail(Errc::invalid, "Validation failed: Poll options must have more than one item");
  if (options.size() > most_options) {
    return fail(Errc::invalid,
                fmt::format("Validation failed: Poll options can't contain more than {} items", most_options));
  }
  for (const auto& option : options) {
    if (text::count_graphemes(option) > most_characters) {
      return fail(Errc::invalid, fmt::format("Validation failed: Poll options cannot be longer than {} characters each",
                                             most_characters));
    }
  }
  if (std::set(options.begin(), options.end()).size() != options.size()) {
    return fail(Errc::invalid, "Validation failed: Poll options contain duplicate items");
  }
  if (!draft.expires_in_seconds) return fail(Errc::invalid, "Validation failed: Poll expires at can't be blank");
  if (*draft.expires_in_seconds < kMinPollSeconds) {
    return fail(Errc::invalid, "Validation failed: Poll expires at is too soon");
  }
  if (*draft.expires_in_seconds > kMaxPollSeconds) {
    return fail(Errc::invalid, "Validation failed: Poll expires at is too far into the future");
  }
  draft.options = std::move(options);
  return draft;
}

Poll make_poll(Environment& env, StatusId status, const PollDraft& checked, Time now) {
  return {.id = env.ids.next<PollId>(),
          .status_id = status,
          .options = checked.options,
          .names = {},
          .tallies = std::vector<std::int64_t>(checked.options.size(), 0),
          .multiple = checked.multiple,
          .hide_totals = checked.hide_totals,
          .expires_at = now + std::chrono::seconds(checked.expires_in_seconds.value_or(kMinPollSeconds)),
          .fetched_at = std::nullopt,
          .created_at = now};
}

void enqueue_poll_end(const Environment& env, db::Tx& tx, const Poll& poll) {
  if (!poll.expires_at) return;
  env.queue.enqueue(
      tx, {.kind = kEndPoll, .payload = poll.id.str(), .run_at = *poll.expires_at, .unique_key = poll.id.str()});
}

void enqueue_remote_poll_end(const Environment& env, db::Tx& tx, const Poll& poll) {
  if (!poll.expires_at) return;
  // Not all at once: the whole network asks for the numbers of a poll that has ended.
  constexpr std::chrono::seconds kAfterwards{60};
  constexpr std::int64_t kSpreadSeconds = 240;
  const auto run_at = *poll.expires_at + kAfterwards + std::chrono::seconds(poll.id.value % kSpreadSeconds);
  env.queue.enqueue(tx, {.kind = kEndPoll, .payload = poll.id.str(), .run_at = run_at, .unique_key = poll.id.str()});
}

Result<Poll> PollService::get(db::Tx& tx, std::optional<AccountId> viewer, PollId id) {
  auto poll = store::find_poll(tx, id);
  if (!poll || !store::find_visible_status(tx, viewer, poll->status_id)) {
    return fail(Errc::not_found, "Record not found");
  }
  return *std::move(poll);
}

bool PollService::is_stale(const Poll& poll, const Status& status, Time now) {
  if (status.local) return false;
  const Time asked = poll.fetched_at.value_or(poll.created_at);
  // The last numbers are those of after its end.
  if (poll.expires_at && asked > *poll.expires_at) return false;
  return asked + kStaleAfter <= now;
}

Result<Poll> PollService::vote(db::Tx& tx, const Account& who, PollId id, std::span<const std::size_t> choices) {
  const auto poll = store::lock_poll(tx, id);
  const auto status = poll ? store::find_visible_status(tx, who.id, poll->status_id) : std::nullopt;
  if (!status) return fail(Errc::not_found, "Record not found");
  if (store::is_blocked(tx, who.id, status->account_id) || store::is_blocked(tx, status->account_id, who.id)) {
    return fail(Errc::forbidden, "This action is not allowed");
  }
  TRY_VOID(check_choices(*poll, choices, tx.now()));
  if (status->account_id == who.id) {
    return fail(Errc::invalid, "Validation failed: You cannot vote in your own polls");
  }
  const std::set<std::size_t> chosen(choices.begin(), choices.end());
  if (!store::list_choices(tx, id, who.id).empty() || (!poll->multiple && chosen.size() > 1)) {
    return fail(Errc::invalid, "Validation failed: You have already voted on this poll");
  }
  std::vector<PollVote> votes;
  for (const auto choice : chosen) {
    const auto vote = env_.ids.next<PollVoteId>();
    votes.push_back({vote, id, who.id, choice, who.uri + "#votes/" + vote.str()});
  }
  store::insert_votes(tx, *poll, votes);
  if (status->local) {
    if (!status->local_only) env_.federation.poll_tallied(tx, *status);
  } else {
    env_.federation.voted(tx, who, *status, *poll, votes);
    enqueue_remote_poll_end(env_, tx, *poll);
  }
  tell(tx, *status);
  auto now = store::find_poll(tx, id);
  if (!now) return fail(Errc::not_found, "Record not found");
  return *std::move(now);
}

Result<void> PollService::end(db::Tx& tx, RemoteDocuments& documents, PollId id) {
  auto poll = store::find_poll(tx, id);
  const auto status = poll ? store::find_status(tx, poll->status_id) : std::nullopt;
  if (!status || !poll->expires_at) return {};
  const bool has_last_numbers = status->local || (poll->fetched_at && *poll->fetched_at > *poll->expires_at);
  if (poll->is_over(tx.now()) && !has_last_numbers) {
    TRY_VOID(env_.federation.refresh_status(tx, documents, *status));
    poll = store::find_poll(tx, id);
    if (!poll || !store::find_status(tx, status->id)) return {};  // it is deleted there
  }
  if (!poll->is_over(tx.now())) {  // it was given more time
    status->local ? enqueue_poll_end(env_, tx, *poll) : enqueue_remote_poll_end(env_, tx, *poll);
    return {};
  }
  tell(tx, *status);
  if (status->local) {
    notifications_.poll_ended(tx, *status, status->account_id);
    if (!status->local_only) env_.federation.poll_ended(tx, *status);
  }
  for (const auto voter : store::list_local_voters(tx, id)) notifications_.poll_ended(tx, *status, voter);
  return {};
}

void PollService::receive(db::Tx& tx, const Status& status, RemotePoll remote) {
  if (remote.options.size() > kMaxRemotePollOptions) remote.options.resize(kMaxRemotePollOptions);
  remote.names.resize(remote.options.size());
  if (remote.names == remote.options) remote.names.clear();
  remote.tallies.resize(remote.options.size(), 0);
  for (auto& tally : remote.tallies) tally = std::max<std::int64_t>(tally, 0);
  const auto known = store::find_poll_of(tx, status.id);
  Poll poll{.id = known ? known->id : env_.ids.next<PollId>(),
            .status_id = status.id,
            .options = std::move(remote.options),
            .names = std::move(remote.names),
            .tallies = std::move(remote.tallies),
            .multiple = remote.multiple,
            .hide_totals = false,
            .expires_at = remote.expires_at,
            .fetched_at = tx.now(),
            .created_at = known ? known->created_at : tx.now()};
  // Servers that do not count people: nobody has voted more often than once where that is not allowed.
  const auto at_least =
      poll.multiple && !poll.tallies.empty() ? *std::ranges::max_element(poll.tallies) : poll.votes_count();
  poll.voters_count = std::max<std::int64_t>(remote.voters_count.value_or(at_least), 0);
  if (!known) {
    store::insert_poll(tx, poll);
    store::set_part(tx, status.id, model::Part::poll);
  } else {
    if (known->options != poll.options || known->multiple != poll.multiple) store::delete_votes(tx, poll.id);
    store::update_poll(tx, poll);
  }
  if (!known || known->options != poll.options) {
    Status with_poll = status;
    with_poll.set(model::Part::poll);
    index_status(tx, with_poll);
  }
  if (known) tell(tx, status);
}

void PollService::tell(db::Tx& tx, const Status& status) {
  env_.events.tell(tx, events::StatusChanged{status.id, status.account_id, events::StatusPart::poll});
}

void PollService::receive_removal(db::Tx& tx, const Status& status) {
  store::delete_poll(tx, status.id);
}

PollService::Received PollService::receive_vote(db::Tx& tx, const Account& voter, const Status& question,
                                                std::string_view option, std::optional<std::string> uri) {
  const auto known = question.local ? store::find_poll_of(tx, question.id) : std::nullopt;
  const auto poll = known ? store::lock_poll(tx, known->id) : std::nullopt;
  if (!poll) return Received::not_a_vote;
  const auto found = find_option(*poll, option);
  if (found == poll->options.end()) return Received::not_a_vote;
  const bool may = !poll->is_over(tx.now()) && voter.id != question.account_id && !voter.suspended_at &&
                   !store::is_blocked(tx, question.account_id, voter.id) &&
                   store::find_visible_status(tx, voter.id, question.id).has_value();
  if (!may) return Received::refused;
  if (!poll->multiple && !store::list_choices(tx, poll->id, voter.id).empty()) return Received::duplicate;
  const PollVote vote{.id = env_.ids.next<PollVoteId>(),
                      .poll_id = poll->id,
                      .account_id = voter.id,
                      .choice = static_cast<std::size_t>(found - poll->options.begin()),
                      .uri = std::move(uri)};
  if (store::insert_votes(tx, *poll, std::span(&vote, 1)) == 0) return Received::duplicate;
  env_.federation.poll_tallied(tx, question);
  tell(tx, question);
  return Received::counted;
}

}  // namespace dunlin::service
