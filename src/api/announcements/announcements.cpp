#include "dunlin/service/announcements.hpp"

#include "handlers.hpp"
#include "tables.hpp"

#include "dunlin/api/entities/announcement.hpp"
#include "dunlin/api/entities/status_page.hpp"
#include "dunlin/json/writer.hpp"
#include "dunlin/store/announcements.hpp"
#include "dunlin/store/statuses.hpp"

#include <algorithm>

namespace dunlin::api {

namespace {

using AnnouncementId = Id<struct AnnouncementTag>;

Result<std::int64_t> path_announcement(const Call& call) {
  return TRY(call.path_id<AnnouncementId>("id")).value;
}

/// Of the posts that announcements link, those that everybody may see.
std::vector<StatusId> visible_links(Call& call, const std::vector<store::Announcement>& announcements) {
  std::vector<StatusId> linked;
  for (const auto& announcement : announcements) {
    linked.insert(linked.end(), announcement.status_ids.begin(), announcement.status_ids.end());
  }
  if (linked.empty()) return {};
  std::vector<StatusId> visible;
  for (const auto& status : store::list_visible_statuses(call.tx(), call.viewer_id(), linked)) {
    visible.push_back(status.id);
  }
  return visible;
}

}  // namespace

Result<http::Response> list_announcements(Call& call) {
  const auto announcements = store::list_announcements(call.tx(), *call.viewer_id());
  std::vector<std::int64_t> ids;
  for (const auto& announcement : announcements) ids.push_back(announcement.id);
  const auto reactions = store::list_announcement_reactions(call.tx(), ids, call.viewer_id());
  const auto links = visible_links(call, announcements);
  entities::StatusPage statuses(call.tx(), call.config(), call.viewer_id(), links);
  entities::EmojiLookup emojis(call.tx(), call.config());
  json::Writer out;
  out.begin_array();
  for (const auto& announcement : announcements) {
    json::Writer linked;
    statuses.render_array(linked, announcement.status_ids);
    entities::render_announcement(out, emojis, announcement, reactions, linked.str());
  }
  out.end_array();
  return call.json(out.take());
}

Result<http::Response> dismiss_announcement(Call& call) {
  const auto id = TRY(path_announcement(call));
  TRY_VOID(call.services().announcements.dismiss(call.tx(), *call.viewer_id(), id));
  return call.json("{}");
}

Result<http::Response> react_to_announcement(Call& call) {
  const auto id = TRY(path_announcement(call));
  TRY_VOID(call.services().announcements.react(call.tx(), *call.viewer_id(), id, call.path_text("name")));
  return call.json("{}");
}

Result<http::Response> unreact_to_announcement(Call& call) {
  const auto id = TRY(path_announcement(call));
  TRY_VOID(call.services().announcements.unreact(call.tx(), *call.viewer_id(), id, call.path_text("name")));
  return call.json("{}");
}

namespace {

using http::Method;

constexpr Route kAnnouncementRoutes[] = {
    {Method::get, "/api/v1/announcements", Auth::user, "", &list_announcements},
    {Method::post, "/api/v1/announcements/:id/dismiss", Auth::user, "write:accounts", &dismiss_announcement},
    {Method::put, "/api/v1/announcements/:id/reactions/:name", Auth::user, "write:favourites", &react_to_announcement},
    {Method::delete_, "/api/v1/announcements/:id/reactions/:name", Auth::user, "write:favourites",
     &unreact_to_announcement},
};

}  // namespace

std::span<const Route> announcement_routes() {
  return kAnnouncementRoutes;
}

}  // namespace dunlin::api
