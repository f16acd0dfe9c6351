#include "dunlin/api/entities/marker.hpp"

#include <string>

namespace dunlin::api::entities {

void render_marker(json::Writer& out, const store::Marker& marker) {
  out.key(marker.timeline).begin_object();
  out.field("last_read_id", std::to_string(marker.last_read_id));
  out.field("version", marker.version);
  out.field("updated_at", marker.updated_at);
  out.end_object();
}

}  // namespace dunlin::api::entities
