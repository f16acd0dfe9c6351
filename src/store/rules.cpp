#include "dunlin/store/rules.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

namespace {

const db::Statement kListRules{
    "rules.list", "SELECT id, text, hint, translations FROM rules WHERE deleted_at IS NULL ORDER BY position, id"};
const db::Statement kListRulesById{"rules.list_by_id",
                                   "SELECT id, text, hint, translations FROM rules WHERE id = ANY($1::bigint[])"};
const db::Statement kInsertRule{"rules.insert", R"sql(
INSERT INTO rules (position, text, hint, created_at)
SELECT coalesce(max(position), 0) + 1, $1, $2, $3 FROM rules
RETURNING id)sql"};
const db::Statement kUpdateRule{
    "rules.update", "UPDATE rules SET text = $2, hint = $3, translations = $4 WHERE id = $1 AND deleted_at IS NULL"};
const db::Statement kDeleteRule{"rules.delete",
                                "UPDATE rules SET deleted_at = $2 WHERE id = $1 AND deleted_at IS NULL"};

Rule read_rule(const db::Row& row) {
  return {.id = row.i64(0),
          .text = std::string(row.text(1)),
          .hint = std::string(row.text(2)),
          .translations = std::string(row.text(3))};
}

}  // namespace

std::vector<Rule> list_rules(db::Tx& tx) {
  return all_rows(tx.exec(kListRules), read_rule);
}

std::vector<Rule> list_rules_by_id(db::Tx& tx, std::span<const std::int64_t> ids) {
  if (ids.empty()) return {};
  return all_rows(tx.exec(kListRulesById, {db::Param::bigints(ids)}), read_rule);
}

std::int64_t insert_rule(db::Tx& tx, std::string_view text, std::string_view hint) {
  return tx.exec(kInsertRule, {text, hint, tx.now()})[0].i64(0);
}

bool update_rule(db::Tx& tx, const Rule& rule) {
  return tx.exec(kUpdateRule, {rule.id, rule.text, rule.hint, rule.translations}).affected() == 1;
}

bool delete_rule(db::Tx& tx, std::int64_t id) {
  return tx.exec(kDeleteRule, {id, tx.now()}).affected() == 1;
}

}  // namespace dunlin::store
