#include "browser_session.hpp"
#include "feed.hpp"
#include "layout.hpp"
#include "public_pages.hpp"
#include "status_html.hpp"
#include "tables.hpp"

#include "dunlin/base/hashtags.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/instance_texts.hpp"
#include "dunlin/store/rules.hpp"
#include "dunlin/store/timelines.hpp"
#include "dunlin/store/trends.hpp"

namespace dunlin::web {

namespace {

using api::Access;
using api::Auth;
using api::Body;
using api::Call;
using http::Method;

constexpr int kHomeStatuses = 10;
constexpr int kHomeTags = 8;

void add_visitor(Html& body, const Call& call, const Visitor& visitor) {
  body.add(R"(<section class="card"><div class="who"><img src="{}" alt="" width="48" height="48">
<div>You are signed in as <strong>@{}</strong></div></div>
<div class="actions"><a class="button" href="/@{}">Your profile</a>
<a class="button quiet" href="/auth/edit">Settings</a>
<form method="post" action="/auth/sign_out"><input type="hidden" name="csrf_token" value="{}">
<button class="quiet" type="submit">Sign out</button></form></div></section>
)",
           {avatar_of(call.config(), visitor.account), visitor.account.username, visitor.account.username,
            visitor.session.csrf_token});
}

void add_rules(Html& body, Call& call) {
  const auto rules = store::list_rules(call.tx());
  if (rules.empty()) return;
  body.add("<section class=\"card\"><h2>Rules</h2><ol class=\"rules\">\n");
  for (const store::Rule& rule : rules) {
    body.add("<li>{}", {rule.text});
    if (!rule.hint.empty()) body.add("<br><span class=\"soft small\">{}</span>", {rule.hint});
    body.add("</li>\n");
  }
  body.add("</ol></section>\n");
}

/// What is talked about at the moment, as a line of links.
void add_trends(Html& body, Call& call) {
  const auto& trends = call.config().discovery.trends;
  if (trends == "off") return;
  const auto tags = store::list_trending_tags(
      call.tx(),
      {.unreviewed = trends == "review" ? store::Unreviewed::hidden : store::Unreviewed::shown, .limit = kHomeTags});
  if (tags.empty()) return;
  body.add("<section class=\"card\"><h2>Talked about now</h2><p class=\"tags\">\n");
  for (const auto& tag : tags) {
    body.add("<a href=\"{}\">#{}</a>\n", {service::uris::tag_page(call.config(), tag.name), tag.display_name});
  }
  body.add("</p></section>\n");
}

void add_latest(Html& body, Call& call) {
  model::Page page;
  page.limit = kHomeStatuses;
  const auto ids = store::list_public_timeline(call.tx(), std::nullopt, {.local_only = true}, page);
  if (ids.empty()) return;
  body.add("<h2 class=\"between\">Written here</h2>\n").raw(render_list(call, ids).str());
}

http::Response start_page(Call& call) {
  const config::Config& config = call.config();
  const auto visitor = find_visitor(call.tx(), call);
  Html body;
  body.add("<section class=\"card hero\"><h1>{}</h1>\n", {config.instance.title});
  if (!config.instance.description.empty()) body.add("<p class=\"lead\">{}</p>\n", {config.instance.description});
  body.add(R"(<p>This is a server of the fediverse: people here write short posts, and follow and answer people on
thousands of other servers. An account here is called <strong>@name@{}</strong>.</p>
<p>To read and write, use any app that speaks to Mastodon servers and give it the address <strong>{}</strong>.</p>
)",
           {config.server.domain, config.web_host()});
  if (!visitor) {
    body.add(
        "<div class=\"actions\"><a class=\"button\" href=\"/auth/sign_in\">Sign in</a>"
        "<a class=\"button quiet\" href=\"/about\">About this server</a></div>\n");
  }
  body.add("</section>\n");
  if (visitor) add_visitor(body, call, *visitor);
  add_trends(body, call);
  add_latest(body, call);
  PageOptions options{.index = true, .files = true};
  add_preview(options.head, config,
              {.type = "website",
               .title = config.instance.title,
               .description = config.instance.description,
               .url = config.origin() + "/",
               .image = service::uris::default_avatar(config)});
  return render_page(config, options, body);
}

Result<http::Response> show_home(Call& call) {
  return start_page(call);
}

void add_contact(Html& body, Call& call) {
  const config::Config& config = call.config();
  const auto account = config.instance.contact_account.empty()
                           ? std::nullopt
                           : store::find_account_by_handle(call.tx(), config.instance.contact_account, std::nullopt);
  if (!account && config.instance.contact_email.empty()) return;
  body.add("<section class=\"card\"><h2>Who runs it</h2>\n");
  if (account) {
    body.add(R"(<div class="who"><img src="{}" alt="" width="48" height="48">
<div><a href="{}"><strong>{}</strong><span class="soft">@{}</span></a></div></div>
)",
             {avatar_of(config, *account), safe_href(account->url), name_of(*account), full_handle(config, *account)});
  }
  if (!config.instance.contact_email.empty()) {
    body.add("<p>Mail: <a href=\"mailto:{}\">{}</a></p>\n",
             {config.instance.contact_email, config.instance.contact_email});
  }
  body.add("</section>\n");
}

Result<http::Response> show_about(Call& call) {
  const config::Config& config = call.config();
  Html body;
  body.add("<section class=\"card hero\"><h1>About {}</h1>\n", {config.instance.title});
  if (!config.instance.description.empty()) body.add("<p class=\"lead\">{}</p>\n", {config.instance.description});
  const auto counts = store::count_instance(call.tx());
  body.add(
      "<ul class=\"counts\"><li><strong>{}</strong> people</li><li><strong>{}</strong> active this month</li>"
      "<li><strong>{}</strong> posts</li><li><strong>{}</strong> servers known</li></ul></section>\n",
      {readable_count(counts.users), readable_count(counts.active_month), readable_count(counts.local_statuses),
       readable_count(counts.domains)});
  if (const auto about = store::find_instance_text(call.tx(), store::InstanceText::about)) {
    body.add("<section class=\"card prose\">\n").raw(about->content).add("</section>\n");
  }
  add_contact(body, call);
  add_rules(body, call);
  PageOptions options{.title = "About", .index = true, .files = true};
  add_preview(options.head, config,
              {.type = "website",
               .title = "About " + config.instance.title,
               .description = config.instance.description,
               .url = config.origin() + "/about",
               .image = service::uris::default_avatar(config)});
  return Call::cacheable(render_page(config, options, body), std::chrono::seconds(60));
}

/// Where older apps look for it.
Result<http::Response> show_about_more(Call&) {
  return redirect("/about");
}

Result<http::Response> show_tag(Call& call) {
  const auto [name, format] = split_feed_name(call.path_text("name"));
  const std::string folded = text::fold_hashtag(name);
  const std::string title = "#" + std::string(name);
  const std::string url = service::uris::tag_page(call.config(), folded);
  if (format) {
    const auto ids = store::list_tag_timeline(call.tx(), std::nullopt, folded, {}, read_feed_page(call.params()));
    return render_feed(call, *format,
                       {.title = title, .description = "Public posts with " + title, .url = url, .picture = {}}, ids);
  }
  const model::Page page = http::read_page(call.params(), kPageLength, kPageLength);
  const auto ids = store::list_tag_timeline(call.tx(), std::nullopt, folded, {}, page);
  Html body;
  body.add("<h1 class=\"between\">{}</h1>\n", {title}).raw(render_list(call, ids).str());
  PageOptions options{.title = title, .files = true};
  add_alternate(options.head, "application/rss+xml", url + ".rss", title);
  add_alternate(options.head, "application/atom+xml", url + ".atom", title);
  add_preview(options.head, call.config(),
              {.type = "website",
               .title = title,
               .description = "Public posts with " + title + " on " + call.config().instance.title,
               .url = url,
               .image = service::uris::default_avatar(call.config())});
  return Call::cacheable(render_page(call.config(), options, body), std::chrono::seconds(15));
}

constexpr api::Route kRoutes[] = {
    {Method::get, "/", Auth::pub, "", &show_home, Access::read, 0, Body::raw},
    {Method::get, "/about", Auth::pub, "", &show_about, Access::read, 0, Body::raw},
    {Method::get, "/about/more", Auth::pub, "", &show_about_more, Access::own, 0, Body::raw},
    {Method::get, "/tags/:name", Auth::pub, "", &show_tag, Access::read, 0, Body::raw},
};

}  // namespace

std::span<const api::Route> home_page_routes() {
  return kRoutes;
}

}  // namespace dunlin::web
