#include "render/context.hpp"
#include "render/parts.hpp"

#include "dunlin/base/hashtags.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/media/storage.hpp"
#include "dunlin/service/media_urls.hpp"
#include "dunlin/service/uris.hpp"

#include <span>
#include <string>

namespace dunlin::activitypub {

namespace {

void write_tags(json::Writer& writer, const config::Config& config, const NoteParts& note) {
  writer.key("tag").begin_array();
  for (const model::Mention& mention : note.mentions) {
    writer.begin_object().field("type", "Mention").field("href", mention.uri);
    // With a domain, for our own people too: some readers resolve by the name alone.
    writer.field("name", "@" + mention.username + "@" + mention.domain.value_or(config.server.domain)).end_object();
  }
  for (const std::string& tag : note.status.tags) writer.raw(render_hashtag(config, tag));
  for (const store::CustomEmoji& emoji : note.emojis) write_emoji_tag(writer, config, emoji);
  if (note.quote) write_quote_tag(writer, *note.quote);
  writer.end_array();
}

/// federation.md 4.5.
void write_attachments(json::Writer& writer, const config::Config& config,
                       std::span<const model::MediaAttachment> media) {
  writer.key("attachment").begin_array();
  for (const model::MediaAttachment& file : media) {
    const auto url = service::media_urls::original(config, file);
    if (!url) continue;
    writer.begin_object().field("type", "Document").field("mediaType", file.content_type).field("url", *url);
    // Newer readers look for the text in `summary`.
    if (!file.description.empty()) writer.field("name", file.description).field("summary", file.description);
    if (!file.blurhash.empty()) writer.field("blurhash", file.blurhash);
    if (file.focus != model::FocalPoint{}) {
      writer.key("focalPoint").begin_array().value(file.focus.x).value(file.focus.y).end_array();
    }
    if (file.width > 0) writer.field("width", file.width).field("height", file.height);
    if (file.duration > 0) writer.field("duration", fmt::format("PT{:.3f}S", file.duration));
    if (const auto still = service::media_urls::preview(config, file); still && file.type != model::MediaType::image) {
      writer.key("icon").begin_object().field("type", "Image");
      writer.field("mediaType", media::content_type_of(*file.preview_key)).field("url", *still).end_object();
    }
    writer.end_object();
  }
  writer.end_array();
}

void write_replies(json::Writer& writer, const model::Status& status, std::span<const std::string> own) {
  const std::string replies = status.uri + "/replies";
  writer.key("replies").begin_object().field("id", replies).field("type", "Collection");
  writer.key("first").begin_object().field("type", "CollectionPage").field("partOf", replies);
  // Who has them all asks for those of others next.
  const bool has_all = !own.empty() && own.size() < kOwnRepliesShown;
  writer.field("next", replies + (has_all ? "?page=true&only_other_accounts=true" : "?page=true"));
  writer.key("items").begin_array();
  for (const std::string& reply : own) writer.value(reply);
  writer.end_array().end_object().end_object();
  for (const auto& [name, total] : {std::pair{"likes", status.favourites_count}, {"shares", status.reblogs_count}}) {
    writer.key(name).begin_object().field("id", status.uri + "/" + name).field("type", "Collection");
    writer.field("totalItems", total).end_object();
  }
}

/// Who knows no quotes reads where it leads; who does leaves the paragraph out.
std::string content_of(const NoteParts& note) {
  if (!note.quote) return note.status.content;
  const std::string uri = text::escape_html(note.quote->uri);
  return note.status.content + "<p class=\"quote-inline\">RE: <a href=\"" + uri + "\">" + uri + "</a></p>";
}

}  // namespace

void write_emoji_tag(json::Writer& writer, const config::Config& config, const store::CustomEmoji& emoji) {
  writer.begin_object().field("id", service::uris::emoji(config, emoji.shortcode)).field("type", "Emoji");
  writer.field("name", ":" + emoji.shortcode + ":").field("updated", render_time(emoji.updated_at));
  writer.key("icon")
      .begin_object()
      .field("type", "Image")
      .field("mediaType", media::content_type_of(emoji.url))
      .field("url", service::media_urls::file(config, emoji.url))
      .end_object()
      .end_object();
}

std::string render_hashtag(const config::Config& config, std::string_view name) {
  json::Writer writer;
  writer.begin_object().field("type", "Hashtag");
  writer.field("href", service::uris::tag_page(config, text::fold_hashtag(name)));
  writer.field("name", "#" + std::string(name)).end_object();
  return writer.take();
}

std::string render_note(const config::Config& config, const NoteParts& note, Context context) {
  const model::Status& status = note.status;
  json::Writer writer;
  writer.begin_object();
  if (context == Context::with) writer.key("@context").raw(kFullContext);
  writer.field("id", status.uri).field("type", note.poll ? "Question" : "Note").field("attributedTo", note.author.uri);
  writer.field("url", status.url.value_or(status.uri));
  writer.field("published", render_time(status.created_at));
  if (status.edited_at) writer.field("updated", render_time(*status.edited_at));
  write_recipients(writer, recipients(note));
  writer.key("inReplyTo");
  if (note.in_reply_to.empty()) {
    writer.value(nullptr);
  } else {
    writer.value(note.in_reply_to);  // never an array: Mastodon's workers crashed on it
  }
  if (!note.conversation.empty()) {
    writer.field("context", note.conversation).field("conversation", note.conversation);
  }
  writer.field("atomUri", status.uri).field("sensitive", status.sensitive).key("summary");
  if (status.spoiler_text.empty()) {
    writer.value(nullptr);
  } else {
    writer.value(status.spoiler_text);
  }
  const std::string content = content_of(note);
  writer.field("content", content);
  if (status.language) writer.key("contentMap").begin_object().field(*status.language, content).end_object();
  writer.key("source")
      .begin_object()
      .field("content", status.source)
      .field("mediaType", to_string(status.content_type))
      .end_object();
  write_attachments(writer, config, note.media);
  write_tags(writer, config, note);
  if (note.poll) write_poll(writer, *note.poll, note.now);
  if (note.quote) write_quote(writer, *note.quote);
  if (status.quote_policy) write_quote_policy(writer, *status.quote_policy, note.author);
  if (status.is_distributable()) write_replies(writer, status, note.own_replies);
  writer.end_object();
  return writer.take();
}

std::string render_tombstone(std::string_view uri) {
  json::Writer writer;
  writer.begin_object().key("@context").raw(kPlainContext);
  writer.field("id", uri).field("type", "Tombstone").end_object();
  return writer.take();
}

}  // namespace dunlin::activitypub
