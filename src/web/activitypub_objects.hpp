#pragma once

#include "dunlin/api/call.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/http/message.hpp"

/// Actors and statuses as documents.
namespace dunlin::web {

Result<http::Response> show_instance_actor(api::Call& call);
Result<http::Response> show_actor(api::Call& call);
/// Public ones for everybody, others for a signer whom they are addressed to. For Access::own.
Result<http::Response> show_status(api::Call& call);
/// The Create or Announce of a status, by the same rule.
Result<http::Response> show_status_activity(api::Call& call);

}  // namespace dunlin::web
