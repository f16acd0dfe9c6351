#include "activitypub_signature.hpp"

#include "key_lookups.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/activitypub/resolve.hpp"
#include "dunlin/base/log.hpp"
#include "dunlin/base/text.hpp"
#include "dunlin/store/accounts.hpp"

#include <array>
#include <chrono>
#include <utility>

namespace dunlin::web {

namespace {

using activitypub::Resolver;
using crypto::ParsedSignature;
using crypto::SignedRequest;

constexpr std::chrono::minutes kRefreshPause{5};

/// The request as it was signed: raw target, our own scheme and host as configured.
SignedRequest signed_request(const http::Request& received, std::string_view method, std::string_view scheme,
                             std::string_view authority, std::string_view body) {
  SignedRequest request{.method = method,
                        .target = received.target,
                        .scheme = scheme,
                        .authority = authority,
                        .headers = {},
                        .body = body};
  for (const http::Header& field : received.headers.all()) request.headers.emplace_back(field.name, field.value);
  return request;
}

std::string_view lower_case_method(http::Method method) {
  switch (method) {
    case http::Method::post:
      return "post";
    case http::Method::head:
      return "head";
    default:
      return "get";
  }
}

Result<void> check(const ParsedSignature& signature, const SignedRequest& request, const Resolver::Key& found,
                   activitypub::FederationService& federation) {
  const auto parsed = federation.keys().public_key(found.key.public_pem);
  if (!parsed) return fail(Errc::unauthorized, "The signature's key is not acceptable", parsed.error().detail);
  TRY_VOID(crypto::check_with_key(signature, request, *parsed));
  federation.signers().remember(found.owner, found.key, *parsed);
  return {};
}

Signer signer_of(Resolver::Key&& found, const ParsedSignature& signature) {
  return {.account = std::move(found.owner), .key = std::move(found.key), .signature = signature.signature};
}

/// A failed lookup as the sender should hear of it: only what may pass is temporary, as many drop for good on a 401.
Error as_refusal(Error error) {
  switch (error.code) {
    case Errc::need_remote:
    case Errc::remote_failed:
    case Errc::gone:
      return error;
    default:
      error.code = Errc::unauthorized;
      error.message = "The signature's key could not be found";
      return error;
  }
}

Result<Signer> verify_by(const api::Call& call, db::Tx& tx, const ParsedSignature& signature,
                         const SignedRequest& request, const KeyLookups& lookups) {
  auto& federation = activitypub::FederationService::of(call.env());
  Resolver resolver(call.env(), call.services().statuses, tx, call.documents());
  if (lookups.exhausted() && !store::find_key(tx, signature.key_id)) {
    return fail(Errc::remote_failed, "The signature's key cannot be fetched at the moment",
                "too many keys were asked for in vain");
  }
  auto key = resolver.key(signature.key_id);
  if (!key) return std::unexpected(as_refusal(std::move(key).error()));
  const auto verified = check(signature, request, *key, federation);
  if (verified) return signer_of(std::move(*key), signature);
  // The peer may have another key by now, under the same id.
  const auto visited = key->key.fetched_at;
  const bool visited_lately = visited && tx.now() - *visited < kRefreshPause;
  if (!key->was_known || visited_lately || lookups.exhausted()) return std::unexpected(verified.error());
  auto fresh = resolver.refreshed_key(*key);
  if (!fresh) {
    if (fresh.error().code == Errc::need_remote) return std::unexpected(std::move(fresh).error());
    store::replace_keys(tx, key->owner.id, store::list_keys(tx, key->owner.id));  // dates them: not again so soon
    return std::unexpected(as_refusal(std::move(fresh).error()));
  }
  TRY_VOID(check(signature, request, *fresh, federation));
  return signer_of(std::move(*fresh), signature);
}

Result<Signer> verify_one(const api::Call& call, db::Tx& tx, const ParsedSignature& signature,
                          const SignedRequest& request) {
  const KeyLookups lookups(call, signature.key_id);
  auto signer = verify_by(call, tx, signature, request, lookups);
  if (signer) note_proven(call.env(), call.request(), signature.key_id);
  if (!signer && signer.error().code != Errc::need_remote) lookups.failed();
  return signer;
}

}  // namespace

Result<RequestSignature> RequestSignature::open(const service::Environment& env, const http::Request& received,
                                                std::string_view body) {
  RequestSignature result;
  result.request_ = &received;
  result.method_ = lower_case_method(received.method);
  result.authority_ = env.config.web_host();
  result.scheme_ = env.config.origin().substr(0, env.config.origin().find(':'));
  result.body_ = body;
  const auto request = signed_request(received, result.method_, result.scheme_, result.authority_, body);
  const auto parsed = TRY(crypto::parse_signatures(request));
  const std::array own_hosts{text::to_lower_ascii(result.authority_)};
  const crypto::VerifyContext context{.own_hosts = own_hosts, .now = env.clock.now()};
  Error refusal{.code = Errc::unauthorized, .message = "The request has no signature", .detail = {}};
  for (const ParsedSignature& signature : parsed) {
    auto checked = crypto::check_before_key(signature, request, context);
    if (checked) {
      result.signatures_.push_back(signature);
    } else {
      refusal = std::move(checked).error();
    }
  }
  if (result.signatures_.empty()) return std::unexpected(std::move(refusal));
  return result;
}

bool RequestSignature::is_claimed(const http::Request& request) {
  return crypto::has_signature(signed_request(request, {}, {}, {}, {}));
}

std::vector<std::string> RequestSignature::key_ids() const {
  std::vector<std::string> result;
  for (const ParsedSignature& signature : signatures_) result.push_back(signature.key_id);
  return result;
}

std::optional<RequestSignature::Remembered> RequestSignature::verify_remembered(
    const activitypub::KnownSigners& signers) const {
  const auto request = signed_request(*request_, method_, scheme_, authority_, body_);
  for (const ParsedSignature& signature : signatures_) {
    auto signer = signers.find(signature.key_id);
    if (signer && crypto::check_with_key(signature, request, signer->key)) {
      return Remembered{std::move(signer), signature.signature};
    }
  }
  return std::nullopt;
}

Result<Signer> RequestSignature::verify(const api::Call& call, db::Tx& tx) const {
  const auto request = signed_request(*request_, method_, scheme_, authority_, body_);
  Result<Signer> last = fail(Errc::unauthorized, "The request has no signature");
  for (const ParsedSignature& signature : signatures_) {
    last = verify_one(call, tx, signature, request);
    if (last || last.error().code == Errc::need_remote) return last;
    log::info("signature refused", {log::kv("key", signature.key_id), log::kv("reason", last.error().message),
                                    log::kv("detail", last.error().detail)});
  }
  return last;
}

}  // namespace dunlin::web
