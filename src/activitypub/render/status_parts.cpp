#include "render/context.hpp"
#include "render/parts.hpp"

#include "dunlin/activitypub/vocabulary.hpp"

#include <string>
#include <utility>

/// Polls, reactions, pins and quotes.
namespace dunlin::activitypub {

namespace {

json::Writer begin(std::string_view context, std::string_view id, std::string_view type, std::string_view actor) {
  json::Writer writer;
  writer.begin_object();
  if (!context.empty()) writer.key("@context").raw(context);
  writer.field("id", id).field("type", type).field("actor", actor);
  return writer;
}

std::string finish(json::Writer& writer) {
  writer.end_object();
  return writer.take();
}

Recipients only(std::string_view actor) {
  return {.to = {std::string(actor)}, .cc = {}};
}

std::string reaction_activity(std::string_view context, const ReactionParts& reaction) {
  auto writer = begin(context, reaction.uri, reaction.as_emoji_react ? "EmojiReact" : "Like", reaction.actor);
  write_recipients(writer, only(reaction.object_author));
  writer.field("object", reaction.object);
  const bool is_custom = !reaction.picture.empty();
  const std::string content = is_custom ? ":" + reaction.name + ":" : reaction.name;
  writer.field("content", content);
  if (!reaction.as_emoji_react) writer.field("_misskey_reaction", content);
  if (is_custom) {
    writer.key("tag").begin_array().begin_object().field("type", "Emoji").field("name", content);
    writer.key("icon").begin_object().field("type", "Image").field("url", reaction.picture).end_object();
    writer.end_object().end_array();
  }
  return finish(writer);
}

void write_approvals(json::Writer& writer, std::string_view name, std::uint8_t groups, const model::Account& author) {
  using Group = model::QuotePolicy::Group;
  writer.key(name).begin_array();
  if ((groups & Group::public_) != 0) writer.value(kPublic);
  if ((groups & Group::followers) != 0) writer.value(followers_uri(author));
  if ((groups & Group::following) != 0) writer.value(author.uri + "/following");
  // An empty list reads as no rule to some; the author may always.
  if (groups == 0) writer.value(author.uri);
  writer.end_array();
}

}  // namespace

void write_poll(json::Writer& writer, const model::Poll& poll, Time now) {
  const bool shows = poll.shows_totals(now);
  writer.key(poll.multiple ? "anyOf" : "oneOf").begin_array();
  for (std::size_t i = 0; i < poll.options.size(); ++i) {
    writer.begin_object().field("type", "Note").field("name", poll.options[i]);
    writer.key("replies").begin_object().field("type", "Collection");
    writer.field("totalItems", shows && i < poll.tallies.size() ? poll.tallies[i] : 0).end_object().end_object();
  }
  writer.end_array();
  if (poll.expires_at) {
    writer.field("endTime", render_time(*poll.expires_at));
    if (poll.is_over(now)) writer.field("closed", render_time(*poll.expires_at));
  }
  writer.field("votersCount", shows ? poll.voters_count : 0);
}

void write_quote(json::Writer& writer, const QuoteParts& quote) {
  for (const char* name : {"quote", "quoteUrl", "quoteUri", "_misskey_quote"}) writer.field(name, quote.uri);
  if (!quote.authorization.empty()) writer.field("quoteAuthorization", quote.authorization);
}

void write_quote_tag(json::Writer& writer, const QuoteParts& quote) {
  writer.begin_object().field("type", "Link");
  writer.field("mediaType", "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"");
  writer.field("rel", "https://misskey-hub.net/ns#_misskey_quote");
  writer.field("href", quote.uri).field("name", "RE: " + quote.uri).end_object();
}

void write_quote_policy(json::Writer& writer, const model::QuotePolicy& policy, const model::Account& author) {
  writer.key("interactionPolicy").begin_object().key("canQuote").begin_object();
  write_approvals(writer, "automaticApproval", policy.automatic, author);
  writer.end_object().end_object();
}

std::string render_vote(std::string_view uri, std::string_view actor, std::string_view question,
                        std::string_view question_author, std::string_view option, Time when) {
  auto writer = begin(kSmallContext, std::string(uri) + "/activity", "Create", actor);
  write_recipients(writer, only(question_author));
  writer.key("object").begin_object().field("id", uri).field("type", "Note").field("attributedTo", actor);
  writer.field("name", option).field("inReplyTo", question).field("published", render_time(when));
  write_recipients(writer, only(question_author));
  writer.end_object();
  return finish(writer);
}

std::string render_reaction(const ReactionParts& reaction) {
  return reaction_activity(kSmallContext, reaction);
}

std::string render_undo_reaction(const ReactionParts& reaction) {
  auto writer = begin(kSmallContext, reaction.uri + "/undo", "Undo", reaction.actor);
  write_recipients(writer, only(reaction.object_author));
  writer.key("object").raw(reaction_activity({}, reaction));
  return finish(writer);
}

std::string render_pin(const model::Account& account, std::string_view status, std::string_view id_part, bool pinned) {
  const std::string id = account.uri + (pinned ? "#pins/" : "#unpins/") + std::string(id_part);
  auto writer = begin(kSmallContext, id, pinned ? "Add" : "Remove", account.uri);
  write_recipients(writer, {.to = {std::string(kPublic)}, .cc = {followers_uri(account)}});
  writer.field("object", status).field("target", account.uri + "/collections/featured");
  return finish(writer);
}

std::string render_featured_tag(const config::Config& config, const model::Account& account, std::string_view name,
                                std::string_view id_part, bool added) {
  const std::string id = account.uri + (added ? "#pins/" : "#unpins/") + std::string(id_part);
  auto writer = begin(kSmallContext, id, added ? "Add" : "Remove", account.uri);
  write_recipients(writer, {.to = {std::string(kPublic)}, .cc = {followers_uri(account)}});
  writer.key("object").raw(render_hashtag(config, name));
  writer.field("target", account.uri + "/collections/featured");
  return finish(writer);
}

std::string render_quote_request(const config::Config& config, std::string_view id, const NoteParts& quoting,
                                 std::string_view quoted, std::string_view quoted_author) {
  auto writer = begin(kFullContext, id, "QuoteRequest", quoting.author.uri);
  write_recipients(writer, only(quoted_author));
  writer.field("object", quoted);
  write_embedded(writer, "instrument", render_note(config, quoting, Context::without), quoting.status.uri);
  return finish(writer);
}

std::string render_quote_answer(std::string_view actor, std::string_view requester, std::string_view request,
                                std::string_view quoted, std::string_view quoting, std::string_view authorization) {
  const bool accepted = !authorization.empty();
  // The request's id is the only part of its kind that this actor answers.
  const std::string id = std::string(actor) + (accepted ? "#accepts/quote_requests/" : "#rejects/quote_requests/") +
                         std::to_string(std::hash<std::string_view>{}(request));
  auto writer = begin(kFullContext, id, accepted ? "Accept" : "Reject", actor);
  write_recipients(writer, only(requester));
  writer.key("object").begin_object();
  writer.field("id", request).field("type", "QuoteRequest").field("actor", requester).field("object", quoted);
  if (!quoting.empty()) writer.field("instrument", quoting);
  writer.end_object();
  if (accepted) writer.field("result", authorization);
  return finish(writer);
}

std::string render_quote_authorization(std::string_view uri, std::string_view quoted_author, std::string_view quoting,
                                       std::string_view quoted) {
  json::Writer writer;
  writer.begin_object().key("@context").raw(kFullContext);
  writer.field("id", uri).field("type", "QuoteAuthorization").field("attributedTo", quoted_author);
  writer.field("interactingObject", quoting).field("interactionTarget", quoted).end_object();
  return writer.take();
}

std::string render_delete_authorization(std::string_view uri, const model::Account& author, std::string_view receiver,
                                        bool is_public) {
  auto writer = begin(kFullContext, std::string(uri) + "#delete", "Delete", author.uri);
  Recipients recipients{.to = {std::string(receiver)}, .cc = {}};
  if (is_public) recipients.cc = {std::string(kPublic), followers_uri(author)};
  write_recipients(writer, recipients);
  writer.field("object", uri);
  return finish(writer);
}

}  // namespace dunlin::activitypub
