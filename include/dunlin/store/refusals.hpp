#pragma once

#include "dunlin/base/id.hpp"
#include "dunlin/db/tx.hpp"

#include <cstddef>
#include <string>

namespace dunlin::store {

/// A request that the inbox did not take: what it said of itself. Listed with the verdicts (domain_policies.hpp).
struct Refusal {
  ActivityId id;
  std::string host;
  std::string type;
  std::string uri;
  int why = 0;  // activitypub::Reason
  std::string reason;
};
void insert_refusal(db::Tx& tx, const Refusal& refusal);
std::size_t purge_refusals(db::Tx& tx, Time before);

}  // namespace dunlin::store
