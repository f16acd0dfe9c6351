#include "dunlin/service/quotes.hpp"

#include "quote_rules.hpp"

#include "dunlin/service/events.hpp"
#include "dunlin/service/federation.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/quotes.hpp"
#include "dunlin/store/relationships.hpp"
#include "dunlin/store/statuses.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace dunlin::service {

using model::Account;
using model::Quote;
using model::QuotePolicy;
using model::QuoteState;
using model::Status;
using model::Visibility;

namespace {

QuotePermission permission_for(db::Tx& tx, const Status& target, AccountId who) {
  const auto relations = store::list_relationships(tx, who, std::array{target.account_id});
  const bool follows = !relations.empty() && relations.front().following;
  const bool followed = !relations.empty() && relations.front().followed_by;
  return may_quote(target, who, follows, followed);
}

bool names(std::uint8_t groups, bool follows_author, bool followed_by_author) {
  return (groups & QuotePolicy::public_) != 0 || ((groups & QuotePolicy::followers) != 0 && follows_author) ||
         ((groups & QuotePolicy::following) != 0 && followed_by_author);
}

/// Whether a quote that no approval speaks for may be shown (federation.md 3.7).
QuoteState state_without_approval(const Status& quoting, const RemoteQuote& remote) {
  if (!remote.quoted) return QuoteState::pending;
  const Status& quoted = *remote.quoted;
  if (quoted.account_id == quoting.account_id) return QuoteState::accepted;
  if (!quoted.is_distributable() || quoted.local_only) return QuoteState::pending;
  const bool open = !quoted.quote_policy || (quoted.quote_policy->automatic & QuotePolicy::public_) != 0;
  return open && (remote.legacy || !quoted.quote_policy) ? QuoteState::accepted : QuoteState::pending;
}

}  // namespace

QuotePermission may_quote(const Status& target, AccountId who, bool follows_author, bool followed_by_author) {
  if (target.is_reblog() || target.visibility == Visibility::direct) return QuotePermission::denied;
  if (target.account_id == who) return QuotePermission::automatic;
  if (target.visibility == Visibility::private_ || !target.quote_policy) return QuotePermission::denied;
  if (names(target.quote_policy->automatic, follows_author, followed_by_author)) return QuotePermission::automatic;
  if (names(target.quote_policy->manual, follows_author, followed_by_author)) return QuotePermission::manual;
  return QuotePermission::denied;
}

Result<std::optional<Status>> find_quoted(db::Tx& tx, AccountId author, std::optional<StatusId> id) {
  if (!id) return std::nullopt;
  auto quoted = store::find_visible_status(tx, author, *id);
  if (quoted && quoted->reblog_of_id) quoted = store::find_visible_status(tx, author, *quoted->reblog_of_id);
  const bool may = quoted && !store::is_blocked(tx, author, quoted->account_id) &&
                   permission_for(tx, *quoted, author) != QuotePermission::denied;
  if (!may) return fail(Errc::not_found, "The post you are trying to quote does not appear to exist.");
  return quoted;
}

Result<void> check_quote(const Status& quoting, const Status& quoted, std::span<const model::Mention> mentions) {
  if (quoting.visibility != Visibility::direct || quoting.account_id == quoted.account_id) return {};
  const bool named = std::ranges::any_of(
      mentions, [&](const model::Mention& mention) { return mention.account_id == quoted.account_id; });
  if (named) return {};
  return fail(Errc::invalid, "Validation failed: Quoted post's author must be mentioned in a private mention");
}

Quote make_quote(const Environment& env, const Status& quoting, const Status& quoted, Time now) {
  const auto id = env.ids.next<QuoteId>();
  return {.id = id,
          .status_id = quoting.id,
          .account_id = quoting.account_id,
          .quoted_status_id = quoted.id,
          .quoted_account_id = quoted.account_id,
          .quoted_uri = quoted.uri,
          .state = quoted.local ? QuoteState::accepted : QuoteState::pending,
          .request_uri =
              quoted.local ? std::nullopt
                           : std::optional(uris::actor(env.config, quoting.account_id) + "#quote_requests/" + id.str()),
          .approval_uri = quoted.local && quoted.account_id != quoting.account_id
                              ? std::optional(uris::quote_authorization(env.config, quoted.account_id, id))
                              : std::nullopt,
          .created_at = now};
}

Result<Status> QuoteService::revoke(db::Tx& tx, const Account& who, StatusId quoted_id, StatusId quoting_id) {
  const auto quoted = store::find_visible_status(tx, who.id, quoted_id);
  if (!quoted) return fail(Errc::not_found, "Record not found");
  if (quoted->account_id != who.id) return fail(Errc::forbidden, "This action is not allowed");
  auto quote = store::find_quote_of(tx, quoting_id);
  auto quoting = store::find_status(tx, quoting_id);
  if (!quote || !quoting || quote->quoted_status_id != quoted_id) return fail(Errc::not_found, "Record not found");
  if (quote->state == QuoteState::revoked) return *std::move(quoting);
  quote->state = QuoteState::revoked;
  save(tx, *quote);
  notifications_.withdraw(tx, model::NotificationType::quote, quoting->account_id, who.id, quoting->id);
  env_.federation.quote_revoked(tx, *quote);
  return *std::move(quoting);
}

Result<Status> QuoteService::set_policy(db::Tx& tx, const Account& who, StatusId id, QuotePolicy policy) {
  auto status = store::find_status(tx, id);
  if (!status || status->account_id != who.id || status->is_reblog()) return fail(Errc::not_found, "Record not found");
  if (!status->is_distributable()) policy = {};
  if (status->quote_policy == policy) return *std::move(status);
  status->quote_policy = policy;
  store::set_quote_policy(tx, id, policy);
  if (!status->local_only) env_.federation.quote_policy_changed(tx, *status);
  env_.queue.enqueue(tx, {.kind = kDecideQuotes, .payload = id.str(), .unique_key = id.str()});
  env_.events.tell(tx, events::StatusChanged{status->id, status->account_id, events::StatusPart::quote});
  return *std::move(status);
}

Result<void> QuoteService::decide_waiting(db::Tx& tx, std::string_view payload) {
  constexpr int kAtOnce = 50;
  const auto space = payload.find(' ');
  const auto id = StatusId::parse(payload.substr(0, space));
  const auto after = space == std::string_view::npos ? QuoteId{} : QuoteId::parse(payload.substr(space + 1));
  if (!id || !after) return fail(Errc::internal, "malformed job", std::string(payload));
  auto quoted = store::find_status(tx, *id);
  if (!quoted) return {};
  quoted->quote_policy = store::hold_quote_policy(tx, *id);
  auto waiting = store::list_undecided_quotes(tx, *id, *after, kAtOnce);
  for (Quote& quote : waiting) {
    if (!decide(tx, *quoted, quote)) continue;
    save(tx, quote);
    const auto quoting = store::find_status(tx, quote.status_id);
    if (quoting && quote.state == QuoteState::accepted) notifications_.quoted(tx, *quoting, quoted->account_id);
    env_.federation.quote_answered(tx, quote);
  }
  if (waiting.size() == kAtOnce)
    env_.queue.enqueue(tx, {.kind = kDecideQuotes, .payload = id->str() + " " + waiting.back().id.str()});
  return {};
}

bool QuoteService::decide(db::Tx& tx, const Status& quoted, Quote& quote) {
  auto permission = permission_for(tx, quoted, quote.account_id);
  if (store::is_blocked(tx, quoted.account_id, quote.account_id)) permission = QuotePermission::denied;
  if (permission == QuotePermission::manual) return false;
  const bool allowed = permission == QuotePermission::automatic;
  quote.state = allowed ? QuoteState::accepted : QuoteState::rejected;
  if (allowed) quote.approval_uri = uris::quote_authorization(env_.config, quoted.account_id, quote.id);
  return true;
}

void QuoteService::receive(db::Tx& tx, const Status& status, const RemoteQuote& remote) {
  auto known = store::find_quote_of(tx, status.id);
  const auto state = remote.approval_uri ? QuoteState::accepted : state_without_approval(status, remote);
  if (known) {
    // What is known is only ever added to here; an end comes as a rejection or a revocation.
    if (known->quoted_uri != remote.quoted_uri || known->state != QuoteState::pending ||
        state != QuoteState::accepted) {
      return;
    }
    known->state = state;
    known->approval_uri = remote.approval_uri;
    known->checked_at = tx.now();
    save(tx, *known);
  } else {
    known = Quote{.id = env_.ids.next<QuoteId>(),
                  .status_id = status.id,
                  .account_id = status.account_id,
                  .quoted_status_id = remote.quoted ? std::optional(remote.quoted->id) : std::nullopt,
                  .quoted_account_id = remote.quoted ? std::optional(remote.quoted->account_id) : std::nullopt,
                  .quoted_uri = remote.quoted_uri,
                  .state = state,
                  .approval_uri = remote.approval_uri,
                  .checked_at = remote.approval_uri ? std::optional(tx.now()) : std::nullopt,
                  .created_at = tx.now()};
    if (!store::insert_quote(tx, *known)) return;
  }
  if (state == QuoteState::accepted && remote.quoted) notifications_.quoted(tx, status, remote.quoted->account_id);
}

void QuoteService::attach(db::Tx& tx, const Status& status) {
  for (const auto& quote : store::attach_quotes(tx, status.uri, status.id, status.account_id)) tell_change(tx, quote);
}

std::optional<Quote> QuoteService::receive_request(db::Tx& tx, const Account& who, const Status& quoted,
                                                   const Status& quoting, std::string request_uri) {
  if (!quoted.local || quoted.local_only || !quoted.is_distributable() || quoting.account_id != who.id)
    return std::nullopt;
  auto known = store::find_quote_of(tx, quoting.id);
  if (known && known->quoted_status_id && *known->quoted_status_id != quoted.id) return std::nullopt;
  // Consent stands, and asking again does not undo a revocation; a refusal was that of the policy of its time.
  if (known && known->state == QuoteState::accepted && known->approval_uri) return known;
  if (known && known->state == QuoteState::revoked) return std::nullopt;
  if (!known) {
    known = Quote{.id = env_.ids.next<QuoteId>(),
                  .status_id = quoting.id,
                  .account_id = who.id,
                  .quoted_status_id = quoted.id,
                  .quoted_account_id = quoted.account_id,
                  .quoted_uri = quoted.uri,
                  .created_at = tx.now()};
    if (!store::insert_quote(tx, *known)) return std::nullopt;
  }
  known->request_uri = std::move(request_uri);
  // One that is changed meanwhile is changed after this is stored: the job of the change then finds it.
  Status target = quoted;
  target.quote_policy = store::hold_quote_policy(tx, quoted.id);
  if (!decide(tx, target, *known)) known->state = QuoteState::pending;
  save(tx, *known);
  if (known->state == QuoteState::rejected) return std::nullopt;
  if (known->state == QuoteState::accepted) notifications_.quoted(tx, quoting, quoted.account_id);
  return known;
}

void QuoteService::receive_approval(db::Tx& tx, const Quote& quote, std::string approval_uri) {
  if (quote.state == QuoteState::revoked) return;
  Quote changed = quote;
  changed.state = QuoteState::accepted;
  changed.approval_uri = std::move(approval_uri);
  changed.checked_at = tx.now();
  save(tx, changed);
}

void QuoteService::receive_rejection(db::Tx& tx, const Quote& quote) {
  Quote changed = quote;
  changed.state = QuoteState::rejected;
  save(tx, changed);
}

void QuoteService::receive_revocation(db::Tx& tx, const Quote& quote) {
  Quote changed = quote;
  changed.state = QuoteState::revoked;
  save(tx, changed);
}

void QuoteService::save(db::Tx& tx, const Quote& quote) {
  store::update_quote(tx, quote);
  tell_change(tx, quote);
}

void QuoteService::tell_change(db::Tx& tx, const Quote& quote) {
  env_.events.tell(tx, events::StatusChanged{quote.status_id, quote.account_id, events::StatusPart::quote});
}

}  // namespace dunlin::service
