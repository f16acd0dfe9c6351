#include "dunlin/activitypub/outbox.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/statuses.hpp"

#include <string>

namespace dunlin::activitypub {

NoteParts note_parts(db::Tx& tx, const config::Config& config, const model::Status& status,
                     const model::Account& author, std::span<const model::Mention> mentions) {
  NoteParts parts{.status = status,
                  .author = author,
                  .mentions = mentions,
                  .in_reply_to = status.in_reply_to_uri.value_or(""),
                  .conversation = {}};
  // A thread's id is made where it begins: ours when the root is.
  bool began_here = !status.in_reply_to_uri;
  if (status.in_reply_to_id) {
    const auto parent = store::find_status(tx, *status.in_reply_to_id);
    began_here = parent && parent->local && !parent->in_reply_to_uri;
  }
  if (began_here && status.conversation_id) {
    parts.conversation = service::uris::conversation(config, *status.conversation_id);
  }
  return parts;
}

}  // namespace dunlin::activitypub
