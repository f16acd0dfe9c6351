#pragma once

#include "rows.hpp"

#include "dunlin/store/activities.hpp"

namespace dunlin::store {

/// Of a row that begins with id, uri, signer_id, host, type, body.
inline InboundActivity read_activity(const db::Row& row) {
  return {.id = row.id<ActivityId>(0),
          .uri = row.opt_text(1),
          .signer_id = row.id<AccountId>(2),
          .host = std::string(row.text(3)),
          .type = std::string(row.text(4)),
          .body = std::string(row.text(5))};
}

}  // namespace dunlin::store
