#include "dunlin/web/express_inbox.hpp"

#include "activitypub_inbox.hpp"
#include "activitypub_signature.hpp"
#include "key_lookups.hpp"

#include "dunlin/activitypub/federation.hpp"
#include "dunlin/activitypub/followers_sync.hpp"
#include "dunlin/activitypub/parse.hpp"

#include <utility>

namespace dunlin::web {

namespace {

bool concerns(const http::Request& request) {
  return request.method == http::Method::post && (request.path == "/inbox" || request.path == "/actor/inbox") &&
         !request.body_file && request.headers.get(activitypub::kSynchronizationHeader).empty();
}

/// Of an actor that may be unknown here: whether it is costs a statement.
bool may_concern_a_stranger(const activitypub::Activity& activity) {
  using activitypub::ActivityType;
  return (activity.type == ActivityType::delete_ || activity.type == ActivityType::update) &&
         activity.object_id() == activity.actor;
}

}  // namespace

std::optional<activitypub::Intake> ExpressInbox::open(const http::Request& request) const {
  if (!concerns(request) || env_.config.federation.mode == "off" || !check_inbox_headers(request.headers))
    return std::nullopt;
  const auto activity = activitypub::parse_envelope(request.body);
  if (!activity || may_concern_a_stranger(*activity)) return std::nullopt;
  const auto signature = RequestSignature::open(env_, request, request.body);
  if (!signature) return std::nullopt;
  auto& federation = activitypub::FederationService::of(env_);
  if (find_blocked(federation.policies(), *signature, *activity)) return std::nullopt;
  const auto proven = signature->verify_remembered(federation.signers());
  if (!proven) return std::nullopt;
  note_proven(env_, request, proven->signer->key_id);
  const activitypub::KnownSigner& signer = *proven->signer;
  const bool welcome = federation.policies().may_federate(signer.authority) &&
                       (!signer.domain || federation.policies().may_federate(*signer.domain));
  if (!welcome || !is_within_limit(env_, signer.authority)) return std::nullopt;
  return activitypub::Intake{.row = {.id = env_.ids.next<ActivityId>(),
                                     .uri = activitypub::receipt_of(*activity, signer.uri, proven->signature),
                                     .signer_id = signer.id,
                                     .host = signer.authority,
                                     .type = activity->type_name,
                                     .body = request.body},
                             .key_id = signer.key_id,
                             .key_fetched_at = signer.key_fetched_at,
                             .rfc9421 = signature->is_rfc9421()};
}

}  // namespace dunlin::web
