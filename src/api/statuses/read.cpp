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

/// Errors: not_found, also when it is hidden from the viewer.
Result<model::Status> visible_status(Call& call) {
  const auto id = TRY(call.path_id<StatusId>("id"));
  auto status = store::find_visible_status(call.tx(), call.viewer_id(), id);
  if (!status) return fail(Errc::not_found, "Record not found");
  return *std::move(status);
}

}  // namespace

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
  entities::StatusPage page(call.tx(), call.config(), call.viewer_id(), visible);
  json::Writer out;
  page.render_array(out, visible);
  return call.json(out.take());
}

Result<http::Response> show_context(Call& call) {
  const auto id = TRY(call.path_id<StatusId>("id"));
  const auto thread = TRY(call.services().statuses.thread(call.tx(), call.viewer_id(), id));
  std::vector<StatusId> ids;
  ids.reserve(thread.ancestors.size() + thread.descendants.size());
  for (const auto& status : thread.ancestors) ids.push_back(status.id);
  for (const auto& status : thread.descendants) ids.push_back(status.id);

  entities::StatusPage page(call.tx(), call.config(), call.viewer_id(), ids);
  const std::span<const StatusId> all(ids);
  json::Writer out;
  out.begin_object();
  out.key("ancestors");
  page.render_array(out, all.first(thread.ancestors.size()));
  out.key("descendants");
  page.render_array(out, all.subspan(thread.ancestors.size()));
  out.end_object();
  return call.cacheable_when_anonymous(call.json(out.take()));
}

Result<http::Response> list_favourited_by(Call& call) {
  const auto status = TRY(visible_status(call));
  const auto page = http::read_page(call.params(), kDefaultAccounts, kMaxAccounts);
  if (page.limit == 0) return call.json("[]");
  return account_list(call, store::list_favouriting_accounts(call.tx(), status.id, page), page);
}

Result<http::Response> list_reblogged_by(Call& call) {
  const auto status = TRY(visible_status(call));
  const auto page = http::read_page(call.params(), kDefaultAccounts, kMaxAccounts);
  if (page.limit == 0) return call.json("[]");
  return account_list(call, store::list_reblogging_accounts(call.tx(), status.id, call.viewer_id(), page), page);
}

}  // namespace dunlin::api
