#include "handlers.hpp"
#include "tables.hpp"

namespace dunlin::api {

namespace {

using http::Method;

constexpr Route kStatusRoutes[] = {
    {Method::post, "/api/v1/statuses", Auth::user, "write:statuses", &create_status},
    {Method::get, "/api/v1/statuses", Auth::optional, "read:statuses", &list_statuses},
    {Method::get, "/api/v1/statuses/:id", Auth::optional, "read:statuses", &show_status},
    {Method::put, "/api/v1/statuses/:id", Auth::user, "write:statuses", &edit_status},
    {Method::patch, "/api/v1/statuses/:id", Auth::user, "write:statuses", &edit_status},
    {Method::delete_, "/api/v1/statuses/:id", Auth::user, "write:statuses", &delete_status},
    {Method::get, "/api/v1/statuses/:id/context", Auth::optional, "read:statuses", &show_context, Access::own},
    {Method::get, "/api/v1_alpha/async_refreshes/:id", Auth::user, "read", &show_async_refresh},
    {Method::get, "/api/v1/statuses/:id/favourited_by", Auth::optional, "read:accounts", &list_favourited_by},
    {Method::get, "/api/v1/statuses/:id/reblogged_by", Auth::optional, "read:accounts", &list_reblogged_by},
    {Method::post, "/api/v1/statuses/:id/favourite", Auth::user, "write:favourites", &favourite_status},
    {Method::post, "/api/v1/statuses/:id/unfavourite", Auth::user, "write:favourites", &unfavourite_status},
    {Method::post, "/api/v1/statuses/:id/reblog", Auth::user, "write:statuses", &reblog_status},
    {Method::post, "/api/v1/statuses/:id/unreblog", Auth::user, "write:statuses", &unreblog_status},
    {Method::get, "/api/v1/statuses/:id/history", Auth::optional, "read:statuses", &show_history},
    {Method::get, "/api/v1/statuses/:id/source", Auth::user, "read:statuses", &show_source},
    {Method::post, "/api/v1/statuses/:id/pin", Auth::user, "write:accounts", &pin_status},
    {Method::post, "/api/v1/statuses/:id/unpin", Auth::user, "write:accounts", &unpin_status},
    {Method::post, "/api/v1/statuses/:id/bookmark", Auth::user, "write:bookmarks", &bookmark_status},
    {Method::post, "/api/v1/statuses/:id/unbookmark", Auth::user, "write:bookmarks", &unbookmark_status},
    {Method::post, "/api/v1/statuses/:id/mute", Auth::user, "write:mutes", &mute_conversation},
    {Method::post, "/api/v1/statuses/:id/unmute", Auth::user, "write:mutes", &unmute_conversation},
    {Method::get, "/api/v1/bookmarks", Auth::user, "read:bookmarks", &list_bookmarks},
    {Method::get, "/api/v1/favourites", Auth::user, "read:favourites", &list_favourites},
    {Method::get, "/api/v1/statuses/:id/quotes", Auth::user, "read:statuses", &list_quotes},
    {Method::post, "/api/v1/statuses/:id/quotes/:quoting_status_id/revoke", Auth::user, "write:statuses",
     &revoke_quote},
    {Method::put, "/api/v1/statuses/:id/interaction_policy", Auth::user, "write:statuses", &set_interaction_policy},
    {Method::patch, "/api/v1/statuses/:id/interaction_policy", Auth::user, "write:statuses", &set_interaction_policy},
    {Method::put, "/api/v1/pleroma/statuses/:id/reactions/:emoji", Auth::user, "write:favourites write:statuses",
     &add_reaction},
    {Method::delete_, "/api/v1/pleroma/statuses/:id/reactions/:emoji", Auth::user, "write:favourites write:statuses",
     &remove_reaction},
    {Method::get, "/api/v1/pleroma/statuses/:id/reactions", Auth::optional, "read:statuses", &list_reactions},
    {Method::get, "/api/v1/pleroma/statuses/:id/reactions/:emoji", Auth::optional, "read:statuses", &list_reactions},
    {Method::put, "/api/v1/statuses/:id/emoji_reactions/:emoji", Auth::user, "write:favourites write:statuses",
     &add_reaction},
    {Method::delete_, "/api/v1/statuses/:id/emoji_reactions/:emoji", Auth::user, "write:favourites write:statuses",
     &remove_reaction},
    {Method::get, "/api/v1/statuses/:id/emoji_reactioned_by", Auth::optional, "read:statuses", &list_reactioned_by},
};

}  // namespace

std::span<const Route> status_routes() {
  return kStatusRoutes;
}

}  // namespace dunlin::api
