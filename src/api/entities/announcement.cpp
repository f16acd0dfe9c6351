#include "dunlin/api/entities/announcement.hpp"

#include <array>

namespace dunlin::api::entities {

namespace {

void render_reaction(json::Writer& out, EmojiLookup& emojis, const store::AnnouncementReaction& reaction) {
  out.begin_object();
  out.field("name", reaction.name);
  out.field("count", reaction.count);
  out.field("me", reaction.me);
  const std::string as_text = ":" + reaction.name + ":";
  const std::array<std::string_view, 1> texts{as_text};
  for (const auto* emoji : emojis.used_in(texts)) {
    out.field("url", emoji->url);
    out.field("static_url", emoji->static_url);
  }
  out.end_object();
}

}  // namespace

void render_announcement(json::Writer& out, EmojiLookup& emojis, const store::Announcement& announcement,
                         std::span<const store::AnnouncementReaction> reactions, std::string_view statuses) {
  out.begin_object();
  out.field("id", std::to_string(announcement.id));
  out.field("content", announcement.content);
  out.field("starts_at", announcement.starts_at);
  out.field("ends_at", announcement.ends_at);
  out.field("all_day", announcement.all_day);
  out.field("published_at", announcement.published_at.value_or(announcement.updated_at));
  out.field("updated_at", announcement.updated_at);
  out.field("read", announcement.read);
  out.key("mentions").raw(announcement.mentions);
  out.key("statuses").raw(statuses);
  out.key("tags").raw(announcement.tags);
  const std::array<std::string_view, 1> texts{announcement.content};
  out.key("emojis");
  render_emojis_used(out, emojis, texts);
  out.key("reactions").begin_array();
  for (const auto& reaction : reactions) {
    if (reaction.announcement_id == announcement.id) render_reaction(out, emojis, reaction);
  }
  out.end_array();
  out.end_object();
}

}  // namespace dunlin::api::entities
