#include "dunlin/activitypub/resolve.hpp"
#include "dunlin/activitypub/vocabulary.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/service/notifications.hpp"
#include "dunlin/service/polls.hpp"
#include "dunlin/service/quotes.hpp"
#include "dunlin/service/uris.hpp"
#include "dunlin/store/accounts.hpp"
#include "dunlin/store/federation.hpp"
#include "dunlin/store/polls.hpp"
#include "dunlin/store/quotes.hpp"
#include "dunlin/store/statuses.hpp"

#include <algorithm>
#include <utility>

/// What hangs on a status that has been stored: poll, quote, emoji.
namespace dunlin::activitypub {

service::RemotePoll to_remote_poll(const Poll& poll, Time now) {
  service::RemotePoll remote;
  for (const Poll::Option& option : poll.options) {
    remote.options.push_back(option.shown);
    remote.names.push_back(option.name);
    remote.tallies.push_back(option.votes);
  }
  remote.voters_count = poll.voters;
  remote.multiple = poll.multiple;
  remote.expires_at = poll.ends_at;
  if (poll.closed && (!remote.expires_at || *remote.expires_at > now)) remote.expires_at = now;
  return remote;
}

std::optional<model::QuotePolicy> quote_policy_of(const Note& note, const model::Account& author) {
  if (!note.quote_policy) return std::nullopt;
  using Group = model::QuotePolicy::Group;
  const auto groups = [&](const std::vector<std::string>& ids) {
    std::uint8_t result = 0;
    for (const std::string& id : ids) {
      if (id == kPublic) {
        result = static_cast<std::uint8_t>(result | Group::public_);
      } else if (id == author.followers_url) {
        result = static_cast<std::uint8_t>(result | Group::followers);
      } else if (id == author.following_url) {
        result = static_cast<std::uint8_t>(result | Group::following);
      } else if (id != author.uri) {
        result = static_cast<std::uint8_t>(result | Group::unsupported);
      }
    }
    return result;
  };
  return model::QuotePolicy{.automatic = groups(note.quote_policy->automatic),
                            .manual = groups(note.quote_policy->manual)};
}

Result<void> Resolver::attach_parts(const Note& note, const model::Status& status) {
  service::NotificationService notifications(env_);
  service::PollService polls(env_, notifications);
  if (note.poll) {
    polls.receive(tx_, status, to_remote_poll(*note.poll, tx_.now()));
  } else if (status.has(model::Part::poll)) {
    polls.receive_removal(tx_, status);
  }
  TRY_VOID(attach_quote(note, status));
  service::QuoteService(env_, notifications).attach(tx_, status);
  return {};
}

Result<void> Resolver::attach_quote(const Note& note, const model::Status& status) {
  if (!note.quote || note.quote->id == note.id) return {};
  const auto known = store::find_quote_of(tx_, status.id);
  if (known && (known->state != model::QuoteState::pending || known->quoted_uri != note.quote->id)) return {};
  service::RemoteQuote remote;
  remote.quoted_uri = note.quote->id;
  remote.legacy = !note.quote->asks_consent;
  // One level only: a quoted post's own quote is its own affair.
  Result<model::Status> quoted = fail(Errc::not_found, "Record not found");
  if (depth_ == 0) quoted = quoted_status(note.quote->id);
  if (!quoted && quoted.error().code == Errc::need_remote) return std::unexpected(quoted.error());
  if (quoted && !quoted->is_reblog()) remote.quoted = std::move(*quoted);
  if (remote.quoted && !note.quote->authorization.empty()) {
    const auto approved = is_authorized(note.quote->authorization, note.id, *remote.quoted);
    if (!approved) return std::unexpected(approved.error());
    if (*approved) remote.approval_uri = note.quote->authorization;
  }
  service::NotificationService notifications(env_);
  service::QuoteService(env_, notifications).receive(tx_, status, remote);
  return {};
}

Result<model::Status> Resolver::quoted_status(const std::string& uri) {
  ++depth_;
  auto found = status(uri);
  --depth_;
  return found;
}

Result<bool> Resolver::is_authorized(const std::string& authorization, const std::string& quoting,
                                     const model::Status& quoted) {
  auto stands = read_authorization(authorization, quoting, quoted);
  if (!stands && stands.error().code != Errc::need_remote) return false;
  return stands;
}

/// Never by an embedded copy: the quoted author's own server has to show it (CVE-2026-33869).
Result<bool> Resolver::read_authorization(const std::string& authorization, const std::string& quoting,
                                          const model::Status& quoted) {
  const auto author = store::find_account(tx_, quoted.account_id);
  if (!author || !same_origin(authorization, author->uri)) return false;
  if (author->is_local()) {
    const auto quote = store::find_quote_by_approval(tx_, authorization);
    const bool stands = quote && quote->state == model::QuoteState::accepted && quote->quoted_status_id == quoted.id;
    // Consent is to one quote: another status cannot borrow it.
    const auto allowed = stands ? store::find_status(tx_, quote->status_id) : std::nullopt;
    return allowed && allowed->uri == quoting;
  }
  const auto object = TRY(fetch(authorization));
  return object.authorization && object.authorization->attributed_to == author->uri &&
         object.authorization->interacting_object == quoting && object.authorization->interaction_target == quoted.uri;
}

}  // namespace dunlin::activitypub
