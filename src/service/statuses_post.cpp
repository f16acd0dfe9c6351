#include "languages.hpp"
#include "local_text.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/html/format.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/service/statuses.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/statuses.hpp"

#include <algorithm>
#include <utility>

namespace dunlin::service {

using model::Account;
using model::Status;
using model::Visibility;

namespace {

Result<void> check_length(const Environment& env, const StatusDraft& draft) {
  const int limit = env.config.limits.max_status_characters;
  if (html::count_characters(draft.text, draft.spoiler_text) > static_cast<std::size_t>(limit)) {
    return fail(Errc::invalid, fmt::format("Validation failed: Text character limit of {} exceeded", limit));
  }
  return {};
}

/// The status that is answered; a reblog stands for its original.
Result<std::optional<Status>> find_parent(db::Tx& tx, AccountId author, std::optional<StatusId> id) {
  if (!id) return std::nullopt;
  auto parent = store::find_visible_status(tx, author, *id);
  if (parent && parent->reblog_of_id) parent = store::find_visible_status(tx, author, *parent->reblog_of_id);
  if (!parent) {
    return fail(Errc::not_found, "The post you are trying to reply to does not appear to exist.");
  }
  return parent;
}

std::optional<std::string> choose_language(const StatusDraft& draft, const model::User& user) {
  if (draft.language && !draft.language->empty()) return normalise_language(*draft.language);
  if (user.default_language) return user.default_language;
  return normalise_language(user.locale);
}

Visibility choose_visibility(const StatusDraft& draft, const Account& author, const model::User& user) {
  const Visibility wanted = draft.visibility.value_or(user.default_visibility);
  return author.silenced_at && wanted == Visibility::public_ ? Visibility::unlisted : wanted;
}

}  // namespace

Result<Status> StatusService::post(db::Tx& tx, RemoteDocuments& documents, const Account& author,
                                   const model::User& user, const StatusDraft& given) {
  StatusDraft draft = given;
  // A content warning over nothing is a post, not an empty one behind a warning: clients cannot show the latter.
  if (text::trim(draft.text).empty()) draft.text = std::exchange(draft.spoiler_text, {});
  if (text::trim(draft.text).empty()) return fail(Errc::invalid, "Validation failed: Text can't be blank");
  TRY_VOID(check_length(env_, draft));

  const auto id = env_.ids.next<StatusId>();
  if (draft.idempotency_key) {
    if (const auto earlier = store::claim_idempotency_key(tx, author.id, *draft.idempotency_key, id)) {
      if (auto status = store::find_status(tx, *earlier)) return std::move(*status);
      return fail(Errc::not_found, "Record not found", "the status of this idempotency key is deleted");
    }
  }
  const auto parent = TRY(find_parent(tx, author.id, draft.in_reply_to_id));
  auto rendered = TRY(render_local_text(tx, env_, &documents, draft.text));

  Status status{.id = id,
                .uri = uris::status(env_.config, author.id, id),
                .url = uris::status_page(env_.config, author.username, id),
                .account_id = author.id,
                .local = true,
                .content = std::move(rendered.html),
                .source = draft.text,
                .spoiler_text = draft.spoiler_text,
                .sensitive = draft.sensitive.value_or(user.default_sensitive) || !draft.spoiler_text.empty(),
                .language = choose_language(draft, user),
                .visibility = choose_visibility(draft, author, user),
                .in_reply_to_id = std::nullopt,
                .in_reply_to_account_id = std::nullopt,
                .in_reply_to_uri = std::nullopt,
                .reblog_of_id = std::nullopt,
                .conversation_id = std::nullopt,
                .application_id = draft.application_id,
                .tags = std::move(rendered.tags),
                .created_at = tx.now(),
                .edited_at = std::nullopt,
                .deleted_at = std::nullopt};
  if (parent) {
    status.in_reply_to_id = parent->id;
    status.in_reply_to_account_id = parent->account_id;
    status.in_reply_to_uri = parent->uri;
    status.conversation_id = parent->conversation_id;
  }
  if (!status.conversation_id) {
    status.conversation_id = store::insert_conversation(tx, env_.ids.next<ConversationId>(), std::nullopt);
  }
  store::insert_status(tx, status, rendered.mentions);
  for (const auto& mention : rendered.mentions) {
    if (!mention.domain) notifications_.mentioned(tx, status, mention.account_id);
  }
  env_.federation.status_created(tx, status);
  return status;
}

Result<Status> StatusService::remove(db::Tx& tx, const Account& author, StatusId id) {
  auto status = store::find_status(tx, id);
  if (!status || status->account_id != author.id) return fail(Errc::not_found, "Record not found");
  if (status->reblog_of_id) {
    TRY(unreblog(tx, author, id));
    return std::move(*status);
  }
  const auto mentions = store::list_mentions(tx, id);
  const auto involved = store::list_involved_inboxes(tx, id);
  env_.federation.status_deleted(tx, *status, mentions, involved);
  store::delete_status(tx, *status);
  return std::move(*status);
}

}  // namespace dunlin::service
