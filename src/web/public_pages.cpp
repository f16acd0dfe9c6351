#include "public_pages.hpp"

#include "accept.hpp"
#include "layout.hpp"
#include "status_html.hpp"

#include "dunlin/service/uris.hpp"
#include "dunlin/store/shown_accounts.hpp"

namespace dunlin::web {

bool wants_activity(const api::Call& call) {
  return preferred(call.request().headers.get("Accept")) != Preference::page;
}

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

Result<FoundProfile> find_profile(api::Call& call, std::string_view handle) {
  const std::size_t at = handle.find('@');
  std::optional<std::string> domain;
  if (at != std::string_view::npos && !service::uris::is_own_domain(call.config(), handle.substr(at + 1))) {
    domain = handle.substr(at + 1);
  }
  auto account = store::find_shown_account_by_handle(call.tx(), handle.substr(0, at), domain);
  if (!account) return fail(Errc::not_found, "There is no such profile here");
  if (account->suspended_at) return fail(Errc::gone, "This profile is not available any more");
  if (!account->is_local()) {
    if (safe_href(account->url) == "#") return fail(Errc::not_found, "There is no such profile here");
    return FoundProfile{std::nullopt, redirect(account->url)};
  }
  return FoundProfile{std::move(account), std::nullopt};
}

std::string full_handle(const config::Config& config, const model::Account& account) {
  return account.username + "@" + config.server.domain;
}

void add_preview(Html& head, const config::Config& config, const Preview& preview) {
  const std::pair<std::string_view, std::string_view> tags[] = {
      {"og:site_name", config.instance.title},    {"og:type", preview.type}, {"og:title", preview.title},
      {"og:description", preview.description},    {"og:url", preview.url},   {"og:image", preview.image},
      {"og:image:alt", preview.image_description}};
  for (const auto& [name, value] : tags) {
    if (!value.empty()) head.add("<meta property=\"{}\" content=\"{}\">\n", {name, value});
  }
  if (!preview.description.empty()) head.add("<meta name=\"description\" content=\"{}\">\n", {preview.description});
  head.add("<meta name=\"twitter:card\" content=\"{}\">\n", {preview.large_image ? "summary_large_image" : "summary"});
  head.add("<link rel=\"canonical\" href=\"{}\">\n", {preview.url});
}

void add_alternate(Html& head, std::string_view type, std::string_view href, std::string_view title) {
  head.add("<link rel=\"alternate\" type=\"{}\" href=\"{}\"", {type, href});
  if (!title.empty()) head.add(" title=\"{}\"", {title});
  head.add(">\n");
}

Html render_list(api::Call& call, const std::vector<StatusId>& ids) {
  Html out;
  StatusHtml statuses(call, ids);
  for (const model::Status& status : statuses.bundle().statuses) out.raw(statuses.render(status).str());
  if (ids.empty()) out.add("<section class=\"card\"><p class=\"soft\">Nothing to see here yet.</p></section>\n");
  if (ids.size() == static_cast<std::size_t>(kPageLength)) {
    out.add("<nav class=\"pages\"><a class=\"button quiet\" rel=\"next\" href=\"?max_id={}\">Older</a></nav>\n",
            {ids.back().str()});
  }
  return out;
}

}  // namespace dunlin::web
