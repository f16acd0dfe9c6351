#include "dunlin/store/refusals.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

const db::Statement kInsertRefusal{"refusals.insert", R"sql(
INSERT INTO refused_requests (id, host, type, uri, received_at, why, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7))sql"};

void insert_refusal(db::Tx& tx, const Refusal& refusal) {
  tx.exec(kInsertRefusal, {refusal.id, refusal.host, refusal.type, refusal.uri, tx.now(), refusal.why, refusal.reason});
}

const db::Statement kPurgeRefusals{"refusals.purge", "DELETE FROM refused_requests WHERE received_at < $1"};

std::size_t purge_refusals(db::Tx& tx, Time before) {
  return tx.exec(kPurgeRefusals, {before}).affected();
}

}  // namespace dunlin::store
