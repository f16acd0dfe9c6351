#include "arrival.hpp"
#include "languages.hpp"
#include "local_text.hpp"
#include "poll_rules.hpp"

#include "dunlin/base/text.hpp"
#include "dunlin/service/events.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/service/preview_cards.hpp"
#include "dunlin/service/search_index.hpp"
#include "dunlin/service/statuses.hpp"
#include "dunlin/store/media.hpp"
#include "dunlin/store/polls.hpp"
#include "dunlin/store/status_edits.hpp"
#include "dunlin/store/statuses.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace dunlin::service {

using model::Account;
using model::Poll;
using model::Status;
using model::Visibility;

namespace {

/// What an edit makes of the poll of a status.
struct PollChange {
  std::optional<Poll> poll;  // as it will be
  bool visible = false;      // options or rules differ, or there is one more or less
  bool resets = false;       // votes that were cast mean nothing any more
  bool any = false;
};

Result<PollChange> change_poll(Environment& env, const std::optional<Poll>& before, StatusId status,
                               const std::optional<model::PollDraft>& wanted, Time now) {
  if (!wanted) return PollChange{.poll = {}, .visible = before.has_value(), .resets = false, .any = before.has_value()};
  const auto checked = TRY(check_poll(env.config, *wanted));
  auto poll = make_poll(env, status, checked, now);
  if (!before) return PollChange{.poll = std::move(poll), .visible = true, .resets = false, .any = true};
  poll.id = before->id;
  poll.created_at = before->created_at;
  PollChange change{.poll = {}, .visible = false, .resets = false, .any = false};
  change.resets = poll.options != before->options || poll.multiple != before->multiple;
  change.visible = change.resets || poll.hide_totals != before->hide_totals;
  if (!change.resets) {
    poll.tallies = before->tallies;
    poll.voters_count = before->voters_count;
  }
  // Editors send the whole poll again: the same length as it was made with is no wish for more time.
  const bool same_length =
      before->expires_at && *before->expires_at - before->created_at == *poll.expires_at - now && !change.visible;
  if (same_length) poll.expires_at = before->expires_at;
  change.any = change.visible || poll.expires_at != before->expires_at;
  change.poll = std::move(poll);
  return change;
}

void store_poll(const Environment& env, db::Tx& tx, const std::optional<Poll>& before, StatusId status,
                const PollChange& change) {
  if (!change.any) return;
  if (!change.poll) {
    store::delete_poll(tx, status);
    return;
  }
  if (change.resets) store::delete_votes(tx, change.poll->id);
  before ? store::update_poll(tx, *change.poll) : store::insert_poll(tx, *change.poll);
  enqueue_poll_end(env, tx, *change.poll);
}

bool says_the_same(const Status& a, const Status& b) {
  return a.source == b.source && a.content_type == b.content_type && a.content == b.content &&
         a.spoiler_text == b.spoiler_text && a.sensitive == b.sensitive && a.language == b.language;
}

/// As for a new post: a content warning over nothing is the text. Errors: invalid.
Result<StatusEdit> check_edit(const Environment& env, StatusEdit edit) {
  const bool bare = !edit.poll && edit.media_ids.empty();
  if (edit.poll && !edit.media_ids.empty()) {
    return fail(Errc::invalid, fmt::format("Cannot attach more than {} files", kMaxMediaOfStatus));
  }
  if (text::trim(edit.text).empty() && bare) edit.text = std::exchange(edit.spoiler_text, {});
  if (text::trim(edit.text).empty() && bare) return fail(Errc::invalid, "Validation failed: Text can't be blank");
  TRY_VOID(check_text_length(env, edit.text, edit.spoiler_text));
  return edit;
}

/// The status as `edit` wants it, but for its text, which is rendered.
Status apply_edit(const Status& before, const StatusEdit& edit, const RenderedText& rendered) {
  Status status = before;
  status.content_type = edit.content_type.value_or(before.content_type);
  status.content = rendered.html;
  status.source = edit.text;
  status.spoiler_text = edit.spoiler_text;
  status.sensitive = edit.sensitive || !edit.spoiler_text.empty();
  if (edit.language) status.language = normalise_language(*edit.language);
  if (edit.quote_policy && status.is_distributable()) status.quote_policy = edit.quote_policy;
  status.tags = rendered.tags;
  return status;
}

}  // namespace

Result<Status> StatusService::edit(db::Tx& tx, RemoteDocuments& documents, const Account& author, StatusId id,
                                   const StatusEdit& given) {
  auto before = store::find_status(tx, id);
  if (!before || before->account_id != author.id || before->is_reblog())
    return fail(Errc::not_found, "Record not found");
  const auto edit = TRY(check_edit(env_, given));
  const auto poll_before = before->has(model::Part::poll) ? store::find_poll_of(tx, id) : std::nullopt;
  const auto poll = TRY(change_poll(env_, poll_before, id, edit.poll, tx.now()));
  const auto rendered =
      TRY(render_local_text(tx, env_, &documents, edit.text, edit.content_type.value_or(before->content_type)));

  Status status = apply_edit(*before, edit, rendered);
  if (poll.poll) status.set(model::Part::poll);
  store::StatusEdit version = store::snapshot_status(tx, *before);
  const bool other_media = TRY(edit_media(tx, status, version.media_ids, edit));
  const bool explicit_edit = !says_the_same(*before, status) || poll.visible || other_media;
  if (!explicit_edit && !poll.any && status.quote_policy == before->quote_policy) return *std::move(before);
  if (explicit_edit) {
    store::insert_status_edit(tx, env_.ids.next<StatusId>().value, id, version);
    // Strictly later than what was there: other servers compare the dates.
    const Time earliest = before->edited_at.value_or(before->created_at) + std::chrono::milliseconds(1);
    status.edited_at = std::max(tx.now(), earliest);
  }
  const auto mentioned_before = store::list_mentions(tx, id);
  relink_card(env_, tx, status, rendered.mentions);
  store::update_status(tx, status, rendered.mentions);
  store_poll(env_, tx, poll_before, id, poll);
  index_status(tx, status);
  tell_mentioned(tx, status, mentioned_before, rendered.mentions);
  place_edited(tx, env_, status, rendered.mentions);
  if (explicit_edit) tell_of_edit(tx, status);
  if (!status.local_only) env_.federation.status_edited(tx, status);
  env_.events.tell(tx, events::StatusChanged{status.id, status.account_id});
  return status;
}

Result<bool> StatusService::edit_media(db::Tx& tx, Status& status, std::span<const MediaId> before,
                                       const StatusEdit& edit) {
  TRY(media_.get_attachable(tx, status.account_id, edit.media_ids, status.id));
  const bool others = !std::ranges::equal(before, edit.media_ids);
  if (others) store::attach_media(tx, status.id, edit.media_ids);
  if (!edit.media_ids.empty()) status.set(model::Part::media);
  return TRY(media_.apply(tx, status.id, edit.media_attributes)) || others;
}

void StatusService::tell_mentioned(db::Tx& tx, const Status& status, std::span<const model::Mention> before,
                                   std::span<const model::Mention> now) {
  for (const auto& mention : now) {
    const bool known = std::ranges::any_of(before, [&](const model::Mention& earlier) {
      return earlier.account_id == mention.account_id && !earlier.silent;
    });
    if (!known && !mention.domain) notifications_.mentioned(tx, status, mention.account_id);
  }
}

void StatusService::tell_of_edit(db::Tx& tx, const Status& status) {
  for (const auto receiver : store::list_local_rebloggers(tx, status.id)) notifications_.edited(tx, status, receiver);
  for (const auto& quote : store::list_local_quotes(tx, status.id)) {
    notifications_.quoted_edited(tx, status.account_id, quote.status_id, quote.account_id);
  }
}

}  // namespace dunlin::service
