#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/status.hpp"
#include "dunlin/store/statuses.hpp"

#include <utility>

/// The status that an action on it means.
namespace dunlin::service {

/// The visible status, or the original when `id` is a reblog of it.
inline Result<model::Status> visible_original(db::Tx& tx, AccountId who, StatusId id) {
  auto status = store::find_visible_status(tx, who, id);
  if (status && status->reblog_of_id) status = store::find_visible_status(tx, who, *status->reblog_of_id);
  if (!status) return fail(Errc::not_found, "Record not found");
  return std::move(*status);
}

/// For taking something back: also what has become invisible since.
inline Result<model::Status> existing_original(db::Tx& tx, StatusId id) {
  auto status = store::find_status(tx, id);
  if (status && status->reblog_of_id) status = store::find_status(tx, *status->reblog_of_id);
  if (!status) return fail(Errc::not_found, "Record not found");
  return std::move(*status);
}

}  // namespace dunlin::service
