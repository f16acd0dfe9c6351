#include "dunlin/store/filters.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

#include <stdexcept>
#include <string>

namespace dunlin::store {

namespace {

model::Filter read_filter(const db::Row& row) {
  model::Filter filter;
  filter.id = row.id<FilterId>(0);
  filter.title = row.text(1);
  for (const auto& name : row.texts(2)) {
    const auto context = model::parse_filter_context(name);
    if (!context) throw std::logic_error("filters.contexts has an unknown name: " + name);
    filter.contexts.push_back(*context);
  }
  filter.action = static_cast<model::FilterAction>(row.i32(3));
  filter.expires_at = row.opt_time(4);
  const auto keyword_ids = row.bigints(5);
  auto keywords = row.texts(6);
  const auto whole_words = row.bigints(7);
  for (std::size_t i = 0; i < keyword_ids.size(); ++i) {
    filter.keywords.push_back({.id = model::FilterKeywordId{keyword_ids[i]},
                               .keyword = std::move(keywords.at(i)),
                               .whole_word = whole_words.at(i) != 0});
  }
  const auto rows = row.bigints(8);
  const auto statuses = row.bigints(9);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    filter.statuses.push_back({.id = model::FilterStatusId{rows[i]}, .status_id = StatusId{statuses.at(i)}});
  }
  return filter;
}

db::Param context_names(const std::vector<model::FilterContext>& contexts) {
  std::vector<std::string> names;
  for (const auto context : contexts) names.emplace_back(model::to_string(context));
  return db::Param::texts(names);
}

}  // namespace

// Keywords and statuses as arrays beside their filter: most pages ask for all of an account's filters, so one
// statement.
#define DUNLIN_FILTERS(where)                                                                                   \
  "SELECT f.id, f.title, f.contexts, f.action, f.expires_at,"                                                   \
  " ARRAY(SELECT k.id FROM filter_keywords k WHERE k.filter_id = f.id ORDER BY k.id),"                          \
  " ARRAY(SELECT k.keyword FROM filter_keywords k WHERE k.filter_id = f.id ORDER BY k.id),"                     \
  " ARRAY(SELECT k.whole_word::integer::bigint FROM filter_keywords k WHERE k.filter_id = f.id ORDER BY k.id)," \
  " ARRAY(SELECT s.id FROM filter_statuses s WHERE s.filter_id = f.id ORDER BY s.id),"                          \
  " ARRAY(SELECT s.status_id FROM filter_statuses s WHERE s.filter_id = f.id ORDER BY s.id)"                    \
  " FROM filters f WHERE f.account_id = $1" where " ORDER BY f.id"

const db::Statement kListFilters{"filters.list", DUNLIN_FILTERS("")};

std::vector<model::Filter> list_filters(db::Tx& tx, AccountId owner) {
  return all_rows(tx.exec(kListFilters, {owner}), read_filter);
}

const db::Statement kListFilterOwners{"filters.owners",
                                      "SELECT DISTINCT account_id FROM filters WHERE account_id = ANY($1::bigint[])"};

std::vector<AccountId> list_filter_owners(db::Tx& tx, std::span<const AccountId> accounts) {
  return all_rows(tx.exec(kListFilterOwners, {db::Param::ids(accounts)}),
                  [](const db::Row& row) { return row.id<AccountId>(0); });
}

const db::Statement kFindFilter{"filters.find", DUNLIN_FILTERS(" AND f.id = $2")};

std::optional<model::Filter> find_filter(db::Tx& tx, AccountId owner, FilterId id) {
  return first_row(tx.exec(kFindFilter, {owner, id}), read_filter);
}

const db::Statement kFindFilterOfKeyword{
    "filters.find_of_keyword", DUNLIN_FILTERS(" AND f.id = (SELECT filter_id FROM filter_keywords WHERE id = $2)")};

std::optional<model::Filter> find_filter_of_keyword(db::Tx& tx, AccountId owner, model::FilterKeywordId id) {
  return first_row(tx.exec(kFindFilterOfKeyword, {owner, id}), read_filter);
}

const db::Statement kFindFilterOfStatus{
    "filters.find_of_status", DUNLIN_FILTERS(" AND f.id = (SELECT filter_id FROM filter_statuses WHERE id = $2)")};

std::optional<model::Filter> find_filter_of_status(db::Tx& tx, AccountId owner, model::FilterStatusId id) {
  return first_row(tx.exec(kFindFilterOfStatus, {owner, id}), read_filter);
}

const db::Statement kCountFilters{"filters.count", R"sql(
SELECT (SELECT count(*) FROM filters WHERE account_id = $1),
       (SELECT count(*) FROM filters f JOIN filter_keywords k ON k.filter_id = f.id WHERE f.account_id = $1),
       (SELECT count(*) FROM filters f JOIN filter_statuses s ON s.filter_id = f.id WHERE f.account_id = $1))sql"};

FilterCounts count_filters(db::Tx& tx, AccountId owner) {
  const auto rows = tx.exec(kCountFilters, {owner});
  return {.filters = rows[0].i64(0), .keywords = rows[0].i64(1), .statuses = rows[0].i64(2)};
}

const db::Statement kInsertFilter{"filters.insert", R"sql(
INSERT INTO filters (id, account_id, title, contexts, action, expires_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7))sql"};

void insert_filter(db::Tx& tx, AccountId owner, const model::Filter& filter) {
  tx.exec(kInsertFilter, {filter.id, owner, filter.title, context_names(filter.contexts),
                          static_cast<int>(filter.action), filter.expires_at, tx.now()});
}

const db::Statement kUpdateFilter{
    "filters.update", "UPDATE filters SET title = $2, contexts = $3, action = $4, expires_at = $5 WHERE id = $1"};

void update_filter(db::Tx& tx, const model::Filter& filter) {
  tx.exec(kUpdateFilter, {filter.id, filter.title, context_names(filter.contexts), static_cast<int>(filter.action),
                          filter.expires_at});
}

const db::Statement kDeleteFilter{"filters.delete", "DELETE FROM filters WHERE id = $1"};

void delete_filter(db::Tx& tx, FilterId id) {
  tx.exec(kDeleteFilter, {id});
}

const db::Statement kSaveFilterKeyword{"filters.save_keyword", R"sql(
INSERT INTO filter_keywords (id, filter_id, keyword, whole_word)
VALUES ($1, $2, $3, $4)
ON CONFLICT (id) DO UPDATE SET keyword = EXCLUDED.keyword, whole_word = EXCLUDED.whole_word)sql"};

void save_filter_keyword(db::Tx& tx, FilterId filter, const model::Filter::Keyword& keyword) {
  tx.exec(kSaveFilterKeyword, {keyword.id, filter, keyword.keyword, keyword.whole_word});
}

const db::Statement kDeleteFilterKeyword{"filters.delete_keyword", "DELETE FROM filter_keywords WHERE id = $1"};

void delete_filter_keyword(db::Tx& tx, model::FilterKeywordId id) {
  tx.exec(kDeleteFilterKeyword, {id});
}

const db::Statement kInsertFilterStatus{"filters.insert_status", R"sql(
INSERT INTO filter_statuses (id, filter_id, status_id)
VALUES ($1, $2, $3)
ON CONFLICT (filter_id, status_id) DO NOTHING)sql"};

bool insert_filter_status(db::Tx& tx, FilterId filter, const model::Filter::Status& status) {
  return tx.exec(kInsertFilterStatus, {status.id, filter, status.status_id}).affected() > 0;
}

const db::Statement kDeleteFilterStatus{"filters.delete_status", "DELETE FROM filter_statuses WHERE id = $1"};

void delete_filter_status(db::Tx& tx, model::FilterStatusId id) {
  tx.exec(kDeleteFilterStatus, {id});
}

}  // namespace dunlin::store
