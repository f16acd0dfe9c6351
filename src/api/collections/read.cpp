#include "handlers.hpp"
#include "lists.hpp"

#include "dunlin/api/entities/account_page.hpp"
#include "dunlin/api/entities/collection.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/service/collections.hpp"
#include "dunlin/store/collections.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/shown_accounts.hpp"

#include <algorithm>

namespace dunlin::api {

namespace {

constexpr int kDefaultLimit = 40;

struct Window {
  int limit;
  int offset;
};
/// Errors: bad_request for negative values, unlike elsewhere (client-api.md 1.5).
Result<Window> read_window(const http::Params& params, int most) {
  const auto limit = params.integer("limit").value_or(kDefaultLimit);
  const auto offset = params.integer("offset").value_or(0);
  if (limit < 0 || offset < 0) {
    return fail(Errc::bad_request, "Pagination values for `offset` and `limit` must be positive");
  }
  return Window{static_cast<int>(std::min<std::int64_t>(limit, most)), read_offset(params)};
}

http::Response answer(Call& call, const std::vector<model::Collection>& collections) {
  json::Writer out;
  out.begin_object().key("collections").begin_array();
  for (const auto& collection : collections) {
    entities::render_collection(out, call.config(), collection, call.viewer_id());
  }
  out.end_array().end_object();
  return call.json(out.take());
}

/// Errors: not_found.
Result<model::Account> owner_of_path(Call& call) {
  auto account = store::find_shown_account(call.tx(), TRY(call.path_id<AccountId>("account_id")));
  if (!account) return fail(Errc::not_found, "Record not found");
  return std::move(*account);
}

}  // namespace

Result<http::Response> show_collection(Call& call) {
  const auto id = TRY(call.path_id<model::CollectionId>("id"));
  const auto collection = TRY(call.services().collections.get(call.tx(), call.viewer_id(), id));
  const bool own = call.viewer_id() == collection.account_id;
  std::vector<AccountId> ids{collection.account_id};
  for (const auto& item : collection.items) {
    const bool shown = own ? item.names_account() : item.state == model::CollectionItemState::accepted;
    if (shown && std::ranges::find(ids, item.account_id) == ids.end()) ids.push_back(item.account_id);
  }
  entities::AccountPage accounts(call.tx(), call.config(), ids);
  json::Writer out;
  out.begin_object();
  out.key("accounts").raw(accounts.json_array(ids));
  out.key("collection");
  entities::render_collection(out, call.config(), collection, call.viewer_id());
  out.end_object();
  return call.json(out.take());
}

Result<http::Response> list_account_collections(Call& call) {
  const auto window = TRY(read_window(call.params(), 100));
  const auto owner = TRY(owner_of_path(call));
  const auto viewer = call.viewer_id();
  const bool own = viewer == owner.id;
  const bool hidden = owner.suspended_at || (viewer && !own && store::is_blocked(call.tx(), owner.id, *viewer));
  if (hidden) return answer(call, {});
  return answer(call, store::list_collections(call.tx(), owner.id, !own, window.limit, window.offset));
}

Result<http::Response> list_collections_with_account(Call& call) {
  const auto window = TRY(read_window(call.params(), 80));
  const auto member = TRY(owner_of_path(call));
  // Who is in whose collections is nobody else's business.
  if (member.id != call.viewer_id()) return answer(call, {});
  return answer(call, store::list_collections_with(call.tx(), member.id, window.limit, window.offset));
}

}  // namespace dunlin::api
