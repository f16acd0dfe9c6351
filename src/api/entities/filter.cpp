#include "dunlin/api/entities/filter.hpp"

namespace dunlin::api::entities {

namespace {

void render_contexts(json::Writer& out, const model::Filter& filter) {
  out.key("context").begin_array();
  for (const auto context : filter.contexts) out.value(model::to_string(context));
  out.end_array();
}

/// What a filter says of itself everywhere.
void render_core(json::Writer& out, const model::Filter& filter) {
  out.field("id", filter.id);
  out.field("title", filter.title);
  render_contexts(out, filter);
  out.field("expires_at", filter.expires_at);
  out.field("filter_action", model::to_string(filter.action));
}

/// null when there is none.
template <class T>
void render_matches(json::Writer& out, std::string_view name, const std::vector<T>& values) {
  out.key(name);
  if (values.empty()) {
    out.value(nullptr);
    return;
  }
  out.begin_array();
  for (const auto& value : values) out.value(value);
  out.end_array();
}

}  // namespace

void render_filter(json::Writer& out, const model::Filter& filter) {
  out.begin_object();
  render_core(out, filter);
  out.key("keywords").begin_array();
  for (const auto& keyword : filter.keywords) render_filter_keyword(out, keyword);
  out.end_array();
  out.key("statuses").begin_array();
  for (const auto& status : filter.statuses) render_filter_status(out, status);
  out.end_array();
  out.end_object();
}

void render_filter_keyword(json::Writer& out, const model::Filter::Keyword& keyword) {
  out.begin_object();
  out.field("id", keyword.id);
  out.field("keyword", keyword.keyword);
  out.field("whole_word", keyword.whole_word);
  out.end_object();
}

void render_filter_status(json::Writer& out, const model::Filter::Status& status) {
  out.begin_object();
  out.field("id", status.id);
  out.field("status_id", status.status_id);
  out.end_object();
}

void render_filter_results(json::Writer& out, std::span<const service::FilterMatch> matches) {
  out.begin_array();
  for (const auto& match : matches) {
    out.begin_object();
    out.key("filter").begin_object();
    render_core(out, *match.filter);
    out.end_object();
    render_matches(out, "keyword_matches", match.keywords);
    render_matches(out, "status_matches", match.statuses);
    out.end_object();
  }
  out.end_array();
}

void render_v1_filter(json::Writer& out, const model::Filter& filter, const model::Filter::Keyword& keyword) {
  out.begin_object();
  out.field("id", keyword.id);
  out.field("phrase", keyword.keyword);
  render_contexts(out, filter);
  out.field("whole_word", keyword.whole_word);
  out.field("expires_at", filter.expires_at);
  out.field("irreversible", filter.action == model::FilterAction::hide);
  out.end_object();
}

}  // namespace dunlin::api::entities
