#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/jobs/job.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/remote_documents.hpp"
#include "dunlin/service/services.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

/// Followers synchronisation (FEP-8fcf): along with what is for followers goes a digest of who the followers on the
/// receiving server are; where the two sides differ, the follower's server asks and corrects itself.
namespace dunlin::activitypub {

inline constexpr std::string_view kSynchronizationHeader = "Collection-Synchronization";

/// XOR of the SHA-256 of each id, as 64 hexadecimal digits.
std::string followers_digest(std::span<const std::string> uris);
/// The header for one receiver of a local account's post.
std::string render_synchronization(const model::Account& account, std::span<const std::string> followers_there);

struct Synchronization {
  std::string collection;
  std::string url;
  std::string digest;
};
/// nullopt: malformed.
std::optional<Synchronization> parse_synchronization(std::string_view header);

/// Compares what a remote account's server says of its followers here with what is known. Payload: "<account> <url>
/// <digest>".
inline constexpr jobs::Kind kSynchronizeFollowers{"synchronize_followers", jobs::Lane::maintenance};
/// The header of a request that `signer` signed: enqueues a comparison where the digests differ.
void receive_synchronization(service::Environment& env, db::Tx& tx, const model::Account& signer,
                             std::string_view header);
/// Handles kSynchronizeFollowers.
Result<void> run_synchronize_followers(service::Environment& env, service::Services& services, db::Tx& tx,
                                       service::RemoteDocuments& documents, std::string_view payload);

}  // namespace dunlin::activitypub
