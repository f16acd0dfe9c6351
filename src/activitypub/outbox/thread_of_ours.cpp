#include "outbox/thread_of_ours.hpp"

#include "dunlin/store/federation.hpp"
#include "dunlin/store/statuses.hpp"

#include <array>
#include <utility>

namespace dunlin::activitypub {

bool is_public_post(const std::optional<model::Status>& status) {
  return status && status->is_distributable() && !status->is_reblog();
}

std::optional<model::Status> find_ours_above(db::Tx& tx, const model::Status& reply) {
  auto parent = reply.in_reply_to_id ? store::find_status(tx, *reply.in_reply_to_id) : std::nullopt;
  if (!is_public_post(parent)) return std::nullopt;
  if (parent->local) return parent;
  if (!reply.conversation_id) return std::nullopt;
  const std::array thread{*reply.conversation_id};
  const auto heads = store::list_thread_heads(tx, thread);
  const auto head = heads.find(thread[0]);
  auto root = head != heads.end() && head->second.root ? store::find_status(tx, *head->second.root) : std::nullopt;
  return is_public_post(root) && root->local ? std::move(root) : std::nullopt;
}

}  // namespace dunlin::activitypub
