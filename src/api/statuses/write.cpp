#include "drafts.hpp"
#include "handlers.hpp"
#include "lists.hpp"

#include "dunlin/api/entities/account_page.hpp"
#include "dunlin/api/entities/scheduled_status.hpp"
#include "dunlin/api/entities/status_page.hpp"
#include "dunlin/base/time_format.hpp"
#include "dunlin/json/writer.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace dunlin::api {

namespace {

/// `allowed_mentions`: nobody else is to be written to. nullopt: nobody would be.
Result<std::optional<http::Response>> refuse_unexpected(Call& call, const service::StatusDraft& draft) {
  if (!call.params().has("allowed_mentions")) return std::nullopt;
  const auto allowed = call.params().list("allowed_mentions");
  auto mentioned = TRY(call.services().statuses.find_mentioned(call.tx(), call.documents(), draft));
  std::erase_if(mentioned, [&](AccountId id) { return std::ranges::find(allowed, id.str()) != allowed.end(); });
  if (mentioned.empty()) return std::nullopt;
  entities::AccountPage accounts(call.tx(), call.config(), mentioned);
  json::Writer out;
  out.begin_object();
  out.field("error", "Post would be sent to unexpected accounts");
  out.key("unexpected_accounts").raw(accounts.json_array(mentioned));
  out.end_object();
  return http::text_response(422, "application/json; charset=utf-8", out.take());
}

http::Response render_preview(Call& call, service::StatusService::Composed composed) {
  const auto id = composed.status.id;
  store::StatusBundle bundle;
  bundle.accounts.emplace(call.viewer().id, call.viewer());
  bundle.mentions.emplace(id, std::move(composed.mentions));
  if (composed.poll) bundle.polls.emplace(id, store::PollView{.poll = *std::move(composed.poll), .own_votes = {}});
  if (!composed.media.empty()) bundle.media.emplace(id, std::move(composed.media));
  bundle.statuses.push_back(std::move(composed.status));
  entities::StatusPage page(call.tx(), call.config(), call.viewer_id(), std::move(bundle));
  json::Writer out;
  page.render(out, id);
  return call.json(out.take());
}

http::Response render_scheduled(Call& call, const service::Scheduled& scheduled) {
  json::Writer out;
  entities::render_scheduled_status(out, call.config(), scheduled);
  return call.json(out.take());
}

/// Errors: invalid for what is no date.
Result<std::optional<Time>> read_scheduled_at(const http::Params& params) {
  const auto text = params.text("scheduled_at").value_or("");
  if (text.empty()) return std::nullopt;
  const auto at = parse_iso8601(text);
  if (!at) return fail(Errc::invalid, "Invalid date supplied");
  return at;
}

}  // namespace

Result<http::Response> create_status(Call& call) {
  const auto draft = TRY(read_draft(call));
  const auto at = TRY(read_scheduled_at(call.params()));
  auto& services = call.services();
  if (call.params().boolean("preview").value_or(false)) {
    return render_preview(call, TRY(services.statuses.compose(call.tx(), call.documents(), call.viewer(), call.user(),
                                                              draft, call.env().ids.next<StatusId>())));
  }
  if (auto refused = TRY(refuse_unexpected(call, draft))) return *std::move(refused);
  if (at && *at > call.tx().now()) {
    return render_scheduled(call, TRY(services.scheduled_statuses.schedule(call.tx(), call.documents(), call.viewer(),
                                                                           call.user(), draft, *at)));
  }
  const auto status = TRY(services.statuses.post(call.tx(), call.documents(), call.viewer(), call.user(), draft));
  return one_status(call, status.id);
}

Result<http::Response> edit_status(Call& call) {
  const auto id = TRY(call.path_id<StatusId>("id"));
  const auto edit = TRY(read_edit(call));
  TRY(call.services().statuses.edit(call.tx(), call.documents(), call.viewer(), id, edit));
  return one_status(call, id);
}

Result<http::Response> delete_status(Call& call) {
  const auto id = TRY(call.path_id<StatusId>("id"));
  // Read before it is gone; shown only when it was the viewer's own.
  entities::StatusPage page(call.tx(), call.config(), call.viewer_id(), std::span(&id, 1));
  if (!page.contains(id)) return fail(Errc::not_found, "Record not found");
  const bool delete_media = call.params().boolean("delete_media").value_or(false);
  TRY(call.services().statuses.remove(call.tx(), call.viewer(), id, delete_media));
  json::Writer out;
  page.render(out, id, entities::StatusBody::source);
  return call.json(out.take());
}

}  // namespace dunlin::api
