#pragma once

#include "dunlin/api/call.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/http/message.hpp"

/// Actors and statuses as documents.
namespace dunlin::web {

Result<http::Response> show_instance_actor(api::Call& call);
/// What it takes to check a key in secure mode, the whole profile otherwise. All but the instance actor: Access::own.
Result<http::Response> show_actor(api::Call& call);
/// Public ones for everybody, others for a signer whom they are addressed to.
Result<http::Response> show_status(api::Call& call);
/// That a quote of a status of ours is allowed (FEP-044f): for everybody as long as it stands.
Result<http::Response> show_quote_authorization(api::Call& call);
/// The Create or Announce of a status, by the same rule.
Result<http::Response> show_status_activity(api::Call& call);

}  // namespace dunlin::web
