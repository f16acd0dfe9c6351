#include "dunlin/activitypub/outbox.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/federation.hpp"
#include "dunlin/store/instance.hpp"
#include "dunlin/store/media.hpp"
#include "dunlin/store/polls.hpp"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
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

namespace {

/// Those that stand as `:shortcode:` in one of the texts. Most texts have none, and cost nothing.
class EmojisIn {
 public:
  explicit EmojisIn(db::Tx& tx) : tx_(tx) {}

  std::vector<store::CustomEmoji> operator()(std::initializer_list<std::string_view> texts,
                                             std::span<const std::string> more = {}) {
    std::vector<std::string_view> likely;
    const auto look = [&](std::string_view text) {
      if (std::ranges::count(text, ':') > 1) likely.push_back(text);
    };
    std::ranges::for_each(texts, look);
    std::ranges::for_each(more, look);
    if (likely.empty()) return {};
    if (!own_) own_ = store::list_custom_emojis(tx_);
    std::vector<store::CustomEmoji> found;
    for (const store::CustomEmoji& emoji : *own_) {
      const std::string name = ":" + emoji.shortcode + ":";
      if (std::ranges::any_of(likely, [&](std::string_view text) { return text.contains(name); })) {
        found.push_back(emoji);
      }
    }
    return found;
  }

 private:
  db::Tx& tx_;
  std::optional<std::vector<store::CustomEmoji>> own_;
};

}  // namespace

std::vector<store::CustomEmoji> profile_emojis(db::Tx& tx, const model::Account& account) {
  if (account.suspended_at) return {};
  std::vector<std::string> fields;
  for (const model::ProfileField& field : account.fields) {
    fields.push_back(field.name);
    fields.push_back(field.source);
  }
  return EmojisIn(tx)({account.display_name, account.note_source}, fields);
}

void fill_parts(db::Tx& tx, const config::Config& config, std::span<NoteParts> notes) {
  std::vector<ConversationId> threads;
  std::vector<StatusId> with_poll;
  std::vector<StatusId> with_quote;
  std::vector<StatusId> with_media;
  std::vector<StatusId> answered;
  for (NoteParts& note : notes) {
    note.now = tx.now();
    if (note.status.conversation_id) threads.push_back(*note.status.conversation_id);
    if (note.status.has(model::Part::poll)) with_poll.push_back(note.status.id);
    if (note.status.has(model::Part::quote)) with_quote.push_back(note.status.id);
    if (note.status.has(model::Part::media)) with_media.push_back(note.status.id);
    if (note.status.replies_count > 0 && note.status.is_distributable()) answered.push_back(note.status.id);
  }
  const auto heads = store::list_thread_heads(tx, threads);
  const auto polls =
      with_poll.empty() ? std::map<StatusId, store::PollView>{} : store::list_polls(tx, std::nullopt, with_poll);
  const auto quotes = store::list_quote_uris(tx, with_quote);
  auto media = with_media.empty() ? std::map<StatusId, std::vector<model::MediaAttachment>>{}
                                  : store::list_media_of(tx, with_media);
  auto own_replies = store::list_own_replies(tx, answered, static_cast<int>(kOwnRepliesShown));
  EmojisIn emojis_in(tx);
  for (NoteParts& note : notes) {
    if (const auto own = own_replies.find(note.status.id); own != own_replies.end())
      note.own_replies = std::move(own->second);
    const auto thread = note.status.conversation_id;
    if (const auto head = thread ? heads.find(*thread) : heads.end(); head != heads.end()) {
      // A thread keeps the name that its beginning gave it (FEP-7888).
      if (head->second.uri) note.conversation = *head->second.uri;
      if (!head->second.uri && head->second.root) note.conversation = service::uris::conversation(config, *thread);
    }
    if (const auto files = media.find(note.status.id); files != media.end()) note.media = std::move(files->second);
    if (const auto poll = polls.find(note.status.id); poll != polls.end()) note.poll = poll->second.poll;
    note.emojis =
        emojis_in({note.status.content, note.status.spoiler_text},
                  note.poll ? std::span<const std::string>(note.poll->options) : std::span<const std::string>());
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
