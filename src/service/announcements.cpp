#include "dunlin/service/announcements.hpp"

#include "local_text.hpp"

#include "dunlin/base/emoji.hpp"
#include "dunlin/base/hashtags.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/html/sanitize.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/service/events.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/instance.hpp"

#include <algorithm>
#include <vector>

namespace dunlin::service {

namespace {

constexpr std::size_t kMaxText = 5000;
constexpr std::size_t kMaxReactions = 8;  // different ones
constexpr std::size_t kMaxLinks = 10;

std::string render_mentions(const std::vector<model::Mention>& mentions) {
  json::Writer out;
  out.begin_array();
  for (const auto& mention : mentions) {
    out.begin_object();
    out.field("id", mention.account_id);
    out.field("username", mention.username);
    out.field("url", mention.url);
    out.field("acct", mention.domain ? mention.username + "@" + *mention.domain : mention.username);
    out.end_object();
  }
  out.end_array();
  return out.take();
}

std::string render_tags(const config::Config& config, const std::vector<std::string>& tags) {
  json::Writer out;
  out.begin_array();
  for (const auto& tag : tags) {
    out.begin_object();
    out.field("name", tag);
    out.field("url", uris::tag_page(config, text::fold_hashtag(tag)));
    out.end_object();
  }
  out.end_array();
  return out.take();
}

/// The posts of this server that the text links.
std::vector<StatusId> linked_statuses(const config::Config& config, const std::string& html) {
  std::vector<StatusId> ids;
  for (const auto& link : html::collect_links(html, kMaxLinks)) {
    const auto id = uris::parse_status(config, link.href);
    if (id && std::ranges::find(ids, *id) == ids.end()) ids.push_back(*id);
  }
  return ids;
}

bool is_custom_emoji(db::Tx& tx, std::string_view name) {
  const auto emojis = store::list_custom_emojis(tx);
  return std::ranges::find(emojis, name, &store::CustomEmoji::shortcode) != emojis.end();
}

std::unexpected<Error> not_found() {
  return fail(Errc::not_found, "Record not found");
}

}  // namespace

Result<std::int64_t> AnnouncementService::create(db::Tx& tx, const NewAnnouncement& wanted) {
  if (text::trim(wanted.text).empty()) return fail(Errc::invalid, "an announcement must say something");
  if (text::count_graphemes(wanted.text) > kMaxText) return fail(Errc::invalid, "the announcement is too long");
  if (wanted.starts_at && wanted.ends_at && *wanted.ends_at <= *wanted.starts_at) {
    return fail(Errc::invalid, "the announcement ends before it starts");
  }
  const auto rendered = TRY(render_local_text(tx, env_, nullptr, wanted.text));
  const auto id =
      store::insert_announcement(tx, {.source = wanted.text,
                                      .content = rendered.html,
                                      .mentions = render_mentions(rendered.mentions),
                                      .tags = render_tags(env_.config, rendered.tags),
                                      .status_ids = linked_statuses(env_.config, rendered.html),
                                      .starts_at = wanted.starts_at,
                                      .ends_at = wanted.ends_at,
                                      .all_day = wanted.all_day,
                                      .published_at = wanted.publish ? std::optional(tx.now()) : std::nullopt});
  if (wanted.publish) env_.events.tell(tx, events::AnnouncementPublished{id});
  return id;
}

Result<void> AnnouncementService::set_published(db::Tx& tx, std::int64_t id, bool published) {
  if (!store::set_announcement_published(tx, id, published)) return not_found();
  if (published) {
    env_.events.tell(tx, events::AnnouncementPublished{id});
  } else {
    env_.events.tell(tx, events::AnnouncementDeleted{id});
  }
  return {};
}

Result<void> AnnouncementService::remove(db::Tx& tx, std::int64_t id) {
  if (!store::delete_announcement(tx, id)) return not_found();
  env_.events.tell(tx, events::AnnouncementDeleted{id});
  return {};
}

Result<void> AnnouncementService::dismiss(db::Tx& tx, AccountId who, std::int64_t id) {
  if (!store::find_announcement(tx, id)) return not_found();
  store::dismiss_announcement(tx, who, id);
  return {};
}

void AnnouncementService::tell_reaction(db::Tx& tx, std::int64_t id, std::string_view name) {
  std::int64_t count = 0;
  for (const auto& reaction : store::list_announcement_reactions(tx, std::span(&id, 1), std::nullopt)) {
    if (reaction.name == name) count = reaction.count;
  }
  env_.events.tell(tx, events::AnnouncementReacted{id, std::string(name), count});
}

Result<void> AnnouncementService::react(db::Tx& tx, AccountId who, std::int64_t id, std::string_view name) {
  if (!store::find_announcement(tx, id)) return not_found();
  if (!text::is_emoji(name) && !is_custom_emoji(tx, name)) {
    return fail(Errc::invalid, "Validation failed: Name is not a recognized emoji");
  }
  const auto reactions = store::list_announcement_reactions(tx, std::span(&id, 1), who);
  const bool is_new = std::ranges::find(reactions, name, &store::AnnouncementReaction::name) == reactions.end();
  if (is_new && reactions.size() >= kMaxReactions) {
    return fail(Errc::invalid, "Validation failed: Limit of different reactions reached");
  }
  if (store::insert_announcement_reaction(tx, who, id, name)) tell_reaction(tx, id, name);
  return {};
}

Result<void> AnnouncementService::unreact(db::Tx& tx, AccountId who, std::int64_t id, std::string_view name) {
  if (!store::find_announcement(tx, id) || !store::delete_announcement_reaction(tx, who, id, name)) return not_found();
  tell_reaction(tx, id, name);
  return {};
}

}  // namespace dunlin::service
