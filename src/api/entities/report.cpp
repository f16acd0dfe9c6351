#include "dunlin/api/entities/report.hpp"

#include <string>

namespace dunlin::api::entities {

namespace {

void render_ids(json::Writer& out, std::string_view name, const std::vector<std::int64_t>& ids) {
  out.key(name).begin_array();
  for (const auto id : ids) out.value(std::to_string(id));
  out.end_array();
}

}  // namespace

void render_report(json::Writer& out, const model::Report& report, std::string_view target) {
  out.begin_object();
  out.field("id", report.id);
  out.field("action_taken", report.action_taken_at.has_value());
  out.field("action_taken_at", report.action_taken_at);
  out.field("category", model::to_string(report.category));
  out.field("comment", report.comment);
  out.field("forwarded", report.forwarded);
  out.field("created_at", report.created_at);
  out.key("status_ids").begin_array();
  for (const auto id : report.status_ids) out.value(id);
  out.end_array();
  render_ids(out, "rule_ids", report.rule_ids);
  render_ids(out, "collection_ids", report.collection_ids);
  out.key("target_account").raw(target);
  out.end_object();
}

}  // namespace dunlin::api::entities
