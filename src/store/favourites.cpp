#include "account_refs.hpp"
#include "rows.hpp"
#include "sight.hpp"

#include "dunlin/db/statement.hpp"
#include "dunlin/store/statuses.hpp"

namespace dunlin::store {
namespace {

Favourite read_favourite(const db::Row& row) {
  return {.id = row.id<FavouriteId>(0),
          .account_id = row.id<AccountId>(1),
          .status_id = row.id<StatusId>(2),
          .uri = row.opt_text(3)};
}

}  // namespace

const db::Statement kInsertFavourite{"favourites.insert", R"sql(
WITH favourite AS (
  INSERT INTO favourites (id, account_id, status_id, uri, created_at)
  VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (account_id, status_id) DO NOTHING
  RETURNING status_id)
UPDATE status_stats ss
SET favourites_count = ss.favourites_count + 1
FROM favourite f
WHERE ss.status_id = f.status_id)sql"};

bool insert_favourite(db::Tx& tx, const Favourite& favourite) {
  return tx.exec(kInsertFavourite, {favourite.id, favourite.account_id, favourite.status_id, favourite.uri, tx.now()})
             .affected() > 0;
}

const db::Statement kDeleteFavourite{"favourites.delete", R"sql(
WITH favourite AS (
  DELETE FROM favourites WHERE account_id = $1 AND status_id = $2 RETURNING id, account_id, status_id, uri),
counted AS (
  UPDATE status_stats ss
  SET favourites_count = greatest(0, ss.favourites_count - 1)
  FROM favourite f
  WHERE ss.status_id = f.status_id)
SELECT id, account_id, status_id, uri FROM favourite)sql"};

std::optional<Favourite> delete_favourite(db::Tx& tx, AccountId who, StatusId status) {
  return first_row(tx.exec(kDeleteFavourite, {who, status}), read_favourite);
}

const db::Statement kFindFavouriteByUri{
    "favourites.find_by_uri",
    "SELECT id, account_id, status_id, uri FROM favourites WHERE uri = $1 AND account_id = $2 "
    "ORDER BY id DESC LIMIT 1"};

std::optional<Favourite> find_favourite_by_uri(db::Tx& tx, std::string_view uri, AccountId by) {
  return first_row(tx.exec(kFindFavouriteByUri, {uri, by}), read_favourite);
}

#define DUNLIN_FAVOURITING(order)                                                                   \
  "SELECT f.id, f.account_id FROM favourites f WHERE f.status_id = $1 AND f.id < $2 AND f.id > $3 " \
  "AND " DUNLIN_NOT_SUSPENDED("f.account_id") " AND (f.account_id = $5 OR " DUNLIN_WELCOME(         \
      "f.account_id", "$5", "$6") ") ORDER BY f.id " order " LIMIT $4"

const db::Statement kFavouriting{"favourites.accounts", DUNLIN_FAVOURITING("DESC")};
const db::Statement kFavouritingUp{"favourites.accounts_up", DUNLIN_FAVOURITING("ASC")};

std::vector<AccountRef> list_favouriting_accounts(db::Tx& tx, StatusId id, std::optional<AccountId> viewer,
                                                  const model::Page& page) {
  return page_rows(tx.exec(page.upwards() ? kFavouritingUp : kFavouriting,
                           {id, page.below(), page.above(), page.limit, viewer.value_or(AccountId{}), tx.now()}),
                   page, read_account_ref);
}

}  // namespace dunlin::store
