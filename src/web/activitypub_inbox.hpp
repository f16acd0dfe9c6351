#pragma once

#include "activitypub_signature.hpp"

#include "dunlin/activitypub/documents.hpp"
#include "dunlin/api/call.hpp"
#include "dunlin/base/result.hpp"
#include "dunlin/http/message.hpp"
#include "dunlin/service/domain_policies.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dunlin::web {

/// POST /inbox and /actor/inbox. For Access::own and Body::raw.
Result<http::Response> receive_shared(api::Call& call);
/// POST /ap/users/:id/inbox: the same once the account is known to exist; who an activity is for stands in it.
Result<http::Response> receive_personal(api::Call& call);

/// What both ways into the inbox ask. Errors: unsupported_media.
Result<void> check_inbox_headers(const http::Headers& headers);
/// The first blocked one of all servers that the activity names as its own, whatever is true of it: no key is fetched
/// for it (CVE-2023-42451).
std::optional<std::string> find_blocked(const service::DomainPolicies& policies, const RequestSignature& signature,
                                        const activitypub::Activity& activity);
/// Counts one verified request of a server.
bool is_within_limit(const service::Environment& env, std::string_view authority);

}  // namespace dunlin::web
