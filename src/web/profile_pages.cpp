#include "emoji_html.hpp"
#include "feed.hpp"
#include "layout.hpp"
#include "public_pages.hpp"
#include "status_html.hpp"
#include "tables.hpp"

#include "dunlin/base/hashtags.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/html/sanitize.hpp"
#include "dunlin/service/media_urls.hpp"
#include "dunlin/store/status_marks.hpp"
#include "dunlin/store/timelines.hpp"

#include <fmt/core.h>

namespace dunlin::web {

namespace {

using api::Access;
using api::Auth;
using api::Body;
using api::Call;
using http::Method;

constexpr int kMaxPins = 5;

/// One of the lists of a profile.
struct Tab {
  std::string path{};   // behind the profile's address
  std::string title{};  // of the feed and page, behind the name
  store::AccountTimelineFilter filter{.exclude_reblogs = false, .exclude_direct = true};
};

Tab posts_tab() {
  return {.filter = {.exclude_replies = true, .exclude_direct = true}};
}
Tab replies_tab() {
  return {.path = "/with_replies", .title = "posts and replies", .filter = {.exclude_direct = true}};
}
Tab tagged_tab(std::string_view tag) {
  return {.path = "/tagged/" + text::percent_encode(tag),
          .title = fmt::format("#{}", tag),
          .filter = {.exclude_replies = true, .exclude_direct = true, .tagged = text::fold_hashtag(tag)}};
}

void add_fields(Html& out, const model::Account& account) {
  if (account.fields.empty()) return;
  out.add("<dl class=\"fields\">\n");
  for (const model::ProfileField& field : account.fields) {
    out.add("<div><dt>{}</dt><dd>", {field.name}).raw(field.value);
    if (field.verified_at) out.add(" <span class=\"verified\" title=\"This page links back here\">\u2713</span>");
    out.add("</dd></div>\n");
  }
  out.add("</dl>\n");
}

void add_tabs(Html& out, const model::Account& account, const Tab& shown) {
  const std::string base = "/@" + account.username;
  out.add("<nav class=\"tabs\" aria-label=\"Posts of this profile\">");
  for (const auto& [path, name] :
       {std::pair<std::string_view, std::string_view>{"", "Posts"}, {"/with_replies", "Posts and replies"}}) {
    out.add("<a href=\"{}\"", {base + std::string(path)});
    if (shown.path == path) out.add(" aria-current=\"page\"");
    out.add(">{}</a>", {name});
  }
  if (shown.filter.tagged) out.add("<a href=\"{}\" aria-current=\"page\">{}</a>", {base + shown.path, shown.title});
  out.add("</nav>\n");
}

Html render_profile(const Call& call, const model::Account& account) {
  const config::Config& config = call.config();
  Html out;
  out.add("<div class=\"banner\"><img src=\"{}\" alt=\"\"></div>\n", {service::media_urls::header(config, account)});
  out.add(R"(<section class="card profile">
<img class="face" src="{}" alt="" width="96" height="96">
<h1>)",
          {avatar_of(config, account)});
  api::entities::EmojiLookup emojis(call.tx(), config);
  out.raw(with_emojis(text::escape_html(name_of(account)), emojis, std::nullopt));
  out.add("</h1><p class=\"soft handle\">@{}</p>\n", {full_handle(config, account)});
  if (!account.note.empty()) {
    out.add("<div class=\"content\">").raw(with_emojis(account.note, emojis, std::nullopt)).add("</div>\n");
  }
  add_fields(out, account);
  out.add("<ul class=\"counts\">");
  for (const auto& [name, count] : {std::pair<std::string_view, std::int64_t>{"posts", account.statuses_count},
                                    {"following", account.following_count},
                                    {"followers", account.followers_count}}) {
    out.add("<li><strong>{}</strong> {}</li>", {readable_count(count), name});
  }
  out.add("</ul>\n<p class=\"soft small joined\">Here since {}</p></section>\n", {readable_day(account.created_at)});
  return out;
}

void add_pins(Html& out, Call& call, const model::Account& account) {
  const auto ids = store::list_pins(call.tx(), account.id, std::nullopt, kMaxPins);
  StatusHtml pinned(call, ids);
  for (const model::Status& status : pinned.bundle().statuses) {
    out.raw(pinned.render(status, Standing::pinned).str());
  }
}

void add_head(Html& head, const config::Config& config, const model::Account& account, const Tab& tab,
              std::string_view title) {
  add_alternate(head, "application/activity+json", account.uri);
  const std::string feed = account.url + (tab.path.empty() ? "" : tab.path);
  add_alternate(head, "application/rss+xml", feed + ".rss", title);
  add_alternate(head, "application/atom+xml", feed + ".atom", title);
  const std::string note = html::to_plain_text(account.note);
  const std::string description =
      fmt::format("{} posts, {} following, {} followers{}{}", readable_count(account.statuses_count),
                  readable_count(account.following_count), readable_count(account.followers_count),
                  note.empty() ? "" : " \u00b7 ", text::truncate_graphemes(html::clean_line(note), 300));
  add_preview(head, config,
              {.type = "profile",
               .title = title,
               .description = description,
               .url = feed,
               .image = avatar_of(config, account)});
  head.add("<meta property=\"profile:username\" content=\"{}\">\n", {full_handle(config, account)});
}

http::Response profile_page(Call& call, const model::Account& account, const Tab& tab) {
  const model::Page page = http::read_page(call.params(), kPageLength, kPageLength);
  const auto ids = store::list_account_timeline(call.tx(), std::nullopt, account.id, tab.filter, page);
  PageOptions options{.title = name_of(account) + " (@" + full_handle(call.config(), account) + ")",
                      .index = account.discoverable && account.indexable && !page.max_id,
                      .files = true};
  if (!tab.title.empty()) options.title += ": " + tab.title;
  add_head(options.head, call.config(), account, tab, options.title);
  Html body = render_profile(call, account);
  add_tabs(body, account, tab);
  if (tab.path.empty() && !page.max_id) add_pins(body, call, account);
  body.raw(render_list(call, ids).str());
  http::Response response = negotiated(render_page(call.config(), options, body), account.uri);
  response.headers.add("Link", "<" + call.config().origin() + "/.well-known/webfinger?resource=" +
                                   text::percent_encode("acct:" + full_handle(call.config(), account)) +
                                   ">; rel=\"lrdd\"; type=\"application/jrd+json\"");
  return response;
}

/// The feed has no reblogs: they are others' words.
http::Response profile_feed(Call& call, const model::Account& account, const Tab& tab, FeedFormat format) {
  auto filter = tab.filter;
  filter.exclude_reblogs = true;
  const auto ids =
      store::list_account_timeline(call.tx(), std::nullopt, account.id, filter, read_feed_page(call.params()));
  const std::string handle = "@" + full_handle(call.config(), account);
  return render_feed(call, format,
                     {.title = name_of(account) + " (" + handle + ")" + (tab.title.empty() ? "" : ": " + tab.title),
                      .description = "Public posts of " + handle,
                      .url = account.url + tab.path,
                      .picture = avatar_of(call.config(), account)},
                     ids);
}

/// `name` is the last part of the path, which may end in the name of a feed format.
Result<http::Response> answer(Call& call, std::string_view handle, const Tab& tab, std::optional<FeedFormat> format) {
  FoundProfile found = TRY(find_profile(call, handle));
  if (found.elsewhere) return *std::move(found.elsewhere);
  if (format) return profile_feed(call, *found.account, tab, *format);
  if (wants_activity(call)) return to_activity(found.account->uri);
  return profile_page(call, *found.account, tab);
}

Result<http::Response> show_profile(Call& call) {
  const auto [handle, format] = split_feed_name(call.path_text("username"));
  return answer(call, handle, posts_tab(), format);
}

Result<http::Response> show_replies(Call& call) {
  return answer(call, call.path_text("username"), replies_tab(), std::nullopt);
}
Result<http::Response> show_replies_rss(Call& call) {
  return answer(call, call.path_text("username"), replies_tab(), FeedFormat::rss);
}
Result<http::Response> show_replies_atom(Call& call) {
  return answer(call, call.path_text("username"), replies_tab(), FeedFormat::atom);
}

Result<http::Response> show_tagged(Call& call) {
  const auto [tag, format] = split_feed_name(call.path_text("tag"));
  return answer(call, call.path_text("username"), tagged_tab(tag), format);
}

/// The address that other programs know from Mastodon.
Result<http::Response> show_old_address(Call& call) {
  const auto [handle, format] = split_feed_name(call.path_text("username"));
  FoundProfile found = TRY(find_profile(call, handle));
  if (found.elsewhere) return *std::move(found.elsewhere);
  if (format) return profile_feed(call, *found.account, posts_tab(), *format);
  return wants_activity(call) ? to_activity(found.account->uri) : redirect(found.account->url);
}

constexpr api::Route kRoutes[] = {
    {Method::get, "/@:username", Auth::pub, "", &show_profile, Access::read, 0, Body::raw},
    {Method::get, "/@:username/with_replies", Auth::pub, "", &show_replies, Access::read, 0, Body::raw},
    {Method::get, "/@:username/with_replies.rss", Auth::pub, "", &show_replies_rss, Access::read, 0, Body::raw},
    {Method::get, "/@:username/with_replies.atom", Auth::pub, "", &show_replies_atom, Access::read, 0, Body::raw},
    {Method::get, "/@:username/tagged/:tag", Auth::pub, "", &show_tagged, Access::read, 0, Body::raw},
    {Method::get, "/users/:username", Auth::pub, "", &show_old_address, Access::read, 0, Body::raw},
};

}  // namespace

std::span<const api::Route> profile_page_routes() {
  return kRoutes;
}

}  // namespace dunlin::web
