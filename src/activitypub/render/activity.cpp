#include "render/context.hpp"
#include "render/parts.hpp"

#include "dunlin/activitypub/vocabulary.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace dunlin::activitypub {

namespace {

struct Head {
  std::string_view context;  // "" = none
  std::string_view id;
  std::string_view type;
  std::string_view actor;
};

json::Writer begin(const Head& head) {
  json::Writer writer;
  writer.begin_object();
  if (!head.context.empty()) writer.key("@context").raw(head.context);
  writer.field("id", head.id).field("type", head.type).field("actor", head.actor);
  return writer;
}

std::string finish(json::Writer& writer) {
  writer.end_object();
  return writer.take();
}

/// Part of an Update's id: one for each edit, as a repeated id would be dropped.
std::int64_t unix_milliseconds(Time time) {
  return time.time_since_epoch().count();
}

/// An activity about another activity: Undo, Accept, Reject. The inner one is embedded with the id and fields that were
/// sent: Misskey never fetches ids with a fragment, Mastodon matches by the object.
std::string wrap(std::string_view type, std::string_view id, std::string_view actor, const Recipients& to,
                 std::string_view inner) {
  auto writer = begin({.context = kSmallContext, .id = id, .type = type, .actor = actor});
  write_recipients(writer, to);
  writer.key("object").raw(inner);
  return finish(writer);
}

Recipients only(std::string_view actor) {
  return {.to = {std::string(actor)}, .cc = {}};
}

std::string follow_activity(std::string_view context, const model::Follow& follow, std::string_view actor,
                            std::string_view target) {
  const std::string id = follow.uri.value_or(std::string(actor) + "#follows/" + follow.id.str());
  auto writer = begin({.context = context, .id = id, .type = "Follow", .actor = actor});
  write_recipients(writer, only(target));
  writer.field("object", target);
  return finish(writer);
}

std::string relay_follow(std::string_view context, std::string_view id, std::string_view actor,
                         std::string_view object) {
  auto writer = begin({.context = context, .id = id, .type = "Follow", .actor = actor});
  write_recipients(writer, only(object));
  writer.field("object", object);
  return finish(writer);
}

std::string answer_follow(std::string_view type, std::string_view path, const model::Follow& follow,
                          std::string_view follower, std::string_view target) {
  const std::string id = std::string(target) + std::string(path) + follow.id.str();
  return wrap(type, id, target, only(follower), follow_activity({}, follow, follower, target));
}

std::string block_uri(const model::Block& block, std::string_view actor) {
  return block.uri.value_or(std::string(actor) + "#blocks/" + std::to_string(block.id));
}

std::string block_activity(std::string_view context, const model::Block& block, std::string_view actor,
                           std::string_view target) {
  auto writer = begin({.context = context, .id = block_uri(block, actor), .type = "Block", .actor = actor});
  write_recipients(writer, only(target));
  writer.field("object", target);
  return finish(writer);
}

std::string like_uri(const store::Favourite& favourite, std::string_view actor) {
  return favourite.uri.value_or(std::string(actor) + "#likes/" + favourite.id.str());
}

std::string like_activity(std::string_view context, const store::Favourite& favourite, std::string_view actor,
                          std::string_view object, std::string_view author) {
  auto writer = begin({.context = context, .id = like_uri(favourite, actor), .type = "Like", .actor = actor});
  write_recipients(writer, only(author));
  writer.field("object", object);
  return finish(writer);
}

Recipients announce_recipients(const model::Status& wrapper, const model::Account& who, std::string_view author) {
  return recipients(wrapper.visibility, followers_uri(who), {std::string(author)});
}

}  // namespace

std::string activity_uri(const model::Status& status) {
  return status.uri.ends_with("/activity") ? status.uri : status.uri + "/activity";
}

std::string render_create(const config::Config& config, const NoteParts& note, Context context) {
  auto writer = begin({.context = context == Context::with ? kFullContext : std::string_view(),
                       .id = activity_uri(note.status),
                       .type = "Create",
                       .actor = note.author.uri});
  writer.field("published", render_time(note.status.created_at));
  write_recipients(writer, recipients(note));
  write_embedded(writer, "object", render_note(config, note, Context::without), note.status.uri);
  return finish(writer);
}

std::string render_update_note(const config::Config& config, const NoteParts& note, Time when) {
  const std::string id = note.status.uri + "#updates/" + std::to_string(unix_milliseconds(when));
  auto writer = begin({.context = kFullContext, .id = id, .type = "Update", .actor = note.author.uri});
  writer.field("published", render_time(when));
  write_recipients(writer, recipients(note));
  write_embedded(writer, "object", render_note(config, note, Context::without), note.status.uri);
  return finish(writer);
}

std::string render_update_actor(const config::Config& config, const model::Account& account, Time when,
                                std::span<const model::AccountKey> keys, std::string_view moved_to,
                                std::span<const store::CustomEmoji> emojis) {
  const std::string id = account.uri + "#updates/" + std::to_string(unix_milliseconds(when));
  auto writer = begin({.context = kFullContext, .id = id, .type = "Update", .actor = account.uri});
  write_recipients(writer, {.to = {std::string(kPublic)}, .cc = {followers_uri(account)}});
  write_embedded(writer, "object", render_actor(config, account, keys, Context::without, moved_to, emojis),
                 account.uri);
  return finish(writer);
}

std::string render_move(const model::Account& account, std::string_view target, Time when) {
  const std::string id = account.uri + "#moves/" + std::to_string(unix_milliseconds(when));
  auto writer = begin({.context = kSmallContext, .id = id, .type = "Move", .actor = account.uri});
  write_recipients(writer, {.to = {followers_uri(account)}, .cc = {}});
  writer.field("object", account.uri).field("target", target);
  return finish(writer);
}

std::string render_delete_note(const NoteParts& note) {
  const std::string& uri = note.status.uri;
  auto writer = begin({.context = kSmallContext, .id = uri + "#delete", .type = "Delete", .actor = note.author.uri});
  const bool is_public = note.status.is_distributable();
  write_recipients(writer, is_public ? Recipients{.to = {std::string(kPublic)}, .cc = {}} : recipients(note));
  // Typed: Pixelfed ignores a Delete of a bare id.
  writer.key("object").begin_object().field("id", uri).field("type", "Tombstone").field("atomUri", uri).end_object();
  return finish(writer);
}

std::string render_delete_actor(const model::Account& account) {
  const std::string id = account.uri + "#delete";
  auto writer = begin({.context = kSmallContext, .id = id, .type = "Delete", .actor = account.uri});
  write_recipients(writer, {.to = {std::string(kPublic)}, .cc = {}});
  writer.field("object", account.uri);
  return finish(writer);
}

std::string render_announce(const model::Status& wrapper, const model::Account& who, std::string_view original,
                            std::string_view original_author, Context context) {
  auto writer = begin({.context = context == Context::with ? kSmallContext : std::string_view(),
                       .id = activity_uri(wrapper),
                       .type = "Announce",
                       .actor = who.uri});
  writer.field("published", render_time(wrapper.created_at));
  write_recipients(writer, announce_recipients(wrapper, who, original_author));
  writer.field("object", original);
  return finish(writer);
}

std::string render_undo_announce(const model::Status& wrapper, const model::Account& who, std::string_view original,
                                 std::string_view original_author) {
  return wrap("Undo", activity_uri(wrapper) + "/undo", who.uri, announce_recipients(wrapper, who, original_author),
              render_announce(wrapper, who, original, original_author, Context::without));
}

std::string render_follow(const model::Follow& follow, std::string_view actor, std::string_view target) {
  return follow_activity(kSmallContext, follow, actor, target);
}

std::string render_undo_follow(const model::Follow& follow, std::string_view actor, std::string_view target) {
  const std::string id = follow.uri.value_or(std::string(actor) + "#follows/" + follow.id.str()) + "/undo";
  return wrap("Undo", id, actor, only(target), follow_activity({}, follow, actor, target));
}

std::string render_relay_follow(std::string_view id, std::string_view actor, std::string_view object) {
  return relay_follow(kSmallContext, id, actor, object);
}

std::string render_undo_relay_follow(std::string_view id, std::string_view actor, std::string_view object) {
  return wrap("Undo", std::string(id) + "/undo", actor, only(object), relay_follow({}, id, actor, object));
}

std::string render_relay_announce(std::string_view id, std::string_view actor, std::string_view relay,
                                  std::string_view object) {
  auto writer = begin({.context = kSmallContext, .id = id, .type = "Announce", .actor = actor});
  write_recipients(writer, {.to = {std::string(relay)}, .cc = {std::string(kPublic)}});
  writer.field("object", object);
  return finish(writer);
}

std::string render_accept_follow(const model::Follow& follow, std::string_view follower, std::string_view target) {
  return answer_follow("Accept", "#accepts/follows/", follow, follower, target);
}

std::string render_reject_follow(const model::Follow& follow, std::string_view follower, std::string_view target) {
  return answer_follow("Reject", "#rejects/follows/", follow, follower, target);
}

std::string render_block(const model::Block& block, std::string_view actor, std::string_view target) {
  return block_activity(kSmallContext, block, actor, target);
}

std::string render_undo_block(const model::Block& block, std::string_view actor, std::string_view target) {
  return wrap("Undo", block_uri(block, actor) + "/undo", actor, only(target), block_activity({}, block, actor, target));
}

std::string render_like(const store::Favourite& favourite, std::string_view actor, std::string_view object,
                        std::string_view object_author) {
  return like_activity(kSmallContext, favourite, actor, object, object_author);
}

std::string render_undo_like(const store::Favourite& favourite, std::string_view actor, std::string_view object,
                             std::string_view object_author) {
  return wrap("Undo", like_uri(favourite, actor) + "/undo", actor, only(object_author),
              like_activity({}, favourite, actor, object, object_author));
}

}  // namespace dunlin::activitypub
