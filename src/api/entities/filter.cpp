#include "dunlin/api/entities/filter.hpp"

#include <string>
#include <string_view>

namespace dunlin::api::entities {

namespace {

constexpr int kHide = 1;
constexpr int kBlur = 2;

std::string_view action_text(int action) {
  if (action == kHide) return "hide";
  return action == kBlur ? "blur" : "warn";
}

void render_contexts(json::Writer& out, const store::Filter& filter) {
  out.key("context").begin_array();
  for (const auto& context : filter.contexts) out.value(context);
  out.end_array();
}

}  // namespace

void render_filter(json::Writer& out, const store::Filter& filter) {
  out.begin_object();
  out.field("id", filter.id);
  out.field("title", filter.title);
  render_contexts(out, filter);
  out.field("expires_at", filter.expires_at);
  out.field("filter_action", action_text(filter.action));
  out.key("keywords").begin_array();
  for (const auto& keyword : filter.keywords) {
    out.begin_object();
    out.field("id", std::to_string(keyword.id));
    out.field("keyword", keyword.keyword);
    out.field("whole_word", keyword.whole_word);
    out.end_object();
  }
  out.end_array();
  out.key("statuses").begin_array();
  for (const auto& status : filter.statuses) {
    out.begin_object();
    out.field("id", std::to_string(status.id));
    out.field("status_id", status.status_id);
    out.end_object();
  }
  out.end_array();
  out.end_object();
}

void render_v1_filters(json::Writer& out, const store::Filter& filter) {
  for (const auto& keyword : filter.keywords) {
    out.begin_object();
    out.field("id", std::to_string(keyword.id));
    out.field("phrase", keyword.keyword);
    render_contexts(out, filter);
    out.field("whole_word", keyword.whole_word);
    out.field("expires_at", filter.expires_at);
    out.field("irreversible", filter.action == kHide);
    out.end_object();
  }
}

}  // namespace dunlin::api::entities
