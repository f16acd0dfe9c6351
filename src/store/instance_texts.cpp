#include "dunlin/store/instance_texts.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

namespace {

const db::Statement kFindText{"instance_texts.find",
                              "SELECT source, content, updated_at FROM instance_texts WHERE kind = $1"};
const db::Statement kSaveText{"instance_texts.save", R"sql(
INSERT INTO instance_texts (kind, source, content, updated_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (kind) DO UPDATE
SET source = EXCLUDED.source, content = EXCLUDED.content, updated_at = EXCLUDED.updated_at)sql"};
const db::Statement kDeleteText{"instance_texts.delete", "DELETE FROM instance_texts WHERE kind = $1"};

#define DUNLIN_TERMS                                                                                     \
  "SELECT t.effective_on::text, t.content, t.effective_on <= ($1::timestamptz AT TIME ZONE 'UTC')::date" \
  " AND NOT EXISTS (SELECT FROM terms_of_service l WHERE l.effective_on > t.effective_on"                \
  " AND l.effective_on <= ($1::timestamptz AT TIME ZONE 'UTC')::date),"                                  \
  " (SELECT min(n.effective_on)::text FROM terms_of_service n WHERE n.effective_on > t.effective_on)"    \
  " FROM terms_of_service t"

const db::Statement kCurrentTerms{"instance_texts.current_terms", DUNLIN_TERMS R"sql(
ORDER BY t.effective_on <= ($1::timestamptz AT TIME ZONE 'UTC')::date DESC,
         CASE WHEN t.effective_on <= ($1::timestamptz AT TIME ZONE 'UTC')::date THEN t.effective_on END DESC,
         t.effective_on
LIMIT 1)sql"};
const db::Statement kFindTerms{"instance_texts.find_terms", DUNLIN_TERMS " WHERE t.effective_on = $2::date"};
const db::Statement kListTerms{"instance_texts.list_terms", DUNLIN_TERMS " ORDER BY t.effective_on"};
const db::Statement kSaveTerms{"instance_texts.save_terms", R"sql(
INSERT INTO terms_of_service (effective_on, source, content, created_at) VALUES ($1::date, $2, $3, $4)
ON CONFLICT (effective_on) DO UPDATE SET source = EXCLUDED.source, content = EXCLUDED.content)sql"};
const db::Statement kDeleteTerms{"instance_texts.delete_terms",
                                 "DELETE FROM terms_of_service WHERE effective_on = $1::date"};

Terms read_terms(const db::Row& row) {
  return {.effective_on = std::string(row.text(0)),
          .content = std::string(row.text(1)),
          .effective = row.boolean(2),
          .succeeded_by = row.opt_text(3)};
}

}  // namespace

std::optional<LongText> find_instance_text(db::Tx& tx, InstanceText kind) {
  return first_row(tx.exec(kFindText, {static_cast<int>(kind)}), [](const db::Row& row) {
    return LongText{.source = std::string(row.text(0)), .content = std::string(row.text(1)), .updated_at = row.time(2)};
  });
}

void save_instance_text(db::Tx& tx, InstanceText kind, std::string_view source, std::string_view content) {
  tx.exec(kSaveText, {static_cast<int>(kind), source, content, tx.now()});
}

bool delete_instance_text(db::Tx& tx, InstanceText kind) {
  return tx.exec(kDeleteText, {static_cast<int>(kind)}).affected() == 1;
}

std::optional<Terms> find_current_terms(db::Tx& tx) {
  return first_row(tx.exec(kCurrentTerms, {tx.now()}), read_terms);
}

std::optional<Terms> find_terms(db::Tx& tx, std::string_view date) {
  return first_row(tx.exec(kFindTerms, {tx.now(), date}), read_terms);
}

std::vector<Terms> list_terms(db::Tx& tx) {
  return all_rows(tx.exec(kListTerms, {tx.now()}), read_terms);
}

void save_terms(db::Tx& tx, std::string_view date, std::string_view source, std::string_view content) {
  tx.exec(kSaveTerms, {date, source, content, tx.now()});
}

bool delete_terms(db::Tx& tx, std::string_view date) {
  return tx.exec(kDeleteTerms, {date}).affected() == 1;
}

}  // namespace dunlin::store
