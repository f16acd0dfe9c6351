#include "dunlin/store/filters.hpp"

#include "handlers.hpp"

#include "dunlin/api/entities/filter.hpp"
#include "dunlin/json/writer.hpp"

#include <nlohmann/json.hpp>

namespace dunlin::api {

namespace {

http::Response filter_answer(const Call& call, const model::Filter& filter) {
  json::Writer out;
  entities::render_filter(out, filter);
  return call.json(out.take());
}

/// `keywords_attributes`: an element whose id is no number is a keyword that does not exist. Errors: not_found.
Result<std::vector<service::KeywordChange>> read_keywords(const http::Params& params) {
  std::vector<service::KeywordChange> changes;
  for (const auto& element : params.objects("keywords_attributes")) {
    service::KeywordChange change{.keyword = element.text("keyword"),
                                  .whole_word = element.boolean("whole_word"),
                                  .destroy = element.boolean("_destroy").value_or(false)};
    if (const auto id = element.text("id"); id && !id->empty()) {
      change.id = model::FilterKeywordId::parse(*id);
      if (!change.id) return fail(Errc::not_found, "Record not found");
    }
    changes.push_back(std::move(change));
  }
  return changes;
}

Result<service::FilterChanges> read_changes(const Call& call) {
  const auto& params = call.params();
  return service::FilterChanges{.title = params.text("title"),
                                .contexts = read_contexts(call),
                                .action = params.text("filter_action"),
                                .expires_in = TRY(read_expires_in(call)),
                                .keywords = TRY(read_keywords(params))};
}

}  // namespace

std::optional<std::vector<std::string>> read_contexts(const Call& call) {
  if (!call.params().has("context")) return std::nullopt;
  return call.params().list("context");
}

Result<std::optional<std::optional<std::chrono::seconds>>> read_expires_in(const Call& call) {
  using Given = std::optional<std::optional<std::chrono::seconds>>;
  const auto& params = call.params();
  if (!params.tree().contains("expires_in")) return Given();
  const auto text = params.text("expires_in");
  if (!text || text->empty()) return Given(std::in_place, std::nullopt);
  const auto seconds = params.integer("expires_in");
  if (!seconds) return fail(Errc::invalid, "Validation failed: Expires in is not a number");
  return Given(std::chrono::seconds(*seconds));
}

Result<http::Response> list_filters(Call& call) {
  json::Writer out;
  out.begin_array();
  for (const auto& filter : store::list_filters(call.tx(), *call.viewer_id())) entities::render_filter(out, filter);
  out.end_array();
  return call.json(out.take());
}

Result<http::Response> show_filter(Call& call) {
  const auto id = TRY(call.path_id<FilterId>("id"));
  return filter_answer(call, TRY(call.services().filters.get(call.tx(), *call.viewer_id(), id)));
}

Result<http::Response> create_filter(Call& call) {
  const auto changes = TRY(read_changes(call));
  return filter_answer(call, TRY(call.services().filters.create(call.tx(), *call.viewer_id(), changes)));
}

Result<http::Response> update_filter(Call& call) {
  const auto id = TRY(call.path_id<FilterId>("id"));
  const auto changes = TRY(read_changes(call));
  return filter_answer(call, TRY(call.services().filters.update(call.tx(), *call.viewer_id(), id, changes)));
}

Result<http::Response> delete_filter(Call& call) {
  const auto id = TRY(call.path_id<FilterId>("id"));
  TRY_VOID(call.services().filters.remove(call.tx(), *call.viewer_id(), id));
  return call.json("{}");
}

}  // namespace dunlin::api
