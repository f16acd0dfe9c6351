#include "drafts.hpp"

#include "handlers.hpp"

#include "dunlin/base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <vector>

namespace dunlin::api {

namespace {

constexpr std::string_view kNoParent = "The post you are trying to reply to does not appear to exist.";
constexpr std::string_view kNoQuoted = "The post you are trying to quote does not appear to exist.";

/// An id that is none names something that does not exist.
Result<std::optional<StatusId>> read_status_id(const http::Params& params, std::string_view name,
                                               std::string_view missing) {
  const auto text = params.text(name).value_or("");
  if (text.empty()) return std::nullopt;
  const auto id = StatusId::parse(text);
  if (!id) return fail(Errc::not_found, std::string(missing));
  return id;
}

/// The older name is that of Akkoma and Fedibird.
Result<std::optional<StatusId>> read_quoted(const http::Params& params) {
  const auto id = TRY(read_status_id(params, "quoted_status_id", kNoQuoted));
  if (id) return id;
  return read_status_id(params, "quote_id", kNoQuoted);
}

/// Each once, in order.
Result<std::vector<MediaId>> read_media_ids(const http::Params& params) {
  std::vector<MediaId> ids;
  std::vector<std::string> unknown;
  for (const std::string& text : params.list("media_ids")) {
    const auto id = MediaId::parse(text);
    if (!id) {
      unknown.push_back(text);
    } else if (std::ranges::find(ids, *id) == ids.end()) {
      ids.push_back(*id);
    }
  }
  if (unknown.empty()) return ids;
  return fail(Errc::invalid,
              fmt::format("Media {} not found or already attached to another post", text::join(unknown, ", ")));
}

/// Those without an id are none.
std::vector<service::MediaAttributes> read_media_attributes(const http::Params& params) {
  std::vector<service::MediaAttributes> attributes;
  for (const auto& one : params.objects("media_attributes")) {
    const auto id = MediaId::parse(one.text("id").value_or(""));
    if (!id) continue;
    attributes.push_back({.id = *id,
                          .change = {.description = one.text("description"),
                                     .focus = service::MediaService::parse_focus(one.text("focus").value_or(""))}});
  }
  return attributes;
}

/// A key of one request and its repetitions; blank ones are none.
std::optional<std::string> read_idempotency_key(const http::Request& request) {
  const auto key = text::trim(request.headers.get("Idempotency-Key"));
  if (key.empty()) return std::nullopt;
  return std::string(key);
}

/// A poll without anything in it is none: forms send their empty fields, too.
std::optional<model::PollDraft> read_poll(const http::Params& params) {
  const auto poll = params.object("poll");
  if (!poll) return std::nullopt;
  model::PollDraft draft{.options = poll->list("options"),
                         .expires_in_seconds = poll->integer("expires_in"),
                         .multiple = poll->boolean("multiple").value_or(false),
                         .hide_totals = poll->boolean("hide_totals").value_or(false)};
  if (draft.options.empty() && !draft.expires_in_seconds) return std::nullopt;
  return draft;
}

Result<std::optional<model::ContentType>> read_content_type(const http::Params& params) {
  const auto text = params.text("content_type").value_or("");
  if (text.empty()) return std::nullopt;
  const auto type = model::parse_content_type(text);
  if (!type) return fail(Errc::invalid, "Validation failed: Content type is not included in the list");
  return type;
}

/// Pleroma's name for what stays on this server.
bool wants_local(const http::Params& params) {
  return params.text("visibility") == "local";
}

}  // namespace

Result<std::optional<model::Visibility>> read_visibility(const Call& call) {
  const auto text = call.params().text("visibility").value_or("");
  if (text.empty()) return std::nullopt;
  const auto visibility = model::parse_visibility(text);
  if (!visibility) return fail(Errc::invalid, "Validation failed: Visibility is not included in the list");
  return visibility;
}

Result<std::optional<model::QuotePolicy>> read_quote_policy(const http::Params& params) {
  const auto text = params.text("quote_approval_policy").value_or("");
  if (text.empty()) return std::nullopt;
  const auto policy = model::parse_quote_policy(text);
  if (!policy) return fail(Errc::invalid, "Validation failed: Quote approval policy is not included in the list");
  return policy;
}

Result<service::StatusDraft> read_draft(const Call& call) {
  const auto& params = call.params();
  service::StatusDraft draft{.text = params.text("status").value_or(""),
                             .spoiler_text = params.text("spoiler_text").value_or(""),
                             .sensitive = params.boolean("sensitive"),
                             .visibility = model::Visibility::public_,
                             .language = params.text("language"),
                             .in_reply_to_id = TRY(read_status_id(params, "in_reply_to_id", kNoParent)),
                             .application_id = call.bearer()->token.application_id,
                             .idempotency_key = read_idempotency_key(call.request())};
  draft.local_only = params.boolean("local_only");
  if (wants_local(params)) {
    draft.local_only = true;
  } else {
    draft.visibility = TRY(read_visibility(call));
  }
  draft.poll = read_poll(params);
  draft.content_type = TRY(read_content_type(params)).value_or(model::ContentType::plain);
  draft.expires_in_seconds = params.integer("expires_in");
  draft.quoted_status_id = TRY(read_quoted(params));
  draft.quote_policy = TRY(read_quote_policy(params));
  draft.media_ids = TRY(read_media_ids(params));
  return draft;
}

Result<service::StatusEdit> read_edit(const Call& call) {
  const auto& params = call.params();
  return service::StatusEdit{.text = params.text("status").value_or(""),
                             .spoiler_text = params.text("spoiler_text").value_or(""),
                             .sensitive = params.boolean("sensitive").value_or(false),
                             .poll = read_poll(params),
                             .language = params.text("language"),
                             .content_type = TRY(read_content_type(params)),
                             .quote_policy = TRY(read_quote_policy(params)),
                             .media_ids = TRY(read_media_ids(params)),
                             .media_attributes = read_media_attributes(params)};
}

}  // namespace dunlin::api
