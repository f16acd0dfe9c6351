#include "dunlin/store/scheduled_statuses.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

#include <chrono>

namespace dunlin::store {

namespace {

ScheduledStatus read_scheduled(const db::Row& row) {
  return {.id = row.id<StatusId>(0),
          .account_id = row.id<AccountId>(1),
          .scheduled_at = row.time(2),
          .draft = std::string(row.text(3))};
}

}  // namespace

const db::Statement kInsertScheduled{"scheduled_statuses.insert", R"sql(
INSERT INTO scheduled_statuses (id, account_id, scheduled_at, draft, created_at) VALUES ($1, $2, $3, $4, $5))sql"};

void insert_scheduled_status(db::Tx& tx, const ScheduledStatus& s) {
  tx.exec(kInsertScheduled, {s.id, s.account_id, s.scheduled_at, s.draft, tx.now()});
}

const db::Statement kFindScheduled{
    "scheduled_statuses.find",
    "SELECT id, account_id, scheduled_at, draft FROM scheduled_statuses WHERE id = $2 AND account_id = $1"};

std::optional<ScheduledStatus> find_scheduled_status(db::Tx& tx, AccountId who, StatusId id) {
  return first_row(tx.exec(kFindScheduled, {who, id}), read_scheduled);
}

#define DUNLIN_SCHEDULED(order)                                                                           \
  "SELECT id, account_id, scheduled_at, draft FROM scheduled_statuses WHERE account_id = $1 AND id < $2 " \
  "AND id > $3 ORDER BY id " order " LIMIT $4"

const db::Statement kListScheduled{"scheduled_statuses.list", DUNLIN_SCHEDULED("DESC")};
const db::Statement kListScheduledUp{"scheduled_statuses.list_up", DUNLIN_SCHEDULED("ASC")};

std::vector<ScheduledStatus> list_scheduled_statuses(db::Tx& tx, AccountId who, const model::Page& page) {
  return page_rows(
      tx.exec(page.upwards() ? kListScheduledUp : kListScheduled, {who, page.below(), page.above(), page.limit}), page,
      read_scheduled);
}

const db::Statement kSetScheduledAt{"scheduled_statuses.set_time",
                                    "UPDATE scheduled_statuses SET scheduled_at = $2 WHERE id = $1"};

void set_scheduled_at(db::Tx& tx, StatusId id, Time at) {
  tx.exec(kSetScheduledAt, {id, at});
}

const db::Statement kDeleteScheduled{"scheduled_statuses.delete",
                                     "DELETE FROM scheduled_statuses WHERE id = $2 AND account_id = $1"};

bool delete_scheduled_status(db::Tx& tx, AccountId who, StatusId id) {
  return tx.exec(kDeleteScheduled, {who, id}).affected() > 0;
}

const db::Statement kTakeDue{"scheduled_statuses.take_due", R"sql(
DELETE FROM scheduled_statuses WHERE id = $1 AND scheduled_at <= $2
RETURNING id, account_id, scheduled_at, draft)sql"};

std::optional<ScheduledStatus> take_due_scheduled_status(db::Tx& tx, StatusId id) {
  return first_row(tx.exec(kTakeDue, {id, tx.now()}), read_scheduled);
}

const db::Statement kLockScheduler{"scheduled_statuses.lock",
                                   "SELECT id FROM accounts WHERE id = $1 FOR NO KEY UPDATE"};
const db::Statement kCountScheduled{"scheduled_statuses.count", R"sql(
SELECT count(*), count(*) FILTER (WHERE scheduled_at >= $2 AND scheduled_at < $3)
FROM scheduled_statuses WHERE account_id = $1 AND id <> $4)sql"};

ScheduledCounts lock_scheduled_counts(db::Tx& tx, AccountId who, Time day, std::optional<StatusId> except) {
  tx.exec(kLockScheduler, {who});
  const Time from = std::chrono::floor<std::chrono::days>(day);
  const Time until = from + std::chrono::days(1);
  const auto rows = tx.exec(kCountScheduled, {who, from, until, except.value_or(StatusId{})});
  return {.total = rows[0].i64(0), .that_day = rows[0].i64(1)};
}

}  // namespace dunlin::store
