#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/job.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/quote.hpp"
#include "dunlin/model/status.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/notifications.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dunlin::service {

/// What may be done without asking, after asking, or not at all.
enum class QuotePermission : std::uint8_t { automatic, manual, denied };

/// The rule of who may quote a status that he sees: never reblogs, nor what is not public but by its author; else as
/// its policy says. Where a server states no policy nobody could say yes: denied.
QuotePermission may_quote(const model::Status& target, AccountId who, bool follows_author, bool followed_by_author);

/// A quote that another server speaks of.
struct RemoteQuote {
  std::string quoted_uri;
  std::optional<model::Status> quoted;      // when it is here
  std::optional<std::string> approval_uri;  // of an authorization that was fetched and checked against both ends
  bool legacy = false;                      // only by names of before FEP-044f: its server knows no approvals
};

/// Answers those who asked to quote a status, by its policy. Payload: "<status id>", or "<status id> <quote id>" to go
/// on after that one.
inline constexpr jobs::Kind kDecideQuotes{"decide_quotes", jobs::Lane::feed};

class QuoteService {
 public:
  QuoteService(Environment& env, NotificationService& notifications) : env_(env), notifications_(notifications) {}

  // For the API.

  /// Takes back the consent to a quote of one's own status. Returns the quoting one. Errors: not_found, forbidden.
  Result<model::Status> revoke(db::Tx& tx, const model::Account& who, StatusId quoted, StatusId quoting);
  /// Who waits for an answer gets it by a job. Errors: not_found.
  Result<model::Status> set_policy(db::Tx& tx, const model::Account& who, StatusId id, model::QuotePolicy policy);

  /// Handles kDecideQuotes, in parts.
  Result<void> decide_waiting(db::Tx& tx, std::string_view payload);

  // For what other servers send.

  /// The quote of a remote status that is stored; or what is known of it now (an Update that brings an approval).
  void receive(db::Tx& tx, const model::Status& status, const RemoteQuote& remote);
  /// `status` has just been stored: quotes that waited for its uri find it.
  void attach(db::Tx& tx, const model::Status& status);
  /// A remote account asks to quote a local status with `quoting`, which is stored. nullopt: refused. The same request
  /// again has the same answer while the policy is the same. A granted quote is `accepted`, with the approval_uri of
  /// ours; where the policy wants the author to be asked it is `pending`, until the policy says yes or no.
  std::optional<model::Quote> receive_request(db::Tx& tx, const model::Account& who, const model::Status& quoted,
                                              const model::Status& quoting, std::string request_uri);
  /// The quoted author's answer to our request; `approval_uri` was checked.
  void receive_approval(db::Tx& tx, const model::Quote& quote, std::string approval_uri);
  void receive_rejection(db::Tx& tx, const model::Quote& quote);
  /// The authorization is gone.
  void receive_revocation(db::Tx& tx, const model::Quote& quote);

 private:
  /// By the policy of today. false: the author would have to be asked.
  bool decide(db::Tx& tx, const model::Status& quoted, model::Quote& quote);
  void save(db::Tx& tx, const model::Quote& quote);
  void tell_change(db::Tx& tx, const model::Quote& quote);

  Environment& env_;
  NotificationService& notifications_;
};

}  // namespace dunlin::service
