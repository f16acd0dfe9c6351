#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/job.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/poll.hpp"
#include "dunlin/model/status.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/notifications.hpp"
#include "dunlin/service/remote_documents.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::service {

// client-api.md 1.3.
inline constexpr std::int64_t kMinPollSeconds = 300;
inline constexpr std::int64_t kMaxPollSeconds = 2'629'746;
/// Of remote polls: further options are not kept (federation.md 3.11).
inline constexpr std::size_t kMaxRemotePollOptions = 100;

/// Payload: the id of a poll. Runs when it ends; of a remote one a little later, when its server has counted.
inline constexpr jobs::Kind kEndPoll{"end_poll", jobs::Lane::feed};

/// A poll as its server describes it.
struct RemotePoll {
  std::vector<std::string> options;   // plain text
  std::vector<std::string> names;     // of the same length: as the server writes them
  std::vector<std::int64_t> tallies;  // of the same length
  std::optional<std::int64_t> voters_count;
  bool multiple = false;
  std::optional<Time> expires_at;  // also when it was closed
};

class PollService {
 public:
  PollService(Environment& env, NotificationService& notifications) : env_(env), notifications_(notifications) {}

  /// Of a status that `viewer` may see. Errors: not_found.
  Result<model::Poll> get(db::Tx& tx, std::optional<AccountId> viewer, PollId id);
  /// A remote poll that is open and whose numbers are older than a minute: worth asking its server.
  static bool is_stale(const model::Poll& poll, const model::Status& status, Time now);
  /// A local account votes, once for all. Errors: not_found, forbidden, invalid with Mastodon's texts.
  Result<model::Poll> vote(db::Tx& tx, const model::Account& who, PollId id, std::span<const std::size_t> choices);
  /// Handles kEndPoll: tells the author and whoever has voted here, of a remote poll once its last numbers were asked
  /// for. Runs any number of times. Errors: need_remote.
  Result<void> end(db::Tx& tx, RemoteDocuments& documents, PollId id);

  // For what other servers send.

  /// The poll of a remote status that is stored, new or as it is now. Other options, or other rules, end the votes that
  /// were cast.
  void receive(db::Tx& tx, const model::Status& status, RemotePoll remote);
  /// The remote status has no poll any more.
  void receive_removal(db::Tx& tx, const model::Status& status);

  enum class Received : std::uint8_t {
    counted,
    duplicate,   // or a second vote where one is allowed
    refused,     // over, one's own, blocked, hidden
    not_a_vote,  // no poll, or no such option: perhaps a reply
  };
  /// A remote account's vote in a local poll. `option`: as it was sent, trimmed.
  Received receive_vote(db::Tx& tx, const model::Account& voter, const model::Status& question, std::string_view option,
                        std::optional<std::string> uri);

 private:
  /// What everybody sees of the poll has changed.
  void tell(db::Tx& tx, const model::Status& status);

  Environment& env_;
  NotificationService& notifications_;
};

}  // namespace dunlin::service
