#include "resolve/document.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/activitypub/resolve.hpp"
#include "dunlin/base/log.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/service/notifications.hpp"
#include "dunlin/service/polls.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/activities.hpp"
#include "dunlin/store/backfills.hpp"
#include "dunlin/store/quotes.hpp"
#include "dunlin/store/statuses.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace dunlin::activitypub {

using model::Visibility;

namespace {

// Each costs up to three fetches; more unknown people in one note than this stay plain links.
constexpr int kMaxFetchedMentions = 5;

Time published_at(const Note& note, Time now) {
  constexpr Time kEarliest{std::chrono::sys_days{std::chrono::year{1990} / 1 / 1}};
  const Time when = note.published.value_or(now);
  return when > now || when < kEarliest ? now : when;
}

std::optional<Time> edited_at(const Note& note, Time created, Time now) {
  // Friendica and WordPress always send `updated`, mostly equal to `published`.
  if (!note.updated || *note.updated < created + std::chrono::seconds{1}) return std::nullopt;
  return std::min(*note.updated, now);
}

model::Mention mention_of(const model::Account& account, bool silent) {
  return {.account_id = account.id,
          .username = account.username,
          .domain = account.domain,
          .uri = account.uri,
          .url = account.url,
          .silent = silent};
}

}  // namespace

Result<model::Status> Resolver::status(std::string_view uri) {
  if (service::uris::is_own_url(env_.config, uri)) {
    auto own = store::find_status_by_uri(tx_, uri);
    if (!own) {  // a page's address
      if (const auto id = service::uris::parse_status(env_.config, uri)) own = store::find_status(tx_, *id);
    }
    if (!own || !own->local) return fail(Errc::not_found, "Record not found");
    return std::move(*own);
  }
  if (auto known = store::find_status_by_uri(tx_, uri)) return std::move(*known);
  if (store::is_tombstoned(tx_, uri)) return fail(Errc::gone, "Record not found", "deleted");
  auto object = TRY(fetch(uri));
  // Some hand out the id of the Create; what it is about lies beside it.
  if (object.activity && object.activity->type == ActivityType::create &&
      same_origin(object.activity->object_id(), object.id)) {
    object = TRY(fetch(object.activity->object_id()));
  }
  if (!object.note) return fail(Errc::bad_request, "Remote data could not be fetched", object.id + " is no status");
  return store_status(*object.note);
}

Result<model::Account> Resolver::author_of(const Note& note) {
  if (note.attributed_to.empty() || !same_origin(note.attributed_to, note.id)) {
    return fail(Errc::bad_request, "Remote data could not be fetched", note.id + " is attributed to another host");
  }
  return actor_itself(note.attributed_to);
}

Result<model::Status> Resolver::store_status(const Note& note) {
  if (auto known = store::find_status_by_uri(tx_, note.id)) return std::move(*known);
  const auto author = TRY(author_of(note));
  if (author.suspended_at) return fail(Errc::forbidden, "Record not found", "the author is suspended");
  if (store::is_tombstoned(tx_, note.id, author.uri)) return fail(Errc::gone, "Record not found", "deleted");
  auto remote = TRY(convert(note, author));
  remote.notify = false;
  auto stored = statuses_.receive(tx_, std::move(remote));
  if (stored) TRY_VOID(attach_parts(note, *stored));
  if (!stored) stored = store::find_status_by_uri(tx_, note.id);
  if (!stored) return fail(Errc::gone, "Record not found", "deleted meanwhile");
  return std::move(*stored);
}

Result<void> Resolver::take_numbers(const Note& note, const model::Status& status) {
  service::NotificationService notifications(env_);
  if (note.poll && status.has(model::Part::poll)) {
    service::PollService(env_, notifications).receive(tx_, status, to_remote_poll(*note.poll, tx_.now()));
  }
  TRY_VOID(attach_quote(note, status));
  store::set_remote_counts(tx_, status.id,
                           {.reblogs = note.shares, .favourites = note.likes, .replies = note.replies_total});
  const auto author = store::find_account(tx_, status.account_id);
  const auto policy = author ? quote_policy_of(note, *author) : std::nullopt;
  if (policy && policy != status.quote_policy) store::set_quote_policy(tx_, status.id, *policy);
  return {};
}

Result<void> Resolver::refresh(const model::Status& known) {
  if (known.local || known.is_reblog()) return {};
  const auto author = store::find_account(tx_, known.account_id);
  auto object = fetch(known.uri);
  const bool refused = !object && (object.error().code == Errc::forbidden || object.error().code == Errc::not_found);
  if (refused && author && known.visibility == Visibility::private_) object = fetch_as_follower(known.uri, *author);
  if (!object) {
    if (object.error().code == Errc::need_remote) return std::unexpected(object.error());
    if (object.error().code == Errc::gone) statuses_.receive_delete(tx_, known);
    return {};
  }
  if (!object->note || object->id != known.uri || !author || object->note->attributed_to != author->uri) return {};
  return take_numbers(*object->note, known);
}

Result<service::RemoteStatus> Resolver::convert(const Note& note, const model::Account& author) {
  const Time now = tx_.now();
  if (note.audience.local_only) return fail(Errc::bad_request, "Record not found", "meant for its own server only");
  if (note.id.empty() || note.is_vote) return fail(Errc::bad_request, "Record not found", "nothing to show");
  service::RemoteStatus remote;
  model::Status& status = remote.status;
  status.uri = note.id;
  status.url = page_of(note.url, note.id);
  status.account_id = author.id;
  status.local = false;
  status.content = note.content;
  status.spoiler_text = note.spoiler_text;
  status.sensitive = note.sensitive;
  status.language = note.language;
  status.visibility = note.is_private_message ? Visibility::direct : note.audience.visibility(author.followers_url);
  status.tags = note.hashtags;
  status.quote_policy = quote_policy_of(note, author);
  status.created_at = published_at(note, now);
  status.edited_at = edited_at(note, status.created_at, now);
  if (!note.in_reply_to.empty()) status.in_reply_to_uri = note.in_reply_to;
  if (!note.conversation.empty()) remote.conversation_uri = note.conversation;
  remote.mentions = TRY(mentions_of(note, status.visibility));
  receive_emojis(author, note.emojis, status.edited_at.value_or(status.created_at));
  const bool refuses_media = FederationService::of(env_).policies().find(author).reject_media;
  for (const Attachment& file : note.attachments) {
    if (refuses_media) break;
    remote.media.push_back({.url = file.url,
                            .type = file.type,
                            .content_type = file.content_type,
                            .description = file.description,
                            .focus = file.focus,
                            .blurhash = file.blurhash,
                            .width = file.width,
                            .height = file.height,
                            .duration = file.duration});
  }
  return remote;
}

std::optional<model::Account> Resolver::known_account(std::string_view uri_or_url) {
  if (service::uris::is_own_url(env_.config, uri_or_url)) {
    if (auto own = store::find_account_by_uri(tx_, uri_or_url)) return own;
    const auto name = service::uris::parse_profile(env_.config, uri_or_url);
    return name ? store::find_account_by_handle(tx_, *name, std::nullopt) : std::nullopt;
  }
  if (auto known = store::find_account_by_uri(tx_, uri_or_url)) return known;
  return store::find_account_by_url(tx_, uri_or_url);
}

Result<std::vector<model::Mention>> Resolver::mentions_of(const Note& note, Visibility visibility) {
  std::vector<model::Mention> result;
  std::set<AccountId> seen;
  int fetched = 0;
  for (const std::string& href : note.mentions) {
    auto account = known_account(href);
    if (!account && fetched < kMaxFetchedMentions && !service::uris::is_own_url(env_.config, href)) {
      ++fetched;
      auto found = actor(href);
      if (!found && found.error().code == Errc::need_remote) return std::unexpected(found.error());
      if (found) account = std::move(*found);
    }
    if (!account || account->suspended_at || seen.contains(account->id)) continue;
    // Named but not addressed: no notification, and no sight of what is not public.
    const bool addressed = note.audience.includes(account->uri) || note.audience.includes(href);
    if (!addressed && visibility != Visibility::public_ && visibility != Visibility::unlisted) continue;
    seen.insert(account->id);
    result.push_back(mention_of(*account, !addressed));
  }
  // Only our own people: whether others see it is their servers' business.
  for (const model::Account& account : own_accounts(note.audience)) {
    if (account.is_local() && seen.insert(account.id).second) {
      result.push_back(mention_of(account, !note.is_private_message));
    }
  }
  return result;
}

std::vector<model::Account> Resolver::own_accounts(const Audience& audience) {
  std::set<std::string> uris;
  for (const auto* list : {&audience.to, &audience.cc}) {
    std::ranges::copy_if(*list, std::inserter(uris, uris.end()),
                         [&](const std::string& id) { return service::uris::is_own_url(env_.config, id); });
  }
  if (uris.empty()) return {};
  return store::list_accounts_by_uri(tx_, std::vector(uris.begin(), uris.end()));
}

}  // namespace dunlin::activitypub
