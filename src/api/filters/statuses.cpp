#include "handlers.hpp"

#include "dunlin/api/entities/filter.hpp"
#include "dunlin/json/writer.hpp"

namespace dunlin::api {

namespace {

http::Response row_answer(const Call& call, const model::Filter::Status& status) {
  json::Writer out;
  entities::render_filter_status(out, status);
  return call.json(out.take());
}

}  // namespace

Result<http::Response> list_filter_statuses(Call& call) {
  const auto id = TRY(call.path_id<FilterId>("filter_id"));
  const auto filter = TRY(call.services().filters.get(call.tx(), *call.viewer_id(), id));
  json::Writer out;
  out.begin_array();
  for (const auto& status : filter.statuses) entities::render_filter_status(out, status);
  out.end_array();
  return call.json(out.take());
}

Result<http::Response> show_filter_status(Call& call) {
  const auto id = TRY(call.path_id<model::FilterStatusId>("id"));
  return row_answer(call, TRY(call.services().filters.get_status(call.tx(), *call.viewer_id(), id)));
}

Result<http::Response> create_filter_status(Call& call) {
  const auto id = TRY(call.path_id<FilterId>("filter_id"));
  // What is no id is a status that does not exist.
  const auto status = StatusId::parse(call.params().text("status_id").value_or("")).value_or(StatusId{});
  return row_answer(call, TRY(call.services().filters.add_status(call.tx(), *call.viewer_id(), id, status)));
}

Result<http::Response> delete_filter_status(Call& call) {
  const auto id = TRY(call.path_id<model::FilterStatusId>("id"));
  TRY_VOID(call.services().filters.remove_status(call.tx(), *call.viewer_id(), id));
  return call.json("{}");
}

}  // namespace dunlin::api
