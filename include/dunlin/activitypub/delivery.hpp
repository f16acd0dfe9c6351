#pragma once

#include "dunlin/base/clock.hpp"
#include "dunlin/base/id.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/crypto/http_signature.hpp"
#include "dunlin/crypto/key_pair.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/http/message.hpp"

#include <memory>
#include <string>
#include <string_view>

/// Outgoing requests, signed. Looking up the key needs the database, signing needs only CPU: do it on a crypto thread,
/// for each attempt anew (a signature lives for minutes; federation.md 2.2).
namespace dunlin::activitypub {

struct SigningKey {
  std::string key_id;
  crypto::PrivateKey key;
};

/// The RSA key of a local account; AccountId 0 stands for the instance actor. Errors: not_found (the account is gone);
/// internal (its key is unreadable).
Result<SigningKey> find_signing_key(db::Tx& tx, crypto::KeyCache& keys, AccountId account);

/// The POST of an activity. Errors: invalid (the inbox is no URL).
Result<http::OutboundRequest> sign_delivery(std::string_view inbox_url, std::shared_ptr<const std::string> body,
                                            const SigningKey& key, crypto::SignatureScheme scheme, Time now);
/// Adds the signature to a complete GET; `with_query` as in crypto::sign_cavage(). Errors: invalid (no URL).
Result<void> sign_fetch(http::OutboundRequest& request, const SigningKey& key, crypto::SignatureScheme scheme, Time now,
                        bool with_query = true);

}  // namespace dunlin::activitypub
