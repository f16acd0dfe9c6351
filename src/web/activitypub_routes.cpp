#include "activitypub_collections.hpp"
#include "activitypub_inbox.hpp"
#include "activitypub_objects.hpp"
#include "tables.hpp"

namespace dunlin::web {

namespace {

using api::Access;
using api::Auth;
using api::Body;
using api::Route;
using http::Method;

constexpr std::size_t kMaxActivityBytes = 1UL << 20U;

constexpr Route kRoutes[] = {
    {Method::post, "/inbox", Auth::pub, "", &receive_shared, Access::own, kMaxActivityBytes, Body::raw},
    {Method::post, "/actor/inbox", Auth::pub, "", &receive_shared, Access::own, kMaxActivityBytes, Body::raw},
    {Method::post, "/ap/users/:id/inbox", Auth::pub, "", &receive_personal, Access::own, kMaxActivityBytes, Body::raw},
    {Method::get, "/actor", Auth::pub, "", &show_instance_actor},
    {Method::get, "/actor/outbox", Auth::pub, "", &show_instance_outbox},
    {Method::get, "/ap/users/:id", Auth::pub, "", &show_actor, Access::own},
    {Method::get, "/ap/users/:id/outbox", Auth::pub, "", &show_outbox, Access::own},
    {Method::get, "/ap/users/:id/followers", Auth::pub, "", &show_followers, Access::own},
    {Method::get, "/ap/users/:id/following", Auth::pub, "", &show_following, Access::own},
    {Method::get, "/ap/users/:id/statuses/:sid", Auth::pub, "", &show_status, Access::own},
    {Method::get, "/ap/users/:id/statuses/:sid/activity", Auth::pub, "", &show_status_activity, Access::own},
    {Method::get, "/ap/users/:id/statuses/:sid/replies", Auth::pub, "", &show_replies, Access::own},
    {Method::get, "/ap/users/:id/statuses/:sid/likes", Auth::pub, "", &show_likes, Access::own},
    {Method::get, "/ap/users/:id/statuses/:sid/shares", Auth::pub, "", &show_shares, Access::own},
    {Method::get, "/ap/users/:id/followers_synchronization", Auth::pub, "", &show_followers_synchronization,
     Access::own},
    {Method::get, "/ap/users/:id/collections/featured", Auth::pub, "", &show_featured, Access::own},
    {Method::get, "/ap/users/:id/collections/tags", Auth::pub, "", &show_featured_tags, Access::own},
    {Method::get, "/ap/users/:id/quote_authorizations/:qid", Auth::pub, "", &show_quote_authorization, Access::own},
    {Method::get, "/contexts/:id", Auth::pub, "", &show_context, Access::own},
};

}  // namespace

std::span<const Route> activitypub_routes() {
  return kRoutes;
}

}  // namespace dunlin::web
