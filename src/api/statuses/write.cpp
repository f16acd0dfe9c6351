#include "handlers.hpp"
#include "lists.hpp"

#include "dunlin/api/entities/status_page.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/json/writer.hpp"

#include <fmt/core.h>

#include <string>

namespace dunlin::api {

namespace {

/// What a client may ask of a post and this server cannot do is refused: a poll that comes out as plain text, or a
/// scheduled post that comes out now, would be worse than none.
Result<void> refuse_unsupported(const http::Params& params) {
  if (const auto media = params.list("media_ids"); !media.empty()) {
    return fail(Errc::invalid,
                fmt::format("Media {} not found or already attached to another post", text::join(media, ", ")));
  }
  if (params.has("poll")) return fail(Errc::invalid, "Validation failed: Polls are not supported by this server");
  if (!params.text("scheduled_at").value_or("").empty()) {
    return fail(Errc::invalid, "Validation failed: Scheduled posts are not supported by this server");
  }
  if (!params.text("quoted_status_id").value_or("").empty()) {
    return fail(Errc::not_found, "The post you are trying to quote does not appear to exist.");
  }
  if (params.has("allowed_mentions")) {
    return fail(Errc::invalid, "Validation failed: Allowed mentions are not supported by this server");
  }
  return {};
}

Result<std::optional<StatusId>> read_parent(const http::Params& params) {
  const auto text = params.text("in_reply_to_id").value_or("");
  if (text.empty()) return std::nullopt;
  const auto id = StatusId::parse(text);
  if (!id) return fail(Errc::not_found, "The post you are trying to reply to does not appear to exist.");
  return id;
}

/// A key of one request and its repetitions; blank ones are none.
std::optional<std::string> read_idempotency_key(const http::Request& request) {
  const auto key = text::trim(request.headers.get("Idempotency-Key"));
  if (key.empty()) return std::nullopt;
  return std::string(key);
}

}  // namespace

Result<std::optional<model::Visibility>> read_visibility(const Call& call) {
  const auto text = call.params().text("visibility").value_or("");
  if (text.empty()) return std::nullopt;
  const auto visibility = model::parse_visibility(text);
  if (!visibility) return fail(Errc::invalid, "Validation failed: Visibility is not included in the list");
  return visibility;
}

Result<http::Response> create_status(Call& call) {
  const auto& params = call.params();
  TRY_VOID(refuse_unsupported(params));
  const service::StatusDraft draft{.text = params.text("status").value_or(""),
                                   .spoiler_text = params.text("spoiler_text").value_or(""),
                                   .sensitive = params.boolean("sensitive"),
                                   .visibility = TRY(read_visibility(call)),
                                   .language = params.text("language"),
                                   .in_reply_to_id = TRY(read_parent(params)),
                                   .application_id = call.bearer()->token.application_id,
                                   .idempotency_key = read_idempotency_key(call.request())};
  const auto status =
      TRY(call.services().statuses.post(call.tx(), call.documents(), call.viewer(), call.user(), draft));
  return one_status(call, status.id);
}

Result<http::Response> delete_status(Call& call) {
  const auto id = TRY(call.path_id<StatusId>("id"));
  // Read before it is gone; shown only when it was the viewer's own.
  entities::StatusPage page(call.tx(), call.config(), call.viewer_id(), std::span(&id, 1));
  if (!page.contains(id)) return fail(Errc::not_found, "Record not found");
  TRY(call.services().statuses.remove(call.tx(), call.viewer(), id));
  json::Writer out;
  page.render(out, id, entities::StatusBody::source);
  return call.json(out.take());
}

}  // namespace dunlin::api
