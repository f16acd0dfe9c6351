#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/job.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/service/environment.hpp"

#include <cstdint>

namespace dunlin::activitypub {

/// What is told. Stored by name in jobs.
enum class Told : std::uint8_t {
  create,
  update,
  delete_,
  announce,
  undo_announce,
  profile,
  suspension,
  move,
  pin,
  unpin,
  feature_tag,
  unfeature_tag,
  revoke_quote
};

/// `id`: of the status, the reblog's wrapper, the account, or the quote.
jobs::NewJob distribute_job(Told what, std::int64_t id);

/// At once, as what says who is to hear it goes with the account.
void distribute_account_deletion(service::Environment& env, db::Tx& tx, const model::Account& account);

}  // namespace dunlin::activitypub
