#include "dunlin/store/quotes.hpp"

#include "rows.hpp"
#include "sight.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

#define DUNLIN_QUOTE_COLUMNS                                                                                         \
  "q.id, q.status_id, q.account_id, q.quoted_status_id, q.quoted_account_id, q.quoted_uri, q.state, q.request_uri, " \
  "q.approval_uri, q.checked_at, q.created_at"

namespace {

model::Quote read_quote(const db::Row& row) {
  return {.id = row.id<QuoteId>(0),
          .status_id = row.id<StatusId>(1),
          .account_id = row.id<AccountId>(2),
          .quoted_status_id = row.opt_id<StatusId>(3),
          .quoted_account_id = row.opt_id<AccountId>(4),
          .quoted_uri = std::string(row.text(5)),
          .state = static_cast<model::QuoteState>(row.i32(6)),
          .request_uri = row.opt_text(7),
          .approval_uri = row.opt_text(8),
          .checked_at = row.opt_time(9),
          .created_at = row.time(10)};
}

/// Of a row of list_quote_views.
model::QuoteSight read_sight(const db::Row& row) {
  using model::QuoteSight;
  switch (static_cast<model::QuoteState>(row.i32(2))) {
    case model::QuoteState::pending:
      return QuoteSight::pending;
    case model::QuoteState::rejected:
      return QuoteSight::rejected;
    case model::QuoteState::revoked:
      return QuoteSight::revoked;
    case model::QuoteState::accepted:
      break;
  }
  if (row.is_null(9)) return QuoteSight::pending;  // it has never been here
  if (row.boolean(3)) return QuoteSight::deleted;
  if (!row.boolean(4)) return QuoteSight::unauthorized;
  if (row.boolean(5)) return QuoteSight::blocked_account;
  if (row.boolean(6)) return QuoteSight::blocked_domain;
  return row.boolean(7) ? QuoteSight::muted_account : QuoteSight::accepted;
}

}  // namespace

// 8: model::Part::quote.
const db::Statement kInsertQuote{"quotes.insert", R"sql(
WITH new AS (
  INSERT INTO quotes (id, status_id, account_id, quoted_status_id, quoted_account_id, quoted_uri, state, request_uri,
                      approval_uri, checked_at, created_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
  ON CONFLICT (status_id) DO NOTHING
  RETURNING status_id, quoted_status_id, state),
marked AS (
  UPDATE statuses s SET parts = s.parts | 8 FROM new n WHERE s.id = n.status_id AND s.parts & 8 = 0),
counted AS (
  UPDATE status_stats ss SET quotes_count = ss.quotes_count + 1
  FROM new n WHERE ss.status_id = n.quoted_status_id AND n.state = 1)
SELECT count(*) FROM new)sql"};

bool insert_quote(db::Tx& tx, const model::Quote& q) {
  return tx.exec(kInsertQuote,
                 {q.id, q.status_id, q.account_id, q.quoted_status_id, q.quoted_account_id, q.quoted_uri,
                  static_cast<int>(q.state), q.request_uri, q.approval_uri, q.checked_at, q.created_at})[0]
             .i64(0) > 0;
}

const db::Statement kFindQuote{"quotes.find", "SELECT " DUNLIN_QUOTE_COLUMNS " FROM quotes q WHERE q.id = $1"};
const db::Statement kFindQuoteOf{"quotes.find_of",
                                 "SELECT " DUNLIN_QUOTE_COLUMNS " FROM quotes q WHERE q.status_id = $1"};
const db::Statement kFindByRequest{"quotes.find_by_request",
                                   "SELECT " DUNLIN_QUOTE_COLUMNS
                                   " FROM quotes q WHERE q.request_uri = $1 ORDER BY q.id DESC LIMIT 1"};
const db::Statement kFindByApproval{"quotes.find_by_approval",
                                    "SELECT " DUNLIN_QUOTE_COLUMNS
                                    " FROM quotes q WHERE q.approval_uri = $1 ORDER BY q.id DESC LIMIT 1"};

std::optional<model::Quote> find_quote(db::Tx& tx, QuoteId id) {
  return first_row(tx.exec(kFindQuote, {id}), read_quote);
}

std::optional<model::Quote> find_quote_of(db::Tx& tx, StatusId status) {
  return first_row(tx.exec(kFindQuoteOf, {status}), read_quote);
}

std::optional<model::Quote> find_quote_by_request(db::Tx& tx, std::string_view request_uri) {
  return first_row(tx.exec(kFindByRequest, {request_uri}), read_quote);
}

std::optional<model::Quote> find_quote_by_approval(db::Tx& tx, std::string_view approval_uri) {
  return first_row(tx.exec(kFindByApproval, {approval_uri}), read_quote);
}

const db::Statement kUpdateQuote{"quotes.update", R"sql(
WITH before AS MATERIALIZED (
  SELECT id, quoted_status_id, state FROM quotes WHERE id = $1 FOR UPDATE),
changed AS (
  UPDATE quotes q SET state = $2, request_uri = $3, approval_uri = $4, checked_at = $5
  FROM before b WHERE q.id = b.id)
UPDATE status_stats ss
SET quotes_count = greatest(0, ss.quotes_count + CASE WHEN $2 = 1 THEN 1 ELSE -1 END)
FROM before b
WHERE ss.status_id = b.quoted_status_id AND (b.state = 1) <> ($2 = 1))sql"};

void update_quote(db::Tx& tx, const model::Quote& q) {
  tx.exec(kUpdateQuote, {q.id, static_cast<int>(q.state), q.request_uri, q.approval_uri, q.checked_at});
}

const db::Statement kListUndecided{"quotes.list_undecided", "SELECT " DUNLIN_QUOTE_COLUMNS R"sql(
FROM quotes q WHERE q.quoted_status_id = $1 AND q.id > $2 AND q.state = 0 AND q.request_uri IS NOT NULL
ORDER BY q.id LIMIT $3 FOR UPDATE)sql"};

std::vector<model::Quote> list_undecided_quotes(db::Tx& tx, StatusId quoted, QuoteId after, int limit) {
  return all_rows(tx.exec(kListUndecided, {quoted, after, limit}), read_quote);
}

const db::Statement kAttachQuotes{"quotes.attach", R"sql(
WITH attached AS (
  UPDATE quotes q SET quoted_status_id = $2, quoted_account_id = $3
  WHERE q.quoted_uri = $1 AND q.quoted_status_id IS NULL
  RETURNING q.*),
counted AS (
  UPDATE status_stats ss SET quotes_count = ss.quotes_count + (SELECT count(*) FROM attached WHERE state = 1)
  WHERE ss.status_id = $2 AND EXISTS (SELECT 1 FROM attached WHERE state = 1))
SELECT )sql" DUNLIN_QUOTE_COLUMNS " FROM attached q ORDER BY q.id"};

std::vector<model::Quote> attach_quotes(db::Tx& tx, std::string_view quoted_uri, StatusId status, AccountId author) {
  return all_rows(tx.exec(kAttachQuotes, {quoted_uri, status, author}), read_quote);
}

const db::Statement kHoldQuotePolicy{"quotes.hold_policy", "SELECT quote_policy FROM statuses WHERE id = $1 FOR SHARE"};

std::optional<model::QuotePolicy> hold_quote_policy(db::Tx& tx, StatusId status) {
  const auto rows = tx.exec(kHoldQuotePolicy, {status});
  const auto packed = rows.empty() ? std::nullopt : rows[0].opt_i64(0);
  return packed ? std::optional(model::QuotePolicy::unpack(static_cast<int>(*packed))) : std::nullopt;
}

const db::Statement kSetQuotePolicy{"quotes.set_policy", "UPDATE statuses SET quote_policy = $2 WHERE id = $1"};

void set_quote_policy(db::Tx& tx, StatusId status, model::QuotePolicy policy) {
  tx.exec(kSetQuotePolicy, {status, policy.packed()});
}

// $1 viewer, $2 quoting statuses, $3 now.
const db::Statement kQuoteViews{
    "quotes.views",
    "SELECT q.status_id, q.quoted_status_id, q.state, s.id IS NULL OR s.deleted_at IS NOT NULL, coalesce(" DUNLIN_VISIBLE(
        "s", "$1") ", false), EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = $1 AND b.target_account_id = "
                   "s.account_id), " DUNLIN_BLOCKS_DOMAIN("$1", "s.account_id") ", " DUNLIN_MUTES_ACCOUNT(
                       "$1", "s.account_id",
                       "$3") ", coalesce(s.url, q.quoted_uri), q.quoted_account_id FROM quotes q LEFT JOIN statuses s "
                             "ON s.id = q.quoted_status_id WHERE q.status_id = ANY($2::bigint[])"};

std::map<StatusId, QuoteView> list_quote_views(db::Tx& tx, std::optional<AccountId> viewer,
                                               std::span<const StatusId> statuses) {
  std::map<StatusId, QuoteView> views;
  for (const auto row : tx.exec(kQuoteViews, {viewer.value_or(AccountId{}), db::Param::ids(statuses), tx.now()})) {
    QuoteView view{.state = static_cast<model::QuoteState>(row.i32(2)),
                   .link = std::string(row.text(8)),
                   .sight = read_sight(row)};
    if (model::shows_quoted(view.sight)) view.quoted_status_id = row.opt_id<StatusId>(1);
    views.emplace(row.id<StatusId>(0), view);
  }
  return views;
}

#define DUNLIN_QUOTING(order) \
  "SELECT q.id, q.status_id FROM quotes q JOIN statuses s ON s.id = q.status_id WHERE q.quoted_status_id = $1 AND "  \
  "q.id < $2 AND q.id > $3 AND q.state = 1 AND s.deleted_at IS NULL AND " DUNLIN_NOT_SUSPENDED("s.account_id")       \
  " AND ($6::boolean OR (" DUNLIN_VISIBLE("s", "$5") " AND (s.account_id = $5 OR " DUNLIN_WELCOME("s.account_id",    \
                                                                                                 "$5", "$7")         \
  "))) ORDER BY q.id " order " LIMIT $4"

const db::Statement kQuoting{"quotes.quoting", DUNLIN_QUOTING("DESC")};
const db::Statement kQuotingUp{"quotes.quoting_up", DUNLIN_QUOTING("ASC")};

std::vector<StatusRef> list_quoting_statuses(db::Tx& tx, StatusId quoted, AccountId viewer, bool of_author,
                                             const model::Page& page) {
  return page_rows(
      tx.exec(page.upwards() ? kQuotingUp : kQuoting,
              {quoted, page.below(), page.above(), page.limit, viewer, of_author, tx.now()}),
      page, [](const db::Row& row) { return StatusRef{.row_id = row.i64(0), .status_id = row.id<StatusId>(1)}; });
}

}  // namespace dunlin::store
