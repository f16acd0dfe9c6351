#include "handlers.hpp"
#include "lists.hpp"

#include "dunlin/http/page.hpp"
#include "dunlin/store/lists.hpp"

#include <algorithm>
#include <vector>

namespace dunlin::api {

namespace {

constexpr int kDefaultMembers = 40;
constexpr int kMaxMembers = 80;
constexpr int kDefaultStatuses = 20;
constexpr int kMaxStatuses = 40;

/// Errors: not_found for what is no id.
Result<std::vector<AccountId>> read_members(const http::Params& params) {
  std::vector<AccountId> ids;
  for (const auto& text : params.list("account_ids")) {
    const auto id = AccountId::parse(text);
    if (!id) return fail(Errc::not_found, "Record not found");
    if (std::ranges::find(ids, *id) == ids.end()) ids.push_back(*id);
  }
  return ids;
}

using Change = Result<void> (service::ListService::*)(db::Tx&, AccountId, model::ListId, std::span<const AccountId>);

Result<http::Response> change_members(Call& call, Change change) {
  const auto id = TRY(call.path_id<model::ListId>("id"));
  const auto members = TRY(read_members(call.params()));
  TRY_VOID((call.services().lists.*change)(call.tx(), *call.viewer_id(), id, members));
  return call.json("{}");
}

}  // namespace

Result<http::Response> list_members(Call& call) {
  const auto id = TRY(call.path_id<model::ListId>("id"));
  TRY(call.services().lists.get(call.tx(), *call.viewer_id(), id));
  const auto page = read_page_or_all(call.params(), kDefaultMembers, kMaxMembers);
  return account_list(call, store::list_list_accounts(call.tx(), id, page), page);
}

Result<http::Response> add_members(Call& call) {
  return change_members(call, &service::ListService::add);
}

Result<http::Response> remove_members(Call& call) {
  return change_members(call, &service::ListService::take_out);
}

Result<http::Response> list_timeline(Call& call) {
  const auto id = TRY(call.path_id<model::ListId>("id"));
  const auto list = TRY(call.services().lists.get(call.tx(), *call.viewer_id(), id));
  const auto page = http::read_page(call.params(), kDefaultStatuses, kMaxStatuses);
  if (page.limit == 0) return call.json("[]");
  return status_list(call, store::list_list_timeline(call.tx(), list, page), page, NextLink::when_not_empty);
}

}  // namespace dunlin::api
