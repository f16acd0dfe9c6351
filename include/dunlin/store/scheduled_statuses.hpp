#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/page.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dunlin::store {

/// A post for later. `draft` is the service's to write and read.
struct ScheduledStatus {
  StatusId id;  // of the kind of a status: an idempotency key may stand for either
  AccountId account_id;
  Time scheduled_at{};
  std::string draft;
};

void insert_scheduled_status(db::Tx& tx, const ScheduledStatus& scheduled);
std::optional<ScheduledStatus> find_scheduled_status(db::Tx& tx, AccountId who, StatusId id);
std::vector<ScheduledStatus> list_scheduled_statuses(db::Tx& tx, AccountId who, const model::Page& page);
void set_scheduled_at(db::Tx& tx, StatusId id, Time at);
/// false: was gone.
bool delete_scheduled_status(db::Tx& tx, AccountId who, StatusId id);
/// Takes the post out when its time has come: only one taker gets it.
std::optional<ScheduledStatus> take_due_scheduled_status(db::Tx& tx, StatusId id);

struct ScheduledCounts {
  std::int64_t total = 0;
  std::int64_t that_day = 0;  // UTC
};
/// Without `except`; the account's are locked until the transaction ends, so that the limits can be held.
ScheduledCounts lock_scheduled_counts(db::Tx& tx, AccountId who, Time day, std::optional<StatusId> except);

}  // namespace dunlin::store
