#include "account_rows.hpp"
#include "rows.hpp"
#include "status_rows.hpp"

#include "dunlin/db/statement.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/media.hpp"
#include "dunlin/store/preview_cards.hpp"
#include "dunlin/store/statuses.hpp"

#include <array>
#include <set>

namespace dunlin::store {

#define DUNLIN_MENTION_COLUMNS "m.status_id, a.id, a.username, a.domain, a.uri, a.url, m.silent"

namespace {

model::Mention read_mention(const db::Row& row) {
  return {.account_id = row.id<AccountId>(1),
          .username = std::string(row.text(2)),
          .domain = row.opt_text(3),
          .uri = std::string(row.text(4)),
          .url = std::string(row.text(5)),
          .silent = row.boolean(6)};
}

}  // namespace

const db::Statement kListMentions{"statuses.mentions", "SELECT " DUNLIN_MENTION_COLUMNS R"sql(
FROM mentions m JOIN accounts a ON a.id = m.account_id
WHERE m.status_id = ANY($1::bigint[])
ORDER BY m.status_id, m.account_id)sql"};

std::vector<model::Mention> list_mentions(db::Tx& tx, StatusId id) {
  return all_rows(tx.exec(kListMentions, {db::Param::bigints(std::array{id.value})}), read_mention);
}

const db::Statement kViewerFlags{"statuses.viewer_flags", R"sql(
SELECT asked.id,
       EXISTS (SELECT 1 FROM favourites f WHERE f.account_id = $1 AND f.status_id = asked.id),
       EXISTS (SELECT 1 FROM statuses w WHERE w.account_id = $1 AND w.reblog_of_id = asked.id AND w.deleted_at IS NULL),
       EXISTS (SELECT 1 FROM conversation_mutes c WHERE c.account_id = $1 AND c.conversation_id = s.conversation_id),
       EXISTS (SELECT 1 FROM bookmarks b WHERE b.account_id = $1 AND b.status_id = asked.id),
       EXISTS (SELECT 1 FROM pins p WHERE p.account_id = $1 AND p.status_id = asked.id),
       EXISTS (SELECT 1 FROM follows f WHERE f.account_id = $1 AND f.target_account_id = s.account_id),
       EXISTS (SELECT 1 FROM follows f WHERE f.account_id = s.account_id AND f.target_account_id = $1)
FROM unnest($2::bigint[]) AS asked (id) JOIN statuses s ON s.id = asked.id)sql"};

std::map<StatusId, ViewerFlags> list_viewer_flags(db::Tx& tx, AccountId viewer, std::span<const StatusId> ids) {
  std::map<StatusId, ViewerFlags> out;
  if (ids.empty()) return out;
  for (const auto row : tx.exec(kViewerFlags, {viewer, db::Param::ids(ids)})) {
    auto& flags = out[row.id<StatusId>(0)];
    flags.favourited = row.boolean(1);
    flags.reblogged = row.boolean(2);
    flags.muted = row.boolean(3);
    flags.bookmarked = row.boolean(4);
    flags.pinned = row.boolean(5);
    flags.follows_author = row.boolean(6);
    flags.followed_by_author = row.boolean(7);
  }
  return out;
}

StatusCounters StatusCounters::of(const model::Status& status) {
  return {.replies = status.replies_count,
          .reblogs = status.reblogs_count,
          .favourites = status.favourites_count,
          .quotes = status.quotes_count};
}

void StatusCounters::copy_to(model::Status& status) const {
  status.replies_count = replies;
  status.reblogs_count = reblogs;
  status.favourites_count = favourites;
  status.quotes_count = quotes;
}

const db::Statement kCounters{"statuses.counters", "SELECT ss.status_id, " DUNLIN_COUNTER_COLUMNS R"sql(
FROM status_stats ss WHERE ss.status_id = ANY($1::bigint[]))sql"};

std::map<StatusId, StatusCounters> list_counters(db::Tx& tx, std::span<const StatusId> ids) {
  std::map<StatusId, StatusCounters> out;
  for (const auto row : tx.exec(kCounters, {db::Param::ids(ids)})) {
    out.emplace(
        row.id<StatusId>(0),
        StatusCounters{.replies = row.i64(1), .reblogs = row.i64(2), .favourites = row.i64(3), .quotes = row.i64(4)});
  }
  return out;
}

// Each status asked for and, beside a reblog, what it wraps.
const db::Statement kBundleStatuses{"statuses.bundle", "SELECT " DUNLIN_STATUS_COLUMNS R"sql(, app.name, app.website
FROM (
  SELECT id FROM statuses WHERE id = ANY($1::bigint[])
  UNION
  SELECT reblog_of_id FROM statuses WHERE id = ANY($1::bigint[]) AND reblog_of_id IS NOT NULL) wanted
JOIN statuses s ON s.id = wanted.id
JOIN status_stats ss ON ss.status_id = s.id
LEFT JOIN applications app ON app.id = s.application_id AND s.local
WHERE s.deleted_at IS NULL)sql"};

namespace {

/// Parts of a page of which some status may have something.
std::uint16_t parts_of(const std::map<StatusId, model::Status>& statuses) {
  std::uint16_t parts = 0;
  for (const auto& [id, status] : statuses) parts = static_cast<std::uint16_t>(parts | status.parts);
  return parts;
}

bool has(std::uint16_t parts, model::Part part) {
  return (parts & static_cast<std::uint16_t>(part)) != 0;
}

/// The statuses of `ids` and what the reblogs among them wrap.
std::map<StatusId, model::Status> load_statuses(db::Tx& tx, std::span<const StatusId> ids, StatusBundle& bundle) {
  std::map<StatusId, model::Status> found;
  for (const auto row : tx.exec(kBundleStatuses, {db::Param::ids(ids)})) {
    auto status = read_status(row);
    if (auto name = row.opt_text(kStatusColumns)) {
      bundle.applications[status.id] = {.name = std::move(*name), .website = row.opt_text(kStatusColumns + 1)};
    }
    const auto id = status.id;
    found.emplace(id, std::move(status));
  }
  return found;
}

template <class Map>
std::vector<typename Map::key_type> keys_of(const Map& map) {
  std::vector<typename Map::key_type> keys;
  keys.reserve(map.size());
  for (const auto& [key, value] : map) keys.push_back(key);
  return keys;
}

/// The quotes of `statuses`, and what they show with the quotes of that.
std::map<StatusId, model::Status> load_quotes(db::Tx& tx, std::optional<AccountId> viewer,
                                              const std::map<StatusId, model::Status>& statuses, StatusBundle& bundle) {
  bundle.quotes = list_quote_views(tx, viewer, keys_of(statuses));
  std::vector<StatusId> quoted;
  for (const auto& [id, view] : bundle.quotes) {
    if (view.quoted_status_id) quoted.push_back(*view.quoted_status_id);
  }
  if (quoted.empty()) return {};
  auto shown = load_statuses(tx, quoted, bundle);
  if (has(parts_of(shown), model::Part::quote)) {
    bundle.quotes.merge(list_quote_views(tx, viewer, keys_of(shown)));
  }
  return shown;
}

}  // namespace

StatusBundle load_status_bundle(db::Tx& tx, std::span<const StatusId> ids, std::optional<AccountId> viewer) {
  StatusBundle bundle;
  if (ids.empty()) return bundle;
  const auto found = load_statuses(tx, ids, bundle);

  std::set<AccountId> authors;
  std::vector<StatusId> shown;
  for (const auto id : ids) {
    const auto it = found.find(id);
    if (it == found.end()) continue;
    const auto& status = it->second;
    if (status.reblog_of_id) {
      const auto original = found.find(*status.reblog_of_id);
      if (original == found.end()) continue;
      bundle.originals.insert(*original);
      authors.insert(original->second.account_id);
      shown.push_back(original->first);
    }
    bundle.statuses.push_back(status);
    authors.insert(status.account_id);
    shown.push_back(id);
  }
  if (shown.empty()) return bundle;

  auto parts = parts_of(found);
  if (has(parts, model::Part::quote)) {
    bundle.quoted = load_quotes(tx, viewer, found, bundle);
    parts = static_cast<std::uint16_t>(parts | parts_of(bundle.quoted));
    for (const auto& [id, status] : bundle.quoted) {
      authors.insert(status.account_id);
      shown.push_back(id);
    }
  }
  if (has(parts, model::Part::card)) {
    bundle.cards = load_status_cards(tx, shown);
    for (const auto& [id, card] : bundle.cards) {
      if (card.author_account_id) authors.insert(*card.author_account_id);
    }
  }
  const std::vector<AccountId> author_ids(authors.begin(), authors.end());
  for (auto& account : list_accounts(tx, author_ids)) {
    const auto id = account.id;
    bundle.accounts.emplace(id, std::move(account));
  }
  for (const auto row : tx.exec(kListMentions, {db::Param::ids(shown)}))
    bundle.mentions[row.id<StatusId>(0)].push_back(read_mention(row));
  if (has(parts, model::Part::poll)) bundle.polls = list_polls(tx, viewer, shown);
  if (has(parts, model::Part::reactions)) bundle.reactions = count_reactions(tx, viewer, shown);
  if (has(parts, model::Part::media)) bundle.media = list_media_of(tx, shown);
  return bundle;
}

}  // namespace dunlin::store
