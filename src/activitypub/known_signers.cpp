#include "dunlin/activitypub/known_signers.hpp"

#include "dunlin/base/url.hpp"

#include <utility>

namespace dunlin::activitypub {

std::shared_ptr<const KnownSigner> KnownSigners::find(std::string_view key_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = signers_.find(std::string(key_id));
  return found == signers_.end() ? nullptr : found->second;
}

void KnownSigners::remember(const model::Account& account, const model::AccountKey& key,
                            const crypto::PublicKey& parsed) {
  if (key.expires_at) return;  // the database knows when
  if (!key.fetched_at || account.is_local() || account.suspended_at) return;
  auto signer = std::make_shared<const KnownSigner>(KnownSigner{.id = account.id,
                                                                .uri = account.uri,
                                                                .authority = domain_of(account.uri),
                                                                .domain = account.domain,
                                                                .key_id = key.key_id,
                                                                .key_fetched_at = *key.fetched_at,
                                                                .key = parsed});
  const std::lock_guard lock(mutex_);
  if (signers_.size() >= kMost) signers_.clear();
  signers_.insert_or_assign(key.key_id, std::move(signer));
}

void KnownSigners::forget(std::string_view key_id) {
  const std::lock_guard lock(mutex_);
  signers_.erase(std::string(key_id));
}

}  // namespace dunlin::activitypub
