#include "render/context.hpp"
#include "render/parts.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/service/uris.hpp"

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
  for (const std::string& tag : note.status.tags) {
    writer.begin_object().field("type", "Hashtag");
    writer.field("href", service::uris::tag_page(config, text::fold(tag))).field("name", "#" + tag).end_object();
  }
  writer.end_array();
}

void write_replies(json::Writer& writer, const model::Status& status) {
  const std::string replies = status.uri + "/replies";
  writer.key("replies").begin_object().field("id", replies).field("type", "Collection");
  writer.key("first").begin_object().field("type", "CollectionPage").field("partOf", replies);
  writer.field("next", replies + "?page=true").key("items").begin_array().end_array();
  writer.end_object().end_object();
  for (const auto& [name, total] : {std::pair{"likes", status.favourites_count}, {"shares", status.reblogs_count}}) {
    writer.key(name).begin_object().field("id", status.uri + "/" + name).field("type", "Collection");
    writer.field("totalItems", total).end_object();
  }
}

}  // namespace

std::string render_note(const config::Config& config, const NoteParts& note, Context context) {
  const model::Status& status = note.status;
  json::Writer writer;
  writer.begin_object();
  if (context == Context::with) writer.key("@context").raw(kFullContext);
  writer.field("id", status.uri).field("type", "Note").field("attributedTo", note.author.uri);
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
  writer.field("content", status.content);
  if (status.language) writer.key("contentMap").begin_object().field(*status.language, status.content).end_object();
  writer.key("source").begin_object().field("content", status.source).field("mediaType", "text/plain").end_object();
  writer.key("attachment").begin_array().end_array();
  write_tags(writer, config, note);
  if (status.is_distributable()) write_replies(writer, status);
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
