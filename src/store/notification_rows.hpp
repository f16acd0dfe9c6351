#pragma once

#include "sight.hpp"

#include "dunlin/db/param.hpp"
#include "dunlin/db/row.hpp"
#include "dunlin/model/notification.hpp"

#include <vector>

#define DUNLIN_POLICY_COLUMNS                                                              \
  "p.for_not_following, p.for_not_followers, p.for_new_accounts, p.for_private_mentions, " \
  "p.for_limited_accounts, p.for_bots"
/// What lists of notifications `n` leave out. $3 types (empty: all), $4 types not wanted, $5 sender, $8 with filtered.
#define DUNLIN_NOTIFICATION_FILTER                                                                  \
  "(cardinality($3::bigint[]) = 0 OR n.type = ANY($3::bigint[])) AND n.type <> ALL($4::bigint[])"   \
  " AND ($5::bigint IS NULL OR n.from_account_id = $5::bigint) AND ($8::boolean OR NOT n.filtered)" \
  " AND " DUNLIN_NOT_SUSPENDED("n.from_account_id")

namespace dunlin::store {

/// DUNLIN_POLICY_COLUMNS from column `first` on; NULLs are the defaults.
inline model::NotificationPolicy read_notification_policy(const db::Row& row, int first) {
  if (row.is_null(first)) return {};
  const auto action = [&](int i) { return static_cast<model::PolicyAction>(row.i32(first + i)); };
  return {.for_not_following = action(0),
          .for_not_followers = action(1),
          .for_new_accounts = action(2),
          .for_private_mentions = action(3),
          .for_limited_accounts = action(4),
          .for_bots = action(5)};
}

inline db::Param type_numbers(const std::vector<model::NotificationType>& types) {
  std::vector<std::int64_t> out;
  out.reserve(types.size());
  for (const auto type : types) out.push_back(static_cast<std::int64_t>(type));
  return db::Param::bigints(out);
}

}  // namespace dunlin::store
