#include "layout.hpp"
#include "public_pages.hpp"
#include "static_files.hpp"
#include "status_html.hpp"
#include "tables.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/html/sanitize.hpp"
#include "dunlin/service/media_urls.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/statuses.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace dunlin::web {

namespace {

using api::Access;
using api::Auth;
using api::Body;
using api::Call;
using http::Method;

constexpr std::size_t kPreviewGraphemes = 300;
constexpr std::size_t kTitleGraphemes = 60;

/// The status of the path with its author, as everybody may see it, or where it leads.
struct FoundStatus {
  model::Account author;
  model::Status status;
  std::optional<http::Response> elsewhere;
};

Result<FoundStatus> find_status(Call& call) {
  FoundProfile profile = TRY(find_profile(call, call.path_text("username")));
  const auto id = TRY(call.path_id<StatusId>("id"));
  auto status = store::find_visible_status(call.tx(), std::nullopt, id);
  if (!status || status->is_reblog()) return fail(Errc::not_found, "There is no such post here");
  if (profile.elsewhere) {
    const std::string target = status->url.value_or(status->uri);
    if (status->local || safe_href(target) == "#") return fail(Errc::not_found, "There is no such post here");
    return FoundStatus{{}, {}, redirect(target)};
  }
  if (status->account_id != profile.account->id) return fail(Errc::not_found, "There is no such post here");
  return FoundStatus{*std::move(profile.account), *std::move(status), std::nullopt};
}

/// What a preview may tell: what hides behind a content warning stays there.
std::string summary_of(const model::Status& status) {
  return status.spoiler_text.empty() ? html::clean_line(html::to_plain_text(status.content)) : status.spoiler_text;
}

/// The picture of a preview: the first of the status, when nothing is hidden.
std::optional<model::MediaAttachment> picture_of(const model::Status& status, const store::StatusBundle& bundle) {
  const auto media = bundle.media.find(status.id);
  if (media == bundle.media.end() || status.sensitive || !status.spoiler_text.empty()) return std::nullopt;
  const auto picture = std::ranges::find(media->second, model::MediaType::image, &model::MediaAttachment::shown_type);
  return picture == media->second.end() ? std::nullopt : std::optional(*picture);
}

void add_head(Html& head, const config::Config& config, const FoundStatus& found, const store::StatusBundle& bundle) {
  const auto& [author, status, elsewhere] = found;
  const auto picture = picture_of(status, bundle);
  const auto image = picture ? service::media_urls::original(config, *picture) : std::nullopt;
  const std::string url = service::uris::status_page(config, author.username, status.id);
  add_alternate(head, "application/activity+json", status.uri);
  add_alternate(head, "application/json+oembed", config.origin() + "/api/oembed?url=" + text::percent_encode(url));
  add_preview(head, config,
              {.type = "article",
               .title = name_of(author) + " (@" + full_handle(config, author) + ")",
               .description = text::truncate_graphemes(summary_of(status), kPreviewGraphemes),
               .url = url,
               .image = image ? *image : avatar_of(config, author),
               .image_description = image ? picture->description : "",
               .large_image = image.has_value()});
  head.add("<meta property=\"article:published_time\" content=\"{}\">\n", {format_iso8601(status.created_at)});
  if (status.edited_at) {
    head.add("<meta property=\"article:modified_time\" content=\"{}\">\n", {format_iso8601(*status.edited_at)});
  }
  if (status.language) head.add("<meta property=\"og:locale\" content=\"{}\">\n", {*status.language});
  head.add("<meta name=\"fediverse:creator\" content=\"@{}\">\n", {full_handle(config, author)});
}

/// The statuses of a thread in their order.
std::vector<StatusId> ids_of(const service::StatusService::Thread& thread, StatusId focus) {
  std::vector<StatusId> ids;
  for (const model::Status& ancestor : thread.ancestors) ids.push_back(ancestor.id);
  ids.push_back(focus);
  for (const model::Status& descendant : thread.descendants) ids.push_back(descendant.id);
  return ids;
}

Result<http::Response> show_status(Call& call) {
  FoundStatus found = TRY(find_status(call));
  if (found.elsewhere) return *std::move(found.elsewhere);
  if (wants_activity(call)) return to_activity(found.status.uri);
  const auto thread = TRY(call.services().statuses.thread(call.tx(), std::nullopt, found.status.id));
  StatusHtml statuses(call, ids_of(thread, found.status.id));
  PageOptions options{.title = name_of(found.author) + ": " +
                               std::string(text::truncate_graphemes(summary_of(found.status), kTitleGraphemes)),
                      .index = found.author.indexable && found.status.visibility == model::Visibility::public_,
                      .files = true};
  add_head(options.head, call.config(), found, statuses.bundle());
  Html body;
  for (const model::Status& shown : statuses.bundle().statuses) {
    const auto standing = shown.id == found.status.id ? Standing::focus : Standing::listed;
    body.raw(statuses.render(shown, standing).str());
  }
  return negotiated(render_page(call.config(), options, body), found.status.uri);
}

/// One status alone, for a frame on any page.
Result<http::Response> show_embed(Call& call) {
  FoundStatus found = TRY(find_status(call));
  if (found.elsewhere) return *std::move(found.elsewhere);
  const StatusId id = found.status.id;
  StatusHtml statuses(call, std::span(&id, 1));
  http::Response response = render_embed(call.config(), name_of(found.author), statuses.render(found.status));
  return Call::cacheable(std::move(response), std::chrono::seconds(180));
}

constexpr api::Route kRoutes[] = {
    {Method::get, "/@:username/:id", Auth::pub, "", &show_status, Access::read, 0, Body::raw},
    {Method::get, "/@:username/:id/embed", Auth::pub, "", &show_embed, Access::read, 0, Body::raw},
};

}  // namespace

std::span<const api::Route> status_page_routes() {
  return kRoutes;
}

}  // namespace dunlin::web
