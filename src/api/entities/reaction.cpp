#include "dunlin/api/entities/reaction.hpp"

#include "dunlin/service/media_urls.hpp"

namespace dunlin::api::entities {

namespace {

void render_members(json::Writer& out, const config::Config& config, const store::ReactionCount& reaction,
                    bool with_viewer) {
  namespace urls = service::media_urls;
  out.field("name", reaction.name);
  out.field("count", reaction.count);
  if (with_viewer) out.field("me", reaction.me);
  if (!reaction.url) return;
  out.field("url", urls::reaction(config, reaction.emoji, reaction.url));
  const auto still = reaction.emoji || !reaction.static_url ? reaction.url : reaction.static_url;
  out.field("static_url", urls::reaction(config, reaction.emoji, still, urls::Form::still));
}

}  // namespace

void render_reactions(json::Writer& out, const config::Config& config, std::span<const store::ReactionCount> reactions,
                      bool with_viewer) {
  out.begin_array();
  for (const auto& reaction : reactions) {
    out.begin_object();
    render_members(out, config, reaction, with_viewer);
    out.end_object();
  }
  out.end_array();
}

void render_reaction(json::Writer& out, const config::Config& config, const store::ReactionCount& reaction,
                     bool with_viewer, std::string_view accounts) {
  out.begin_object();
  render_members(out, config, reaction, with_viewer);
  out.key("accounts").raw(accounts);
  out.end_object();
}

}  // namespace dunlin::api::entities
