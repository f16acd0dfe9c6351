#include "dunlin/api/entities/reaction.hpp"

namespace dunlin::api::entities {

namespace {

void render_members(json::Writer& out, const store::ReactionCount& reaction, bool with_viewer) {
  out.field("name", reaction.name);
  out.field("count", reaction.count);
  if (with_viewer) out.field("me", reaction.me);
  if (!reaction.url) return;
  out.field("url", *reaction.url);
  out.field("static_url", reaction.static_url.value_or(*reaction.url));
}

}  // namespace

void render_reactions(json::Writer& out, std::span<const store::ReactionCount> reactions, bool with_viewer) {
  out.begin_array();
  for (const auto& reaction : reactions) {
    out.begin_object();
    render_members(out, reaction, with_viewer);
    out.end_object();
  }
  out.end_array();
}

void render_reaction(json::Writer& out, const store::ReactionCount& reaction, bool with_viewer,
                     std::string_view accounts) {
  out.begin_object();
  render_members(out, reaction, with_viewer);
  out.key("accounts").raw(accounts);
  out.end_object();
}

}  // namespace dunlin::api::entities
