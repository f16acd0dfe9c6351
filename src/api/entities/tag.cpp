#include "dunlin/api/entities/tag.hpp"

#include "dunlin/service/uris.hpp"

#include <string>

namespace dunlin::api::entities {

void render_tag(json::Writer& out, const config::Config& config, const store::Tag& tag, bool signed_in) {
  out.begin_object();
  out.field("id", std::to_string(tag.id));
  out.field("name", tag.display_name);
  out.field("url", service::uris::tag_page(config, tag.name));
  // Use by day is not counted.
  out.key("history").begin_array().end_array();
  if (signed_in) {
    out.field("following", false);
    out.field("featuring", false);
  }
  out.end_object();
}

}  // namespace dunlin::api::entities
