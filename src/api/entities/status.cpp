#include "dunlin/api/entities/status.hpp"

#include "dunlin/api/entities/filter.hpp"
#include "dunlin/api/entities/media.hpp"
#include "dunlin/api/entities/poll.hpp"
#include "dunlin/api/entities/preview_card.hpp"
#include "dunlin/api/entities/reaction.hpp"
#include "dunlin/api/entities/status_cache.hpp"
#include "dunlin/base/hashtags.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/service/quotes.hpp"
#include "dunlin/service/shortcodes.hpp"
#include "dunlin/service/uris.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

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
    out.field("url", service::uris::tag_page(config, text::fold_hashtag(tag)));
    out.end_object();
  }
  out.end_array();
}

/// For clients that know no quotes, a local quoting post says what it is about; the others hide that line.
std::string shown_content(const StatusView& view) {
  const bool says = view.status.local && view.quote != nullptr && view.quote->state <= model::QuoteState::accepted;
  if (!says) return view.status.content;
  const auto link = text::escape_html(view.quote->link);
  return R"(<p class="quote-inline">RE: <a href=")" + link + R"(" rel="nofollow noopener" target="_blank">)" + link +
         "</a></p>" + view.status.content;
}

/// What a wrapper repeats of its original.
void render_text(json::Writer& out, const EntityContext& context, const StatusView& view, StatusBody body) {
  const auto& status = view.status;
  if (body == StatusBody::content) {
    out.field("content", shown_content(view));
  } else {
    out.field("text", status.source);
    out.field("content_type", model::to_string(status.content_type));
  }
  out.field("spoiler_text", status.spoiler_text);
  out.field("sensitive", status.sensitive);
  out.field("language", status.language);
  out.field("edited_at", status.edited_at);
  out.key("media_attachments");
  render_media_attachments(out, context.config, view.media);
  out.key("mentions");
  render_mentions(out, view.mentions);
  out.key("tags");
  render_tags(out, context.config, status);
  out.key("emojis");
  render_emojis_used(out, context.emojis, emoji_texts_of(status, view.poll), view.domain);
  out.key("card");
  if (view.card != nullptr) {
    render_preview_card(out, context.config, *view.card, view.card_author);
  } else {
    out.value(nullptr);
  }
  if (status.local_only) out.field("local_only", true);
  out.key("tagged_collections").begin_array().end_array();
}

void render_head(json::Writer& out, const model::Status& status) {
  out.field("id", status.id);
  out.field("uri", status.uri);
  out.field("url", status.url);
  out.field("created_at", status.created_at);
  out.field("visibility", model::to_string(status.visibility));
  out.field("in_reply_to_id", status.in_reply_to_id);
  out.field("in_reply_to_account_id", status.in_reply_to_account_id);
}

void render_application(json::Writer& out, const StatusView& view) {
  if (view.application == nullptr) return;
  out.key("application").begin_object();
  out.field("name", view.application->name);
  out.field("website", view.application->website);
  out.end_object();
}

/// The same for everybody until the status, its author or its application changes.
void render_shared(json::Writer& out, const EntityContext& context, const StatusView& view, StatusBody body) {
  const auto& text = view.reblog != nullptr ? *view.reblog : view;
  if (view.fragment != nullptr) {
    out.members(view.fragment->head).key("account").raw(view.account).members(view.fragment->application);
  } else {
    render_head(out, view.status);
    out.key("account").raw(view.account);
    render_application(out, view);
  }
  if (text.fragment != nullptr) {
    out.members(text.fragment->text);
  } else {
    render_text(out, context, text, body);
  }
}

void render_counters(json::Writer& out, const model::Status& status) {
  out.field("replies_count", status.replies_count);
  out.field("reblogs_count", status.reblogs_count);
  out.field("favourites_count", status.favourites_count);
  out.field("quotes_count", status.quotes_count);
}

void render_groups(json::Writer& out, std::uint8_t groups) {
  using model::QuotePolicy;
  static constexpr std::array<std::pair<QuotePolicy::Group, std::string_view>, 4> kNames{
      {{QuotePolicy::public_, "public"},
       {QuotePolicy::followers, "followers"},
       {QuotePolicy::following, "following"},
       {QuotePolicy::unsupported, "unsupported_policy"}}};
  out.begin_array();
  for (const auto& [group, name] : kNames) {
    if ((groups & group) != 0) out.value(name);
  }
  out.end_array();
}

std::string_view own_permission(const model::Status& status, const ViewerMarks* viewer) {
  if (viewer == nullptr) return "denied";
  const auto who = viewer->own ? status.account_id : AccountId{};
  switch (service::may_quote(status, who, viewer->flags.follows_author, viewer->flags.followed_by_author)) {
    case service::QuotePermission::automatic:
      return "automatic";
    case service::QuotePermission::manual:
      return "manual";
    case service::QuotePermission::denied:
      break;
  }
  const auto policy = status.quote_policy.value_or(model::QuotePolicy{});
  return ((policy.automatic | policy.manual) & model::QuotePolicy::unsupported) != 0 ? "unknown" : "denied";
}

void render_quote_approval(json::Writer& out, const model::Status& status, const ViewerMarks* viewer) {
  const auto policy = status.quote_policy.value_or(model::QuotePolicy{});
  out.begin_object();
  out.key("automatic");
  render_groups(out, policy.automatic);
  out.key("manual");
  render_groups(out, policy.manual);
  out.field("current_user", own_permission(status, viewer));
  out.end_object();
}

/// Quote, or within another quote ShallowQuote.
void render_quote(json::Writer& out, const EntityContext& context, const StatusView& view) {
  if (view.quote == nullptr) {
    out.value(nullptr);
    return;
  }
  const bool shown = view.nested || view.quoted != nullptr || !model::shows_quoted(view.quote->sight);
  out.begin_object();
  out.field("state", model::to_string(shown ? view.quote->sight : model::QuoteSight::deleted));
  if (view.nested) {
    out.field("quoted_status_id", view.quote->quoted_status_id);
  } else {
    out.key("quoted_status");
    if (view.quoted != nullptr) {
      render_status(out, context, *view.quoted, view.quoted_marks);
    } else {
      out.value(nullptr);
    }
  }
  out.end_object();
}

/// What further tables hold of a status; a wrapper repeats it as well.
void render_parts(json::Writer& out, const EntityContext& context, const StatusView& view, const ViewerMarks* viewer) {
  out.key("poll");
  if (view.poll != nullptr) {
    const PollViewer poll_viewer{.own = viewer != nullptr && viewer->own};
    render_poll(out, context, *view.poll, viewer != nullptr ? &poll_viewer : nullptr, view.domain, view.now);
  } else {
    out.value(nullptr);
  }
  out.key("quote");
  render_quote(out, context, view);
  out.key("quote_approval");
  render_quote_approval(out, view.status, viewer);
  if (view.reactions.empty() && !view.status.expires_at) return;
  out.key("emoji_reactions");
  render_reactions(out, context.config, view.reactions, viewer != nullptr);
  out.key("pleroma").begin_object();
  out.field("local", view.status.local);
  out.field("expires_at", view.status.expires_at);
  out.key("emoji_reactions");
  render_reactions(out, context.config, view.reactions, viewer != nullptr);
  out.end_object();
}

void render_viewer(json::Writer& out, const model::Status& status, const ViewerMarks& viewer) {
  out.field("favourited", viewer.flags.favourited);
  out.field("reblogged", viewer.flags.reblogged);
  out.field("muted", viewer.flags.muted);
  out.field("bookmarked", viewer.flags.bookmarked);
  if (viewer.own && !status.is_reblog() && status.visibility != model::Visibility::direct) {
    out.field("pinned", viewer.flags.pinned);
  }
  out.key("filtered");
  render_filter_results(out, viewer.filtered);
}

}  // namespace

std::vector<std::string_view> emoji_texts_of(const model::Status& status, const store::PollView* poll) {
  std::vector<std::string_view> texts{status.local ? status.source : status.content, status.spoiler_text};
  if (poll != nullptr) texts.insert(texts.end(), poll->poll.options.begin(), poll->poll.options.end());
  return texts;
}

bool may_be_kept(const StatusView& view) {
  using model::Part;
  const auto& status = view.status;
  // These have tables of their own that tell nothing; a card with an author shows an account that is not the status'.
  const bool simple = !status.has(Part::poll) && !status.has(Part::quote) && !status.has(Part::reactions);
  return simple && view.card_author.empty();
}

StatusFragment render_fragment(const EntityContext& context, const StatusView& view) {
  StatusFragment fragment;
  json::Writer head;
  render_head(head, view.status);
  fragment.head = head.str();
  json::Writer application;
  render_application(application, view);
  fragment.application = application.str();
  if (!view.status.is_reblog()) {
    json::Writer text;
    render_text(text, context, view, StatusBody::content);
    fragment.text = text.str();
    fragment.has_emojis = std::ranges::any_of(
        emoji_texts_of(view.status), [](std::string_view one) { return !service::shortcodes_in(one).empty(); });
  }
  auto& facts = fragment.facts;
  facts.id = view.status.id;
  facts.account_id = view.status.account_id;
  facts.local = view.status.local;
  facts.visibility = view.status.visibility;
  facts.reblog_of_id = view.status.reblog_of_id;
  facts.parts = view.status.parts;
  facts.expires_at = view.status.expires_at;
  facts.quote_policy = view.status.quote_policy;
  return fragment;
}

void render_status(json::Writer& out, const EntityContext& context, const StatusView& view, const ViewerMarks* viewer,
                   StatusBody body) {
  out.begin_object();
  render_shared(out, context, view, body);
  render_counters(out, view.reblog != nullptr ? view.reblog->status : view.status);
  render_parts(out, context, view.reblog != nullptr ? *view.reblog : view, viewer);
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
