#pragma once

#include "dunlin/base/id.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/domain_policy.hpp"
#include "dunlin/model/relationship.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::store {

/// By domain.
std::vector<model::DomainPolicy> list_domain_policies(db::Tx& tx);
std::optional<model::DomainPolicy> find_domain_policy(db::Tx& tx, std::string_view domain);
/// Replaces the policy of that domain, if there is one.
void save_domain_policy(db::Tx& tx, const model::DomainPolicy& policy);
/// false: there was none.
bool delete_domain_policy(db::Tx& tx, std::string_view domain);

std::vector<std::string> list_domain_allows(db::Tx& tx);
void insert_domain_allow(db::Tx& tx, std::string_view domain);
/// false: it was not there.
bool delete_domain_allow(db::Tx& tx, std::string_view domain);

/// Whom a policy touches: accounts whose handle or id is on the domain or below it.
struct DomainReach {
  std::int64_t accounts = 0;
  std::int64_t followers = 0;  // follows of local accounts by them
  std::int64_t following = 0;  // follows of them by local accounts
};
DomainReach count_domain_reach(db::Tx& tx, std::string_view domain);
/// Those accounts in order of id, after `after`.
std::vector<model::Account> list_accounts_of_domain(db::Tx& tx, std::string_view domain, AccountId after, int limit);

/// Notes, and takes back, that a policy did this to the account. false: noted already, or not at all.
bool insert_policy_effect(db::Tx& tx, AccountId account, model::DomainSeverity severity);
bool delete_policy_effect(db::Tx& tx, AccountId account, model::DomainSeverity severity);
void set_silenced(db::Tx& tx, AccountId account, bool silenced);
/// Until the actor's document is read again.
void clear_pictures(db::Tx& tx, AccountId account);

/// Every follow of or by the account; each is to be deleted by delete_follow.
std::vector<model::Follow> sever_follows(db::Tx& tx, AccountId account);
/// Removes and returns what was severed.
std::vector<model::Follow> take_severed_follows(db::Tx& tx, AccountId account);

/// What became of activities, newest first.
struct VerdictRow {
  ActivityId id;
  std::string host;
  std::string type;
  std::string uri;
  Time received_at{};
  std::optional<int> verdict;  // nullopt: not judged yet
  int why = 0;                 // activitypub::Reason
  std::string reason;
};
std::vector<VerdictRow> list_verdicts(db::Tx& tx, const std::optional<std::string>& host, std::optional<int> verdict,
                                      std::optional<int> why, int limit);
struct VerdictCount {
  std::string type;
  std::optional<int> verdict;
  std::string reason;
  std::int64_t count = 0;
};
/// Of one host, most frequent first.
std::vector<VerdictCount> count_verdicts(db::Tx& tx, std::string_view host, int limit);

}  // namespace dunlin::store
