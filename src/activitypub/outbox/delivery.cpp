#include "dunlin/activitypub/delivery.hpp"

#include "dunlin/activitypub/vocabulary.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/store/accounts.hpp"

#include <utility>

namespace dunlin::activitypub {

namespace {

Result<void> sign(http::OutboundRequest& request, const SigningKey& key, crypto::SignatureScheme scheme, Time now,
                  bool with_query) {
  const auto url = Url::parse(request.url);
  if (!url) return fail(Errc::invalid, "The URL is malformed", request.url);
  const std::string method = text::to_lower_ascii(http::to_string(request.method));
  const std::string target = url->target();
  const std::string authority = url->authority();
  const crypto::SignedRequest parts{.method = method,
                                    .target = target,
                                    .scheme = url->scheme,
                                    .authority = authority,
                                    .headers = {},
                                    .body = request.body ? std::string_view(*request.body) : std::string_view()};
  auto fields = scheme == crypto::SignatureScheme::cavage
                    ? crypto::sign_cavage(parts, key.key, key.key_id, now, with_query)
                    : crypto::sign_rfc9421(parts, key.key, key.key_id, now);
  for (auto& [name, value] : fields) request.headers.set(name, std::move(value));
  return {};
}

}  // namespace

Result<SigningKey> find_signing_key(db::Tx& tx, crypto::KeyCache& keys, AccountId account) {
  const auto stored = store::find_signing_key(tx, account ? account : model::kInstanceActorId);
  if (!stored || !stored->private_pem) return fail(Errc::not_found, "The account has no key to sign with");
  auto key = keys.private_key(*stored->private_pem);
  if (!key) return fail(Errc::internal, "A private key cannot be read", key.error().detail);
  return SigningKey{stored->key_id, std::move(*key)};
}

Result<http::OutboundRequest> sign_delivery(std::string_view inbox_url, std::shared_ptr<const std::string> body,
                                            const SigningKey& key, crypto::SignatureScheme scheme, Time now) {
  http::OutboundRequest request;
  request.method = http::Method::post;
  request.url = inbox_url;
  request.body = std::move(body);
  request.headers.add("Content-Type", std::string(kContentType));
  TRY_VOID(sign(request, key, scheme, now, true));
  return request;
}

Result<void> sign_fetch(http::OutboundRequest& request, const SigningKey& key, crypto::SignatureScheme scheme, Time now,
                        bool with_query) {
  return sign(request, key, scheme, now, with_query);
}

}  // namespace dunlin::activitypub
