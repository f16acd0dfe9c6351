#include "handlers.hpp"
#include "lists.hpp"

#include "dunlin/api/entities/status_page.hpp"
#include "dunlin/http/page.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/statuses.hpp"

#include <vector>

namespace dunlin::api {

namespace {

constexpr std::size_t kMaxStatusIds = 20;
constexpr int kDefaultAccounts = 40;
constexpr int kMaxAccounts = 80;

}  // namespace

Result<model::Status> visible_status(Call& call) {
  const auto id = TRY(call.path_id<StatusId>("id"));
  auto status = store::find_visible_status(call.tx(), call.viewer_id(), id);
  if (!status) return fail(Errc::not_found, "Record not found");
  return *std::move(status);
}

Result<http::Response> show_status(Call& call) {
  const auto status = TRY(visible_status(call));
  return call.cacheable_when_anonymous(TRY(one_status(call, status.id)));
}

Result<http::Response> list_statuses(Call& call) {
  const auto ids = read_ids<StatusId>(call);
  TRY_VOID(check_count(ids.size(), kMaxStatusIds));
  if (ids.empty()) return call.json("[]");
  std::vector<StatusId> visible;
  for (const auto& status : store::list_visible_statuses(call.tx(), call.viewer_id(), ids)) {
    visible.push_back(status.id);
  }
  std::ranges::sort(visible, {}, [&](StatusId id) { return std::ranges::find(ids, id); });
  return status_list(call, visible);
}

Result<http::Response> list_favourited_by(Call& call) {
  const auto status = TRY(visible_status(call));
  const auto page = http::read_page(call.params(), kDefaultAccounts, kMaxAccounts);
  if (page.limit == 0) return call.json("[]");
  return account_list(call, store::list_favouriting_accounts(call.tx(), status.id, call.viewer_id(), page), page);
}

Result<http::Response> list_reblogged_by(Call& call) {
  const auto status = TRY(visible_status(call));
  const auto page = http::read_page(call.params(), kDefaultAccounts, kMaxAccounts);
  if (page.limit == 0) return call.json("[]");
  return account_list(call, store::list_reblogging_accounts(call.tx(), status.id, call.viewer_id(), page), page);
}

}  // namespace dunlin::api
