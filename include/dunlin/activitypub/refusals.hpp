#pragma once

#include "dunlin/activitypub/documents.hpp"
#include "dunlin/activitypub/inbox.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/store/refusals.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dunlin::activitypub {

/// The row that tells of a request which the inbox did not take; nullopt when enough were told of lately, from that
/// host or altogether: who floods the inbox does not flood the table. `network`: where a request came from whose
/// signature is not verified; its host is a claim, and what it claims uses up nobody else's share. Any thread may call.
std::optional<store::Refusal> refusal_row(service::Environment& env, std::string_view host, const Activity& activity,
                                          Reason why, std::string_view reason,
                                          const std::optional<std::string>& network = std::nullopt);

}  // namespace dunlin::activitypub
