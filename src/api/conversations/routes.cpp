#include "handlers.hpp"
#include "tables.hpp"

namespace dunlin::api {

namespace {

using http::Method;

constexpr Route kConversationRoutes[] = {
    {Method::get, "/api/v1/conversations", Auth::user, "read:statuses", &list_conversations},
    {Method::delete_, "/api/v1/conversations/:id", Auth::user, "write:conversations", &delete_conversation},
    {Method::post, "/api/v1/conversations/:id/read", Auth::user, "write:conversations", &mark_conversation_read},
    {Method::post, "/api/v1/conversations/:id/unread", Auth::user, "write:conversations", &mark_conversation_unread},
    {Method::get, "/api/v1/timelines/direct", Auth::user, "read:statuses", &direct_timeline},
};

}  // namespace

std::span<const Route> conversation_routes() {
  return kConversationRoutes;
}

}  // namespace dunlin::api
