#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/collection.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace dunlin::store {

/// Without its items.
void insert_collection(db::Tx& tx, const model::Collection& collection);
void update_collection(db::Tx& tx, const model::Collection& collection);
void delete_collection(db::Tx& tx, model::CollectionId id);
/// With its items.
std::optional<model::Collection> find_collection(db::Tx& tx, model::CollectionId id);
/// Any order; unknown ids are left out. Two statements.
std::vector<model::Collection> list_collections(db::Tx& tx, std::span<const model::CollectionId> ids);
std::optional<model::Collection> find_collection_by_uri(db::Tx& tx, std::string_view uri);
/// Newest first, with items, in two statements.
std::vector<model::Collection> list_collections(db::Tx& tx, AccountId owner, bool discoverable_only, int limit,
                                                int offset);
/// Those that name the account.
std::vector<model::Collection> list_collections_with(db::Tx& tx, AccountId member, int limit, int offset);
std::int64_t count_collections(db::Tx& tx, AccountId owner);

/// false: the account is in there, or took itself out.
bool insert_collection_item(db::Tx& tx, const model::CollectionItem& item);
void set_collection_item_state(db::Tx& tx, model::CollectionItemId id, model::CollectionItemState state);
void delete_collection_item(db::Tx& tx, model::CollectionItemId id);

}  // namespace dunlin::store
