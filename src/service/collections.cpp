#include "dunlin/service/collections.hpp"

#include "languages.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/collections.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/shown_accounts.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace dunlin::service {

using model::Collection;
using model::CollectionId;
using model::CollectionItem;
using model::CollectionItemId;
using model::CollectionItemState;

namespace {

constexpr std::size_t kMaxName = 40;
constexpr std::size_t kMaxDescription = 100;
constexpr std::size_t kMaxTag = 100;

void check_length(std::string_view field, std::string_view label, const std::string& value, std::size_t most,
                  Faults& faults) {
  if (text::count_graphemes(value) > most) {
    faults.add(field, label, "ERR_TOO_LONG", fmt::format("is too long (maximum is {} characters)", most));
  }
}

std::string tag_of(std::string_view text) {
  text = text::trim(text);
  if (text.starts_with('#')) text.remove_prefix(1);
  return std::string(text);
}

void apply(const CollectionChange& change, Collection& collection) {
  if (change.name) collection.name = text::trim(*change.name);
  if (change.description) collection.description = *change.description;
  if (change.language) collection.language = normalise_language(*change.language);
  collection.sensitive = change.sensitive.value_or(collection.sensitive);
  collection.discoverable = change.discoverable.value_or(collection.discoverable);
  if (change.tag_name) {
    const auto tag = tag_of(*change.tag_name);
    collection.tag_name = tag.empty() ? std::nullopt : std::optional(tag);
  }
}

/// What those who are in it would want to know of.
auto says(const Collection& collection) {
  return std::tuple(collection.name, collection.description, collection.tag_name, collection.sensitive);
}

std::unexpected<Error> not_found() {
  return fail(Errc::not_found, "Record not found");
}

}  // namespace

Faults CollectionService::check(const CollectionChange& change, bool is_new) const {
  Faults faults;
  if (change.name ? text::trim(*change.name).empty() : is_new) {
    faults.add("name", "Name", "ERR_BLANK", "can't be blank");
  }
  if (change.name) check_length("name", "Name", *change.name, kMaxName, faults);
  if (change.description) check_length("description", "Description", *change.description, kMaxDescription, faults);
  if (change.language && !change.language->empty() && !normalise_language(*change.language)) {
    faults.add("language", "Language", "ERR_INCLUSION", "is not included in the list");
  }
  if (change.tag_name) {
    const auto tag = tag_of(*change.tag_name);
    const bool bad = tag.size() > kMaxTag || tag.find_first_of(" \t\r\n#/?&<>\"") != std::string::npos;
    if (bad) faults.add("tag_name", "Tag", "ERR_INVALID", "is invalid");
  }
  return faults;
}

Result<Collection> CollectionService::create(db::Tx& tx, const model::Account& owner, const CollectionChange& change,
                                             std::span<const AccountId> members) {
  if (store::count_collections(tx, owner.id) >= kMaxCollections) {
    return fail(Errc::invalid, "Validation failed: You have reached the limit of collections");
  }
  if (members.size() > kMaxCollectionItems) {
    return fail(Errc::invalid,
                fmt::format("Validation failed: Collection items can be at most {}", kMaxCollectionItems));
  }
  Collection collection;
  collection.id = env_.ids.next<CollectionId>();
  collection.account_id = owner.id;
  collection.uri = uris::actor(env_.config, owner.id) + "/collections/" + collection.id.str();
  collection.created_at = collection.updated_at = tx.now();
  apply(change, collection);
  store::insert_collection(tx, collection);
  for (const auto member : members) collection.items.push_back(TRY(insert(tx, owner, collection, member)));
  return collection;
}

Result<Collection> CollectionService::get(db::Tx& tx, std::optional<AccountId> viewer, CollectionId id) const {
  auto collection = store::find_collection(tx, id);
  if (!collection) return not_found();
  if (viewer == collection->account_id) return std::move(*collection);
  const auto owner = store::find_account(tx, collection->account_id);
  if (!owner || owner->suspended_at) return not_found();
  if (viewer && store::is_blocked(tx, owner->id, *viewer)) return not_found();
  return std::move(*collection);
}

Result<Collection> CollectionService::get_own(db::Tx& tx, AccountId owner, CollectionId id) const {
  auto collection = TRY(get(tx, owner, id));
  if (collection.account_id != owner) return fail(Errc::forbidden, "This action is not allowed");
  return collection;
}

Result<Collection> CollectionService::change(db::Tx& tx, AccountId owner, CollectionId id,
                                             const CollectionChange& change) {
  auto collection = TRY(get_own(tx, owner, id));
  const auto before = says(collection);
  apply(change, collection);
  collection.updated_at = tx.now();
  store::update_collection(tx, collection);
  if (says(collection) == before) return collection;
  for (const auto& item : collection.items) {
    if (item.state == CollectionItemState::accepted) notifications_.collection_changed(tx, collection, item.account_id);
  }
  return collection;
}

Result<void> CollectionService::remove(db::Tx& tx, AccountId owner, CollectionId id) {
  const auto collection = TRY(get_own(tx, owner, id));
  for (const auto& item : collection.items) notifications_.withdraw_collection(tx, collection, item.account_id);
  store::delete_collection(tx, collection.id);
  return {};
}

Result<CollectionItem> CollectionService::insert(db::Tx& tx, const model::Account& owner, const Collection& collection,
                                                 AccountId member) {
  const auto account = store::find_shown_account(tx, member);
  if (!account) return not_found();
  const bool blocked = store::is_blocked(tx, account->id, owner.id) || store::is_blocked(tx, owner.id, account->id);
  const bool may_be_featured = account->is_local() && (account->discoverable || account->id == owner.id);
  if (!may_be_featured || blocked || account->suspended_at) {
    return fail(Errc::forbidden, "This action is not allowed", "may not be featured");
  }
  const CollectionItem item{.id = env_.ids.next<CollectionItemId>(),
                            .collection_id = collection.id,
                            .account_id = account->id,
                            .state = CollectionItemState::accepted,
                            .created_at = tx.now()};
  if (!store::insert_collection_item(tx, item)) {
    return fail(Errc::invalid, "Validation failed: Account has already been taken");
  }
  notifications_.added_to_collection(tx, collection, account->id);
  return item;
}

Result<CollectionItem> CollectionService::add(db::Tx& tx, const model::Account& owner, CollectionId id,
                                              AccountId member) {
  const auto collection = TRY(get_own(tx, owner.id, id));
  if (std::ranges::count_if(collection.items, &CollectionItem::names_account) >=
      static_cast<std::ptrdiff_t>(kMaxCollectionItems)) {
    return fail(Errc::invalid,
                fmt::format("Validation failed: Collection items can be at most {}", kMaxCollectionItems));
  }
  auto item = TRY(insert(tx, owner, collection, member));
  store::update_collection(tx, collection);
  return item;
}

namespace {

const CollectionItem* find_item(const Collection& collection, CollectionItemId id) {
  const auto found = std::ranges::find(collection.items, id, &CollectionItem::id);
  return found == collection.items.end() ? nullptr : &*found;
}

}  // namespace

Result<void> CollectionService::remove_item(db::Tx& tx, AccountId owner, CollectionId id, CollectionItemId item_id) {
  const auto collection = TRY(get_own(tx, owner, id));
  const auto* item = find_item(collection, item_id);
  // What an account has taken itself out of is not the owner's to forget.
  if (item == nullptr || item->state == CollectionItemState::revoked) return not_found();
  store::delete_collection_item(tx, item_id);
  store::update_collection(tx, collection);
  notifications_.withdraw_collection(tx, collection, item->account_id);
  return {};
}

Result<void> CollectionService::revoke(db::Tx& tx, AccountId member, CollectionId id, CollectionItemId item_id) {
  const auto collection = TRY(get(tx, member, id));
  const auto* item = find_item(collection, item_id);
  if (item == nullptr) return not_found();
  if (item->account_id != member) return fail(Errc::forbidden, "This action is not allowed");
  store::set_collection_item_state(tx, item_id, CollectionItemState::revoked);
  store::update_collection(tx, collection);
  notifications_.withdraw_collection(tx, collection, member);
  return {};
}

}  // namespace dunlin::service
