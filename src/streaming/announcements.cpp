// What the admins tell everybody: to all who listen to their home.
#include "dunlin/store/announcements.hpp"

#include "handlers.hpp"

#include "dunlin/api/entities/announcement.hpp"
#include "dunlin/api/entities/status_page.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/statuses.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace dunlin::streaming {

namespace events = service::events;

namespace {

void send_to_all(Publication& to, const char* event, std::string payload) {
  Message message(event, std::move(payload));
  const Topic topic{.channel = Channel::user};
  for (const auto& listener : to.hub.listening_to(topic)) listener->send(message, topic);
}

/// The linked posts that everybody may see, as an array.
std::string render_links(Publication& to, const store::Announcement& announcement) {
  if (announcement.status_ids.empty()) return "[]";
  std::vector<StatusId> visible;
  for (const auto& status : store::list_visible_statuses(to.tx, std::nullopt, announcement.status_ids)) {
    visible.push_back(status.id);
  }
  api::entities::StatusPage statuses(to.tx, to.config, AccountId{}, visible);
  json::Writer out;
  statuses.render_array(out, announcement.status_ids);
  return out.take();
}

}  // namespace

void on(Publication& to, const events::AnnouncementPublished& event) {
  if (to.hub.empty()) return;
  const auto announcement = store::find_announcement(to.tx, event.id);
  if (!announcement) return;
  const std::array ids{event.id};
  const auto reactions = store::list_announcement_reactions(to.tx, ids, std::nullopt);
  api::entities::EmojiLookup emojis(to.tx, to.config);
  json::Writer out;
  api::entities::render_announcement(out, emojis, *announcement, reactions, render_links(to, *announcement));
  send_to_all(to, "announcement", out.take());
}

void on(Publication& to, const events::AnnouncementReacted& event) {
  json::Writer out;
  out.begin_object();
  out.field("name", event.name);
  out.field("count", event.count);
  out.field("announcement_id", std::to_string(event.id));
  out.end_object();
  send_to_all(to, "announcement.reaction", out.take());
}

void on(Publication& to, const events::AnnouncementDeleted& event) {
  send_to_all(to, "announcement.delete", std::to_string(event.id));
}

}  // namespace dunlin::streaming
