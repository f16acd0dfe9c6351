#include "dunlin/store/shown_accounts.hpp"

#include "account_rows.hpp"
#include "rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {
namespace {

model::Account shown_account(const db::Row& row) {
  return read_account(row);
}

}  // namespace

#define DUNLIN_SHOWN_ACCOUNTS(where)                                              \
  "SELECT " DUNLIN_ACCOUNT_COLUMNS " FROM " DUNLIN_ACCOUNT_TABLES " WHERE " where \
  " AND a.id <> $2 AND a.deleted_at IS NULL AND " DUNLIN_ESTABLISHED("a.id")

const db::Statement kFindShown{"accounts.find_shown", DUNLIN_SHOWN_ACCOUNTS("a.id = $1")};

std::optional<model::Account> find_shown_account(db::Tx& tx, AccountId id) {
  return first_row(tx.exec(kFindShown, {id, model::kInstanceActorId}), shown_account);
}

const db::Statement kFindShownLocal{"accounts.find_shown_local",
                                    DUNLIN_SHOWN_ACCOUNTS("lower(a.username) = lower($1) AND a.domain IS NULL")};
const db::Statement kFindShownRemote{
    "accounts.find_shown_remote",
    DUNLIN_SHOWN_ACCOUNTS(
        "lower(a.username) = lower($1) AND a.domain = lower($3) AND a.domain IS NOT NULL AND a.handle_verified")};

std::optional<model::Account> find_shown_account_by_handle(db::Tx& tx, std::string_view username,
                                                           const std::optional<std::string>& domain) {
  return first_row(domain ? tx.exec(kFindShownRemote, {username, model::kInstanceActorId, *domain})
                          : tx.exec(kFindShownLocal, {username, model::kInstanceActorId}),
                   shown_account);
}

const db::Statement kListShown{"accounts.list_shown", DUNLIN_SHOWN_ACCOUNTS("a.id = ANY($1::bigint[])")};

std::vector<model::Account> list_shown_accounts(db::Tx& tx, std::span<const AccountId> ids) {
  if (ids.empty()) return {};
  return all_rows(tx.exec(kListShown, {db::Param::ids(ids), model::kInstanceActorId}), shown_account);
}

}  // namespace dunlin::store
