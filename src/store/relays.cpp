#include "dunlin/store/relays.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

#define DUNLIN_RELAY_COLUMNS "id, url, style, inbox_url, follow_uri, state, created_at, actor_uri"

namespace {

model::Relay read_relay(const db::Row& row) {
  return {.id = row.i64(0),
          .url = std::string(row.text(1)),
          .style = static_cast<model::RelayStyle>(row.i32(2)),
          .inbox_url = std::string(row.text(3)),
          .follow_uri = std::string(row.text(4)),
          .state = static_cast<model::RelayState>(row.i32(5)),
          .created_at = row.time(6),
          .actor_uri = row.opt_text(7)};
}

}  // namespace

const db::Statement kInsertRelay{"relays.insert", R"sql(
INSERT INTO relays (id, url, style, inbox_url, follow_uri, state, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (url) DO NOTHING)sql"};

bool insert_relay(db::Tx& tx, const model::Relay& r) {
  return tx.exec(kInsertRelay, {r.id, r.url, static_cast<int>(r.style), r.inbox_url, r.follow_uri,
                                static_cast<int>(r.state), tx.now()})
             .affected() > 0;
}

const db::Statement kUpdateRelay{"relays.update",
                                 "UPDATE relays SET state = $2, inbox_url = $3, actor_uri = $4 WHERE id = $1"};

void update_relay(db::Tx& tx, const model::Relay& r) {
  tx.exec(kUpdateRelay, {r.id, static_cast<int>(r.state), r.inbox_url, r.actor_uri});
}

const db::Statement kDeleteRelay{"relays.delete", "DELETE FROM relays WHERE url = $1 RETURNING " DUNLIN_RELAY_COLUMNS};

std::optional<model::Relay> delete_relay(db::Tx& tx, std::string_view url) {
  return first_row(tx.exec(kDeleteRelay, {url}), read_relay);
}

const db::Statement kFindRelay{"relays.find", "SELECT " DUNLIN_RELAY_COLUMNS " FROM relays WHERE id = $1"};

std::optional<model::Relay> find_relay(db::Tx& tx, std::int64_t id) {
  return first_row(tx.exec(kFindRelay, {id}), read_relay);
}

const db::Statement kFindRelayByFollow{"relays.find_by_follow",
                                       "SELECT " DUNLIN_RELAY_COLUMNS " FROM relays WHERE follow_uri = $1"};

std::optional<model::Relay> find_relay_by_follow(db::Tx& tx, std::string_view follow_uri) {
  return first_row(tx.exec(kFindRelayByFollow, {follow_uri}), read_relay);
}

const db::Statement kListRelays{"relays.list", "SELECT " DUNLIN_RELAY_COLUMNS " FROM relays ORDER BY url"};

std::vector<model::Relay> list_relays(db::Tx& tx) {
  return all_rows(tx.exec(kListRelays), read_relay);
}

}  // namespace dunlin::store
