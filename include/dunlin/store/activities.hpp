#pragma once

#include "dunlin/base/id.hpp"
#include "dunlin/db/tx.hpp"

#include <optional>
#include <string>
#include <string_view>

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
void record_verdict(db::Tx& tx, ActivityId id, int verdict, std::string_view reason);
std::size_t purge_inbound_activities(db::Tx& tx, Time before);

/// expires_at nullopt: for ever. Keeps the longer life of two.
void insert_tombstone(db::Tx& tx, std::string_view uri, std::optional<Time> expires_at);
bool is_tombstoned(db::Tx& tx, std::string_view uri);
std::size_t purge_tombstones(db::Tx& tx);

}  // namespace dunlin::store
