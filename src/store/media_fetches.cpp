#include "dunlin/store/media_fetches.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

// Always a row: who asks in vain sees who has it, whoever comes and goes meanwhile.
const db::Statement kClaimMediaFetch{"media_fetches.claim", R"sql(
INSERT INTO media_fetches AS f (name, process, until) VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE
SET process = CASE WHEN f.until < $4 THEN EXCLUDED.process ELSE f.process END,
    until = CASE WHEN f.until < $4 OR f.process = EXCLUDED.process THEN EXCLUDED.until ELSE f.until END
RETURNING process)sql"};

std::uint8_t claim_media_fetch(db::Tx& tx, std::string_view name, std::uint8_t process, Time until) {
  return static_cast<std::uint8_t>(tx.exec(kClaimMediaFetch, {name, int{process}, until, tx.now()})[0].i32(0));
}

const db::Statement kTakeMediaFetch{
    "media_fetches.take", "UPDATE media_fetches SET process = $3, until = $4 WHERE name = $1 AND process = $2"};

bool take_media_fetch(db::Tx& tx, std::string_view name, std::uint8_t from, std::uint8_t process, Time until) {
  return tx.exec(kTakeMediaFetch, {name, int{from}, int{process}, until}).affected() == 1;
}

const db::Statement kEndMediaFetch{"media_fetches.end", "DELETE FROM media_fetches WHERE name = $1 AND process = $2"};

void end_media_fetch(db::Tx& tx, std::string_view name, std::uint8_t process) {
  tx.exec(kEndMediaFetch, {name, int{process}});
}

const db::Statement kEndMediaFetches{"media_fetches.end_all",
                                     "DELETE FROM media_fetches WHERE process = $1 OR until < $2"};

void end_media_fetches(db::Tx& tx, std::uint8_t process) {
  tx.exec(kEndMediaFetches, {int{process}, tx.now()});
}

}  // namespace dunlin::store
