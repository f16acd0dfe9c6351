#pragma once

#include "dunlin/db/row.hpp"
#include "dunlin/jobs/deliveries.hpp"

/// The columns of deliveries that are a Delivery, in the order in which read_delivery reads them.
#define DUNLIN_DELIVERY_COLUMNS \
  "id, activity_id, host, inbox_url, account_id, object_key, priority, essential, attempts, to_followers"

namespace dunlin::jobs {

/// What DUNLIN_DELIVERY_COLUMNS takes: the next column's position.
inline constexpr int kDeliveryColumns = 10;

inline Delivery read_delivery(const db::Row& row) {
  return {.id = row.id<DeliveryId>(0),
          .activity_id = row.i64(1),
          .host = std::string(row.text(2)),
          .inbox_url = std::string(row.text(3)),
          .account_id = row.id<AccountId>(4),
          .object_key = std::string(row.text(5)),
          .priority = static_cast<Priority>(row.i32(6)),
          .essential = row.boolean(7),
          .attempts = row.i32(8),
          .to_followers = row.boolean(9)};
}

}  // namespace dunlin::jobs
