#include "dunlin/api/entities/status_edit.hpp"

#include "dunlin/api/entities/media.hpp"

#include <string_view>
#include <vector>

namespace dunlin::api::entities {

void render_status_edit(json::Writer& out, const EntityContext& context, const store::StatusEdit& edit,
                        std::span<const model::MediaAttachment> media, std::string_view account,
                        const std::optional<std::string>& domain) {
  out.begin_object();
  out.field("content", edit.content);
  out.field("spoiler_text", edit.spoiler_text);
  out.field("sensitive", edit.sensitive);
  out.field("created_at", edit.created_at);
  out.key("account").raw(account);
  if (edit.poll_options) {
    out.key("poll").begin_object();
    out.key("options").begin_array();
    for (const auto& option : *edit.poll_options) {
      out.begin_object();
      out.field("title", option);
      out.end_object();
    }
    out.end_array();
    out.end_object();
  }
  out.key("media_attachments");
  render_media_attachments(out, context.config, media);
  out.key("emojis");
  std::vector<std::string_view> texts{edit.content, edit.spoiler_text};
  if (edit.poll_options) texts.insert(texts.end(), edit.poll_options->begin(), edit.poll_options->end());
  render_emojis_used(out, context.emojis, texts, domain);
  out.end_object();
}

}  // namespace dunlin::api::entities
