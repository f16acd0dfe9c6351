#pragma once

#include "dunlin/db/tx.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::store {

/// The channel on which processes on one database hear of each other.
inline constexpr std::string_view kSiblingsChannel = "dunlin";
/// Notified with each stored event.
inline constexpr std::string_view kEventsStored = "events";

/// For other processes, which are woken when the transaction commits.
void insert_event(db::Tx& tx, std::int64_t origin, std::string_view event);
void notify_siblings(db::Tx& tx, std::string_view text);

/// Events are read in the order of their transactions' numbers, and only below the oldest one that is still open: what
/// commits late is never jumped over.
struct EventCursor {
  std::int64_t xact = 0;
  std::int64_t id = std::numeric_limits<std::int64_t>::max();
};
struct EventHorizon {
  std::int64_t xact = 0;     // below it all is settled
  std::int64_t next = 0;     // what is committed is below it; what is open need not be
  bool more_beyond = false;  // of others, committed, but not below it
  std::string epoch;         // another one: the server has crashed, and has forgotten events
};
EventHorizon find_event_horizon(db::Tx& tx, std::int64_t origin);
/// The number of this transaction, the greatest so far.
std::int64_t take_transaction_number(db::Tx& tx);
/// If there is none. By everybody who wants to notice its end.
void begin_event_epoch(db::Tx& tx);
struct StoredEvent {
  EventCursor at;
  std::string event;
};
/// Of other processes, after the cursor and below the horizon, at most `limit`.
std::vector<StoredEvent> list_events(db::Tx& tx, std::int64_t origin, const EventCursor& after, std::int64_t horizon,
                                     int limit);
std::size_t purge_events(db::Tx& tx, Time before);

}  // namespace dunlin::store
