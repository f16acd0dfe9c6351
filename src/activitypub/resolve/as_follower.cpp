#include "resolve/document.hpp"

#include "dunlin/activitypub/delivery.hpp"
#include "dunlin/activitypub/federation.hpp"
#include "dunlin/activitypub/resolve.hpp"
#include "dunlin/base/url.hpp"
#include "dunlin/jobs/deliveries.hpp"
#include "dunlin/store/relationships.hpp"

#include <utility>

/// What a server shows to followers only (federation.md 1.7). One of them lends the signature; what comes is stored
/// with its own audience and shown to those who may see it.
namespace dunlin::activitypub {

using service::RemoteKind;
using service::RemoteRequest;

Result<Object> Resolver::fetch_as_follower(std::string_view uri, const model::Account& author) {
  TRY_VOID(check_fetchable(env_.config, uri));
  if (!same_origin(uri, author.uri)) return fail(Errc::not_found, "Record not found", "on another host");
  // Found by its address: it is signed with the time of each run.
  const auto* answer = documents_.find_answer(uri, RemoteKind::as_follower);
  if (answer == nullptr) {
    const auto follower = store::find_local_follower(tx_, author.id);
    if (!follower) return fail(Errc::not_found, "Record not found", "nobody here follows its author");
    const auto key = TRY(find_signing_key(tx_, FederationService::of(env_).keys(), *follower));
    http::OutboundRequest request;
    request.url = uri;
    const auto known = jobs::find_signature_scheme(tx_, domain_of(uri));
    const bool newer = known == static_cast<int>(crypto::SignatureScheme::rfc9421);
    TRY_VOID(sign_fetch(request, key, newer ? crypto::SignatureScheme::rfc9421 : crypto::SignatureScheme::cavage,
                        tx_.now()));
    RemoteRequest wanted{.url = std::string(uri), .kind = RemoteKind::as_follower};
    for (const http::Header& field : request.headers.all()) wanted.headers.emplace_back(field.name, field.value);
    answer = TRY(documents_.get(wanted));
  }
  TRY_VOID(check_answer(env_.config, *answer, uri));
  auto object = TRY(read_answer(*answer, uri));
  if (object.id != uri) return fail(Errc::bad_request, "Remote data could not be fetched", object.id + " is another");
  return object;
}

Result<model::Status> Resolver::status_as_follower(std::string_view uri, const model::Account& author) {
  auto found = status(uri);
  const bool refused = !found && (found.error().code == Errc::forbidden || found.error().code == Errc::not_found);
  if (!refused || !same_origin(uri, author.uri)) return found;
  const auto object = fetch_as_follower(uri, author);
  if (!object) return object.error().code == Errc::need_remote ? std::unexpected(object.error()) : std::move(found);
  if (!object->note || object->note->attributed_to != author.uri) return found;
  return store_status(*object->note);
}

}  // namespace dunlin::activitypub
