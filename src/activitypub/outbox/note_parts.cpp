#include "dunlin/activitypub/outbox.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/statuses.hpp"

#include <string>

namespace dunlin::activitypub {

NoteParts note_parts(const config::Config& config, const model::Status& status, const model::Account& author,
                     std::span<const model::Mention> mentions) {
  NoteParts parts{.status = status,
                  .author = author,
                  .mentions = mentions,
                  .in_reply_to = status.in_reply_to_uri.value_or(""),
                  .conversation = {}};
  // A thread's id is made where it begins: here, when this is its root.
  if (!status.in_reply_to_uri && status.conversation_id) {
    parts.conversation = service::uris::conversation(config, *status.conversation_id);
  }
  return parts;
}

NoteParts note_parts(db::Tx& tx, const config::Config& config, const model::Status& status,
                     const model::Account& author, std::span<const model::Mention> mentions) {
  auto parts = note_parts(config, status, author, mentions);
  if (!status.in_reply_to_id || !status.conversation_id) return parts;
  const auto parent = store::find_status(tx, *status.in_reply_to_id);
  if (parent && parent->local && !parent->in_reply_to_uri) {
    parts.conversation = service::uris::conversation(config, *status.conversation_id);
  }
  return parts;
}

}  // namespace dunlin::activitypub
