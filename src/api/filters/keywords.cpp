#include "handlers.hpp"

#include "dunlin/api/entities/filter.hpp"
#include "dunlin/json/writer.hpp"

namespace dunlin::api {

namespace {

http::Response keyword_answer(const Call& call, const model::Filter::Keyword& keyword) {
  json::Writer out;
  entities::render_filter_keyword(out, keyword);
  return call.json(out.take());
}

service::KeywordChange read_change(const Call& call) {
  return {.keyword = call.params().text("keyword"), .whole_word = call.params().boolean("whole_word")};
}

}  // namespace

Result<http::Response> list_filter_keywords(Call& call) {
  const auto id = TRY(call.path_id<FilterId>("filter_id"));
  const auto filter = TRY(call.services().filters.get(call.tx(), *call.viewer_id(), id));
  json::Writer out;
  out.begin_array();
  for (const auto& keyword : filter.keywords) entities::render_filter_keyword(out, keyword);
  out.end_array();
  return call.json(out.take());
}

Result<http::Response> show_filter_keyword(Call& call) {
  const auto id = TRY(call.path_id<model::FilterKeywordId>("id"));
  return keyword_answer(call, TRY(call.services().filters.get_keyword(call.tx(), *call.viewer_id(), id)));
}

Result<http::Response> create_filter_keyword(Call& call) {
  const auto id = TRY(call.path_id<FilterId>("filter_id"));
  return keyword_answer(call,
                        TRY(call.services().filters.add_keyword(call.tx(), *call.viewer_id(), id, read_change(call))));
}

Result<http::Response> update_filter_keyword(Call& call) {
  const auto id = TRY(call.path_id<model::FilterKeywordId>("id"));
  return keyword_answer(
      call, TRY(call.services().filters.update_keyword(call.tx(), *call.viewer_id(), id, read_change(call))));
}

Result<http::Response> delete_filter_keyword(Call& call) {
  const auto id = TRY(call.path_id<model::FilterKeywordId>("id"));
  TRY_VOID(call.services().filters.remove_keyword(call.tx(), *call.viewer_id(), id));
  return call.json("{}");
}

}  // namespace dunlin::api
