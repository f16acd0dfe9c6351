#include "arrival.hpp"

#include "dunlin/service/events.hpp"
#include "dunlin/service/preview_cards.hpp"
#include "dunlin/service/search_index.hpp"
#include "dunlin/service/statuses.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/conversations.hpp"
#include "dunlin/store/media.hpp"
#include "dunlin/store/status_edits.hpp"
#include "dunlin/store/statuses.hpp"

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

namespace dunlin::service {

using model::Account;
using model::NotificationType;
using model::Status;

namespace {

std::optional<Status> find_by_uri(db::Tx& tx, const config::Config& config, const std::string& uri) {
  if (const auto own = uris::parse_status(config, uri)) return store::find_status(tx, *own);
  return store::find_status_by_uri(tx, uri);
}

bool shows_other_files(db::Tx& tx, const Status& stored, std::span<const RemoteMedia> named) {
  if (!stored.has(model::Part::media) && named.empty()) return false;
  const auto is_same = [](const model::MediaAttachment& shown, const RemoteMedia& other) {
    return shown.remote_url == other.url && shown.description == other.description;
  };
  return !std::ranges::equal(store::list_status_media(tx, stored.id), named, is_same);
}

}  // namespace

std::optional<Status> StatusService::receive(db::Tx& tx, RemoteStatus remote) {
  Status& status = remote.status;
  if (!status.id) status.id = env_.ids.at<StatusId>(status.created_at);
  if (status.in_reply_to_uri && !status.in_reply_to_id) {
    if (const auto parent = find_by_uri(tx, env_.config, *status.in_reply_to_uri)) {
      status.in_reply_to_id = parent->id;
      status.in_reply_to_account_id = parent->account_id;
      status.conversation_id = parent->conversation_id;
    }
  }
  if (!status.conversation_id) {
    status.conversation_id = store::insert_conversation(tx, env_.ids.next<ConversationId>(), remote.conversation_uri);
  }
  if (!remote.media.empty()) status.set(model::Part::media);
  const auto link = choose_card_link(env_.config, status, remote.mentions);
  if (link) status.set(model::Part::card);
  if (!remote.notify) status.set(model::Part::untold);
  const bool stored =
      store::insert_status(tx, status, remote.mentions) ||
      (store::release_uri(tx, status.uri, status.account_id) && store::insert_status(tx, status, remote.mentions));
  if (!stored) return std::nullopt;
  if (link) link_card(env_, tx, status, *link);
  if (!remote.media.empty()) media_.receive(tx, status, remote.media);
  index_status(tx, status);
  env_.events.tell(tx, events::StatusCreated{status.id, status.account_id});
  if (remote.notify) {
    tell_of_arrival(tx, status, remote.mentions);
  } else {
    status_arrived(tx, env_, notifications_, status, remote.mentions, false);
  }
  return std::move(status);
}

void StatusService::tell_of_arrival(db::Tx& tx, const Status& status, std::span<const model::Mention> mentions) {
  for (const auto& mention : mentions) {
    if (!mention.domain && !mention.silent) notifications_.mentioned(tx, status, mention.account_id);
  }
  status_arrived(tx, env_, notifications_, status, mentions, true);
}

bool StatusService::tell_late(db::Tx& tx, const Status& status) {
  if (!store::mark_told(tx, status.id)) return false;
  // Its place in a conversation was taken in silence.
  if (status.visibility == model::Visibility::direct) store::forget_direct_status(tx, status.id);
  tell_of_arrival(tx, status, store::list_mentions(tx, status.id));
  return true;
}

std::optional<Status> StatusService::receive_reblog(db::Tx& tx, const Account& who, const Status& original,
                                                    std::string uri, Time published, model::Visibility visibility,
                                                    bool notify) {
  Status wrapper{.id = env_.ids.at<StatusId>(published),
                 .uri = std::move(uri),
                 .url = std::nullopt,
                 .account_id = who.id,
                 .local = false,
                 .content = {},
                 .source = {},
                 .spoiler_text = {},
                 .language = std::nullopt,
                 .visibility = visibility,
                 .in_reply_to_id = std::nullopt,
                 .in_reply_to_account_id = std::nullopt,
                 .in_reply_to_uri = std::nullopt,
                 .reblog_of_id = original.id,
                 .conversation_id = std::nullopt,
                 .application_id = std::nullopt,
                 .tags = {},
                 .created_at = published,
                 .edited_at = std::nullopt,
                 .deleted_at = std::nullopt};
  auto inserted = store::insert_reblog(tx, wrapper);
  if (inserted) {
    if (notify) notifications_.reblogged(tx, who.id, original);
    env_.events.tell(tx, events::StatusCreated{inserted->id, who.id});
  }
  return inserted;
}

void StatusService::receive_favourite(db::Tx& tx, const Account& who, const Status& target,
                                      std::optional<std::string> uri) {
  const store::Favourite favourite{env_.ids.next<FavouriteId>(), who.id, target.id, std::move(uri)};
  if (store::insert_favourite(tx, favourite)) notifications_.favourited(tx, who.id, target);
}

void StatusService::receive_unfavourite(db::Tx& tx, const Account& who, const Status& target) {
  if (store::delete_favourite(tx, who.id, target.id)) {
    notifications_.withdraw(tx, NotificationType::favourite, who.id, target.account_id, target.id);
  }
}

void StatusService::receive_unreblog(db::Tx& tx, const Account& who, const Status& original) {
  const auto wrapper = store::find_reblog(tx, who.id, original.id);
  if (!wrapper) return;
  store::delete_status(tx, *wrapper);
  env_.events.tell(tx, events::StatusDeleted::of(*wrapper));
  notifications_.withdraw(tx, NotificationType::reblog, who.id, original.account_id, original.id);
}

void StatusService::receive_edit(db::Tx& tx, const Status& stored, RemoteStatus edited, bool other_parts) {
  // Read before anything changes.
  const bool is_edit = other_parts || stored.content != edited.status.content ||
                       stored.spoiler_text != edited.status.spoiler_text ||
                       stored.sensitive != edited.status.sensitive || shows_other_files(tx, stored, edited.media);
  constexpr std::chrono::seconds kOneRevision{30};
  const bool is_revision = is_edit && !store::has_edit_since(tx, stored.id, tx.now() - kOneRevision);
  // Text and marks change; identity, author, audience, place in the thread and date do not.
  Status status = stored;
  status.content = std::move(edited.status.content);
  status.spoiler_text = std::move(edited.status.spoiler_text);
  status.sensitive = edited.status.sensitive;
  status.language = std::move(edited.status.language);
  status.tags = std::move(edited.status.tags);
  if (is_edit) status.edited_at = edited.status.edited_at;
  status.parts = static_cast<std::uint16_t>(status.parts | edited.status.parts);
  status.quote_policy = edited.status.quote_policy;
  if (is_revision) {
    store::insert_status_edit(tx, env_.ids.next<StatusId>().value, stored.id, store::snapshot_status(tx, stored));
  }
  relink_card(env_, tx, status, edited.mentions);
  const bool had_media = status.has(model::Part::media);
  if (!edited.media.empty()) status.set(model::Part::media);
  store::update_status(tx, status, edited.mentions);
  if (had_media || !edited.media.empty()) media_.receive(tx, status, edited.media);
  index_status(tx, status);
  place_edited(tx, env_, status, edited.mentions);
  env_.events.tell(tx, events::StatusChanged{status.id, status.account_id});
  if (is_revision) tell_of_edit(tx, status);
}

void StatusService::receive_delete(db::Tx& tx, const Status& status) {
  if (store::delete_status(tx, status)) env_.events.tell(tx, events::StatusDeleted::of(status));
  if (status.has(model::Part::media)) store::detach_media(tx, status.id);
}

}  // namespace dunlin::service
