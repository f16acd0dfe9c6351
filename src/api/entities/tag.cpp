#include "dunlin/api/entities/tag.hpp"

#include "dunlin/base/time_format.hpp"
#include "dunlin/service/uris.hpp"

#include <chrono>
#include <string>

namespace dunlin::api::entities {

void render_history(json::Writer& out, const model::UseHistory& history) {
  out.key("history").begin_array();
  auto day = std::chrono::floor<std::chrono::seconds>(history.today);
  for (const auto& use : history.days) {
    out.begin_object();
    out.field("day", std::to_string(day.time_since_epoch().count()));
    out.field("uses", std::to_string(use.uses));
    out.field("accounts", std::to_string(use.accounts));
    out.end_object();
    day -= std::chrono::days(1);
  }
  out.end_array();
}

void render_tag(json::Writer& out, const config::Config& config, const store::Tag& tag,
                const model::UseHistory& history, const store::TagMarks* marks) {
  out.begin_object();
  out.field("id", std::to_string(tag.id));
  out.field("name", tag.display_name);
  out.field("url", service::uris::tag_page(config, tag.name));
  render_history(out, history);
  if (marks != nullptr) {
    out.field("following", marks->following);
    out.field("featuring", marks->featuring);
  }
  out.end_object();
}

void render_featured_tag(json::Writer& out, const config::Config& config, const model::Account& account,
                         const store::FeaturedTag& tag) {
  out.begin_object();
  out.field("id", std::to_string(tag.id));
  out.field("name", tag.tag.display_name);
  out.field("url", account.is_local() ? service::uris::tag_page(config, tag.tag.name) : account.url);
  out.field("statuses_count", std::to_string(tag.statuses_count));
  out.key("last_status_at");
  if (tag.last_status_at) {
    out.value(format_date(*tag.last_status_at));
  } else {
    out.value(nullptr);
  }
  out.end_object();
}

}  // namespace dunlin::api::entities
