#include "feed.hpp"

#include "html.hpp"
#include "status_html.hpp"

#include "dunlin/base/hashtags.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/base/version.hpp"
#include "dunlin/html/sanitize.hpp"
#include "dunlin/http/page.hpp"
#include "dunlin/service/media_urls.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/statuses.hpp"

#include <algorithm>

namespace dunlin::web {

namespace {

constexpr int kDefaultItems = 20;
constexpr int kMaxItems = 200;
constexpr std::size_t kTitleGraphemes = 80;

/// XML 1.0 2.2: most control characters cannot stand in a document, not even escaped.
std::string printable(std::string_view text) {
  std::string out;
  std::ranges::copy_if(text, std::back_inserter(out), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t' || c == '\r';
  });
  return out;
}

struct Item {
  const model::Status& status;
  const model::Account& author;
  std::string url;
  std::string title;
  std::string html;
  std::span<const model::MediaAttachment> media;
};

/// The warning first, as whoever reads on should.
std::string item_html(const model::Status& status, const store::StatusBundle& bundle) {
  Html out;
  if (!status.spoiler_text.empty()) out.add("<p><strong>Content warning:</strong> {}</p><hr>", {status.spoiler_text});
  out.raw(status.content);
  if (const auto poll = bundle.polls.find(status.id); poll != bundle.polls.end()) {
    out.add("<ul>");
    for (const auto& option : poll->second.poll.options) out.add("<li>{}</li>", {option});
    out.add("</ul>");
  }
  return out.str();
}

/// A file of a status as a feed reader sees it; nullopt while there is none.
struct Enclosure {
  std::string url;
  std::string_view medium;  // "image", "video", "audio"
};
std::optional<Enclosure> enclosure_of(const config::Config& config, const model::MediaAttachment& media) {
  auto url = service::media_urls::original(config, media);
  const auto type = media.shown_type();
  if (!url || type == model::MediaType::unknown) return std::nullopt;
  const bool film = type == model::MediaType::video || type == model::MediaType::gifv;
  return Enclosure{.url = *std::move(url), .medium = film ? "video" : model::to_string(type)};
}

void add_rss_media(Html& out, const config::Config& config, const Item& item) {
  for (const auto& media : item.media) {
    const auto file = enclosure_of(config, media);
    if (!file) continue;
    out.add("<media:content url=\"{}\" medium=\"{}\"", {file->url, file->medium});
    if (!media.content_type.empty()) out.add(" type=\"{}\"", {media.content_type});
    out.add(">\n<media:rating scheme=\"urn:simple\">{}</media:rating>\n",
            {item.status.sensitive ? "adult" : "nonadult"});
    if (!media.description.empty()) {
      out.add("<media:description type=\"plain\">{}</media:description>\n", {printable(media.description)});
    }
    out.add("</media:content>\n");
  }
}

std::string item_title(const model::Status& status) {
  const std::string text =
      status.spoiler_text.empty() ? html::clean_line(html::to_plain_text(status.content)) : status.spoiler_text;
  const auto cut = text::truncate_graphemes(text, kTitleGraphemes);
  return std::string(cut) + (cut.size() < text.size() ? "\u2026" : "");
}

void add_rss_item(Html& out, const config::Config& config, const Item& item) {
  out.add("<item>\n<guid isPermaLink=\"true\">{}</guid>\n<link>{}</link>\n<pubDate>{}</pubDate>\n",
          {item.url, item.url, format_http_date(item.status.created_at)});
  if (!item.title.empty()) out.add("<title>{}</title>\n", {printable(item.title)});
  out.add("<dc:creator>{}</dc:creator>\n<description>{}</description>\n",
          {printable(name_of(item.author)), printable(item.html)});
  add_rss_media(out, config, item);
  for (const auto& tag : item.status.tags) {
    out.add("<category domain=\"{}\">{}</category>\n", {service::uris::tag_page(config, text::fold_hashtag(tag)), tag});
  }
  out.add("</item>\n");
}

Html render_rss(const config::Config& config, const Feed& feed, std::span<const Item> items, std::string_view own_url,
                Time updated) {
  Html out;
  out.add(R"(<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:media="http://search.yahoo.com/mrss/">
<channel>
<title>{}</title>
<description>{}</description>
<link>{}</link>
<atom:link rel="self" type="application/rss+xml" href="{}"/>
<lastBuildDate>{}</lastBuildDate>
<generator>Dunlin {}</generator>
)",
          {printable(feed.title), printable(feed.description), feed.url, own_url, format_http_date(updated), kVersion});
  if (!feed.picture.empty()) {
    out.add("<image>\n<url>{}</url>\n<title>{}</title>\n<link>{}</link>\n</image>\n",
            {feed.picture, printable(feed.title), feed.url});
  }
  for (const Item& item : items) add_rss_item(out, config, item);
  return out.add("</channel>\n</rss>\n");
}

void add_atom_entry(Html& out, const config::Config& config, const Item& item) {
  out.add("<entry>\n<id>{}</id>\n<link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>\n",
          {item.status.uri, item.url});
  out.add("<title>{}</title>\n<published>{}</published>\n<updated>{}</updated>\n",
          {printable(item.title), format_iso8601(item.status.created_at),
           format_iso8601(item.status.edited_at.value_or(item.status.created_at))});
  out.add("<author><name>{}</name><uri>{}</uri></author>\n<content type=\"html\">{}</content>\n",
          {printable(name_of(item.author)), item.author.url, printable(item.html)});
  for (const auto& media : item.media) {
    if (const auto file = enclosure_of(config, media)) out.add("<link rel=\"enclosure\" href=\"{}\"/>\n", {file->url});
  }
  for (const auto& tag : item.status.tags) out.add("<category term=\"{}\"/>\n", {tag});
  out.add("</entry>\n");
}

Html render_atom(const config::Config& config, const Feed& feed, std::span<const Item> items, std::string_view own_url,
                 Time updated) {
  Html out;
  out.add(R"(<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<id>{}</id>
<title>{}</title>
<subtitle>{}</subtitle>
<updated>{}</updated>
<link rel="self" type="application/atom+xml" href="{}"/>
<link rel="alternate" type="text/html" href="{}"/>
<generator version="{}">Dunlin</generator>
)",
          {own_url, printable(feed.title), printable(feed.description), format_iso8601(updated), own_url, feed.url,
           kVersion});
  if (!feed.picture.empty()) out.add("<logo>{}</logo>\n", {feed.picture});
  for (const Item& item : items) add_atom_entry(out, config, item);
  return out.add("</feed>\n");
}

}  // namespace

std::pair<std::string_view, std::optional<FeedFormat>> split_feed_name(std::string_view name) {
  for (const auto& [suffix, format] :
       {std::pair<std::string_view, FeedFormat>{".rss", FeedFormat::rss}, {".atom", FeedFormat::atom}}) {
    // A handle of another server may end like this.
    if (name.ends_with(suffix) && !name.contains('@')) return {name.substr(0, name.size() - suffix.size()), format};
  }
  return {name, std::nullopt};
}

model::Page read_feed_page(const http::Params& params) {
  return http::read_page(params, kDefaultItems, kMaxItems);
}

http::Response render_feed(api::Call& call, FeedFormat format, const Feed& feed, std::span<const StatusId> ids) {
  const auto bundle = ids.empty() ? store::StatusBundle{} : store::load_status_bundle(call.tx(), ids, std::nullopt);
  std::vector<Item> items;
  Time updated{};
  for (const model::Status& status : bundle.statuses) {
    const auto author = bundle.accounts.find(status.account_id);
    if (status.is_reblog() || author == bundle.accounts.end()) continue;
    const auto media = bundle.media.find(status.id);
    items.push_back({.status = status,
                     .author = author->second,
                     .url = status_link(call.config(), status, author->second),
                     .title = item_title(status),
                     .html = item_html(status, bundle),
                     .media = media == bundle.media.end() ? std::span<const model::MediaAttachment>{} : media->second});
    updated = std::max(updated, status.edited_at.value_or(status.created_at));
  }
  if (items.empty()) updated = call.tx().now();
  const std::string own_url = call.config().origin() + call.request().path;
  const bool rss = format == FeedFormat::rss;
  http::Response response =
      http::text_response(200, rss ? "application/rss+xml; charset=utf-8" : "application/atom+xml; charset=utf-8",
                          (rss ? render_rss(call.config(), feed, items, own_url, updated)
                               : render_atom(call.config(), feed, items, own_url, updated))
                              .str());
  return api::Call::cacheable(std::move(response), std::chrono::seconds(60));
}

}  // namespace dunlin::web
