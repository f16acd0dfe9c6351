#include "dunlin/store/polls.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

#include <string>

namespace dunlin::store {

#define DUNLIN_POLL_COLUMNS                                                                                          \
  "p.id, p.status_id, p.options, p.tallies, p.voters_count, p.multiple, p.hide_totals, p.expires_at, p.fetched_at, " \
  "p.created_at, p.names"

namespace {

constexpr int kPollColumns = 11;

model::Poll read_poll(const db::Row& row) {
  return {.id = row.id<PollId>(0),
          .status_id = row.id<StatusId>(1),
          .options = row.texts(2),
          .names = row.is_null(10) ? std::vector<std::string>{} : row.texts(10),
          .tallies = row.bigints(3),
          .voters_count = row.i64(4),
          .multiple = row.boolean(5),
          .hide_totals = row.boolean(6),
          .expires_at = row.opt_time(7),
          .fetched_at = row.opt_time(8),
          .created_at = row.time(9)};
}

db::Param names_of(const model::Poll& poll) {
  return poll.names.empty() ? db::Param(std::nullopt) : db::Param::texts(poll.names);
}

std::vector<std::size_t> to_choices(const std::vector<std::int64_t>& numbers) {
  return {numbers.begin(), numbers.end()};
}

}  // namespace

const db::Statement kInsertPoll{"polls.insert", R"sql(
INSERT INTO polls (id, status_id, options, tallies, voters_count, multiple, hide_totals, expires_at, fetched_at, created_at,
                   names)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11))sql"};

void insert_poll(db::Tx& tx, const model::Poll& p) {
  tx.exec(kInsertPoll, {p.id, p.status_id, db::Param::texts(p.options), db::Param::bigints(p.tallies), p.voters_count,
                        p.multiple, p.hide_totals, p.expires_at, p.fetched_at, p.created_at, names_of(p)});
}

const db::Statement kFindPoll{"polls.find", "SELECT " DUNLIN_POLL_COLUMNS " FROM polls p WHERE p.id = $1"};
const db::Statement kLockPoll{"polls.lock", "SELECT " DUNLIN_POLL_COLUMNS " FROM polls p WHERE p.id = $1 FOR UPDATE"};
const db::Statement kFindPollOf{"polls.find_of", "SELECT " DUNLIN_POLL_COLUMNS " FROM polls p WHERE p.status_id = $1"};

std::optional<model::Poll> find_poll(db::Tx& tx, PollId id) {
  return first_row(tx.exec(kFindPoll, {id}), read_poll);
}

std::optional<model::Poll> lock_poll(db::Tx& tx, PollId id) {
  return first_row(tx.exec(kLockPoll, {id}), read_poll);
}

std::optional<model::Poll> find_poll_of(db::Tx& tx, StatusId status) {
  return first_row(tx.exec(kFindPollOf, {status}), read_poll);
}

const db::Statement kUpdatePoll{"polls.update", R"sql(
UPDATE polls
SET options = $2, tallies = $3, voters_count = $4, multiple = $5, hide_totals = $6, expires_at = $7, fetched_at = $8,
    names = $9
WHERE id = $1)sql"};

void update_poll(db::Tx& tx, const model::Poll& p) {
  tx.exec(kUpdatePoll, {p.id, db::Param::texts(p.options), db::Param::bigints(p.tallies), p.voters_count, p.multiple,
                        p.hide_totals, p.expires_at, p.fetched_at, names_of(p)});
}

const db::Statement kDeletePoll{"polls.delete", "DELETE FROM polls WHERE status_id = $1"};

void delete_poll(db::Tx& tx, StatusId status) {
  tx.exec(kDeletePoll, {status});
}

// The voter counts once, with his first vote; the caller holds the poll's lock.
const db::Statement kInsertVotes{"polls.insert_votes", R"sql(
WITH before AS MATERIALIZED (
  SELECT EXISTS (SELECT 1 FROM poll_votes WHERE poll_id = $1 AND account_id = $2) AS has_voted),
new AS (
  INSERT INTO poll_votes (id, poll_id, account_id, choice, uri, created_at)
  SELECT v.id, $1, $2, v.choice, nullif(v.uri, ''), $6
  FROM unnest($3::bigint[], $4::bigint[], $5::text[]) AS v (id, choice, uri)
  ON CONFLICT (poll_id, account_id, choice) DO NOTHING
  RETURNING choice),
counted AS (
  UPDATE polls p
  SET tallies = ARRAY(
        SELECT t.votes + (SELECT count(*) FROM new n WHERE n.choice = t.position - 1)
        FROM unnest(p.tallies) WITH ORDINALITY AS t (votes, position)
        ORDER BY t.position),
      voters_count = p.voters_count + (NOT b.has_voted)::integer
  FROM before b
  WHERE p.id = $1 AND EXISTS (SELECT 1 FROM new))
SELECT count(*) FROM new)sql"};

std::size_t insert_votes(db::Tx& tx, const model::Poll& poll, std::span<const model::PollVote> votes) {
  if (votes.empty()) return 0;
  std::vector<std::int64_t> ids;
  std::vector<std::int64_t> choices;
  std::vector<std::string> uris;
  for (const auto& vote : votes) {
    ids.push_back(vote.id.value);
    choices.push_back(static_cast<std::int64_t>(vote.choice));
    uris.push_back(vote.uri.value_or(""));
  }
  return static_cast<std::size_t>(
      tx.exec(kInsertVotes, {poll.id, votes.front().account_id, db::Param::bigints(ids), db::Param::bigints(choices),
                             db::Param::texts(uris), tx.now()})[0]
          .i64(0));
}

const db::Statement kDeleteVotes{"polls.delete_votes", "DELETE FROM poll_votes WHERE poll_id = $1"};

void delete_votes(db::Tx& tx, PollId poll) {
  tx.exec(kDeleteVotes, {poll});
}

const db::Statement kListChoices{
    "polls.choices", "SELECT choice FROM poll_votes WHERE poll_id = $1 AND account_id = $2 ORDER BY choice"};

std::vector<std::size_t> list_choices(db::Tx& tx, PollId poll, AccountId who) {
  return all_rows(tx.exec(kListChoices, {poll, who}),
                  [](const db::Row& row) { return static_cast<std::size_t>(row.i64(0)); });
}

const db::Statement kListLocalVoters{"polls.local_voters", R"sql(
SELECT DISTINCT v.account_id
FROM poll_votes v JOIN accounts a ON a.id = v.account_id
WHERE v.poll_id = $1 AND a.domain IS NULL
ORDER BY v.account_id)sql"};

std::vector<AccountId> list_local_voters(db::Tx& tx, PollId poll) {
  return all_rows(tx.exec(kListLocalVoters, {poll}), [](const db::Row& row) { return row.id<AccountId>(0); });
}

const db::Statement kListVoterInboxes{"polls.voter_inboxes", R"sql(
SELECT DISTINCT coalesce(nullif(a.shared_inbox_url, ''), a.inbox_url) COLLATE "C" AS inbox
FROM poll_votes v JOIN accounts a ON a.id = v.account_id
WHERE v.poll_id = $1 AND a.domain IS NOT NULL AND a.inbox_url <> '' AND a.suspended_at IS NULL
ORDER BY inbox)sql"};

std::vector<std::string> list_voter_inboxes(db::Tx& tx, PollId poll) {
  return all_rows(tx.exec(kListVoterInboxes, {poll}), [](const db::Row& row) { return std::string(row.text(0)); });
}

const db::Statement kListPolls{"polls.of_statuses", "SELECT " DUNLIN_POLL_COLUMNS R"sql(,
  ARRAY(SELECT v.choice::bigint FROM poll_votes v WHERE v.poll_id = p.id AND v.account_id = $1 ORDER BY v.choice)
FROM polls p
WHERE p.status_id = ANY($2::bigint[]))sql"};

std::map<StatusId, PollView> list_polls(db::Tx& tx, std::optional<AccountId> viewer,
                                        std::span<const StatusId> statuses) {
  std::map<StatusId, PollView> out;
  for (const auto row : tx.exec(kListPolls, {viewer.value_or(AccountId{}), db::Param::ids(statuses)})) {
    auto poll = read_poll(row);
    const auto status = poll.status_id;
    out.emplace(status, PollView{std::move(poll), to_choices(row.bigints(kPollColumns))});
  }
  return out;
}

}  // namespace dunlin::store
