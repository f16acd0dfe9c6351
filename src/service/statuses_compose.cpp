#include "languages.hpp"
#include "local_text.hpp"
#include "poll_rules.hpp"
#include "quote_rules.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/html/format.hpp"
#include "dunlin/service/quotes.hpp"
#include "dunlin/service/statuses.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/statuses.hpp"

#include <fmt/core.h>

#include <utility>

namespace dunlin::service {

using model::Account;
using model::QuotePolicy;
using model::Status;
using model::Visibility;

namespace {

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

Visibility choose_visibility(const StatusDraft& draft, const Account& author, const model::User& user,
                             const std::optional<Status>& quoted) {
  const Visibility wanted = draft.visibility.value_or(user.default_visibility);
  // What only followers may read is not shown to others by quoting it.
  if (quoted && quoted->visibility == Visibility::private_ && wanted < Visibility::private_) {
    return Visibility::private_;
  }
  return author.silenced_at && wanted == Visibility::public_ ? Visibility::unlisted : wanted;
}

Result<std::optional<Time>> choose_end(const StatusDraft& draft, Time now) {
  if (!draft.expires_in_seconds) return std::nullopt;
  constexpr std::int64_t kLongestLife = 10LL * 366 * 86'400;
  if (*draft.expires_in_seconds < kShortestLife.count()) {
    return fail(Errc::invalid,
                fmt::format("Validation failed: Expires in must be at least {} seconds", kShortestLife.count()));
  }
  if (*draft.expires_in_seconds > kLongestLife) {
    return fail(Errc::invalid, "Validation failed: Expires in is too far into the future");
  }
  return now + std::chrono::seconds(*draft.expires_in_seconds);
}

QuotePolicy choose_quote_policy(const StatusDraft& draft, const model::User& user, Visibility visibility) {
  if (visibility > Visibility::unlisted) return {};
  if (draft.quote_policy) return *draft.quote_policy;
  return model::parse_quote_policy(user.default_quote_policy).value_or(QuotePolicy{});
}

}  // namespace

Result<StatusService::Composed> StatusService::compose(db::Tx& tx, RemoteDocuments& documents, const Account& author,
                                                       const model::User& user, StatusDraft draft, StatusId id) {
  // A content warning over nothing is a post, not an empty one behind a warning: clients cannot show the latter.
  const bool bare = !draft.poll && draft.media_ids.empty();
  if (text::trim(draft.text).empty() && bare) draft.text = std::exchange(draft.spoiler_text, {});
  if (text::trim(draft.text).empty() && bare) {
    return fail(Errc::invalid, "Validation failed: Text can't be blank");
  }
  TRY_VOID(check_text_length(env_, draft.text, draft.spoiler_text));
  // What clients exclude, and other servers do not show.
  if (draft.poll && !draft.media_ids.empty()) {
    return fail(Errc::invalid, fmt::format("Cannot attach more than {} files", kMaxMediaOfStatus));
  }
  if (draft.poll) draft.poll = TRY(check_poll(env_.config, *std::move(draft.poll)));
  const auto expires_at = TRY(choose_end(draft, tx.now()));
  const auto parent = TRY(find_parent(tx, author.id, draft.in_reply_to_id));
  auto media = TRY(media_.get_attachable(tx, author.id, draft.media_ids));
  auto quoted = TRY(find_quoted(tx, author.id, draft.quoted_status_id));
  auto rendered = TRY(render_local_text(tx, env_, &documents, draft.text, draft.content_type));

  const auto visibility = choose_visibility(draft, author, user, quoted);
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
                .visibility = visibility,
                .in_reply_to_id = std::nullopt,
                .in_reply_to_account_id = std::nullopt,
                .in_reply_to_uri = std::nullopt,
                .reblog_of_id = std::nullopt,
                .conversation_id = std::nullopt,
                .application_id = draft.application_id,
                .tags = std::move(rendered.tags),
                .content_type = draft.content_type,
                .local_only = draft.local_only.value_or(parent && parent->local_only),
                .expires_at = expires_at,
                .quote_policy = choose_quote_policy(draft, user, visibility),
                .created_at = tx.now(),
                .edited_at = std::nullopt,
                .deleted_at = std::nullopt};
  if (parent) {
    status.in_reply_to_id = parent->id;
    status.in_reply_to_account_id = parent->account_id;
    status.in_reply_to_uri = parent->uri;
    status.conversation_id = parent->conversation_id;
  }
  // What stays here does not show up elsewhere as a quote.
  if (quoted && quoted->local_only) status.local_only = true;
  Composed composed{.status = std::move(status),
                    .mentions = std::move(rendered.mentions),
                    .poll = {},
                    .quoted = std::move(quoted),
                    .media = std::move(media)};
  if (!composed.media.empty()) composed.status.set(model::Part::media);
  if (draft.poll) {
    composed.poll = make_poll(env_, id, *draft.poll, tx.now());
    composed.status.set(model::Part::poll);
  }
  if (composed.quoted) {
    TRY_VOID(check_quote(composed.status, *composed.quoted, composed.mentions));
    composed.status.set(model::Part::quote);
  }
  return composed;
}

Result<std::vector<AccountId>> StatusService::find_mentioned(db::Tx& tx, RemoteDocuments& documents,
                                                             const StatusDraft& draft) {
  const auto rendered = TRY(render_local_text(tx, env_, &documents, draft.text, draft.content_type));
  std::vector<AccountId> ids;
  for (const auto& mention : rendered.mentions) ids.push_back(mention.account_id);
  return ids;
}

}  // namespace dunlin::service
