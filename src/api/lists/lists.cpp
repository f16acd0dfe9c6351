#include "dunlin/store/lists.hpp"

#include "accounts/handlers.hpp"
#include "handlers.hpp"

#include "dunlin/api/entities/list.hpp"
#include "dunlin/json/writer.hpp"

#include <vector>

namespace dunlin::api {

namespace {

http::Response answer(const Call& call, const model::List& list) {
  json::Writer out;
  entities::render_list(out, list);
  return call.json(out.take());
}

http::Response answer(const Call& call, const std::vector<model::List>& lists) {
  json::Writer out;
  out.begin_array();
  for (const auto& list : lists) entities::render_list(out, list);
  out.end_array();
  return call.json(out.take());
}

Result<service::ListChange> read_change(const http::Params& params) {
  service::ListChange change{.title = params.text("title"), .exclusive = params.boolean("exclusive")};
  const auto policy = params.text("replies_policy").value_or("");
  if (policy.empty()) return change;
  change.replies_policy = model::parse_replies_policy(policy);
  if (!change.replies_policy)
    return fail(Errc::invalid, "Validation failed: Replies policy is not included in the list");
  return change;
}

}  // namespace

Result<http::Response> list_own_lists(Call& call) {
  return answer(call, store::list_lists(call.tx(), *call.viewer_id()));
}

Result<http::Response> list_lists_with(Call& call) {
  const auto account = TRY(path_account(call));
  return answer(call, store::list_lists_with(call.tx(), *call.viewer_id(), account.id));
}

Result<http::Response> create_list(Call& call) {
  const auto wanted = TRY(read_change(call.params()));
  return answer(call, TRY(call.services().lists.create(call.tx(), *call.viewer_id(), wanted)));
}

Result<http::Response> show_list(Call& call) {
  const auto id = TRY(call.path_id<model::ListId>("id"));
  return answer(call, TRY(call.services().lists.get(call.tx(), *call.viewer_id(), id)));
}

Result<http::Response> update_list(Call& call) {
  const auto id = TRY(call.path_id<model::ListId>("id"));
  const auto change = TRY(read_change(call.params()));
  return answer(call, TRY(call.services().lists.change(call.tx(), *call.viewer_id(), id, change)));
}

Result<http::Response> delete_list(Call& call) {
  const auto id = TRY(call.path_id<model::ListId>("id"));
  TRY_VOID(call.services().lists.remove(call.tx(), *call.viewer_id(), id));
  return call.json("{}");
}

}  // namespace dunlin::api
