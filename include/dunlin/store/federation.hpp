#pragma once

#include "dunlin/base/id.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/status.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What only the federation asks.
namespace dunlin::store {

/// Until the transaction ends nobody else works on what `uri` names: a Create and a Delete that come at once are judged
/// one after the other.
void lock_object(db::Tx& tx, std::string_view uri);

/// The followers of a local account whose ids lie on `origin` ("https://host"), in order of the id.
std::vector<std::string> list_follower_uris_on(db::Tx& tx, AccountId id, std::string_view origin);
/// The local accounts that follow it, in order of the id.
std::vector<std::string> list_local_follower_uris(db::Tx& tx, AccountId id);
/// true: the account's followers were not compared since `before`; now they are noted to be.
bool claim_follower_sync(db::Tx& tx, AccountId id, Time before);
/// A follower of a local account as its deliveries see it.
struct RemoteFollower {
  AccountId target;
  std::string uri;
  std::string inbox;
  std::string shared_inbox;  // "" when its server has none
};
/// The followers of these accounts on these hosts ("host" or "host:port" of their ids), suspended ones left out. Passes
/// over all followers of the accounts once.
std::vector<RemoteFollower> list_followers_on(db::Tx& tx, std::span<const AccountId> targets,
                                              std::span<const std::string> hosts);
/// Which of these inboxes a follower of the account still has: for accounts with too many to pass over all.
std::vector<std::string> list_inboxes_with_followers(db::Tx& tx, AccountId id, std::span<const std::string> inboxes);
/// Whose personal inbox it is.
std::optional<AccountId> find_account_by_inbox(db::Tx& tx, std::string_view inbox_url);
/// One of each server that is known: its shared one, where it has one.
std::vector<std::string> list_known_inboxes(db::Tx& tx);
/// Of the remote accounts that know `id` without following or being followed: those that it waits for or that wait for
/// it, and whom it has met since `since`: mentioned, answered, boosted or favoured, or heard from. Not those of which
/// one blocks the other.
std::vector<std::string> list_acquainted_inboxes(db::Tx& tx, AccountId id, Time since);
bool has_follower_on(db::Tx& tx, AccountId id, std::string_view origin);

/// A thread as other servers name it.
struct ThreadHead {
  std::optional<std::string> uri;  // given by another server
  std::optional<StatusId> root;    // when it begins here
};
std::map<ConversationId, ThreadHead> list_thread_heads(db::Tx& tx, std::span<const ConversationId> ids);

/// What statuses quote, as other servers are told.
struct QuoteUris {
  std::string quoted;
  std::string authorization;  // "" unless it stands
};
std::map<StatusId, QuoteUris> list_quote_uris(db::Tx& tx, std::span<const StatusId> ids);

/// How often a remote account has mentioned local ones since then.
std::int64_t count_local_mentions(db::Tx& tx, AccountId author, Time since);
/// An account of that server is here, or was.
bool is_known_host(db::Tx& tx, std::string_view host);
/// The host has sent an activity of that type lately.
bool host_sends(db::Tx& tx, std::string_view host, std::string_view type);

struct StatusUri {
  StatusId id;
  std::string uri;
};
/// The public and unlisted statuses of a thread, oldest first, ids above `after`.
std::vector<StatusUri> list_context(db::Tx& tx, ConversationId id, StatusId after, int limit);
/// The uris of the first public and unlisted replies to each by its own author.
std::map<StatusId, std::vector<std::string>> list_own_replies(db::Tx& tx, std::span<const StatusId> parents, int limit);
/// The public and unlisted direct replies to a status by its own author (or by all others), oldest first.
std::vector<StatusUri> list_replies(db::Tx& tx, const model::Status& parent, bool by_author, StatusId after, int limit);

}  // namespace dunlin::store
