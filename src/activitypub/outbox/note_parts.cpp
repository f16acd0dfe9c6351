#include "dunlin/activitypub/outbox.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/federation.hpp"
#include "dunlin/store/instance.hpp"
#include "dunlin/store/media.hpp"
#include "dunlin/store/polls.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

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

void fill_parts(db::Tx& tx, const config::Config& config, std::span<NoteParts> notes) {
  std::vector<ConversationId> threads;
  std::vector<StatusId> with_poll;
  std::vector<StatusId> with_quote;
  std::vector<StatusId> with_media;
  for (NoteParts& note : notes) {
    note.now = tx.now();
    if (note.status.conversation_id) threads.push_back(*note.status.conversation_id);
    if (note.status.has(model::Part::poll)) with_poll.push_back(note.status.id);
    if (note.status.has(model::Part::quote)) with_quote.push_back(note.status.id);
    if (note.status.has(model::Part::media)) with_media.push_back(note.status.id);
  }
  const auto heads = store::list_thread_heads(tx, threads);
  const auto polls =
      with_poll.empty() ? std::map<StatusId, store::PollView>{} : store::list_polls(tx, std::nullopt, with_poll);
  const auto quotes = store::list_quote_uris(tx, with_quote);
  auto media = with_media.empty() ? std::map<StatusId, std::vector<model::MediaAttachment>>{}
                                  : store::list_media_of(tx, with_media);
  const auto may_have_emoji = [](const NoteParts& note) {
    return std::ranges::count(note.status.content, ':') > 1 || std::ranges::count(note.status.spoiler_text, ':') > 1;
  };
  const auto emojis =
      std::ranges::any_of(notes, may_have_emoji) ? store::list_custom_emojis(tx) : std::vector<store::CustomEmoji>{};
  for (NoteParts& note : notes) {
    const auto thread = note.status.conversation_id;
    if (const auto head = thread ? heads.find(*thread) : heads.end(); head != heads.end()) {
      // A thread keeps the name that its beginning gave it (FEP-7888).
      if (head->second.uri) note.conversation = *head->second.uri;
      if (!head->second.uri && head->second.root) note.conversation = service::uris::conversation(config, *thread);
    }
    if (const auto files = media.find(note.status.id); files != media.end()) note.media = std::move(files->second);
    if (const auto poll = polls.find(note.status.id); poll != polls.end()) note.poll = poll->second.poll;
    for (const store::CustomEmoji& emoji : emojis) {
      const std::string name = ":" + emoji.shortcode + ":";
      if (note.status.content.contains(name) || note.status.spoiler_text.contains(name)) note.emojis.push_back(emoji);
    }
    if (const auto quote = quotes.find(note.status.id); quote != quotes.end()) {
      note.quote = QuoteParts{.uri = quote->second.quoted, .authorization = quote->second.authorization};
    }
  }
}

NoteParts note_parts(db::Tx& tx, const config::Config& config, const model::Status& status,
                     const model::Account& author, std::span<const model::Mention> mentions) {
  auto parts = note_parts(config, status, author, mentions);
  fill_parts(tx, config, std::span(&parts, 1));
  return parts;
}

}  // namespace dunlin::activitypub
