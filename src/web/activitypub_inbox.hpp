#pragma once

#include "dunlin/api/call.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/http/message.hpp"

namespace dunlin::web {

/// POST /inbox and /actor/inbox. For Access::own and Body::raw.
Result<http::Response> receive_shared(api::Call& call);
/// POST /ap/users/:id/inbox: the same once the account is known to exist; who an activity is for stands in it.
Result<http::Response> receive_personal(api::Call& call);

}  // namespace dunlin::web
