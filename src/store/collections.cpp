#include "dunlin/store/collections.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

#include <map>

namespace dunlin::store {

using model::Collection;
using model::CollectionId;
using model::CollectionItem;
using model::CollectionItemId;
using model::CollectionItemState;

namespace {

#define DUNLIN_COLLECTION                                                                                   \
  "c.id, c.account_id, c.uri, c.name, c.description, c.language, c.sensitive, c.discoverable, c.tag_name, " \
  "c.created_at, c.updated_at"

const db::Statement kInsert{"collections.insert", R"sql(
INSERT INTO collections (id, account_id, uri, name, description, language, sensitive, discoverable, tag_name,
                         created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10))sql"};
const db::Statement kUpdate{"collections.update", R"sql(
UPDATE collections
SET name = $2, description = $3, language = $4, sensitive = $5, discoverable = $6, tag_name = $7, updated_at = $8
WHERE id = $1)sql"};
const db::Statement kDelete{"collections.delete", "DELETE FROM collections WHERE id = $1"};
const db::Statement kFind{"collections.find", "SELECT " DUNLIN_COLLECTION " FROM collections c WHERE c.id = $1"};
const db::Statement kFindByUri{"collections.find_by_uri",
                               "SELECT " DUNLIN_COLLECTION " FROM collections c WHERE c.uri = $1"};
const db::Statement kListByIds{"collections.list_by_ids",
                               "SELECT " DUNLIN_COLLECTION " FROM collections c WHERE c.id = ANY($1::bigint[])"};
const db::Statement kList{"collections.list", "SELECT " DUNLIN_COLLECTION R"sql(
FROM collections c WHERE c.account_id = $1 AND (c.discoverable OR NOT $2)
ORDER BY c.id DESC LIMIT $3 OFFSET $4)sql"};
const db::Statement kListWith{"collections.list_with", "SELECT " DUNLIN_COLLECTION R"sql(
FROM collection_items i JOIN collections c ON c.id = i.collection_id
WHERE i.account_id = $1 AND i.state = 1
ORDER BY i.id DESC LIMIT $2 OFFSET $3)sql"};
const db::Statement kCount{"collections.count", "SELECT count(*) FROM collections WHERE account_id = $1"};
const db::Statement kListItems{"collections.items", R"sql(
SELECT id, collection_id, account_id, state, created_at FROM collection_items
WHERE collection_id = ANY($1::bigint[]) ORDER BY collection_id, id)sql"};
const db::Statement kInsertItem{"collections.insert_item", R"sql(
INSERT INTO collection_items (id, collection_id, account_id, state, created_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (collection_id, account_id) DO NOTHING)sql"};
const db::Statement kSetState{"collections.set_item_state", "UPDATE collection_items SET state = $2 WHERE id = $1"};
const db::Statement kDeleteItem{"collections.delete_item", "DELETE FROM collection_items WHERE id = $1"};

Collection read_collection(const db::Row& row) {
  return {.id = row.id<CollectionId>(0),
          .account_id = row.id<AccountId>(1),
          .uri = std::string(row.text(2)),
          .name = std::string(row.text(3)),
          .description = std::string(row.text(4)),
          .language = row.opt_text(5),
          .sensitive = row.boolean(6),
          .discoverable = row.boolean(7),
          .tag_name = row.opt_text(8),
          .created_at = row.time(9),
          .updated_at = row.time(10)};
}

std::vector<Collection> with_items(db::Tx& tx, const db::Rows& rows) {
  auto collections = all_rows(rows, read_collection);
  if (collections.empty()) return collections;
  std::vector<CollectionId> ids;
  std::map<CollectionId, Collection*> by_id;
  for (auto& collection : collections) {
    ids.push_back(collection.id);
    by_id.emplace(collection.id, &collection);
  }
  for (const auto row : tx.exec(kListItems, {db::Param::ids(ids)})) {
    by_id.at(row.id<CollectionId>(1))
        ->items.push_back({.id = row.id<CollectionItemId>(0),
                           .collection_id = row.id<CollectionId>(1),
                           .account_id = row.id<AccountId>(2),
                           .state = static_cast<CollectionItemState>(row.i32(3)),
                           .created_at = row.time(4)});
  }
  return collections;
}

}  // namespace

void insert_collection(db::Tx& tx, const Collection& c) {
  tx.exec(kInsert, {c.id, c.account_id, c.uri, c.name, c.description, c.language, c.sensitive, c.discoverable,
                    c.tag_name, tx.now()});
}

void update_collection(db::Tx& tx, const Collection& c) {
  tx.exec(kUpdate, {c.id, c.name, c.description, c.language, c.sensitive, c.discoverable, c.tag_name, tx.now()});
}

void delete_collection(db::Tx& tx, CollectionId id) {
  tx.exec(kDelete, {id});
}

std::optional<Collection> find_collection(db::Tx& tx, CollectionId id) {
  auto found = with_items(tx, tx.exec(kFind, {id}));
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

std::vector<Collection> list_collections(db::Tx& tx, std::span<const CollectionId> ids) {
  if (ids.empty()) return {};
  return with_items(tx, tx.exec(kListByIds, {db::Param::ids(ids)}));
}

std::optional<Collection> find_collection_by_uri(db::Tx& tx, std::string_view uri) {
  auto found = with_items(tx, tx.exec(kFindByUri, {uri}));
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

std::vector<Collection> list_collections(db::Tx& tx, AccountId owner, bool discoverable_only, int limit, int offset) {
  return with_items(tx, tx.exec(kList, {owner, discoverable_only, limit, offset}));
}

std::vector<Collection> list_collections_with(db::Tx& tx, AccountId member, int limit, int offset) {
  return with_items(tx, tx.exec(kListWith, {member, limit, offset}));
}

std::int64_t count_collections(db::Tx& tx, AccountId owner) {
  return tx.exec(kCount, {owner})[0].i64(0);
}

bool insert_collection_item(db::Tx& tx, const CollectionItem& item) {
  return tx.exec(kInsertItem, {item.id, item.collection_id, item.account_id, static_cast<int>(item.state), tx.now()})
             .affected() == 1;
}

void set_collection_item_state(db::Tx& tx, CollectionItemId id, CollectionItemState state) {
  tx.exec(kSetState, {id, static_cast<int>(state)});
}

void delete_collection_item(db::Tx& tx, CollectionItemId id) {
  tx.exec(kDeleteItem, {id});
}

}  // namespace dunlin::store
