#include "parse/attachments.hpp"
#include "parse/fields.hpp"
#include "parse/readers.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/html/format.hpp"
#include "dunlin/html/markup.hpp"
#include "dunlin/html/sanitize.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <span>
#include <utility>

namespace dunlin::activitypub {

using nlohmann::json;

namespace {

constexpr std::size_t kMaxContentBytes = 256UL * 1024UL;
constexpr std::size_t kMaxTitleBytes = 2048;
constexpr std::size_t kMaxSummaryBytes = 20'000;
constexpr std::size_t kMaxTags = 1000;
constexpr std::size_t kMaxMentions = 100;
constexpr std::size_t kMaxHashtagBytes = 300;
constexpr std::size_t kMaxAttachments = 64;
constexpr std::size_t kMaxDescriptionBytes = 10'000;
constexpr std::size_t kMaxAuthors = 16;

constexpr std::string_view kStatusTypes[] = {
    "Note",           "Question", "Article", "Page",    "Video",  "Audio",  "Image",     "Event",         "ChatMessage",
    "PrivateMessage", "Answer",   "Vote",    "Comment", "Review", "Rating", "Quotation", "PodcastEpisode"};

bool is_one_of(std::string_view type, std::span<const std::string_view> types) {
  return std::ranges::find(types, type) != types.end();
}

/// The type by which the object is shown: the first known one. An unknown type with a page of its own is shown by title
/// and link; collections and parts of documents never are.
std::string status_type(const json& object) {
  const auto types = fields::types(object);
  for (const std::string& type : types) {
    if (is_one_of(type, kStatusTypes)) return type;
  }
  if (types.empty() || types.front().ends_with("Collection") || types.front().ends_with("CollectionPage")) return {};
  const bool has_text = fields::find(object, "name") != nullptr || fields::find(object, "content") != nullptr;
  return has_text && !fields::page_url(object, "url").empty() ? types.front() : std::string();
}

bool is_microblog(std::string_view type) {
  constexpr std::string_view kTypes[] = {"Note", "Question", "ChatMessage", "PrivateMessage", "Comment"};
  return is_one_of(type, kTypes);
}

std::optional<std::string> valid_language(std::string_view tag) {
  const auto lower = text::to_lower_ascii(tag);
  const auto primary = lower.substr(0, lower.find('-'));
  const bool letters = std::ranges::all_of(primary, [](char c) { return c >= 'a' && c <= 'z'; });
  const bool rest =
      std::ranges::all_of(lower, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
  if (!letters || !rest || primary.size() < 2 || primary.size() > 3 || lower.size() > 35) return std::nullopt;
  if (primary == "und" || primary == "mis" || primary == "zxx") return std::nullopt;
  return std::string(tag);
}

/// The key of contentMap whose text is the content; else the only or first key (federation.md 5.2).
std::optional<std::string> language_of(const json& object, std::string_view content) {
  if (const json* map = fields::find(object, "contentMap"); map != nullptr && map->is_object() && !map->empty()) {
    for (const auto& [tag, value] : map->items()) {
      if (value.is_string() && value.get_ref<const std::string&>() == content) return valid_language(tag);
    }
    return valid_language(map->begin().key());
  }
  if (const json* language = fields::find(object, "language"); language != nullptr && language->is_object()) {
    return valid_language(fields::text(*language, "identifier", 64));  // Lemmy, PeerTube
  }
  return std::nullopt;
}

std::vector<html::Entity> urls_in(std::string_view text) {
  auto entities = html::extract(text);
  std::erase_if(entities, [](const html::Entity& entity) { return entity.kind != html::EntityKind::url; });
  return entities;
}

std::string markdown_to_html(std::string_view text) {
  const auto clean = html::sanitize_status_html(html::foreign_markdown_to_html(text));
  return html::map_text(clean, [](std::string_view run) { return html::render_inline(run, urls_in(run), {}); });
}

/// The text of a status; what is not HTML is made so.
std::string content_html(const json& object, const std::string& content) {
  const auto media_type = fields::text(object, "mediaType", 128);
  if (media_type.starts_with("text/markdown")) return markdown_to_html(content);  // PeerTube
  if (media_type.starts_with("text/plain")) return html::render(content, urls_in(content), {});
  return content;
}

std::string link(const std::string& url, std::string_view label) {
  return "<p><a href=\"" + text::escape_html(url) + "\">" + text::escape_html(label) + "</a></p>";
}

/// What is attached and is no file to be shown is not lost: it becomes a link at the end of the text.
std::string attachment_links(const json& object) {
  std::string result;
  for (const json* attachment : fields::items(object, "attachment", kMaxAttachments)) {
    if (!attachment->is_object() || is_media(*attachment)) continue;
    auto url = fields::page_url(*attachment, "url");
    if (url.empty()) url = fields::page_url(*attachment, "href");
    if (url.empty()) continue;
    auto label = html::clean_line(fields::text(*attachment, "summary", kMaxDescriptionBytes));
    if (label.empty()) label = html::clean_line(fields::text(*attachment, "name", kMaxDescriptionBytes));
    result += link(url, label.empty() ? url : label);
  }
  return result;
}

/// When and where, for an Event.
std::string event_line(const json& object) {
  const auto start = fields::time(object, "startTime");
  if (!start) return {};
  const auto shown = [](Time time) { return text::replace_all(format_iso8601(time).substr(0, 16), "T", " "); };
  std::string line = shown(*start);
  if (const auto end = fields::time(object, "endTime")) line += " \u2013 " + shown(*end);
  line += " UTC";
  for (const json* place : fields::items(object, "location", 1)) {
    const auto name = place->is_object()
                          ? html::clean_line(html::to_plain_text(fields::text(*place, "name", kMaxTitleBytes)))
                          : std::string();
    if (!name.empty()) line += ", " + name;
  }
  return "<p>" + text::escape_html(line) + "</p>";
}

/// federation.md 5.4: a title as a bold line, the text, for anything but a microblog post a link to its page.
std::string compose_content(const json& object, const Note& note, const std::string& content) {
  std::string result;
  const auto title = html::clean_line(html::to_plain_text(fields::text(object, "name", kMaxTitleBytes)));
  if (!title.empty() && !note.is_vote) result += "<p><strong>" + text::escape_html(title) + "</strong></p>";
  if (note.type == "Event") result += event_line(object);
  if (!content.empty()) {
    result += content;
  } else if (!is_microblog(note.type)) {
    const auto abstract = fields::text(object, "summary", kMaxSummaryBytes);
    // Mbin's says the title once more, with the hashtags.
    const bool repeats = !title.empty() && html::to_plain_text(abstract).starts_with(title);
    if (!repeats) result += abstract;
  }
  result += attachment_links(object);
  if (!is_microblog(note.type) && !note.url.empty()) result += link(note.url, note.url);
  return html::sanitize_status_html(result);
}

void read_tags(const json& object, Note& note) {
  for (const json* tag : fields::items(object, "tag", kMaxTags)) {
    std::string name;
    if (tag->is_string()) {
      name = text::truncate_utf8(tag->get_ref<const std::string&>(), kMaxHashtagBytes);
    } else if (tag->is_object()) {
      const auto types = fields::types(*tag);
      const std::string type = types.empty() ? "" : types.front();
      if (type == "Mention" && note.mentions.size() < kMaxMentions) {
        auto href = fields::id(*tag, "href");
        if (!href.empty()) note.mentions.push_back(std::move(href));
        continue;
      }
      if (type != "Hashtag") continue;
      name = fields::text(*tag, "name", kMaxHashtagBytes);
    }
    name = html::clean_line(name);
    if (name.starts_with('#')) name.erase(0, 1);
    const bool one_word = !name.empty() && name.find_first_of(" \t/?#") == std::string::npos;
    if (one_word && std::ranges::find(note.hashtags, name) == note.hashtags.end()) note.hashtags.push_back(name);
  }
}

void read_authors(const json& object, Note& note) {
  for (const json* value : fields::items(object, "attributedTo", kMaxAuthors)) {
    auto id = value->is_array() ? std::string() : fields::id_of(*value);
    if (id.empty()) continue;
    const auto types = value->is_object() ? fields::types(*value) : std::vector<std::string>{};
    const bool is_person = !types.empty() && types.front() == "Person";
    if (note.attributed_to.empty()) {
      note.attributed_to = std::move(id);
      note.author_is_person = is_person;
    } else if (is_person && !note.author_is_person) {
      note.co_authors.push_back(std::exchange(note.attributed_to, std::move(id)));
      note.author_is_person = true;
    } else {
      note.co_authors.push_back(std::move(id));
    }
  }
}

/// `text` ends what is shown: only closing tags and blanks follow.
bool is_last(std::string_view text) {
  while (!text.empty()) {
    if (text.starts_with("</")) {
      const auto end = text.find('>');
      if (end == std::string_view::npos) return false;
      text.remove_prefix(end + 1);
    } else if (text.starts_with("<br>") || text.front() == ' ' || text.front() == '\n') {
      text.remove_prefix(text.starts_with("<br>") ? 4 : 1);
    } else {
      return false;
    }
  }
  return true;
}

/// A quote is shown by itself: the line that stands for it with those who know no quotes goes. `content` is sanitised.
std::string without_quote_line(std::string content, const std::string& quoted) {
  for (const std::string_view tag : {"p", "span"}) {
    const std::string open = "<" + std::string(tag) + " class=\"quote-inline\">";
    const std::string close = "</" + std::string(tag) + ">";
    const bool leads = content.starts_with(open);  // Mastodon's place for it
    const auto start = leads ? 0 : content.rfind(open);
    const auto end = start == std::string::npos ? start : content.find(close, start);
    if (end != std::string::npos && (leads || is_last(std::string_view(content).substr(end + close.size())))) {
      content.erase(start, end + close.size() - start);
      return content;
    }
  }
  // Misskey and its kin: "RE: " and a link, after an empty line.
  const auto start = content.rfind("RE: <a href=\"" + text::escape_html(quoted));
  const auto end = start == std::string::npos ? start : content.find("</a>", start);
  if (end == std::string::npos || !is_last(std::string_view(content).substr(end + 4))) return content;
  content.erase(start, end + 4 - start);
  for (auto at = start; at >= 4 && content.compare(at - 4, 4, "<br>") == 0; at -= 4) content.erase(at - 4, 4);
  return content;
}

void read_replies(const json& object, Note& note) {
  const json* replies = fields::find(object, "replies");
  if (replies == nullptr) return;
  note.replies = fields::id_of(*replies);
  if (!same_origin(note.replies, note.id)) note.replies.clear();
  if (!replies->is_object()) return;
  for (std::string& item : read_collection(*replies).items) {
    if (same_origin(item, note.id)) note.first_replies.push_back(std::move(item));
  }
}

/// Castopod keeps the title of an episode with its sound, and the text in a description; nullopt: no such thing.
std::optional<json> as_titled(const json& episode) {
  const json* sound = fields::find(episode, "audio");
  if (sound == nullptr || !sound->is_object() || fields::find(episode, "name") != nullptr) return std::nullopt;
  const std::string title = fields::text(*sound, "name", kMaxTitleBytes);
  if (title.empty()) return std::nullopt;
  json titled = episode;
  titled["name"] = title;
  const json* description = fields::find(episode, "description");
  const json* text =
      description == nullptr || !description->is_object() ? nullptr : fields::find(*description, "contentMap");
  if (text != nullptr && fields::find(episode, "content") == nullptr) titled["contentMap"] = *text;
  return titled;
}

}  // namespace

std::optional<Note> read_note(const json& object) {
  Note note;
  note.type = status_type(object);
  if (note.type.empty()) return std::nullopt;
  if (note.type == "PodcastEpisode") {
    if (const auto titled = as_titled(object)) return read_note(*titled);
  }
  const auto content = fields::text(object, "content", kMaxContentBytes + 1);
  if (content.size() > kMaxContentBytes) return std::nullopt;
  note.id = fields::id(object, "id");
  note.url = fields::page_url(object, "url");
  read_authors(object, note);
  note.in_reply_to = fields::id(object, "inReplyTo");
  note.is_vote = content.empty() && !note.in_reply_to.empty() && fields::find(object, "name") != nullptr &&
                 (note.type == "Note" || note.type == "Answer" || note.type == "Vote");
  note.language = language_of(object, content);
  const auto shown = content_html(object, content);
  note.content = compose_content(object, note, shown);
  note.sensitive = fields::flag(object, "sensitive");
  if (is_microblog(note.type)) {
    const auto summary = fields::text(object, "summary", kMaxSummaryBytes);
    // Misskey folds media by a warning of one invisible character.
    if (summary == "\u200b") note.sensitive = true;
    note.spoiler_text = summary == "\u200b" ? "" : html::clean_line(html::to_plain_text(summary));
    if (!note.spoiler_text.empty()) note.sensitive = true;
  }
  note.conversation = fields::opaque_id(object, "context");
  if (note.conversation.empty()) note.conversation = fields::opaque_id(object, "conversation");
  note.published = fields::time(object, "published");
  note.updated = fields::time(object, "updated");
  note.audience = read_audience(object);
  read_tags(object, note);
  note.name = text::trim(fields::text(object, "name", kMaxTitleBytes));
  note.poll = read_poll(object);
  note.quote = read_quote(object);
  if (note.quote) note.content = without_quote_line(std::move(note.content), note.quote->id);
  note.quote_policy = read_quote_policy(object);
  note.likes = read_total(object, "likes");
  note.shares = read_total(object, "shares");
  note.replies_total = read_total(object, "replies");
  read_replies(object, note);
  note.attachments = read_attachments(object);
  if (note.type == "Article" || note.type == "Page") add_inline_pictures(object, shown, note.attachments);
  note.emojis = read_emojis(object);
  note.is_private_message = note.type == "ChatMessage" || note.type == "PrivateMessage";
  return note;
}

}  // namespace dunlin::activitypub
