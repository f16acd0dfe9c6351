#include "handlers.hpp"

#include "dunlin/api/entities/filter.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/filters.hpp"

#include <algorithm>

namespace dunlin::api {

namespace {

http::Response deprecated(http::Response response) {
  response.headers.set("Deprecation", "@1668384000");
  return response;
}

http::Response v1_answer(const Call& call, const model::Filter& filter, const model::Filter::Keyword& keyword) {
  json::Writer out;
  entities::render_v1_filter(out, filter, keyword);
  return deprecated(call.json(out.take()));
}

http::Response v1_answer(const Call& call, const model::Filter& filter, model::FilterKeywordId id) {
  return v1_answer(call, filter, *std::ranges::find(filter.keywords, id, &model::Filter::Keyword::id));
}

Result<service::V1FilterChanges> read_v1_changes(const Call& call) {
  const auto& params = call.params();
  return service::V1FilterChanges{.phrase = params.text("phrase"),
                                  .contexts = read_contexts(call),
                                  .irreversible = params.boolean("irreversible"),
                                  .whole_word = params.boolean("whole_word"),
                                  .expires_in = TRY(read_expires_in(call))};
}

}  // namespace

Result<http::Response> list_v1_filters(Call& call) {
  json::Writer out;
  out.begin_array();
  for (const auto& filter : store::list_filters(call.tx(), *call.viewer_id())) {
    for (const auto& keyword : filter.keywords) entities::render_v1_filter(out, filter, keyword);
  }
  out.end_array();
  return deprecated(call.json(out.take()));
}

Result<http::Response> show_v1_filter(Call& call) {
  const auto id = TRY(call.path_id<model::FilterKeywordId>("id"));
  const auto filter = store::find_filter_of_keyword(call.tx(), *call.viewer_id(), id);
  if (!filter) return fail(Errc::not_found, "Record not found");
  return v1_answer(call, *filter, id);
}

Result<http::Response> create_v1_filter(Call& call) {
  const auto changes = TRY(read_v1_changes(call));
  const auto filter = TRY(call.services().filters.create_v1(call.tx(), *call.viewer_id(), changes));
  return v1_answer(call, filter, filter.keywords.front());
}

Result<http::Response> update_v1_filter(Call& call) {
  const auto id = TRY(call.path_id<model::FilterKeywordId>("id"));
  const auto changes = TRY(read_v1_changes(call));
  return v1_answer(call, TRY(call.services().filters.update_v1(call.tx(), *call.viewer_id(), id, changes)), id);
}

Result<http::Response> delete_v1_filter(Call& call) {
  const auto id = TRY(call.path_id<model::FilterKeywordId>("id"));
  TRY_VOID(call.services().filters.remove_v1(call.tx(), *call.viewer_id(), id));
  return deprecated(call.json("{}"));
}

}  // namespace dunlin::api
