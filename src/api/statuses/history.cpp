#include "handlers.hpp"

#include "dunlin/api/entities/account_page.hpp"
#include "dunlin/api/entities/status_edit.hpp"
#include "dunlin/html/sanitize.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/media.hpp"
#include "dunlin/store/status_edits.hpp"
#include "dunlin/store/statuses.hpp"

#include <algorithm>
#include <vector>

namespace dunlin::api {

namespace {

/// The files of one version as they were described then.
std::vector<model::MediaAttachment> media_of(const store::StatusEdit& edit,
                                             const std::vector<model::MediaAttachment>& all) {
  std::vector<model::MediaAttachment> shown;
  for (std::size_t i = 0; i < edit.media_ids.size(); ++i) {
    const auto found = std::ranges::find(all, edit.media_ids[i], &model::MediaAttachment::id);
    if (found == all.end()) continue;
    shown.push_back(*found);
    shown.back().description = edit.media_descriptions.at(i);
  }
  return shown;
}

}  // namespace

Result<http::Response> show_history(Call& call) {
  const auto status = TRY(visible_status(call));
  auto edits = store::list_status_edits(call.tx(), status.id);
  // The present version is the last.
  edits.push_back(store::snapshot_status(call.tx(), status));
  const auto media = status.has(model::Part::media) ? store::list_media_history(call.tx(), status.id)
                                                    : std::vector<model::MediaAttachment>{};
  entities::AccountPage accounts(call.tx(), call.config(), std::span(&status.account_id, 1));
  if (accounts.find(status.account_id) == nullptr) return fail(Errc::not_found, "Record not found");
  json::Writer out;
  out.begin_array();
  for (const auto& edit : edits) {
    const auto shown = media_of(edit, media);
    entities::render_status_edit(out, accounts.context(), edit, shown, accounts.json(status.account_id),
                                 accounts.find(status.account_id)->domain);
  }
  out.end_array();
  return call.cacheable_when_anonymous(call.json(out.take()));
}

Result<http::Response> show_source(Call& call) {
  const auto status = TRY(visible_status(call));
  json::Writer out;
  out.begin_object();
  out.field("id", status.id);
  // Nobody typed what came from elsewhere: its text will do.
  out.field("text", status.local ? status.source : html::to_plain_text(status.content));
  out.field("spoiler_text", status.spoiler_text);
  out.field("content_type", model::to_string(status.content_type));
  out.end_object();
  return call.json(out.take());
}

}  // namespace dunlin::api
