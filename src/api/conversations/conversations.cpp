#include "dunlin/store/conversations.hpp"

#include "handlers.hpp"
#include "lists.hpp"

#include "dunlin/api/entities/conversation.hpp"
#include "dunlin/http/page.hpp"

#include <vector>

namespace dunlin::api {

namespace {

constexpr int kDefaultConversations = 20;
constexpr int kMaxConversations = 40;

Result<std::int64_t> path_conversation(const Call& call) {
  return TRY(call.path_id<ConversationId>("id")).value;
}

Result<http::Response> mark_conversation(Call& call, bool unread) {
  const auto id = TRY(path_conversation(call));
  const auto viewer = *call.viewer_id();
  store::set_conversation_unread(call.tx(), viewer, id, unread);
  const auto conversation = store::find_conversation(call.tx(), viewer, id);
  if (!conversation) return fail(Errc::not_found, "Record not found");
  const std::vector conversations{*conversation};
  return call.json(entities::render_conversations(call.tx(), call.config(), viewer, conversations).at(0));
}

}  // namespace

Result<http::Response> list_conversations(Call& call) {
  const auto page = http::read_page(call.params(), kDefaultConversations, kMaxConversations);
  if (page.limit == 0) return call.json("[]");
  const auto conversations = store::list_conversations(call.tx(), *call.viewer_id(), page);
  if (conversations.empty()) return call.json("[]");
  std::string body = "[";
  for (const auto& one : entities::render_conversations(call.tx(), call.config(), *call.viewer_id(), conversations)) {
    if (body.size() > 1) body += ',';
    body += one;
  }
  body += ']';
  return call.json_page(std::move(body), {.first = conversations.front().last_status_id.value,
                                          .last = conversations.back().last_status_id.value,
                                          .next = conversations.size() >= static_cast<std::size_t>(page.limit),
                                          .prev_is_since = false});
}

Result<http::Response> delete_conversation(Call& call) {
  const auto id = TRY(path_conversation(call));
  if (!store::delete_conversation(call.tx(), *call.viewer_id(), id)) return fail(Errc::not_found, "Record not found");
  return call.json("{}");
}

Result<http::Response> mark_conversation_read(Call& call) {
  return mark_conversation(call, false);
}

Result<http::Response> mark_conversation_unread(Call& call) {
  return mark_conversation(call, true);
}

Result<http::Response> direct_timeline(Call& call) {
  const auto page = http::read_page(call.params(), kDefaultConversations, kMaxConversations);
  if (page.limit == 0) return call.json("[]");
  const auto ids = store::list_direct_timeline(call.tx(), *call.viewer_id(), page);
  return status_list(call, ids, page, NextLink::when_not_empty);
}

}  // namespace dunlin::api
