#include "dunlin/api/entities/list.hpp"

namespace dunlin::api::entities {

void render_list(json::Writer& out, const model::List& list) {
  out.begin_object();
  out.field("id", list.id);
  out.field("title", list.title);
  out.field("replies_policy", model::to_string(list.replies_policy));
  out.field("exclusive", list.exclusive);
  out.end_object();
}

}  // namespace dunlin::api::entities
