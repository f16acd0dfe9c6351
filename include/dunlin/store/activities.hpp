#pragma once

#include "dunlin/base/id.hpp"
#include "dunlin/db/tx.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::store {

struct InboundActivity {
  ActivityId id;
  std::optional<std::string> uri{};
  AccountId signer_id;
  std::string host;
  std::string type;
  std::string body;
};
/// false: an activity of this uri was received before.
bool insert_inbound_activity(db::Tx& tx, const InboundActivity& activity);
/// nullopt: unknown, or processed already.
std::optional<InboundActivity> find_unprocessed_activity(db::Tx& tx, ActivityId id);
struct VerdictOf {
  ActivityId id;
  int verdict = 0;  // activitypub::Verdict
  int why = 0;      // activitypub::Reason
  std::string reason{};
};
/// Of one that is found by find_unprocessed_activity(); its body goes.
void record_verdict(db::Tx& tx, const VerdictOf& verdict);
/// Another one than `except` came under this uri before, from anybody, or from `signer` as one of several requests
/// (activitypub/intake.hpp).
bool was_received(db::Tx& tx, std::string_view uri, AccountId signer, ActivityId except);
/// The activity is known by `uri` from now on; its record is begun if there is none. Throws UniqueViolation when
/// another has that uri.
void claim_activity_uri(db::Tx& tx, const InboundActivity& activity, std::string_view uri);

/// An activity with what must still be so when it is stored.
struct WaitingActivity {
  InboundActivity activity;
  std::string key_id;
  Time key_fetched_at;
};
/// Stores them to be handled together, in one statement. Returns in order of ids those whose key is still the signer's,
/// read at that time, and whose signer is not suspended. Of the others nothing is stored.
std::vector<ActivityId> insert_waiting_activities(db::Tx& tx, std::span<const WaitingActivity> activities);
struct TakenActivity {
  InboundActivity activity;
  bool is_known = false;  // one of this uri was handled, or set aside, before
};
/// The oldest that wait; nobody else gets them before the transaction ends. Each ends by one of the next three.
std::vector<TakenActivity> take_waiting_activities(db::Tx& tx, int limit);
void record_verdicts(db::Tx& tx, std::span<const VerdictOf> verdicts);
/// They wait no more and are found by find_unprocessed_activity(): they have jobs of their own.
void set_aside_activities(db::Tx& tx, std::span<const ActivityId> ids);
void forget_waiting_activities(db::Tx& tx, std::span<const ActivityId> ids);
std::int64_t count_waiting_activities(db::Tx& tx);
/// What was handled and is older than that, the oldest first.
std::size_t purge_inbound_activities(db::Tx& tx, Time before, int limit);

/// expires_at nullopt: for ever. Keeps the longer life of two. `by`: it counts for what this actor sends, "" for all.
void insert_tombstone(db::Tx& tx, std::string_view uri, std::optional<Time> expires_at, std::string_view by = {});
/// For what `actor` sends; "" = whoever it may be.
bool is_tombstoned(db::Tx& tx, std::string_view uri, std::string_view actor = {});
/// When the one by this actor is over; nullopt: there is none, or it never is.
std::optional<Time> find_tombstone_end(db::Tx& tx, std::string_view uri, std::string_view by);
/// Those that are over, so many at most.
std::size_t purge_tombstones(db::Tx& tx, int limit);
/// The oldest of those by one actor that have an end, when there are more than `most`, so many at most.
std::size_t purge_early_tombstones(db::Tx& tx, std::int64_t most, int limit);

}  // namespace dunlin::store
