#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/quote.hpp"
#include "dunlin/model/status.hpp"
#include "dunlin/service/environment.hpp"

#include <optional>
#include <span>

namespace dunlin::service {

/// What a local draft wants to quote: visible to the author and open to him; a reblog stands for its original. Errors:
/// not_found.
Result<std::optional<model::Status>> find_quoted(db::Tx& tx, AccountId author, std::optional<StatusId> id);
/// Errors: invalid.
Result<void> check_quote(const model::Status& quoting, const model::Status& quoted,
                         std::span<const model::Mention> mentions);
/// The quote by a local status; a local author has agreed by his policy.
model::Quote make_quote(const Environment& env, const model::Status& quoting, const model::Status& quoted, Time now);

}  // namespace dunlin::service
