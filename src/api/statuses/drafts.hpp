#pragma once

#include "dunlin/api/call.hpp"
#include "dunlin/service/statuses.hpp"

namespace dunlin::api {

/// What a request wants to post (client-api.md 3.4.1). Errors: invalid, not_found with Mastodon's texts.
Result<service::StatusDraft> read_draft(const Call& call);
/// What it wants a status to be (3.4.2).
Result<service::StatusEdit> read_edit(const Call& call);
/// `quote_approval_policy`. Errors: invalid for an unknown one.
Result<std::optional<model::QuotePolicy>> read_quote_policy(const http::Params& params);

}  // namespace dunlin::api
