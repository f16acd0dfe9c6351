#include "dunlin/api/entities/status.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/service/uris.hpp"

#include <array>

namespace dunlin::api::entities {

namespace {

void render_mentions(json::Writer& out, std::span<const model::Mention> mentions) {
  out.begin_array();
  for (const auto& mention : mentions) {
    if (mention.silent) continue;
    out.begin_object();
    out.field("id", mention.account_id);
    out.field("username", mention.username);
    out.field("url", mention.url.empty() ? mention.uri : mention.url);
    out.field("acct", mention.acct());
    out.end_object();
  }
  out.end_array();
}

void render_tags(json::Writer& out, const config::Config& config, const model::Status& status) {
  out.begin_array();
  for (const auto& tag : status.tags) {
    out.begin_object();
    out.field("name", tag);
    out.field("url", service::uris::tag_page(config, text::fold(tag)));
    out.end_object();
  }
  out.end_array();
}

/// What a wrapper repeats of its original.
void render_text(json::Writer& out, const EntityContext& context, const StatusView& view, StatusBody body) {
  const auto& status = view.status;
  if (body == StatusBody::content) {
    out.field("content", status.content);
  } else {
    out.field("text", status.source);
    out.field("content_type", "text/plain");
  }
  out.field("spoiler_text", status.spoiler_text);
  out.field("sensitive", status.sensitive);
  out.field("language", status.language);
  out.field("edited_at", status.edited_at);
  out.key("media_attachments").begin_array().end_array();
  out.key("mentions");
  render_mentions(out, view.mentions);
  out.key("tags");
  render_tags(out, context.config, status);
  out.key("emojis");
  if (status.local) {
    const std::array<std::string_view, 2> texts{status.source, status.spoiler_text};
    render_emojis_used(out, context.emojis, texts);
  } else {
    out.begin_array().end_array();
  }
  out.field("poll", nullptr);
  out.field("card", nullptr);
  out.field("quote", nullptr);
  out.key("quote_approval").begin_object();
  out.key("automatic").begin_array().end_array();
  out.key("manual").begin_array().end_array();
  out.field("current_user", "denied");
  out.end_object();
  out.key("tagged_collections").begin_array().end_array();
}

/// The same for everybody until the status, its author or its application changes.
void render_shared(json::Writer& out, const EntityContext& context, const StatusView& view, StatusBody body) {
  const auto& status = view.status;
  out.field("id", status.id);
  out.field("uri", status.uri);
  out.field("url", status.url);
  out.field("created_at", status.created_at);
  out.field("visibility", model::to_string(status.visibility));
  out.field("in_reply_to_id", status.in_reply_to_id);
  out.field("in_reply_to_account_id", status.in_reply_to_account_id);
  out.key("account").raw(view.account);
  if (view.application != nullptr) {
    out.key("application").begin_object();
    out.field("name", view.application->name);
    out.field("website", view.application->website);
    out.end_object();
  }
  render_text(out, context, view.reblog != nullptr ? *view.reblog : view, body);
}

void render_counters(json::Writer& out, const model::Status& status) {
  out.field("replies_count", status.replies_count);
  out.field("reblogs_count", status.reblogs_count);
  out.field("favourites_count", status.favourites_count);
  out.field("quotes_count", 0);
}

void render_viewer(json::Writer& out, const model::Status& status, const ViewerMarks& viewer) {
  out.field("favourited", viewer.flags.favourited);
  out.field("reblogged", viewer.flags.reblogged);
  out.field("muted", viewer.flags.muted);
  out.field("bookmarked", viewer.flags.bookmarked);
  if (viewer.own && !status.is_reblog() && status.visibility != model::Visibility::direct) {
    out.field("pinned", viewer.flags.pinned);
  }
  out.key("filtered").begin_array().end_array();
}

}  // namespace

void render_status(json::Writer& out, const EntityContext& context, const StatusView& view, const ViewerMarks* viewer,
                   StatusBody body) {
  out.begin_object();
  render_shared(out, context, view, body);
  render_counters(out, view.reblog != nullptr ? view.reblog->status : view.status);
  if (viewer != nullptr) render_viewer(out, view.status, *viewer);
  out.key("reblog");
  if (view.reblog != nullptr) {
    render_status(out, context, *view.reblog, viewer);
  } else {
    out.value(nullptr);
  }
  out.end_object();
}

}  // namespace dunlin::api::entities
