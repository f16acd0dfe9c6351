#include "accept.hpp"
#include "browser_session.hpp"
#include "layout.hpp"
#include "status_html.hpp"
#include "tables.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/statuses.hpp"
#include "dunlin/store/timelines.hpp"

namespace dunlin::web {

namespace {

using api::Access;
using api::Auth;
using api::Body;
using api::Call;
using http::Method;

constexpr int kPageLength = 20;

bool wants_activity(const Call& call) {
  return preferred(call.request().headers.get("Accept")) != Preference::page;
}

/// A page that other forms of the same thing stand beside (federation.md 1.6).
http::Response negotiated(http::Response response, std::string_view id) {
  response.headers.set("Vary", "Accept");
  response.headers.add("Cache-Control", "public, max-age=15, stale-while-revalidate=30");
  response.headers.add("Link", "<" + std::string(id) + ">; rel=\"alternate\"; type=\"application/activity+json\"");
  return response;
}

http::Response to_activity(std::string_view id) {
  http::Response response = redirect(id);
  response.headers.set("Vary", "Accept");
  return response;
}

void add_alternate(Html& head, std::string_view id) {
  head.add("<link rel=\"alternate\" type=\"application/activity+json\" href=\"{}\">\n", {id});
}

void add_card_tags(Html& head, std::string_view type, std::string_view title, std::string_view description,
                   std::string_view url, std::string_view image) {
  const std::pair<std::string_view, std::string_view> tags[] = {
      {"og:type", type}, {"og:title", title}, {"og:description", description}, {"og:url", url}, {"og:image", image}};
  for (const auto& [name, value] : tags) head.add("<meta property=\"{}\" content=\"{}\">\n", {name, value});
  head.add("<meta name=\"twitter:card\" content=\"summary\">\n");
}

/// The statuses of these ids in their order, and a link to older ones when the page is full.
Html render_list(Call& call, const std::vector<StatusId>& ids) {
  Html out;
  const store::StatusBundle bundle = store::load_status_bundle(call.tx(), ids);
  for (const model::Status& status : bundle.statuses) out.raw(render_status(call, bundle, status, false).str());
  if (ids.empty()) out.add("<section class=\"card\"><p class=\"soft\">Nothing to see here yet.</p></section>\n");
  if (ids.size() == static_cast<std::size_t>(kPageLength)) {
    out.add("<nav class=\"pages\"><a class=\"button quiet\" rel=\"next\" href=\"?max_id={}\">Older</a></nav>\n",
            {ids.back().str()});
  }
  return out;
}

/// The local account of the path. A handle of another server leads there.
struct Found {
  std::optional<model::Account> account;
  std::optional<http::Response> elsewhere;
};
Result<Found> find_profile(Call& call) {
  const std::string_view handle = call.path_text("username");
  const std::size_t at = handle.find('@');
  std::optional<std::string> domain;
  if (at != std::string_view::npos && !service::uris::is_own_domain(call.config(), handle.substr(at + 1))) {
    domain = handle.substr(at + 1);
  }
  auto account = store::find_account_by_handle(call.tx(), handle.substr(0, at), domain);
  if (!account) return fail(Errc::not_found, "There is no such profile here");
  if (account->suspended_at) return fail(Errc::gone, "This profile is not available any more");
  if (account->is_local()) return Found{std::move(account), std::nullopt};
  if (safe_href(account->url) == "#") return fail(Errc::not_found, "There is no such profile here");
  return Found{std::nullopt, redirect(account->url)};
}

Html render_profile(const Call& call, const model::Account& account) {
  const config::Config& config = call.config();
  Html out;
  out.add("<div class=\"banner\"><img src=\"{}\" alt=\"\"></div>\n",
          {account.header_url.empty() ? service::uris::default_header(config) : account.header_url});
  out.add(R"(<section class="card profile">
<img class="face" src="{}" alt="" width="96" height="96">
<h1>{}</h1><p class="soft">@{}@{}</p>
)",
          {avatar_of(config, account), name_of(account), account.username, config.server.domain});
  if (!account.note.empty()) out.add("<div class=\"content\">").raw(account.note).add("</div>\n");
  if (!account.fields.empty()) {
    out.add("<dl class=\"fields\">\n");
    for (const model::ProfileField& field : account.fields) {
      out.add("<dt>{}</dt><dd>", {field.name}).raw(field.value).add("</dd>\n");
    }
    out.add("</dl>\n");
  }
  out.add("<ul class=\"counts soft\"><li>Posts: {}</li><li>Following: {}</li><li>Followers: {}</li></ul></section>\n",
          {std::to_string(account.statuses_count), std::to_string(account.following_count),
           std::to_string(account.followers_count)});
  return out;
}

Result<http::Response> show_profile(Call& call) {
  Found found = TRY(find_profile(call));
  if (found.elsewhere) return *std::move(found.elsewhere);
  const model::Account& account = *found.account;
  if (wants_activity(call)) return to_activity(account.uri);
  const model::Page page = http::read_page(call.params(), kPageLength, kPageLength);
  const auto ids = store::list_account_timeline(call.tx(), std::nullopt, account.id,
                                                {.exclude_replies = true, .exclude_direct = true}, page);
  PageOptions options{.title = name_of(account) + " (@" + account.username + "@" + call.config().server.domain + ")",
                      .index = account.discoverable && account.indexable,
                      .remote_pictures = true};
  add_alternate(options.head, account.uri);
  add_card_tags(options.head, "profile", options.title, account.note_source, account.url,
                avatar_of(call.config(), account));
  Html body = render_profile(call, account);
  body.raw(render_list(call, ids).str());
  http::Response response = negotiated(render_page(call.config(), options, body), account.uri);
  response.headers.add("Link",
                       "<" + call.config().origin() + "/.well-known/webfinger?resource=" +
                           text::percent_encode("acct:" + account.username + "@" + call.config().server.domain) +
                           ">; rel=\"lrdd\"; type=\"application/jrd+json\"");
  return response;
}

Result<http::Response> show_status(Call& call) {
  Found found = TRY(find_profile(call));
  const auto id = TRY(call.path_id<StatusId>("id"));
  const auto status = store::find_visible_status(call.tx(), std::nullopt, id);
  if (!status || status->is_reblog()) return fail(Errc::not_found, "There is no such post here");
  if (found.elsewhere) {
    const std::string target = status->url.value_or(status->uri);
    if (status->local || safe_href(target) == "#") return fail(Errc::not_found, "There is no such post here");
    return redirect(target);
  }
  const model::Account& author = *found.account;
  if (status->account_id != author.id) return fail(Errc::not_found, "There is no such post here");
  if (wants_activity(call)) return to_activity(status->uri);

  const auto thread = TRY(call.services().statuses.thread(call.tx(), std::nullopt, id));
  std::vector<StatusId> ids;
  for (const model::Status& ancestor : thread.ancestors) ids.push_back(ancestor.id);
  ids.push_back(id);
  for (const model::Status& descendant : thread.descendants) ids.push_back(descendant.id);
  const store::StatusBundle bundle = store::load_status_bundle(call.tx(), ids);
  Html body;
  for (const model::Status& shown : bundle.statuses) {
    body.raw(render_status(call, bundle, shown, shown.id == id).str());
  }
  // What hides behind a content warning stays out of previews.
  const std::string& summary = status->spoiler_text.empty() ? status->source : status->spoiler_text;
  const std::string preview(text::truncate_graphemes(summary, 200));
  PageOptions options{.title = name_of(author) + ": " + std::string(text::truncate_graphemes(summary, 60)),
                      .index = author.indexable,
                      .remote_pictures = true};
  add_alternate(options.head, status->uri);
  add_card_tags(options.head, "article",
                name_of(author) + " (@" + author.username + "@" + call.config().server.domain + ")", preview,
                service::uris::status_page(call.config(), author.username, id), avatar_of(call.config(), author));
  return negotiated(render_page(call.config(), options, body), status->uri);
}

Result<http::Response> show_tag(Call& call) {
  const std::string name(call.path_text("name"));
  const model::Page page = http::read_page(call.params(), kPageLength, kPageLength);
  const auto ids = store::list_tag_timeline(call.tx(), std::nullopt, text::fold(name), {}, page);
  Html body;
  body.add("<h1>#{}</h1>\n", {name});
  body.raw(render_list(call, ids).str());
  http::Response response = render_page(call.config(), {.title = "#" + name, .remote_pictures = true}, body);
  return Call::cacheable(std::move(response), std::chrono::seconds(15));
}

void add_visitor(Html& body, const Call& call, const Visitor& visitor) {
  body.add(R"(<section class="card"><div class="who"><img src="{}" alt="" width="48" height="48">
<div>You are signed in as <strong>@{}</strong></div></div>
<div class="actions"><a class="button" href="/@{}">Your profile</a>
<a class="button quiet" href="/oauth/authorized_applications">Authorized applications</a>
<form method="post" action="/auth/sign_out"><input type="hidden" name="csrf_token" value="{}">
<button class="quiet" type="submit">Sign out</button></form></div></section>
)",
           {avatar_of(call.config(), visitor.account), visitor.account.username, visitor.account.username,
            visitor.session.csrf_token});
}

Result<http::Response> show_home(Call& call) {
  const config::Config& config = call.config();
  const auto visitor = find_visitor(call.tx(), call);
  Html body;
  body.add("<section class=\"card\"><h1>{}</h1>\n", {config.instance.title});
  if (!config.instance.description.empty()) body.add("<p>{}</p>\n", {config.instance.description});
  body.add(R"(<p>This is a server of the fediverse: people here write short posts, and follow and answer people on
thousands of other servers. An account here is called <strong>@name@{}</strong>.</p>
<p>To read and write, use any app that speaks to Mastodon servers and give it the address <strong>{}</strong>.</p>
)",
           {config.server.domain, config.web_host()});
  if (!visitor) body.add("<div class=\"actions\"><a class=\"button\" href=\"/auth/sign_in\">Sign in</a></div>\n");
  body.add("</section>\n");
  if (visitor) add_visitor(body, call, *visitor);
  if (!config.instance.rules.empty()) {
    body.add("<section class=\"card\"><h2>Rules</h2><ol>\n");
    for (const std::string& rule : config.instance.rules) body.add("<li>{}</li>\n", {rule});
    body.add("</ol></section>\n");
  }
  return render_page(config, {.index = true, .remote_pictures = visitor.has_value()}, body);
}

constexpr api::Route kRoutes[] = {
    {Method::get, "/", Auth::pub, "", &show_home, Access::read, 0, Body::raw},
    {Method::get, "/@:username", Auth::pub, "", &show_profile, Access::read, 0, Body::raw},
    {Method::get, "/@:username/:id", Auth::pub, "", &show_status, Access::read, 0, Body::raw},
    {Method::get, "/tags/:name", Auth::pub, "", &show_tag, Access::read, 0, Body::raw},
};

}  // namespace

std::span<const api::Route> page_routes() {
  return kRoutes;
}

}  // namespace dunlin::web
