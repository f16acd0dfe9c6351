#include "dunlin/store/domain_policies.hpp"

#include "account_rows.hpp"
#include "rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

namespace {

model::DomainPolicy read_policy(const db::Row& row) {
  return {.id = row.i64(0),
          .domain = std::string(row.text(1)),
          .severity = static_cast<model::DomainSeverity>(row.i32(2)),
          .reject_media = row.boolean(3),
          .reject_reports = row.boolean(4),
          .private_comment = std::string(row.text(5)),
          .public_comment = std::string(row.text(6)),
          .obfuscate = row.boolean(7),
          .created_at = row.time(8)};
}

model::Follow read_severed(const db::Row& row) {
  model::Follow follow;
  follow.account_id = row.id<AccountId>(0);
  follow.target_account_id = row.id<AccountId>(1);
  follow.uri = row.opt_text(2);
  follow.show_reblogs = row.boolean(3);
  follow.notify = row.boolean(4);
  if (!row.is_null(5)) follow.languages = row.texts(5);
  follow.created_at = row.time(6);
  return follow;
}

}  // namespace

#define DUNLIN_POLICY_COLUMNS \
  "id, domain, severity, reject_media, reject_reports, private_comment, public_comment, obfuscate, created_at"

// $1 or below it: by the handle's domain, and by the host of the id where the two differ.
#define DUNLIN_HOST_IS_BELOW(host) "(" host " = $1 OR right(" host ", length($1) + 1) = '.' || $1)"
#define DUNLIN_IS_OF_DOMAIN \
  "(a.domain IS NOT NULL AND (a.domain = $1 OR " DUNLIN_HOST_IS_BELOW("split_part(a.domain, ':', 1)") \
      " OR " DUNLIN_HOST_IS_BELOW("coalesce(substring(a.uri from '^https?://([^/:]+)'), '')") "))"

const db::Statement kListPolicies{"domain_policies.list",
                                  "SELECT " DUNLIN_POLICY_COLUMNS " FROM domain_policies ORDER BY domain"};

std::vector<model::DomainPolicy> list_domain_policies(db::Tx& tx) {
  return all_rows(tx.exec(kListPolicies), read_policy);
}

const db::Statement kFindPolicy{"domain_policies.find",
                                "SELECT " DUNLIN_POLICY_COLUMNS " FROM domain_policies WHERE domain = $1"};

std::optional<model::DomainPolicy> find_domain_policy(db::Tx& tx, std::string_view domain) {
  return first_row(tx.exec(kFindPolicy, {domain}), read_policy);
}

const db::Statement kSavePolicy{"domain_policies.save", R"sql(
INSERT INTO domain_policies (id, domain, severity, reject_media, reject_reports, private_comment, public_comment, obfuscate,
                             created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (domain) DO UPDATE
SET severity = EXCLUDED.severity, reject_media = EXCLUDED.reject_media, reject_reports = EXCLUDED.reject_reports,
    private_comment = EXCLUDED.private_comment, public_comment = EXCLUDED.public_comment,
    obfuscate = EXCLUDED.obfuscate)sql"};

void save_domain_policy(db::Tx& tx, const model::DomainPolicy& p) {
  tx.exec(kSavePolicy, {p.id, p.domain, static_cast<int>(p.severity), p.reject_media, p.reject_reports,
                        p.private_comment, p.public_comment, p.obfuscate, tx.now()});
}

const db::Statement kDeletePolicy{"domain_policies.delete", "DELETE FROM domain_policies WHERE domain = $1"};

bool delete_domain_policy(db::Tx& tx, std::string_view domain) {
  return tx.exec(kDeletePolicy, {domain}).affected() > 0;
}

const db::Statement kListAllows{"domain_policies.list_allows", "SELECT domain FROM domain_allows ORDER BY domain"};

std::vector<std::string> list_domain_allows(db::Tx& tx) {
  return all_rows(tx.exec(kListAllows), [](const db::Row& row) { return std::string(row.text(0)); });
}

const db::Statement kInsertAllow{
    "domain_policies.insert_allow",
    "INSERT INTO domain_allows (domain, created_at) VALUES ($1, $2) ON CONFLICT (domain) DO NOTHING"};

void insert_domain_allow(db::Tx& tx, std::string_view domain) {
  tx.exec(kInsertAllow, {domain, tx.now()});
}

const db::Statement kDeleteAllow{"domain_policies.delete_allow", "DELETE FROM domain_allows WHERE domain = $1"};

bool delete_domain_allow(db::Tx& tx, std::string_view domain) {
  return tx.exec(kDeleteAllow, {domain}).affected() > 0;
}

const db::Statement kCountReach{"domain_policies.count_reach", R"sql(
WITH theirs AS MATERIALIZED (SELECT a.id FROM accounts a WHERE )sql" DUNLIN_IS_OF_DOMAIN R"sql()
SELECT (SELECT count(*) FROM theirs),
       (SELECT count(*) FROM follows f JOIN theirs t ON t.id = f.account_id),
       (SELECT count(*) FROM follows f JOIN theirs t ON t.id = f.target_account_id))sql"};

DomainReach count_domain_reach(db::Tx& tx, std::string_view domain) {
  const auto rows = tx.exec(kCountReach, {domain});
  return {.accounts = rows[0].i64(0), .followers = rows[0].i64(1), .following = rows[0].i64(2)};
}

const db::Statement kListOfDomain{"domain_policies.list_accounts",
                                  "SELECT " DUNLIN_ACCOUNT_COLUMNS " FROM " DUNLIN_ACCOUNT_TABLES
                                  " WHERE a.id > $2 AND " DUNLIN_IS_OF_DOMAIN " ORDER BY a.id LIMIT $3"};

std::vector<model::Account> list_accounts_of_domain(db::Tx& tx, std::string_view domain, AccountId after, int limit) {
  return all_rows(tx.exec(kListOfDomain, {domain, after, limit}), [](const db::Row& row) { return read_account(row); });
}

const db::Statement kInsertEffect{
    "domain_policies.insert_effect",
    "INSERT INTO domain_policy_effects (account_id, severity) VALUES ($1, $2) ON CONFLICT DO NOTHING"};

bool insert_policy_effect(db::Tx& tx, AccountId account, model::DomainSeverity severity) {
  return tx.exec(kInsertEffect, {account, static_cast<int>(severity)}).affected() > 0;
}

const db::Statement kDeleteEffect{"domain_policies.delete_effect",
                                  "DELETE FROM domain_policy_effects WHERE account_id = $1 AND severity = $2"};

bool delete_policy_effect(db::Tx& tx, AccountId account, model::DomainSeverity severity) {
  return tx.exec(kDeleteEffect, {account, static_cast<int>(severity)}).affected() > 0;
}

const db::Statement kSetSilenced{
    "domain_policies.set_silenced",
    "UPDATE accounts SET silenced_at = CASE WHEN $2 THEN coalesce(silenced_at, $3) END WHERE id = $1"};

void set_silenced(db::Tx& tx, AccountId account, bool silenced) {
  tx.exec(kSetSilenced, {account, silenced, tx.now()});
}

const db::Statement kClearPictures{"domain_policies.clear_pictures",
                                   "UPDATE accounts SET avatar_url = '', header_url = '' WHERE id = $1"};

void clear_pictures(db::Tx& tx, AccountId account) {
  tx.exec(kClearPictures, {account});
}

const db::Statement kSever{"domain_policies.sever", R"sql(
WITH cut AS (
  SELECT account_id, target_account_id, uri, show_reblogs, notify, languages, created_at
  FROM follows
  WHERE account_id = $1 OR target_account_id = $1),
kept AS (
  INSERT INTO severed_follows (account_id, target_account_id, uri, show_reblogs, notify, languages, created_at, severed_at)
  SELECT cut.*, $2::timestamptz FROM cut
  ON CONFLICT (account_id, target_account_id) DO NOTHING)
SELECT * FROM cut)sql"};

std::vector<model::Follow> sever_follows(db::Tx& tx, AccountId account) {
  return all_rows(tx.exec(kSever, {account, tx.now()}), read_severed);
}

const db::Statement kTakeSevered{"domain_policies.take_severed", R"sql(
DELETE FROM severed_follows
WHERE account_id = $1 OR target_account_id = $1
RETURNING account_id, target_account_id, uri, show_reblogs, notify, languages, created_at)sql"};

std::vector<model::Follow> take_severed_follows(db::Tx& tx, AccountId account) {
  return all_rows(tx.exec(kTakeSevered, {account}), read_severed);
}

// Refused requests count as rejected (activitypub::Verdict 3).
#define DUNLIN_VERDICTS(of_host)                                                                             \
  "(SELECT id, host, type, coalesce(uri, ''), received_at, verdict, coalesce(reason, ''), coalesce(why, 0) " \
  "FROM inbound_activities "                                                                                 \
  "WHERE ($1::smallint IS NULL OR verdict = $1) AND ($2::smallint IS NULL OR why = $2)" of_host              \
  " ORDER BY id DESC LIMIT $3) "                                                                             \
  "UNION ALL "                                                                                               \
  "(SELECT id, host, type, uri, received_at, 3::smallint, reason, why "                                      \
  "FROM refused_requests "                                                                                   \
  "WHERE coalesce($1::smallint, 3) = 3 AND ($2::smallint IS NULL OR why = $2)" of_host                       \
  " ORDER BY id DESC LIMIT $3) "                                                                             \
  "ORDER BY id DESC LIMIT $3"
const db::Statement kListVerdicts{"domain_policies.list_verdicts", DUNLIN_VERDICTS("")};
// By itself: one plan that also has to do without a host does not use its index.
const db::Statement kListVerdictsOf{"domain_policies.list_verdicts_of", DUNLIN_VERDICTS(" AND host = $4")};

std::vector<VerdictRow> list_verdicts(db::Tx& tx, const std::optional<std::string>& host, std::optional<int> verdict,
                                      std::optional<int> why, int limit) {
  const auto rows =
      host ? tx.exec(kListVerdictsOf, {verdict, why, limit, *host}) : tx.exec(kListVerdicts, {verdict, why, limit});
  return all_rows(rows, [](const db::Row& row) {
    const auto number = row.opt_i64(5);
    return VerdictRow{.id = row.id<ActivityId>(0),
                      .host = std::string(row.text(1)),
                      .type = std::string(row.text(2)),
                      .uri = std::string(row.text(3)),
                      .received_at = row.time(4),
                      .verdict = number ? std::optional(static_cast<int>(*number)) : std::nullopt,
                      .why = row.i32(7),
                      .reason = std::string(row.text(6))};
  });
}

const db::Statement kCountVerdicts{"domain_policies.count_verdicts", R"sql(
SELECT type, verdict, reason, count(*)
FROM (
  SELECT type, verdict, coalesce(reason, '') AS reason FROM inbound_activities WHERE host = $1
  UNION ALL
  SELECT type, 3::smallint, reason FROM refused_requests WHERE host = $1) AS of_host
GROUP BY 1, 2, 3
ORDER BY 4 DESC, 1, 2, 3
LIMIT $2)sql"};

std::vector<VerdictCount> count_verdicts(db::Tx& tx, std::string_view host, int limit) {
  return all_rows(tx.exec(kCountVerdicts, {host, limit}), [](const db::Row& row) {
    const auto number = row.opt_i64(1);
    return VerdictCount{.type = std::string(row.text(0)),
                        .verdict = number ? std::optional(static_cast<int>(*number)) : std::nullopt,
                        .reason = std::string(row.text(2)),
                        .count = row.i64(3)};
  });
}

}  // namespace dunlin::store
