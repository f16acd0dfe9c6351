#include "dunlin/service/lists.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/service/events.hpp"
#include "dunlin/store/lists.hpp"
#include "dunlin/store/shown_accounts.hpp"

#include <utility>
#include <vector>

namespace dunlin::service {

using model::List;
using model::ListId;

namespace {

// client-api.md 1.3.
constexpr std::size_t kMaxLists = 50;
constexpr std::size_t kMaxTitle = 256;

Result<void> apply(const ListChange& change, List& list) {
  if (change.title) list.title = text::trim(*change.title);
  if (list.title.empty()) return fail(Errc::invalid, "Validation failed: Title can't be blank");
  if (text::count_graphemes(list.title) > kMaxTitle) {
    return fail(Errc::invalid, "Validation failed: Title is too long (maximum is 256 characters)");
  }
  list.replies_policy = change.replies_policy.value_or(list.replies_policy);
  list.exclusive = change.exclusive.value_or(list.exclusive);
  return {};
}

}  // namespace

Result<List> ListService::get(db::Tx& tx, AccountId owner, ListId id) {
  auto list = store::find_list(tx, owner, id);
  if (!list) return fail(Errc::not_found, "Record not found");
  return *std::move(list);
}

Result<List> ListService::create(db::Tx& tx, AccountId owner, const ListChange& wanted) {
  List list{.id = env_.ids.next<ListId>(), .account_id = owner, .title = {}};
  TRY_VOID(apply(wanted, list));
  if (store::list_lists(tx, owner).size() >= kMaxLists) {
    return fail(Errc::invalid, "Validation failed: You have reached the maximum number of lists");
  }
  store::insert_list(tx, list);
  return list;
}

Result<List> ListService::change(db::Tx& tx, AccountId owner, ListId id, const ListChange& change) {
  auto list = TRY(get(tx, owner, id));
  TRY_VOID(apply(change, list));
  store::update_list(tx, list);
  env_.events.tell(tx, events::ListChanged{owner, id.value});
  return list;
}

Result<void> ListService::remove(db::Tx& tx, AccountId owner, ListId id) {
  if (!store::delete_list(tx, owner, id)) return fail(Errc::not_found, "Record not found");
  env_.events.tell(tx, events::ListChanged{owner, id.value});
  return {};
}

Result<void> ListService::add(db::Tx& tx, AccountId owner, ListId id, std::span<const AccountId> accounts) {
  TRY(get(tx, owner, id));
  if (store::list_shown_accounts(tx, accounts).size() < accounts.size() ||
      store::count_listable(tx, owner, accounts) < accounts.size()) {
    return fail(Errc::not_found, "Record not found");
  }
  std::vector<store::NewMember> members;
  for (const auto account : accounts) members.push_back({env_.ids.next<ListId>().value, account});
  if (store::insert_list_accounts(tx, id, members) < accounts.size()) {
    return fail(Errc::invalid, "Validation failed: Account has already been taken");
  }
  env_.events.tell(tx, events::ListChanged{owner, id.value});
  return {};
}

Result<void> ListService::take_out(db::Tx& tx, AccountId owner, ListId id, std::span<const AccountId> accounts) {
  TRY(get(tx, owner, id));
  store::delete_list_accounts(tx, id, accounts);
  env_.events.tell(tx, events::ListChanged{owner, id.value});
  return {};
}

void ListService::put_beside(db::Tx& tx, AccountId owner, AccountId member, AccountId other) {
  for (const List& list : store::list_lists_with(tx, owner, member)) {
    const store::NewMember added{env_.ids.next<ListId>().value, other};
    if (store::insert_list_accounts(tx, list.id, std::span(&added, 1)) == 0) continue;
    env_.events.tell(tx, events::ListChanged{owner, list.id.value});
  }
}

}  // namespace dunlin::service
