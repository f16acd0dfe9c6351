#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"
#include "dunlin/crypto/key_pair.hpp"
#include "dunlin/model/account.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace dunlin::activitypub {

/// A signer as it was when its key verified something: what is stored on the strength of it names `key_fetched_at`, and
/// is only stored while the database still says the same (store_intakes).
struct KnownSigner {
  AccountId id;
  std::string uri;
  std::string authority;              // of the uri
  std::optional<std::string> domain;  // of the handle
  std::string key_id;
  Time key_fetched_at;
  crypto::PublicKey key;
};

/// Those who signed lately, so that their next request needs no statement to be verified. Any thread may call.
class KnownSigners {
 public:
  /// nullptr: not here.
  [[nodiscard]] std::shared_ptr<const KnownSigner> find(std::string_view key_id) const;
  void remember(const model::Account& account, const model::AccountKey& key, const crypto::PublicKey& parsed);
  void forget(std::string_view key_id);

 private:
  static constexpr std::size_t kMost = 4096;  // some 1 KB each

  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const KnownSigner>> signers_;
};

}  // namespace dunlin::activitypub
