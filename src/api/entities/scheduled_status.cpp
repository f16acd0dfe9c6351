#include "dunlin/api/entities/scheduled_status.hpp"

#include "dunlin/api/entities/media.hpp"

namespace dunlin::api::entities {

namespace {

void render_poll_params(json::Writer& out, const std::optional<model::PollDraft>& poll) {
  out.key("poll");
  if (!poll) {
    out.value(nullptr);
    return;
  }
  out.begin_object();
  out.key("options").begin_array();
  for (const auto& option : poll->options) out.value(option);
  out.end_array();
  out.field("expires_in", poll->expires_in_seconds);
  out.field("multiple", poll->multiple);
  out.field("hide_totals", poll->hide_totals);
  out.end_object();
}

/// Ids that clients expect as numbers (client-api.md 1.2).
template <class I>
void number_field(json::Writer& out, std::string_view name, const std::optional<I>& id) {
  out.key(name);
  id ? out.value(id->value) : out.value(nullptr);
}

void render_params(json::Writer& out, const service::StatusDraft& draft) {
  out.begin_object();
  out.field("text", draft.text);
  render_poll_params(out, draft.poll);
  out.key("media_ids");
  if (draft.media_ids.empty()) {
    out.value(nullptr);
  } else {
    out.begin_array();
    for (const auto id : draft.media_ids) out.value(id);
    out.end_array();
  }
  out.field("sensitive", draft.sensitive);
  out.field("spoiler_text", draft.spoiler_text);
  out.field("visibility", model::to_string(draft.visibility.value_or(model::Visibility::public_)));
  number_field(out, "in_reply_to_id", draft.in_reply_to_id);
  out.field("language", draft.language);
  number_field(out, "application_id", draft.application_id);
  out.field("scheduled_at", nullptr);
  out.field("idempotency", draft.idempotency_key);
  out.field("with_rate_limit", false);
  out.field("allowed_mentions", nullptr);
  out.field("quoted_status_id", draft.quoted_status_id);
  out.field("quote_approval_policy", model::to_string(draft.quote_policy.value_or(model::QuotePolicy{})));
  out.field("content_type", model::to_string(draft.content_type));
  out.field("local_only", draft.local_only.value_or(false));
  out.field("expires_in", draft.expires_in_seconds);
  out.end_object();
}

}  // namespace

void render_scheduled_status(json::Writer& out, const config::Config& config, const service::Scheduled& scheduled) {
  out.begin_object();
  out.field("id", scheduled.id);
  out.field("scheduled_at", scheduled.scheduled_at);
  out.key("params");
  render_params(out, scheduled.draft);
  out.key("media_attachments");
  render_media_attachments(out, config, scheduled.media);
  out.end_object();
}

}  // namespace dunlin::api::entities
